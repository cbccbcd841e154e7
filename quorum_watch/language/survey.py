"""What a clerk needs to keep the word list good: coverage, silence, how often terms fire, words nothing explains."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from quorum_watch.language.lexicon import Lexicon
from quorum_watch.language.pipeline import cut_words
from quorum_watch.language.settings import load_settings
from quorum_watch.language.words import fold
from quorum_watch.model import Interaction, Reading
from quorum_watch.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class TermUse:
    """One term of the lexicon: its topic, how often it fired, and words around it in a few messages."""

    topic: str
    term: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The topic stage over a whole workspace, in counts of messages."""

    messages: int
    with_topic: int
    inherited_only: int
    abstained: int
    linked: int
    possible: int
    scopes: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, int], ...]
    terms: tuple[TermUse, ...]
    unexplained: tuple[tuple[str, int], ...]
    never_fired: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A phrase that an agenda uses for one topic far more than for others: a candidate for the word list."""

    topic: str
    phrase: str
    count: int
    elsewhere: int
    strength: float
    example: str


def survey(
    interactions: Sequence[Interaction], readings: Sequence[Reading], lexicon: Lexicon, *, most: int = 40
) -> Survey:
    """Count what the topic stage did with every message."""
    fired: Counter[tuple[str, str]] = Counter()
    around: dict[tuple[str, str], list[str]] = defaultdict(list)
    topics: Counter[str] = Counter()
    unexplained: Counter[str] = Counter()
    own = inherited = 0
    for i, r in zip(interactions, readings, strict=True):
        named = {t.topic for t in r.topics}
        topics.update(named)
        own += any(not t.inherited for t in r.topics)
        inherited += bool(r.topics) and all(t.inherited for t in r.topics)
        for key in {(t.topic, t.rule.split(":", 1)[1]) for t in r.topics if ":" in t.rule and not t.inherited}:
            fired[key] += 1
            span = next(t for t in r.topics if (t.topic, t.rule.split(":", 1)[-1]) == key)
            source = i.subject if span.field == "subject" else i.text
            if len(around[key]) < 3:
                around[key].append(" ".join(source[max(0, span.start - 30) : span.end + 30].split()))
        if not named and r.outcome == "analysed":
            unexplained.update(_phrases(i.text))
    terms = tuple(
        TermUse(t, w, n, tuple(around[t, w])) for (t, w), n in sorted(fired.items(), key=lambda x: (-x[1], x[0]))
    )
    known = {(t.code, term) for t in lexicon.topics if t.enabled for term, _ in t.terms()}
    return Survey(
        messages=len(readings),
        with_topic=own,
        inherited_only=inherited,
        abstained=sum(not r.topics for r in readings),
        linked=sum(r.matter is not None for r in readings),
        possible=sum(r.matter is None and bool(r.candidates) for r in readings),
        scopes=tuple((s.value, sum(r.scope is s for r in readings)) for s in Scope),
        outcomes=tuple(sorted(Counter(r.outcome for r in readings).items())),
        topics=tuple(sorted(topics.items(), key=lambda x: (-x[1], x[0]))),
        terms=terms[:most],
        unexplained=tuple((p, n) for p, n in sorted(unexplained.items(), key=lambda x: (-x[1], x[0])) if n > 1)[:most],
        never_fired=len(known - set(fired)),
    )


def _phrases(text: str, *, longest: int = 3) -> set[str]:
    """Words and phrases of a text without function words at their ends."""
    stops = frozenset(load_settings().matters.stop_words)
    words = [w.lower() for w in cut_words(text[:4000])]
    found = set()
    for size in range(1, longest + 1):
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            if all(w.isalpha() and len(w) > 2 for w in run) and run[0] not in stops and run[-1] not in stops:
                found.add(" ".join(run))
    return found


def suggest_terms(
    texts: Sequence[tuple[str, str]], lexicon: Lexicon, *, most: int = 20, least: int = 4
) -> tuple[Suggestion, ...]:
    """Phrases that stand out for a topic in ``(text, topic)`` pairs, by log-odds; none that the lexicon has already.

    A clerk accepts them one by one: a phrase of this city's agenda may be a street, a firm or a person.
    """
    by_topic: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    size: Counter[str] = Counter()
    shown: dict[tuple[str, str], str] = {}
    for text, topic in texts:
        found = _phrases(text)
        by_topic[topic].update(found)
        total.update(found)
        size[topic] += 1
        for phrase in found:
            shown.setdefault((topic, phrase), " ".join(text.split())[:120])
    known = {_folded(term) for t in lexicon.topics for term, _ in t.terms()}
    everything = len(texts)
    result: list[Suggestion] = []
    for topic in sorted(by_topic):
        rest = everything - size[topic]
        rows = []
        for phrase, count in by_topic[topic].items():
            other = total[phrase] - count
            if count < least or _folded(phrase) in known:
                continue
            odds = math.log((count + 0.5) / (size[topic] - count + 0.5)) - math.log(
                (other + 0.5) / (rest - other + 0.5)
            )
            error = math.sqrt(1 / (count + 0.5) + 1 / (other + 0.5))
            if odds / error > 2:
                rows.append(Suggestion(topic, phrase, count, other, round(odds / error, 2), shown[topic, phrase]))
        result.extend(sorted(rows, key=lambda s: (-s.strength, s.phrase))[:most])
    return tuple(result)


def _folded(term: str) -> str:
    return " ".join(fold(w) for w in term.replace("-", " ").split())
