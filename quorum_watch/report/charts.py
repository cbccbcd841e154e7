"""Pictures over time, drawn like those of :mod:`quorum_watch.plots`: fixed fonts and ids, shapes before colours."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from quorum_watch import plots
from quorum_watch.report.blocks import Picture
from quorum_watch.wording import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _PALE = "#1a1a1a", "#ffffff"
_DPI = 150
_LABELS = 14


def trend(labels: Sequence[str], counts: Sequence[int | None], inside: Sequence[bool], ax: Axes | None = None) -> Axes:
    """Bars, one a stretch of time: filled inside the period of the report, hatched outside, a cross where withheld."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with settings():
        if ax is None:
            figure = Figure(figsize=(7.2, 2.8), layout="constrained")
            FigureCanvasAgg(figure)
            ax = figure.add_subplot()
        top = max([c for c in counts if c] or [1])
        for x, (count, here) in enumerate(zip(counts, inside, strict=True)):
            if count is None:
                ax.plot([x], [top * 0.03], marker="x", color=_INK, markersize=6)
                continue
            face, hatch = ("#4d4d4d", "") if here else (_PALE, "//")
            ax.bar(x, count, width=0.7, edgecolor=_INK, facecolor=face, hatch=hatch)
            if count and len(labels) <= _LABELS:
                ax.annotate(str(count), (x, count), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8)
        ax.set_xticks(range(len(labels)), list(labels), rotation=60, ha="right", fontsize=8)
        ax.set_ylim(0, top * 1.18)
        ax.set_ylabel(say("report.trend.patterns_axis"))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    return ax


def settings() -> Any:
    """Fonts and identifiers that give the same bytes everywhere."""
    import matplotlib as mpl

    chosen: Any = {
        "svg.hashsalt": "quorum_watch", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9,
        "axes.edgecolor": _INK, "text.color": _INK, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
        "hatch.linewidth": 0.6,
    }  # fmt: skip
    return mpl.rc_context(chosen)


def svg(picture: Picture) -> str:
    """The picture as SVG text, its ids beginning with its key; drawn once, however many formats use it."""
    if "svg" not in picture.plate:
        ax = picture.plate.pop("axes", None) or picture.draw()
        picture.plate["svg"] = plots.to_svg(ax, prefix=picture.key)
    found: str = picture.plate["svg"]
    return found


def png(picture: Picture) -> tuple[bytes, float]:
    """The picture as PNG bytes without a date or a program name, and its width in inches.

    Drawn on fresh axes: laying a figure out a second time may move it by a hair.
    """
    if "png" not in picture.plate:
        out = BytesIO()
        figure: Any = picture.draw().get_figure()
        with settings():
            figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
        picture.plate["png"] = (out.getvalue(), float(figure.get_size_inches()[0]))
    found: tuple[bytes, float] = picture.plate["png"]
    return found
