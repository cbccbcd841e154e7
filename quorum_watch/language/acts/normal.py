"""Spell a short message out for matching: one line of plain words, each of which remembers where it stood.

The patterns of ``acts.toml`` are written in ordinary words ("i will vote for"). Council members type "ill def vote 4
it", "I’ll vote for it", "I WILL VOTE FOR IT". This module turns all of them into the same words: lower case, straight
apostrophes, contractions and chat spellings spelled out, adverbs that change nothing left out, names of known people
as ``@1``, ``@2`` ..., sentence ends as ``|``. The text itself is never changed; every word keeps its start and end.

>>> line = spell_out("Im def voting for it. Bob’s in", {"bob": "bob"})
>>> line.words
'| i am voting for it | @1 is in | '
>>> line.people
('bob',)
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

#: One pass, no nested repetition: linear in the length of the text. A word is at most 40 letters; the rest of a longer
#: run is a further word, so that a megabyte without spaces stays a list of short tokens.
_TOKEN = re.compile(
    r"(?P<word>[wW]/(?:[oO](?![^\W\d_]))?|[^\W\d_]{1,40}(?:['’‘ʼ`´][^\W\d_]{1,10}){0,2}(?:[-‐‑][^\W\d_]{1,20})?)"
    r"|(?P<number>[$#]?\d{1,15}(?:[.,:/-]\d{1,15}){0,6}%?(?:[^\W\d_]{1,4}\b)?)"
    r"|(?P<plus>\+\s?1\b(?![-\s.]?[\d(]))"
    r"|(?P<end>[.!?…]{1,40}|\n{1,40})"
    r"|(?P<mark>[,;:()\"“”«»–—>|=/])"
    r"|(?P<other>[^\w\s])"
)
_APOSTROPHES = str.maketrans("’‘ʼ`´‐‑", "'''''--")
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "ald",
        "rev",
        "sen",
        "rep",
        "gov",
        "st",
        "ave",
        "rd",
        "blvd",
        "sgt",
        "lt",
        "capt",
        "no",
        "inc",
        "jr",
        "sr",
        "vs",
        "etc",
        "prof",
        "hon",
        "supv",
        "trustee",
        "approx",
        "dept",
    ]
)
_UP = frozenset("👍🙌👏💯✅☑✔🤝🙋👌🫡🆗")
_DOWN = frozenset("👎❌🚫🙅🛑")
_HUSH = frozenset("🤐🤫🙊")
_SKIN = frozenset("\ufe0f\u200d\u200b\u200c\u2060\ufeff🏻🏼🏽🏾🏿♂♀")


@dataclass(frozen=True, slots=True)
class Line:
    """A message spelled out.

    ``words`` is the line the patterns read; ``at`` holds the position in it of each token and ``start``/``end`` the
    token's offsets in the raw text (code points). ``people`` lists who ``@1``, ``@2`` ... are. ``sentences`` holds the
    first and last token number (exclusive) of each sentence and ``asks`` whether it ends in a question mark.
    """

    words: str
    at: tuple[int, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    people: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]
    asks: tuple[bool, ...]
    capitals: frozenset[str]

    def tokens_of(self, first: int, last: int) -> tuple[int, int]:
        """Token numbers (first, one past the last) covered by positions ``first`` to ``last`` of ``words``."""
        low = max(0, bisect_right(self.at, first) - 1)
        high = max(low + 1, bisect_right(self.at, max(first, last - 1)))
        return low, high

    def sentence_of(self, token: int) -> int:
        """Number of the sentence in which a token stands."""
        index = bisect_right(self.sentences, (token, 1 << 60)) - 1
        return max(0, index)


@dataclass(frozen=True, slots=True)
class Spelling:
    """The tables of ``spelling.toml``, ready for use."""

    words: Mapping[str, tuple[str, ...]]
    before: Mapping[str, tuple[tuple[str, ...], frozenset[str]]]
    ignored: frozenset[str]
    first_names: frozenset[str]


@cache
def load_spelling() -> Spelling:
    """Read the shipped spelling table once."""
    data = tomllib.loads(resources.files(__package__).joinpath("spelling.toml").read_text("utf-8"))
    names = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))
    return Spelling(
        words={typed: tuple(plain.split()) for typed, plain in data["words"].items()},
        before={
            typed: (tuple(plain.split()), frozenset(after.split())) for typed, (plain, after) in data["before"].items()
        },
        ignored=frozenset(data["ignored"]["words"].split()),
        first_names=frozenset(names["names"]["first"].split()),
    )


#: Short forms that are verbs or adverbs inside a sentence ("they were there") and pronouns only where one begins.
_OPENERS = frozenset(("were", "well", "wed"))
_OPENINGS = frozenset(
    ("|", ",", "then", "ok", "so", "and", "but", "now", "lol", "if", "think", "guess", "because", "since")
)
_LONG = re.compile(r"(.)\1{2,}")
_IS_AFTER = frozenset(
    [
        "he",
        "she",
        "it",
        "that",
        "what",
        "who",
        "there",
        "here",
        "where",
        "how",
        "everyone",
        "everybody",
        "one",
        "nobody",
        "someone",
        "somebody",
    ]
)


def spell_out(text: str, names: Mapping[str, str] | None = None) -> Line:
    """Spell ``text`` out for matching.

    ``names`` maps a spoken name in lower case ("bob", "ald. jones" -> "jones") to a person id; a word found there
    becomes ``@n``. Consecutive words of one person ("Bob Jones") become one token.
    """
    table = load_spelling()
    known = names or {}
    spelled, before, ignored = table.words, table.before, table.ignored
    out: list[str] = ["|"]
    start: list[int] = [0]
    end: list[int] = [0]
    people: list[str] = []
    capitals: set[str] = set()
    sentences: list[tuple[int, int]] = []
    asks: list[bool] = []
    opened = 0

    skipped: tuple[str, int, int] | None = None

    def close(first: int, last: int, question: bool) -> None:
        nonlocal opened, skipped
        if len(out) - 1 == opened and skipped is not None:
            # A sentence of nothing but an adverb ("Gladly.") is an answer.
            out.append(skipped[0])
            start.append(skipped[1])
            end.append(skipped[2])
        skipped = None
        if len(out) - 1 > opened:
            sentences.append((opened, len(out)))
            asks.append(question)
            opened = len(out)
            out.append("|")
            start.append(first)
            end.append(last)
        elif question and asks:
            asks[-1] = True

    pending: tuple[str, int, int] | None = None
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        first, last = match.span()
        raw = match.group()
        if kind == "word":
            word = raw.lower()
            if not word.isascii():
                word = word.translate(_APOSTROPHES)
            if "'" in word or "-" in word or len(word) > 3:
                word = word.replace("`", "'")
                if len(word) > 3 and word not in spelled:
                    word = _LONG.sub(r"\1\1" if word not in ("nooo", "yesss") else r"\1", word)
            if pending is not None:
                typed, p0, p1 = pending
                pending = None
                plain, after = before[typed]
                held = typed in _OPENERS and out[-1] not in _OPENINGS
                for piece in plain if not held and (word in after or word in ignored) else spelled.get(typed, (typed,)):
                    out.append(piece)
                    start.append(p0)
                    end.append(p1)
            if word in known or (word[-2:] == "'s" and word[:-2] in known):
                owner = word in known
                person = known[word if owner else word[:-2]]
                if person not in people:
                    people.append(person)
                label = f"@{people.index(person) + 1}"
                if out[-1] == label:
                    end[-1] = last
                else:
                    out.append(label)
                    start.append(first)
                    end.append(last)
                if not owner:
                    out.append("is")
                    start.append(first)
                    end.append(last)
                continue
            if word in before:
                pending = (word, first, last)
                continue
            if word in ignored:
                skipped = (word, first, last)
                continue
            pieces = spelled.get(word)
            if pieces is None:
                if word[-2:] == "'s":
                    pieces = (word[:-2], "is" if word[:-2] in _IS_AFTER or raw[0].isupper() else "'s")
                elif word[-1] == "s" and word[:-1] in known and len(word) > 3:
                    person = known[word[:-1]]
                    if person not in people:
                        people.append(person)
                    pieces = (f"@{people.index(person) + 1}", "is")
                elif (
                    word[-1] == "s"
                    and len(word) > 4
                    and word[:-1] in table.first_names
                    and word not in table.first_names
                ):
                    pieces = (word[:-1], "is")
                elif "-" in word:
                    pieces = tuple(word.split("-"))
                else:
                    pieces = (word,)
                if raw[0].isupper() and not raw.isupper() and out[-1] != "|":
                    capitals.add(pieces[0])
            elif pieces[0] in ignored and len(pieces) == 1:
                skipped = (pieces[0], first, last)
                continue
            for piece in pieces:
                out.append(piece)
                start.append(first)
                end.append(last)
            continue
        if pending is not None:
            out.append(pending[0])
            start.append(pending[1])
            end.append(pending[2])
            pending = None
        if kind == "end":
            if (
                raw == "."
                and out[-1] in _ABBREVIATIONS
                and (out[-1] != "no" or text[last : last + 2].strip().isdigit())
            ):
                continue
            close(first, last, "?" in raw)
            continue
        if kind == "mark":
            piece = {
                "“": '"',
                "”": '"',
                "«": '"',
                "»": '"',
                "–": "-",
                "—": "-",
                "(": ",",
                ")": ",",
                "|": ",",
                "/": "or",
            }.get(raw, raw)
        elif kind == "plus":
            piece = "+1"
        elif kind == "other":
            if raw in _SKIN or raw in "*_~`#":
                continue
            if raw in _UP:
                piece = ":up:"
            elif raw in _DOWN:
                piece = ":down:"
            elif raw in _HUSH:
                piece = ":hush:"
            elif ord(raw) > 0x2190:
                if out[-1] == "|":
                    if len(out) > 1 or text.strip()[0] != raw:
                        continue
                    piece = ":emo:"
                else:
                    close(first, last, question=False)
                    continue
            elif raw == "-":
                piece = "-"
            elif raw == "^":
                piece = "^"
            elif raw == "+" and not text[last : last + 1].isdigit():
                piece = "and"
            else:
                continue
            if out[-1] == piece:
                continue
        else:
            piece = raw.replace(",", "") if kind == "number" else raw
        out.append(piece)
        start.append(first)
        end.append(last)
    if pending is not None:
        out.append(pending[0])
        start.append(pending[1])
        end.append(pending[2])
    close(len(text), len(text), question=False)
    at: list[int] = []
    position = 0
    for piece in out:
        at.append(position)
        position += len(piece) + 1
    if not sentences:
        sentences, asks = [(0, len(out))], [False]
    return Line(
        " ".join(out) + " ",
        tuple(at),
        tuple(start),
        tuple(end),
        tuple(people),
        tuple(sentences),
        tuple(asks),
        frozenset(capitals),
    )
