"""Daisy chain: each member passes on to the next.

In law: A speaks with B, B with C, C with D, and so on until enough are joined, though no two contacts share more than
one person. In graph terms: time-respecting chains of at least two contacts; the name for every two-way chain that has
no more specific one (a path, a converging tree, a core that spreads outwards).
"""

from __future__ import annotations

from quorum_watch.detect.patterns.shape import Shape


def holds(shape: Shape) -> bool:
    """Always: every chain of answered contacts is at least this."""
    return bool(shape.members)
