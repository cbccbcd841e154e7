"""Public thread: members write, comment or react under one post that anyone may read.

In law: openness to the public does not replace notice; what a reaction means is undecided, and the city's own policy
may be stricter than the statute. In graph terms: events of one public thread; those who wrote, commented or reacted
and those they answered are counted, never those who might have read.
"""

from __future__ import annotations

from quorum_watch.detect.context import Context
from quorum_watch.detect.gatherings import Gathering, is_public


def holds(context: Context, gathering: Gathering) -> bool:
    """Whether the gathering stands in public."""
    return all(is_public(context, i) for i in gathering.events)
