"""Who could have known what by when, on which days, and who was connected at a moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from quorum_watch.plots.drawing import FAINT, INK, LINE, Finding, axes_of, describe, style
from quorum_watch.vocabulary import SYNCHRONOUS
from quorum_watch.wording import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOGETHER = frozenset(c.value for c in SYNCHRONOUS)


def who_knew_when(
    finding: Finding, ax: Axes | None = None, names: Mapping[str, str] | None = None, at: datetime | None = None
) -> Axes:
    """Who could have known whose words by a moment (the end, unless ``at`` says), and since when. A table first.

    Words travel with a contact: whoever receives one can know what its sender said then, and whatever the sender could
    know from earlier contacts of this finding. It shows what was possible, never what was passed on.
    """
    names = names or {}
    steps = [s for s in finding["steps"] if at is None or datetime.fromisoformat(s["at"]) <= at]
    held = _knowledge(steps)
    people = _people(finding["steps"])
    by = at or datetime.fromisoformat(finding["last"])
    with style():
        ax = axes_of(ax, (1.8 + 0.42 * len(people), 1.2 + 0.36 * len(people)))
        for y, hearer in enumerate(people):
            for x, speaker in enumerate(people):
                n = held.get(hearer, {}).get(speaker)
                if n is not None:
                    ax.plot([x], [y], marker="s", markersize=15, markerfacecolor="white", markeredgecolor=INK)
                    ax.annotate(str(n), (x, y), ha="center", va="center", fontsize=8)
        labels = [names.get(p, p) for p in people]
        ax.set_xticks(range(len(people)), labels, rotation=60, ha="right", fontsize=8, parse_math=False)
        ax.set_yticks(range(len(people)), labels, fontsize=8, parse_math=False)
        ax.set_xlim(-0.6, len(people) - 0.4)
        ax.set_ylim(len(people) - 0.4, -0.6)
        ax.set_xlabel("the words of")
        ax.set_ylabel("could know")
        ax.grid(color=FAINT, linewidth=0.6)
        ax.set_axisbelow(True)
    when_of = {s["n"]: _short(datetime.fromisoformat(s["at"])) for s in steps}
    rows = tuple(
        (names.get(h, h), names.get(sp, sp), str(n), when_of[n])
        for h, sp, n in sorted(
            ((h, sp, n) for h, words in held.items() for sp, n in words.items()), key=lambda r: (r[2], r[0], r[1])
        )
    )
    values = {"at": _short(by), "pairs": len(rows)}
    words = say("review.plot.knew", values) if rows else say("review.plot.knew_none", values)
    head = tuple(say(f"review.head.{h}") for h in ("person", "knew", "step", "when"))
    ax.table_first = True  # type: ignore[attr-defined]
    return describe(ax, words, (head, rows))


def _knowledge(steps: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Hearer -> speaker -> the step at which those words could first be known."""
    held: dict[str, dict[str, int]] = {}
    ordered = sorted(steps, key=lambda s: (s["at"], s["n"]))
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end]["at"] == ordered[start]["at"]:
            end += 1
        heard = []  # contacts of one instant cannot carry one another's words
        for s in ordered[start:end]:
            present = [s["from"], *s["to"]]
            speakers = present if s["channel"] in _TOGETHER else [s["from"]]
            for speaker in speakers:
                carried = {speaker, *held.get(speaker, {})}
                heard += [(h, w, s["n"]) for h in present if h != speaker for w in carried if w != h]
        for hearer, speaker, n in heard:
            held.setdefault(hearer, {}).setdefault(speaker, n)
        start = end
    return held


