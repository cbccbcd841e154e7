"""Events as flat arrays: what the engine runs on.

A *row* is one utterance: one vertex addresses some vertices at one instant. An e-mail is one row, a call one row per
person taking part. Rows stand in an order in which they can be processed; rows of one *group* happen at once and do
not pass anything on to each other. A *vertex* is a person, or for people outside the body one role of a person (see
``encode``), so that an outsider passes on only what they are seen to pass on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quorum_watch.detect.layers import layer_bit
from quorum_watch.model import PersonId

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bits = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EventArrays:
    """Timed, directed, grouped contacts of one shard.

    Parameters
    ----------
    time : int64, rows
        Microseconds since 1970 in UTC, never decreasing.
    group : int32, rows
        Rows of one group are simultaneous; never decreasing, and later groups are later in every admissible order.
    sender : int32, rows
        Vertex that speaks.
    speaks : int32, rows
        Index into ``members`` of the member whose view the row states, or -1.
    layers : uint8, rows
        Bits of ``layers``.
    source : int32, rows
        Index into ``Shard.events`` (several rows may come from one event).
    claimed : bool, rows
        The row stands for an earlier statement that its source reports, quotes or forwards.
    doubt : bool, rows
        The order of the row is not certain; it may occur at several places.
    offsets : int64, rows + 1
        Row ``r`` addresses ``recipient[offsets[r]:offsets[r + 1]]``.
    recipient : int32, contacts
        Vertex addressed.
    hears : int32, contacts
        Index into ``members`` of the member who is addressed, or -1.
    owner : int32, vertices
        Index into ``persons`` of the person a vertex belongs to.
    persons : tuple of str
        Person identifiers; an unknown account is ``account:ADDRESS``.
    members : tuple of str
        Everyone who held a voting seat while the events happened, sorted.
    """

    time: Int64
    group: Int32
    sender: Int32
    speaks: Int32
    layers: Bits
    source: Int32
    claimed: Flags
    doubt: Flags
    offsets: Int64
    recipient: Int32
    hears: Int32
    owner: Int32
    persons: tuple[str, ...]
    members: tuple[PersonId, ...]

    def __len__(self) -> int:
        return len(self.time)

    @property
    def vertices(self) -> int:
        """How many vertices there are."""
        return len(self.owner)

    @property
    def contacts(self) -> int:
        """How many (row, recipient) pairs there are."""
        return len(self.recipient)

    def take(self, rows: NDArray[Any]) -> EventArrays:
        """The given rows (a mask, or indices in increasing order), vertices and members unchanged."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        starts, counts = self.offsets[index], np.diff(self.offsets)[index]
        offsets = np.zeros(len(index) + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        contact = np.repeat(starts - offsets[:-1], counts) + np.arange(offsets[-1])
        return replace(
            self,
            time=self.time[index],
            group=self.group[index],
            sender=self.sender[index],
            speaks=self.speaks[index],
            layers=self.layers[index],
            source=self.source[index],
            claimed=self.claimed[index],
            doubt=self.doubt[index],
            offsets=offsets,
            recipient=self.recipient[contact],
            hears=self.hears[contact],
        )

    def keep_contacts(self, mask: Flags) -> EventArrays:
        """The contacts where ``mask`` holds; rows left without any are kept (their sender still spoke)."""
        counts = np.add.reduceat(np.append(mask, False), self.offsets[:-1]) if len(self) else np.zeros(0, np.int64)
        counts = np.where(np.diff(self.offsets) > 0, counts, 0)
        offsets = np.zeros(len(self) + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        return replace(self, offsets=offsets, recipient=self.recipient[mask], hears=self.hears[mask])

    def of_layer(self, layer: str) -> EventArrays:
        """The rows of one layer."""
        return self.take((self.layers & layer_bit(layer)) != 0)

    def of_members(self, members: Collection[PersonId]) -> EventArrays:
        """The same rows with only ``members`` counted; everybody else becomes a person outside the body."""
        kept = [i for i, m in enumerate(self.members) if m in members]
        new = np.full(len(self.members) + 1, -1, np.int32)
        new[kept] = np.arange(len(kept), dtype=np.int32)
        return replace(
            self,
            speaks=new[self.speaks],
            hears=new[self.hears],
            members=tuple(self.members[i] for i in kept),
        )

    def of_sources(self, sources: Collection[int]) -> EventArrays:
        """Only the rows that come from the given events of the shard."""
        return self.take(np.isin(self.source, np.fromiter(sources, np.int64, len(sources))))
