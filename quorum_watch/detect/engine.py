"""The measures over arrays: whose views have met where, exactly, in one pass.

=================  =============================================================================================
``gathered``       K: members whose views a member holds (in-reach within the window)
``pivot``          members tied through one person: views in before, views out from then on, one window
``two_way``        either of them over contacts that were answered: the structural candidate
``components``     members joined by contacts of the window whatever their order: an upper bound of the three
=================  =============================================================================================

Every function takes ``engine="numba"`` or ``engine="python"``; both give the same answers. Definitions with examples:
``docs/detection.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from quorum_watch.detect import compiled, reference
from quorum_watch.detect.arrays import EventArrays, Flags, Int32, Int64
from quorum_watch.detect.settings import to_microseconds
from quorum_watch.model import PersonId

ENGINES = ("numba", "python")
_NEVER, _EVER = np.iinfo(np.int64).max, np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Reach:
    """A measure at every row.

    Parameters
    ----------
    count : int32, rows
        Members tied at the row.
    vertex : int32, rows
        The vertex they are tied at (-1 where nobody is).
    start : int64, rows
        Where the window that counts begins, in microseconds since 1970.
    """

    count: Int32
    vertex: Int32
    start: Int64

    @property
    def largest(self) -> int:
        """The most members tied at any row."""
        return int(self.count.max()) if len(self.count) else 0

    def crossing(self, number: int) -> int | None:
        """The first row at which at least ``number`` members are tied, or None."""
        rows = np.flatnonzero(self.count >= number)
        return int(rows[0]) if len(rows) else None


def prepare(arrays: EventArrays, *, layer: str, members: Collection[PersonId] | None = None) -> EventArrays:
    """The rows of a layer, with only ``members`` counted if given."""
    chosen = arrays.of_layer(layer)
    return chosen if members is None else chosen.of_members(members)


def gathered(
    arrays: EventArrays,
    *,
    window: timedelta,
    layer: str = "contact",
    members: Collection[PersonId] | None = None,
    engine: str = "numba",
) -> Reach:
    """Gathered views: for every row, the most members whose views one member it addresses then holds.

    A view is held if a time-respecting chain that started inside the window has brought it, or if it is the holder's
    own and was spoken inside the window.

    Parameters
    ----------
    arrays : EventArrays
        From ``encode``.
    window : timedelta
        D.
    layer : str
        ``contact``, ``views`` or ``positions``.
    members : collection of str, optional
        Count only these.
    engine : str
        ``numba`` (compiled) or ``python`` (the reference).

    Returns
    -------
    Reach
        Over the rows of ``prepare(arrays, layer=layer, members=members)``.

    Notes
    -----
    O(contacts × members) time, vertices × members × 4 bytes of state, one pass.
    """
    return gathered_rows(prepare(arrays, layer=layer, members=members), window=window, engine=engine)


def gathered_rows(rows: EventArrays, *, window: timedelta, engine: str = "numba") -> Reach:
    """``gathered`` over rows that are already chosen."""
    span = to_microseconds(window)
    if _checked(engine) == "python":
        return _as_reach(reference.gathered(reference.rows_of(rows), span))
    state = Engine(width=len(rows.members), window=window)
    return state.append(rows)


def pivot(
    arrays: EventArrays,
    *,
    window: timedelta,
    layer: str = "contact",
    members: Collection[PersonId] | None = None,
    engine: str = "numba",
) -> Reach:
    """Members tied through the sender of each row: views in before the row, views out from it on, in one window.

    A member's own words count as out; a person outside the body ties members only with some in and some out.
    Parameters and result as in ``gathered``.
    """
    return pivot_rows(prepare(arrays, layer=layer, members=members), window=window, engine=engine)


def pivot_rows(rows: EventArrays, *, window: timedelta, engine: str = "numba") -> Reach:
    """``pivot`` over rows that are already chosen; works in stretches of a window so that memory stays bounded."""
    span = to_microseconds(window)
    if _checked(engine) == "python":
        return _as_reach(reference.pivot(reference.rows_of(rows), span))
    n, width = len(rows), len(rows.members)
    count, start = np.zeros(n, np.int32), rows.time.copy()
    clock = np.full((rows.vertices, width), _EVER, np.int64)
    ahead = np.full((rows.vertices, width), _NEVER, np.int64)
    kernel = compiled.compiled(compiled.pivot_kernel)
    low = 0
    while low < n:
        high = int(np.searchsorted(rows.time, rows.time[low] + span, side="right"))
        high = max(high, min(n, low + 4096))
        high = int(np.searchsorted(rows.group, rows.group[high - 1], side="right"))
        starts, arrivals = np.empty((2, high - low, width), np.int64)
        kernel(
            rows.time,
            rows.group,
            rows.sender,
            rows.speaks,
            rows.offsets,
            rows.recipient,
            rows.hears,
            starts,
            arrivals,
            clock,
            ahead,
            span,
            low,
            high,
            count,
            start,
        )
        low = high
    return Reach(count, np.where(count > 0, rows.sender, -1).astype(np.int32), start)


def answered(arrays: EventArrays, *, answer_window: timedelta, engine: str = "numba") -> Flags:
    """For every contact whether the person addressed wrote to its sender within ``answer_window``, before or after.

    Answers are looked for among all rows given, so pass every row of the shard and choose the layer afterwards: a
    commitment given in answer to a question that states no view is still part of an exchange. What a message claims
    about others counts when the message itself does.
    """
    span = to_microseconds(answer_window)
    row = np.repeat(np.arange(len(arrays)), np.diff(arrays.offsets))
    claimed = arrays.claimed[row]
    mask = np.zeros(arrays.contacts, np.bool_)
    if _checked(engine) == "python":
        rows = reference.rows_of(arrays)
        flat = [ok for r in reference.admitted(rows, arrays.owner.tolist(), span) for ok in r]
        return np.array(flat, np.bool_)
    index = np.flatnonzero(~claimed)
    a = arrays.owner[arrays.sender[row[index]]].astype(np.int64)
    b = arrays.owner[arrays.recipient[index]].astype(np.int64)
    key = np.minimum(a, b) * (len(arrays.persons) + 1) + np.maximum(a, b)
    order = np.argsort(key, kind="stable")  # rows are in time order, so each pair's contacts stay in it
    real = np.zeros(len(index), np.bool_)
    admit = compiled.compiled(compiled.admit_kernel)
    admit(order, key, (a > b).astype(np.int8), arrays.time[row[index]], span, real)
    mask[index] = real
    if claimed.any():
        sources = np.zeros(int(arrays.source.max()) + 1, np.bool_)
        sources[arrays.source[row[mask]]] = True
        mask |= claimed & sources[arrays.source[row]]
    return mask


def exchanges(arrays: EventArrays, *, answer_window: timedelta, layer: str, engine: str = "numba") -> EventArrays:
    """The rows of a layer reduced to the contacts that were answered; rows left with none are dropped."""
    kept = arrays.keep_contacts(answered(arrays, answer_window=answer_window, engine=engine)).of_layer(layer)
    return kept.take(np.diff(kept.offsets) > 0)


def two_way(
    arrays: EventArrays,
    *,
    window: timedelta,
    answer_window: timedelta,
    layer: str = "contact",
    members: Collection[PersonId] | None = None,
    engine: str = "numba",
) -> tuple[Reach, EventArrays]:
    """Members tied by answered contacts, at every row: gathered or through a pivot, whichever is more.

    Returns the measure and the rows it is over (those of the layer with an answered contact).
    """
    rows = exchanges(arrays, answer_window=answer_window, layer=layer, engine=engine)
    if members is not None:
        rows = rows.of_members(members)
    inward = gathered_rows(rows, window=window, engine=engine)
    through = pivot_rows(rows, window=window, engine=engine)
    more = through.count > inward.count
    return (
        Reach(
            np.where(more, through.count, inward.count),
            np.where(more, through.vertex, inward.vertex),
            np.where(more, through.start, inward.start),
        ),
        rows,
    )


def components(
    arrays: EventArrays,
    *,
    window: timedelta,
    layer: str = "contact",
    members: Collection[PersonId] | None = None,
    engine: str = "numba",
) -> Int32:
    """Members joined with each row's sender by contacts of the window ending there, direction and order ignored.

    An upper bound of the other measures, and far too loose to be a finding.
    """
    rows = _members_whole(prepare(arrays, layer=layer, members=members))
    span = to_microseconds(window)
    if _checked(engine) == "python":
        return np.array(reference.component(reference.rows_of(rows), span), np.int32)
    size = np.zeros(len(rows), np.int32)
    where = np.full(len(rows.members), -1, np.int64)
    where[rows.speaks[rows.speaks >= 0]] = rows.sender[rows.speaks >= 0]
    where[rows.hears[rows.hears >= 0]] = rows.recipient[rows.hears >= 0]
    compiled.compiled(compiled.component_kernel)(
        rows.time,
        rows.group,
        rows.sender,
        rows.offsets,
        rows.recipient,
        where,
        np.full(rows.vertices, -1, np.int64),
        np.zeros(rows.vertices, np.int64),
        span,
        size,
    )
    return size


def _members_whole(rows: EventArrays) -> EventArrays:
    """Rows in which what is claimed of a member counts as the member's own vertex."""
    main = np.arange(rows.vertices, dtype=np.int32)
    by_person = {int(rows.owner[v]): int(v) for v in rows.recipient[rows.hears >= 0]}
    by_person |= {int(rows.owner[v]): int(v) for v in rows.sender[(rows.speaks >= 0) & ~rows.claimed]}
    for v in rows.sender[rows.claimed]:
        main[v] = by_person.setdefault(int(rows.owner[v]), int(v))
    return replace(rows, sender=main[rows.sender])