def calendar_strip(finding: Finding, ax: Axes | None = None) -> Axes:
    """Contacts per day, every day from the first to the last on one line, weekends set apart by shape of the frame."""
    days = [datetime.fromisoformat(s["at"]).date() for s in finding["steps"]]
    first, last = min(days), max(days)
    length = (last - first).days + 1
    counts = {first + timedelta(days=k): 0 for k in range(length)}
    for d in days:
        counts[d] += 1
    with style():
        ax = axes_of(ax, (min(14.0, 2.0 + 0.32 * length), 1.5))
        for x, (day, n) in enumerate(counts.items()):
            dash = ":" if day.isoweekday() > 5 else "-"
            ax.plot([x, x], [0, 1], linestyle=dash, color=FAINT if n == 0 else LINE, linewidth=1)
            if n:
                ax.plot([x], [0.5], marker="s", markersize=14, markerfacecolor="white", markeredgecolor=INK)
                ax.annotate(str(n), (x, 0.5), ha="center", va="center", fontsize=8)
        every = max(1, math.ceil(length / 14))
        shown = [(x, d) for x, d in enumerate(counts) if x % every == 0]
        labels = [f"{d.day} {d:%b}" for _, d in shown]
        ax.set_xticks([x for x, _ in shown], labels, rotation=60, ha="right", fontsize=7)
        ax.set_yticks([])
        ax.set_xlim(-0.7, length - 0.3)
        ax.set_ylim(-0.1, 1.1)
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
    rows = tuple((f"{d.day} {d:%B %Y}", str(n)) for d, n in counts.items() if n)
    values = {"days": len(rows), "first": f"{first.day} {first:%B %Y}", "last": f"{last.day} {last:%B %Y}"}
    words = say("review.plot.calendar", values | {"most": max(counts.values())})
    return describe(ax, words, ((say("review.head.day"), say("review.head.contacts")), rows))


def network_at(
    finding: Finding, ax: Axes | None = None, names: Mapping[str, str] | None = None, at: datetime | None = None
) -> Axes:
    """Who had been in contact by a moment (the end, unless ``at`` says). People stand on a circle in a fixed order.

    Squares are members, circles are not; a line's number says how many contacts went that way.
    """
    names = names or {}
    steps = [s for s in finding["steps"] if at is None or datetime.fromisoformat(s["at"]) <= at]
    people = _people(finding["steps"])
    members = {m for group in finding["members"].values() for m in group}
    spot = {
        p: (math.cos(2 * math.pi * k / len(people)), math.sin(2 * math.pi * k / len(people)))
        for k, p in enumerate(people)
    }
    ties: dict[tuple[str, str], int] = {}
    for s in steps:
        for p in s["to"]:
            if p != s["from"]:
                ties[s["from"], p] = ties.get((s["from"], p), 0) + 1
    by = at or datetime.fromisoformat(finding["last"])
    with style():
        ax = axes_of(ax, (7.0, 5.0))
        for (a, b), n in ties.items():
            ax.annotate(
                "", spot[b], spot[a],
                arrowprops={
                    "arrowstyle": "-|>", "color": LINE, "linewidth": 0.8 + 0.5 * min(n, 5), "shrinkA": 11,
                    "shrinkB": 11, "connectionstyle": "arc3,rad=0.12",
                },
            )  # fmt: skip
            (xa, ya), (xb, yb) = spot[a], spot[b]
            x, y = xa + 0.62 * (xb - xa) + 0.1 * (yb - ya), ya + 0.62 * (yb - ya) - 0.1 * (xb - xa)
            ax.annotate(str(n), (x, y), ha="center", va="center", fontsize=7)
        for p, (x, y) in spot.items():
            shape = "s" if p in members else "o"
            ax.plot([x], [y], marker=shape, markersize=14, markerfacecolor="white", markeredgecolor=INK)
            label = names.get(p, p)
            side = "left" if x > 0.2 else "right" if x < -0.2 else "center"
            ax.annotate(label, (1.12 * x, 1.14 * y), ha=side, va="center", fontsize=8, parse_math=False)
        ax.set_xlim(-2.1, 2.1)
        ax.set_ylim(-1.4, 1.4)
        ax.set_axis_off()
    rows = tuple((names.get(a, a), names.get(b, b), str(n)) for (a, b), n in sorted(ties.items()))
    values = {"people": len({p for tie in ties for p in tie}), "contacts": len(steps), "at": _short(by)}
    head = tuple(say(f"review.head.{h}") for h in ("who", "to", "contacts"))
    return describe(ax, say("review.plot.network", values), (head, rows))


def _people(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(p for s in steps for p in (s["from"], *s["to"])))


def _short(at: datetime) -> str:
    return f"{at.day} {at:%b %Y, %H:%M}"
