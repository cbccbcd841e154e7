"""A first pass without names: the same person is the same mask everywhere, in every run of the city.

This is against hasty reading, not against a determined reader: the words of a message can give a person away. Showing
names again is an act that the decision log records.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from quorum_watch.roster.roster import Roster

_ADDRESS = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+|\+?\d[\d\s().-]{7,}\d")
_SHORT = 3


class Mask:
    """Pseudonyms for everybody in a roster; call it on any text."""

    def __init__(self, roster: Roster) -> None:
        self.people = name_people(p.person_id for p in roster.people)
        words: dict[str, str] = {}
        whole: dict[str, str] = {}
        for p in roster.people:
            mask = self.people[p.person_id]
            # A first name alone may be an ordinary word ("will", "may"): it is masked only where written as a name.
            words.update({w.strip(".,"): mask for w in p.name.split() if len(w.strip(".,")) >= _SHORT})
            whole.update({p.name: mask, p.person_id: mask})
        for a in roster.accounts:
            if a.person_id in self.people:
                whole.update({s: self.people[a.person_id] for s in (a.value, a.raw) if len(s) >= _SHORT})
        self._table = {k.casefold(): v for k, v in {**words, **whole}.items()}
        self._names = re.compile(rf"(?<![\w@])(?:(?i:{_either(whole)})|{_either(words)})(?!\w)")

    def __call__(self, text: str) -> str:
        """The text with names, known accounts, and everything like an address replaced."""
        text = self._names.sub(lambda m: self._table.get(m[0].casefold(), "[name]"), text)
        return _ADDRESS.sub("[address]", text)

    def value(self, value: Any) -> Any:
        """Any JSON value with every text in it masked; dictionary keys stay."""
        if isinstance(value, str):
            return self.people.get(value) or self(value)
        if isinstance(value, Mapping):
            return {k: v if k in _KEPT else "[file]" if k in _PLACES else self.value(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(v) for v in value]
        return value


#: Fields that are identities of things, times or numbers of the law, never of people.
_KEPT = frozenset(
    {
        "schema", "id", "fingerprint", "since_last", "test", "pattern", "concern", "confidence", "body", "matter",
        "topics", "thresholds", "first", "last", "at", "interaction", "channel", "time_precision", "says", "polarity",
        "citation", "url", "name", "weighs", "kind", "field", "sha256", "start", "end", "number", "pivotal",
        "unverified",
    }
)  # fmt: skip
#: Fields that say where a message was kept: the name of a file often names whose it is.
_PLACES = frozenset({"file", "locator"})


def _either(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; one that never matches where there are none."""
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w))) or r"(?!)"


def name_people(people: Iterable[str]) -> dict[str, str]:
    """A mask for each person, from the person's id alone, so that every run gives the same one.

    >>> name_people(["ann-lee"]) == name_people(["ann-lee"])
    True
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for person in sorted(set(people)):
        digest = base64.b32encode(hashlib.sha256(f"mask {person}".encode()).digest()).decode()
        size = _SHORT
        while f"Person {digest[:size]}" in taken:
            size += 1
        found[person] = f"Person {digest[:size]}"
        taken.add(found[person])
    return found
