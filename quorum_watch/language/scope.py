"""Whether a message concerns the City's business: ``business``, ``not_business`` or ``unclear``, and why.

A topic word alone does not make a message City business (people bowl, drive and drink water); a linked matter, stronger
topic evidence, or procedure together with a topic does. What cannot be told is ``unclear``: shown, never dropped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Sequence
from importlib import resources
from typing import NamedTuple

from quorum_watch.language.phrases import SKIP, Phrases, longer_ones
from quorum_watch.language.settings import load_settings
from quorum_watch.language.words import fold
from quorum_watch.vocabulary import Act, Scope

CUES = ("procedure", "social", "schedule", "shift")
#: Acts that are about a vote or a position; with any sign of the body's work they make a message business.
CORE = frozenset({Act.POLL, Act.COMMIT, Act.RELAY, Act.SEEK_SUPPORT, Act.DECIDE})
#: Acts that alone never make a message business.
IDLE = frozenset({Act.SOCIAL, Act.SCHEDULE})


class Cue(NamedTuple):
    """Words that tell something about scope: token positions and which list they stand in."""

    kind: str
    start: int
    end: int
    term: str


class CueFinder:
    """Finds the words of ``scope.toml``."""

    def __init__(self, cut: Callable[[str], Sequence[str]]) -> None:
        raw = tomllib.loads((resources.files(__package__) / "scope.toml").read_text("utf-8"))
        self._phrases = Phrases()
        for kind in CUES:
            for term in raw[kind]:
                self._phrases.add([fold(w) for w in cut(term) if w not in SKIP], term, kind)

    def find(self, words: Sequence[str]) -> list[Cue]:
        """Cues in a text given as words; a cue inside a longer one is left out."""
        found = self._phrases.find(words)
        if len(found) < 2:
            return [Cue(h.payload, h.start, h.end, h.term) for h in found]
        over = longer_ones(found)
        return [Cue(h.payload, h.start, h.end, h.term) for h, longer in zip(found, over, strict=True) if not longer]


def judge_scope(
    *,
    linked: bool,
    points: int,
    strong: int,
    cues: Sequence[Cue],
    acts: Collection[Act] = (),
    private: bool = False,
    in_thread: bool = False,
) -> Scope:
    """Scope of a message from its own words and acts.

    ``points`` are those of its strongest topic, ``strong`` its distinct strong terms. ``private`` says that the act
    rules take it for private talk, ``in_thread`` that it answers a message about City business.

    >>> judge_scope(linked=False, points=5, strong=1, cues=[]).value
    'business'
    >>> talk = [Cue("social", 0, 1, "pizza"), Cue("social", 2, 3, "beer")]
    >>> judge_scope(linked=False, points=0, strong=0, cues=talk).value
    'not_business'
    """
    rules = load_settings().scope
    if linked:
        return Scope.BUSINESS
    terms = {(c.term, c.kind) for c in cues}
    count = {kind: sum(1 for _, k in terms if k == kind) for kind in CUES}
    about_votes = any(a in CORE for a in acts)
    idle = bool(acts) and all(a in IDLE for a in acts)
    topical = points >= rules.social_topic
    if in_thread and about_votes and not private:
        return Scope.BUSINESS
    if count["social"] >= rules.social and points < rules.social_topic + count["social"]:
        return Scope.NOT_BUSINESS
    if private and not topical and not count["procedure"] and (count["social"] or idle or not in_thread):
        return Scope.NOT_BUSINESS
    if points >= rules.business or strong >= rules.strong_terms:
        return Scope.BUSINESS
    if topical and (count["procedure"] or about_votes or in_thread):
        return Scope.BUSINESS
    if count["procedure"] >= rules.procedure and not count["social"] and (points or about_votes):
        return Scope.BUSINESS
    if topical or count["procedure"]:
        return Scope.UNCLEAR
    if count["social"] and not in_thread:
        return Scope.NOT_BUSINESS
    if idle and (Act.SOCIAL in acts or not in_thread) and (count["social"] or not in_thread):
        return Scope.NOT_BUSINESS
    if count["schedule"] and not acts and not in_thread:
        return Scope.NOT_BUSINESS
    return Scope.UNCLEAR
