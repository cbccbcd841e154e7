"""Small tables a person keeps in a spreadsheet: read tolerantly, complained about precisely.

A table is a CSV file (UTF-8, with or without a byte order mark; separated by commas, semicolons or tabs) or one sheet
of a workbook. Column order is free, unknown columns are kept and ignored, blank rows are skipped. A row whose first
filled cell begins with ``EXAMPLE`` is the template's own and is skipped as well. Nothing is guessed: bytes that are
not UTF-8 are a fault with a remedy, because a guessed character set turns one person's name into another's.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from quorum_watch.errors import Fault

EXAMPLE = "EXAMPLE"
_DELIMITERS = (",", ";", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


#: The longest cell of a table a person fills in; longer ones are a fault, not a name.
_CELL_CHARS = 131_072


@dataclass(frozen=True, slots=True)
class Codes:
    """The fault codes a table reports under: the file, a column, a cell."""

    file: str
    column: str
    cell: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What a table must look like: its name, its required columns, and the others that have a meaning."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that has a meaning, the required ones first."""
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row: where it stands (``roster/people.csv line 4``) and its cells by column name, stripped."""

    where: str
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell, or ``""`` where it is blank or the column is absent."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one table in file order, with the faults found on the way; ``examples`` counts skipped examples."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()
    examples: int = 0


def read_csv(path: Path, where: str, spec: Spec, codes: Codes) -> Table:
    """Read a CSV file; ``where`` is the name used in faults (relative, so that no machine's folders are shown)."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        return _refused(
            codes.file, f"The file cannot be opened: {reason}.", where, "Check that the file exists and may be read."
        )
    text = _decode(raw, where, codes)
    if isinstance(text, Fault):
        return Table((), (text,))
    return _table(_csv_lines(text, spec), where, "line", spec, codes)


def read_sheets(path: Path, where: str, specs: Sequence[Spec], codes: Codes) -> dict[str, Table]:
    """Read one sheet per spec from an ``.xlsx`` workbook, sheets matched by name; an absent sheet is left out.

    Cells are read as displayed values: dates as ``YYYY-MM-DD``, whole numbers without a decimal point, true and false
    as ``yes`` and ``no``. A workbook that cannot be opened is reported under the first spec's name.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception:  # openpyxl raises anything from KeyError to BadZipFile on a file that is not a workbook
        fault = Fault(
            codes.file,
            "The file is not a readable .xlsx workbook.",
            where,
            "Save it again from the spreadsheet program as Excel workbook (.xlsx).",
        )
        return {specs[0].name: Table((), (fault,))}
    try:
        sheets = {str(name).strip().lower(): book[name] for name in book.sheetnames}
        found: dict[str, Table] = {}
        for spec in specs:
            sheet = sheets.get(spec.name)
            if sheet is None:
                continue
            reset = getattr(sheet, "reset_dimensions", None)  # some programs write a wrong sheet size
            if reset is not None:
                reset()
            values = ([_cell(value) for value in line] for line in sheet.iter_rows(values_only=True))
            found[spec.name] = _table(enumerate(values, 1), f"{where} sheet {spec.name}", "row", spec, codes)
        return found
    finally:
        book.close()


def parse_date(text: str) -> date | None:
    """A day written ``YYYY-MM-DD``; ``None`` for anything else.

    >>> parse_date("2026-04-21"), parse_date("2026-02-30"), parse_date("4/21/2026")
    (datetime.date(2026, 4, 21), None, None)
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


def parse_yes_no(row: Row, column: str, code: str, faults: list[Fault]) -> bool | None:
    """A cell that says yes or no; ``None`` where it is blank or (with a fault) anything else."""
    text = row.get(column).lower()
    if text and text not in _YES:
        what = f"{column} is neither yes nor no: {shorten(row.get(column))}."
        faults.append(Fault(code, what, row.where, "Write yes or no, or leave it blank where it is not known."))
    return _YES.get(text)


def date_fault(code: str, column: str, text: str, where: str) -> Fault:
    """The fault for a cell that should hold a day, with the remedy for the way spreadsheet programs rewrite dates."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return Fault(code, f"{column} {text} is not a day of the calendar.", where, "Correct the day.")
    remedy = "Write it as YYYY-MM-DD, for example 2026-04-21."
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text):
        remedy += (
            " Spreadsheet programs rewrite dates: format the column as text, or keep the roster in one .xlsx file."
        )
    return Fault(code, f"{column} is not a date: {shorten(text)}.", where, remedy)


def shorten(text: str, limit: int = 60) -> str:
    """A cell's content for a fault: quoted, on one line, cut.

    >>> shorten("a\\nb")
    '"a b"'
    """
    flat = " ".join(text.split())
    return f'"{flat}"' if len(flat) <= limit else f'"{flat[: limit - 1]}…"'


def split_ids(text: str) -> tuple[str, ...]:
    """The parts of a ``;`` separated cell, stripped, without blanks or repeats, in order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _refused(code: str, what: str, where: str, remedy: str) -> Table:
    return Table((), (Fault(code, what, where, remedy),))


