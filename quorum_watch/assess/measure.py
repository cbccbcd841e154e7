"""What each rule counts, as functions of a list of events, so that "without this step" is answered by counting again.

Every measure returns the people it counts and the events it rests on. A finding's ``reach`` is the number of people;
``reached_after`` of a step is the measure of the story up to that step; a step is *pivotal* where the measure of the
story without it falls below the number of the law.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from quorum_watch.assess.exchanges import Exchange, exchanges, gatherings
from quorum_watch.assess.series import Series, series
from quorum_watch.assess.sight import Sight
from quorum_watch.detect import Settings, detect
from quorum_watch.model import Candidate, PersonId, Shard, Subject
from quorum_watch.vocabulary import Act, Pattern

#: Patterns of a series; the others are one gathering, one thread or one writer.
CHAINS = frozenset({Pattern.DAISY_CHAIN, Pattern.HUB_AND_SPOKE, Pattern.SPLIT_GROUPS, Pattern.INTERMEDIARY})


@dataclass(frozen=True)
class Windows:
    """The time settings of the law profile that measures use."""

    conversation: timedelta
    answer: timedelta
    sitting: timedelta
    episode: timedelta


@dataclass(frozen=True)
class Ground:
    """What every measure needs beside the events: windows, roles, whether reactions count, the number looked for."""

    windows: Windows
    roles: Mapping[PersonId, str]
    reactions_count: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The people a measure counts and the events it rests on."""

    people: frozenset[PersonId]
    events: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.people)


NOTHING = Measured(frozenset(), ())


def largest_exchange(sights: Sequence[Sight], ground: Ground) -> Exchange | None:
    """The private exchange with most members engaged; ties go to the one with more speakers, then the earlier one."""
    found = [e for e in exchanges(sights, ground.windows.conversation) if not e.public]
    return max(found, key=lambda e: (e.answered, len(e.engaged), len(e.spoke), -e.events[0]), default=None)


def _gathered(sights: Sequence[Sight], ground: Ground) -> Measured:  # noqa: ARG001
    found = gatherings(sights)
    best = max(found, key=lambda g: (len(g.present), -g.event), default=None)
    if best is None:
        return NOTHING
    return Measured(best.present, tuple(g.event for g in found))


def _engaged(sights: Sequence[Sight], ground: Ground) -> Measured:
    best = largest_exchange(sights, ground)
    return Measured(best.engaged, best.events) if best else NOTHING


def _engaged_cc(sights: Sequence[Sight], ground: Ground) -> Measured:
    best = largest_exchange(sights, ground)
    return Measured(best.engaged_with_copies, best.events) if best else NOTHING


def _spoke(sights: Sequence[Sight], ground: Ground) -> Measured:
    best = largest_exchange(sights, ground)
    return Measured(best.spoke, best.events) if best else NOTHING


def chain_of(sights: Sequence[Sight], ground: Ground) -> Candidate | None:
    """The largest chain of answered contacts through which members' views could have met in time order.

    ``Candidate.events`` index ``sights``. A single conversation or sitting is no chain, nor is a broadcast.
    """
    # The whole stretch goes in: a bare question or a "thanks" is what makes a commitment part of an exchange.
    private = [n for n, s in enumerate(sights) if not s.public]
    if len(private) < 2:
        return None
    shard = Shard("", Subject(""), tuple(sights[n].event for n in private), sights[0].seating.seats)
    settings = Settings(
        ground.windows.sitting, ground.windows.answer, ground.windows.episode, ground.windows.conversation
    )
    numbers = [ground.number] if ground.number else []
    found = [c for c in detect(shard, numbers, settings, layers=("views",)) if c.pattern in CHAINS]
    best = max(found, key=lambda c: (len(c.members), -len(c.events), [-e for e in c.events]), default=None)
    if best is None:
        return None
    return replace(
        best,
        events=tuple(private[e] for e in best.events),
        pivotal=tuple(private[e] for e in best.pivotal),
        crossings=tuple((k, private[e]) for k, e in best.crossings),
    )


def add_up(sights: Sequence[Sight], ground: Ground) -> Series:
    """The series measures of these events."""
    return series(sights, ground.roles, ground.windows.sitting)


def _positions(sights: Sequence[Sight], ground: Ground) -> Measured:
    s = add_up(sights, ground)
    return Measured(frozenset(s.agreement.members), s.agreement.events)


def _carried(sights: Sequence[Sight], ground: Ground) -> Measured:
    s = add_up(sights, ground)
    return Measured(s.carried, s.carried_events)


def _chain(sights: Sequence[Sight], ground: Ground) -> Measured:
    found = chain_of(sights, ground)
    return Measured(frozenset(found.members), found.events) if found else NOTHING


