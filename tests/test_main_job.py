"""The main job as a clerk meets it: one command, the same bytes twice, and clear words for bad input."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quorum_watch import pipeline, runs
from quorum_watch.report import render_overview
from tests.city.fixtures import small_city


def run_command(*args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "quorum_watch", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder, key = small_city(tmp_path_factory.mktemp("small"))
    return folder, key


def test_one_command_gives_the_contract(city):
    done = run_command("analyze", city[0], "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "quorum-watch/run/1"
    totals = document["coverage"]["totals"]
    parts = ("rows", "duplicates", "ignored", "restricted", "quarantined")
    assert totals["found"] == sum(totals[p] for p in parts) > 0
    for source in document["coverage"]["sources"]:
        assert source["found"] == sum(source[p] for p in parts)
    for f in document["findings"]:
        assert f["schema"] == "quorum-watch/finding/1"
        assert f["id"].startswith("QW-")
        assert {x["weighs"] for x in f["factors"]} & {"against", "unknown"}
        for step in f["steps"]:
            assert step["source"]["locator"]


def test_same_input_same_bytes_whatever_the_order_of_ingest(city, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        shutil.copytree(city[0], folder, ignore=shutil.ignore_patterns("evidence", "runs", ".cache"))
    first = pipeline.analyze(whole)
    again = pipeline.analyze(whole)
    assert runs.render(first.document) == runs.render(again.document)
    assert render_overview(first.document, {}) == render_overview(again.document, {})
    # The same files arriving one after the other, the last first.
    inbox = parts / "inbox"
    held = sorted((p for p in inbox.iterdir()), reverse=True)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for entry in held:
        entry.rename(shelf / entry.name)
    case = pipeline.open_case(parts)
    for entry in held:
        (shelf / entry.name).rename(inbox / entry.name)
        pipeline.collect(case)
    later = pipeline.analyze(parts)
    assert later.document["findings"] == first.document["findings"]
    assert later.document["coverage"]["totals"] == first.document["coverage"]["totals"]


def test_show_explains_a_finding_and_export_gives_every_interaction(city):
    run = pipeline.analyze(city[0])
    exported = run_command("export", city[0], "--format", "jsonl")
    assert exported.returncode == 0, exported.stderr
    rows = [json.loads(line) for line in exported.stdout.splitlines()]
    assert len(rows) == len(run.interactions)
    assert {"from_person", "to_persons", "acts", "topics", "scope", "source", "copies", "defects"} <= rows[0].keys()
    for row in rows:
        for span in [*row["acts"], *(t for t in row["topics"] if not t["inherited"])]:
            text = row["subject"] if span["field"] == "subject" else row["text"]
            assert text[span["start"] : span["end"]] == span["exact"]
    if run.findings:
        shown = run_command("show", city[0], run.findings[0].id, "--law")
        assert shown.returncode == 0, shown.stderr
        assert "Not seen" in shown.stdout


@pytest.mark.parametrize(
    ("damage", "code", "exit_code"),
    [
        ("empty folder", "QW-E2", 3),
        ("missing column", "QW-E4", 4),
        ("no roster", "QW-E4", 4),
        ("no workspace", "QW-E2", 3),
    ],
)
def test_bad_input_gets_what_where_and_what_to_do(city, tmp_path, damage, code, exit_code):
    folder = tmp_path / "city"
    if damage == "empty folder":
        folder.mkdir()
    elif damage != "no workspace":
        shutil.copytree(city[0], folder, ignore=shutil.ignore_patterns("evidence", "runs", ".cache"))
        if damage == "missing column":
            (folder / "roster" / "people.csv").write_text("person_id,role\na,member\n", encoding="utf-8")
        else:
            shutil.rmtree(folder / "roster")
    done = run_command("analyze", folder)
    assert done.returncode == exit_code, done.stderr
    assert done.stderr.startswith(code), done.stderr
    assert "where:" in done.stderr
    assert "do:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_binary_file_called_mbox_and_an_impossible_date_are_set_aside_and_counted(city, tmp_path):
    folder = tmp_path / "city"
    shutil.copytree(city[0], folder, ignore=shutil.ignore_patterns("evidence", "runs", ".cache"))
    (folder / "inbox" / "junk.mbox").write_bytes(bytes(range(256)) * 40)
    row = {"id": "x1", "time": "2026-02-31T10:00:00", "channel": "email", "from": "a@example.org", "to": []}
    (folder / "inbox" / "bad.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = run_command("analyze", folder, "--format", "json")
    assert done.returncode == 0, done.stderr
    sources = {s["file"].rsplit("/", 1)[-1]: s for s in json.loads(done.stdout)["coverage"]["sources"]}
    assert sources["junk.mbox"]["quarantined"] == sources["junk.mbox"]["found"] >= 1
    assert sources["bad.jsonl"]["quarantined"] == 1
    assert sources["bad.jsonl"]["reasons"]


def test_an_unexpected_fault_is_told_without_the_text_being_read(city, tmp_path):
    folder = tmp_path / "city"
    shutil.copytree(city[0], folder, ignore=shutil.ignore_patterns("evidence", "runs", ".cache"))
    code = (
        "import sys, quorum_watch.pipeline as p\n"
        "def broken(*a, **k): raise RuntimeError('SECRET WORDS OF A MESSAGE')\n"
        "p.read = broken\n"
        f"sys.argv = ['quorum-watch', 'analyze', {str(folder)!r}]\n"
        "from quorum_watch.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("QW-E900")
    assert "SECRET" not in done.stderr + done.stdout


def test_findings_name_nothing_as_settled(city):
    """The words the project refuses stand nowhere in its output."""
    refused = ("violation", "guilty", "suspect", "illegal", "unlawful", "compliant", "probability")
    run = pipeline.analyze(city[0])
    page = render_overview(run.document, {}).lower()
    own = "".join(
        " ".join(
            (f["headline"], *f["story"], f["why_this_concern"], *(x["because"] for x in f["factors"]), *f["unseen"])
        )
        for f in run.document["findings"]
    ).lower()
    assert not [w for w in refused if w in own]
    assert "attorney review" in page
