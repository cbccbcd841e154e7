"""Three editions built from one content model, and the overview page written beside a run.

In a notebook or a script::

    from quorum_watch import pipeline, report

    run = pipeline.analyze("my-city")
    edition = report.build_report(report.material_of(run), report.parse_period("2026-Q3"), "public")
    page = report.write(edition, ("html",), "report")["report.html"]
"""

from quorum_watch.report.editions import build_report
from quorum_watch.report.formats import write
from quorum_watch.report.material import material_of
from quorum_watch.report.overview import render_overview, write_overview
from quorum_watch.report.period import parse_period

__all__ = ["build_report", "material_of", "parse_period", "render_overview", "write", "write_overview"]
