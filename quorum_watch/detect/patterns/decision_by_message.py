"""Decision by message: members vote or decide in writing.

In law: an e-mail vote exercises the body's authority outside a meeting, and affirming it later does not cure it. In
graph terms: a written gathering in which a member's event carries a ``decide`` act.
"""

from __future__ import annotations

from quorum_watch.detect.context import Context
from quorum_watch.detect.gatherings import Gathering
from quorum_watch.detect.layers import acts_of
from quorum_watch.vocabulary import Act


def deciding(context: Context, gathering: Gathering) -> frozenset[int]:
    """Written events of the gathering by which a member decides."""
    return frozenset(
        i
        for i in gathering.events
        if not context.synchronous(i) and context.speakers(i) and Act.DECIDE in acts_of(context.events[i])
    )


def holds(context: Context, gathering: Gathering) -> bool:
    """Whether a member decides in writing."""
    return bool(deciding(context, gathering))