def _decode(raw: bytes, where: str, codes: Codes) -> str | Fault:
    remedy = "In the spreadsheet program choose: Save as, CSV UTF-8."
    if raw.startswith(_UTF16):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            return Fault(codes.file, "The file is damaged: it says it is UTF-16 and is not.", where, remedy)
    if b"\0" in raw:
        return Fault(codes.file, "The file is not a text file.", where, remedy)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        byte = raw[error.start]
        guess = " (it looks like Windows-1252)" if _is_cp1252(raw) else ""
        return Fault(codes.file, f"The file is not UTF-8{guess}: byte 0x{byte:02X}.", f"{where} line {line}", remedy)


def _is_cp1252(raw: bytes) -> bool:
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _csv_lines(text: str, spec: Spec) -> Iterator[tuple[int, list[str]]]:
    first, _, rest = text.partition("\n")
    skipped = 0
    delimiter = ""
    if re.fullmatch(r"sep=.\r?", first):  # a line Excel writes and reads
        delimiter, text, skipped = first[4], rest, 1
    delimiter = delimiter or _sniff(text, spec)
    csv.field_size_limit(_CELL_CHARS)  # a process-wide setting, which readers of other files set for themselves
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line + skipped, cells
            line = reader.line_num + 1
    except csv.Error:
        yield -(line + skipped), []


def _sniff(text: str, spec: Spec) -> str:
    """The delimiter under which the header names most known columns; a comma where none does."""
    head = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(_column(cell.strip('"')) in spec.columns for cell in head.split(delimiter))

    return max(_DELIMITERS, key=lambda d: (known(d), -_DELIMITERS.index(d)))


def _column(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().lower())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _clean(text: str) -> str:
    """Strip a cell, and undo the quote that exports put before a formula character (``'+1608…``)."""
    text = text.replace("\u00a0", " ").strip()
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        return text[1:]
    return text


def _table(lines: Iterator[tuple[int, list[str]]], where: str, unit: str, spec: Spec, codes: Codes) -> Table:
    header: list[str] = []
    rows: list[Row] = []
    faults: list[Fault] = []
    examples = 0
    for number, raw in lines:
        place = f"{where} {unit} {abs(number)}"
        if number < 0:
            remedy = "Look for a quotation mark that is never closed, or save the file again."
            faults.append(Fault(codes.file, "The file is not readable as CSV from here on.", place, remedy))
            break
        cells = [_clean(cell) for cell in raw]
        if not any(cells):
            continue
        if not header:
            header = [_column(cell) for cell in cells]
            faults += _header_faults(header, place, spec, codes)
            if faults:
                break
            continue
        if next(cell for cell in cells if cell).startswith(EXAMPLE):
            examples += 1
            continue
        if any(cells[len(header) :]):
            remedy = "Put quotation marks around a cell that contains the separator, or remove the extra cells."
            faults.append(Fault(codes.cell, "The row has more cells than the header has columns.", place, remedy))
            continue
        named = dict(zip(header, cells, strict=False))
        missing = [column for column in spec.required if not named.get(column)]
        faults += [
            Fault(codes.cell, f"{column} is blank.", place, f"Fill in {column}, or delete the row.")
            for column in missing
        ]
        if not missing:
            rows.append(Row(place, named))
    if not header and not faults:
        faults.append(
            Fault(codes.column, "The table has no header row.", where, f"Make the first row: {','.join(spec.columns)}")
        )
    return Table(tuple(rows), tuple(faults), examples)


def _header_faults(header: list[str], place: str, spec: Spec, codes: Codes) -> list[Fault]:
    faults = []
    for column in spec.columns:
        if header.count(column) > 1:
            faults.append(Fault(codes.column, f"Column {column} appears twice.", place, "Keep one of the two columns."))
    for column in spec.required:
        if column not in header:
            remedy = f"Add the column. The required columns are: {', '.join(spec.required)}."
            faults.append(Fault(codes.column, f"Column {column} is missing.", place, remedy))
    return faults
