"""Members joined but not tied: what the two-way measure cannot see, listed so that nobody takes silence for absence.

In a zig-zag (A with B, D with C, then B with C and D with E) all five exchange views with somebody, yet nobody's views
reach more than four. Such a set is never a candidate; it can be shown as context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quorum_watch.detect.arrays import EventArrays
from quorum_watch.detect.context import make_context, stretches
from quorum_watch.detect.encode import MembersAt
from quorum_watch.detect.engine import components, exchanges, gathered_rows, pivot_rows
from quorum_watch.detect.layers import LAYERS
from quorum_watch.detect.settings import Settings, to_microseconds
from quorum_watch.model import PersonId, Shard


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Members joined by answered contacts of one window, more of them than any tie of the episode reaches.

    ``events`` are those of the window in which they are joined, ``tied`` the most members a tie reached.
    """

    layer: str
    members: tuple[PersonId, ...]
    events: tuple[int, ...]
    number: int
    tied: int


def blind_spots(
    shard: Shard,
    numbers: Sequence[int],
    settings: Settings,
    *,
    members_at: MembersAt | None = None,
    engine: str = "numba",
) -> tuple[BlindSpot, ...]:
    """Episodes in which answered contacts join a number of members that no tie reaches.

    Parameters are those of ``detect``. One entry per layer and episode at most: the largest set, the earliest of
    equals, with the largest of the numbers it reaches.
    """
    context = make_context(shard, numbers, settings, engine, members_at)
    found: list[BlindSpot] = []
    for layer in LAYERS:
        exchanged = exchanges(context.arrays, answer_window=settings.answer_window, layer=layer, engine=engine)
        gap = to_microseconds(settings.episode_gap)
        for episode in stretches(context, context.of_layer(layer), gap) if len(exchanged) else ():
            rows = exchanged.take((exchanged.source >= episode[0]) & (exchanged.source <= episode[-1]))
            # An outsider who is told and passes nothing on joins nobody.
            rows = rows.keep_contacts((rows.hears >= 0) | np.isin(rows.recipient, rows.sender))
            if not len(rows):
                continue
            joined = components(rows, window=settings.window, layer=layer, engine=engine)
            reached = max(
                gathered_rows(rows, window=settings.window, engine=engine).largest,
                pivot_rows(rows, window=settings.window, engine=engine).largest,
            )
            missed = [n for n in context.numbers if reached < n <= int(joined.max())]
            if missed:
                at = int(np.argmax(joined))
                low = int(np.searchsorted(rows.time, rows.time[at] - context.window))
                high = int(np.searchsorted(rows.group, rows.group[at], side="right"))
                part = rows.take(np.arange(low, high))
                members, events = _joined_with(part, int(rows.sender[at]))
                found.append(BlindSpot(layer, members, events, max(missed), reached))
    return tuple(found)


def _joined_with(rows: EventArrays, vertex: int) -> tuple[tuple[PersonId, ...], tuple[int, ...]]:
    """Members and events connected with a vertex."""
    near = {vertex}
    senders = rows.sender.tolist()
    heard = [
        set(rows.recipient[a:b].tolist())
        for a, b in zip(rows.offsets[:-1].tolist(), rows.offsets[1:].tolist(), strict=True)
    ]
    grown = True
    while grown:
        size = len(near)
        for sender, to in zip(senders, heard, strict=True):
            if sender in near or to & near:
                near |= {sender, *to}
        grown = len(near) > size
    persons = {rows.persons[rows.owner[v]] for v in near}
    events = {s for s, sender in zip(rows.source.tolist(), senders, strict=True) if sender in near}
    return tuple(m for m in rows.members if m in persons), tuple(sorted(events))
