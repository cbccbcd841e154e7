"""The five tables of the roster as frozen records, with the words they may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quorum_watch.model import BodyId, PersonId, Seat
from quorum_watch.vocabulary import AccountKind, BodyKind, Capacity, Confidence, VoteRule

#: Capacities that hold one of the body's seats when the row does not say whether the person votes.
VOTES_BY_DEFAULT = frozenset({Capacity.MEMBER, Capacity.CHAIR})
#: Capacities that never hold a seat, whatever the row says: an alternate sits only in the place of another.
NEVER_SEATED = frozenset({Capacity.ALTERNATE, Capacity.MEMBER_ELECT})


class PersonRole(StrEnum):
    """What a person is to the city, read from the free text of ``people.role``."""

    ATTORNEY = "attorney"
    CLERK = "clerk"
    ADMINISTRATOR = "administrator"
    MAYOR = "mayor"
    MEMBER = "member"
    STAFF = "staff"
    FAMILY = "family"
    RESIDENT = "resident"
    OTHER = "other"


_ROLE_WORDS: tuple[tuple[PersonRole, str], ...] = (
    (PersonRole.FAMILY, r"spouse|wife|husband|partner of|family|son of|daughter of|relative"),
    (PersonRole.ATTORNEY, r"attorney|counsel\b|solicitor|lawyer"),
    (PersonRole.STAFF, r"assistant|secretary|aide|chief|director|engineer|planner|treasurer|finance officer|staff"),
    (PersonRole.CLERK, r"clerk"),
    (PersonRole.ADMINISTRATOR, r"administrator|city manager|village manager|town manager|county executive|manager"),
    (PersonRole.MAYOR, r"mayor|village president|town chair|county chair"),
    (PersonRole.MEMBER, r"member|alder|council|trustee|supervisor|commissioner|chair|president"),
    (PersonRole.RESIDENT, r"resident|citizen|constituent|public"),
    (PersonRole.STAFF, r"employee|officer|department|superintendent|police|fire|works"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the roster names; ``household`` links people who live together, ``where`` is the row."""

    person_id: PersonId
    name: str
    role: str = ""
    household: str = ""
    where: str = ""

    @property
    def standing(self) -> PersonRole:
        """The normalised role word.

        >>> Person("a", "A", "Deputy City Attorney").standing.value, Person("b", "B", "Clerk/Treasurer").standing.value
        ('attorney', 'clerk')
        """
        text = self.role.lower()
        if re.search(r"\bclerk\b", text) and not re.search(r"assistant to|aide", text):
            return PersonRole.ATTORNEY if "attorney" in text else PersonRole.CLERK
        for role, words in _ROLE_WORDS:
            if re.search(rf"\b(?:{words})", text):
                return role
        return PersonRole.OTHER


@dataclass(frozen=True, slots=True)
class Body:
    """A public body: its kind (a rule row of the law profile), its authorised seats and what it overrides.

    ``quorum`` is ``""`` (the profile decides), ``majority``, ``two_thirds`` or a number as text; ``bargaining`` says
    whether the body exists for collective bargaining, ``None`` where not known.
    """

    body_id: BodyId
    name: str
    kind: BodyKind
    seats: int
    parent_id: BodyId = ""
    quorum: str = ""
    vote_rule: VoteRule | None = None
    bargaining: bool | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """One term: the first and the last day in office, both included; ``None`` is an open end."""

    person_id: PersonId
    body_id: BodyId
    capacity: Capacity = Capacity.MEMBER
    voting: bool = True
    start: date | None = None
    end: date | None = None
    where: str = ""

    def covers(self, on: date) -> bool:
        """Whether the day falls into the term."""
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)

    @property
    def seated(self) -> bool:
        """Whether the term fills one of the body's voting seats."""
        return self.voting and self.capacity not in NEVER_SEATED

    @property
    def seat(self) -> Seat:
        """The term in the form detection uses."""
        return Seat(self.person_id, self.start, self.end, self.capacity.value, self.seated)


@dataclass(frozen=True, slots=True)
class Account:
    """An address, number, handle or spelling of a name that means one person; ``value`` is normalised."""

    person_id: PersonId
    kind: AccountKind
    value: str
    raw: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One row of ``lists``: an address that reaches a person, a body's members, or another list (exactly one)."""

    address: str
    person_id: PersonId = ""
    body_id: BodyId = ""
    nested: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom an account means on a day.

    ``person`` is ``None`` where that is not known; ``via`` names the list address that led to the person;
    ``candidates`` are the people it might mean, none of whom was chosen; ``how`` is ``person_id``, ``account``,
    ``name``, ``list``, ``ambiguous`` or ``unknown``.
    """

    person: PersonId | None = None
    via: str = ""
    confidence: Confidence = Confidence.LOW
    candidates: tuple[PersonId, ...] = ()
    how: str = "unknown"
