"""The names by which people are spoken of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from quorum_watch.language.acts.patterns import load_rules
from quorum_watch.model import PersonId

_NAMEWORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "ald",
        "alder",
        "alderman",
        "alderwoman",
        "alderperson",
        "councilman",
        "councilwoman",
        "supervisor",
        "trustee",
        "mayor",
        "chair",
        "chairman",
        "chairwoman",
        "president",
        "rev",
        "sen",
        "rep",
        "pastor",
        "clerk",
        "agent",
        "director",
        "planner",
        "judge",
        "the",
        "hon",
        "of",
        "and",
        "sgt",
    ]
)
#: Names that are words first of all; spelled-out lines have no capitals, so these would be seen everywhere.
_COMMON = frozenset(
    [
        "no",
        "the",
        "and",
        "for",
        "will",
        "may",
        "more",
        "day",
        "park",
        "parks",
        "street",
        "field",
        "fields",
        "bank",
        "church",
        "court",
        "hill",
        "hall",
        "woods",
        "wood",
        "rivers",
        "waters",
        "long",
        "young",
        "small",
        "little",
        "high",
        "good",
        "best",
        "love",
        "price",
        "cash",
        "case",
        "grant",
        "mark",
        "banks",
        "moves",
        "he",
        "she",
        "so",
        "an",
        "le",
    ]
)


def names_of(
    people: Mapping[PersonId, str], aliases: Mapping[PersonId, Sequence[str]] | None = None
) -> dict[str, PersonId]:
    """Spoken names in lower case -> person, from full names: surname, first name and its familiar forms.

    A name two people share is left out unless only one bears it as written. ``aliases`` are further names, taken as
    written; placeholders that hold a digit ("seat-4") are left out.

    >>> names_of({"p1": "Robert Jones", "p2": "Ann Jones"})["bob"]
    'p1'
    """
    nicknames = load_rules().nicknames
    short_for: dict[str, list[str]] = {}
    for short, fulls in nicknames.items():
        for full in fulls:
            short_for.setdefault(full, []).append(short)
    claims: dict[str, dict[PersonId, int]] = {}
    for person, name in people.items():
        for alias in (aliases or {}).get(person, ()):
            if not re.search(r"[\d@]", alias):
                for word in _plain(alias):
                    claims.setdefault(word, {})[person] = 2
        if re.search(r"\d", name):
            continue
        parts = _plain(name)
        for word in parts:
            if word not in _COMMON:
                claims.setdefault(word, {})[person] = 2
        if parts:
            for other in (*short_for.get(parts[0], ()), *nicknames.get(parts[0], ())):
                claims.setdefault(other, {}).setdefault(person, 1)
    result: dict[str, PersonId] = {}
    for word, bearers in claims.items():
        best = max(bearers.values())
        holders = [p for p, rank in bearers.items() if rank == best]
        if len(holders) == 1:
            result[word] = holders[0]
    return result


def _plain(name: str) -> list[str]:
    words = [w.lower() for w in _NAMEWORD.findall(name)]
    return [w for w in words if w not in _TITLES and len(w) > 1] or words
