"""``quorum-watch roster`` as a clerk meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quorum_watch.cli.roster import command
from quorum_watch.errors import QuorumWatchError
from tests.workspace.fill import ACCOUNTS, TOML, fill

ROWS = [
    {
        "id": "1",
        "time": "2026-05-01T09:00:00-05:00",
        "channel": "email",
        "from": "ann@alderfalls.example",
        "to": ["council@alderfalls.example"],
        "text": "A secret sentence.",
    },
    {
        "id": "2",
        "time": "2026-05-01T10:00:00-05:00",
        "channel": "email",
        "from": "cat.cole@mail.example",
        "to": ["ann@alderfalls.example"],
        "in_reply_to": "1",
        "text": "Another secret.",
    },
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_check_counts_and_advises(tmp_path: Path) -> None:
    done = run("check", str(fill(tmp_path)), "--on", "2026-06-01")
    assert done.exit_code == 0
    assert "The roster can be used: 8 people, 2 bodies, 10 memberships, 9 accounts, 4 lists." in done.output
    assert "council: 3 of 4 seats are filled on 2026-06-01." in done.output
    assert "kin: A member of finance has no account" in done.output
    told = json.loads(run("check", str(tmp_path), "--on", "2026-06-01", "--format", "json").output)
    assert told["schema"] == "quorum-watch/roster-check/1"
    assert {a["subject"] for a in told["advice"]} == {"council", "finance", "kin"}


def test_check_reports_the_settings_and_the_roster_together(tmp_path: Path) -> None:
    root = fill(tmp_path, toml=TOML.replace("us-wi", ""), accounts=ACCOUNTS + "zoe,email,z@x.example\n")
    error = run("check", str(root)).exception
    assert isinstance(error, QuorumWatchError)
    assert [f.code for f in error.faults] == ["QW-E205", "QW-E408"]


def test_show_answers_for_the_day(tmp_path: Path) -> None:
    root = str(fill(tmp_path))
    before = run("show", root, "--on", "2026-04-20").output
    after = run("show", root, "--on", "2026-04-21").output
    assert "Ben Berg (ben)" in before
    assert "Ben Berg (ben)" not in after
    assert "not yet in office: Cat Cole (cat), member elect" in before
    assert "without a vote: Mae Moss (mae), presiding" in after
    told = json.loads(run("show", root, "--on", "2026-04-20", "--format", "json").output)
    council = next(b for b in told["bodies"] if b["body_id"] == "council")
    assert (council["seats"], council["vacancies"], council["presiding"]) == (4, 1, "mae")


def test_doctor_suggests_and_shows_no_words(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    root = fill(tmp_path)
    (root / "inbox" / "a.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS))
    done = run("doctor", str(root), "--quiet")
    assert done.exit_code == 0, done.output
    assert (
        "cat.cole@mail.example (1 messages): perhaps Cat Cole (the address spells the name, 100 of 100)" in done.output
    )
    assert "secret" not in done.output
    told = json.loads(run("doctor", str(root), "--format", "json", "--quiet").stdout)
    assert told["interactions"] == 2
    assert told["unknown"][0]["suggestions"][0]["person"] == "cat"
    assert "secret" not in json.dumps(told)


def test_import_writes_tables_beside_the_workspace(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("name,email,committee,seats\nAnn Ames,ann@falls.example,Parks Committee,3\n")
    out = tmp_path / "review"
    told = json.loads(run("import", str(source), "--to", str(out), "--format", "json").output)
    assert told["counts"] == {"people": 1, "bodies": 1, "memberships": 1, "accounts": 1, "lists": 0}
    assert sorted(p.name for p in out.iterdir()) == sorted(told["files"])
    assert run("import", str(source), "--to", str(tmp_path / "again")).exit_code == 0


def test_an_error_is_three_lines_and_a_code_not_a_traceback(tmp_path: Path) -> None:
    root = fill(tmp_path, accounts=ACCOUNTS + "zoe,email,z@x.example\n")
    done = subprocess.run(
        [sys.executable, "-m", "quorum_watch", "roster", "check", str(root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0].startswith("QW-E408  ")
    assert lines[1] == "  where: roster/accounts.csv line 11"
    assert lines[2].startswith("  do:    ")
