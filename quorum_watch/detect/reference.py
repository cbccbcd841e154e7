"""The engine in plain Python: the definitions as they read, for people and for machines without a compiler.

Everything here has a compiled twin in ``compiled`` that gives the same answers; tests hold the two together, and both
to an oracle that enumerates chains. The functions take ``Row``s because evidence search runs them on a handful of
rows at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from quorum_watch.detect.arrays import EventArrays

Nobody: frozenset[int] = frozenset()


class Row(NamedTuple):
    """One utterance, as in ``EventArrays``; ``to`` holds (vertex, member index or -1) pairs."""

    time: int
    group: int
    sender: int
    speaks: int
    layers: int
    source: int
    claimed: bool
    to: tuple[tuple[int, int], ...]


class Moment(NamedTuple):
    """Members tied at one row: who, through which vertex, from what time on, and by which measure."""

    members: frozenset[int]
    vertex: int
    row: int
    start: int
    measure: str


def rows_of(arrays: EventArrays) -> list[Row]:
    """The rows of the arrays as tuples."""
    pairs = list(zip(arrays.recipient.tolist(), arrays.hears.tolist(), strict=True))
    ends = arrays.offsets.tolist()
    columns = zip(
        arrays.time.tolist(),
        arrays.group.tolist(),
        arrays.sender.tolist(),
        arrays.speaks.tolist(),
        arrays.layers.tolist(),
        arrays.source.tolist(),
        arrays.claimed.tolist(),
        strict=True,
    )
    return [
        Row(time, group, sender, speaks, layers, source, claimed, tuple(pairs[ends[i] : ends[i + 1]]))
        for i, (time, group, sender, speaks, layers, source, claimed) in enumerate(columns)
    ]


def gathered(rows: Sequence[Row], window: int) -> list[Moment]:
    """For every row the most members whose views one of its member recipients then holds.

    ``clock[v][u]`` is the row that began the newest chain from member ``u`` to vertex ``v``. Rows of one group read
    before they write.
    """
    clock: dict[int, dict[int, int]] = {}
    found: list[Moment] = []
    for group in _groups(rows):
        said: list[dict[int, int]] = []
        for i in group:
            row = rows[i]
            carried = dict(clock.get(row.sender, {}))
            if row.speaks >= 0:
                carried[row.speaks] = i
            said.append(carried)
        for i in group:
            if rows[i].speaks >= 0:
                clock.setdefault(rows[i].sender, {})[rows[i].speaks] = i
        for i, carried in zip(group, said, strict=True):
            for vertex, _ in rows[i].to:
                held = clock.setdefault(vertex, {})
                for member, start in carried.items():
                    if start > held.get(member, -1):
                        held[member] = start
        for i in group:
            since = rows[i].time - window
            best = Moment(Nobody, -1, i, rows[i].time, "gathered")
            for vertex, hears in rows[i].to:
                if hears >= 0:
                    members = frozenset(u for u, start in clock[vertex].items() if rows[start].time >= since)
                    if len(members) > len(best.members):
                        best = Moment(members, vertex, i, since, "gathered")
            found.append(best)
    return found


def pivot(rows: Sequence[Row], window: int) -> list[Moment]:
    """For every row the most members tied through its sender: views in before it, views out from it on.

    All of it lies inside one window of the given length around the row. A member who speaks is tied to whomever the
    words reach; somebody else ties members only by passing on what they were given: some in, and some out.
    """
    views_in = _starts_before(rows)
    views_out = _arrivals_from(rows)
    found: list[Moment] = []
    for i, row in enumerate(rows):
        starts = {u: rows[s].time for u, s in views_in[i].items()}
        best = Moment(Nobody, row.sender, i, row.time, "pivot")
        begun = {s for s in starts.values() if row.time - window <= s < row.time}
        for since in sorted({row.time, *begun}, reverse=True):
            came = {u for u, s in starts.items() if s >= since}
            went = {u for u, at in views_out[i].items() if at <= since + window}
            if row.speaks >= 0:
                came.add(row.speaks)
            if came and went and len(came | went) > len(best.members):
                best = Moment(frozenset(came | went), row.sender, i, since, "pivot")
        found.append(best)
    return found


def _starts_before(rows: Sequence[Row]) -> list[dict[int, int]]:
    """What each row's sender held when it spoke: member -> row that began the newest chain."""
    clock: dict[int, dict[int, int]] = {}
    found: list[dict[int, int]] = []
    for group in _groups(rows):
        held = [dict(clock.get(rows[i].sender, {})) for i in group]
        found.extend(held)
        for i, before in zip(group, held, strict=True):
            row = rows[i]
            carried = {**before, row.speaks: i} if row.speaks >= 0 else before
            if row.speaks >= 0:
                clock.setdefault(row.sender, {})[row.speaks] = i
            for vertex, _ in row.to:
                into = clock.setdefault(vertex, {})
                for member, start in carried.items():
                    into[member] = max(start, into.get(member, -1))
    return found


