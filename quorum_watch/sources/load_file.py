"""Concordance load files (``.dat``) and the Opticon image lists (``.opt``) beside them.

Fields are parted by ASCII 20, wrapped in the thorn (254), and a line break inside one is written as 174; the file may
be in UTF-8, UTF-16 or Windows-1252, which the header shows. A row with another number of fields than the header is
refused: shifted columns would put a sender where a recipient stands.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from quorum_watch.model import Rejected
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.load_rows import NAMES, QUESTION, Place, build_row, find_order, known_fields, plain_name
from quorum_watch.sources.locators import locate_bytes, read_range
from quorum_watch.vocabulary import Outcome, Reason

SEPARATOR, QUALIFIER, BREAK = "\x14", "\xfe", "\xae"
_OPT = re.compile(
    rb"[^,\r\n]{1,200},[^,\r\n]{0,200},[^,\r\n]{1,1000},Y?,[^,\r\n]{0,100},[^,\r\n]{0,100},\d{0,9}\s*(?:\r?\n|$)"
)
_LINE_BYTES = 16 << 20


class LoadFileReader:
    """Reads a Concordance load file; an Opticon list is accounted for."""

    kind: ClassVar[str] = "load_file"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True
    reads_above: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """A first line of fields parted as Concordance parts them."""
        encoding = _encoding(file.head)
        first = file.head.decode(encoding, "replace").lstrip("\ufeff").split("\n", 1)[0]
        if first.startswith(QUALIFIER) and QUALIFIER + SEPARATOR + QUALIFIER in first:
            return 96
        named = PurePosixPath(file.name).suffix.lower() == ".opt"
        return 80 if named and _OPT.match(file.head.removeprefix(b"\xef\xbb\xbf")) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each row as a message, or why it is none."""
        if PurePosixPath(file.name).suffix.lower() == ".opt" and SEPARATOR.encode() not in file.head:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a list of page images")
            return
        names: list[str] = []
        order = context.answer(QUESTION) or find_order(list(_dates(file)))
        found = False
        for number, start, end, raw, cells in _rows(file):
            if not names:
                names = cells
                if not known_fields(names) & {"from", "to", "sent"}:
                    detail = "no column for a sender, a recipient or a date was recognised"
                    yield refuse_file(file, Outcome.QUARANTINED, Reason.UNKNOWN_FORMAT, detail)
                    return
                continue
            found = True
            place = Place(file, locate_bytes(start, end), hashlib.sha256(raw).hexdigest())
            if len(cells) != len(names):
                detail = f"line {number}: {len(cells)} fields where the header has {len(names)}"
                yield Rejected(place.locator, place.sha256, Outcome.QUARANTINED, Reason.CSV_INVALID, detail)
                continue
            yield build_row(dict(zip(names, cells, strict=True)), place, context, order)
        if not found:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a load file without rows")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one row."""
        return read_range(file.path, locator)


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if head.startswith(b"\xff\xfe") else "utf-16-be"
    first = head.split(b"\n", 1)[0]
    return "utf-8" if b"\xc3\xbe" in first else "cp1252"


def _rows(file: SourceFile) -> Iterator[tuple[int, int, int, bytes, list[str]]]:
    """Every line as number, range, bytes and fields."""
    encoding = _encoding(file.head)
    wide = encoding.startswith("utf-16")
    newline = "\n".encode(encoding) if wide else b"\n"
    with file.path.open("rb") as stream:
        at = number = 0
        for raw in _lines(stream, newline, wide=wide):
            start, at, number = at, at + len(raw), number + 1
            text = raw.decode(encoding, "replace").lstrip("\ufeff").strip("\r\n\x00")
            if not text.strip():
                continue
            yield number, start, at, raw, [_field(f) for f in text.split(SEPARATOR)]


def _lines(stream: object, newline: bytes, *, wide: bool) -> Iterator[bytes]:
    readline = stream.readline  # type: ignore[attr-defined]
    kept = b""
    while piece := readline(_LINE_BYTES):
        kept += piece
        # in UTF-16 a byte 10 ends a line only as half of the character it belongs to
        if wide and newline == b"\n\x00" and kept.endswith(b"\n") and len(kept) % 2:
            kept += stream.read(1)  # type: ignore[attr-defined]
        if not wide or (kept.endswith(newline) and not len(kept) % 2):
            yield kept
            kept = b""
    if kept:
        yield kept


def _field(value: str) -> str:
    text = value.strip()
    if text.startswith(QUALIFIER):
        text = text[1:]
    if text.endswith(QUALIFIER):
        text = text[:-1]
    return text.replace(BREAK, "\n").replace("\x00", "")


def _dates(file: SourceFile) -> Iterator[str]:
    """The dates of the file, from which the order of day and month may follow."""
    wanted: list[int] = []
    for n, (_, _, _, _, cells) in enumerate(_rows(file)):
        if not n:
            columns = {*NAMES["sent"], *NAMES["received"]}
            wanted = [i for i, name in enumerate(cells) if plain_name(name) in columns]
            continue
        yield from (cells[i] for i in wanted if i < len(cells))
