"""Find the cues of acts in one message, without its context.

A *cue* is a span that would be an act in the right place: "works for me" answers a proposal or a time, "yes" answers
anything. Cues carry the rule that fired; ``threads.py`` decides, message by message and in time order, which of them
are acts. Finding is a pure function of the text and the names a message may mention, so it can be cached by content.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from quorum_watch.language.acts.asking import (
    AGAINST,
    ASKING,
    ASKS_ANYWHERE,
    DOUBLE_NO,
    EITHER,
    NO_OBJECTION,
    NOT,
    NOT_AGAINST,
    REPORTS,
    SUPPOSES,
)
from quorum_watch.language.acts.normal import Line, spell_out
from quorum_watch.language.acts.patterns import Rule, Rules, load_rules
from quorum_watch.vocabulary import Act, Confidence, Polarity


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that would be an act in the right context; offsets are code points of the raw text.

    ``sentence`` numbers the sentence; ``asks`` says whether it is a question; ``kind`` and ``where`` are the rule's.
    ``people`` are the persons named inside the clause, in order.
    """

    act: Act
    start: int
    end: int
    polarity: Polarity
    confidence: Confidence
    rule: str
    kind: str
    where: str
    sentence: int
    asks: bool
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its offsets, whether it asks, its spelled-out words, and the people it names."""

    start: int
    end: int
    asks: bool
    words: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cues:
    """Everything found in one message on its own."""

    sentences: tuple[Sentence, ...]
    cues: tuple[Cue, ...]


#: What a capitalised name before it belongs to: a place or a firm, not a person.
_PLACE = frozenset(
    [
        *("street", "avenue", "ave", "lane", "road", "rd", "drive", "court", "way", "row", "park", "hill", "plant"),
        *("district", "station", "creek", "river", "pond", "bridge", "school", "library", "building", "center"),
        *("lofts", "depot", "trail", "square", "plaza", "county", "boulevard", "blvd", "circle", "terrace", "ward"),
        *("partners", "group", "builders", "properties", "systems", "services", "supply", "works", "company", "inc"),
        *("llc"),
    ]
)


def _places(words: list[str], capitals: Collection[str]) -> set[str]:
    """Capitalised words that name a place, a firm or a thing: runs after "the" or before such a word."""
    found: set[str] = set()
    run: list[str] = []
    opened = False
    for n, word in enumerate(words):
        if word in capitals:
            if not run:
                opened = n > 0 and words[n - 1] == "the"
            run.append(word)
            continue
        if run and (opened or word in _PLACE or not _PLACE.isdisjoint(run[1:])):
            found.update(run)
        run = []
    if run and (opened or not _PLACE.isdisjoint(run[1:])):
        found.update(run)
    return found


def _mark_names(line: Line, text: str, rules: Rules) -> str:
    """The words of a line with ``%`` before every word that looks like the name of somebody unknown."""
    shouting = text.isupper()
    words = line.words
    found: set[str] = set()
    for word in set(words.split(" ")):
        if word in rules.first_names or (
            not shouting and word in line.capitals and word not in rules.vocabulary and len(word) > 1
        ):
            found.add(word)
    if found:
        found -= _places(words.split(" "), line.capitals)
    for word in sorted(found):
        if (
            word in ("will", "art", "mark", "bill", "may", "sue", "pat", "grant", "bob", "don", "rob", "ray", "gene")
            and word not in line.capitals
        ):
            continue
        words = words.replace(f" {word} ", f" %{word} ")
    return words


def find_cues(text: str, names: Mapping[str, str] | None = None, rules: Rules | None = None) -> Cues:
    """Find every cue in ``text``.

    ``names`` maps spoken names in lower case to person ids (``names_of`` builds it). The result depends on nothing
    else. Zones that are not the sender's own words must be blanked by the caller (same length) or cut.
    """
    table = rules or load_rules()
    line = spell_out(text, names)
    words = _mark_names(line, text, table)
    at = line.at
    if "%" in words:
        positions: list[int] = []
        position = 0
        for piece in words.split(" ")[:-1]:
            positions.append(position)
            position += len(piece) + 1
        at = tuple(positions)
        line = Line(words, at, line.start, line.end, line.people, line.sentences, line.asks, line.capitals)
    sentences: list[Sentence] = []
    for (first, last), asked in zip(line.sentences, line.asks, strict=True):
        low = at[first]
        high = at[last] if last < len(at) else len(words)
        part = words[low:high] + "| "
        begin = line.start[first + 1] if first + 1 < last else line.start[first]
        stop = line.end[last - 1]
        asks = asked or ASKING.match(part) is not None or ASKS_ANYWHERE.search(part) is not None
        people = tuple(line.people[int(n) - 1] for n in dict.fromkeys(re.findall(r"@(\d+) ", part)))
        sentences.append(Sentence(begin, stop, asks, part, people))
    present = set(words.split(" "))
    if line.people:
        present.add("@")
    if "%" in words:
        present.add("%")
    if "-" in words and re.search(r" \d{1,2}-\d{1,2} ", words):
        present.add("#-#")
    index = table.index
    hit: dict[int, list[tuple[int, int, int]]] = {}
    seen: set[int] = set()
    for word in present & index.keys():
        for number, pattern in index[word]:
            if id(pattern) in seen:
                continue
            for others in pattern.also:
                if present.isdisjoint(others):
                    break
            else:
                seen.add(id(pattern))
                for match in pattern.regex.finditer(words):
                    low = match.start() + 1
                    first = max(0, bisect_right(at, low) - 1)
                    hit.setdefault(number, []).append((line.sentence_of(first), low, match.end()))
    cues: list[Cue] = []
    for number in sorted(hit):
        rule = table.rules[number]
        done: set[int] = set()
        hits = hit[number]
        hits.sort(key=lambda h: (h[0], -(h[2] - h[1]), h[1]))
        for sentence, low, high in hits:
            if sentence in done:
                continue
            cue = _cue(rule, line, sentences[sentence], sentence, low, high)
            if cue is not None:
                done.add(sentence)
                cues.append(cue)
    cues.sort(key=lambda c: (c.sentence, c.start, c.end, c.act, c.rule))
    return Cues(tuple(sentences), tuple(cues))


def _cue(rule: Rule, line: Line, sentence: Sentence, number: int, low: int, high: int) -> Cue | None:
    """Weigh one match of one rule: is it silenced, which way does it point, where does its clause end?"""
    if rule.act is None:
        return None
    if (rule.asks == "yes" and not sentence.asks) or (rule.asks == "no" and sentence.asks):
        return None
    if rule.unless:
        present = set(sentence.words.split(" "))
        if any(not present.isdisjoint(p.anchors) and p.regex.search(sentence.words) for p in rule.unless):
            return None
    before = line.words[max(0, line.words.rfind("|", 0, low)) : low]
    if rule.act is Act.COMMIT and rule.kind != "answer" and REPORTS.search(before):
        return None
    act = rule.act
    polarity = _direction(rule, line.words[low:high], sentence.words)
    if before.count(' " ') % 2 and act in (Act.COMMIT, Act.POLL, Act.SEEK_SUPPORT, Act.OPINION):
        # Words between quotation marks are somebody else's: a relay where a name stands before them, else nothing.
        if act is not Act.COMMIT or not re.search(r"(?:@\d+|%\S+|he|she|they) ", before):
            return None
        act = Act.RELAY
    confidence = rule.confidence
    if SUPPOSES.search(sentence.words):
        confidence = Confidence.LOW
    start, end = _clause(line, low, high)
    return Cue(
        act, start, end, polarity, confidence, rule.name, rule.kind, rule.where, number, sentence.asks, sentence.people
    )


def _direction(rule: Rule, matched: str, sentence: str) -> Polarity:
    """Which way a match points: the rule's way, turned round by a "not" inside it."""
    if rule.act in (Act.SEEK_SUPPORT, Act.POLL):
        against = AGAINST.search(sentence) and (rule.act is Act.SEEK_SUPPORT or not EITHER.search(sentence))
        return Polarity.AGAINST if against else rule.polarity
    if not rule.flips:
        return rule.polarity
    if rule.polarity is Polarity.AGAINST:
        return Polarity.FOR if NOT_AGAINST.search(matched) else rule.polarity
    if rule.polarity is Polarity.FOR:
        count = len(NOT.findall(matched)) + bool(DOUBLE_NO.search(matched))
        return Polarity.AGAINST if count % 2 and not NO_OBJECTION.search(matched) else rule.polarity
    return rule.polarity


def _clause(line: Line, low: int, high: int) -> tuple[int, int]:
    """Grow a match to its clause: the sentence, or what a semicolon cuts off from it."""
    first, last = line.tokens_of(low, high)
    begin, stop = line.sentences[line.sentence_of(first)]
    at, words = line.at, line.words

    def ends(token: int) -> bool:
        return words[at[token] : at[token] + 2] in ("; ", "| ")

    left, right = first, last
    while left > begin + 1 and not ends(left - 1):
        left -= 1
    while right < stop and not ends(right):
        right += 1
    left = max(left, begin + 1) if stop - begin > 1 else left
    return line.start[left], line.end[max(left, right - 1)]
