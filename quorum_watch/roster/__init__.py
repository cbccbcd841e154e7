"""Who an account is and who sat on a body on a given day."""

from __future__ import annotations

from quorum_watch.roster.records import (
    Account,
    Body,
    ListEntry,
    Membership,
    Person,
    PersonRole,
    Resolution,
)
from quorum_watch.roster.roster import Roster

__all__ = ["Account", "Body", "ListEntry", "Membership", "Person", "PersonRole", "Resolution", "Roster"]
