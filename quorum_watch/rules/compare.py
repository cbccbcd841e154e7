"""What moved between two days, or two profiles: only the rules that say something else, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quorum_watch.model import Citation, Threshold
from quorum_watch.rules.profile import Profile, Value


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that says something else: the file's own words before and after (``None``: not in force)."""

    rule: str
    description: str
    before: object
    after: object
    since: date | None
    citation: Citation
    note: str


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One threshold that is another number, and the rules behind both."""

    name: str
    vote_rule: str
    before: int | None
    after: int | None
    rules: tuple[str, ...]


def compare(before: Profile, on_before: date, after: Profile, on_after: date) -> tuple[Change, ...]:
    """Every rule that differs, in order of name. With one profile and two days: what the law changed in between."""
    changes = []
    for name in sorted({*before.names, *after.names}):
        old, new = _at(before, name, on_before), _at(after, name, on_after)
        raw_old, raw_new = (v.raw if v is not None else None for v in (old, new))
        if raw_old == raw_new:
            continue
        shown = new or old
        assert shown is not None  # the name is in one of the two profiles
        changes.append(Change(name, shown.description, raw_old, raw_new, new.since if new else None,
                              shown.citation, (new.note if new else "") or (old.note if old else "")))
    return tuple(changes)


def compare_numbers(before: Iterable[Threshold], after: Iterable[Threshold]) -> tuple[NumberChange, ...]:
    """The thresholds that are not the same number, naming the rules that made them."""
    old = {(t.name, t.vote_rule): t for t in before}
    new = {(t.name, t.vote_rule): t for t in after}
    found = []
    for key in sorted({*old, *new}, key=str):
        a, b = old.get(key), new.get(key)
        if (a.value if a else None) != (b.value if b else None):
            rules = tuple(dict.fromkeys(t.rule for t in (a, b) if t is not None))
            found.append(NumberChange(str(key[0]), str(key[1] or ""), a.value if a else None, b.value if b else None,
                                      rules))
    return tuple(found)


def _at(profile: Profile, name: str, on: date) -> Value | None:
    return profile.fresh().parameter(name, on) if name in profile else None
