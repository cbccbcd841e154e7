"""Small counts are not published: in a small body a count of one names a person.

A count is withheld if it is above nought and below the minimum. If the reader also sees the total of its group, the
withheld counts could be worked out by subtraction; so further counts are withheld, the smallest first, until what the
subtraction gives is a sum of several counts that is not small itself. A total that is small withholds its whole group.
"""

from __future__ import annotations

from collections.abc import Mapping

from quorum_watch.wording import say


def shown(count: int, minimum: int) -> str:
    """A single count, or the words for a small one.

    >>> shown(1, 3), shown(0, 3), shown(7, 3)
    ('fewer than 3', '0', '7')
    """
    return say("report.small.fewer", {"minimum": minimum}) if 0 < count < minimum else str(count)


def withheld(counts: Mapping[str, int], minimum: int) -> frozenset[str]:
    """Which counts of a group with a published total must not be shown.

    >>> sorted(withheld({"council": 12, "parks": 1, "board": 0, "library": 4}, 3))
    ['library', 'parks']
    >>> sorted(withheld({"council": 12, "parks": 5}, 3))
    []
    """
    total = sum(counts.values())
    if 0 < total < minimum:
        return frozenset(counts)
    hidden = {name for name, n in counts.items() if 0 < n < minimum}
    rest = sorted((n, name) for name, n in counts.items() if n >= minimum)
    while hidden and rest and (len(hidden) < 2 or sum(counts[h] for h in hidden) < minimum):
        hidden.add(rest.pop(0)[1])
    return frozenset(hidden)


def publish(counts: Mapping[str, int], minimum: int) -> dict[str, str]:
    """Every count of the group as it may be printed."""
    hidden = withheld(counts, minimum)
    return {name: say("report.small.withheld") if name in hidden else str(n) for name, n in counts.items()}
