"""What every picture shares: fixed style, a fresh pair of axes, its words and its table, and SVG without chance in it.

Every picture carries two attributes: ``alt_text`` (what it shows, in sentences) and ``table_twin`` (header and rows
with everything drawn).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Finding = Mapping[str, Any]
Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
INK, LINE, FAINT = "#1a1a1a", "#5a5a5a", "#dddddd"


@contextmanager
def style() -> Iterator[None]:
    """Fixed fonts, sizes and identifiers, so that the same finding gives the same bytes on every machine."""
    import matplotlib as mpl

    settings: Any = {
        "svg.hashsalt": "quorum_watch", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9,
        "axes.edgecolor": INK, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    }  # fmt: skip
    with mpl.rc_context(settings):
        yield


def axes_of(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The axes given, or fresh ones of a size in inches, drawn without a screen."""
    if ax is not None:
        return ax
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def describe(ax: Axes, alt_text: str, table: Table) -> Axes:
    """Give a picture its words and its table."""
    ax.alt_text = alt_text  # type: ignore[attr-defined]
    ax.table_twin = table  # type: ignore[attr-defined]
    return ax


def when(step: Mapping[str, Any]) -> str:
    """The time of a step as an axis shows it; no hour where only the day is known."""
    moment = datetime.fromisoformat(step["at"])
    text = f"{moment.day} {moment:%b %H:%M}"
    return text if step["time_precision"] == "exact" else f"{moment.day} {moment:%b}"


def table_of(ax: Axes) -> Table:
    """Everything drawn, as header and rows."""
    found: Table = getattr(ax, "table_twin", ((), ()))
    return found


def table_first(ax: Axes) -> bool:
    """Whether the table is the answer and the picture an aid."""
    return bool(getattr(ax, "table_first", False))


def words_of(ax: Axes) -> str:
    """What the picture shows, in sentences."""
    text: str = getattr(ax, "alt_text", "")
    return text


def to_svg(ax: Axes, prefix: str = "") -> str:
    """The figure as SVG text without dates or random ids: same finding, same bytes.

    ``prefix`` makes the ids inside the picture unique on a page that shows several.
    """
    figure: Figure = ax.get_figure()  # type: ignore[assignment]
    out = StringIO()
    with style():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    if prefix:
        text = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{prefix}-", text)
    return text
