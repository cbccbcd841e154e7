"""The patterns by name, most specific first; each module knows one and none knows another."""

from __future__ import annotations

from quorum_watch.detect.context import Context
from quorum_watch.detect.gatherings import Gathering
from quorum_watch.detect.patterns import (
    attendance,
    conversation,
    daisy_chain,
    decision_by_message,
    hub_and_spoke,
    intermediary,
    public_thread,
    split_groups,
)
from quorum_watch.detect.patterns.shape import Shape
from quorum_watch.vocabulary import Pattern

GATHERINGS = (
    (Pattern.DECISION_BY_MESSAGE, decision_by_message.holds),
    (Pattern.ATTENDANCE, attendance.holds),
    (Pattern.PUBLIC_THREAD, public_thread.holds),
    (Pattern.CONVERSATION, conversation.holds),
)
SERIES = (
    (Pattern.INTERMEDIARY, intermediary.holds),
    (Pattern.SPLIT_GROUPS, split_groups.holds),
    (Pattern.HUB_AND_SPOKE, hub_and_spoke.holds),
    (Pattern.DAISY_CHAIN, daisy_chain.holds),
)


def name_gathering(context: Context, gathering: Gathering) -> Pattern:
    """The most specific name of a gathering."""
    return next(name for name, holds in GATHERINGS if holds(context, gathering))


def name_series(shape: Shape) -> Pattern:
    """The most specific name of a chain of answered contacts."""
    return next(name for name, holds in SERIES if holds(shape))
