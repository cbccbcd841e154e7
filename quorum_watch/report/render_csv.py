"""The tables of an edition as CSV, for a spreadsheet: one file a table, and no cell that a spreadsheet would run.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab, a line end or NUL gets a single quote before it; taking that
quote away gives the text back. Files begin with a byte order mark, without which Excel misreads accents.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from quorum_watch.report.blocks import Edition, Grid, plain
from quorum_watch.report.text import visible
from quorum_watch.wording import say

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "'")


def render_csv(edition: Edition) -> Mapping[str, bytes]:
    """File names (``bodies.csv`` ...) with their bytes, in the order of the tables."""
    sheets: dict[str, list[Grid]] = {}
    for grid in edition.grids():
        sheets.setdefault(grid.sheet or grid.key, []).append(grid)
    return {f"{name}.csv": _table(grids) for name, grids in sheets.items()}


def inert(text: str) -> str:
    """A cell that no spreadsheet runs as a formula; hidden characters are made visible.

    A text that begins with a quote gets a second one, so that the reversal is exact.

    >>> inert("=1+1"), inert("-5"), inert("plain"), inert("'quoted")
    ("'=1+1", "'-5", 'plain', "''quoted")
    """
    return visible(f"'{text}" if text.startswith(_RUN) else text)


def _table(grids: Sequence[Grid]) -> bytes:
    """Tables with the same columns as one; what each is about stands first where there may be several."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    first = [say("report.finding.id")] if grids[0].sheet else []
    writer.writerow([inert(h) for h in (*first, *grids[0].head)])
    for grid in grids:
        lead = [inert(grid.subject)] if grid.sheet else []
        writer.writerows([*lead, *(inert(plain(c)) for c in r)] for r in grid.rows)
    return out.getvalue().encode("utf-8-sig")
