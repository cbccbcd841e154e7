"""Who was who, that day: people, bodies, terms, accounts and lists, answered by date.

>>> from datetime import date
>>> roster = Roster(
...     people=(Person("ann", "Ann Ames"), Person("ben", "Ben Berg")),
...     bodies=(Body("board", "Board", BodyKind.BOARD, 3),),
...     memberships=(Membership("ann", "board"), Membership("ben", "board", start=date(2026, 4, 21))),
...     accounts=(Account("ann", AccountKind.EMAIL, "ann@city.example"),),
... )
>>> [seat.person for seat in roster.members("board", date(2026, 4, 20))], roster.vacancies("board", date(2026, 4, 21))
(['ann'], 1)
>>> roster.resolve(AccountKind.EMAIL, "Ann@City.example", date(2026, 4, 20)).person
'ann'
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path

from quorum_watch.errors import Fault, RosterError
from quorum_watch.model import BodyId, PersonId, Seat
from quorum_watch.roster.check import check, check_workspace
from quorum_watch.roster.load import load
from quorum_watch.roster.records import (
    Account,
    Body,
    ListEntry,
    Membership,
    Person,
    PersonRole,
    Resolution,
)
from quorum_watch.roster.resolve import Resolver
from quorum_watch.rules.arithmetic import BodyFacts
from quorum_watch.vocabulary import AccountKind, BodyKind, Capacity
from quorum_watch.workspace import Workspace


@dataclass(frozen=True)
class Roster:
    """Frozen records of the five tables and every question asked of them. Days are inclusive at both ends.

    ``Roster(...)`` takes records as they are; :meth:`read` reads and checks files.
    """

    people: tuple[Person, ...]
    bodies: tuple[Body, ...]
    memberships: tuple[Membership, ...]
    accounts: tuple[Account, ...] = ()
    lists: tuple[ListEntry, ...] = ()
    area_code: str = ""

    @classmethod
    def read(cls, source: Workspace | Path | str) -> Roster:
        """The roster of a workspace, or of a folder or workbook that holds only the five tables.

        Given a workspace (or its folder), matters and meetings are checked against the roster as well. Raises
        :class:`~quorum_watch.errors.RosterError` with every fault at once.
        """
        roster, faults = cls.examine(source)
        if roster is None:
            raise RosterError.of(faults)
        return roster

    @classmethod
    def examine(cls, source: Workspace | Path | str) -> tuple[Roster | None, tuple[Fault, ...]]:
        """The roster and no fault, or ``None`` and all of them."""
        workspace: Workspace | None = source if isinstance(source, Workspace) else None
        path = source.roster if isinstance(source, Workspace) else Path(source)
        if workspace is None and (path / "workspace.toml").exists():
            workspace = Workspace.open(path)
            path = workspace.roster
        area_code = workspace.settings.area_code if workspace else ""
        tables = load(path, area_code)
        faults = (*tables.faults, *check(tables))
        if not faults and workspace is not None:
            faults = check_workspace(tables, workspace)
        if faults:
            return None, faults
        return cls(tables.people, tables.bodies, tables.memberships, tables.accounts, tables.lists, area_code), ()

    # --- people -------------------------------------------------------------------------------------------------------

    @cached_property
    def by_id(self) -> dict[PersonId, Person]:
        """People by id."""
        return {p.person_id: p for p in self.people}

    def person(self, person_id: PersonId) -> Person:
        """The person of that id; ``KeyError`` if there is none."""
        return self.by_id[person_id]

    def name(self, person_id: PersonId) -> str:
        """The person's name as the roster spells it, or the id itself where it is not in the roster."""
        person = self.by_id.get(person_id)
        return person.name if person else person_id

    def standing(self, person_id: PersonId) -> PersonRole:
        """The person's normalised role; ``other`` where unknown."""
        person = self.by_id.get(person_id)
        return person.standing if person else PersonRole.OTHER

    def with_standing(self, *roles: PersonRole) -> tuple[PersonId, ...]:
        """Everybody with one of the roles, by id."""
        return tuple(sorted(p.person_id for p in self.people if p.standing in roles))

    def household(self, person_id: PersonId) -> tuple[PersonId, ...]:
        """The others who live with a person, by id."""
        person = self.by_id.get(person_id)
        if person is None or not person.household:
            return ()
        return tuple(sorted(p.person_id for p in self.people if p.household == person.household and p != person))

    # --- bodies -------------------------------------------------------------------------------------------------------

    @cached_property
    def bodies_by_id(self) -> dict[BodyId, Body]:
        """Bodies by id."""
        return {b.body_id: b for b in self.bodies}

    def body(self, body_id: BodyId) -> Body:
        """The body of that id; ``KeyError`` if there is none."""
        return self.bodies_by_id[body_id]

    @cached_property
    def _terms(self) -> dict[BodyId, tuple[Membership, ...]]:
        found: dict[BodyId, list[Membership]] = defaultdict(list)
        for term in self.memberships:
            found[term.body_id].append(term)
        return {
            body: tuple(sorted(terms, key=lambda m: (m.person_id, m.start or date.min)))
            for body, terms in found.items()
        }

    @cached_property
    def _terms_of(self) -> dict[PersonId, tuple[Membership, ...]]:
        found: dict[PersonId, list[Membership]] = defaultdict(list)
        for term in self.memberships:
            found[term.person_id].append(term)
        return {p: tuple(sorted(terms, key=lambda m: (m.body_id, m.start or date.min))) for p, terms in found.items()}

    @cached_property
    def _members(self) -> dict[tuple[BodyId, date], tuple[Seat, ...]]:
        return {}

    def terms(self, body_id: BodyId) -> tuple[Membership, ...]:
        """Every term on a body, of any capacity and any time, by person and start."""
        return self._terms.get(body_id, ())

    def members(self, body_id: BodyId, on: date) -> tuple[Seat, ...]:
        """The voting members in office that day, by person; members-elect, alternates and non-voting seats are not."""
        key = (body_id, on)
        if key not in self._members:
            self._members[key] = tuple(m.seat for m in self.terms(body_id) if m.seated and m.covers(on))
        return self._members[key]

    def others(self, body_id: BodyId, on: date) -> tuple[Seat, ...]:
        """Who sits with the body that day without a voting seat: presiding, ex officio, alternates, non-voting."""
        return tuple(
            m.seat
            for m in self.terms(body_id)
            if m.covers(on) and not m.seated and m.capacity is not Capacity.MEMBER_ELECT
        )

    def awaiting(self, body_id: BodyId, on: date) -> tuple[Seat, ...]:
        """Members-elect: elected or appointed, not yet in office that day. They are not members."""
        terms = [m for m in self.terms(body_id) if m.capacity is Capacity.MEMBER_ELECT and m.covers(on)]
        return tuple(m.seat for m in terms)

    def seats_ever(self, body_id: BodyId) -> tuple[Seat, ...]:
        """Every voting seat held at any time, by person and start: what a shard needs."""
        return tuple(m.seat for m in self.terms(body_id) if m.seated)

    def in_office(self, body_id: BodyId, on: date) -> int:
        """How many voting members are in office that day."""
        return len(self.members(body_id, on))

    def members_elect(self, body_id: BodyId, on: date) -> tuple[Seat, ...]:
        """The members "elected or appointed and serving" that day, the base of rules on members-elect (65.90).

        Vacancies are left out of that base, and so are those who have not taken office: today this is the same set as
        :meth:`members`, under the name the statute uses.
        """
        return self.members(body_id, on)

    def seats(self, body_id: BodyId) -> int:
        """The authorised voting seats."""
        return self.body(body_id).seats

    def vacancies(self, body_id: BodyId, on: date) -> int:
        """Authorised seats nobody held that day."""
        return self.seats(body_id) - self.in_office(body_id, on)

    def presiding(self, body_id: BodyId, on: date) -> PersonId | None:
        """Who presided that day: the one person in the capacity ``presiding``, else the one ``chair``, else nobody."""
        for capacity in (Capacity.PRESIDING, Capacity.CHAIR):
            found = [m.person_id for m in self.terms(body_id) if m.capacity is capacity and m.covers(on)]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def presides_without_vote(self, body_id: BodyId, on: date) -> bool:
        """Whether somebody presides who holds no voting seat, as a mayor does who votes only on a tie."""
        return any(m.capacity is Capacity.PRESIDING and not m.seated and m.covers(on) for m in self.terms(body_id))

    def body_facts(self, body_id: BodyId, on: date, *, present: int | None = None) -> BodyFacts:
        """The body as the law profile wants to know it; ``present`` is the number present and voting, where known."""
        body = self.body(body_id)
        return BodyFacts(
            body_id=body_id,
            kind=body.kind.value,
            seats=body.seats,
            in_office=self.in_office(body_id, on),
            members_elect=len(self.members_elect(body_id, on)),
            quorum=int(body.quorum) if body.quorum.isdigit() else body.quorum or None,
            vote_rule=body.vote_rule.value if body.vote_rule else None,
            presiding_tie_break=self.presides_without_vote(body_id, on),
            bargaining=bool(body.bargaining),
            present=present,
        )

    def bodies_of(self, person_id: PersonId, on: date) -> tuple[BodyId, ...]:
        """The bodies on which a person holds a voting seat that day, by id."""
        return tuple(dict.fromkeys(m.body_id for m in self.terms_of(person_id) if m.seated and m.covers(on)))

    def terms_of(self, person_id: PersonId) -> tuple[Membership, ...]:
        """Every term of a person, by body and start."""
        return self._terms_of.get(person_id, ())

    # --- accounts -----------------------------------------------------------------------------------------------------

    @cached_property
    def resolver(self) -> Resolver:
        """The index that answers whom an account means."""
        return Resolver(self.people, self.memberships, self.accounts, self.lists, self.area_code)

    def resolve(self, kind: AccountKind, value: str, on: date, *, known_names: bool = True) -> Resolution:
        """Whom an account, a person id or a name means that day; see :meth:`Resolver.resolve`."""
        return self.resolver.resolve(kind, value, on, known_names=known_names)

    def expand(self, address: str, on: date) -> tuple[PersonId, ...] | None:
        """Whom a list reached that day, by id; ``None`` where the address is no list of the roster."""
        return self.resolver.expand(address, on)

    def fingerprint(self) -> str:
        """SHA-256 of the content, whatever the order of rows and columns: equal rosters give equal results."""
        content = {
            f.name: sorted(json.dumps(_plain(record)) for record in getattr(self, f.name))
            for f in fields(self)
            if f.name != "area_code"
        }
        return hashlib.sha256(json.dumps([content, self.area_code], sort_keys=True).encode()).hexdigest()


def _plain(record: Person | Body | Membership | Account | ListEntry) -> list[str]:
    return [f"{f.name}={getattr(record, f.name)}" for f in fields(record) if f.name not in ("where", "raw")]


__all__ = ["Account", "AccountKind", "Body", "BodyKind", "ListEntry", "Membership", "Person", "Roster"]
