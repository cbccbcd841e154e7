"""One folder per city: its settings, its paths, its matters and meetings, and the templates a clerk fills in."""

from __future__ import annotations

from quorum_watch.workspace.folder import Workspace
from quorum_watch.workspace.records import Matter, Meeting
from quorum_watch.workspace.settings import Restriction, Settings, WhoToCall

__all__ = ["Matter", "Meeting", "Restriction", "Settings", "WhoToCall", "Workspace"]
