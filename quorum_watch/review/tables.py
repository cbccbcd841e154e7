"""CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_KEPT = frozenset("\u200c\u200d\ufe0e\ufe0f\n")


def plain(text: object) -> str:
    r"""A cell: control and direction-changing characters written out, a formula made text by a leading apostrophe.

    >>> plain("=HYPERLINK(1)"), plain("a\u202eb"), plain(" +1 608"), plain("fine")
    ("'=HYPERLINK(1)", 'a[U+202E]b', "' +1 608", 'fine')
    """
    shown = "".join(
        c if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else f"[U+{ord(c):04X}]"
        for c in str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    )
    return "'" + shown if shown.lstrip(" \u00a0").startswith(_FORMULA) or shown.startswith("\n") else shown


def to_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV text with a header; every cell made :func:`plain`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([plain(c) for c in row] for row in rows)
    return out.getvalue()
