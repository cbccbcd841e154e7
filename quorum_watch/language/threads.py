"""Which messages form one conversation, and in which order they were written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from quorum_watch.language.settings import load_settings
from quorum_watch.model import Interaction


def group_threads(interactions: Sequence[Interaction]) -> list[list[int]]:
    """Positions of ``interactions`` by conversation, each in time order; conversations in order of their first message.

    Messages belong together if they share a thread mark or answer one another. Messages with neither belong together if
    the same people wrote on the same channel without a long pause (``settings.toml``, ``quiet_hours``).
    """
    parent = list(range(len(interactions)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    def join(a: int, b: int) -> None:
        a, b = root(a), root(b)
        parent[max(a, b)] = min(a, b)

    place = {i.id: n for n, i in enumerate(interactions)}
    first: dict[str, int] = {}
    for n, i in enumerate(interactions):
        if i.thread:
            join(n, first.setdefault(i.thread, n))
        if i.in_reply_to is not None and i.in_reply_to in place:
            join(n, place[i.in_reply_to])
    order = sorted(range(len(interactions)), key=lambda n: (interactions[n].at, n))
    pause = timedelta(hours=load_settings().thread.quiet_hours)
    last: dict[tuple[str, frozenset[str]], int] = {}
    for n in order:
        i = interactions[n]
        if i.thread or i.in_reply_to is not None:
            continue
        key = (i.channel.value, frozenset({i.sender or i.sender_address, *(c.person or c.address for c in i.contacts)}))
        before = last.get(key)
        if before is not None and i.at - interactions[before].at <= pause:
            join(n, before)
        last[key] = n
    groups: dict[int, list[int]] = {}
    for n in order:
        groups.setdefault(root(n), []).append(n)
    return list(groups.values())
