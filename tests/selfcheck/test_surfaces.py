"""The same drafts through the command, the page and the endpoint: one answer everywhere."""

from __future__ import annotations

import html
import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from quorum_watch.cli.check import command
from quorum_watch.selfcheck.draft import advice_json
from tests.selfcheck.city import TODAY, address_of, folder_of
from tests.selfcheck.site import open_site
from tests.selfcheck.table import advise, rows

IDS = [r["id"] for r in rows()]


def arguments(row: dict[str, Any]) -> list[str]:
    args = ["--as", row["as"], "-w", str(folder_of(row.get("city", ""))), "--on", TODAY.isoformat()]
    for option in ("to", "cc", "bcc", "already"):
        for value in row.get(option, ()):
            args += [f"--{option}", value]
    for value in row.get("outsiders", ()):
        args += ["--outsider", value]
    if "channel" in row:
        args += ["--channel", row["channel"]]
    if "vote_rule" in row:
        args += ["--vote-rule", row["vote_rule"]]
    return [*args, "--subject", row.get("subject", ""), "--text", row["text"]]


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_command_gives_the_same_answer(row: dict[str, Any]) -> None:
    done = CliRunner().invoke(command, [*arguments(row), "--format", "json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == advice_json(advise(row))


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    return {city: open_site(city).client() for city in {r.get("city", "") for r in rows()}}


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_endpoint_gives_the_same_answer(row: dict[str, Any], clients: dict[str, Any]) -> None:
    fields = ("to", "cc", "bcc", "already", "outsiders", "channel", "subject", "text", "vote_rule")
    body = {k: row[k] for k in fields if k in row} | {"as": row["as"]}
    answer = clients[row.get("city", "")].post("/api/check", json=body)
    assert answer.status_code == 200
    assert answer.json() == advice_json(advise(row))


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_page_gives_the_same_answer(row: dict[str, Any], clients: dict[str, Any]) -> None:
    form = {
        "who": row["as"],
        "to": "\n".join([*row.get("to", ()), *row.get("cc", ()), *row.get("bcc", ())]),
        "already": "\n".join(row.get("already", ())),
        "outsiders": "\n".join(row.get("outsiders", ())),
        "channel": row.get("channel", "email"),
        "vote_rule": row.get("vote_rule", ""),
        "paste": row["text"],
    }
    answer = clients[row.get("city", "")].post("/check", data=form)
    assert answer.status_code == 200
    expected = advise(row)
    assert f'<h1 id="headline">{expected.headline}</h1>' in answer.text
    if not row.get("subject"):
        shown = re.findall(r'<ul class="do">(.*?)</ul>', answer.text, re.S)[0]
        assert [html.unescape(x) for x in re.findall("<li>(.*?)</li>", shown)] == list(expected.do)


def as_mail(row: dict[str, Any]) -> bytes:
    def line(name: str) -> str:
        return ", ".join(v if "@" in v else address_of(v) for v in row.get(name, ()))

    head = [f"From: {address_of(row['as'])}", f"Subject: {row.get('subject', '')}"]
    head += [f"{name.capitalize()}: {line(name)}" for name in ("to", "cc", "bcc") if row.get(name)]
    text = "\r\n".join([*head, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", row["text"]])
    return text.encode()


MAILED = [r for r in rows() if r.get("channel", "email") == "email" and r["as"] != "nobody-at-all"]


@pytest.mark.parametrize("row", MAILED, ids=[r["id"] for r in MAILED])
def test_eml_file_gives_the_same_verdict(row: dict[str, Any], tmp_path: Path) -> None:
    mail = tmp_path / "draft.eml"
    mail.write_bytes(as_mail(row))
    args = ["--as", row["as"], "-w", str(folder_of(row.get("city", ""))), "--on", TODAY.isoformat()]
    args += ["--vote-rule", row["vote_rule"]] if "vote_rule" in row else []
    for value in row.get("outsiders", ()):
        args += ["--outsider", value]
    done = CliRunner().invoke(command, [*args, str(mail), "--format", "json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["verdict"] == row["verdict"]


def run(*args: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "quorum_watch", *args], input=given, capture_output=True, check=False)


def test_from_the_shell_a_file_standard_input_and_words(tmp_path: Path) -> None:
    row = next(r for r in rows() if r["id"] == "view-to-council-list")
    mail = tmp_path / "draft.eml"
    mail.write_bytes(as_mail(row))
    common = ["check", "--as", "ann-abel", "-w", str(folder_of()), "--on", TODAY.isoformat()]
    by_file = run(*common, str(mail), "--format", "json")
    by_pipe = run(*common, "-", "--format", "json", given=mail.read_bytes())
    by_words = run(*common, "--to", "council@harrow.example", "--text", "-", given=row["text"].encode())
    assert json.loads(by_file.stdout) == json.loads(by_pipe.stdout)
    assert by_words.stdout.decode().startswith("[STOP] Stop. Ask before you send.")
    assert b"Nothing you paste is saved." in by_words.stdout
    assert by_file.stderr == by_pipe.stderr == b""


def test_cold_from_the_shell_in_time(tmp_path: Path) -> None:
    """Under 1.5 s of work on one core; the wall clock of a busy machine says nothing about the program."""
    mail = tmp_path / "draft.eml"
    mail.write_bytes(as_mail(rows()[0]))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("check", "--as", "ann-abel", "-w", str(folder_of()), "--on", TODAY.isoformat(), str(mail))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 1.5, f"{spent:.2f} s"


def test_heavy_packages_are_not_loaded() -> None:
    code = (
        "import sys; from quorum_watch.selfcheck import check, reading, place, render; "
        "heavy = ('pandas', 'spacy', 'numpy', 'numba', 'pyarrow', 'sklearn', 'sqlite3', 'matplotlib'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("folder", "code"), [("nothing-here", 3), ("broken", 4)], ids=["no workspace", "refused roster"]
)
def test_a_fault_is_never_no_concern(tmp_path: Path, folder: str, code: int) -> None:
    """The answer says that it cannot tell, the error says why, and the exit code is the error's."""
    if folder == "broken":
        from tests.selfcheck.city import write_city

        write_city(tmp_path / "broken")
        people = tmp_path / "broken" / "roster" / "people.csv"
        people.write_text(people.read_text("utf-8").replace("ann-abel,", "ben-birch,", 1), "utf-8")
    done = run("check", "--as", "ann-abel", "-w", str(tmp_path / folder), "--to", "x@y.example", "--text", "a",
               "--format", "json")  # fmt: skip
    assert done.returncode == code
    assert json.loads(done.stdout)["verdict"] == "cannot_tell"
    assert json.loads(done.stderr)["error"]["code"].startswith("QW-E")


@pytest.mark.parametrize("args", [[], ["draft.eml", "--text", "x"], ["--text", "x", "--on", "soon"]])
def test_usage_errors_exit_two(args: list[str]) -> None:
    done = run("check", "--as", "ann-abel", "-w", str(folder_of()), *args)
    assert done.returncode == 2
    assert b"QW-E13" in done.stderr
