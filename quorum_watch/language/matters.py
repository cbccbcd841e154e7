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
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from typing import NamedTuple, Protocol

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


class Match(NamedTuple):
    """A matter a message shares words with.

    ``score`` is the cosine of the two (0 to 1), ``evidence`` the summed rarity of the words shared, ``words`` their
    token positions in the message, ``exact`` whether a number of the matter stands in it, ``cover`` the share of the
    title's weight that was met, ``chance`` the calibrated chance that it is the matter meant (``weigh_matches``).
    """

    matter: MatterId
    score: float
    evidence: float
    words: tuple[int, ...]
    exact: bool = False
    cover: float = 0.0
    chance: float = 0.0


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
    before, skip = "", -1
    for n, word in enumerate(words):
        if n <= skip:
            continue
        mark = _feature(word)
        if word[-1:].isdigit():
            skip = _number_end(words, n)
            if skip > n:
                mark = _feature("".join(words[n : skip + 1]))
            # "3" says nothing, "ward 3" and "amendment 4" do.
            if len(mark) < 4 and mark[1:].isdigit() and mark[0] == "#":
                mark = f"#{before}{mark[1:]}" if before in _NUMBERED else ""
        if mark:
            found.append((mark, n))
        if word not in _BETWEEN:
            before = mark or (stem(word) if word.isalpha() else "")
    return found


#: What may stand between a word and its number: "ward no. 3".
_BETWEEN = frozenset({".", "#", "no", "No", "no.", "No.", "nr"})


def _number_end(words: Sequence[str], n: int) -> int:
    """Last token of a number that the tokenizer cut in pieces: 24 - 19, R-112 - 2026."""
    end = n
    while (
        end + 2 < len(words) and words[end + 1] in ("-", "/") and words[end + 2].isdigit() and words[n][-1:].isdigit()
    ):
        end += 2
    return end


