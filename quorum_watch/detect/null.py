"""How unusual a chain is in its own traffic: the same events with their times shuffled.

Context, never proof: a subject on which everybody writes to everybody ties as many members in any order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quorum_watch.detect.encode import MembersAt, encode
from quorum_watch.detect.engine import two_way
from quorum_watch.detect.settings import Settings
from quorum_watch.model import Event, Shard


@dataclass(frozen=True, slots=True)
class NullModel:
    """The most members tied in the stream as it is and in each shuffled copy of it."""

    layer: str
    seed: int
    observed: int
    shuffled: tuple[int, ...]

    @property
    def as_many(self) -> int:
        """Shuffled copies that tie at least as many members as the stream itself."""
        return sum(n >= self.observed for n in self.shuffled)

    def reaching(self, number: int) -> int:
        """Shuffled copies that tie at least ``number`` members."""
        return sum(n >= number for n in self.shuffled)


def null_model(
    shard: Shard,
    settings: Settings,
    *,
    layer: str = "contact",
    runs: int = 100,
    seed: int = 0,
    members_at: MembersAt | None = None,
    engine: str = "numba",
) -> NullModel:
    """Shuffle the times among the events of a shard and measure again.

    Parameters
    ----------
    shard : Shard
        Events of one body and subject.
    settings : Settings
        As for ``detect``.
    layer : str
        Layer measured.
    runs : int
        Shuffled copies.
    seed : int
        Start of the generator; the same seed gives the same answer.

    Returns
    -------
    NullModel
        Who wrote to whom and the set of times are those of the stream; only which message was sent when differs.
    """
    random = np.random.default_rng(seed)
    shuffled = tuple(
        _most(_reordered(shard, random.permutation(len(shard.events)).tolist()), settings, layer, members_at, engine)
        for _ in range(runs)
    )
    return NullModel(layer, seed, _most(shard, settings, layer, members_at, engine), shuffled)


def _reordered(shard: Shard, order: list[int]) -> Shard:
    times = [(e.interaction.at, e.interaction.precision) for e in shard.events]
    events: list[Event] = []
    for (at, precision), i in zip(times, order, strict=True):
        event = shard.events[i]
        events.append(replace(event, interaction=replace(event.interaction, at=at, precision=precision)))
    return replace(shard, events=tuple(events))


def _most(shard: Shard, settings: Settings, layer: str, members_at: MembersAt | None, engine: str) -> int:
    arrays = encode(shard, answer_window=settings.answer_window, members_at=members_at)
    if not len(arrays):
        return 0
    reach, _ = two_way(arrays, window=settings.window, answer_window=settings.answer_window, layer=layer, engine=engine)
    return reach.largest
