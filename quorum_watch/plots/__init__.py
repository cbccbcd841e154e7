"""Pictures for a memo: each takes a finding (the contract's JSON), draws on an axes, and says the same in words.

Every function returns matplotlib axes with their words (:func:`words_of`) and their table (:func:`table_of`). Colour
never carries meaning alone: lines differ in dash, points in shape, so that a photocopy says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from quorum_watch.plots.curves import reach_curve, swimlane
from quorum_watch.plots.drawing import Finding, Table, table_first, table_of, to_svg, words_of
from quorum_watch.plots.people import calendar_strip, network_at, who_knew_when

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _reach(finding: Finding, names: Mapping[str, str]) -> Axes:  # noqa: ARG001
    return reach_curve(finding)


def _lanes(finding: Finding, names: Mapping[str, str]) -> Axes:
    return swimlane(finding, names=names)


def _knew(finding: Finding, names: Mapping[str, str]) -> Axes:
    return who_knew_when(finding, names=names)


def _calendar(finding: Finding, names: Mapping[str, str]) -> Axes:  # noqa: ARG001
    return calendar_strip(finding)


def _network(finding: Finding, names: Mapping[str, str]) -> Axes:
    return network_at(finding, names=names)


#: Every picture by name, in the order in which a reader should meet them; the network comes last.
KINDS: dict[str, Callable[[Finding, Mapping[str, str]], Axes]] = {
    "reach_curve": _reach,
    "swimlane": _lanes,
    "who_knew_when": _knew,
    "calendar_strip": _calendar,
    "network_at": _network,
}


def draw(kind: str, finding: Finding, names: Mapping[str, str]) -> Axes:
    """The picture of that name, with people called as ``names`` says."""
    return KINDS[kind](finding, names)


__all__ = [
    "KINDS", "Finding", "Table", "calendar_strip", "draw", "network_at", "reach_curve", "swimlane", "table_first",
    "table_of", "to_svg", "who_knew_when", "words_of",
]  # fmt: skip
