"""Who is on a message: addresses resolved and lists opened as of today, one entry at a time, none dropped.

An address that is not in the roster stays *unknown*: it may be a member's private account. Only the person who asks
can say otherwise (``Draft.outsiders``), and the answer says that they did.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from quorum_watch.model import BodyId, PersonId
from quorum_watch.roster import Roster
from quorum_watch.roster.identity import normalise
from quorum_watch.roster.records import PersonRole
from quorum_watch.selfcheck.draft import Address, Draft
from quorum_watch.vocabulary import SOCIAL, AccountKind, Channel, Role

_NUMBER = re.compile(r"[+(]?\d[\d\s().-]{5,}\d(?:\s*x\d+)?")
_PLATFORMS = (AccountKind.FACEBOOK, AccountKind.X, AccountKind.INSTAGRAM, AccountKind.NEXTDOOR, AccountKind.YOUTUBE)


@dataclass(frozen=True, slots=True)
class Seen:
    """One person on the message: as written, in which line, through which list, and how they hold it.

    ``held`` is ``sent``, ``line`` (an address line), ``quoted`` or ``already``; ``person`` is ``None`` where unknown.
    """

    raw: str
    person: PersonId | None
    role: Role
    held: str
    via: str = ""
    spoke: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """Everybody on a message. ``people`` leaves the person who asks out; ``unknown`` are entries nobody could place."""

    asking: PersonId
    seen: tuple[Seen, ...]
    unknown: tuple[str, ...]
    outsiders: tuple[str, ...]

    @property
    def people(self) -> frozenset[PersonId]:
        """Known people on the message besides the one who asks."""
        return frozenset(s.person for s in self.seen if s.person is not None and s.person != self.asking)

    @property
    def addressed(self) -> frozenset[PersonId]:
        """Known people who will receive it."""
        return frozenset(s.person for s in self.seen if s.person and s.held == "line" and s.person != self.asking)

    @property
    def holding(self) -> frozenset[PersonId]:
        """Known people who hold the conversation already: quoted, or there before."""
        return frozenset(s.person for s in self.seen if s.person and s.held != "line" and s.person != self.asking)

    @property
    def spoke(self) -> frozenset[PersonId]:
        """Known people whose words stand in it."""
        return frozenset(s.person for s in self.seen if s.person and s.spoke and s.person != self.asking)

    def entries(self, people: frozenset[PersonId]) -> tuple[str, ...]:
        """What the person typed that reaches any of ``people``, in order, each once: an address line, never a name."""
        return tuple(dict.fromkeys(s.via or s.raw for s in self.seen if s.held == "line" and s.person in people))


def gather(draft: Draft, asking: PersonId, roster: Roster, on: date) -> Present:
    """Everybody a draft shows, resolved as of ``on``."""
    outsiders = {normalise(AccountKind.EMAIL, o) for o in draft.outsiders}
    seen: list[Seen] = []
    declared: dict[str, None] = {}

    def take(entry: Address, held: str, *, spoke: bool = False) -> None:
        found = _resolve(entry, draft.channel, roster, on, held, spoke=spoke)
        for one in found:
            if one.person is None and normalise(AccountKind.EMAIL, entry.value or entry.name) in outsiders:
                declared.setdefault(one.raw)
            else:
                seen.append(one)

    if draft.sender is not None:
        take(draft.sender, "sent", spoke=draft.received)
    for entry in draft.recipients:
        take(entry, "line")
    for block in draft.blocks:
        if block.sender is not None:
            take(block.sender, "quoted", spoke=True)
        for entry in block.people:
            take(entry, "quoted")
    for entry in draft.already:
        take(entry, "already", spoke=True)
    unknown = tuple(dict.fromkeys(s.raw for s in seen if s.person is None))
    return Present(asking, tuple(seen), unknown, tuple(declared))


def _resolve(
    entry: Address, channel: Channel, roster: Roster, on: date, held: str, *, spoke: bool
) -> tuple[Seen, ...]:
    value, name = entry.value.strip(), entry.name.strip()
    raw = value or name
    if value and roster.resolver.is_list(value):
        people = roster.expand(value, on) or ()
        return tuple(Seen(raw, p, entry.role, held, value, spoke) for p in people)
    person = _person(value, channel, roster, on) if value else None
    if person is None and not value and name:
        person = roster.resolve(AccountKind.NAME, name, on).person
    return (Seen(raw, person, entry.role, held, "", spoke),)


def _person(value: str, channel: Channel, roster: Roster, on: date) -> PersonId | None:
    if "@" in value[1:]:
        return roster.resolve(AccountKind.EMAIL, value, on).person
    if _NUMBER.fullmatch(value):
        return roster.resolve(AccountKind.PHONE, value, on).person
    exact = roster.resolve(AccountKind.NAME, value, on, known_names=channel not in SOCIAL)
    if exact.person is not None:
        return exact.person
    if channel in SOCIAL or value.startswith("@"):
        owners = {roster.resolver.account(kind, value) for kind in _PLATFORMS} - {None}
        return next(iter(owners)) if len(owners) == 1 else None
    return None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the person who asks is to each body, and to the city."""

    member_of: frozenset[BodyId]
    presides: frozenset[BodyId]
    staff: bool

    @property
    def official(self) -> bool:
        """Whether they sit on any body, or preside over one."""
        return bool(self.member_of or self.presides)


_STAFF = frozenset({PersonRole.CLERK, PersonRole.ADMINISTRATOR, PersonRole.STAFF, PersonRole.ATTORNEY})


def standing_of(person: PersonId, roster: Roster, on: date) -> Standing:
    """Which seats somebody holds on a day."""
    seats = frozenset(roster.bodies_of(person, on))
    presides = frozenset(
        b.body_id for b in roster.bodies if any(s.person == person for s in roster.others(b.body_id, on))
    )
    return Standing(seats, presides - seats, roster.standing(person) in _STAFF)
