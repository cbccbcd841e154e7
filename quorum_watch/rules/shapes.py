"""What the value of a parameter may look like; the catalogue (``catalogue.yaml``) gives every parameter one of these.

A shape turns the plain data of a file into a value that cannot be misread later (a fraction instead of text, a duration
instead of a number and a word) and says in plain words what is wrong where it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from quorum_watch.vocabulary import BodyKind, Channel, VoteRule

#: Lower bound of believable dates: "since for ever" is not a date on which anything took effect.
EARLIEST_YEAR = date(1787, 1, 1).year  # the oldest constitution in force in the country whose law is modelled

BASES = ("in_office", "members_elect", "present", "seats", "both")
COMPARE = ("at_least", "more_than")
EFFECTS = ("presumption", "meeting_numbers", "watch")
KINDS = ("share", "quorum", "pass", "block", "deny_quorum", "fixed", "fixed_or_quorum", "share_of_quorum")
_DURATIONS = ("minutes", "hours", "days")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHARE = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


class BadShapeError(ValueError):
    """A value that does not fit; the message says what was expected, ``path`` leads to the entry inside the value."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a base: the fewest members that are ``at_least`` (or ``more_than``) ``share`` of it.

    >>> Share(Fraction("2/3"), "at_least", "both").of(10)
    7
    >>> Share(Fraction("1/2"), "more_than", "present").of(12)
    7
    """

    share: Fraction
    compare: str
    base: str

    def of(self, base: int) -> int:
        """The smallest whole number that satisfies the rule: fractions round up."""
        exact = self.share * base
        least = -(-exact.numerator // exact.denominator)
        return least + 1 if self.compare == "more_than" and least == exact else least

    @property
    def words(self) -> str:
        """``2/3`` or ``more than 1/2``, as a reader says it."""
        text = f"{self.share.numerator}/{self.share.denominator}"
        return f"more than {text}" if self.compare == "more_than" else text


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """Quorum by size of the body: the first row whose ``seats_above`` (or ``seats_at_most``) holds is used."""

    rows: tuple[tuple[int | None, int | None, Share], ...]

    def row(self, seats: int) -> tuple[int | None, int | None, Share]:
        """The row for a body of ``seats`` authorised seats."""
        return next(r for r in self.rows if (r[0] is None or seats > r[0]) and (r[1] is None or seats <= r[1]))


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """One number the profile asks for; which keys are set depends on ``kind`` (see ``docs/law.md``)."""

    kind: str
    effect: str
    share: Share | None = None
    count: int | None = None
    exceptions: tuple[tuple[int, str], ...] = ()
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalRule:
    """Which vote rule a kind of proposal needs, and in which kinds of body it can come up."""

    rule: VoteRule
    bodies: tuple[str, ...]


def parse_date(text: Any) -> date:
    """An ISO date that a rule can begin on.

    >>> parse_date("1976-07-02")
    datetime.date(1976, 7, 2)
    """
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        raise BadShapeError("a date is written YYYY-MM-DD; a start date that is not known is not guessed")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadShapeError(f"there is no day {text}") from None
    if day.year < EARLIEST_YEAR:
        raise BadShapeError("'since for ever' is not a date; give the first day on which the text was seen in force")
    return day


def _mapping(value: Any, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadShapeError(f"expected entries {', '.join(required)}")
    for key in value:
        if key not in required and key not in optional:
            raise BadShapeError(f"unknown entry '{key}'; known are {', '.join((*required, *optional))}", key)
    for key in required:
        if key not in value:
            raise BadShapeError(f"the entry '{key}' is missing")
    return value


def _one_of(value: Any, known: tuple[str, ...], *path: str | int) -> str:
    if not isinstance(value, str) or value not in known:
        raise BadShapeError(f"expected one of {', '.join(known)}", *path)
    return value


def whole(value: Any, *path: str | int) -> int:
    """A whole number of at least one."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadShapeError("expected a whole number of at least 1", *path)
    return value


def _whole_or_none(value: Any, *path: str | int) -> int | None:
    return None if value is None else whole(value, *path)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadShapeError("expected a whole number of at least 0")
    return value


def share(value: Any) -> Share:
    """A share rule such as ``{share: 2/3, compare: at_least, base: both}``."""
    return _share(_mapping(value, ("share", "compare", "base")), "")


def _share(entries: dict[str, Any], default_base: str, *path: str | int) -> Share:
    """The share among the entries of a row; the base is the row's own or that of the rows together."""
    match = _SHARE.fullmatch(entries["share"]) if isinstance(entries["share"], str) else None
    if match is None:
        raise BadShapeError("a share is written as a fraction such as 2/3", *path, "share")
    compare = _one_of(entries["compare"], COMPARE, *path, "compare")
    fraction = Fraction(int(match[1]), int(match[2]))
    if fraction > 1 or (fraction == 1 and compare == "more_than"):
        raise BadShapeError(f"no body can reach {compare.replace('_', ' ')} {entries['share']} of its members",
                            *path, "share")
    base = entries.get("base", default_base)
    return Share(fraction, compare, _one_of(base, BASES, *path, "base"))


