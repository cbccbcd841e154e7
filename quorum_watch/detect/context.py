"""One shard made ready: its arrays, who took part in each event, and which conversation each belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from quorum_watch.detect.arrays import EventArrays
from quorum_watch.detect.encode import (
    SILENT_EVENTS,
    MembersAt,
    addressees,
    encode,
    is_synchronous,
    members_by_seat,
    sender_key,
    thread_roots,
)
from quorum_watch.detect.layers import layer_bit, layer_bits
from quorum_watch.detect.settings import Settings, to_microseconds
from quorum_watch.detect.timeline import microseconds
from quorum_watch.model import Event, PersonId, Shard


@dataclass(frozen=True, slots=True)
class Context:
    """What every search over one shard needs.

    ``sender`` and ``to`` name people per event; ``seated`` holds the members of the body at each event; ``unit`` is
    the conversation an event belongs to before gaps are looked at; ``bits`` the layers; ``time`` microseconds;
    ``claiming`` the events that report, quote or forward what a member said.
    """

    shard: Shard
    settings: Settings
    numbers: tuple[int, ...]
    engine: str
    arrays: EventArrays
    sender: tuple[str, ...]
    to: tuple[tuple[str, ...], ...]
    seated: tuple[frozenset[PersonId], ...]
    unit: tuple[Hashable, ...]
    bits: tuple[int, ...]
    time: tuple[int, ...]
    claiming: frozenset[int]

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of the shard."""
        return self.shard.events

    @property
    def window(self) -> int:
        """D in microseconds."""
        return to_microseconds(self.settings.window)

    @property
    def answer_window(self) -> int:
        """ρ in microseconds."""
        return to_microseconds(self.settings.answer_window)

    def of_layer(self, layer: str) -> list[int]:
        """Events of a layer that address somebody and in which a member takes part, or that report a member's view."""
        bit = layer_bit(layer)
        return [
            i
            for i in range(len(self.events))
            if self.bits[i] & bit
            and self.to[i]
            and self.events[i].interaction.event not in SILENT_EVENTS
            and (i in self.claiming or self.present(i))
        ]

    def present(self, event: int) -> frozenset[PersonId]:
        """Members who take part in an event, speaking or addressed."""
        return self.seated[event].intersection((self.sender[event], *self.to[event]))

    def speakers(self, event: int) -> frozenset[PersonId]:
        """Members who speak in an event: its sender, or everybody taking part in a call or gathering."""
        if self.synchronous(event):
            return self.present(event)
        return self.seated[event].intersection((self.sender[event],))

    def synchronous(self, event: int) -> bool:
        """Whether everybody taking part hears everybody at once."""
        return is_synchronous(self.events[event].interaction)


def make_context(
    shard: Shard, numbers: Sequence[int], settings: Settings, engine: str, members_at: MembersAt | None
) -> Context:
    """Read a shard once for all searches."""
    events = shard.events
    roots = thread_roots(events)
    to = addressees(events, roots)
    arrays = encode(shard, answer_window=settings.answer_window, members_at=members_at)
    member_at = members_at or members_by_seat(shard)
    return Context(
        shard=shard,
        settings=settings,
        numbers=tuple(sorted(set(numbers))),
        engine=engine,
        arrays=arrays,
        sender=tuple(sender_key(e.interaction) for e in events),
        to=tuple(to),
        seated=tuple(frozenset(member_at(e.interaction.at)) for e in events),
        unit=_units(events, roots, to),
        bits=tuple(layer_bits(events, settings.answer_window)),
        time=tuple(microseconds(e.interaction.at) for e in events),
        claiming=frozenset(arrays.source[arrays.claimed & (arrays.speaks >= 0)].tolist()),
    )


def _units(events: tuple[Event, ...], roots: list[str], to: list[tuple[str, ...]]) -> tuple[Hashable, ...]:
    """The thread of an event; a call stands alone; messages outside any thread belong together by their people."""
    size = Counter(roots)
    units: list[Hashable] = []
    for i, e in enumerate(events):
        if is_synchronous(e.interaction):
            units.append(("alone", i))
        elif size[roots[i]] == 1 and not e.interaction.thread:
            units.append((e.interaction.channel, frozenset((sender_key(e.interaction), *to[i]))))
        else:
            units.append(roots[i])
    return tuple(units)


def stretches(context: Context, events: Sequence[int], gap: int) -> list[list[int]]:
    """Cut events (indices in time order) where more than ``gap`` microseconds pass."""
    found: list[list[int]] = []
    for i in events:
        if found and context.time[i] - context.time[found[-1][-1]] <= gap:
            found[-1].append(i)
        else:
            found.append([i])
    return found
