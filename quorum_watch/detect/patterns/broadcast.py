"""Broadcast: one member addresses others and nobody answers.

In law: a memo, which alone is no meeting however many receive it. In graph terms: out-reach without answered
contacts; shown as exposure, never counted as views that met. Somebody outside the body broadcasts in this sense only
when they relay members' views.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quorum_watch.detect.context import Context, stretches
from quorum_watch.detect.engine import answered as answered_contacts
from quorum_watch.detect.evidence import Smallest, smallest_set
from quorum_watch.detect.layers import acts_of
from quorum_watch.detect.settings import to_microseconds
from quorum_watch.model import PersonId
from quorum_watch.vocabulary import Act


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What one sender told members inside one window of an episode."""

    layer: str
    sender: str
    members: frozenset[PersonId]
    smallest: Smallest
    episode: tuple[int, ...]


def find_broadcasts(context: Context, layer: str) -> Iterator[Broadcast]:
    """For every episode and sender the widest stretch of one-way messages, at most one window long."""
    answered = _answered(context)
    for episode in stretches(context, context.of_layer(layer), to_microseconds(context.settings.episode_gap)):
        by_sender: dict[str, list[int]] = {}
        for i in episode:
            sender = context.sender[i]
            speaks = sender in context.seated[i] or Act.RELAY in acts_of(context.events[i])
            silent = any(p in context.seated[i] and (i, p) not in answered for p in context.to[i])
            if speaks and silent and not context.synchronous(i):
                by_sender.setdefault(sender, []).append(i)
        for sender, sent in by_sender.items():
            best: list[int] = []
            most, first = 0, 0
            here: Counter[PersonId] = Counter()
            for last, event in enumerate(sent):
                here.update(context.present(event))
                while context.time[sent[first]] < context.time[event] - context.window:
                    here.subtract(context.present(sent[first]))
                    first += 1
                here = +here
                if len(here) > most:
                    best, most = sent[first : last + 1], len(here)
            members = told(context, best)
            if len(members) > 1:
                yield Broadcast(layer, sender, members, _fewest(context, best, members), tuple(episode))


def _answered(context: Context) -> frozenset[tuple[int, str]]:
    """Pairs of an event and somebody it addresses who exchanged with its sender within the answer window."""
    arrays, settings = context.arrays, context.settings
    kept = arrays.keep_contacts(answered_contacts(arrays, answer_window=settings.answer_window, engine=context.engine))
    events = np.repeat(kept.source, np.diff(kept.offsets)).tolist()
    people = kept.owner[kept.recipient].tolist()
    return frozenset((e, arrays.persons[p]) for e, p in zip(events, people, strict=True))


def told(context: Context, events: list[int]) -> frozenset[PersonId]:
    """Members who sent or received the events."""
    return frozenset[PersonId]().union(*(context.present(i) for i in events))


def _fewest(context: Context, events: list[int], members: frozenset[PersonId]) -> Smallest:
    start: list[int] = []
    reached: frozenset[PersonId] = frozenset()
    for i in events:
        if not context.present(i) <= reached:
            start.append(i)
            reached |= context.present(i)
    return smallest_set(events, start, lambda e: told(context, sorted(e)) >= members, 1)
