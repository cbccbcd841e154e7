"""The engine compiled: the functions of ``reference`` over flat arrays, one pass each.

Each kernel is plain Python that numba compiles on first use and keeps in its cache (``NUMBA_CACHE_DIR`` if set, beside
the package or in the user's cache directory otherwise; where none can be written, it compiles once per process).
Importing this module does not import numba.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Kernel = Callable[..., Any]


@cache
def compiled(kernel: Kernel) -> Kernel:
    """The machine code of a kernel, from the cache where there is one."""
    import numba

    try:
        machine: Kernel = numba.njit(cache=True, nogil=True)(kernel)
    except RuntimeError:  # no directory to cache in
        machine = numba.njit(nogil=True)(kernel)
    return machine


def gather_kernel(
    time: Any,
    group: Any,
    sender: Any,
    speaks: Any,
    offsets: Any,
    recipient: Any,
    hears: Any,
    clock: Any,
    past: Any,
    window: int,
    reach: Any,
    holder: Any,
) -> None:
    """Vector clocks: fill ``reach`` and ``holder`` of every row, and leave the state in ``clock``.

    ``clock[v, u]`` is the index of the row that began the newest chain from member ``u`` to vertex ``v``, counted
    from the first row of ``past`` (times of earlier rows still inside the window, from previous batches), or -1.
    """
    rows, width, before = len(time), clock.shape[1], len(past)
    low = 0
    first = 0
    while first < rows:
        last = first + 1
        while last < rows and group[last] == group[first]:
            last += 1
        since = time[first] - window
        while low < before and past[low] < since:
            low += 1
        if low >= before:
            while time[low - before] < since:
                low += 1
        if last - first == 1:
            s = sender[first]
            if speaks[first] >= 0:
                clock[s, speaks[first]] = first + before
            for c in range(offsets[first], offsets[first + 1]):
                v = recipient[c]
                for u in range(width):
                    if clock[s, u] > clock[v, u]:
                        clock[v, u] = clock[s, u]
        else:
            said = np.empty((last - first, width), np.int32)
            for r in range(first, last):
                said[r - first] = clock[sender[r]]
                if speaks[r] >= 0:
                    said[r - first, speaks[r]] = r + before
            for r in range(first, last):
                if speaks[r] >= 0:
                    clock[sender[r], speaks[r]] = r + before
            for r in range(first, last):
                for c in range(offsets[r], offsets[r + 1]):
                    v = recipient[c]
                    for u in range(width):
                        if said[r - first, u] > clock[v, u]:
                            clock[v, u] = said[r - first, u]
        for r in range(first, last):
            best = 0
            at = -1
            for c in range(offsets[r], offsets[r + 1]):
                if hears[c] >= 0:
                    v = recipient[c]
                    n = 0
                    for u in range(width):
                        n += clock[v, u] >= low
                    if n > best:
                        best = n
                        at = v
            reach[r] = best
            holder[r] = at
        first = last


def admit_kernel(order: Any, key: Any, way: Any, time: Any, answer_window: int, mask: Any) -> None:
    """Mark contacts that were answered: ``order`` sorts contacts by pair, then time; ``way`` is their direction."""
    n = len(order)
    newest = np.empty(2, np.int64)
    for step in (1, -1):
        i = 0 if step == 1 else n - 1
        pair = np.int64(-1)
        while 0 <= i < n:
            c = order[i]
            if key[c] != pair:
                pair = key[c]
                newest[:] = -1
            # Contacts of one instant see each other whatever their order: look at the whole instant first.
            j = i
            while 0 <= j < n and key[order[j]] == pair and time[order[j]] == time[c]:
                newest[way[order[j]]] = order[j]
                j += step
            while i != j:
                other = newest[1 - way[order[i]]]
                if other >= 0 and abs(time[order[i]] - time[other]) <= answer_window:
                    mask[order[i]] = True
                i += step


def pivot_kernel(
    time: Any,
    group: Any,
    sender: Any,
    speaks: Any,
    offsets: Any,
    recipient: Any,
    hears: Any,
    starts: Any,
    arrivals: Any,
    clock: Any,
    ahead: Any,
    window: int,
    low: int,
    high: int,
    reach: Any,
    begin: Any,
) -> None:
    """Fill ``reach`` and ``begin`` for rows ``low`` to ``high``.

    ``clock`` (start times by vertex, minimum where none) holds the state before ``low`` and is advanced to ``high``;
    ``ahead`` is scratch. ``starts`` and ``arrivals`` are scratch for ``high - low`` rows. Rows up to one window past
    ``high`` are read.
    """
    rows, width = len(time), clock.shape[1]
    never, ever = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    first = low
    while first < high:
        last = first + 1
        while last < high and group[last] == group[first]:
            last += 1
        for r in range(first, last):
            starts[r - low] = clock[sender[r]]
        for r in range(first, last):
            if speaks[r] >= 0:
                clock[sender[r], speaks[r]] = time[r]
        for r in range(first, last):
            for c in range(offsets[r], offsets[r + 1]):
                v = recipient[c]
                for u in range(width):
                    if starts[r - low, u] > clock[v, u]:
                        clock[v, u] = starts[r - low, u]
                if speaks[r] >= 0:
                    clock[v, speaks[r]] = time[r]
        first = last
    end = high
    while end < rows and time[end] <= time[high - 1] + window:
        end += 1
    while end < rows and group[end] == group[end - 1]:
        end += 1
    last = end
    while last > low:
        first = last - 1
        while first > low and group[first - 1] == group[last - 1]:
            first -= 1
        reached = np.empty((last - first, width), np.int64)
        for r in range(first, last):
            reached[r - first] = never
            for c in range(offsets[r], offsets[r + 1]):
                v = recipient[c]
                for u in range(width):
                    if ahead[v, u] < reached[r - first, u]:
                        reached[r - first, u] = ahead[v, u]
                if hears[c] >= 0:
                    reached[r - first, hears[c]] = time[r]
        for r in range(first, last):
            for u in range(width):
                if reached[r - first, u] < ahead[sender[r], u]:
                    ahead[sender[r], u] = reached[r - first, u]
        for r in range(first, last):
            if r < high:
                arrivals[r - low] = ahead[sender[r]]
        last = first
    for r in range(low, end):  # leave the scratch as it was found
        ahead[sender[r]] = never
        for c in range(offsets[r], offsets[r + 1]):
            ahead[recipient[c]] = never
    for r in range(low, high):
        now, own = time[r], speaks[r]
        best, at = 0, now
        most = 0
        earliest = now
        for u in range(width):
            came = starts[r - low, u] >= now - window
            if came and starts[r - low, u] < earliest:
                earliest = starts[r - low, u]
            most += came or u == own or arrivals[r - low, u] <= now + window
        # Try window starts from the latest down; stop as soon as nobody is left to add.
        since = now
        while since != ever and best < most:
            n, ins, outs = 0, 0, 0
            following = ever
            for u in range(width):
                s = starts[r - low, u]
                came = s >= since or u == own
                went = arrivals[r - low, u] <= since + window
                ins += came
                outs += went
                n += came or went
                if s < since and s > following and s >= now - window:
                    following = s
            if ins > 0 and outs > 0 and n > best:
                best, at = n, since
            since = following
        reach[r] = best
        begin[r] = at


def component_kernel(
    time: Any,
    group: Any,
    sender: Any,
    offsets: Any,
    recipient: Any,
    member_vertex: Any,
    parent: Any,
    since: Any,
    window: int,
    size: Any,
) -> None:
    """Fill ``size``: members joined with each row's sender by contacts of the window that ends with it.

    A spanning forest of the newest contacts, stored as parent links with their times: a new contact between joined
    vertices replaces the oldest contact on the path between them, so two vertices are joined inside a window exactly
    when the path between them holds no contact older than it. Links older than the window count as cut.
    """
    rows = len(time)
    members = len(member_vertex)
    first = 0
    while first < rows:
        last = first + 1
        while last < rows and group[last] == group[first]:
            last += 1
        low = time[first] - window
        for r in range(first, last):
            a = sender[r]
            for c in range(offsets[r], offsets[r + 1]):
                b = recipient[c]
                if parent[b] == a and since[b] >= low:
                    since[b] = time[r]
                    continue
                if parent[a] == b and since[a] >= low:
                    since[a] = time[r]
                    continue
                # Make ``a`` the root of its tree: turn the links above it round.
                child, link, up = a, np.int64(0), parent[a]
                above = since[a]
                parent[a] = -1
                while up >= 0 and above >= low:
                    link = above
                    nxt, above = parent[up], since[up]
                    parent[up] = child
                    since[up] = link
                    child, up = up, nxt
                # If ``b`` hangs below ``a``, drop the oldest contact between them.
                x, oldest, cut = b, np.iinfo(np.int64).max, -1
                while x != a and parent[x] >= 0 and since[x] >= low:
                    if since[x] < oldest:
                        oldest, cut = since[x], x
                    x = parent[x]
                # A link too old to count must go, or renewing it later could close a circle.
                parent[cut if x == a else x] = -1
                # ``a`` is a root, so it may hang below ``b``.
                parent[a] = b
                since[a] = time[r]
        for r in range(first, last):
            root = sender[r]
            while parent[root] >= 0 and since[root] >= low:
                root = parent[root]
            n = 0
            for m in range(members):
                x = member_vertex[m]
                if x >= 0:
                    while parent[x] >= 0 and since[x] >= low:
                        x = parent[x]
                    n += x == root
            size[r] = n
        first = last
