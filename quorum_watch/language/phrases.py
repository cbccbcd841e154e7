"""Finding many phrases in one pass: a first-word index that walks as far as the longest phrase goes.

Each word of a text is a small set of keys: its folded form, every ``stem*`` it begins with, and, for acronyms, its
exact capitals. Most words start no phrase, so a text costs about one dictionary look-up per word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

#: Tokens that join or decorate words and never separate the words of a phrase.
SKIP = frozenset({"-", "--", "'", '"', "'s", "''", "*", "_", "~", "(", ")", "[", "]", "#", "@"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: token positions (``end`` exclusive) and what the phrase was entered with."""

    start: int
    end: int
    term: str
    payload: Any


class Phrases:
    """An index from phrases to payloads. Several payloads may share a phrase."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self.stems: list[str] = []

    def add(self, keys: Sequence[str], term: str, payload: Any) -> None:
        """Enter a phrase as its keys, one per word. An empty phrase is ignored."""
        if not keys:
            return
        node = self._root
        for key in keys:
            if key.endswith("*") and len(key) > 1 and key not in self.stems:
                self.stems.append(key)
            node = node.setdefault(key, {})
        node.setdefault("", []).append((term, payload))

    def find(self, words: Sequence[tuple[str, ...]]) -> list[Hit]:
        """All phrases in a text given as keys per word, in order of start, then of length."""
        hits: list[Hit] = []
        root = self._root
        for start, keys in enumerate(words):
            for key in keys:
                node = root.get(key)
                if node is not None:
                    self._walk(node, start, start + 1, words, hits)
        return hits

    def _walk(
        self, node: dict[str, Any], start: int, at: int, words: Sequence[tuple[str, ...]], hits: list[Hit]
    ) -> None:
        for term, payload in node.get("", ()):
            hits.append(Hit(start, at, term, payload))
        if at < len(words) and len(node) > ("" in node):
            for key in words[at]:
                child = node.get(key)
                if child is not None:
                    self._walk(child, start, at + 1, words, hits)


def keys_of(word: str, folded: str, stems: Sequence[str], *, capitals: Callable[[str], bool]) -> tuple[str, ...]:
    """The keys of one word: ``=WORD`` for acronyms, the folded form, and the stems it begins with.

    >>> keys_of("Rezoned", "rezoning", ["rezon*"], capitals=lambda w: w == "CUP")
    ('rezoning', 'rezon*')
    """
    keys = [f"={word}"] if capitals(word) else []
    keys.append(folded)
    keys.extend(s for s in stems if folded.startswith(s[:-1]))
    return tuple(keys)
