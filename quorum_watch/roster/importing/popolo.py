"""Popolo and Open Civic Data JSON, and the people files of OpenStates (YAML)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from quorum_watch.roster.importing.draft import Draft, read_day

Row = Mapping[str, Any]
_ACCOUNTS = {"email": "email", "voice": "phone", "phone": "phone", "cell": "phone", "text": "phone"}
_SITES = ("facebook", "instagram", "youtube", "x")
_A_BODY = re.compile(r"\b(?:council|board|commission|committee|trustees)\b", re.IGNORECASE)


def add(draft: Draft, people: Sequence[Row], organizations: Sequence[Row], memberships: Sequence[Row]) -> None:
    """Add Popolo objects to a draft; memberships may also stand inside persons and organizations."""
    names = {_id(row): _text(row.get("name")) for row in organizations}
    terms = list(memberships)
    for person in people:
        terms += [{**_row(m), "person_id": _id(person)} for m in _list(person.get("memberships"))]
    for body in organizations:
        terms += [{**_row(m), "organization_id": _id(body)} for m in _list(body.get("memberships"))]
    ids: dict[str, str] = {}
    for person in people:
        ids[_id(person)] = person_id = draft.person(_id(person), _text(person.get("name")), _text(person.get("role")))
        _add_accounts(draft, person_id, person)
    for body in organizations:
        body_id = draft.body(_id(body), _text(body.get("name")))
        for kind, value in _contacts(body):
            if kind == "email":
                draft.mailing_list(value, body_id=body_id)
    for term in terms:
        person_key, body_key = _text(term.get("person_id")), _text(term.get("organization_id"))
        if person_key not in ids or body_key not in names:
            draft.note(f"A membership of {person_key or 'nobody'} names a person or body these files do not have.")
            continue
        title = _text(term.get("role")) or _text(term.get("label"))
        body_id = draft.body(body_key, names[body_key])
        draft.term(ids[person_key], body_id, title, read_day(term.get("start_date")), read_day(term.get("end_date")))
        for kind, value in _contacts(term):
            draft.account(ids[person_key], kind, value)


def add_openstates(draft: Draft, person: Row) -> None:
    """Add one OpenStates people file. A council stored as a person becomes a body with a list address."""
    name, key = _text(person.get("name")), _id(person)
    roles = [_row(role) for role in _list(person.get("roles"))]
    if _A_BODY.search(name):
        body_id = draft.body(key, name)
        draft.note(f"{name} was stored as a person. It was put into bodies; its members are not in the file.")
        for kind, value in _contacts(person):
            if kind == "email":
                draft.mailing_list(value, body_id=body_id)
        return
    person_id = draft.person(key, name, ", ".join(dict.fromkeys(_text(role.get("type")) for role in roles)))
    for role in roles:
        place = re.search(r"place:([\w-]+)", _text(role.get("jurisdiction")))
        where = (
            place.group(1).replace("_", " ").title() if place else _text(role.get("jurisdiction"))
        ) or "Unknown place"
        title = _text(role.get("type"))
        executive = title in ("mayor", "chief executive")
        body_name = f"{where} Common Council" if executive else _text(role.get("org")) or where
        body_id = draft.body(f"{where}|{body_name}", body_name)
        if executive:
            draft.note(f"{body_id} was made from the office of a mayor: check its name and kind, and add its members.")
        draft.term(person_id, body_id, title, read_day(role.get("start_date")), read_day(role.get("end_date")))
    _add_accounts(draft, person_id, person)
    for office in _list(person.get("offices")):
        for kind, value in _contacts(_row(office)):
            draft.account(person_id, kind, value)
            if kind == "phone":
                draft.note("Telephone numbers of offices may be answered by staff: keep only those the member uses.")


def _add_accounts(draft: Draft, person_id: str, person: Row) -> None:
    for kind, value in _contacts(person):
        draft.account(person_id, kind, value)
    handles = [(k, v) for k, v in _row(person.get("ids")).items() if isinstance(v, str)]
    handles += [
        (_text(i.get("scheme")), _text(i.get("identifier"))) for i in map(_row, _list(person.get("identifiers")))
    ]
    for scheme, value in handles:
        site = "x" if scheme == "twitter" else scheme
        if site in _SITES:
            draft.account(person_id, site, value)
    for other in map(_row, _list(person.get("other_names"))):
        draft.account(person_id, "name", _text(other.get("name")))


def _contacts(row: Row) -> Iterable[tuple[str, str]]:
    for field in ("email", "voice"):
        if _text(row.get(field)):
            yield _ACCOUNTS[field], _text(row[field])
    for detail in map(_row, _list(row.get("contact_details"))):
        kind = _ACCOUNTS.get(_text(detail.get("type")))
        if kind:
            yield kind, _text(detail.get("value"))


def _id(row: Row) -> str:
    return _text(row.get("id") or row.get("_id") or row.get("name"))


def _row(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""
