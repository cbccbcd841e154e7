"""The two first pictures: how the count grew, and who wrote to whom. Colour never carries meaning alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quorum_watch.plots.drawing import FAINT, INK, LINE, Finding, axes_of, describe, style, when
from quorum_watch.wording import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES = ("-", "--", "-.", ":", (0, (1, 1)), (0, (5, 1)))
_MARKERS = {"email": "o", "text": "s", "group_chat": "D", "call": "^", "in_person": "P", "memo": "v"}


def reach_curve(finding: Finding, ax: Axes | None = None) -> Axes:
    """Members reached after each step, with a line at each number of the law and the crossing marked.

    The horizontal axis is the order of steps, not the clock: what matters is after which contact a number was reached.
    """
    from matplotlib.ticker import MaxNLocator

    with style():
        ax = axes_of(ax, (7.2, 3.4))
        steps = finding["steps"]
        x = range(1, len(steps) + 1)
        y = [s["reached_after"] for s in steps]
        ax.step(x, y, where="post", color=INK, linewidth=1.8)
        ax.plot(x, y, linestyle="none", marker="o", color=INK, markersize=5)
        levels = _levels(finding)
        for k, (value, names) in enumerate(levels):
            ax.axhline(value, linestyle=_DASHES[k % len(_DASHES)], color=LINE, linewidth=1.2)
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
                ax.plot([crossing], [value], marker="D", markersize=8, markerfacecolor="none", markeredgecolor=INK)
        ax.set_xlabel("step")
        ax.set_ylabel("members reached")
        ax.set_ylim(0, max([*y, *(v for v, _ in levels), 2]) + 1)
        ax.set_xlim(0.5, max(len(steps), 2) + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    rows = tuple((str(s["n"]), when(s), str(s["reached_after"])) for s in steps)
    crossed = [
        f"{value} ({names}) at step {next(n for n, r in zip(x, y, strict=True) if r >= value)}"
        for value, names in levels
        if max(y, default=0) >= value
    ]
    words = f"Members reached after each of {len(steps)} steps, ending at {finding['reach']}. "
    words += f"Numbers reached: {'; '.join(crossed)}." if crossed else "No number of the law is reached."
    return describe(ax, words, (("step", "when", "members reached"), rows))


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
    with style():
        ax = axes_of(ax, (max(5.0, 1.6 + 0.42 * len(steps)), max(2.2, 0.9 + 0.32 * len(people))))
        for x, s in enumerate(steps, start=1):
            ends = [row[p] for p in s["to"]] + [row[s["from"]]]
            ax.plot([x, x], [min(ends), max(ends)], color=LINE, linewidth=1)
            ax.plot([x], [row[s["from"]]], marker=_MARKERS.get(s["channel"], "X"), color=INK, markersize=7)
            for p in s["to"]:
                ax.plot([x], [row[p]], marker="o", markersize=5, markerfacecolor="white", markeredgecolor=INK)
        lanes = [_lane(p, names, members) for p in people]
        ax.set_yticks([row[p] for p in people], lanes, fontsize=8, parse_math=False)
        ax.set_xticks(range(1, len(steps) + 1), [when(s) for s in steps], rotation=60, ha="right", fontsize=7)
        ax.set_xlim(0.4, len(steps) + 0.6)
        ax.set_ylim(-0.6, len(people) - 0.4)
        ax.grid(axis="y", color=FAINT, linewidth=0.6)
        ax.set_axisbelow(True)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    rows = tuple(
        (
            str(s["n"]),
            when(s),
            names.get(s["from"], s["from"]),
            ", ".join(names.get(p, p) for p in s["to"]),
            say(f"channel.{s['channel']}"),
        )
        for s in steps
    )
    words = f"{len(steps)} contacts among {len(people)} people in time order. "
    words += "A filled mark is who wrote or spoke, an open mark who received."
    return describe(ax, words, (("step", "when", "from", "to", "how"), rows))


def _people(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    seen: dict[str, None] = {}
    for s in steps:
        for p in (s["from"], *s["to"]):
            seen.setdefault(p)
    return list(seen)


def _lane(person: str, names: Mapping[str, str], members: set[str]) -> str:
    return names.get(person, person) + ("" if person in members else " (not a member)")
