"""The words of a message with what they do marked in place, for and against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from quorum_watch.notebook.page import lines, shown
from quorum_watch.vocabulary import MERITS, Act
from quorum_watch.wording import say

Mask = Callable[[str], str]
_ACTS = frozenset(Act)
#: Acts whose words may weigh for a closer look; the other acts (dates, logistics, facts, a caution) may weigh against.
_FOR = MERITS | {Act.SIGN, Act.CONCEAL}
_AROUND = 160
_LONGEST = 1_600


def weight(says: str) -> str:
    """Which way words that do ``says`` may weigh: ``for``, ``against``, or ``""`` for words that only show a topic.

    >>> weight("commit"), weight("schedule"), weight("budget")
    ('for', 'against', '')
    """
    if says not in _ACTS:
        return ""
    return "for" if Act(says) in _FOR else "against"


def marked(text: str, spans: Sequence[Mapping[str, Any]], mask: Mask) -> Markup:
    """A message's text with its spans marked; a long message keeps what stands around the marks.

    ``spans`` are evidence as in the contract. A span whose words are not found at its place is left to
    :func:`quoted`, so that a mark never stands on other words than those it is about.
    """
    kept = [s for s in spans if weight(s["says"]) and text[s["start"] : s["end"]] == s["exact"] and s["exact"].strip()]
    cuts = sorted({0, len(text), *(s["start"] for s in kept), *(s["end"] for s in kept)})
    windows = _windows(text, kept)
    parts: list[Markup] = []
    gap = False
    for a, b in pairwise(cuts):
        over = [s for s in kept if s["start"] <= a and b <= s["end"]]
        for lo, hi in _clip(a, b, windows):
            if gap or lo > a:
                parts.append(Markup(" … "))
                gap = False
            parts.append(_piece(mask(text[lo:hi]), over, [s for s in over if s["end"] == hi]))
            gap = hi < b
        gap = gap or not _clip(a, b, windows)
    if gap:
        parts.append(Markup(" …"))
    return Markup("").join(parts)


def quoted(span: Mapping[str, Any], mask: Mask) -> Markup:
    """A span by itself, with the few words around it."""
    before, after = shown(mask(span["prefix"])), shown(mask(span["suffix"]))
    return before + _piece(mask(span["exact"]), [span], [span]) + after


def _windows(text: str, kept: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    if len(text) <= _LONGEST:
        return [(0, len(text))]
    found = [(0, _AROUND)] + [(max(0, s["start"] - _AROUND), min(len(text), s["end"] + _AROUND)) for s in kept]
    merged: list[tuple[int, int]] = []
    for lo, hi in sorted(found):
        if merged and lo <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(hi, merged[-1][1]))
        else:
            merged.append((lo, hi))
    return merged


def _clip(a: int, b: int, windows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(max(a, lo), min(b, hi)) for lo, hi in windows if max(a, lo) < min(b, hi)]


def _piece(text: str, over: Sequence[Mapping[str, Any]], ending: Sequence[Mapping[str, Any]]) -> Markup:
    words = lines(text) + (Markup("\n") if text.endswith("\n") else Markup(""))
    if not over:
        return words
    weights = {weight(s["says"]) for s in over}
    kind = "for" if "for" in weights else "against"
    inner = Markup('<mark class="{}">{}</mark>').format(kind, words)
    for s in ending:
        hand = f", {say('review.mark.by_hand')}" if s["by_hand"] else ""
        label = f" [{say('act.' + s['says'])}: {say('review.mark.' + weight(s['says']))}{hand}]"
        inner += Markup('<span class="says">{}</span>').format(shown(label))
    return inner
