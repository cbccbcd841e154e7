"""Pictures for a memo: each takes a finding (the contract's JSON), draws on an axes, and says the same in words.

Every function returns the axes with two attributes: ``alt_text`` (what the picture shows, in sentences) and ``table``
(header and rows with everything drawn). Colour never carries meaning alone: lines differ in dash, points in shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

from quorum_watch.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Finding = Mapping[str, Any]
Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
_DASHES = ("-", "--", "-.", ":", (0, (1, 1)), (0, (5, 1)))
_INK = "#1a1a1a"
_MARKERS = {"email": "o", "text": "s", "group_chat": "D", "call": "^", "in_person": "P", "memo": "v"}


@contextmanager
def _style() -> Iterator[None]:
    """Fixed fonts, sizes and identifiers, so that the same finding gives the same bytes on every machine."""
    import matplotlib as mpl

    settings: Any = {
        "svg.hashsalt": "quorum_watch", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9,
        "axes.edgecolor": _INK, "text.color": _INK, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
    }  # fmt: skip
    with mpl.rc_context(settings):
        yield


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    if ax is not None:
        return ax
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def _describe(ax: Axes, alt_text: str, table: Table) -> Axes:
    ax.alt_text = alt_text  # type: ignore[attr-defined]
    ax.table_twin = table  # type: ignore[attr-defined]
    return ax


def _when(step: Mapping[str, Any]) -> str:
    moment = datetime.fromisoformat(step["at"])
    text = f"{moment.day} {moment:%b %H:%M}"
    return text if step["time_precision"] == "exact" else f"{moment.day} {moment:%b}"


def reach_curve(finding: Finding, ax: Axes | None = None) -> Axes:
    """Members reached after each step, with a line at each number of the law and the crossing marked.

    The horizontal axis is the order of steps, not the clock: what matters is after which contact a number was reached.
    """
    from matplotlib.ticker import MaxNLocator

    with _style():
        ax = _axes(ax, (7.2, 3.4))
        steps = finding["steps"]
        x = range(1, len(steps) + 1)
        y = [s["reached_after"] for s in steps]
        ax.step(x, y, where="post", color=_INK, linewidth=1.8)
        ax.plot(x, y, linestyle="none", marker="o", color=_INK, markersize=5)
        levels = _levels(finding)
        for k, (value, names) in enumerate(levels):
            ax.axhline(value, linestyle=_DASHES[k % len(_DASHES)], color="#5a5a5a", linewidth=1.2)
            ax.annotate(
                f"{value}: {names}",
                (len(steps), value),
                xytext=(0, 3),
                textcoords="offset points",
                ha="right",
                fontsize=7.5,
            )
            crossing = next((n for n, r in zip(x, y, strict=True) if r >= value), None)
            if crossing is not None:
                ax.plot([crossing], [value], marker="D", markersize=8, markerfacecolor="none", markeredgecolor=_INK)
        ax.set_xlabel("step")
        ax.set_ylabel("members reached")
        ax.set_ylim(0, max([*y, *(v for v, _ in levels), 2]) + 1)
        ax.set_xlim(0.5, max(len(steps), 2) + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    rows = tuple((str(s["n"]), _when(s), str(s["reached_after"])) for s in steps)
    crossed = [
        f"{value} ({names}) at step {next(n for n, r in zip(x, y, strict=True) if r >= value)}"
        for value, names in levels
        if max(y, default=0) >= value
    ]
    words = f"Members reached after each of {len(steps)} steps, ending at {finding['reach']}. "
    words += f"Numbers reached: {'; '.join(crossed)}." if crossed else "No number of the law is reached."
    return _describe(ax, words, (("step", "when", "members reached"), rows))


def _levels(finding: Finding) -> list[tuple[int, str]]:
    """Numbers of the law by value, with the names that share it; inferences are left to the table."""
    table: dict[int, list[str]] = {}
    for t in finding["thresholds"]:
        if t["inference"]:
            continue
        name = say(f"threshold.{t['name']}")
        if name not in table.setdefault(t["value"], []):
            table[t["value"]].append(name)
    return [(value, ", ".join(names)) for value, names in sorted(table.items())]


def swimlane(finding: Finding, ax: Axes | None = None, names: Mapping[str, str] | None = None) -> Axes:
    """Who wrote to whom, one row a person, one column a contact, in time order; ``names`` maps ids to shown names."""
    names = names or {}
    steps = finding["steps"]
    people = _people(steps)
    members = {m for group in finding["members"].values() for m in group}
    row = {p: len(people) - 1 - k for k, p in enumerate(people)}
    with _style():
        ax = _axes(ax, (max(5.0, 1.6 + 0.42 * len(steps)), max(2.2, 0.9 + 0.32 * len(people))))
        for x, s in enumerate(steps, start=1):
            ends = [row[p] for p in s["to"]] + [row[s["from"]]]
            ax.plot([x, x], [min(ends), max(ends)], color="#5a5a5a", linewidth=1)
            ax.plot([x], [row[s["from"]]], marker=_MARKERS.get(s["channel"], "X"), color=_INK, markersize=7)
            for p in s["to"]:
                ax.plot([x], [row[p]], marker="o", markersize=5, markerfacecolor="white", markeredgecolor=_INK)
        ax.set_yticks([row[p] for p in people], [_lane(p, names, members) for p in people], fontsize=8)
        ax.set_xticks(range(1, len(steps) + 1), [_when(s) for s in steps], rotation=60, ha="right", fontsize=7)
        ax.set_xlim(0.4, len(steps) + 0.6)
        ax.set_ylim(-0.6, len(people) - 0.4)
        ax.grid(axis="y", color="#dddddd", linewidth=0.6)
        ax.set_axisbelow(True)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    rows = tuple(
        (
            str(s["n"]),
            _when(s),
            names.get(s["from"], s["from"]),
            ", ".join(names.get(p, p) for p in s["to"]),
            say(f"channel.{s['channel']}"),
        )
        for s in steps
    )
    words = f"{len(steps)} contacts among {len(people)} people in time order. "
    words += "A filled mark is who wrote or spoke, an open mark who received."
    return _describe(ax, words, (("step", "when", "from", "to", "how"), rows))


def _people(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    seen: dict[str, None] = {}
    for s in steps:
        for p in (s["from"], *s["to"]):
            seen.setdefault(p)
    return list(seen)


def _lane(person: str, names: Mapping[str, str], members: set[str]) -> str:
    return names.get(person, person) + ("" if person in members else " (not a member)")


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
    with _style():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    if prefix:
        text = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{prefix}-", text)
    return text
