"""What is committed: nothing of one machine, nothing large, no notebook outputs, no unpinned action."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def files():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [n for n in done.stdout.split("\0") if n and (ROOT / n).is_file()]
    if not names:
        pytest.skip("not a git checkout: there is no list of committed files")
    return [ROOT / n for n in names]


def test_no_path_of_one_machine_is_committed(files):
    own = re.compile(rb"(?<![\w.$/{])/(?:home/[a-z]+/|root/|Users/[a-z]+/|work/(?:main|shared)|tmp/bash)")
    found = [str(p.relative_to(ROOT)) for p in files if p != Path(__file__) and own.search(p.read_bytes())]
    assert found == []


def test_no_large_file_is_committed(files):
    assert [str(p.relative_to(ROOT)) for p in files if p.stat().st_size > 3_000_000] == []


def test_notebooks_are_committed_without_outputs(files):
    dirty = []
    for path in files:
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            dirty += [path.name for c in cells if c.get("outputs") or c.get("execution_count")]
    assert dirty == []


def test_constraints_name_no_index_and_pin_everything(files):
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [x for x in lines if x and not x.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", x)] == []


def test_workflows_pin_their_actions_and_take_no_permission_for_granted():
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        assert yaml.safe_load(text)["permissions"] == {}
        for used in re.findall(r"uses: (.+)", text):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used