def quorum_rule(value: Any) -> QuorumRule:
    """``{base: both, rows: [{seats_above: 5, share: 2/3, compare: at_least}, {share: 1/2, compare: more_than}]}``."""
    entries = _mapping(value, ("base", "rows"))
    base = _one_of(entries["base"], BASES, "base")
    if not isinstance(entries["rows"], list) or not entries["rows"]:
        raise BadShapeError("expected at least one row", "rows")
    rows = []
    for n, row in enumerate(entries["rows"]):
        _mapping(row, ("share", "compare"), ("seats_above", "seats_at_most"))
        above = _whole_or_none(row.get("seats_above"), "rows", n, "seats_above")
        most = _whole_or_none(row.get("seats_at_most"), "rows", n, "seats_at_most")
        rows.append((above, most, _share(row, base, "rows", n)))
    if rows[-1][0] is not None or rows[-1][1] is not None:
        raise BadShapeError("the last row must hold for every size of body", "rows", len(rows) - 1)
    return QuorumRule(tuple(rows))


def threshold(value: Any) -> ThresholdRule:
    """One number a profile asks for, with its effect and, where limited, its channels and kinds of body."""
    if not isinstance(value, dict):
        raise BadShapeError(f"expected entries kind ({', '.join(KINDS)}) and effect")
    kind = _one_of(value.get("kind"), KINDS, "kind")
    optional: tuple[str, ...] = ("channels", "kinds", "exceptions")
    needed: dict[str, tuple[str, ...]] = {"share": ("share", "compare", "base"), "fixed": ("count",),
                                          "fixed_or_quorum": ("count",), "share_of_quorum": ("share", "compare")}
    entries = _mapping(value, ("kind", "effect", *needed.get(kind, ())), optional)
    return ThresholdRule(
        kind=kind,
        effect=_one_of(entries["effect"], EFFECTS, "effect"),
        share=_share(entries, "in_office") if "share" in entries else None,
        count=_whole_or_none(entries.get("count"), "count"),
        exceptions=tuple(_exception(e, n) for n, e in enumerate(entries.get("exceptions") or [])),
        channels=_words_of(entries.get("channels"), tuple(Channel), "channels"),
        kinds=_words_of(entries.get("kinds"), (*BodyKind, "council_manager"), "kinds"),
    )


def _words_of(value: Any, known: tuple[str, ...], key: str) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(_one_of(word, known, key) for word in names(value))


def _exception(value: Any, n: int) -> tuple[int, str]:
    entries = _mapping(value, ("seats", "kind"))
    return whole(entries["seats"], "exceptions", n, "seats"), _one_of(entries["kind"], ("quorum",), "exceptions", n)


def proposal(value: Any) -> ProposalRule:
    """``{rule: two_thirds_of_members_elect, bodies: [common_council]}``."""
    entries = _mapping(value, ("rule", "bodies"))
    rule = _one_of(entries["rule"], tuple(VoteRule), "rule")
    bodies = names(entries["bodies"])
    for n, kind in enumerate(bodies):
        _one_of(kind, (*BodyKind, "council_manager"), "bodies", n)
    return ProposalRule(VoteRule(rule), bodies)


def names(value: Any) -> tuple[str, ...]:
    """A list of distinct words."""
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise BadShapeError("expected a list of words")
    if len(set(value)) != len(value):
        raise BadShapeError("the list names something twice")
    return tuple(value)


def duration(value: Any) -> timedelta:
    """``{hours: 24}``, ``{days: 7}`` or ``{minutes: 30}``."""
    if not isinstance(value, dict) or len(value) != 1:
        raise BadShapeError("expected one of minutes, hours, days with a whole number")
    unit, amount = next(iter(value.items()))
    _one_of(unit, _DURATIONS)
    return timedelta(**{unit: whole(amount, unit)})


def span(value: Any) -> tuple[int, int]:
    """``{from: 25, to: 300}``, both included."""
    entries = _mapping(value, ("from", "to"))
    low, high = whole(entries["from"], "from"), whole(entries["to"], "to")
    if low > high:
        raise BadShapeError("'from' is above 'to'")
    return low, high


def text(value: Any) -> str:
    """A sentence."""
    if not isinstance(value, str) or not value.strip():
        raise BadShapeError("expected text")
    return " ".join(value.split())


def flag(value: Any) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise BadShapeError("expected true or false")
    return value


SHAPES: dict[str, Callable[[Any], Any]] = {
    "count": whole, "number": _number, "duration": duration, "span": span, "share": share, "quorum": quorum_rule,
    "threshold": threshold, "proposal": proposal, "names": names, "text": text, "flag": flag,
}
