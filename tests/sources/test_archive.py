"""Zip containers: every member accounted for, hostile ones refused with their code, nothing written by name."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import Defect, Outcome, Reason

MAIL = (
    b"From: dana@x.example\nTo: kim@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\nMessage-ID: <%d@x.example>\n\nHi\n"
)


def pack(members: list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", compression) as archive:
        warnings.simplefilter("ignore")
        for name, data in members:
            info = zipfile.ZipInfo("x", (2026, 1, 1, 0, 0, 0))
            info.filename = name
            archive.writestr(info, data, compression)
    return out.getvalue()


def read(folder: Path, data: bytes, limits: Limits | None = None) -> list[Item]:
    path = folder / "export.zip"
    path.write_bytes(data)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    assert reader is not None
    assert reader.kind == "zip"
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        if isinstance(item, Record):
            assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    assert sorted(p.name for p in folder.iterdir()) == ["export.zip"], "nothing is left beside it"
    return items


def reasons(items: list[Item]) -> list[Reason]:
    return [i.reason for i in items if isinstance(i, Rejected)]


def test_members_are_read_by_what_they_are(tmp_path: Path) -> None:
    box = b"From d Mon Mar  2 09:00:00 2026\n" + MAIL % 2 + b"From d Mon Mar  2 09:00:00 2026\n" + MAIL % 3
    items = read(
        tmp_path,
        pack(
            [
                ("mail/", b""),
                ("mail/a;b.eml", MAIL % 1),
                ("box", box),
                ("scan.pdf", b"%PDF-1.7"),
                ("empty", b""),
                (".DS_Store", b"x"),
            ]
        ),
    )
    assert [i.key for i in items if isinstance(i, Record)] == ["<1@x.example>", "<2@x.example>", "<3@x.example>"]
    assert items[0].locator == f"member=mail/a%3Bb.eml;bytes=0-{len(MAIL % 1)}"
    assert reasons(items) == [Reason.MEDIA, Reason.ZERO_BYTE, Reason.SYSTEM_FILE]


def test_a_maildir_inside_keeps_its_meaning(tmp_path: Path) -> None:
    items = read(tmp_path, pack([("m/cur/1.h:2,S", MAIL % 1), ("m/tmp/2.h", MAIL % 2)]))
    assert reasons(items) == [Reason.NOT_SENT]


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    one, two = read(tmp_path, pack([("a.eml", MAIL % 1), ("a.eml", MAIL % 2)]))
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert (one.key, two.key) == ("<1@x.example>", "<2@x.example>")
    assert "index=0" in one.locator
    assert "index=1" in two.locator
    assert Defect.DUPLICATE_MEMBER in two.defects


@pytest.mark.parametrize(
    "name",
    [
        "../up.eml",
        "/abs.eml",
        "a/../../b.eml",
        "C:/x.eml",
        "..\\win.eml",
        "a/CON",
        "nul.eml",
        "bad\x00.eml",
        "a\\b.eml",
    ],
)
def test_names_that_lead_elsewhere_are_refused_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    items = read(tmp_path, pack([(name, MAIL % 1), ("good.eml", MAIL % 2)]))
    assert reasons(items) == [Reason.PATH_ESCAPE]
    assert [i.key for i in items if isinstance(i, Record)] == ["<2@x.example>"]


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert reasons(read(tmp_path, out.getvalue())) == [Reason.PATH_ESCAPE]


def test_a_bomb_is_stopped_at_the_ratio(tmp_path: Path) -> None:
    limits = Limits(ratio_after_bytes=100_000, ratio=200)
    items = read(tmp_path, pack([("bomb", b"\0" * 30_000_000), ("good.eml", MAIL % 1)]), limits)
    assert reasons(items) == [Reason.BOMB_RATIO]
    assert len(items) == 2


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(member_bytes=100), Reason.OVERSIZE),
        (Limits(total_bytes=150), Reason.OVERSIZE),
        (Limits(members=2), Reason.TOO_MANY_MEMBERS),
    ],
)
def test_each_limit_has_its_code(tmp_path: Path, limits: Limits, reason: Reason) -> None:
    items = read(tmp_path, pack([(f"{n}.eml", MAIL % n) for n in range(3)]), limits)
    assert reason in reasons(items)


def test_archives_in_archives_as_deep_as_allowed(tmp_path: Path) -> None:
    data = pack([("a.eml", MAIL % 1)])
    for _ in range(2):
        data = pack([("in.zip", data)])
    (item,) = read(tmp_path, data)
    assert isinstance(item, Record)
    assert item.locator.startswith("member=in.zip;member=in.zip;member=a.eml;bytes=")
    assert reasons(read(tmp_path, pack([("in.zip", data)]))) == [Reason.NESTING]


def test_an_encrypted_member_is_said(tmp_path: Path) -> None:
    data = bytearray(pack([("a.eml", MAIL % 1)], zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", 1)
    assert reasons(read(tmp_path, bytes(data))) == [Reason.ENCRYPTED]


def test_damaged_members_and_archives(tmp_path: Path) -> None:
    data = bytearray(pack([("a.eml", MAIL % 1), ("b.eml", MAIL % 2)], zipfile.ZIP_STORED))
    data[data.index(b"Hi\n")] ^= 1
    items = read(tmp_path, bytes(data))
    assert reasons(items) == [Reason.TRUNCATED]
    assert [i.key for i in items if isinstance(i, Record)] == ["<2@x.example>"]
    assert reasons(read(tmp_path, bytes(data[:-30]))) == [Reason.TRUNCATED]


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    data = bytearray(pack([("a.eml", MAIL % 1), ("b.eml", MAIL % 2)], zipfile.ZIP_STORED))
    at = data.rindex(b"PK\x01\x02") + 20
    data[at : at + 4] = struct.pack("<I", 10_000)
    assert reasons(read(tmp_path, bytes(data))) == [Reason.BOMB_RATIO]


def test_an_empty_archive_is_one_ignored_item(tmp_path: Path) -> None:
    (item,) = read(tmp_path, pack([]))
    assert isinstance(item, Rejected)
    assert item.outcome is Outcome.IGNORED
