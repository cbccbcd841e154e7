"""Attendance: members of one body present at an occasion somebody else convened.

In law: when half of a body attends another body's meeting on a subject it will decide, that is a meeting of its own;
no word need be spoken. In graph terms: one event with several members present whose convener is not one of them, or
an invitation that lists them.
"""

from __future__ import annotations

from quorum_watch.detect.context import Context
from quorum_watch.detect.gatherings import Gathering, is_attended


def holds(context: Context, gathering: Gathering) -> bool:
    """Whether every event of the gathering is an occasion attended."""
    return all(is_attended(context, i) for i in gathering.events)
