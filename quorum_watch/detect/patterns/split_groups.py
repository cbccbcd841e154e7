"""Split groups: gatherings of some, then of others, with people in common.

In law: a series of gatherings among separate groups, each below the number, that together reach it (the classic
walking quorum when those taking part agree to act alike). In graph terms: at least two gatherings, a later one sharing
a person with an earlier one, neither containing the other, whose union is the set tied.
"""

from __future__ import annotations

from quorum_watch.detect.patterns.shape import Shape


def holds(shape: Shape) -> bool:
    """Whether two gatherings of at least three people each overlap without one containing the other."""
    groups = [people for _, people in shape.meetings]
    separate = [(a, b) for n, a in enumerate(groups) for b in groups[n + 1 :] if a & b and not a <= b and not b <= a]
    if not separate:
        return False
    union = frozenset[str]().union(*(a | b for a, b in separate))
    return shape.members <= union