class Engine:
    """Gathered views kept up to date as batches arrive.

    The state is one row of ``width`` integers per vertex and the times of the rows still inside the window, so a
    month of mail can be appended without reading the months before it.

    Parameters
    ----------
    width : int
        Number of members; member indices mean the same in every batch.
    window : timedelta
        D.

    Examples
    --------
    >>> from datetime import timedelta
    >>> Engine(width=5, window=timedelta(days=7)).vertices
    0
    """

    def __init__(self, *, width: int, window: timedelta) -> None:
        self._window = to_microseconds(window)
        self._clock: NDArray[np.int32] = np.empty((0, width), np.int32)
        self._past: Int64 = np.empty(0, np.int64)
        self._latest: int | None = None

    @property
    def vertices(self) -> int:
        """Vertices seen so far."""
        return len(self._clock)

    @property
    def state_bytes(self) -> int:
        """Memory held between batches."""
        return self._clock.nbytes + self._past.nbytes

    def append(self, batch: EventArrays) -> Reach:
        """Process the next rows, which must be later than all before them; vertices keep their numbers.

        Raises
        ------
        ValueError
            If the batch begins before the last one ended.
        """
        if len(batch) and self._latest is not None and batch.time[0] <= self._latest:
            raise ValueError("a batch must begin after the end of the one before it")
        if batch.vertices > len(self._clock):
            more = batch.vertices - len(self._clock)
            fresh = np.full((more, self._clock.shape[1]), -1, np.int32)
            self._clock = np.concatenate([self._clock, fresh]) if len(self._clock) else fresh
        count, vertex = np.zeros(len(batch), np.int32), np.full(len(batch), -1, np.int32)
        kernel: Callable[..., None] = compiled.compiled(compiled.gather_kernel)
        kernel(
            batch.time,
            batch.group,
            batch.sender,
            batch.speaks,
            batch.offsets,
            batch.recipient,
            batch.hears,
            self._clock,
            self._past,
            self._window,
            count,
            vertex,
        )
        if len(batch):
            self._latest = int(batch.time[-1])
            self._forget(batch.time)
        return Reach(count, vertex, batch.time - self._window)

    def _forget(self, times: Int64) -> None:
        """Drop rows that have left the window; starts that pointed to them become -1."""
        last = times[-1] - self._window
        cut = int(np.searchsorted(times, last, side="left"))
        old = int(np.searchsorted(self._past, last, side="left")) if cut == 0 else len(self._past)
        self._clock -= np.int32(old + cut)
        np.maximum(self._clock, -1, out=self._clock)
        self._past = np.concatenate([self._past[old:], times[cut:]])


def _as_reach(moments: list[reference.Moment]) -> Reach:
    return Reach(
        np.array([len(m.members) for m in moments], np.int32),
        np.array([m.vertex if m.members else -1 for m in moments], np.int32),
        np.array([m.start for m in moments], np.int64),
    )


def _checked(engine: str) -> str:
    if engine not in ENGINES:
        raise ValueError(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
    return engine
