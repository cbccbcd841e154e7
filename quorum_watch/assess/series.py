"""Walking quorum: what a series of smaller contacts adds up to, and what held them together.

Ties among members come from three things only: being together in one call or sitting, answering each other in writing
inside the answer window, or somebody carrying views from one to another. A person who is not a member ties members
only by carrying; a staff member who briefs one after another and passes nothing on ties nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from quorum_watch.assess.positions import Agreement, Ties, agreement
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

    tied: frozenset[PersonId]
    tied_events: tuple[int, ...]
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


def series(
    sights: Sequence[Sight], roles: Mapping[PersonId, str], answer_window: timedelta, sitting_window: timedelta
) -> Series:
    """Add up one episode. ``roles`` maps persons to their normalised role (``resident``, ``clerk`` ...)."""
    relays = tuple(n for n, s in enumerate(sights) if _carries_outward(s))
    askings = [a for a in _askings(sights) if not a.asker.startswith("?") and roles.get(a.asker) not in _OUTSIDERS]
    carriers = frozenset(sights[n].sender for n in relays if sights[n].member_sender is None)
    agents = frozenset(a.asker for a in askings if len(a.asked) > 1)
    private = [n for n, s in enumerate(sights) if s.merits and not s.public and not s.reaction]
    union_events = tuple(n for n in private if _contact(sights[n]))
    tied, tied_events = _tied(sights, private, carriers, relays, answer_window)
    briefed, briefing = _briefed(sights, carriers, sitting_window)
    voting = tuple(n for n, s in enumerate(sights) if Act.DECIDE in s.acts and s.member_sender and not s.reaction)
    return Series(
        tied,
        tied_events,
        frozenset().union(*(sights[n].members for n in union_events)),
        union_events,
        sum(sights[n].synchronous for n in union_events),
        relays,
        tuple(sorted(carriers)),
        max(askings, key=lambda a: (len(a.asked), len(a.agreed), a.asker), default=None),
        briefed,
        briefing,
        frozenset(m for n in voting if (m := sights[n].member_sender)),
        voting,
        agreement(sights, lambda p: p in carriers or p in agents),
    )


def _contact(sight: Sight) -> bool:
    """A private contact between members: not one member's words to everybody, which is a broadcast."""
    return len(sight.members) >= 2 and (sight.member_sender is not None or sight.synchronous)


def _carries_outward(sight: Sight) -> bool:
    """Somebody tells a member where another member stands."""
    if Act.RELAY not in sight.acts or sight.reaction:
        return False
    told = sight.addressed | sight.copied
    about = {a.attributed_to for a in sight.event.reading.acts if a.act is Act.RELAY and a.attributed_to}
    return bool(told - about) if about else bool(told)


def _tied(
    sights: Sequence[Sight],
    private: Sequence[int],
    carriers: frozenset[PersonId],
    relays: Sequence[int],
    answer_window: timedelta,
) -> tuple[frozenset[PersonId], tuple[int, ...]]:
    ties, used = Ties(), set()
    for n in private:
        s = sights[n]
        linked: set[PersonId] = set()
        if s.synchronous:
            linked = set(s.members) | ({s.sender} if s.sender in carriers else set()) | _present_carriers(s, carriers)
        elif s.sender in carriers or n in relays:
            linked = {s.sender} | set(s.addressed) | _told_before(sights, private, n, answer_window)
        else:
            if s.member_sender:
                partners = {p for p in s.addressed if _answers(sights, private, n, p, answer_window)}
                linked = {s.member_sender} | partners
            linked |= _present_carriers(s, carriers) | ({s.member_sender} if s.member_sender else set())
        if len(linked) >= 2:
            used.add(n)
            for one, other in pairwise(sorted(linked)):
                ties.join(one, other)
    everyone = frozenset().union(*(sights[n].members for n in used))
    groups = ties.groups(everyone)
    if not groups:
        return frozenset(), ()
    best = groups[0]
    around = tuple(n for n in private if sights[n].members & best and (n in used or _near(sights[n], best, carriers)))
    return best, around


def _near(sight: Sight, group: frozenset[PersonId], carriers: frozenset[PersonId]) -> bool:
    """Whether a contact is part of what ties a group: it reaches two of them, or one of them and a carrier."""
    return len(sight.members & group) >= 2 or sight.sender in carriers or bool(_present_carriers(sight, carriers))


def _told_before(sights: Sequence[Sight], private: Sequence[int], n: int, window: timedelta) -> set[PersonId]:
    """Members whose words had reached the sender of event ``n`` in writing before it, within the window."""
    carrier, at = sights[n].sender, sights[n].event.interaction.at
    return {
        m
        for k in private
        if k < n and at - sights[k].event.interaction.at <= window and carrier in sights[k].members
        and (m := sights[k].member_sender)
    }  # fmt: skip


def _present_carriers(sight: Sight, carriers: frozenset[PersonId]) -> set[PersonId]:
    people = {c.person or f"?{c.address or c.raw}" for c in sight.event.interaction.contacts}
    return people & carriers


def _answers(sights: Sequence[Sight], private: Sequence[int], n: int, person: PersonId, window: timedelta) -> bool:
    """Whether ``person`` and the sender of event ``n`` answered each other within the window, before or after."""
    mine = sights[n]
    return any(
        sights[m].member_sender == person
        and mine.member_sender in sights[m].members
        and abs(sights[m].event.interaction.at - mine.event.interaction.at) <= window
        for m in private
        if m != n
    )


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
