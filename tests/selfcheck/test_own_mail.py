"""The member's own mailbox: counted on the member's machine, nothing shown of it, nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from quorum_watch.cli.check import command
from tests.selfcheck.city import TODAY, address_of, folder_of

VIEW = "I think the library hours should stay as they are."


def write_mailbox(folder: Path) -> Path:
    folder.mkdir()
    for n, (to, subject) in enumerate(
        [("eve-east", "Library hours"), ("fay-field", "Re: Library hours"), ("gus-glen", "Library hours"),
         ("hal-holt", "Lunch"), ("ivy-inch", "Library hours")]
    ):  # fmt: skip
        day = "01 Jan 2025" if to == "ivy-inch" else "10 Jun 2026"
        (folder / f"{n}.eml").write_text(
            f"From: {address_of('ann-abel')}\nTo: {address_of(to)}\nDate: {day} 10:00:00 -0500\n"
            f"Message-ID: <{n}@harrow.example>\nSubject: {subject}\n\nXYZZY {VIEW}\n",
            "utf-8",
        )
    return folder


def ask(*args: str) -> dict[str, Any]:
    common = ["--as", "ann-abel", "-w", str(folder_of()), "--on", TODAY.isoformat(), "--format", "json"]
    done = CliRunner().invoke(command, [*common, *args])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_own_mail_on_the_same_item_is_counted(tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "mail")
    draft = ["--to", "jon-jute", "--to", "kay-kirk", "--subject", "Library hours", "--text", VIEW]
    alone, with_own = ask(*draft), ask(*draft, "--mailbox", str(box))
    assert alone["verdict"] == "change"
    assert with_own["verdict"] == "stop"  # ann, jon, kay and, from her own mail, eve, fay and gus: six of twelve
    assert alone["bodies"][0]["members_on_message"] == 3
    assert with_own["bodies"][0]["members_on_message"] == 6
    assert any("3 members on this item before" in f["because"] for f in with_own["why"])


def test_other_subjects_and_old_mail_are_left_alone(tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "mail")
    draft = ["--to", "jon-jute", "--subject", "Snow plow", "--text", VIEW, "--mailbox", str(box)]
    assert ask(*draft)["bodies"][0]["members_on_message"] == 2


def test_no_word_and_no_name_of_the_mailbox_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "mail")
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.rglob("*") if p.is_file()}
    told = json.dumps(ask("--to", "jon-jute", "--subject", "Library hours", "--text", VIEW, "--mailbox", str(box)))
    assert "XYZZY" not in told
    assert not [name for name in ("East", "eve-east", "eve.east", "Field", "Glen", "gus") if name in told]
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.rglob("*") if p.is_file()} == before


def test_an_mbox_is_read_as_well(tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "mail")
    mbox = tmp_path / "own.mbox"
    parts = [f"From ann Wed Jun 10 10:00:00 2026\n{p.read_text('utf-8')}\n" for p in sorted(box.glob("*.eml"))]
    mbox.write_text("".join(parts), "utf-8")
    draft = ["--to", "jon-jute", "--subject", "Library hours", "--text", VIEW, "--mailbox", str(mbox)]
    assert ask(*draft)["bodies"][0]["members_on_message"] == 5
