"""The attorney's desk: an analysed city opened in a notebook, displays that escape everything, and the review panel.

Only :mod:`quorum_watch.notebook.panel` needs ipywidgets; every action it offers is a plain function as well.
"""

from __future__ import annotations

from quorum_watch.notebook.checking import against_key
from quorum_watch.notebook.run import OpenRun, analyze, compare, open_run

__all__ = ["OpenRun", "against_key", "analyze", "compare", "open_run"]
