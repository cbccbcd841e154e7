"""Compile the readable patterns of ``acts.toml`` into one index of small regular expressions.

A message is about sixteen words and there are more than a thousand patterns. Each pattern must contain one of a few
words (its *anchors*); the index leads from the words of a message to the few patterns that can match at all, and only
those are tried. Every construct compiles to a bounded expression over whole words, so no input can make it slow.

>>> pattern = compile_pattern("i will not? (vote|go) for ~2 $", {})
>>> bool(pattern.regex.search("| i will vote for the plan | "))
True
>>> sorted(pattern.anchors)
['go', 'vote']
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from quorum_watch.errors import Fault, InputError
from quorum_watch.vocabulary import Act, Confidence, Polarity

_NO_MARK = r'[^\s,;:|."]+ '
_SPECIAL = {
    "^": r"(?<=\| )",
    "$": r'(?=(?:(?:[,;:".-]|too|though|anyway|again) ){0,3}(?:\||:emo:))',
    "_": _NO_MARK,
    "@": r"@\d+ ",
    "OTHER": r"(?:@\d+|%\S+|he|she|they) ",
    "SCORELINE": r"(?!10-4 )\d{1,2}-\d{1,2} ",
    "NUMBER": r"[$#]?\d[\d.,:/-]*%?k? ",
    "HOUR": r"(?:(?:1[0-2]|[1-9])(?::\d\d)?(?:am|pm|ish)?|[1-9][0-5]0(?:am|pm)?|1[0-2][0-5]0(?:am|pm)?|noon|midnight) ",
    "DATE": r"(?:\d{1,2}(?:st|nd|rd|th)|\d{1,2}/\d{1,2}) ",
    ",": r", ",
}
#: Signs that must occur are anchored by a mark the reader adds to the words of a message.
_STANDS_FOR = {
    "@": frozenset(("@",)),
    "OTHER": frozenset(("@", "%", "he", "she", "they")),
    "SCORELINE": frozenset(("#-#",)),
}
#: Frequent words make poor anchors: a pattern indexed under them would be tried on most messages. Costs by tier.
_TIERS = (
    (60, "the to you i and a is for on in we it , not that will of if this your"),
    (25, "me please with have would can at be or do are get my am as from about want call what up know by no our any"),
    (12, "all but need out could make let when there was one vote here yes go he how next has help take should us see"),
    (5, "like time some may give back over then support these last right before them they did ok now she more think"),
)
_COST = {word: cost for cost, words in reversed(_TIERS) for word in words.split()}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of ``say`` or ``unless``.

    ``regex`` reads the spelled-out words (a match begins with the space before its first word); a text that holds none
    of ``anchors``, or none of the words of one of ``also``, cannot match.
    """

    source: str
    regex: re.Pattern[str]
    anchors: frozenset[str]
    also: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One table of ``acts.toml``.

    ``kind`` refines what the cue means to the thread layer (``answer``, ``ballot``, ``tally``, ``hold`` ...);
    ``where`` says in which context it counts (``anywhere``, ``business``, ``reply``, ``ballot``).
    """

    name: str
    act: Act | None
    polarity: Polarity
    confidence: Confidence
    kind: str
    where: str
    asks: str
    flips: bool
    say: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    order: int


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, the index from a word to (rule, pattern) pairs, and every literal word the patterns know."""

    rules: tuple[Rule, ...]
    index: Mapping[str, tuple[tuple[int, Pattern], ...]]
    vocabulary: frozenset[str]
    first_names: frozenset[str]
    nicknames: Mapping[str, tuple[str, ...]]


