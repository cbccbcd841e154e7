"""The fewest events that alone still tie the members, and which of them cannot be done without.

Back pointers give a first set: the newest chain from every member to the place where the views meet, with one answer
to every contact on it. Pruning makes it irreducible. Where there are few other events, every smaller set is tried, so
the result is smallest; otherwise a count of the contacts that must be in any set may still prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from quorum_watch.detect.reference import Moment, Row, gathered, pivot, tied, two_way_rows

#: How many sets an exact search may try before it settles for a bound.
SETS_TRIED = 4_000

Enough = Callable[[frozenset[int]], bool]


@dataclass(frozen=True, slots=True)
class Smallest:
    """A set of events in time order, whether it is proven smallest, and the events in every smallest set."""

    events: tuple[int, ...]
    optimal: bool
    pivotal: tuple[int, ...]


def smallest_set(pool: Sequence[int], start: Iterable[int], enough: Enough, at_least: int) -> Smallest:
    """The smallest part of ``pool`` for which ``enough`` holds.

    Parameters
    ----------
    pool : sequence of int
        Events that may serve, in time order. ``enough`` must be monotone: more events never break it.
    start : iterable of int
        A part for which ``enough`` holds, to begin from.
    enough : callable
        Whether a set of events suffices.
    at_least : int
        No set smaller than this suffices.

    Returns
    -------
    Smallest
        ``optimal`` is true where no smaller set exists for certain. Without an exhaustive search ``pivotal`` lists
        the events without which nothing suffices, which are in every smallest set but may not be all that are.
    """
    best = _irreducible(sorted(start), enough)
    whole = frozenset(pool)
    # Without these nothing suffices, so every set holds them and only the others need to be tried.
    fixed = frozenset(e for e in best if not enough(whole - {e}))
    free = [e for e in pool if e not in fixed]
    budget = SETS_TRIED
    lower = max(at_least, len(fixed))
    optimal = len(best) <= lower
    for size in range(lower, len(best)):
        budget -= comb(len(free), size - len(fixed))
        if budget < 0:
            break
        found = next((s for s in combinations(free, size - len(fixed)) if enough(fixed.union(s))), None)
        if found is not None:
            best, optimal = sorted(fixed.union(found)), True
            break
    else:
        optimal = True
    pivotal = fixed
    extra = len(best) - len(fixed)
    if optimal and extra and comb(len(free), extra) <= budget:
        equal = [fixed.union(s) for s in combinations(free, extra) if enough(fixed.union(s))]
        best = min(sorted(s) for s in equal)
        pivotal = frozenset.intersection(*equal)
    return Smallest(tuple(best), optimal, tuple(e for e in best if e in pivotal))


def _irreducible(events: list[int], enough: Enough) -> list[int]:
    """Drop events, latest first, as long as the rest suffices."""
    kept = list(events)
    for e in reversed(events):
        rest = [x for x in kept if x != e]
        if enough(frozenset(rest)):
            kept = rest
    return kept


@dataclass(frozen=True, slots=True)
class Ties:
    """The measure over chosen events: how many members their rows alone tie.

    ``rows`` must already count only the members asked about.
    """

    rows: tuple[Row, ...]
    owner: tuple[int, ...]
    window: int
    answer_window: int
    layer: int

    def moment(self, events: frozenset[int]) -> Moment | None:
        """The largest set the events tie."""
        chosen = [r for r in self.rows if r.source in events]
        return tied(chosen, self.owner, self.window, self.answer_window, self.layer)

    def count(self, events: frozenset[int]) -> int:
        """How many members the events tie."""
        moment = self.moment(events)
        return len(moment.members) if moment else 0

    def chains(self) -> frozenset[int]:
        """Events of the chains that tie the most members, by back pointers, with an answer to every contact used."""
        kept = two_way_rows(self.rows, self.owner, self.answer_window, self.layer)
        moments = (*gathered(kept, self.window), *pivot(kept, self.window))
        best = max(moments, key=lambda m: (len(m.members), -m.row), default=None)
        if best is None:
            return frozenset()
        used = _chains_in(kept, best) | (_chains_out(kept, best, self.window) if best.measure == "pivot" else set())
        events = {kept[i].source for i in used}
        return frozenset(events | self._answers([kept[i] for i in sorted(used)]))

    def _answers(self, used: list[Row]) -> set[int]:
        pairs = {(self.owner[v], self.owner[r.sender]): r.time for r in used if not r.claimed for v, _ in r.to}
        nearest: dict[tuple[int, int], tuple[int, int]] = {}
        for row in self.rows:
            for vertex, _ in row.to if not row.claimed else ():
                pair = self.owner[row.sender], self.owner[vertex]
                if pair in pairs:
                    found = abs(row.time - pairs[pair]), row.source
                    nearest[pair] = min(found, nearest.get(pair, found))
        return {source for _, source in nearest.values()}


def _chains_in(rows: Sequence[Row], moment: Moment) -> set[int]:
    """Rows of the newest chains to the vertex of a moment, up to it (before it, for a pivot)."""
    clock: dict[int, dict[int, tuple[int, tuple[int, ...]]]] = {}
    end = rows[moment.row].group
    i = 0
    while i < len(rows) and rows[i].group <= end - (moment.measure == "pivot"):
        j = i
        while j < len(rows) and rows[j].group == rows[i].group:
            j += 1
        said = []
        for n in range(i, j):
            carried = {u: (s, (*path, n)) for u, (s, path) in clock.get(rows[n].sender, {}).items()}
            if rows[n].speaks >= 0:
                carried[rows[n].speaks] = (n, (n,))
            said.append(carried)
        for n, carried in zip(range(i, j), said, strict=True):
            if rows[n].speaks >= 0:
                clock.setdefault(rows[n].sender, {})[rows[n].speaks] = (n, (n,))
            for vertex, _ in rows[n].to:
                into = clock.setdefault(vertex, {})
                for u, chain in carried.items():
                    if u not in into or chain[0] > into[u][0]:
                        into[u] = chain
        i = j
    held = clock.get(moment.vertex, {})
    return {
        n for u, (start, path) in held.items() if u in moment.members and rows[start].time >= moment.start for n in path
    }


def _chains_out(rows: Sequence[Row], moment: Moment, window: int) -> set[int]:
    """Rows of the earliest chains from the vertex of a pivot, from its row's instant on."""
    paths: dict[int, tuple[int, ...]] = {moment.vertex: ()}
    reached: dict[int, tuple[int, ...]] = {}
    first = next(i for i, r in enumerate(rows) if r.group == rows[moment.row].group)
    pending: list[tuple[int, tuple[int, ...]]] = []
    for n in range(first, len(rows)):
        row = rows[n]
        if row.time > moment.start + window:
            break
        if n > first and row.group != rows[n - 1].group:
            for vertex, path in pending:
                paths.setdefault(vertex, path)
            pending = []
        if row.sender in paths:
            path = (*paths[row.sender], n)
            for vertex, hears in row.to:
                pending.append((vertex, path))
                if hears in moment.members:
                    reached.setdefault(hears, path)
    own = {moment.row} if rows[moment.row].speaks >= 0 else set()
    return own | {n for path in reached.values() for n in path}


def fewest_contacts(rows: Sequence[Row], members: int) -> int:
    """A bound: joining ``members`` by answered contacts takes one contact each way for all but one of them.

    Counts how many events, richest first, it takes to have that many.
    """
    each: dict[int, int] = {}
    for row in rows:
        each[row.source] = each.get(row.source, 0) + len(row.to) * (2 if row.claimed else 1)
    needed, used = 2 * (members - 1), 0
    for n in sorted(each.values(), reverse=True):
        if needed <= 0:
            break
        needed -= n
        used += 1
    return max(used, 1)
