"""Three editions built from one content model, and the overview page written beside a run."""

from quorum_watch.report.overview import render_overview, write_overview

__all__ = ["render_overview", "write_overview"]
