"""Gatherings: stretches of one thread, chat, call or public post in which members hear one another.

Two messages of a stretch belong to the same gathering when at least two members take part in both (a reply-all, a
private answer to one's own question), or when both hang under one public post. A message passed on to the next person
shares only one member with the one before it: that is a chain, not a gathering. Members are counted by presence, the
speakers and the addressed together, inside one window; a gathering needs two who speak, or a call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from quorum_watch.detect.context import Context, stretches
from quorum_watch.detect.evidence import Smallest, smallest_set
from quorum_watch.detect.settings import to_microseconds
from quorum_watch.model import PersonId
from quorum_watch.vocabulary import SOCIAL, Audience, Channel


@dataclass(frozen=True, slots=True)
class Gathering:
    """Events in which members hear one another, and the largest set of them inside one window.

    ``events`` are those of that window, ``members`` who takes part in them, ``speakers`` who speaks.
    """

    layer: str
    events: tuple[int, ...]
    members: frozenset[PersonId]
    speakers: frozenset[PersonId]
    episode: tuple[int, ...]


def is_public(context: Context, event: int) -> bool:
    """Whether an event stands in public or on a social platform."""
    interaction = context.events[event].interaction
    return interaction.audience is Audience.PUBLIC or interaction.channel in SOCIAL


def is_attended(context: Context, event: int) -> bool:
    """Whether an event is an occasion members attend: one convened by somebody outside the body, or an invitation."""
    channel = context.events[event].interaction.channel
    return channel is Channel.CALENDAR or (
        channel is Channel.IN_PERSON and context.sender[event] not in context.seated[event]
    )


def find_gatherings(context: Context, layer: str) -> Iterator[Gathering]:
    """Every gathering of a layer that joins two members or more, by episode."""
    episode_gap = to_microseconds(context.settings.episode_gap)
    talk_gap = to_microseconds(context.settings.conversation_gap)
    for episode in stretches(context, context.of_layer(layer), episode_gap):
        units: dict[Hashable, list[int]] = {}
        for i in episode:
            units.setdefault(context.unit[i], []).append(i)
        for unit in units.values():
            for talk in stretches(context, unit, talk_gap):
                for joined in _joined(context, talk):
                    found = _largest(context, layer, joined, tuple(episode))
                    if found is not None:
                        yield found


def _joined(context: Context, talk: list[int]) -> list[list[int]]:
    """Split a stretch into gatherings: events that share two members, directly or through others."""
    groups: list[tuple[list[int], list[frozenset[PersonId]]]] = []
    for i in talk:
        present = context.present(i)
        public = is_public(context, i)
        near = [g for g in groups if public or any(len(present & p) > 1 for p in g[1])]
        events, seen = [i], [present]
        for g in near:
            events += g[0]
            seen += g[1]
        groups = [g for g in groups if not any(g is n for n in near)]
        # Only sets that no other contains can join anything new.
        groups.append((sorted(events), [p for p in set(seen) if not any(p < q for q in seen)]))
    return [g[0] for g in groups]


def _holds(context: Context, events: list[int] | tuple[int, ...]) -> bool:
    """Whether the events are an exchange: a call, an occasion attended, a public thread, or two members speaking."""
    if any(context.synchronous(i) or is_attended(context, i) for i in events):
        return True
    return len(frozenset().union(*(context.speakers(i) for i in events))) > 1


def _largest(context: Context, layer: str, events: list[int], episode: tuple[int, ...]) -> Gathering | None:
    best: list[int] = []
    most = 1
    first = 0
    here: Counter[PersonId] = Counter()
    for last, event in enumerate(events):
        here.update(context.present(event))
        while context.time[events[first]] < context.time[event] - context.window:
            here.subtract(context.present(events[first]))
            first += 1
        here = +here
        if len(here) > most and _holds(context, events[first : last + 1]):
            best, most = events[first : last + 1], len(here)
    if not best:
        return None
    # What was said before the largest moment belongs to it as far as the window reaches; so does what follows.
    end = context.time[best[0]] + context.window
    whole = [i for i in events if best[0] <= i and context.time[i] <= end]
    speakers = frozenset[PersonId]().union(*(context.speakers(i) for i in whole))
    return Gathering(layer, tuple(whole), _members(context, whole), speakers, episode)


def _members(context: Context, events: list[int] | tuple[int, ...]) -> frozenset[PersonId]:
    return frozenset[PersonId]().union(*(context.present(i) for i in events))


def count_after(context: Context, events: frozenset[int] | tuple[int, ...]) -> int:
    """How many members events of one gathering bring together: all of them once it is an exchange."""
    ordered = sorted(events)
    if not ordered:
        return 0
    present = len(_members(context, tuple(ordered)))
    return present if _holds(context, tuple(ordered)) else min(present, 1)


def fewest_events(context: Context, gathering: Gathering, needed: frozenset[int] = frozenset()) -> Smallest:
    """The fewest events of a gathering that bring all its members together; ``needed`` must hold one of those given."""

    def enough(events: frozenset[int]) -> bool:
        if needed and not events & needed:
            return False
        return count_after(context, events) >= len(gathering.members)

    start = _cover(context, gathering, needed)
    alone = any(_holds(context, (i,)) for i in gathering.events)
    return smallest_set(gathering.events, start, enough, max(1 if alone else 2, _at_least(context, gathering)))


def _at_least(context: Context, gathering: Gathering) -> int:
    """Fewer events than this cannot have so many people in them, counting the fullest first."""
    missing, used = len(gathering.members), 0
    for size in sorted((len(context.present(i)) for i in gathering.events), reverse=True):
        if missing <= 0:
            break
        missing -= size
        used += 1
    return used


def _cover(context: Context, gathering: Gathering, needed: frozenset[int]) -> list[int]:
    """Some events that bring all members of a gathering together: a first exchange, and each that adds somebody."""
    chosen: list[int] = []
    present: set[PersonId] = set()
    spoke: set[PersonId] = set()
    exchanged = False
    for i in gathering.events:
        speaks = not exchanged and (not context.speakers(i) <= spoke or _holds(context, (i,)))
        decides = i in needed and not needed & set(chosen)
        if speaks or decides or not context.present(i) <= present:
            chosen.append(i)
            present |= context.present(i)
            spoke |= context.speakers(i)
            exchanged = exchanged or len(spoke) > 1 or _holds(context, (i,))
    return chosen
