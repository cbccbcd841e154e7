"""Linking a message to a pending matter: shared words weighed by how rare they are, with a clear "none of these".

A message is compared with the title of every matter by TF-IDF over stems and pairs of stems. What identifies a matter
beyond doubt (its number, an address, a figure of the title) counts extra. The link is made only above a floor, and only
if the next best is well below; otherwise up to three matters are listed as possible, or none.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

import numpy as np

from quorum_watch.language.settings import load_settings
from quorum_watch.language.words import stem
from quorum_watch.model import MatterId, MatterLink


class Matter(Protocol):
    """What is needed of a matter; ``quorum_watch.workspace.Matter`` has it."""

    @property
    def matter_id(self) -> MatterId: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def topic(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Match:
    """A matter a message shares words with.

    ``score`` is the cosine of the two (0 to 1), ``evidence`` the summed rarity of the words shared, ``words`` their
    token positions in the message, ``exact`` whether a number or address of the matter stands in it.
    """

    matter: MatterId
    score: float
    evidence: float
    words: tuple[int, ...]
    exact: bool = False


@functools.cache
def _background() -> tuple[int, dict[str, int]]:
    raw = json.loads((resources.files(__package__) / "background.json").read_text("utf-8"))
    return int(raw["texts"]), dict(raw["counts"])


@functools.cache
def _stops() -> frozenset[str]:
    return frozenset(stem(w) for w in load_settings().matters.stop_words)


_NUMBER = re.compile(r"^\$?\d[\d,.]*%?[kKmM]?$")
_FILE = re.compile(r"^[A-Za-z]{0,4}-?\d{1,5}[-/]\d{1,5}(?:-\d{1,5})?$|^[A-Za-z]{1,4}-\d{1,5}$")


def features(words: Sequence[str]) -> list[tuple[str, int]]:
    """The comparable features of a text with the position of each: stems without function words, and numbers.

    >>> features(["Rezoning", "of", "1420", "Mill", "Rd"])
    [('rezon', 0), ('#1420', 2), ('mill', 3), ('road', 4)]
    """
    found: list[tuple[str, int]] = []
    for n, word in enumerate(words):
        mark = _feature(word)
        if mark:
            found.append((mark, n))
    return found


@functools.lru_cache(maxsize=200_000)
def _feature(word: str) -> str:
    if _NUMBER.match(word):
        plain = word.strip("$%").replace(",", "").rstrip(".").lower()
        return "#" + (plain[:-2] if plain.endswith(".0") else plain)
    if _FILE.match(word):
        return "#" + word.upper().replace("/", "-")
    if not any(c.isalpha() for c in word):
        return ""
    mark = stem(word)
    return "" if mark in _stops() or len(mark) < 2 else mark


class MatterIndex:
    """All matters of a workspace, ready to be compared with messages.

    ``cut`` cuts a title into words as messages are cut. Matters without a title take no part.
    """

    def __init__(self, matters: Sequence[Matter], cut: object) -> None:
        self._cut = cut
        self.matters = tuple(m for m in matters if m.title.strip())
        texts = [features(self._words(m.title)) for m in self.matters]
        self._ids = [m.matter_id for m in self.matters]
        self._names = [_identifiers(m) for m in self.matters]
        count: dict[str, int] = defaultdict(int)
        for text in texts:
            for mark in {f for f, _ in text}:
                count[mark] += 1
        self._count = dict(count)
        self._idf_cache: dict[str, float] = {}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._norm: list[float] = []
        for n, text in enumerate(texts):
            weights = self._weigh(text)
            self._norm.append(math.sqrt(sum(w * w for w in weights.values())) or 1.0)
            for mark, weight in weights.items():
                self._postings[mark].append((n, weight))
        for n, extra in enumerate(self._acronyms(texts)):
            for mark in extra:
                if mark not in self._count:
                    self._postings[mark].append((n, load_settings().matters.acronym))

    def _words(self, text: str) -> list[str]:
        return list(self._cut(text))  # type: ignore[operator]

    def _acronyms(self, texts: Sequence[Sequence[tuple[str, int]]]) -> list[set[str]]:
        """Initials by which people call a matter: "adu" for "accessory dwelling units"."""
        found: list[set[str]] = []
        for matter, text in zip(self.matters, texts, strict=True):
            words = self._words(matter.title)
            initials = [(n, words[n][0].lower()) for _, n in text if words[n][0].isalpha()]
            marks: set[str] = set()
            for size in (3, 4):
                for at in range(len(initials) - size + 1):
                    run = initials[at : at + size]
                    if run[-1][0] - run[0][0] == size - 1:
                        marks.add("".join(c for _, c in run))
            found.append(marks)
        return found

    def _idf(self, mark: str) -> float:
        known = self._idf_cache.get(mark)
        if known is not None:
            return known
        texts, counts = _background()
        own, pool = self._count.get(mark, 0), len(self.matters)
        if mark.startswith("#"):
            general = load_settings().matters.number
        else:
            general = math.log((texts + 1) / (counts.get(mark, 1) + 0.5))
        local = math.log((pool + 1) / (own + 0.5)) if own else math.log(pool + 1)
        # A small pool says little about rarity; a large one says more than any other city's papers.
        trust = pool / (pool + load_settings().matters.pool_half)
        value = max(0.1, (1 - trust) * general + trust * local)
        self._idf_cache[mark] = value
        return value

    def _weigh(self, text: Sequence[tuple[str, int]]) -> dict[str, float]:
        """Weight of each stem and of each pair of neighbouring stems."""
        weights: dict[str, float] = {}
        times: dict[str, int] = defaultdict(int)
        for mark, _ in text:
            times[mark] += 1
        for mark, n in times.items():
            weights[mark] = self._idf(mark) * (1 + math.log(n))
        pair = load_settings().matters.pair
        for (a, at), (b, to) in zip(text, text[1:], strict=False):
            if to - at <= 2:
                weights.setdefault(f"{a} {b}", pair * (self._idf(a) + self._idf(b)))
        return weights

    def match(self, words: Sequence[str], *, most: int = 4) -> list[Match]:
        """Matters that share words with a message, best first, at most ``most``."""
        if not self.matters:
            return []
        text = features(words)
        if not text:
            return []
        postings = self._postings
        if not any(mark in postings for mark, _ in text):
            return []
        query = self._weigh(text)
        size = math.sqrt(sum(w * w for w in query.values())) or 1.0
        dot: dict[int, float] = defaultdict(float)
        evidence: dict[int, float] = defaultdict(float)
        shared: dict[int, set[str]] = defaultdict(set)
        for mark, weight in query.items():
            for n, own in postings.get(mark, ()):
                dot[n] += weight * own
                evidence[n] += min(weight, own)
                shared[n].add(mark)
        matches = []
        for n, value in dot.items():
            marks = shared[n]
            named = bool(marks & self._names[n])
            score = value / (size * self._norm[n])
            if named:
                score = max(score, load_settings().matters.named)
            at = tuple(p for mark, p in text if mark in marks)
            matches.append(Match(self._ids[n], min(1.0, score), evidence[n], at, named))
        matches.sort(key=lambda m: (-m.score, -m.evidence, m.matter))
        return matches[:most]

    def null_scores(self) -> np.ndarray:
        """For each matter, the score of its title against the best *other* matter: what chance overlap looks like.

        Shape (number of matters,); empty for fewer than two matters.
        """
        scores = []
        for matter in self.matters:
            others = [m for m in self.match(self._words(matter.title), most=3) if m.matter != matter.matter_id]
            scores.append(others[0].score if others else 0.0)
        return np.asarray(scores if len(scores) > 1 else [], dtype=float)

    def floor(self) -> float:
        """The least score at which a message is linked: the shipped floor, or what this agenda's own titles demand."""
        settings = load_settings().matters
        null = self.null_scores()
        if len(null) < settings.pool_calibrate:
            return settings.floor
        return float(
            min(
                settings.floor_most,
                max(settings.floor, np.quantile(null, settings.null_quantile) * settings.null_share),
            )
        )


