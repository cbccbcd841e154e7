"""Mailbox files: many messages in one, parted by lines that begin with ``From ``.

The format has no standard. A line parts two messages only if it also bears a plausible address or date and a header
line follows; any other ``From `` line stays in its message, which is then marked ``mbox_ambiguous_from``. A
``Content-Length`` that lands exactly on the next separator is believed. The ranges of the items tile the file: every
byte belongs to exactly one. The file is read in pieces, so memory depends on the largest message, not on the box.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources.eml import fetch_message
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import locate_bytes, read_range
from quorum_watch.sources.messages import read_message
from quorum_watch.vocabulary import Defect, Outcome, Reason

CHUNK = 4 << 20
#: Bytes needed after a candidate to judge it: the separator line and the line after it.
LOOKAHEAD = 4096

_DATED = re.compile(
    rb"From .{0,400}\b\d{1,2}:\d{2}(?::\d{2})?\b.{0,40}\b\d{4}\b|From .{0,400}\b\d{4}\b.{0,40}\b\d{1,2}:\d{2}", re.S
)
_ADDRESSED = re.compile(rb"From \S{1,200}@\S{1,200}\s*$")
_PATCH = re.compile(rb"From [0-9a-f]{7,64} Mon Sep 17 00:00:00 2001")
_HEADER = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>From ")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stretch of a mailbox: [start, end); its bytes, or ``None`` with only the hash where it is over the limit."""

    start: int
    end: int
    data: bytes | None
    sha256: str
    ambiguous: bool
    preamble: bool = False


def is_separator(data: bytes | bytearray, at: int) -> bool:
    """Whether the ``From `` at this position begins a message, judged by its own line and the next.

    >>> is_separator(b"From dana@x.example Mon Mar  2 09:00:00 2026\\nSubject: x\\n", 0)
    True
    >>> is_separator(b"From what I hear, Lee agrees.\\nMore: soon\\n", 0)
    False
    """
    eol = data.find(b"\n", at, at + 1000)
    if eol < 0 or not _HEADER.match(data, eol + 1):
        return False
    line = bytes(data[at:eol])
    if _PATCH.match(line):
        return False  # the first line git writes above every patch; its date is a constant
    return bool(_DATED.match(line) or _ADDRESSED.match(line))


def split_mbox(path: Path, limits: Limits) -> Iterator[Entry]:
    """The messages of a mailbox file in order, and what precedes the first one as a ``preamble`` entry."""
    with path.open("rb") as file:
        buffer = bytearray(file.read(CHUNK))
        done = len(buffer) < CHUNK
        base = begin = 0  # file offset of buffer[0]; index where the current message begins
        skipped = 0  # bytes of the current message already hashed and let go, because it is over the limit
        digest = hashlib.sha256()
        ambiguous = False
        lead = len(buffer) - len(buffer.lstrip(b"\r\n\xef\xbb\xbf"))
        preamble = not (buffer.startswith(b"From ", lead) and _opens(buffer, lead))
        at = lead + 5
        while True:
            found = buffer.find(b"\nFrom ", max(begin, at - 1))
            enough = done or (found >= 0 and found + LOOKAHEAD <= len(buffer))
            if not enough:
                at = found if found >= 0 else max(at, len(buffer) - 5)
                if len(buffer) - begin > limits.member_bytes and found < 0:
                    digest.update(memoryview(buffer)[begin:at])
                    skipped += at - begin
                    begin = at
                del buffer[:begin]
                base, at, begin = base + begin, at - begin, 0
                piece = file.read(CHUNK)
                buffer += piece
                done = len(piece) < CHUNK
                continue
            if found >= 0:
                here = found + 1
                parts = is_separator(buffer, here) and not _inside_length(buffer, begin, here)
                if not parts:
                    ambiguous = True
                    at = here + 5
                    continue
                # Without an empty line before it, a separator may be a quotation: it counts, with a mark.
                doubtful = found > 0 and not buffer.endswith((b"\n", b"\n\r"), 0, found)
            else:
                here = len(buffer)
                doubtful = False
            if here > begin or skipped:
                yield _entry(buffer, base, begin, here, skipped, digest, ambiguous, preamble, limits)
            if found < 0:
                return
            begin, at = here, here + 5
            skipped, digest, ambiguous, preamble = 0, hashlib.sha256(), doubtful, False


