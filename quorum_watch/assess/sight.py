"""Who was in an interaction, and what it did: the small questions every rule asks of one event.

Membership is asked of the day of the event. Synchronous events (calls, gatherings) have everybody present; written ones
have a writer and addressees; a public post has whoever wrote, reacted or was answered, never whoever might have read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from quorum_watch.model import Event, PersonId, Seat
from quorum_watch.vocabulary import (
    MERITS,
    ROUTINE,
    SOCIAL,
    SOLICITING,
    SYNCHRONOUS,
    Act,
    Audience,
    Channel,
    Polarity,
    Role,
    Scope,
)

#: The rule of the language stage for words that say somebody has no view yet.
UNDECIDED = "opinion.undecided"


@dataclass(frozen=True)
class Seating:
    """The voting seats of one body, asked by day; ``zone_days`` maps an event to its local calendar day."""

    seats: tuple[Seat, ...]

    @cached_property
    def _by_person(self) -> dict[PersonId, tuple[Seat, ...]]:
        table: dict[PersonId, tuple[Seat, ...]] = {}
        for seat in self.seats:
            if seat.voting:
                table[seat.person] = (*table.get(seat.person, ()), seat)
        return table

    def sits(self, person: PersonId | None, day: date) -> bool:
        """Whether the person held a voting seat that day (``end`` inclusive)."""
        return any(
            (s.start is None or s.start <= day) and (s.end is None or day <= s.end)
            for s in self._by_person.get(person or "", ())
        )

    def of(self, people: Iterable[PersonId | None], day: date) -> frozenset[PersonId]:
        """Those of ``people`` who sat that day."""
        return frozenset(p for p in people if p is not None and self.sits(p, day))


@dataclass(frozen=True)
class Sight:
    """One event as one body sees it."""

    event: Event
    day: date
    seating: Seating

    @property
    def id(self) -> str:
        """The interaction's id."""
        return self.event.interaction.id

    @cached_property
    def acts(self) -> frozenset[Act]:
        """The acts of the event."""
        return frozenset(a.act for a in self.event.reading.acts)

    @cached_property
    def member_sender(self) -> PersonId | None:
        """The sender, where a member."""
        sender = self.event.interaction.sender
        return sender if self.seating.sits(sender, self.day) else None

    @cached_property
    def addressed(self) -> frozenset[PersonId]:
        """Members addressed directly (everything but copies), the sender left out."""
        people = [c.person for c in self.event.interaction.contacts if c.role is not Role.CC and c.role is not Role.BCC]
        return self.seating.of(people, self.day) - {self.member_sender or ""}

    @cached_property
    def copied(self) -> frozenset[PersonId]:
        """Members who were only copied."""
        people = [c.person for c in self.event.interaction.contacts if c.role in (Role.CC, Role.BCC)]
        return self.seating.of(people, self.day) - self.addressed - {self.member_sender or ""}

    @cached_property
    def members(self) -> frozenset[PersonId]:
        """Every member in the event: sender, addressees and copies."""
        return self.addressed | self.copied | ({self.member_sender} if self.member_sender else frozenset())

    @property
    def sender(self) -> PersonId:
        """The sender, member or not; an unknown account is named by its address, so that it stays one vertex."""
        i = self.event.interaction
        return i.sender or f"?{i.sender_address or i.sender_raw}"

    @cached_property
    def taken_up(self) -> frozenset[Act]:
        """The acts that take a matter up: "no strong view" and "still reading the packet" are no views (Zecchino)."""
        spans = self.event.reading.acts
        return frozenset(a.act for a in spans if a.rule != UNDECIDED or a.polarity is not Polarity.NONE)

    @property
    def synchronous(self) -> bool:
        """A call or a gathering."""
        return self.event.interaction.channel in SYNCHRONOUS

    @property
    def public(self) -> bool:
        """Under a public post."""
        return self.event.interaction.audience is Audience.PUBLIC or self.event.interaction.channel in SOCIAL

    @property
    def reaction(self) -> bool:
        """A reaction only: never speech, never assent."""
        return self.event.interaction.channel is Channel.SOCIAL_REACTION or self.event.interaction.event == "reaction"

    @property
    def merits(self) -> bool:
        """Goes to the merits: a view, a position, or asking for one."""
        if self.reaction:
            return False
        signs_a_position = Act.SIGN in self.acts and bool(self.acts & {Act.COMMIT, Act.AGREE, Act.DECIDE})
        return (
            bool(self.taken_up & MERITS) and not (self.procedural and not self.acts & {Act.COMMIT, Act.DECIDE})
        ) or signs_a_position

    @property
    def takes_part(self) -> bool:
        """Something on the merits, or facts about the subject: a turn in a talk, where there is one."""
        return self.merits or (Act.INFORM in self.acts and self.business and not self.reaction)

    @property
    def procedural(self) -> bool:
        """Logistics, an agenda request, a poll about procedure only: routine acts with no view beside them."""
        views = self.acts & MERITS
        return bool(self.acts & {Act.SCHEDULE, Act.MINISTERIAL}) and views <= {Act.POLL}

    @property
    def solicits(self) -> bool:
        """Asks where others stand, or for their support."""
        return bool(self.acts & SOLICITING)

    @property
    def business(self) -> bool:
        """Concerns the body's business, not only its calendar or its birthdays."""
        if self.acts and self.acts <= ROUTINE and not self.merits:
            return False
        return self.event.reading.scope is not Scope.NOT_BUSINESS or self.merits
