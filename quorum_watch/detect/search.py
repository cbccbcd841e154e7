"""From a shard to its candidates: every layer, every episode, each story once, named and with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from quorum_watch.detect.context import Context, make_context
from quorum_watch.detect.encode import MembersAt
from quorum_watch.detect.engine import two_way
from quorum_watch.detect.gatherings import Gathering, count_after, fewest_events, find_gatherings
from quorum_watch.detect.layers import LAYERS, is_reaction
from quorum_watch.detect.patterns import name_gathering, name_series
from quorum_watch.detect.patterns.broadcast import Broadcast, find_broadcasts, told
from quorum_watch.detect.patterns.decision_by_message import deciding
from quorum_watch.detect.patterns.hub_and_spoke import centre
from quorum_watch.detect.patterns.shape import shape_of
from quorum_watch.detect.series import Series, find_series
from quorum_watch.detect.settings import Settings
from quorum_watch.detect.timeline import DAY, HALF
from quorum_watch.model import Candidate, Shard
from quorum_watch.vocabulary import Pattern, TimePrecision

Count = Callable[[tuple[int, ...]], int]


def detect(
    shard: Shard,
    numbers: Sequence[int],
    settings: Settings,
    *,
    members_at: MembersAt | None = None,
    layers: Sequence[str] = tuple(LAYERS),
    engine: str = "numba",
) -> tuple[Candidate, ...]:
    """Every set of members whose views could have met, once per layer, episode and story.

    Parameters
    ----------
    shard : Shard
        Events of one body and subject in time order, with the seats of the body.
    numbers : sequence of int
        Numbers of members to report crossings for. Candidates below all of them are returned as well: whether a
        candidate is worth showing is for assessment to say.
    settings : Settings
        Window, answer window and gaps, from the law profile.
    members_at : callable, optional
        Members of the body at an instant (for a city's own calendar day); by default from the seats by UTC date.
    layers : sequence of str, optional
        Only these layers, in this order.
    engine : str
        ``numba`` or ``python``; the latter is quicker to start and slower from a few hundred events on.

    Returns
    -------
    tuple of Candidate
        By layer (``contact``, ``views``, ``positions``), then first event, then the largest first. Indices refer to
        ``shard.events``. The result does not depend on the names of the people.
    """
    context = make_context(shard, numbers, settings, engine, members_at)
    found: list[Candidate] = []
    for layer in layers:
        found.extend(_of_layer(context, layer))
    return tuple(found)


def without(
    shard: Shard,
    candidate: Candidate,
    event_index: int,
    numbers: Sequence[int],
    settings: Settings,
    *,
    members_at: MembersAt | None = None,
    engine: str = "numba",
) -> Candidate | None:
    """What is left of a candidate had one event not happened, by detecting again without it.

    Returns the candidate of the same layer that shares the most members (then evidence) with the one given, with
    indices into the original ``shard.events``; None if nothing shares two members with it. A one-way broadcast is
    returned only for a broadcast.
    """
    rest = replace(shard, events=shard.events[:event_index] + shard.events[event_index + 1 :])
    back = [i for i in range(len(shard.events)) if i != event_index]
    best: tuple[int, int, int] = (1, 0, 0)
    chosen: Candidate | None = None
    for n, other in enumerate(
        detect(rest, numbers, settings, members_at=members_at, layers=(candidate.layer,), engine=engine)
    ):
        if other.pattern is Pattern.BROADCAST and candidate.pattern is not Pattern.BROADCAST:
            continue
        moved = replace(
            other,
            events=tuple(back[i] for i in other.events),
            crossings=tuple((k, back[i]) for k, i in other.crossings),
            pivotal=tuple(back[i] for i in other.pivotal),
            episode=(back[other.episode[0]], back[other.episode[1]]),
        )
        shared = len(set(moved.members) & set(candidate.members))
        rank = (shared, len(set(moved.events) & set(candidate.events)), -n)
        if shared > 1 and rank > best:
            best, chosen = rank, moved
    return chosen


def _of_layer(context: Context, layer: str) -> list[Candidate]:
    gatherings = _largest_only(context, list(find_gatherings(context, layer)))
    talks = [(g, _gathering(context, g)) for g in gatherings]
    chains = [(s, _series(context, s)) for s in find_series(context, layer)]
    chains = [(s, c) for s, c in chains if not any(_covers(g, t, s, c) for g, t in talks)]
    small = _small_contacts(context, layer)
    for series in find_series(small, layer) if small is not context else ():
        chain = _series(small, series)
        others = [c for _, c in chains] + ([] if chain.crossings else [t for _, t in talks])
        told_already = any(set(chain.members) <= set(c.members) and c.episode == chain.episode for c in others)
        if not told_already and not any(_covers(g, t, series, chain) for g, t in talks):
            chains.append((series, chain))
    kept = [c for _, c in chains]
    kept += [t for g, t in talks if not any(_absorbs(context, s, c, g, t) for s, c in chains)]
    for broadcast in find_broadcasts(context, layer):
        if not any(
            broadcast.members <= set(c.members) and c.episode[0] <= broadcast.episode[-1] <= c.episode[1] for c in kept
        ):
            kept.append(_broadcast(context, broadcast))
    return sorted(kept, key=lambda c: (c.events[0], -len(c.members), list(Pattern).index(c.pattern), c.members))


def _small_contacts(context: Context, layer: str) -> Context:
    """The shard without the events that bring a number together by themselves.

    Such an event (the meeting at the end of a series of smaller contacts, say) ties everybody at once and would hide
    what went before it. It is told as a gathering; the contacts around it are looked at again without it.
    """
    least = min(context.numbers, default=0)
    full = [i for i in context.of_layer(layer) if least and len(context.present(i)) >= least]
    if not full:
        return context
    arrays = context.arrays
    return replace(context, arrays=arrays.take(~np.isin(arrays.source, full)))


def _covers(gathering: Gathering, talk: Candidate, series: Series, chain: Candidate) -> bool:
    """Whether a chain is nothing but part of one gathering (unless its shape says more than the gathering's name)."""
    inside = set(series.smallest.events) <= set(gathering.events) and set(chain.members) <= set(talk.members)
    says_more = (
        chain.pattern in (Pattern.HUB_AND_SPOKE, Pattern.INTERMEDIARY)
        and talk.pattern is Pattern.CONVERSATION
        and set(chain.members) == set(talk.members)
    )
    return inside and not says_more


def _absorbs(context: Context, series: Series, chain: Candidate, gathering: Gathering, talk: Candidate) -> bool:
    """Whether a plain conversation is nothing but part of a chain: same people, or fewer than any number asked for."""
    if talk.pattern is not Pattern.CONVERSATION or gathering.episode != series.episode:
        return False
    if not set(talk.members) <= set(chain.members):
        return False
    if set(talk.members) == set(chain.members):
        return set(series.smallest.events) <= set(gathering.events)
    return len(talk.members) < min(context.numbers, default=len(chain.members))


def _largest_only(context: Context, gatherings: list[Gathering]) -> list[Gathering]:
    """Of gatherings of one name in one episode those that no other one contains; the first of equals.

    One that reaches a number by itself is always kept: each such occasion is a question of its own.
    """
    least = min(context.numbers, default=len(context.arrays.members) + 1)
    kept: list[Gathering] = []
    for g in sorted(gatherings, key=lambda g: (-len(g.members), g.events)):
        name = name_gathering(context, g)
        if len(g.members) >= least or not any(
            g.members <= k.members and g.episode == k.episode and name_gathering(context, k) is name for k in kept
        ):
            kept.append(g)
    return sorted(kept, key=lambda g: g.events)


def _gathering(context: Context, gathering: Gathering) -> Candidate:
    name = name_gathering(context, gathering)
    needed = deciding(context, gathering) if name is Pattern.DECISION_BY_MESSAGE else frozenset[int]()
    smallest = fewest_events(context, gathering, needed)

    def count(events: tuple[int, ...]) -> int:
        return count_after(context, events)

    return Candidate(
        pattern=name,
        layer=gathering.layer,
        members=tuple(sorted(gathering.members)),
        holder=None,
        events=smallest.events,
        reached_after=_reached(smallest.events, count),
        crossings=_crossings(context.numbers, len(gathering.members), gathering.events, count),
        pivotal=smallest.pivotal,
        episode=(gathering.episode[0], gathering.episode[-1]),
        optimal=smallest.optimal,
    )


def _series(context: Context, series: Series) -> Candidate:
    events, arrays = series.smallest.events, context.arrays

    def alone(part: tuple[int, ...]) -> int:
        return series.ties.count(frozenset(part))

    def count(part: tuple[int, ...]) -> int:
        reach, _ = two_way(
            arrays.of_sources(part),
            window=context.settings.window,
            answer_window=context.settings.answer_window,
            layer=series.layer,
            members=series.members,
            engine=context.engine,
        )
        return reach.largest

    carriers = _carriers(context, series)
    shape = shape_of(context, events, series.members, carriers, series.holder)
    name = name_series(shape)
    if len(series.members) == 2 and not carriers:
        name = Pattern.CONVERSATION
    hub = centre(shape) if name is Pattern.HUB_AND_SPOKE else None
    return Candidate(
        pattern=name,
        layer=series.layer,
        members=series.members,
        holder=hub or series.holder,
        events=events,
        reached_after=_reached(events, alone),
        crossings=_crossings(context.numbers, len(series.members), _nearby(context, series), count),
        pivotal=series.smallest.pivotal,
        episode=(series.episode[0], series.episode[-1]),
        carriers=carriers,
        optimal=series.smallest.optimal,
        order_doubt=_order_doubt(context, events),
    )


def _nearby(context: Context, series: Series) -> tuple[int, ...]:
    """Events among which a number may have been crossed: the episode, and the answers that stand outside its layer."""
    first, last = series.episode[0], series.episode[-1]
    low, high = context.time[first] - context.answer_window, context.time[last] + context.answer_window
    return tuple(i for i, t in enumerate(context.time) if low <= t <= high)


def _carriers(context: Context, series: Series) -> tuple[str, ...]:
    """People outside the set without whose words the evidence no longer ties it."""
    arrays, ties = context.arrays, series.ties
    chosen = frozenset(series.smallest.events)
    rows = [r for r in ties.rows if r.source in chosen]
    people = {ties.owner[r.sender] for r in rows if not r.claimed}
    outside = sorted(p for p in people if arrays.persons[p] not in series.members)
    needed = []
    for person in outside:
        rest = replace(ties, rows=tuple(r for r in rows if ties.owner[r.sender] != person))
        if rest.count(chosen) < len(series.members):
            needed.append(arrays.persons[person])
    return tuple(sorted(needed))


def _broadcast(context: Context, broadcast: Broadcast) -> Candidate:
    events = broadcast.smallest.events

    def count(part: tuple[int, ...]) -> int:
        return len(told(context, list(part)))

    return Candidate(
        pattern=Pattern.BROADCAST,
        layer=broadcast.layer,
        members=tuple(sorted(broadcast.members)),
        holder=broadcast.sender,
        events=events,
        reached_after=_reached(events, count),
        crossings=_crossings(context.numbers, len(broadcast.members), events, count),
        pivotal=broadcast.smallest.pivotal,
        episode=(broadcast.episode[0], broadcast.episode[-1]),
        optimal=broadcast.smallest.optimal,
    )


def _reached(events: tuple[int, ...], count: Count) -> tuple[int, ...]:
    """Members reached after each event of the evidence; whoever begins stands alone until an answer comes."""
    return tuple(max(1, count(events[: i + 1])) for i in range(len(events)))


def _crossings(numbers: Sequence[int], most: int, events: Sequence[int], count: Count) -> tuple[tuple[int, int], ...]:
    """For each number reached, the event that completed it: more events never tie fewer, so halving finds it."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if number > most:
            continue
        low, high = 0, len(events) - 1
        while low < high:
            middle = (low + high) // 2
            if count(tuple(events[: middle + 1])) >= number:
                high = middle
            else:
                low = middle + 1
        found.append((number, events[low]))
    return tuple(found)


def _order_doubt(context: Context, events: Sequence[int]) -> bool:
    """Whether the order of two events of the evidence is not known, because one of them is dated only to its day."""
    vague = {
        i
        for i in events
        if context.events[i].interaction.precision is not TimePrecision.EXACT and not is_reaction(context.events[i])
    }
    return any(
        i != j
        and abs(context.time[i] - context.time[j]) < (DAY if j in vague else HALF)
        and not _order_known(context, i, j)
        for i in sorted(vague)
        for j in events
    )


def _order_known(context: Context, a: int, b: int) -> bool:
    """Two events of which only the order is known stand in the order given."""
    return all(context.events[i].interaction.precision is TimePrecision.ORDER for i in (a, b))


def stories(candidates: Sequence[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    """Candidates grouped into stories: same stretch of time and at least one member in common, whatever the layer."""
    groups: list[list[Candidate]] = []
    for c in candidates:
        near = [
            g
            for g in groups
            if any(
                set(c.members) & set(o.members) and c.episode[0] <= o.episode[1] and o.episode[0] <= c.episode[1]
                for o in g
            )
        ]
        merged = [c for g in near for c in g] + [c]
        groups = [g for g in groups if not any(g is n for n in near)] + [merged]
    yield from sorted((tuple(g) for g in groups), key=lambda g: min(c.events[0] for c in g))
