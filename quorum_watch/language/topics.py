"""Which topics a text shows, each with the words that show it: the component ``qw_topics``.

Evidence is counted in points: each distinct term of a topic adds its weight once. A term inside a longer phrase of
another topic counts as weak ("park" inside "park and ride"), and not at all where its own topic says so (``not``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from quorum_watch.language.lexicon import WEIGHTS, Lexicon
from quorum_watch.language.phrases import SKIP, Hit, Phrases, longer_ones
from quorum_watch.language.words import fold

#: Cuts a term into words the way a text is cut.
Cut = Callable[[str], Sequence[str]]


class TopicHit(NamedTuple):
    """Words of a text that speak for a topic: token positions, the term, its list and its points here."""

    topic: str
    start: int
    end: int
    term: str
    kind: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Entry:
    topic: str
    kind: str
    weight: int


class TopicFinder:
    """Finds the terms of a lexicon in texts already cut into words."""

    def __init__(self, lexicon: Lexicon, cut: Cut) -> None:
        self.lexicon = lexicon
        self._phrases = Phrases()
        for topic in lexicon.topics:
            if topic.enabled:
                for term, kind in topic.terms():
                    self._enter(term, _Entry(topic.code, kind, WEIGHTS[kind]), cut)
                for term in topic.cancel:
                    self._enter(term, _Entry(topic.code, "not", 0), cut)

    def _enter(self, term: str, entry: _Entry, cut: Cut) -> None:
        if term.endswith("*"):
            self._phrases.add([term.lower()], term, entry)
            return
        words = [w for w in cut(term) if w not in SKIP and not w.isspace()]
        if entry.kind == "case":
            self._phrases.add([f"={w}" for w in words], term, entry)
        else:
            self._phrases.add([fold(w) for w in words], term, entry)

    def find(self, words: Sequence[str], *, shouted: bool = False) -> list[TopicHit]:
        """Topic hits of a text given as words. Positions count in ``words``.

        ``shouted`` says that the text is all capitals, so that capitals prove nothing: acronyms then only support a
        topic that other words show.
        """
        found = self._phrases.find(words)
        if not found:
            return []
        hits = [
            TopicHit(h.payload.topic, h.start, h.end, h.term, h.payload.kind, weight) for h, weight in _weigh(found)
        ]
        if shouted:
            sure = {h.topic for h in hits if h.kind != "case"}
            hits = [h for h in hits if h.kind != "case" or h.topic in sure]
        return hits


def _weigh(found: Sequence[Hit]) -> Iterable[tuple[Hit, int]]:
    over = longer_ones(found)
    for n, hit in enumerate(found):
        entry: _Entry = hit.payload
        if entry.kind == "not" or _cancelled(n, found):
            continue
        longer = [o.payload.topic for o in over[n] if o.payload.kind != "not"]
        if any(o.payload.kind == "not" and o.payload.topic == entry.topic for o in over[n]) or entry.topic in longer:
            continue
        yield hit, 1 if longer else entry.weight


def _cancelled(n: int, found: Sequence[Hit]) -> bool:
    """Whether the very same words are also a phrase in which the topic does not count."""
    hit = found[n]
    for step in (-1, 1):
        k = n + step
        while 0 <= k < len(found) and found[k].start == hit.start:
            other = found[k]
            if other.end == hit.end and other.payload.kind == "not" and other.payload.topic == hit.payload.topic:
                return True
            k += step
    return False


#: Kinds of street that name an address more often than they are the subject.
_STREETS = frozenset(
    fold(w)
    for w in [
        "street",
        "road",
        "avenue",
        "lane",
        "drive",
        "boulevard",
        "highway",
        "freeway",
        "parkway",
        "expressway",
        "st",
        "rd",
        "ave",
    ]
)


def _in_address(hit: Hit, words: Sequence[str]) -> bool:
    """Whether a street word only ends an address or name: "1515 South Harwood Street", "1420 mill rd"."""
    if hit.end - hit.start != 1 or hit.start == 0 or fold(words[hit.start]) not in _STREETS:
        return False
    before = words[max(0, hit.start - 3) : hit.start]
    return before[-1][:1].isupper() or any(w.isdigit() for w in before)


def count_points(hits: Iterable[TopicHit]) -> dict[str, int]:
    """Points per topic: each distinct term counts once. In order of first appearance.

    >>> count_points([TopicHit("parks", 0, 1, "park", "strong", 3), TopicHit("parks", 4, 5, "park", "strong", 3)])
    {'parks': 3}
    """
    best: dict[str, dict[str, int]] = {}
    for hit in hits:
        terms = best.setdefault(hit.topic, {})
        mark = hit.term.lower()
        terms[mark] = max(terms.get(mark, 0), hit.weight)
    return {topic: sum(terms.values()) for topic, terms in best.items()}


def rank_topics(points: dict[str, int], process: Collection[str], *, discount: float) -> list[str]:
    """Topics by points, strongest first, where a process topic (budget, procurement) counts less than a subject.

    Almost every agenda item costs money and is bought somehow; what it is about comes first.

    >>> rank_topics({"budget": 6, "parks": 5}, {"budget"}, discount=0.6)
    ['parks', 'budget']
    """
    return sorted(points, key=lambda t: -points[t] * (discount if t in process else 1.0))


def choose_topics(points: dict[str, int], *, floor: int, share: float) -> tuple[str, ...]:
    """Topics with enough points: at least ``floor``, and at least ``share`` of the strongest. Strongest first.

    >>> choose_topics({"parks": 5, "budget": 2, "legal": 1}, floor=2, share=0.3)
    ('parks', 'budget')
    """
    if not points:
        return ()
    top = max(points.values())
    kept = [(t, p) for t, p in points.items() if p >= floor and p >= share * top]
    return tuple(t for t, _ in sorted(kept, key=lambda item: -item[1]))


def is_shouted(text: str) -> bool:
    """Whether a text is written in capitals throughout, so that capitals mark no acronym.

    >>> is_shouted("DO NOT CLOSE THE POOL"), is_shouted("the TIF and the CUP")
    (True, False)
    """
    if text.islower():
        return False
    letters = [c for c in text[:500] if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    return len(letters) > 8 and capitals > 0.8 * len(letters)
