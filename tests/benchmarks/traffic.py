"""Generated traffic for benchmarks: bursts, circles of acquaintance, members writing more than others."""

from __future__ import annotations

import numpy as np

from quorum_watch.detect import EventArrays

DAY = 86_400_000_000


def traffic(
    events: int, members: int, *, seed: int = 1, days: float | None = None, people: int | None = None
) -> EventArrays:
    """One body's stream: ``people`` grow with events (60 events each) unless given; one to three recipients.

    Half of the events answer a recent one; a quarter of the traffic touches members. Times are spread over ``days``
    (a day per 3,000 events unless given).
    """
    random = np.random.default_rng(seed)
    count = people or max(members * 4, events // 60)
    span = int((days or max(30, events / 3_000)) * DAY)
    time = np.sort(random.integers(0, span, events))
    sender = _someone(random, events, members, count)
    fan = random.choice([1, 1, 1, 2, 3], events).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(fan)])
    recipient = _someone(random, int(offsets[-1]), members, count)
    answers = np.flatnonzero((random.random(events) < 0.5) & (np.arange(events) > 50))
    to = answers - random.integers(1, 50, len(answers))
    first = recipient[offsets[to]].copy()
    recipient[offsets[answers]] = sender[to]
    sender[answers] = first
    own = np.repeat(sender, fan)
    recipient = np.where(recipient == own, (own + 1) % count, recipient)
    return EventArrays(
        time=time.astype(np.int64),
        group=np.cumsum(np.concatenate([[0], np.diff(time) > 0])).astype(np.int32),
        sender=sender.astype(np.int32),
        speaks=np.where(sender < members, sender, -1).astype(np.int32),
        layers=np.full(events, 7, np.uint8),
        source=np.arange(events, dtype=np.int32),
        claimed=np.zeros(events, np.bool_),
        doubt=np.zeros(events, np.bool_),
        offsets=offsets.astype(np.int64),
        recipient=recipient.astype(np.int32),
        hears=np.where(recipient < members, recipient, -1).astype(np.int32),
        owner=np.arange(count, dtype=np.int32),
        persons=tuple(f"p{i}" for i in range(count)),
        members=tuple(f"p{i}" for i in range(members)),
    )


def _someone(random: np.random.Generator, n: int, members: int, count: int) -> np.ndarray:
    """People drawn at random, a quarter of them members."""
    return np.where(random.random(n) < 0.25, random.integers(0, members, n), random.integers(0, count, n))


def many_bodies(events: int, bodies: int, members: int) -> list[EventArrays]:
    """The same number of events spread over bodies with people of their own."""
    return [traffic(events // bodies, members, seed=n) for n in range(bodies)]
