"""A list of members somebody keeps in a spreadsheet: one row per person and body, columns named as people name them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from quorum_watch.errors import Fault
from quorum_watch.roster.importing.draft import Draft, read_day
from quorum_watch.workspace.tables import Codes, Row, Spec, read_csv

CODES = Codes("QW-E247", "QW-E247", "QW-E247")
#: What a column may be called, by what it means.
_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "full_name", "member", "member_name", "person"),
    "first": ("first", "first_name", "given_name"),
    "last": ("last", "last_name", "surname", "family_name"),
    "email": ("email", "e_mail", "email_address", "e_mail_address", "mail"),
    "phone": ("phone", "telephone", "cell", "mobile", "phone_number", "cell_phone"),
    "body": ("body", "committee", "board", "commission", "organization", "body_name", "committee_name"),
    "title": ("title", "role", "position", "office", "capacity", "member_type"),
    "start": ("start", "start_date", "from", "term_start", "appointed", "term_begins", "begin"),
    "end": ("end", "end_date", "to", "until", "term_end", "expires", "term_expires", "expiration"),
    "seats": ("seats", "number_of_members", "size"),
}
_SPEC = Spec("members", (), tuple(name for names in _NAMES.values() for name in names))


def add(draft: Draft, path: Path) -> tuple[Fault, ...]:
    """Add the rows of a CSV file to a draft; the faults that prevented it, if any."""
    table = read_csv(path, path.name, _SPEC, CODES)
    if table.faults:
        return table.faults
    if not table.rows or not any(_get(row, "name") or _get(row, "last") for row in table.rows):
        remedy = "Name the columns, for example: name, email, phone, body, title, start, end."
        return (Fault(CODES.column, "No column with names of people was found.", path.name, remedy),)
    month_first = _month_first([_get(row, column) for row in table.rows for column in ("start", "end")])
    if month_first is None:
        draft.note("Days and months cannot be told apart in this file: the dates were left blank.")
    names: set[str] = set()
    for row in table.rows:
        name = _get(row, "name") or f"{_get(row, 'first')} {_get(row, 'last')}".strip()
        if not name:
            draft.note(f"{row.where} names nobody and was left out.")
            continue
        if name.casefold() in names:
            draft.note(f"Rows with the name {name} were read as one person. Split them by hand if they are two.")
        names.add(name.casefold())
        person = draft.person(f"name:{name.casefold()}", name, _get(row, "title"))
        for kind in ("email", "phone"):
            for value in re.split(r"[;,/]", _get(row, kind)):
                draft.account(person, kind, value)
        body = _get(row, "body")
        if body:
            seats = _get(row, "seats")
            body_id = draft.body(f"name:{body.casefold()}", body, int(seats) if seats.isdigit() else None)
            start, end = (_day(_get(row, column), month_first) for column in ("start", "end"))
            draft.term(person, body_id, _get(row, "title"), start, end)
    return ()


def _get(row: Row, meaning: str) -> str:
    return next((row.get(column) for column in _NAMES[meaning] if row.get(column)), "")


def _month_first(cells: Sequence[str]) -> bool | None:
    """Whether ``a/b/year`` means month first, from the whole column; ``None`` where it cannot be told."""
    found = [re.fullmatch(r"(\d{1,2})/(\d{1,2})/\d{4}", cell) for cell in cells]
    pairs = [(int(m.group(1)), int(m.group(2))) for m in found if m]
    first_is_day, second_is_day = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    if first_is_day != second_is_day:
        return second_is_day
    return None if pairs else True


def _day(cell: str, month_first: bool | None) -> date | None:
    slashed = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", cell)
    if slashed is None:
        return read_day(cell)
    if month_first is None:
        return None
    a, b, year = (int(part) for part in slashed.groups())
    month, day = (a, b) if month_first else (b, a)
    return read_day(f"{year:04}-{month:02}-{day:02}")