def _arrivals_from(rows: Sequence[Row]) -> list[dict[int, int]]:
    """Whom each row's sender reaches from that row's instant on: member -> earliest arrival."""
    ahead: dict[int, dict[int, int]] = {}
    found: list[dict[int, int]] = [{} for _ in rows]
    for group in reversed(list(_groups(rows))):
        news: list[tuple[int, dict[int, int]]] = []
        for i in group:
            row = rows[i]
            reached: dict[int, int] = {}
            for vertex, hears in row.to:
                for member, at in ahead.get(vertex, {}).items():
                    reached[member] = min(at, reached.get(member, at))
                if hears >= 0:
                    reached[hears] = row.time
            news.append((row.sender, reached))
        for vertex, reached in news:
            into = ahead.setdefault(vertex, {})
            for member, at in reached.items():
                into[member] = min(at, into.get(member, at))
        for i in group:
            found[i] = dict(ahead[rows[i].sender])
    return found


def _groups(rows: Sequence[Row]) -> Iterator[list[int]]:
    for _, members in groupby(range(len(rows)), key=lambda i: rows[i].group):
        yield list(members)


def admitted(rows: Sequence[Row], owner: Sequence[int], answer_window: int) -> list[tuple[bool, ...]]:
    """For every contact of every row whether the person addressed wrote to its sender within the answer window.

    Either may have come first. What a message claims about others counts when the message itself does.
    """
    times: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        if not row.claimed:
            for vertex, _ in row.to:
                pair = owner[row.sender], owner[vertex]
                if pair not in times or times[pair][-1] != row.time:
                    times.setdefault(pair, []).append(row.time)

    def answered(row: Row, vertex: int) -> bool:
        back = times.get((owner[vertex], owner[row.sender]), ())
        at = bisect_left(back, row.time - answer_window)
        return at < len(back) and back[at] <= row.time + answer_window

    real = {r.source for r in rows if not r.claimed and any(answered(r, v) for v, _ in r.to)}
    return [tuple(r.source in real if r.claimed else answered(r, vertex) for vertex, _ in r.to) for r in rows]


def two_way_rows(rows: Sequence[Row], owner: Sequence[int], answer_window: int, layer: int) -> list[Row]:
    """The rows of a layer with only the contacts that were answered; rows left with none are dropped."""
    kept = []
    for row, mask in zip(rows, admitted(rows, owner, answer_window), strict=True):
        if row.layers & layer:
            to = tuple(c for c, ok in zip(row.to, mask, strict=True) if ok)
            if to:
                kept.append(row._replace(to=to))
    return kept


def tied(rows: Sequence[Row], owner: Sequence[int], window: int, answer_window: int, layer: int) -> Moment | None:
    """The largest set of members tied by answered contacts: gathered at one of them, or through a pivot.

    Among equals the earliest moment, gathered before pivot.
    """
    kept = two_way_rows(rows, owner, answer_window, layer)
    best: Moment | None = None
    for moment in (*gathered(kept, window), *pivot(kept, window)):
        if moment.members and (best is None or len(moment.members) > len(best.members)):
            best = moment
    return best


def component(rows: Sequence[Row], window: int) -> list[int]:
    """For every row the number of members joined with its sender by contacts of the window that ends with it.

    Direction and order are ignored; rows of one group see each other.
    """
    sizes: list[int] = []
    for group in _groups(rows):
        since = rows[group[0]].time - window
        parent: dict[int, int] = {}
        members: dict[int, set[int]] = {}
        for row in rows[: group[-1] + 1]:
            if row.time >= since:
                _join(parent, members, row)
        sizes.extend(len(members.get(_find(parent, rows[i].sender), ())) for i in group)
    return sizes


def _find(parent: dict[int, int], vertex: int) -> int:
    while parent.setdefault(vertex, vertex) != vertex:
        vertex = parent[vertex]
    return vertex


def _join(parent: dict[int, int], members: dict[int, set[int]], row: Row) -> None:
    root = _find(parent, row.sender)
    mine = members.setdefault(root, set())
    if row.speaks >= 0:
        mine.add(row.speaks)
    for vertex, hears in row.to:
        other = _find(parent, vertex)
        if other != root:
            parent[other] = root
            mine |= members.pop(other, set())
        if hears >= 0:
            mine.add(hears)


def only_members(rows: Sequence[Row], kept: Collection[int]) -> list[Row]:
    """The same rows with every member outside ``kept`` treated as a person outside the body."""
    return [
        r._replace(
            speaks=r.speaks if r.speaks in kept else -1,
            to=tuple((v, h if h in kept else -1) for v, h in r.to),
        )
        for r in rows
    ]
