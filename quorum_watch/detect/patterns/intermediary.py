"""Intermediary: somebody outside the body carries members' views between them.

In law: the rule cannot be avoided by using an agent or surrogate to poll the members one by one, whoever the agent
is: a mayor, an administrator, a lobbyist, a spouse. In graph terms: members are tied through a vertex that is not a
member's, which passes on what it was given (a relay, or the same thread); briefing each member and relaying nothing
ties nobody.
"""

from __future__ import annotations

from quorum_watch.detect.patterns.shape import Shape


def holds(shape: Shape) -> bool:
    """Whether views pass through somebody who is not one of the members tied."""
    return bool(shape.carriers)
