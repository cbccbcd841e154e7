"""The interchange format in a spreadsheet (``.xlsx``): the template a clerk fills in.

Each sheet whose first row names the required columns is read as ``interactions.csv`` would be; other sheets are counted
as ignored. A row has no bytes of its own in this format, so its hash is of its canonical form: the filled cells as
JSON, keys sorted, found again by sheet and row.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, ClassVar

from quorum_watch.errors import EvidenceError
from quorum_watch.limits import Limits
from quorum_watch.model import Rejected
from quorum_watch.sources.interchange import REQUIRED, BadLine, read_row
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, join_locator, locate_bytes, split_locator
from quorum_watch.vocabulary import Outcome, Reason


class WorkbookReader:
    """A workbook with interactions in it."""

    kind: ClassVar[str] = "workbook"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """A zip whose directory names a workbook."""
        if not file.head.startswith(b"PK\x03\x04"):
            return 0
        try:
            with zipfile.ZipFile(file.path) as archive:
                return 80 if "xl/workbook.xml" in archive.namelist() else 0
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Rows of every sheet that has the columns, in order."""
        whole = locate_bytes(0, file.size)
        refusal = _refuse(file, context.limits)
        if refusal is not None:
            yield Rejected(
                whole, hash_file(file.path), Outcome.QUARANTINED, refusal, "workbook larger than the limits allow"
            )
            return
        seen: set[str] = set()
        found = False
        try:
            for sheet, number, row in _read_rows(file):
                found = True
                yield _read_one(sheet, number, row, context, seen)
        except Exception as error:  # openpyxl raises many kinds on a damaged workbook; what was read before stays
            yield Rejected(
                whole, hash_file(file.path), Outcome.QUARANTINED, Reason.UNREADABLE_FILE, type(error).__name__
            )
            return
        if not found:
            yield Rejected(whole, hash_file(file.path), Outcome.IGNORED, Reason.SIDECAR, "no rows")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The canonical form of one row. Raises :class:`EvidenceError` where it is not there any more."""
        pieces = dict(split_locator(locator))
        if "sheet" not in pieces:
            return file.path.read_bytes()
        for sheet, number, row in _read_rows(file):
            if sheet == pieces["sheet"] and str(number) == pieces["row"]:
                return _canonical(row)
        raise EvidenceError(
            "QW-E273",
            "A row of a workbook is not found again.",
            f"{file.path.name}: {locator[:80]}",
            "Ingest the file again.",
        )


def _refuse(file: SourceFile, limits: Limits) -> Reason | None:
    """Sizes are checked on the directory before anything is opened; a member cannot be longer than it declares."""
    with zipfile.ZipFile(file.path) as archive:
        infos = archive.infolist()
    total, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if len(infos) > limits.members:
        return Reason.TOO_MANY_MEMBERS
    if total > limits.member_bytes:
        return Reason.OVERSIZE
    if total > limits.ratio_after_bytes and total > limits.ratio * max(packed, 1):
        return Reason.BOMB_RATIO
    return None


def _read_rows(file: SourceFile) -> Iterator[tuple[str, int, dict[str, str] | None]]:
    """Each filled row as (sheet, row number, cells by column); ``None`` once for a sheet without our header."""
    from openpyxl import load_workbook

    book = load_workbook(file.path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            names: list[str] | None = None
            filled = False
            for number, cells in enumerate(sheet.iter_rows(), 1):
                shown = [_show(c) for c in cells]
                if not any(shown):
                    continue
                filled = True
                if names is None:
                    names = [s.strip().lower() for s in shown]
                    if not set(REQUIRED).issubset(names):
                        yield sheet.title, number, None
                        break
                    continue
                yield sheet.title, number, {n: s for n, s in zip(names, shown, strict=False) if n and s}
            if not filled:
                yield sheet.title, 0, None
    finally:
        book.close()


def _show(cell: Any) -> str:
    """A cell as the CSV form would hold it: days and times in ISO 8601, whole numbers without a point."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, datetime):
        dated = value.time() == time() and "h" not in str(getattr(cell, "number_format", "")).lower()
        return value.date().isoformat() if dated else value.replace(microsecond=0).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _canonical(row: dict[str, str] | None) -> bytes:
    return json.dumps(row, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _read_one(sheet: str, number: int, row: dict[str, str] | None, context: Context, seen: set[str]) -> Item:
    locator = join_locator(("sheet", sheet), ("row", str(number)))
    digest = hashlib.sha256(_canonical(row)).hexdigest()
    if row is None:
        return Rejected(
            locator, digest, Outcome.IGNORED, Reason.SIDECAR, "sheet without the columns time, channel, from"
        )
    try:
        record = read_row(row, locator, digest, context)
        if record.key and record.key in seen:
            raise BadLine(Reason.DUPLICATE_ID, ["id was used by an earlier row"])
    except BadLine as bad:
        return Rejected(
            locator, digest, Outcome.QUARANTINED, bad.reason, f"sheet {sheet} row {number}: {'; '.join(bad.faults)}"
        )
    seen.add(record.key)
    return record
