"""Single messages, maildirs, and how a file finds its reader."""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from quorum_watch.errors import InputError
from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.vocabulary import Outcome, Reason

MAIL = (
    b"From: dana@x.example\nTo: kim@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\nMessage-ID: <1@x.example>\n\nHi\n"
)


def read(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> tuple[str, list[Item]]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        if reader is not None:
            assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return reader.kind if reader else "", items


@pytest.mark.parametrize("name", ["a.eml", "mail", "a.txt", "sub/folder/b.bin"])
def test_a_message_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    kind, (item,) = read(tmp_path, name, MAIL)
    assert kind == "eml"
    assert isinstance(item, Record)
    assert item.locator == f"bytes=0-{len(MAIL)}"


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\r\n\r\n", b">From dana Mon Mar 2 09:00:00 2026\n"])
def test_what_stands_before_a_message_does_not_hide_it(tmp_path: Path, lead: bytes) -> None:
    kind, (item,) = read(tmp_path, "a.eml", lead + MAIL)
    assert kind == "eml"
    assert isinstance(item, Record)
    assert item.key == "<1@x.example>"


def test_apple_mail_files(tmp_path: Path) -> None:
    kind, (item,) = read(tmp_path, "1.emlx", b"%d      \n" % len(MAIL) + MAIL + b"<?xml version='1.0'?><plist/>")
    assert kind == "eml"
    assert isinstance(item, Record)
    assert "plist" not in item.text


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("m/cur/1.host:2,S", None),
        ("m/new/2.host", None),
        ("m/cur/3.host:2,DS", Reason.DRAFT),
        ("m/tmp/4.host", Reason.NOT_SENT),
    ],
)
def test_maildir_folders_and_flags(tmp_path: Path, name: str, outcome: Reason | None) -> None:
    kind, (item,) = read(tmp_path, name, MAIL)
    assert kind == "maildir"
    assert (item.reason if isinstance(item, Rejected) else None) is outcome


@pytest.mark.parametrize(
    ("data", "outcome", "reason"),
    [
        (b"", Outcome.QUARANTINED, Reason.ZERO_BYTE),
        (b"just some words\n", Outcome.QUARANTINED, Reason.UNKNOWN_FORMAT),
        (b"%PDF-1.7\n", Outcome.IGNORED, Reason.MEDIA),
        (b"\x89PNG\r\n\x1a\n", Outcome.IGNORED, Reason.MEDIA),
        (MAIL.replace(b"Date: Mon, 2 Mar 2026 09:00:00 -0600\n", b""), Outcome.QUARANTINED, Reason.NO_DATE),
        (MAIL.replace(b"2 Mar", b"31 Feb"), Outcome.QUARANTINED, Reason.BAD_DATE),
        (MAIL.replace(b"From: dana@x.example\n", b""), Outcome.QUARANTINED, Reason.NO_SENDER),
        (b"X-Unsent: 1\n" + MAIL, Outcome.IGNORED, Reason.DRAFT),
        (b"Subject: x\nX-Thing: y\n\nwords\n", Outcome.QUARANTINED, Reason.NOT_A_MESSAGE),
    ],
)
def test_what_is_no_row_has_a_reason(tmp_path: Path, data: bytes, outcome: Outcome, reason: Reason) -> None:
    _, (item,) = read(tmp_path, "file", data)
    assert isinstance(item, Rejected)
    assert (item.outcome, item.reason) == (outcome, reason)
    assert item.sha256 == hashlib.sha256(data).hexdigest()


def test_a_message_over_the_limit_is_not_loaded(tmp_path: Path) -> None:
    _, (item,) = read(tmp_path, "a.eml", MAIL, Limits(member_bytes=20))
    assert isinstance(item, Rejected)
    assert item.reason is Reason.OVERSIZE


def test_an_invitation_in_a_message_is_a_gathering_too(tmp_path: Path) -> None:
    ics = (
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:7\r\nDTSTART:20260305T180000Z\r\n"
        b"ORGANIZER:mailto:dana@x.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:kim@x.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    body = (
        b"MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nLunch?\n--b\nContent-Type: text/calendar\n\n"
        + ics
        + b"\n--b--\n"
    )
    _, (mail, event) = read(tmp_path, "a.eml", MAIL.replace(b"\n\nHi\n", b"\n" + body))
    assert isinstance(mail, Record)
    assert isinstance(event, Record)
    assert (mail.channel.value, event.channel.value, event.event) == ("email", "calendar", "calendar_invite")
    assert event.locator.endswith(";part=2")


def test_unreadable_files_are_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        registry.open_source(tmp_path / "absent.eml", tmp_path)
    assert error.value.code == "QW-E272"


class Failing:
    """A reader that breaks its promise half way."""

    kind = "failing"
    version = "1"

    def claims(self, file: SourceFile) -> int:
        return 100 if file.head.startswith(b"fail") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        yield Rejected("bytes=0-1", "", Outcome.IGNORED, Reason.SIDECAR)
        raise KeyError("secret words of a message")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        return file.path.read_bytes()


def test_another_package_may_offer_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("failing", f"{__name__}:Failing", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: Failing)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry.load_readers.cache_clear()
    try:
        path = tmp_path / "x"
        path.write_bytes(b"fail now")
        items = list(registry.read_items(registry.open_source(path, tmp_path), Context("UTC")))
    finally:
        registry.load_readers.cache_clear()
    assert [i.reason for i in items if isinstance(i, Rejected)] == [Reason.SIDECAR, Reason.READER_FAILED]
    assert "secret" not in str(items)


def test_something_that_is_no_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("odd", "somewhere:Odd", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: object)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry.load_readers.cache_clear()
    try:
        with pytest.raises(InputError) as error:
            registry.load_readers()
    finally:
        registry.load_readers.cache_clear()
    assert error.value.code == "QW-E271"


def test_every_reader_has_a_kind_of_its_own() -> None:
    kinds = [r.kind for r in registry.load_readers()]
    assert len(set(kinds)) == len(kinds)
    assert all(registry.find_reader(k) for k in kinds)