#: Words (as stems) whose number names a thing.
_NUMBERED = frozenset(
    stem(w)
    for w in [
        "ward",
        "district",
        "amendment",
        "well",
        "station",
        "resolution",
        "ordinance",
        "article",
        "item",
        "tif",
        "tid",
        "tier",
        "route",
        "lift",
        "pump",
        "fund",
        "phase",
    ]
)


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

    ``cut`` cuts a title into words as messages are cut. Matters without a title take no part. ``names`` are words of
    the names of people and bodies: like words for offices they link nothing by themselves.
    """

    def __init__(
        self, matters: Sequence[Matter], cut: Callable[[str], Sequence[str]], names: Iterable[str] = ()
    ) -> None:
        self._cut = cut
        self._weak = frozenset(stem(w.lower()) for w in (*load_settings().matters.role_words, *names))
        self._pair = load_settings().matters.pair
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
        return list(self._cut(text))

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
        if len(self._idf_cache) < 100_000:
            self._idf_cache[mark] = value
        return value

    def _weigh(self, text: Sequence[tuple[str, int]]) -> dict[str, float]:
        """Weight of each stem and of each pair of neighbouring stems."""
        weights: dict[str, float] = {}
        times: dict[str, int] = {}
        for mark, _ in text:
            times[mark] = times.get(mark, 0) + 1
        for mark, n in times.items():
            weights[mark] = self._idf(mark) * (1 + math.log(n) if n > 1 else 1.0)
        last, before = "", -9
        for mark, at in text:
            if at - before <= 2:
                pair = f"{last} {mark}"
                if pair not in weights:
                    weights[pair] = self._pair * (self._idf(last) + self._idf(mark))
            last, before = mark, at
        return weights

    def match(self, words: Sequence[str], *, most: int = 4) -> list[Match]:
        """Matters that share words with a message, best first, at most ``most``; ``chance`` is not yet weighed."""
        return self.match_features(features(words), most=most) if self.matters else []

    def match_features(self, text: Sequence[tuple[str, int]], *, most: int = 4) -> list[Match]:
        """The same for a message given as ``features``."""
        postings = self._postings
        if not any(mark in postings for mark, _ in text):
            return []
        query = self._weigh(text)
        size = math.sqrt(sum([w * w for w in query.values()])) or 1.0
        # Per matter: dot product, evidence, weight of the title met.
        sums: dict[int, list[float]] = {}
        shared: dict[int, list[str]] = {}
        for mark, weight in query.items():
            for n, own in postings.get(mark, ()):
                row = sums.get(n)
                if row is None:
                    row = sums[n] = [0.0, 0.0, 0.0]
                    shared[n] = []
                row[0] += weight * own
                row[1] += weight if weight < own else own
                row[2] += own * own
                shared[n].append(mark)
        for n in [n for n, marks in shared.items() if all(" " in m or m in self._weak for m in marks)]:
            del sums[n]
        norm = self._norm
        best = sorted(sums, key=lambda n: (-sums[n][0] / norm[n], -sums[n][1], self._ids[n]))
        named = [n for n in best[most:] if self._names[n] and not self._names[n].isdisjoint(shared[n])]
        matches = []
        for n in (*best[:most], *named):
            dot, evidence, met = sums[n]
            marks = set(shared[n])
            at = tuple([p for mark, p in text if mark in marks])
            exact = not self._names[n].isdisjoint(marks)
            cover = min(1.0, met / norm[n] ** 2)
            matches.append(Match(self._ids[n], min(1.0, dot / (size * norm[n])), evidence, at, exact, cover))
        return matches


def _identifiers(matter: Matter) -> frozenset[str]:
    """Numbers by which a matter is named: its id if it looks like a file number, and file numbers of its title."""
    words = re.findall(r"[\w$%.,/-]+", f"{matter.matter_id} {matter.title}")
    return frozenset(_feature(w.strip(".,")) for w in words if _FILE.match(w.strip(".,")))


def nearest(matches: Sequence[Match], most: int = 4) -> list[Match]:
    """The first ``most`` of matches given best first, and those further down whose number is named."""
    return [*matches[:most], *(m for m in matches[most:] if m.exact)]


def weigh_matches(
    matches: Sequence[Match], size: int, points: Mapping[str, int], topic_of: Mapping[MatterId, str]
) -> list[Match]:
    """The matches with the chance that each is the matter meant, as fitted on labelled messages (``settings.toml``).

    ``size`` is the number of features of the message, ``points`` its topic points, ``topic_of`` the topics of matters.

    What counts: rare words shared (less in a long message), the distance to the next matter that claims the same
    words, how much of the title was met, and whether the message shows the matter's topic by itself.
    """
    if not matches:
        return []
    rules = load_settings().link
    length = math.log1p(size)
    weighed = []
    agreeing: set[MatterId] = set()
    places = [set(m.words) for m in matches]
    for n, match in enumerate(matches):
        rival = max([m.score for k, m in enumerate(matches) if k != n and places[k] & places[n]], default=0.0)
        gap = match.score - rival
        evidence = min(match.evidence, rules.evidence_most)
        agree = min(3, points.get(topic_of.get(match.matter, ""), 0))
        if agree:
            agreeing.add(match.matter)
        logit = (
            rules.base
            + rules.evidence * evidence
            + rules.score * match.score
            + rules.gap * gap
            + rules.agree * agree
            + rules.cover * match.cover
            + rules.close * (gap < rules.close_gap)
            + rules.length * length
            + rules.evidence_length * evidence * length
        )
        chance = rules.named if match.exact else 1 / (1 + math.exp(-logit))
        weighed.append(match._replace(chance=round(chance, 4)))
    return sorted(weighed, key=lambda m: (not m.exact, -m.score - rules.rank * (m.matter in agreeing), m.matter))


def decide(matches: Sequence[Match]) -> tuple[Match | None, tuple[Match, ...]]:
    """The matter linked, if one is certain enough, and the others the message may concern (at most three).

    ``matches`` as ``weigh_matches`` gives them. A second matter named with words of its own ("the rezoning, and also
    the audit") is listed first among the others.
    """
    rules = load_settings().link
    if matches and matches[0].chance >= rules.link:
        first = matches[0]
        others = [m for m in matches[1:] if m.chance >= rules.link and not set(m.words) & set(first.words)]
        return first, tuple(others[:3])
    return None, tuple(m for m in matches[:3] if m.chance >= rules.possible)


def as_links(matches: Iterable[Match], words: Sequence[str]) -> tuple[MatterLink, ...]:
    """Matches as the project's records, with the words that were shared."""
    return tuple(
        MatterLink(m.matter, m.chance, tuple(dict.fromkeys(words[n].lower() for n in m.words))) for m in matches
    )
