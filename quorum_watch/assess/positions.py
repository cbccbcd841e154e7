"""The ledger of positions: who said, signed or was reported to stand where, and who tied those statements together.

A walking quorum needs agreement, so this is where most of the care goes. Silence, a like, being copied or being in a
group is never a position. A view ("I oppose it") is not a position on how to act together; a commitment is. Deferring
after being asked is tacit, and tacit alone never reaches ``look_first``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from quorum_watch.assess.sight import Sight
from quorum_watch.model import ActSpan, PersonId
from quorum_watch.vocabulary import POSITIONAL, SOLICITING, Act, Channel, Confidence, Polarity

EXPLICIT, TACIT, REPORTED, IMPLIED = "explicit", "tacit", "reported", "implied"
_ORDER = (EXPLICIT, REPORTED, TACIT, IMPLIED)


@dataclass(frozen=True, slots=True)
class Position:
    """One member's position on the proposal, as evidenced by one event."""

    member: PersonId
    polarity: Polarity
    strength: str
    event: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The largest group of members whose positions point the same way and were tied together by contacts."""

    members: tuple[PersonId, ...]
    explicit: tuple[PersonId, ...]
    tacit: tuple[PersonId, ...]
    reported: tuple[PersonId, ...]
    events: tuple[int, ...]
    polarity: Polarity


class Ties:
    """Union-find over people (members and carriers), deterministic in its answers.

    >>> ties = Ties(); ties.join("a", "b"); ties.join("b", "c"); ties.tied("a", "c"), ties.tied("a", "d")
    (True, False)
    """

    def __init__(self) -> None:
        self._parent: dict[PersonId, PersonId] = {}

    def find(self, person: PersonId) -> PersonId:
        """The representative of a person's group."""
        self._parent.setdefault(person, person)
        while self._parent[person] != person:
            self._parent[person] = self._parent[self._parent[person]]
            person = self._parent[person]
        return person

    def join(self, one: PersonId, other: PersonId) -> None:
        """Tie two people."""
        a, b = sorted((self.find(one), self.find(other)))
        self._parent[b] = a

    def tied(self, one: PersonId, other: PersonId) -> bool:
        """Whether two people are in one group."""
        return self.find(one) == self.find(other)

    def groups(self, among: Iterable[PersonId]) -> list[frozenset[PersonId]]:
        """The groups restricted to ``among``, largest first, then by name."""
        table: dict[PersonId, set[PersonId]] = {}
        for person in among:
            table.setdefault(self.find(person), set()).add(person)
        return sorted((frozenset(g) for g in table.values()), key=lambda g: (-len(g), sorted(g)))


def ledger(sights: Sequence[Sight]) -> tuple[Position, ...]:
    """Every position evidenced by these events, in time order."""
    by_id = {s.id: s for s in sights}
    entries: list[Position] = []
    for n, sight in enumerate(sights):
        if sight.reaction:
            continue
        asked = _was_asked(sight, by_id, sights[:n])
        for span in sight.event.reading.acts:
            entries += _positions_of(sight, span, n, asked=asked)
    return tuple(entries)


def _was_asked(sight: Sight, by_id: dict[str, Sight], earlier: Sequence[Sight]) -> bool:
    """Whether the sender was asked for a position or support, in the message answered or earlier in the talk."""
    parent = by_id.get(sight.event.interaction.in_reply_to or "")
    if parent is not None and parent.acts & (SOLICITING | {Act.COMMIT, Act.RELAY, Act.DRAFT, Act.DECIDE}):
        return True
    return any(s.solicits and sight.member_sender in s.members and s.sender in _recipients(sight) for s in earlier)


def _recipients(sight: Sight) -> frozenset[PersonId]:
    return frozenset(c.person or f"?{c.address or c.raw}" for c in sight.event.interaction.contacts)


