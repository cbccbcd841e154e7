"""The five tables as written, turned into records; every bad cell is a fault, and none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quorum_watch.errors import Fault
from quorum_watch.roster.identity import normalise
from quorum_watch.roster.records import VOTES_BY_DEFAULT, Account, Body, ListEntry, Membership, Person
from quorum_watch.vocabulary import AccountKind, BodyKind, Capacity, VoteRule
from quorum_watch.workspace.tables import (
    Codes,
    Row,
    Spec,
    Table,
    date_fault,
    parse_date,
    parse_yes_no,
    read_csv,
    read_sheets,
    shorten,
)

CODES = Codes(file="QW-E402", column="QW-E413", cell="QW-E405")
NO_ROSTER, NO_TABLE, BAD_DATE, BAD_ACCOUNT = "QW-E401", "QW-E403", "QW-E406", "QW-E419"

PEOPLE = Spec("people", ("person_id", "name"), ("role", "household"))
BODIES = Spec("bodies", ("body_id", "name", "kind", "seats"), ("parent_id", "quorum", "vote_rule", "bargaining"))
MEMBERSHIPS = Spec("memberships", ("person_id", "body_id"), ("capacity", "voting", "start", "end"))
ACCOUNTS = Spec("accounts", ("person_id", "kind", "value"))
LISTS = Spec("lists", ("address",), ("person_id", "body_id"))
SPECS = (PEOPLE, BODIES, MEMBERSHIPS, ACCOUNTS, LISTS)
_OPTIONAL = frozenset({LISTS.name})
_QUORUM_WORDS = ("majority", "two_thirds")


@dataclass(frozen=True, slots=True)
class Tables:
    """The records of a roster in file order, not yet checked across tables; ``unfilled`` marks an empty template."""

    people: tuple[Person, ...]
    bodies: tuple[Body, ...]
    memberships: tuple[Membership, ...]
    accounts: tuple[Account, ...]
    lists: tuple[ListEntry, ...]
    faults: tuple[Fault, ...]
    unfilled: bool


def load(path: Path, area_code: str = "") -> Tables:
    """Read a folder of CSV files, or an ``.xlsx`` workbook with the five sheets."""
    if path.is_file():
        found = read_sheets(path, path.name, SPECS, CODES)
        names: Callable[[Spec], str] = lambda spec: f"{path.name} sheet {spec.name}"  # noqa: E731
    elif path.is_dir():
        found = {
            spec.name: read_csv(path / f"{spec.name}.csv", f"roster/{spec.name}.csv", spec, CODES)
            for spec in SPECS
            if (path / f"{spec.name}.csv").exists()
        }
        names = lambda spec: f"roster/{spec.name}.csv"  # noqa: E731
    else:
        remedy = "Fill in the folder roster/ (quorum-watch init writes templates), or add one roster.xlsx."
        return _nothing(Fault(NO_ROSTER, "The workspace has no roster.", path.name, remedy))
    if path.is_dir() and not found:
        remedy = "Add people.csv, bodies.csv, memberships.csv and accounts.csv (quorum-watch init writes templates)."
        return _nothing(Fault(NO_ROSTER, "The roster folder is empty.", f"{path.name}/", remedy))
    faults = [fault for spec in SPECS if spec.name in found for fault in found[spec.name].faults]
    broken = any(fault.code == CODES.file for fault in faults)
    for spec in SPECS:
        if spec.name not in found and spec.name not in _OPTIONAL and not (path.is_file() and broken):
            remedy = f"Add it with the columns: {', '.join(spec.columns)}."
            faults.append(Fault(NO_TABLE, f"{spec.name} is missing.", names(spec), remedy))
    unfilled = not any(table.rows for table in found.values()) and not faults
    return _records(found, faults, area_code, unfilled)


def _nothing(fault: Fault) -> Tables:
    return Tables((), (), (), (), (), (fault,), unfilled=False)


def _records(found: Mapping[str, Table], faults: list[Fault], area_code: str, unfilled: bool) -> Tables:
    def rows(spec: Spec) -> tuple[Row, ...]:
        return found[spec.name].rows if spec.name in found else ()

    people = [
        Person(r.get("person_id"), r.get("name"), r.get("role"), r.get("household"), r.where) for r in rows(PEOPLE)
    ]
    bodies = [body for r in rows(BODIES) if (body := _body(r, faults)) is not None]
    terms = [term for r in rows(MEMBERSHIPS) if (term := _membership(r, faults)) is not None]
    accounts = [account for r in rows(ACCOUNTS) if (account := _account(r, area_code, faults)) is not None]
    entries = [_entry(r) for r in rows(LISTS)]
    return Tables(
        tuple(people), tuple(bodies), tuple(terms), tuple(accounts), tuple(entries), tuple(faults), unfilled=unfilled
    )


def _word(row: Row, column: str, known: tuple[str, ...], faults: list[Fault]) -> str:
    """A cell from a fixed list of words, in lower case; ``""`` where it is blank or (with a fault) unknown."""
    text = row.get(column).lower().replace(" ", "_").replace("-", "_")
    if text and text not in known:
        what = f"{column} is not a known word: {shorten(row.get(column))}."
        faults.append(Fault(CODES.cell, what, row.where, f"Use one of: {', '.join(known)}."))
        return ""
    return text


def _body(row: Row, faults: list[Fault]) -> Body | None:
    before = len(faults)
    kind = _word(row, "kind", tuple(BodyKind), faults)
    rule = _word(row, "vote_rule", tuple(VoteRule), faults)
    bargaining = parse_yes_no(row, "bargaining", CODES.cell, faults)
    seats, quorum = row.get("seats"), row.get("quorum").lower().replace(" ", "_")
    count = int(seats) if seats.isascii() and seats.isdigit() else 0
    if not count:
        remedy = "Write how many voting seats the body has by law, filled or not."
        faults.append(Fault(CODES.cell, f"seats is not a number above zero: {shorten(seats)}.", row.where, remedy))
    number = quorum.isascii() and quorum.isdigit()
    if quorum and not number and quorum not in _QUORUM_WORDS:
        remedy = "Write majority, two_thirds or a number; or leave it blank for the rule of the law profile."
        faults.append(Fault(CODES.cell, f"quorum is not understood: {shorten(quorum)}.", row.where, remedy))
    elif number and count and not 0 < int(quorum) <= count:
        what = f"quorum is {quorum}, but the body has {count} seats."
        faults.append(Fault(CODES.cell, what, row.where, "Correct quorum or seats."))
    if len(faults) > before:
        return None
    return Body(
        row.get("body_id"),
        row.get("name"),
        BodyKind(kind),
        count,
        row.get("parent_id"),
        quorum,
        VoteRule(rule) if rule else None,
        bargaining,
        row.where,
    )


def _membership(row: Row, faults: list[Fault]) -> Membership | None:
    before = len(faults)
    capacity = Capacity(_word(row, "capacity", tuple(Capacity), faults) or Capacity.MEMBER)
    voting = parse_yes_no(row, "voting", CODES.cell, faults)
    days = {}
    for column in ("start", "end"):
        text = row.get(column)
        days[column] = parse_date(text)
        if text and days[column] is None:
            faults.append(date_fault(BAD_DATE, column, text, row.where))
    if len(faults) > before:
        return None
    votes = capacity in VOTES_BY_DEFAULT if voting is None else voting
    return Membership(row.get("person_id"), row.get("body_id"), capacity, votes, days["start"], days["end"], row.where)


def _account(row: Row, area_code: str, faults: list[Fault]) -> Account | None:
    kind = _word(row, "kind", tuple(AccountKind), faults)
    raw = row.get("value")
    if not kind:
        return None
    value = normalise(AccountKind(kind), raw, area_code)
    bad = ""
    if (
        kind == AccountKind.EMAIL
        and (value.count("@") != 1 or " " in value or value.startswith("@"))
        and "/o=" not in value
    ):
        bad = "is not an e-mail address"
    elif kind == AccountKind.PHONE and not value.startswith("+"):
        bad = "is not a telephone number with its area code"
    elif not value:
        bad = f"is not a {kind} account"
    if bad:
        remedy = "Correct the value or the kind, or delete the row."
        faults.append(Fault(BAD_ACCOUNT, f"value {bad}: {shorten(raw)}.", row.where, remedy))
        return None
    return Account(row.get("person_id"), AccountKind(kind), value, raw, row.where)


def _entry(row: Row) -> ListEntry:
    """One list row; a ``person_id`` written with ``@`` names another list."""
    person, nested = row.get("person_id"), ""
    if "@" in person:
        person, nested = "", normalise(AccountKind.EMAIL, person)
    address = normalise(AccountKind.EMAIL, row.get("address"))
    return ListEntry(address, person, row.get("body_id"), nested, row.where)
