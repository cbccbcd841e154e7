"""Two-way chains: members tied by answered contacts inside one window, one story per cluster and time.

An episode is a stretch of events without a long gap. Inside it, vertices joined by answered contacts form clusters;
two clusters never tie the same views. In each cluster the moment that ties the most members (the earliest of those)
is taken, then the next that does not overlap it in time and names somebody new, and so on: overlapping moments are
one story.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quorum_watch.detect import reference
from quorum_watch.detect.arrays import EventArrays
from quorum_watch.detect.context import Context, stretches
from quorum_watch.detect.engine import exchanges, gathered_rows, pivot_rows
from quorum_watch.detect.evidence import Smallest, Ties, fewest_contacts, smallest_set
from quorum_watch.detect.layers import layer_bit
from quorum_watch.detect.reference import Moment, Row
from quorum_watch.detect.settings import to_microseconds


@dataclass(frozen=True, slots=True)
class Series:
    """Members tied through answered contacts, and the fewest events that do it.

    ``holder`` is the person the views meet at; ``begin`` the start of the window (microseconds); ``episode`` holds the
    events of the stretch; ``ties`` recomputes the measure for parts of ``pool``, the events that could serve.
    """

    layer: str
    members: tuple[str, ...]
    holder: str
    begin: int
    smallest: Smallest
    episode: tuple[int, ...]
    pool: tuple[int, ...]
    ties: Ties


def find_series(context: Context, layer: str) -> Iterator[Series]:
    """Every two-way chain of a layer, by episode, in time order of their episodes."""
    exchanged = exchanges(
        context.arrays, answer_window=context.settings.answer_window, layer=layer, engine=context.engine
    )
    if not len(exchanged):
        return
    gap = to_microseconds(context.settings.episode_gap)
    for episode in stretches(context, context.of_layer(layer), gap):
        # What outsiders say to each other meanwhile may carry members' views, so it belongs to the stretch.
        rows = exchanged.take((exchanged.source >= episode[0]) & (exchanged.source <= episode[-1]))
        for cluster in _clusters(rows):
            yield from _stories(context, layer, tuple(episode), rows.take(cluster))


def _clusters(rows: EventArrays) -> list[NDArray[np.int64]]:
    """Row indices by connected cluster of vertices, clusters in order of their first row."""
    parent = list(range(rows.vertices))

    def find(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    senders = rows.sender.tolist()
    for sender, recipient in zip(
        np.repeat(rows.sender, np.diff(rows.offsets)).tolist(), rows.recipient.tolist(), strict=True
    ):
        parent[find(recipient)] = find(sender)
    clusters: dict[int, list[int]] = {}
    for row, sender in enumerate(senders):
        clusters.setdefault(find(sender), []).append(row)
    return [np.array(c, np.int64) for c in clusters.values()]


def _stories(context: Context, layer: str, episode: tuple[int, ...], rows: EventArrays) -> Iterator[Series]:
    window, settings = context.window, context.settings
    inward = gathered_rows(rows, window=settings.window, engine=context.engine)
    through = pivot_rows(rows, window=settings.window, engine=context.engine)
    count = np.maximum(inward.count, through.count)
    start = np.where(through.count > inward.count, through.start, inward.start)
    taken: list[tuple[int, int]] = []
    named: list[frozenset[int]] = []
    for at in np.lexsort((np.arange(len(count)), -count)).tolist():
        if count[at] < 2:
            break
        begin, end = int(start[at]), int(start[at]) + window
        if any(begin <= b and a <= end for a, b in taken):
            continue
        low, high = np.searchsorted(rows.time, [begin, end + 1])
        part = reference.rows_of(rows.take(np.arange(low, high)))
        best = max(
            (*reference.gathered(part, window), *reference.pivot(part, window)),
            key=lambda m: (len(m.members), -m.row),
        )
        taken.append((begin, end))
        if any(best.members <= n for n in named):
            continue
        named.append(best.members)
        story = _story(context, layer, episode, best, begin, end)
        if story is not None:
            yield story


def _story(
    context: Context, layer: str, episode: tuple[int, ...], moment: Moment, begin: int, end: int
) -> Series | None:
    """The evidence of one moment: its events, those that answer them, and nothing else of the episode."""
    arrays, answers = context.arrays, context.answer_window
    low, high = np.searchsorted(arrays.time, [begin - answers, end + answers + 1])
    members = tuple(arrays.members[m] for m in sorted(moment.members))
    owner = tuple(arrays.owner.tolist())
    nearby = reference.rows_of(arrays.take(np.arange(low, high)))
    rows = _useful(reference.only_members(nearby, moment.members), owner, layer, begin, end, answers)
    ties = Ties(tuple(rows), owner, context.window, answers, layer_bit(layer))
    pool = tuple(sorted({r.source for r in rows}))
    wanted = len(members)

    heard: dict[int, set[int]] = {}
    for row in rows:
        heard.setdefault(row.source, set()).add(row.speaks)

    def enough(events: frozenset[int]) -> bool:
        # Whoever is tied by answered contacts has spoken, which is quick to see.
        spoke = moment.members <= set().union(*(heard[e] for e in events))
        return spoke and ties.count(events) >= wanted

    start = ties.chains()
    if not enough(start):
        start = frozenset(pool)
        if not enough(start):
            return None
    smallest = smallest_set(pool, start, enough, fewest_contacts(rows, wanted))
    shown = ties.moment(frozenset(smallest.events)) or moment
    holder = arrays.persons[owner[shown.vertex]]
    return Series(layer, members, holder, begin, smallest, episode, pool, ties)


def _useful(rows: list[Row], owner: Sequence[int], layer: str, begin: int, end: int, answers: int) -> list[Row]:
    """Rows that can be part of the tie: exchanged on the layer inside the window, or an answer to one that was."""
    bit = layer_bit(layer)
    masks = reference.admitted(rows, owner, answers)
    exchanged = [
        any(mask) and bool(r.layers & bit) and begin <= r.time <= end for r, mask in zip(rows, masks, strict=True)
    ]
    pairs = {
        (owner[v], owner[r.sender])
        for r, mask, used in zip(rows, masks, exchanged, strict=True)
        if used
        for (v, _), ok in zip(r.to, mask, strict=True)
        if ok
    }
    sources = {r.source for r, used in zip(rows, exchanged, strict=True) if used}
    sources |= {r.source for r in rows if any((owner[r.sender], owner[v]) in pairs for v, _ in r.to)}
    return [r for r in rows if r.source in sources]
