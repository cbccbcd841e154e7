"""Finding many phrases in one pass: a first-word index that walks as far as the longest phrase goes.

Each word of a text is a small set of keys: its folded form, every ``stem*`` it begins with, and, for acronyms, its
exact capitals. Most words start no phrase, so a text costs about one dictionary look-up per word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from quorum_watch.language.words import fold

#: Tokens that join or decorate words and never separate the words of a phrase.
SKIP = frozenset({"-", "--", "'", '"', "'s", "'S", "''", "*", "_", "~", "(", ")", "[", "]", "#", "@"})


class Hit(NamedTuple):
    """A phrase found: token positions (``end`` exclusive) and what the phrase was entered with."""

    start: int
    end: int
    term: str
    payload: Any


class _Word(NamedTuple):
    """What is remembered of a word: the keys it is looked up by and the phrases it may begin."""

    keys: tuple[str, ...]
    nodes: tuple[dict[str, Any], ...]


class Phrases:
    """An index from phrases to payloads. Several payloads may share a phrase.

    A phrase is entered as one key per word: a folded word, ``stem*``, or ``=WORD`` for exact capitals.

    >>> index = Phrases()
    >>> index.add(["dog", "park"], "dog park", "parks")
    >>> index.add(["rezon*"], "rezon*", "zoning")
    >>> [(h.term, h.start, h.end) for h in index.find(["the", "dog", "-", "parks", "rezoned"])]
    [('dog park', 1, 4), ('rezon*', 4, 5)]
    """

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._stems: list[str] = []
        self._exact: set[str] = set()
        self._words: dict[str, _Word | None] = {}

    def add(self, keys: Sequence[str], term: str, payload: Any) -> None:
        """Enter a phrase. An empty one is ignored."""
        if not keys:
            return
        self._words.clear()
        node = self._root
        for key in keys:
            if key.startswith("=") and len(key) > 1:
                self._exact.add(key[1:])
            elif key.endswith("*") and len(key) > 1 and key not in self._stems:
                self._stems.append(key)
            node = node.setdefault(key, {})
        node.setdefault("", []).append((term, payload))

    def forget(self) -> None:
        """Drop what is remembered of words of texts seen so far; the phrases stay."""
        self._words.clear()

    def find(self, words: Sequence[str]) -> list[Hit]:
        """All phrases in a text given as words, in order of start. Joining marks between words are passed over."""
        known = self._words
        place: list[int] = []
        row: list[_Word] = []
        starts: list[int] = []
        for n, word in enumerate(words):
            try:
                entry = known[word]
            except KeyError:
                entry = self._learn(word)
            if entry is not None:
                if entry.nodes:
                    starts.append(len(row))
                place.append(n)
                row.append(entry)
        hits: list[Hit] = []
        for at in starts:
            for node in row[at].nodes:
                _walk(node, at, at + 1, row, place, hits)
        return hits

    def _learn(self, word: str) -> _Word | None:
        if len(self._words) > 200_000:
            self._words.clear()
        entry: _Word | None = None
        if word not in SKIP and not word.isspace():
            folded = fold(word)
            keys = [f"={word}"] if word in self._exact else []
            keys.append(folded)
            keys.extend(s for s in self._stems if folded.startswith(s[:-1]))
            entry = _Word(tuple(keys), tuple(self._root[k] for k in keys if k in self._root))
        self._words[word] = entry
        return entry


def _walk(
    node: dict[str, Any], start: int, at: int, row: Sequence[_Word], place: Sequence[int], hits: list[Hit]
) -> None:
    ends = node.get("")
    if ends is not None:
        for term, payload in ends:
            hits.append(Hit(place[start], place[at - 1] + 1, term, payload))
        if len(node) == 1:
            return
    if at < len(row):
        for key in row[at].keys:
            child = node.get(key)
            if child is not None:
                _walk(child, start, at + 1, row, place, hits)


def longer_ones(hits: Sequence[Hit]) -> list[list[Hit]]:
    """For each hit (in order of start) the longer hits that cover it. Linear: only near neighbours are looked at."""
    reach = max((h.end - h.start for h in hits), default=0)
    result: list[list[Hit]] = []
    for n, hit in enumerate(hits):
        size = hit.end - hit.start
        over: list[Hit] = []
        if size < reach:
            for step in (-1, 1):
                k = n + step
                while 0 <= k < len(hits) and hit.start - reach <= hits[k].start <= hit.start:
                    other = hits[k]
                    if other.end >= hit.end and other.end - other.start > size:
                        over.append(other)
                    k += step
        result.append(over)
    return result
