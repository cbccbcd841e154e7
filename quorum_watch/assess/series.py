"""Walking quorum: what a series of smaller contacts adds up to, and who carried anything between them.

Chains through which views could have travelled are found by :mod:`quorum_watch.detect`; here are the sums a lawyer asks
for beside them. A person who is not a member ties members only by carrying; a staff member who briefs one after another
and passes nothing on ties nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from quorum_watch.assess.positions import Agreement, agreement
from quorum_watch.assess.sight import Sight
from quorum_watch.model import PersonId
from quorum_watch.vocabulary import Act

#: Roles whose holder is not taken to tie members merely because members answer them.
_OUTSIDERS = frozenset({"resident", "press", "vendor", "applicant"})


@dataclass(frozen=True, slots=True)
class Asking:
    """One person who asked members where they stand: who, whom, and who went along."""

    asker: PersonId
    asked: frozenset[PersonId]
    agreed: frozenset[PersonId]
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """What the contacts of one episode add up to (all members as of the day of each contact)."""

    carried: frozenset[PersonId]
    carried_events: tuple[int, ...]
    union: frozenset[PersonId]
    union_events: tuple[int, ...]
    spoken_contacts: int
    relays: tuple[int, ...]
    carriers: tuple[PersonId, ...]
    asking: Asking | None
    briefed: frozenset[PersonId]
    briefing_events: tuple[int, ...]
    voted: frozenset[PersonId]
    voting_events: tuple[int, ...]
    agreement: Agreement


def series(sights: Sequence[Sight], roles: Mapping[PersonId, str], window: timedelta) -> Series:
    """Add up one episode. ``roles`` maps persons to their normalised role (``resident``, ``clerk`` ...)."""
    relays = tuple(n for n, s in enumerate(sights) if carries_outward(s))
    askings = [a for a in _askings(sights) if not a.asker.startswith("?") and roles.get(a.asker) not in _OUTSIDERS]
    carriers = frozenset(sights[n].sender for n in relays if sights[n].member_sender is None)
    agents = frozenset(a.asker for a in askings if len(a.asked) > 1)
    private = [n for n, s in enumerate(sights) if s.merits and not s.public and not s.reaction]
    union_events = tuple(n for n in private if _contact(sights[n]))
    carried, carried_events = _carried(sights, private, relays, window)
    briefed, briefing = _briefed(sights, carriers, window)
    voting = tuple(n for n, s in enumerate(sights) if Act.DECIDE in s.acts and s.member_sender and not s.reaction)
    return Series(
        carried,
        carried_events,
        frozenset().union(*(sights[n].members for n in union_events)),
        union_events,
        sum(sights[n].synchronous for n in union_events),
        relays,
        tuple(sorted(carriers)),
        max(askings, key=lambda a: (len(a.asked), len(a.agreed), -a.events[0]), default=None),
        briefed,
        briefing,
        frozenset(m for n in voting if (m := sights[n].member_sender)),
        voting,
        agreement(sights, lambda p: p in carriers or p in agents),
    )


def _contact(sight: Sight) -> bool:
    """A private contact between members: not one member's words to everybody, which is a broadcast."""
    return len(sight.members) >= 2 and (sight.member_sender is not None or sight.synchronous)


def carries_outward(sight: Sight) -> bool:
    """Somebody tells a member where another member stands."""
    if Act.RELAY not in sight.acts or sight.reaction:
        return False
    told = sight.addressed | sight.copied
    about = {a.attributed_to for a in sight.event.reading.acts if a.act is Act.RELAY and a.attributed_to}
    return bool(told - about) if about else bool(told)


def _carried(
    sights: Sequence[Sight], private: Sequence[int], relays: Sequence[int], window: timedelta
) -> tuple[frozenset[PersonId], tuple[int, ...]]:
    """The most members whom one carrier ties: those whose words reached the carrier before, and those then told.

    Order matters: what reached the carrier after a relay cannot have been in it.
    """
    best: tuple[frozenset[PersonId], tuple[int, ...]] = (frozenset(), ())
    for n in relays:
        carrier, at = sights[n].sender, sights[n].event.interaction.at
        before = [
            k
            for k in private
            if k < n and at - sights[k].event.interaction.at <= window and carrier in _everybody(sights[k])
            and (sights[k].synchronous or sights[k].sender != carrier)
        ]  # fmt: skip
        later = [
            k
            for k in relays
            if k >= n and sights[k].sender == carrier and sights[k].event.interaction.at - at <= window
        ]
        told = [m for k in later for m in sights[k].members]
        heard = [
            m for k in before for m in (sights[k].members if sights[k].synchronous else [sights[k].member_sender]) if m
        ]
        people = frozenset(told) | frozenset(heard)
        if len(people) > len(best[0]) and frozenset(heard):
            best = (people, tuple(sorted({*before, *later})))
    return best


def _everybody(sight: Sight) -> frozenset[PersonId]:
    people = {c.person or f"?{c.address or c.raw}" for c in sight.event.interaction.contacts}
    return frozenset(people | {sight.sender})


def _askings(sights: Sequence[Sight]) -> list[Asking]:
    asked: dict[PersonId, set[PersonId]] = {}
    events: dict[PersonId, list[int]] = {}
    for n, s in enumerate(sights):
        if s.solicits and not s.public and not s.procedural:
            asked.setdefault(s.sender, set()).update(s.addressed)
            events.setdefault(s.sender, []).append(n)
    found = []
    for asker, people in asked.items():
        answers = [
            n
            for n, s in enumerate(sights)
            if s.member_sender in people
            and s.acts & {Act.AGREE, Act.COMMIT, Act.SIGN}
            and n > events[asker][0]
            and asker in {c.person or f"?{c.address or c.raw}" for c in s.event.interaction.contacts}
        ]
        agreed = frozenset(m for n in answers if (m := sights[n].member_sender))
        is_member = any(sights[n].member_sender == asker for n in events[asker])
        everyone = frozenset(people) | (frozenset({asker}) if is_member else frozenset())
        found.append(Asking(asker, everyone, agreed, tuple(sorted({*events[asker], *answers}))))
    return found


def _briefed(
    sights: Sequence[Sight], carriers: frozenset[PersonId], window: timedelta
) -> tuple[frozenset[PersonId], tuple[int, ...]]:
    """Members met in separate groups on one subject by outside people who carried nothing, inside the window.

    Briefing members one at a time is ordinary staff work; groups of several that add up are what is worth seeing.
    """
    sittings = [
        n
        for n, s in enumerate(sights)
        if s.synchronous and s.business and len(s.members) >= 2 and s.member_sender is None
        and s.sender not in carriers
    ]  # fmt: skip
    best: tuple[frozenset[PersonId], tuple[int, ...]] = (frozenset(), ())
    for k, first in enumerate(sittings):
        start = sights[first].event.interaction.at
        run = tuple(n for n in sittings[k:] if sights[n].event.interaction.at - start <= window)
        people = frozenset().union(*(sights[n].members for n in run))
        if len(people) > len(best[0]):
            best = (people, run)
    return best
