"""Every ``sh`` block of the guides runs on a copy of the sample city; what a guide says is printed is printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
_BLOCK = re.compile(r"(?:<!-- not-run: ([^>]+) -->\n)?```(sh|text)\n(.*?)```", re.S)
_FINDING = re.compile(r"QW-[0-9A-F]{4}[A-Z]?\b")


def _blocks(page: Path) -> list[tuple[str, str, str]]:
    return [(m[1] or "", m[2], m[3]) for m in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


WITH_COMMANDS = [p for p in PAGES if any(kind == "sh" and not why for why, kind, _ in _blocks(p))]


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """A folder with ``quorum-watch`` in it, put first on the path: the package under test, whatever is installed."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "quorum-watch"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m quorum_watch "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def analysed(tmp_path_factory, tools):
    place = tmp_path_factory.mktemp("city")
    done = subprocess.run(["quorum-watch", "demo"], cwd=place, env=tools, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # What a clerk would have done before issuing a report.
    settings = place / "demo" / "workspace.toml"
    assert "roster_checked" in settings.read_text(encoding="utf-8")
    return place


def _first_finding(place: Path) -> str:
    newest = max((place / "demo" / "runs").glob("*/findings.json"), key=lambda p: p.stat().st_mtime)
    found: str = json.loads(newest.read_text(encoding="utf-8"))["findings"][0]["id"]
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.skipif(shutil.which("bash") is None, reason="the blocks are for a Unix shell: install bash")
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda p: p.name)
def test_every_block_runs_and_prints_what_the_page_says(page, analysed, tools, tmp_path):
    shutil.copytree(analysed / "demo", tmp_path / "demo")
    printed = ""
    for why, kind, text in _blocks(page):
        if kind == "text":
            missing = [line for line in text.splitlines() if line.strip() and _plain(line) not in _plain(printed)]
            assert missing == [], f"{page.name} says this is printed"
        elif not why:
            script = _FINDING.sub(_first_finding(tmp_path), text)
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                cwd=tmp_path, env=tools, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            assert done.returncode == 0, f"{page.name}:\n{text}\n{done.stderr}"
            printed = done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, part = target.partition("#")
        path = (page.parent / name) if name else page
        if not path.exists():
            broken.append(target)
        elif part and path.suffix == ".md":
            heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in heads}
            if part not in slugs:
                broken.append(target)
    assert broken == []


def test_the_front_page_links_every_page():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    names = {p.name for p in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert sorted(n for n in names if f"]({n})" not in text) == []