def _identifiers(matter: Matter) -> frozenset[str]:
    """Numbers by which a matter is named: its id if it looks like a file number, and file numbers of its title."""
    words = re.findall(r"[\w$%.,/-]+", f"{matter.matter_id} {matter.title}")
    return frozenset(_feature(w.strip(".,")) for w in words if _FILE.match(w.strip(".,")))


def decide(matches: Sequence[Match], floor: float) -> tuple[Match | None, tuple[Match, ...]]:
    """The matter linked, if one is certain enough, and those possible otherwise (at most three)."""
    settings = load_settings().matters
    sure = [m for m in matches if m.exact or (m.score >= floor and m.evidence >= settings.evidence)]
    if sure and sure[0] is matches[0]:
        second = matches[1].score if len(matches) > 1 else 0.0
        if sure[0].score - second >= settings.gap or sure[0].score >= settings.certain and sure[0].score > second:
            return sure[0], ()
    possible = [m for m in matches if m.evidence >= settings.possible]
    return None, tuple(possible[:3])


def as_links(matches: Iterable[Match], words: Sequence[str]) -> tuple[MatterLink, ...]:
    """Matches as the project's records, with the words that were shared."""
    return tuple(
        MatterLink(m.matter, round(m.score, 4), tuple(dict.fromkeys(words[n].lower() for n in m.words)))
        for m in matches
    )
