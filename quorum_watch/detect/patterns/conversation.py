"""Conversation: one thread, chat, call or gathering whose participants hear one another.

In law: a convening, which needs purpose and numbers but no agreement; silence is enough, so those addressed count
beside those who speak (assessment keeps the two apart). In graph terms: events of one thread close in time, linked by
two shared members, or one call; two members or more speak.
"""

from __future__ import annotations

from quorum_watch.detect.context import Context
from quorum_watch.detect.gatherings import Gathering


def holds(context: Context, gathering: Gathering) -> bool:
    """Always: every gathering is at least this."""
    return bool(gathering.events) and len(context.events) > 0
