"""Hub and spoke: one member speaks with each of the others, who need not speak with each other.

In law: polling colleagues one by one, so that the hub knows where enough of them stand; each contact is below the
number. In graph terms: the contacts form a star whose centre every other member tied answered. With three members a
star is also a path; it is a hub only if the centre began both contacts.
"""

from __future__ import annotations

from quorum_watch.detect.patterns.shape import Shape


def holds(shape: Shape) -> bool:
    """Whether every contact has one member at one end, who began them if there are only two others."""
    return centre(shape) is not None


def centre(shape: Shape) -> str | None:
    """The hub, if there is one; the person the views meet at is preferred."""
    candidates = sorted(shape.members, key=lambda m: (m != shape.holder, m))
    return next((m for m in candidates if _is_hub(shape, m)), None)


def _is_hub(shape: Shape, hub: str) -> bool:
    pairs = shape.pairs()
    spokes = {frozenset((hub, m)) for m in shape.members if m != hub}
    if len(spokes) < 2 or not spokes <= set(pairs):
        return False
    # A message to several people may mention two spokes to each other; what matters is who speaks to whom.
    spoken = {frozenset((c.sender, c.to)) for c in shape.contacts if hub not in (c.sender, c.to)}
    between_spokes = {p for p in spoken if p <= shape.members and _both_ways(shape, p)}
    if between_spokes:
        return False
    first = {p: next(c for c in shape.contacts if frozenset((c.sender, c.to)) == p) for p in spokes}
    began = sum(c.sender == hub for c in first.values())
    return began == len(spokes) if len(spokes) == 2 else True


def _both_ways(shape: Shape, pair: frozenset[str]) -> bool:
    return len({c.sender for c in shape.contacts if {c.sender, c.to} == pair}) == 2
