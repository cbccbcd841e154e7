"""Lines and table rows with the ranges of bytes they stand in; a broken row costs itself, not the rest."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from quorum_watch.mail.charset import decode_text
from quorum_watch.model import Rejected
from quorum_watch.sources.interface import SourceFile
from quorum_watch.sources.locators import locate_bytes
from quorum_watch.vocabulary import Outcome, Reason

#: A row that spreads over more lines than this has lost its closing quote.
ROW_LINES = 2000
LINE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number among the lines, its range, its bytes, and its cells by column in lower case.

    ``fault`` says why there are no cells.
    """

    number: int
    start: int
    end: int
    raw: bytes
    cells: dict[str, str]
    fault: str = ""

    @property
    def locator(self) -> str:
        """The way back to the bytes."""
        return locate_bytes(self.start, self.end)

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        import hashlib

        return hashlib.sha256(self.raw).hexdigest()

    def refuse(self, reason: Reason, detail: str = "", outcome: Outcome = Outcome.QUARANTINED) -> Rejected:
        """The row as an item that is none; the detail begins with its line."""
        return Rejected(self.locator, self.sha256, outcome, reason, f"line {self.number}: {detail}".rstrip(": "))


def read_lines(file: SourceFile) -> Iterator[tuple[int, int, int, bytes]]:
    """Every line as (number, start, end, bytes without the mark some programs put first)."""
    with file.path.open("rb") as stream:
        at = number = 0
        while raw := stream.readline(LINE_BYTES):
            start, at, number = at, at + len(raw), number + 1
            yield number, start, at, raw


def read_table(file: SourceFile, delimiter: str = ",") -> Iterator[Row]:
    """Every row below the header of a quoted table. Rows may spread over lines inside quotes."""
    names: list[str] | None = None
    kept: list[bytes] = []
    first = begun = quotes = 0
    for number, start, end, raw in read_lines(file):
        if not kept:
            first, begun = number, start
            quotes = 0
        kept.append(raw)
        quotes += raw.count(b'"')
        if quotes % 2 and len(kept) < ROW_LINES and end - begun < LINE_BYTES and end < file.size:
            continue
        whole = b"".join(kept)
        kept = []
        text = decode_text(whole.removeprefix(b"\xef\xbb\xbf") if not begun else whole)[0]
        if not text.strip(f"\r\n\x00 {delimiter}"):
            continue
        try:
            cells = next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True), [])
        except csv.Error:
            yield Row(first, begun, end, whole, {}, "a quote is not closed, or text follows one")
            continue
        if names is None:
            names = [c.strip().strip("\ufeff").lower() for c in cells]
            continue
        extra = [c for c in cells[len(names) :] if c.strip()]
        fault = f"{len(cells)} cells where the header has {len(names)}" if extra else ""
        told = dict(zip(names, (c.replace("\x00", "") for c in cells), strict=False))
        yield Row(first, begun, end, whole, {} if fault else told, fault)
