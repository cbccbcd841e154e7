"""Outlook's files, read in a process of their own: recipients from the table, limits, and the extra when absent."""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import outlook, outlook_worker, registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.sources.outlook import build_item
from quorum_watch.vocabulary import Channel, Defect, Outcome, Reason, Role
from tests.shared import shared

extract_msg = pytest.importorskip("extract_msg")
pytest.importorskip("pypff")

UNICODE = 0x80000000  # the store says that its strings are UTF-16


def properties(fixed: dict[int, int], *, recipients: int = 0, top: bool = True) -> bytes:
    """A property stream as [MS-OXMSG] 2.4 describes it."""
    head = struct.pack("<8xIIII8x", recipients, 0, recipients, 0) if top else b"\0" * 8
    return head + b"".join(struct.pack("<IIQ", tag, 6, value) for tag, value in fixed.items())


def filetime(when: datetime) -> int:
    return int((when - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def write_msg(
    path: Path, strings: dict[int, str], people: list[tuple[int, str, str]], flags: int = 0, kind: str = "IPM.Note"
) -> None:
    """A ``.msg`` made from the published structure: strings by property id, people as (type, name, address)."""
    from extract_msg.ole_writer import OleWriter

    writer = OleWriter()
    writer.addEntry("__nameid_version1.0", storage=True)
    for stream in ("00020102", "00030102", "00040102"):
        writer.addEntry(f"__nameid_version1.0/__substg1.0_{stream}", b"")
    fixed = {0x340D0003: 0x40000, 0x0E070003: flags, 0x00390040: filetime(datetime(2026, 3, 2, 15, tzinfo=UTC))}
    for tag, text in {0x001A: kind, **strings}.items():
        data = text.encode("utf-16-le")
        fixed[(tag << 16) | 0x1F] = len(data) + 2
        writer.addEntry(f"__substg1.0_{tag:04X}001F", data)
    writer.addEntry("__properties_version1.0", properties(fixed, recipients=len(people)))
    for n, (role, name, address) in enumerate(people):
        folder = f"__recip_version1.0_#{n:08X}"
        writer.addEntry(folder, storage=True)
        own = {0x0C150003: role, 0x30000003: n}
        for tag, text in ((0x3001, name), (0x39FE, address)):
            if text:
                own[(tag << 16) | 0x1F] = 2 * len(text) + 2
                writer.addEntry(f"{folder}/__substg1.0_{tag:04X}001F", text.encode("utf-16-le"))
        writer.addEntry(f"{folder}/__properties_version1.0", properties(own, top=False))
    writer.write(str(path))


def read(path: Path, limits: Limits | None = None) -> list[Item]:
    file = registry.open_source(path, path.parent)
    reader = registry.detect(file)
    assert reader is not None
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return items


SENT = {
    0x0037: "Budget",
    0x1000: "I will vote no.\r\n",
    0x0C1A: "Dana Lee",
    0x5D01: "Dana@x.example",
    0x1035: "<1@x.example>",
}
PEOPLE = [
    (1, "Oak, Kim", "kim@x.example"),
    (2, "Lou Elm", "lou@x.example"),
    (3, "Ben Ash", "ben@x.example"),
    (1, "Pat Names Only", ""),
]


def test_a_sent_item_has_its_recipients_from_the_table(tmp_path: Path) -> None:
    path = tmp_path / "X (1).msg"
    write_msg(path, SENT, PEOPLE)
    (item,) = read(path)
    assert isinstance(item, Record)
    assert item.sender is not None
    assert item.when is not None
    assert (item.sender.address, item.subject, item.text.strip(), item.key) == (
        "dana@x.example",
        "Budget",
        "I will vote no.",
        "<1@x.example>",
    )
    assert item.when.at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert {p.evidence for p in item.recipients} == {"recipient_table"}
    assert {(p.name, p.address, p.role) for p in item.recipients} == {
        ("Oak, Kim", "kim@x.example", Role.TO),
        ("Lou Elm", "lou@x.example", Role.CC),
        ("Ben Ash", "ben@x.example", Role.BCC),
        ("Pat Names Only", "", Role.TO),
    }
    assert Defect.NAME_ONLY_RECIPIENT in item.defects


def test_headers_and_table_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    headers = "From: Dana Lee <dana@x.example>\r\nTo: kim@x.example\r\nDate: Mon, 2 Mar 2026 08:00:00 -0600\r\nMessage-ID: <9@x.example>\r\n"
    write_msg(path, {**SENT, 0x007D: headers}, PEOPLE)
    (item,) = read(path)
    assert isinstance(item, Record)
    assert item.key == "<9@x.example>"
    assert item.when is not None
    assert item.when.at.hour == 14
    assert [(p.address, p.evidence) for p in item.recipients if p.role is Role.BCC] == [
        ("ben@x.example", "recipient_table")
    ]
    assert [p.evidence for p in item.recipients if p.address == "kim@x.example"] == ["header"]


def test_an_unsent_item_is_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    write_msg(path, SENT, PEOPLE, flags=8)
    (item,) = read(path)
    assert isinstance(item, Rejected)
    assert (item.outcome, item.reason) == (Outcome.IGNORED, Reason.DRAFT)


def test_a_meeting_request_is_a_gathering(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    write_msg(path, SENT, PEOPLE, kind="IPM.Schedule.Meeting.Request")
    (item,) = read(path)
    assert isinstance(item, Record)
    assert (item.channel, item.event) == (Channel.CALENDAR, "calendar_invite")


def test_other_kinds_are_ignored_by_rule() -> None:
    item = build_item({"class": "IPM.Contact", "subject": "x"}, "node=1", "0", Context("UTC"))
    assert isinstance(item, Rejected)
    assert (item.outcome, item.reason) == (Outcome.IGNORED, Reason.SIDECAR)


def test_an_item_with_damaged_fields_says_so() -> None:
    message = {
        "class": "IPM.Note",
        "sender_smtp": "a@x.example",
        "submitted": "2026-03-02T15:00:00+00:00",
        "damaged": 2,
    }
    item = build_item(message, "node=1", "0", Context("UTC"))
    assert isinstance(item, Record)
    assert Defect.TRUNCATED in item.defects


def test_a_line_break_in_a_property_makes_no_header() -> None:
    message = {
        "class": "IPM.Note",
        "sender_smtp": "a@x.example",
        "submitted": "2026-03-02T15:00:00+00:00",
        "subject": "x\nBcc: evil@x.example",
    }
    item = build_item(message, "node=1", "0", Context("UTC"))
    assert isinstance(item, Record)
    assert not item.recipients


def test_a_message_attached_to_another_is_a_claim() -> None:
    inner = {
        "class": "IPM.Note",
        "sender_smtp": "old@x.example",
        "submitted": "2026-03-01T15:00:00+00:00",
        "subject": "Vote",
        "body": "I am for it.",
    }
    message = {
        "class": "IPM.Note",
        "sender_smtp": "a@x.example",
        "submitted": "2026-03-02T15:00:00+00:00",
        "body": "See below",
        "embedded": [inner],
    }
    item = build_item(message, "node=1", "0", Context("UTC"))
    assert isinstance(item, Record)
    (quote,) = item.quoted
    assert item.text[quote.start : quote.end] == "Vote\n\nI am for it."
    assert quote.sender is not None
    assert (quote.kind, quote.sender.address, quote.sender.evidence) == ("attached", "old@x.example", "quoted")


def test_a_damaged_file_is_one_coded_item(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    write_msg(path, SENT, PEOPLE)
    path.write_bytes(path.read_bytes()[:900])
    (item,) = read(path)
    assert isinstance(item, Rejected)
    assert item.reason is Reason.READER_FAILED


def test_the_worker_bounds_its_own_memory() -> None:
    greedy = "from quorum_watch.sources.outlook_worker import limit; limit(300_000_000, 30); bytearray(600_000_000)"
    done = subprocess.run([sys.executable, "-c", greedy], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


def test_memory_that_ran_out_is_a_limit_not_a_lost_field() -> None:
    def fail() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        outlook_worker.attempt(fail)
    assert outlook_worker.attempt(lambda: {}["absent"], "nothing") == "nothing"


def test_the_worker_is_stopped_at_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "outlook_worker.py"
    script.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(outlook, "__file__", str(tmp_path / "outlook.py"))
    with pytest.raises(outlook.WorkerFailed) as stop:
        list(outlook.run_worker("pst", script, Limits(reader_seconds=0.5)))
    assert stop.value.reason is Reason.TIME_LIMIT


def test_without_the_extra_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "outlook_worker.py"
    script.write_text("import sys\nsys.exit(3)\n")
    monkeypatch.setattr(outlook, "__file__", str(tmp_path / "outlook.py"))
    path = tmp_path / "a.pst"
    path.write_bytes(b"!BDN" + b"\0" * 100)
    (item,) = registry.read_items(registry.open_source(path, tmp_path), Context("UTC"))
    assert isinstance(item, Rejected)
    assert item.reason is Reason.READER_MISSING
    assert "quorum-watch[outlook]" in item.detail


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "count"), [("dist-list.pst", 4), ("passworded.pst", 3)])
def test_published_stores_read_to_the_end(name: str, count: int) -> None:
    items = read(shared("corpora", "pst", name))
    assert len(items) == count
    assert all(isinstance(i, Rejected) and i.outcome is Outcome.IGNORED for i in items)


class BrokenFolder:
    """A folder of a damaged store: some of it cannot be read."""

    name = "Inbox"
    number_of_sub_messages = 1

    @property
    def number_of_sub_folders(self) -> int:
        raise OSError("damaged")

    def get_sub_message(self, number: int) -> object:
        raise OSError("damaged")


class BrokenStore:
    number_of_orphan_items = 0

    def get_root_folder(self) -> BrokenFolder:
        return BrokenFolder()


def test_what_cannot_be_reached_in_a_store_is_counted() -> None:
    assert list(outlook_worker.walk_store(BrokenStore())) == [(None, ""), (None, "")]
    item = build_item({"folder": "", "error": "cannot be read"}, "item=0", "0", Context("UTC"))
    assert isinstance(item, Rejected)
    assert (item.outcome, item.reason) == (Outcome.QUARANTINED, Reason.TRUNCATED)
