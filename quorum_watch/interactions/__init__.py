"""From stored records to interactions: one timed, directed contact each, people resolved as of its day."""

from __future__ import annotations

from quorum_watch.interactions.resolve import find_undated, resolve
from quorum_watch.interactions.summary import (
    UnknownAccount,
    members_without_records,
    period,
    to_frame,
    unknown_accounts,
)

__all__ = [
    "UnknownAccount",
    "find_undated",
    "members_without_records",
    "period",
    "resolve",
    "to_frame",
    "unknown_accounts",
]
