"""Bodies, persons and office records as Legistar's web service returns them, saved as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quorum_watch.roster.importing.draft import Draft, read_day

#: The field that tells each kind of record, in the order in which they are needed.
MARKS = {"bodies": "BodyId", "persons": "PersonId", "officerecords": "OfficeRecordId"}
_NOT_A_BODY = re.compile(r"\bformer\b|\bstaff\b|\bpast members\b", re.IGNORECASE)

Row = Mapping[str, Any]


def kind_of(row: Row) -> str:
    """Which of the three a record is, or ``""``."""
    for kind in ("officerecords", "persons", "bodies"):
        if MARKS[kind] in row:
            return kind
    return ""


def add(draft: Draft, rows: Sequence[Row]) -> None:
    """Add Legistar records of any mixture to a draft. Lists of former members are no bodies and are left out."""
    groups: dict[str, list[Row]] = {kind: [] for kind in MARKS}
    for row in rows:
        groups[kind_of(row)].append(row)
    bodies = {str(row["BodyId"]): row for row in groups["bodies"]}
    persons = {str(row["PersonId"]): row for row in groups["persons"]}
    used: set[str] = set()
    for office in sorted(groups["officerecords"], key=_office_order):
        body_key, person_key = str(office.get("OfficeRecordBodyId", "")), str(office.get("OfficeRecordPersonId", ""))
        body = bodies.get(body_key, {})
        name = _text(body.get("BodyName")) or _text(office.get("OfficeRecordBodyName"))
        if not name or not body_key or not person_key:
            draft.note(f"Office record {office.get('OfficeRecordId')} names no body or no person and was left out.")
            continue
        if _NOT_A_BODY.search(name):
            draft.note(f"{name} is a list of people, not a body: its records were left out.")
            continue
        used.add(person_key)
        person = _person(draft, person_key, persons.get(person_key, {}), office)
        seats = body.get("BodyNumberOfMembers")
        body_id = draft.body(f"legistar:{body_key}", name, seats if isinstance(seats, int) and seats > 0 else None)
        title = " ".join(
            filter(None, (_text(office.get("OfficeRecordTitle")), _text(office.get("OfficeRecordMemberType"))))
        )
        start, end = read_day(office.get("OfficeRecordStartDate")), read_day(office.get("OfficeRecordEndDate"))
        draft.term(person, body_id, title, start, end)
    unused = sorted(_name(row) for key, row in persons.items() if key not in used)
    if unused:
        draft.note(f"{len(unused)} persons hold no office in these files and were left out: {', '.join(unused[:20])}.")


def _office_order(row: Row) -> tuple[str, str, str]:
    return str(row.get("OfficeRecordBodyId")), str(row.get("OfficeRecordStartDate")), str(row.get("OfficeRecordId"))


def _person(draft: Draft, key: str, person: Row, office: Row) -> str:
    name = (
        _name(person)
        or _text(office.get("OfficeRecordFullName"))
        or " ".join(
            filter(None, (_text(office.get("OfficeRecordFirstName")), _text(office.get("OfficeRecordLastName"))))
        )
    )
    person_id = draft.person(f"legistar:{key}", name or f"person {key}", "member")
    for mail in (person.get("PersonEmail"), person.get("PersonEmail2"), office.get("OfficeRecordEmail")):
        draft.account(person_id, "email", _text(mail))
    for phone in (person.get("PersonPhone"), person.get("PersonPhone2")):
        draft.account(person_id, "phone", _text(phone))
    return person_id


def _name(person: Row) -> str:
    whole = _text(person.get("PersonFullName"))
    return whole or " ".join(filter(None, (_text(person.get("PersonFirstName")), _text(person.get("PersonLastName")))))


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value not in (None, "") else ""
