"""A new workspace: commented settings and templates that a person can fill in with a spreadsheet program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quorum_watch.errors import WorkspaceError
from quorum_watch.vocabulary import AccountKind, BodyKind, Capacity, VoteRule

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NOT_EMPTY, NOT_WRITABLE = "QW-E244", "QW-E245"
ROSTER = ("people", "bodies", "memberships", "accounts", "lists")
PLAIN = ("matters", "meetings")
_CHOICES: dict[str, tuple[str, ...]] = {
    "bodies.kind": tuple(BodyKind),
    "bodies.vote_rule": tuple(VoteRule),
    "bodies.bargaining": ("yes", "no"),
    "memberships.capacity": tuple(Capacity),
    "memberships.voting": ("yes", "no"),
    "accounts.kind": tuple(AccountKind),
}
_BOM = "\ufeff"  # without it spreadsheet programs take a UTF-8 file for Windows-1252


def create(root: Path, *, settings: dict[str, str] | None = None, xlsx: bool = False) -> tuple[Path, ...]:
    """Write a new workspace into an empty or absent folder and return the files written, in order.

    ``settings`` fills in required keys of ``workspace.toml`` (``name``, ``jurisdiction``, ``timezone``); ``xlsx``
    writes one ``roster.xlsx`` with five sheets in place of five CSV files. Raises
    :class:`~quorum_watch.errors.WorkspaceError` where the folder already holds anything: nothing is overwritten.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        what = "The folder is not empty." if root.is_dir() else "There is a file of that name."
        remedy = "Choose a new folder; an existing workspace is filled in, not made again."
        raise WorkspaceError(NOT_EMPTY, what, str(root), remedy)
    try:
        return tuple(_write(root, settings or {}, xlsx=xlsx))
    except OSError as error:
        raise not_writable(str(root), error) from error


def not_writable(where: str, error: OSError) -> WorkspaceError:
    """The error where a folder of the workspace cannot be written: ``QW-E245``."""
    what = f"The folder cannot be written: {error.strerror or 'unknown reason'}."
    return WorkspaceError(NOT_WRITABLE, what, where, "Choose a folder you may write to.")


def _write(root: Path, settings: dict[str, str], *, xlsx: bool) -> Iterator[Path]:
    root.mkdir(parents=True, exist_ok=True)
    (root / "inbox").mkdir()
    toml = root / "workspace.toml"
    toml.write_text(_filled(_template("workspace.toml"), settings), encoding="utf-8", newline="\n")
    yield toml
    readme = root / "README.txt"
    readme.write_text(_template("README.txt"), encoding="utf-8", newline="\r\n")
    yield readme
    if xlsx:
        yield _workbook(root / "roster.xlsx")
    else:
        (root / "roster").mkdir()
        for name in ROSTER:
            yield _csv(root / "roster" / f"{name}.csv", name)
    for name in PLAIN:
        yield _csv(root / f"{name}.csv", name)


def _template(name: str) -> str:
    return resources.files("quorum_watch.workspace").joinpath("template", name).read_text("utf-8")


def _filled(text: str, settings: dict[str, str]) -> str:
    """The settings file with values put in; the comment behind a value that is filled in stays."""
    for key, value in settings.items():
        quoted = re.sub(r'(["\\])', r"\\\1", " ".join(value.split()))
        line = f'{key} = "{quoted}"'.replace("\\", r"\\")
        text = re.sub(rf'^{key} = "[^"]*"', line, text, count=1, flags=re.MULTILINE)
    return text


def _csv(path: Path, name: str) -> Path:
    path.write_text(_BOM + _template(f"{name}.csv"), encoding="utf-8", newline="\r\n")
    return path


def _workbook(path: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in ROSTER:
        sheet: Any = book.create_sheet(name)
        rows = list(csv.reader(io.StringIO(_template(f"{name}.csv"))))
        for row in rows:
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
        _dress(sheet, name, rows[0])
    book.save(path)
    return path


def _dress(sheet: Worksheet, name: str, columns: list[str]) -> None:
    """Header in bold and always in view, columns as text so that nothing is rewritten, fixed words as choices."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet.column_dimensions[letter].width = max(14, len(column) + 4)
        form = "yyyy-mm-dd" if column in ("start", "end") else "@" if column != "seats" else "0"
        for cells in sheet.iter_rows(min_row=2, max_row=400, min_col=number, max_col=number):
            cells[0].number_format = form
        choices = _CHOICES.get(f"{name}.{column}")
        if choices:
            rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}400")
