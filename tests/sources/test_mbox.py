"""Mailbox files: where messages part, what is doubtful, and that no byte is lost."""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import hashlib
import random
from itertools import pairwise
from pathlib import Path

import pytest

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import mbox, registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.sources.mbox import split_mbox
from quorum_watch.vocabulary import Defect, Reason

LINE = b"From dana@x.example Mon Mar  2 09:00:00 2026\n"


def message(n: int, body: bytes = b"Hi\n", extra: bytes = b"") -> bytes:
    return (
        b"From: dana@x.example\nTo: kim@x.example\nDate: Mon, 2 Mar 2026 09:%02d:00 -0600\nMessage-ID: <%d@x.example>\n%s\n%s\n"
        % (n % 60, n, extra, body)
    )


def read(folder: Path, data: bytes, limits: Limits | None = None) -> list[Item]:
    path = folder / "box.mbox"
    path.write_bytes(data)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    assert reader is not None
    assert reader.kind == "mbox"
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    ends = [tuple(int(n) for n in i.locator.removeprefix("bytes=").split("-")) for i in items if ";" not in i.locator]
    assert ends[0][0] == 0
    assert ends[-1][1] == len(data)
    assert all(a[1] == b[0] for a, b in pairwise(ends)), "the ranges tile the file"
    return items


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("blank", [b"", b"\n"])
def test_boxes_of_either_line_end_with_or_without_blank_lines(tmp_path: Path, newline: bytes, blank: bytes) -> None:
    data = b"".join(LINE + message(n) + blank for n in range(5)).replace(b"\n", newline)
    items = read(tmp_path, data)
    assert [i.key for i in items if isinstance(i, Record)] == [f"<{n}@x.example>" for n in range(5)]
    assert not any(i.defects for i in items if isinstance(i, Record))


@pytest.mark.parametrize(
    "line",
    [
        b"From - Mon Mar  2 09:00:00 2026\n",
        b"From kim@x.example\n",
        b"From MAILER-DAEMON Mon Mar 2 09:00:00 2026 +0000\n",
        b"From 123@xxx Thu Mar 02 09:00:00 +0000 2026\n",
    ],
)
def test_separators_other_programs_write(tmp_path: Path, line: bytes) -> None:
    assert len(read(tmp_path, LINE + message(1) + line + message(2))) == 2


def test_a_from_line_that_parts_nothing_stays_and_is_marked(tmp_path: Path) -> None:
    body = b"I hear:\nFrom what Kim says, no.\nFrom 1f3870be274f6c49b3e31a0c6728957f Mon Sep 17 00:00:00 2001\nFrom: someone\nSubject: patch\n"
    items = read(tmp_path, LINE + message(1, body) + LINE + message(2))
    first, second = items
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert Defect.MBOX_AMBIGUOUS_FROM in first.defects
    assert "From what Kim says" in first.text
    assert Defect.MBOX_AMBIGUOUS_FROM not in second.defects


def test_an_unescaped_copy_inside_a_message_is_counted_with_a_mark(tmp_path: Path) -> None:
    body = b"Look at this:\n" + LINE + message(9)
    items = read(tmp_path, LINE + message(1, body) + LINE + message(2))
    marked = sum(isinstance(i, Record) and Defect.MBOX_AMBIGUOUS_FROM in i.defects for i in items)
    assert len(items) - 2 == marked == 1


def test_a_declared_length_is_believed_where_it_fits(tmp_path: Path) -> None:
    inner = b"Look:\n\n" + LINE + message(9)
    first = message(1, inner, b"Content-Length: %d\n" % len(inner))
    assert len(read(tmp_path, LINE + first + LINE + message(2))) == 2
    wrong = message(1, inner, b"Content-Length: 7\n")
    assert len(read(tmp_path, LINE + wrong + LINE + message(2))) == 3


def test_escaped_lines_are_unescaped_once(tmp_path: Path) -> None:
    (item,) = read(tmp_path, LINE + message(1, b">From here\n>>From there\n"))
    assert isinstance(item, Record)
    assert item.text.split("\n")[:2] == ["From here", ">From there"]


@pytest.mark.parametrize("lead", [b"leftover\n", b"Subject: cut off\nTo: kim@x.example\n\nwords\n"])
def test_bytes_before_the_first_separator_are_one_item(tmp_path: Path, lead: bytes) -> None:
    first, second = read(tmp_path, lead + LINE + message(1))
    assert isinstance(first, Rejected)
    assert first.reason is Reason.NOT_A_MESSAGE
    assert isinstance(second, Record)


def test_a_message_over_the_limit_is_one_coded_item_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "CHUNK", 8192)
    data = LINE + message(1) + LINE + message(2, b"long line\n" * 20_000) + LINE + message(3)
    one, two, three = read(tmp_path, data, Limits(member_bytes=50_000))
    assert isinstance(two, Rejected)
    assert two.reason is Reason.OVERSIZE
    assert [i.key for i in (one, three) if isinstance(i, Record)] == ["<1@x.example>", "<3@x.example>"]


@pytest.mark.parametrize("chunk", [5000, 6007, 9001])
def test_where_the_file_is_cut_for_reading_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    pick = random.Random(chunk)
    data = b"".join(LINE + message(n, b"From time to time\nwords\n" * pick.randrange(0, 400)) for n in range(60))
    path = tmp_path / "b.mbox"
    path.write_bytes(data)
    whole = [(e.start, e.end, e.ambiguous) for e in split_mbox(path, Limits())]
    monkeypatch.setattr(mbox, "CHUNK", chunk)
    assert [(e.start, e.end, e.ambiguous) for e in split_mbox(path, Limits())] == whole
    assert len(whole) == 60


def test_one_altered_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "box.mbox"
    path.write_bytes(LINE + message(1) + LINE + message(2))
    file = registry.open_source(path, tmp_path)
    items = list(registry.read_items(file, Context("UTC")))
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    reader = mbox.MboxReader()
    assert [hashlib.sha256(reader.fetch(file, i.locator)).hexdigest() == i.sha256 for i in items] == [True, False]