class _Parser:
    """Recursive descent over one pattern; ``expand`` gives (regular expression, words it may start being found by)."""

    def __init__(self, source: str, classes: Mapping[str, tuple[str, ...]]) -> None:
        self.source = source
        self.classes = classes
        self.at = 0

    def sequence(self, stop: str) -> tuple[str, list[frozenset[str] | None]]:
        """Parse items up to one of the characters ``stop``; give the expression and the anchor set of each item."""
        parts: list[str] = []
        anchors: list[frozenset[str] | None] = []
        while self.at < len(self.source) and self.source[self.at] not in stop:
            if self.source[self.at] == " ":
                self.at += 1
                continue
            expression, words = self.item(top=not stop)
            parts.append(expression)
            anchors.append(words)
        return "".join(parts), anchors

    def item(self, *, top: bool) -> tuple[str, frozenset[str] | None]:
        """One item: a word or group, at top level several joined by ``|``; a trailing ``?`` makes it optional."""
        choices = [self.unit()]
        while top and self.at < len(self.source) and self.source[self.at] == "|":
            self.at += 1
            choices.append(self.unit())
        optional = self.at < len(self.source) and self.source[self.at] == "?"
        if optional:
            self.at += 1
        expression = choices[0][0] if len(choices) == 1 else "(?:" + "|".join(c[0] for c in choices) + ")"
        words: frozenset[str] | None = None
        if not optional and all(c[1] is not None for c in choices):
            words = frozenset().union(*(c[1] for c in choices if c[1] is not None))
        return (f"(?:{expression})?" if optional else expression), words

    def unit(self) -> tuple[str, frozenset[str] | None]:
        """A group in parentheses, or one word, class or sign."""
        if self.source[self.at] == "(":
            self.at += 1
            alternatives: list[str] = []
            words: frozenset[str] | None = frozenset()
            while True:
                expression, anchors = self.sequence("|)")
                alternatives.append(expression)
                best = _best(anchors)
                words = None if best is None or words is None else words | best
                if self.at >= len(self.source):
                    raise ValueError("a parenthesis is not closed")
                self.at += 1
                if self.source[self.at - 1] == ")":
                    break
            return "(?:" + "|".join(alternatives) + ")", words
        match = re.compile(r"[^\s()|?]+").match(self.source, self.at)
        if match is None:
            raise ValueError(f"nothing readable at column {self.at + 1}")
        self.at = match.end()
        return self.word(match.group())

    def word(self, word: str) -> tuple[str, frozenset[str] | None]:
        """The expression of one word, class name or sign."""
        if word in _SPECIAL:
            return _SPECIAL[word], _STANDS_FOR.get(word)
        if word[0] == "~":
            return "(?:" + _NO_MARK + "){0," + str(int(word[1:] or 2)) + "}", None
        if word in self.classes:
            expressions: list[str] = []
            words: frozenset[str] | None = frozenset()
            for phrase in self.classes[word]:
                inner = _Parser(phrase, self.classes)
                expression, anchors = inner.sequence("")
                expressions.append(expression)
                best = _best(anchors)
                words = None if best is None or words is None else words | best
            return "(?:" + "|".join(expressions) + ")", words
        if word.isupper() and len(word) > 1 and word.isalpha():
            raise ValueError(f"no class is called {word}")
        return re.escape(word) + " ", frozenset((word,))


