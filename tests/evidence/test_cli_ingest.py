"""``quorum-watch ingest`` and ``quorum-watch audit evidence`` as a clerk meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from quorum_watch.cli import group
from quorum_watch.errors import EvidenceError, InputError

MAIL = b"""\
Message-ID: <%d@example.gov>
Date: Mon, 2 Mar 2026 10:%02d:00 -0600
From: Ann Moss <ann.moss@example.gov>
To: Bo Reed <bo.reed@example.gov>
Subject: Library budget

Ultramarine words number %d.
"""
ROW = {"id": "m3", "time": "2026-03-02T11:00:00-06:00", "channel": "call", "from": "Ann Moss", "to": ["Bo Reed"]}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    text = 'name = "Testville"\njurisdiction = "us-wi"\ntimezone = "America/Chicago"\n'
    (tmp_path / "workspace.toml").write_text(text)
    return tmp_path


@pytest.fixture
def full(city: Path) -> Path:
    for n in range(3):
        (city / "inbox" / f"{n}.eml").write_bytes(MAIL % (n, n, n))
    (city / "inbox" / "copy of 1.eml").write_bytes(MAIL % (1, 1, 1))
    (city / "inbox" / "interactions.jsonl").write_text(json.dumps(ROW) + "\n{broken\n")
    return city


def call(*words: str):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(group, list(words))


def test_the_account_is_printed_and_adds_up(full: Path) -> None:
    done = call("ingest", str(full))
    assert done.exit_code == 0, done.output
    total = next(x for x in done.output.splitlines() if x.startswith("total")).split()[1:]
    found, *parts = (int(x) for x in total)
    assert (found, sum(parts)) == (6, 6)
    assert "json_invalid 1" in done.output


def test_json_is_the_contracts_coverage_and_stays_the_same(full: Path) -> None:
    first, second = (json.loads(call("ingest", str(full), "--format", "json").stdout) for _ in range(2))
    assert first["coverage"] == second["coverage"]
    assert (first["new_files"], second["new_files"], second["known_files"]) == (5, 0, 5)
    assert second["batch"] == ""
    coverage = first["coverage"]
    assert coverage["totals"] == {
        **{"found": 6, "rows": 4, "duplicates": 1, "ignored": 0, "restricted": 0, "quarantined": 1}
    }
    assert [s["file"] for s in coverage["sources"]] == sorted(s["file"] for s in coverage["sources"])
    for source in coverage["sources"]:
        assert source["found"] == sum(source[k] for k in coverage["totals"] if k != "found")
    assert coverage["channels"] == {"call": 1, "email": 3}
    assert coverage["period"] == ["2026-03-02T16:00:00+00:00", "2026-03-02T17:00:00+00:00"]


def test_a_folder_of_many_letters_takes_one_line(city: Path) -> None:
    (city / "inbox" / "letters").mkdir()
    for n in range(20):
        (city / "inbox" / "letters" / f"{n}.eml").write_bytes(MAIL % (n, n, n))
    (city / "inbox" / "letters" / "picture.bin").write_bytes(b"\x00\x01")
    lines = call("ingest", str(city)).output.splitlines()
    assert [x.split()[0] for x in lines if x.startswith("inbox/")] == ["inbox/letters/", "inbox/letters/picture.bin"]
    assert lines[2].split()[1:5] == ["(20", "files)", "eml", "20"]
    assert next(x for x in lines if x.startswith("total")).split()[1] == "21"


def test_the_rows_own_id_comes_through(full: Path) -> None:
    from quorum_watch.evidence import load

    call("ingest", str(full))
    assert "m3" in {s.id for s in load(full / "evidence")}


def test_an_empty_inbox_says_what_to_put_there(city: Path) -> None:
    done = call("ingest", str(city))
    assert done.exit_code == 0
    assert "inbox/ is empty" in done.output


def test_restricted_folders_are_counted_and_never_read(full: Path) -> None:
    place = full / "inbox" / "restricted" / "privileged"
    place.mkdir(parents=True)
    (place / "counsel.eml").write_bytes(MAIL % (7, 7, 7))
    told = json.loads(call("ingest", str(full), "--format", "json").stdout)["coverage"]
    source = next(s for s in told["sources"] if "counsel" in s["file"])
    assert (source["found"], source["restricted"], source["reasons"]) == (1, 1, {"privileged": 1})


def test_a_file_name_cannot_move_the_cursor(city: Path) -> None:
    (city / "inbox" / "a\x1b[2Jb\u202e.bin").write_bytes(b"\x00")
    output = call("ingest", str(city)).output
    assert "\x1b" not in output
    assert "\u202e" not in output


def test_audit_finds_nothing_then_something(full: Path) -> None:
    call("ingest", str(full))
    done = call("audit", "evidence", str(full), "--sample", "100%")
    assert done.exit_code == 0, done.output
    assert "everything is as it was written" in done.output
    path = full / "inbox" / "0.eml"
    path.write_bytes(path.read_bytes().replace(b"Ultramarine", b"Aquamarines"))
    done = call("audit", "evidence", str(full), "--format", "json")
    assert isinstance(done.exception, EvidenceError)
    assert done.exception.exit_code == 3
    told = json.loads(done.stdout)
    assert [(f["code"], f["where"]) for f in told["faults"]] == [("QW-E225", "inbox/0.eml")]


@pytest.mark.parametrize("share", ["2", "-1%", "many"])
def test_a_share_that_is_none_is_a_usage_error(full: Path, share: str) -> None:
    done = call("audit", "evidence", str(full), "--sample", share)
    assert done.exit_code == 2


def test_no_inbox_and_no_workspace(city: Path, tmp_path: Path) -> None:
    (city / "inbox").rmdir()
    assert isinstance(call("ingest", str(city)).exception, InputError)
    assert isinstance(call("ingest", str(tmp_path / "nowhere")).exception, InputError)


def test_errors_reach_the_shell_as_three_lines_and_exit_code_three(full: Path) -> None:
    command = [sys.executable, "-m", "quorum_watch", "ingest", str(full)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (batch,) = (full / "evidence").glob("batch-*")
    (batch / "manifest.json").write_text("{}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert [x.split()[0] for x in done.stderr.strip().splitlines()] == ["QW-E222", "where:", "do:"]
    assert "Traceback" not in done.stderr


def test_help_needs_no_heavy_import() -> None:
    code = (
        "import sys, quorum_watch.cli, quorum_watch.cli.ingest, quorum_watch.cli.audit\n"
        "import quorum_watch.evidence\n"
        "sys.exit(any(m in sys.modules for m in ('pyarrow', 'pandas', 'tqdm', 'rapidfuzz')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
