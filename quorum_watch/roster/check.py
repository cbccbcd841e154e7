"""What the tables of a roster must not say together; every contradiction is one fault with a remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from quorum_watch.errors import Fault
from quorum_watch.roster.load import BODIES, LISTS, PEOPLE, SPECS, Tables
from quorum_watch.roster.records import Body, Membership
from quorum_watch.vocabulary import AccountKind, Capacity
from quorum_watch.workspace import Workspace
from quorum_watch.workspace.tables import shorten

SHARED, DUPLICATE, NO_PERSON, NO_BODY, BACKWARDS = "QW-E404", "QW-E407", "QW-E408", "QW-E409", "QW-E410"
OVERLAP, TOO_MANY, LOOP, BAD_LIST, ELECT_VOTES = "QW-E411", "QW-E412", "QW-E414", "QW-E415", "QW-E416"
EMPTY, UNKNOWN_IN_MATTERS = "QW-E417", "QW-E418"
_ONE_DAY = timedelta(days=1)


def check(tables: Tables) -> tuple[Fault, ...]:
    """Every contradiction among the tables, in the order of the tables."""
    if tables.unfilled:
        remedy = "Fill in people, bodies, memberships and accounts; rows that begin with EXAMPLE are not counted."
        return (Fault(EMPTY, "The roster is still the empty template.", "roster/", remedy),)
    return tuple(
        fault
        for part in (_ids, _parents, _unknown, _terms, _seats, _accounts, _lists, _nobody)
        for fault in part(tables)
    )


def check_workspace(tables: Tables, workspace: Workspace) -> tuple[Fault, ...]:
    """Matters and meetings that name a body the roster does not have: they would silently belong to nobody."""
    known = {body.body_id for body in tables.bodies}
    faults = []
    named = [(m.body_ids, m.where) for m in workspace.matters] + [(m.body_ids, m.where) for m in workspace.meetings]
    for body_ids, where in named:
        for body_id in body_ids:
            if body_id not in known:
                remedy = f"Use a body_id of the roster: {', '.join(sorted(known)[:12])}."
                what = f"The roster has no body {shorten(body_id)}."
                faults.append(Fault(UNKNOWN_IN_MATTERS, what, where, remedy))
    return tuple(faults)


def _ids(tables: Tables) -> Iterator[Fault]:
    people = [("person_id", p.person_id, p.where) for p in tables.people]
    bodies = [("body_id", b.body_id, b.where) for b in tables.bodies]
    for rows in (people, bodies):
        first: dict[str, str] = {}
        for column, value, where in rows:
            if value in first:
                what = f"{column} {shorten(value)} is used twice; first at {first[value]}."
                yield Fault(DUPLICATE, what, where, "Give each its own id, or delete one of the two rows.")
            first.setdefault(value, where)


def _parents(tables: Tables) -> Iterator[Fault]:
    parents = {b.body_id: b.parent_id for b in tables.bodies}
    for body in tables.bodies:
        if body.parent_id and body.parent_id not in parents and BODIES.name not in _broken(tables):
            what = f"parent_id {shorten(body.parent_id)} is not a body of the roster."
            yield Fault(NO_BODY, what, body.where, "Use the body_id of another row, or leave parent_id blank.")
        above, seen = body.parent_id, [body.body_id]
        while above in parents and above not in seen:
            seen.append(above)
            above = parents[above]
        if above and above == body.body_id:
            what = f"The body is its own parent: {' > '.join([*seen, above])}."
            yield Fault(LOOP, what, body.where, "Leave parent_id blank on the topmost body.")


def _broken(tables: Tables) -> set[str]:
    """Tables with rows that could not be read: ids are not called unknown because of them."""
    return {spec.name for spec in SPECS if any(spec.name in fault.where for fault in tables.faults)}


def _unknown(tables: Tables) -> Iterator[Fault]:
    people = {p.person_id for p in tables.people}
    bodies = {b.body_id for b in tables.bodies}
    broken = _broken(tables)
    rows = [(m.person_id, m.body_id, m.where) for m in tables.memberships]
    rows += [(a.person_id, "", a.where) for a in tables.accounts]
    rows += [(entry.person_id, entry.body_id, entry.where) for entry in tables.lists]
    for person, body, where in rows:
        if person and person not in people and PEOPLE.name not in broken:
            what = f"person_id {shorten(person)} is not in people."
            yield Fault(NO_PERSON, what, where, "Add the person to people, or correct the id.")
        if body and body not in bodies and BODIES.name not in broken:
            what = f"body_id {shorten(body)} is not in bodies."
            yield Fault(NO_BODY, what, where, "Add the body to bodies, or correct the id.")


def _terms(tables: Tables) -> Iterator[Fault]:
    groups: dict[tuple[str, str], list[Membership]] = defaultdict(list)
    for term in tables.memberships:
        if term.start and term.end and term.end < term.start:
            what = f"The term ends on {term.end} before it starts on {term.start}."
            yield Fault(BACKWARDS, what, term.where, "Correct start or end; end is the last day in office.")
        else:
            groups[term.person_id, term.body_id].append(term)
        if term.capacity is Capacity.MEMBER_ELECT and term.voting:
            what = "A member-elect is marked as voting before taking office."
            remedy = "Leave voting blank here, and add a second row for the term itself from its first day in office."
            yield Fault(ELECT_VOTES, what, term.where, remedy)
    for terms in groups.values():
        terms.sort(key=lambda m: (m.start or date.min, m.end or date.max))
        latest = terms[0]
        for term in terms[1:]:
            if (term.start or date.min) <= (latest.end or date.max):
                what = f"Two terms of one person on one body overlap; the other is at {latest.where}."
                remedy = "End one the day before the other begins (a chair needs no second row as member)."
                yield Fault(OVERLAP, what, term.where, remedy)
            latest = max(latest, term, key=lambda m: m.end or date.max)


def _seats(tables: Tables) -> Iterator[Fault]:
    for body in tables.bodies:
        worst = _most_seated(body, tables.memberships)
        if worst is not None:
            day, count, where = worst
            on = f"from {day}" if day != date.min else "from the beginning"
            what = f"The body {shorten(body.body_id)} has {count} voting members {on}, but {body.seats} seats."
            remedy = (
                "End the terms of those who left (end is the last day in office), mark those without a vote "
                "voting=no, or correct seats."
            )
            yield Fault(TOO_MANY, what, where, remedy)


def _most_seated(body: Body, terms: Iterable[Membership]) -> tuple[date, int, str] | None:
    """The first day with more voting members than seats, how many, and the row that takes it over; else ``None``."""
    changes: dict[date, list[tuple[int, str]]] = defaultdict(list)
    for term in terms:
        if term.body_id == body.body_id and term.seated and not (term.start and term.end and term.end < term.start):
            changes[term.start or date.min].append((1, term.where))
            if term.end and term.end < date.max:
                changes[term.end + _ONE_DAY].append((-1, ""))
    count = 0
    for day, steps in sorted(changes.items()):
        count += sum(step for step, _ in steps)
        if count > body.seats:
            return day, count, [where for step, where in steps if step > 0][-1]
    return None


def _accounts(tables: Tables) -> Iterator[Fault]:
    owners: dict[tuple[AccountKind, str], tuple[str, str]] = {}
    for account in tables.accounts:
        if account.kind is AccountKind.NAME:
            continue  # two people may share a name; it then resolves to neither
        owner, where = owners.setdefault((account.kind, account.value), (account.person_id, account.where))
        if owner != account.person_id:
            what = f"Two people share one account: {shorten(account.raw or account.value)}; the other is at {where}."
            remedy = "Give it to one of them, or make it a list in lists that reaches both."
            yield Fault(SHARED, what, account.where, remedy)


def _lists(tables: Tables) -> Iterator[Fault]:
    addresses = {entry.address for entry in tables.lists}
    accounts = {a.value: a.where for a in tables.accounts if a.kind is AccountKind.EMAIL}
    nested: dict[str, list[str]] = defaultdict(list)
    for entry in tables.lists:
        targets = [t for t in (entry.person_id, entry.body_id, entry.nested) if t]
        if len(targets) != 1:
            what = "The list row points at nothing." if not targets else "The list row names a person and a body."
            remedy = f"Fill in person_id or body_id, one of the two, in a row of its own ({', '.join(LISTS.columns)})."
            yield Fault(BAD_LIST, what, entry.where, remedy)
        if entry.nested and entry.nested not in addresses:
            what = f"The list points at {shorten(entry.nested)}, which is not a list."
            yield Fault(BAD_LIST, what, entry.where, "Use a person_id, or add that list to lists.")
        elif entry.nested:
            nested[entry.address].append(entry.nested)
        if entry.address in accounts:
            what = f"The list address is also somebody's account, at {accounts[entry.address]}."
            remedy = (
                "Keep it in lists if it reaches more than one person or passes from person to person; else in accounts."
            )
            yield Fault(BAD_LIST, what, entry.where, remedy)
    for entry in tables.lists:
        if entry.nested and entry.address in _below(entry.nested, nested):
            what = f"The list {shorten(entry.address)} contains itself."
            yield Fault(BAD_LIST, what, entry.where, "Remove the row that leads back to the list.")


def _below(address: str, nested: dict[str, list[str]]) -> set[str]:
    """A list and every list it leads to."""
    seen: set[str] = set()
    waiting = [address]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += nested.get(current, [])
    return seen


def _nobody(tables: Tables) -> Iterator[Fault]:
    if tables.faults:
        return
    for name, rows in _tables(tables):
        if not rows:
            remedy = "Fill in the table; rows that begin with EXAMPLE are not counted."
            yield Fault(EMPTY, f"{name} has no rows.", f"roster/{name}", remedy)


def _tables(tables: Tables) -> tuple[tuple[str, Sequence[object]], ...]:
    return (("people", tables.people), ("bodies", tables.bodies), ("memberships", tables.memberships))