def _best(anchors: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """The anchor set that is cheapest to look for, or ``None`` where nothing is certain to occur."""
    known = [a for a in anchors if a]
    if not known:
        return None
    return min(
        known,
        key=lambda words: (
            sum(12 if w in ("@", "%") else _COST.get(w, 1) for w in words),
            len(words),
            sorted(words),
        ),
    )


def compile_pattern(source: str, classes: Mapping[str, tuple[str, ...]]) -> Pattern:
    """Compile one line of ``say`` or ``unless``; ``ValueError`` says what is wrong with it."""
    expression, anchors = _Parser(source, classes).sequence("")
    best = _best(anchors)
    if best is None:
        raise ValueError("it holds no word that must occur")
    also = tuple(sorted({a for a in anchors if a and a != best}, key=lambda a: (len(a), sorted(a))))
    return Pattern(source, re.compile(" " + expression), best, also[:4])


_KEYS = frozenset({"name", "act", "polarity", "confidence", "kind", "where", "asks", "flips", "say", "unless"})
_WHERE = frozenset({"anywhere", "business", "reply", "ballot", "matter"})


def compile_rules(data: Mapping[str, object], where: str = "acts.toml") -> Rules:
    """Compile the content of an acts file. All faults are reported at once as ``InputError`` QW-E270."""
    faults: list[Fault] = []

    def fault(what: str, place: str) -> None:
        faults.append(Fault("QW-E270", what, f"{where}: {place}", "Correct the entry; docs/acts.md explains the file."))

    raw_classes = data.get("classes", {})
    classes = {k: tuple(v) for k, v in raw_classes.items()} if isinstance(raw_classes, dict) else {}
    rules: list[Rule] = []
    index: dict[str, list[tuple[int, Pattern]]] = {}
    seen: set[str] = set()
    tables = data.get("rule", [])
    for order, table in enumerate(tables if isinstance(tables, list) else []):
        name = str(table.get("name", f"rule {order + 1}"))
        unknown = sorted(set(table) - _KEYS)
        if unknown:
            fault(f"Unknown key {', '.join(unknown)}.", name)
        if name in seen:
            fault("This name is used twice.", name)
        seen.add(name)
        if str(table.get("where", "business")) not in _WHERE:
            fault(f"`where` must be one of {', '.join(sorted(_WHERE))}.", name)
        try:
            act = Act(table["act"]) if "act" in table else None
            polarity = Polarity(table.get("polarity", "none"))
            confidence = Confidence(table.get("confidence", "medium"))
        except ValueError:
            fault("`act`, `polarity` or `confidence` holds a word that is not in the vocabulary.", name)
            continue
        compiled: dict[str, tuple[Pattern, ...]] = {}
        for key in ("say", "unless"):
            patterns: list[Pattern] = []
            for line in table.get(key, []):
                try:
                    patterns.append(compile_pattern(line, classes))
                except (ValueError, re.error) as error:
                    fault(f"A pattern cannot be read: {error}.", f"{name}: {line}")
            compiled[key] = tuple(patterns)
        rule = Rule(
            name=name,
            act=act,
            polarity=polarity,
            confidence=confidence,
            kind=str(table.get("kind", "")),
            where=str(table.get("where", "business")),
            asks=str(table.get("asks", "no")),
            flips=bool(table.get("flips", polarity is not Polarity.NONE)),
            say=compiled["say"],
            unless=compiled["unless"],
            order=order,
        )
        number = len(rules)
        rules.append(rule)
        for pattern in rule.say:
            for word in sorted(pattern.anchors):
                index.setdefault(word, []).append((number, pattern))
    if faults:
        raise InputError.of(faults)
    vocabulary = frozenset(
        word
        for rule in rules
        for pattern in (*rule.say, *rule.unless)
        for word in re.findall(r"[a-z']+", re.sub(r"[A-Z]{2,}", " ", pattern.source))
    ) | frozenset(word for phrases in classes.values() for phrase in phrases for word in re.findall(r"[a-z']+", phrase))
    names = data.get("names", {})
    names = names if isinstance(names, dict) else {}
    return Rules(
        rules=tuple(rules),
        index={word: tuple(entries) for word, entries in index.items()},
        vocabulary=vocabulary | frozenset(str(names.get("not", "")).split()),
        first_names=frozenset(str(names.get("first", "")).split()),
        nicknames={short: tuple(full.split()) for short, full in dict(names.get("nicknames", {})).items()},
    )


_FILES = ("acts.toml", "context.toml", "names.toml")


@cache
def digest_rules() -> str:
    """SHA-256 of everything the acts are read by: what is cached under another value is stale."""
    home = resources.files(__package__)
    parts = [home.joinpath(name).read_bytes() for name in (*_FILES, "spelling.toml")]
    code = sorted(p.name for p in home.iterdir() if p.name.endswith(".py"))
    return hashlib.sha256(b"\0".join(parts + [home.joinpath(name).read_bytes() for name in code])).hexdigest()


@cache
def load_rules() -> Rules:
    """The shipped rules, compiled once: ``acts.toml`` (core acts), ``context.toml`` (the others) and ``names.toml``."""
    merged: dict[str, object] = {"classes": {}, "rule": [], "names": {}}
    for name in _FILES:
        data = tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
        for key in ("classes", "names"):
            part = merged[key]
            assert isinstance(part, dict)
            part.update(data.get(key, {}))
        rules = merged["rule"]
        assert isinstance(rules, list)
        rules.extend(data.get("rule", []))
    return compile_rules(merged)