def _union(sights: Sequence[Sight], ground: Ground) -> Measured:
    s = add_up(sights, ground)
    return Measured(s.union, s.union_events)


def _briefed(sights: Sequence[Sight], ground: Ground) -> Measured:
    s = add_up(sights, ground)
    return Measured(s.briefed, s.briefing_events)


def _asked(sights: Sequence[Sight], ground: Ground) -> Measured:
    s = add_up(sights, ground)
    return Measured(s.asking.asked, s.asking.events) if s.asking else NOTHING


def _signed(sights: Sequence[Sight], ground: Ground) -> Measured:  # noqa: ARG001
    """Members who signed one paper, whatever it says."""
    events = tuple(n for n, s in enumerate(sights) if Act.SIGN in s.acts and s.member_sender)
    return Measured(frozenset().union(*(sights[n].members for n in events)), events) if events else NOTHING


def _told(sights: Sequence[Sight], ground: Ground) -> Measured:  # noqa: ARG001
    """Most members reached by one member's written views, the writer included: one opinion sent to enough people."""
    best = NOTHING
    writers = sorted({s.member_sender for s in sights if s.member_sender})
    for writer in writers:
        events = tuple(
            n for n, s in enumerate(sights)
            if s.member_sender == writer and s.merits and not s.synchronous and not s.public and s.addressed | s.copied
        )  # fmt: skip
        people = frozenset().union(*(sights[n].members for n in events))
        if len(people) > best.count:
            best = Measured(people, events)
    return best


def _public_engaged(sights: Sequence[Sight], ground: Ground) -> Measured:
    """Members who answered one another's posts in public; a reaction counts where the place's law counts it."""
    events = tuple(
        n for n, s in enumerate(sights)
        if s.public and s.member_sender and s.addressed and (s.merits or (s.reaction and ground.reactions_count))
    )  # fmt: skip
    return Measured(frozenset().union(*(sights[n].members for n in events)), events) if events else NOTHING


def _voted(sights: Sequence[Sight], ground: Ground) -> Measured:
    s = add_up(sights, ground)
    return Measured(s.voted, s.voting_events)


#: The measures a rule may name.
MEASURES: dict[str, Callable[[Sequence[Sight], Ground], Measured]] = {
    "gathered": _gathered,
    "engaged": _engaged,
    "engaged_cc": _engaged_cc,
    "spoke": _spoke,
    "positions": _positions,
    "carried": _carried,
    "chain": _chain,
    "union": _union,
    "briefed": _briefed,
    "asked": _asked,
    "voted": _voted,
    "told": _told,
    "signed": _signed,
    "public_engaged": _public_engaged,
}


@dataclass(frozen=True, slots=True)
class Story:
    """A measured story: the events it keeps, the running count, and which steps the count cannot do without."""

    people: frozenset[PersonId]
    events: tuple[int, ...]
    reached_after: tuple[int, ...]
    pivotal: tuple[int, ...]

    def crossing(self, number: int) -> int | None:
        """Index into ``events`` of the step at which ``number`` was reached, or ``None``."""
        return next((k for k, n in enumerate(self.reached_after) if n >= number), None)


def tell(measure: str, sights: Sequence[Sight], ground: Ground, number: int) -> Story:
    """Measure the whole, then every prefix, then the record without each step. ``number`` is the number of the law."""
    count = MEASURES[measure]
    if measure == "chain":
        return _tell_chain(sights, ground, number)
    whole = count(sights, ground)
    kept = [sights[n] for n in whole.events]
    running, best = [], 0
    for k in range(1, len(kept) + 1):
        best = max(best, count(kept[:k], ground).count)  # a story never becomes smaller by going on
        running.append(best)
    pivotal: tuple[int, ...] = ()
    if whole.count >= number:
        pivotal = tuple(
            k for k, n in enumerate(whole.events, start=1) if without(measure, sights, ground, n).count < number
        )
    return Story(whole.people, whole.events, tuple(running), pivotal)


def _tell_chain(sights: Sequence[Sight], ground: Ground, number: int) -> Story:
    found = chain_of(sights, ground)
    if found is None:
        return Story(frozenset(), (), (), ())
    running = list(found.reached_after)
    pivotal = tuple(
        k for k, n in enumerate(found.events, start=1) if without("chain", sights, ground, n).count < number
    )
    return Story(frozenset(found.members), found.events, tuple(running), pivotal)


def without(measure: str, sights: Sequence[Sight], ground: Ground, event: int) -> Measured:
    """The measure of the record had the contact at index ``event`` of ``sights`` not been in it."""
    return MEASURES[measure]([s for n, s in enumerate(sights) if n != event], ground)