def _positions_of(sight: Sight, span: ActSpan, n: int, *, asked: bool) -> list[Position]:
    member, act, by_hand = sight.member_sender, span.act, sight.event.reading.by_hand
    if act is Act.RELAY:
        if span.attributed_to and sight.seating.sits(span.attributed_to, sight.day):
            return [Position(span.attributed_to, span.polarity, REPORTED, n)]
        return []
    if act in (Act.COMMIT, Act.DECIDE):
        # A deferral, or words that only may be a commitment, are no more than tacit.
        doubtful = not by_hand and (span.polarity is Polarity.NONE or span.confidence is Confidence.LOW)
        own = [Position(member, span.polarity, TACIT if doubtful else EXPLICIT, n)] if member else []
        return own + (_co_signers(sight, span, n) if Act.SIGN in sight.acts else [])
    if act is Act.AGREE and (asked or Act.SIGN in sight.acts or Act.DRAFT in sight.acts):
        firm = (asked and span.confidence is not Confidence.LOW) or Act.SIGN in sight.acts
        own = [Position(member, span.polarity, EXPLICIT if firm else TACIT, n)] if member else []
        return own + (_co_signers(sight, span, n) if Act.SIGN in sight.acts else [])
    if act in (Act.SEEK_SUPPORT, Act.DRAFT) and member:
        return [Position(member, span.polarity, IMPLIED, n)]
    return []


def _co_signers(sight: Sight, span: ActSpan, n: int) -> list[Position]:
    """Those named on a paper that was passed round and signed with a commitment: the paper is their signature."""
    if sight.event.interaction.channel is not Channel.MEMO:
        return []
    return [Position(p, span.polarity, EXPLICIT, n) for p in sorted(sight.addressed)]


def position_ties(sights: Sequence[Sight], carries: Callable[[PersonId], bool]) -> Ties:
    """Who is tied to whom by events that state, ask for or carry a position.

    ``carries`` says whether a person who is not a member may tie members: somebody who asked several of them, acted as
    an agent, or told one what another thinks. A resident whom members answer one by one ties nobody.
    """
    ties = Ties()
    for sight in sights:
        if not _may_tie(sight, carries):
            continue
        people = [p for p in sorted(_recipients(sight) | {sight.sender}) if _joins(p, sight, carries)]
        for one, other in itertools.pairwise(people):
            ties.join(one, other)
        for span in sight.event.reading.acts:
            if span.act is Act.RELAY and span.attributed_to and people:
                ties.join(span.attributed_to, people[0])
    return ties


def _may_tie(sight: Sight, carries: Callable[[PersonId], bool]) -> bool:
    """Whether an event can tie members' positions: a resident's letter to every member ties none to another."""
    if not sight.acts & POSITIONAL or sight.reaction:
        return False
    return sight.member_sender is not None or sight.synchronous or carries(sight.sender)


def _joins(person: PersonId, sight: Sight, carries: Callable[[PersonId], bool]) -> bool:
    return sight.seating.sits(person, sight.day) or carries(person)


def agreement(sights: Sequence[Sight], carries: Callable[[PersonId], bool]) -> Agreement:
    """The largest tied group of members with positions in the same direction.

    A position whose direction the record does not give (coded by hand without it) counts with either side. A member
    who later said the opposite was in agreement until then and counts; that the directions differ is shown as a factor
    against. Implied positions (asking others for support) count only
    beside somebody else's.
    """
    entries = ledger(sights)
    ties = position_ties(sights, carries)
    best = Agreement((), (), (), (), (), Polarity.NONE)
    for side in (Polarity.FOR, Polarity.AGAINST):
        held: dict[PersonId, list[Position]] = {}
        for e in entries:
            if e.polarity in (side, Polarity.NONE):
                held.setdefault(e.member, []).append(e)
        for group in ties.groups(held):
            if all(e.strength == IMPLIED for p in group for e in held[p]):
                continue
            found = _summed(sights, ties, carries, group, held, side)
            if (len(found.members), len(found.explicit)) > (len(best.members), len(best.explicit)):
                best = found
    return best


def _summed(
    sights: Sequence[Sight],
    ties: Ties,
    carries: Callable[[PersonId], bool],
    group: frozenset[PersonId],
    held: dict[PersonId, list[Position]],
    side: Polarity,
) -> Agreement:
    strongest = {p: min((e.strength for e in held[p]), key=_ORDER.index) for p in group}
    pick = {s: tuple(sorted(p for p in group if strongest[p] == s)) for s in _ORDER}
    # Every contact that states, asks for or carries a position among these people: the statements and what tied them.
    events = tuple(
        n
        for n, s in enumerate(sights)
        if _may_tie(s, carries) and any(ties.tied(m, p) for m in s.members for p in sorted(group)[:1])
    )
    return Agreement(tuple(sorted(group)), pick[EXPLICIT], pick[TACIT], pick[REPORTED], events, side)
