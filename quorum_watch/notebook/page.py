"""The HTML of the notebook displays: every text is escaped and made visible, every table has a caption and headers.

Nothing here knows what a finding is. :class:`markupsafe.Markup` does the escaping, so a text can only become markup by
being written in this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from quorum_watch.report.text import visible

Cell = str | Markup

#: JupyterLab lays out tables its own way (right-aligned, columns of one width), hence the insistence here.
_STYLE = Markup(
    "<style>"
    ".qw{color:#1a1a1a;background:#fff;padding:.5em;max-width:78em;line-height:1.45}"
    ".qw table{border-collapse:collapse;margin:.6em 0;width:100%;table-layout:auto!important}"
    ".qw caption{text-align:left!important;font-weight:bold;padding:.3em 0}"
    ".qw th,.qw td{border:1px solid #767676!important;padding:.25em .5em!important;text-align:left!important;"
    "vertical-align:top!important;background:#fff;color:#1a1a1a;white-space:normal!important;max-width:none!important}"
    ".qw thead th{background:#eee}"
    ".qw td.wide{width:45%}"
    ".qw mark{color:#1a1a1a;padding:0 .1em}"
    ".qw mark.for{background:#fff3c4;border-bottom:2px solid #1a1a1a}"
    ".qw mark.against{background:#e8eef7;border-bottom:2px dashed #1a1a1a}"
    ".qw .says{font-size:.85em;font-style:italic}"
    ".qw .words{white-space:pre-wrap;overflow-wrap:anywhere;margin:.2em 0}"
    ".qw .quiet{color:#4d4d4d}"
    ".qw .banner{border:2px solid #1a1a1a;padding:.4em .6em;margin:.5em 0}"
    ".qw ul{margin:.3em 0 .6em 1.2em;padding:0}"
    ".qw svg{max-width:100%;height:auto}"
    "</style>"
)


def shown(text: object) -> Markup:
    r"""A text by anybody, escaped, with control and direction-changing characters written out.

    >>> str(shown("<b>\u202ex"))
    '&lt;b&gt;[U+202E]x'
    """
    return Markup("{}").format(visible(str(text)))


def lines(text: str) -> Markup:
    r"""As :func:`shown`, line ends kept.

    >>> str(lines("a\r\n<i>"))
    'a\n&lt;i&gt;'
    """
    return Markup("\n").join(shown(line) for line in text.splitlines())


def cell(content: Cell) -> Markup:
    """A cell's content: markup of ours as it is, everything else escaped."""
    return content if isinstance(content, Markup) else shown(content)


def page(*parts: Markup, label: str) -> str:
    """One display: a labelled region with its style."""
    inner = Markup("\n").join(parts)
    return str(_STYLE + Markup('<section class="qw" aria-label="{}">\n{}\n</section>').format(visible(label), inner))


def heading(text: str, level: int = 4) -> Markup:
    """A heading; notebooks have one to three of their own above it."""
    return Markup("<h{0}>{1}</h{0}>").format(level, shown(text))


def paragraph(text: Cell, kind: str = "") -> Markup:
    """A paragraph, of a class of the style if named."""
    return Markup("<p{}>{}</p>").format(Markup(' class="{}"').format(kind) if kind else "", cell(text))


def bullets(items: Iterable[Cell]) -> Markup:
    """A list; nothing where there are no items."""
    found = [Markup("<li>{}</li>").format(cell(i)) for i in items]
    return Markup("<ul>{}</ul>").format(Markup("").join(found)) if found else Markup("")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Markup:
    """A table with a caption, column headers and the first cell of each row as its header."""
    top = Markup("").join(Markup('<th scope="col">{}</th>').format(shown(h)) for h in head)
    body = Markup("\n").join(_row(r) for r in rows)
    return Markup(
        '<div role="region" tabindex="0" aria-label="{}"><table><caption>{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(visible(caption), shown(caption), top, body)


def _row(cells: Sequence[Cell]) -> Markup:
    first, *rest = cells
    others = Markup("").join(
        Markup("<td{}>{}</td>").format(Markup(' class="wide"') if 'class="words"' in c else "", cell(c)) for c in rest
    )
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(cell(first), others)


def moment(text: str) -> str:
    """A stored time as people read it; in UTC where it was stored in UTC.

    >>> moment("2026-11-02T09:05:00+00:00"), moment("2026-11-02T09:05:00-06:00")
    ('2 November 2026, 09:05 UTC', '2 November 2026, 09:05')
    """
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%B %Y, %H:%M}" + (" UTC" if at.utcoffset() == timedelta(0) else "")


def link(text: str, address: str) -> Markup:
    """A link, only to the web; any other address is printed and not linked."""
    if not address.lower().startswith(("https://", "http://")):
        return shown(text)
    return Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(visible(address), shown(text))