def count_messages(path: Path, limits: Limits) -> int:
    """How many messages a mailbox file holds."""
    return sum(not entry.preamble for entry in split_mbox(path, limits))


def _opens(buffer: bytearray, at: int) -> bool:
    """The first line of a file is held to less: a box whose first message has no header still is a box."""
    eol = buffer.find(b"\n", at)
    line = bytes(buffer[at : eol if eol >= 0 else len(buffer)])
    return is_separator(buffer, at) or bool(_DATED.match(line) or _ADDRESSED.match(line))


def _inside_length(buffer: bytearray, begin: int, at: int) -> bool:
    """Whether the current message declares a length that ends later, exactly at another separator or at the end."""
    head = buffer.find(b"\n\n", begin, at)
    width = 2
    if head < 0:
        head, width = buffer.find(b"\r\n\r\n", begin, at), 4
    if head < 0 or buffer.find(b"ontent-", begin, head) < 0:
        return False
    match = _LENGTH.search(bytes(buffer[begin : head + 1]))
    if match is None:
        return False
    end = head + width + int(match[1])
    if end < at:
        return False
    for gap in (0, 1, 2):
        if end + gap == len(buffer) or (buffer.startswith(b"From ", end + gap) and is_separator(buffer, end + gap)):
            return end + gap > at
    return False


def _entry(
    buffer: bytearray,
    base: int,
    begin: int,
    end: int,
    skipped: int,
    digest: hashlib._Hash,
    ambiguous: bool,
    preamble: bool,
    limits: Limits,
) -> Entry:
    start = base + begin - skipped
    if skipped or end - begin > limits.member_bytes:
        digest.update(memoryview(buffer)[begin:end])
        return Entry(start, base + end, None, digest.hexdigest(), ambiguous, preamble)
    return Entry(start, base + end, bytes(memoryview(buffer)[begin:end]), "", ambiguous, preamble)


class MboxReader:
    """A mailbox file, whatever program wrote it."""

    kind: ClassVar[str] = "mbox"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """A separator line at the top; sure where a header follows it."""
        head = bytearray(file.head.lstrip(b"\r\n\xef\xbb\xbf"))
        named = file.name.lower().endswith((".mbox", ".mbx"))
        if head.startswith(b"From "):
            return 90 if is_separator(head, 0) else 75 if _opens(head, 0) else 40 if named else 0
        # A box whose beginning was cut off is still a box; what precedes the first separator is said.
        at = head.find(b"\nFrom ") if named else -1
        while at >= 0 and not is_separator(head, at + 1):
            at = head.find(b"\nFrom ", at + 1)
        return 75 if at >= 0 else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each message, then its calendar parts."""
        for entry in split_mbox(file.path, context.limits):
            locator = locate_bytes(entry.start, entry.end)
            if entry.data is None:
                yield Rejected(
                    locator, entry.sha256, Outcome.QUARANTINED, Reason.OVERSIZE, "message larger than the limit"
                )
            elif entry.preamble:
                digest = hashlib.sha256(entry.data).hexdigest()
                yield Rejected(
                    locator, digest, Outcome.QUARANTINED, Reason.NOT_A_MESSAGE, "bytes before the first separator"
                )
            else:
                items = read_message(entry.data, locator, context, unescape=True)
                if entry.ambiguous:
                    items = [_mark(i) for i in items]
                yield from items

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one message with its separator line, or of a calendar part of it."""
        return fetch_message(read_range(file.path, locator), locator)


def _mark(item: Item) -> Item:
    if isinstance(item, Record):
        return replace(item, defects=(*item.defects, Defect.MBOX_AMBIGUOUS_FROM))
    return item
