"""The stretch of time a report covers, and the smaller stretches a trend is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from quorum_watch.errors import UsageError

BAD_PERIOD = "QW-E160"
_MONTHS = 12
_QUARTER = 3
_NEVER = "Write 2026-Q3, 2026-09 or 2026, or last-month, last-quarter, last-year; or give --since and --until."


@dataclass(frozen=True, slots=True)
class Period:
    """Days ``since`` to ``until``, both included; ``label`` is ``2026-Q3``, ``2026-09``, ``2026`` or two dates."""

    label: str
    since: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.since <= day <= self.until

    @property
    def spoken(self) -> str:
        """The period in words.

        >>> parse_period("2026-Q3").spoken
        '1 July 2026 to 30 September 2026'
        """
        return f"{long_date(self.since)} to {long_date(self.until)}"


def long_date(day: date) -> str:
    """A day as people write it: ``3 May 2026``."""
    return f"{day.day} {day:%B %Y}"


def month(year: int, number: int) -> Period:
    """One month."""
    first = date(year, number, 1)
    after = date(year + number // _MONTHS, number % _MONTHS + 1, 1)
    return Period(f"{year}-{number:02}", first, after - timedelta(days=1))


def quarter(year: int, number: int) -> Period:
    """One quarter."""
    last = number * _QUARTER
    return Period(f"{year}-Q{number}", month(year, last - _QUARTER + 1).since, month(year, last).until)


def parse_period(text: str) -> Period:
    """A period by its name.

    Raises
    ------
    UsageError
        ``QW-E160`` for anything but ``YYYY``, ``YYYY-MM`` and ``YYYY-Qn``.

    >>> parse_period("2026-09").until.isoformat(), parse_period("2026").since.isoformat()
    ('2026-09-30', '2026-01-01')
    """
    found = re.fullmatch(r"([12]\d{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise UsageError(BAD_PERIOD, "The period is not one a report can cover.", "--period", _NEVER)
    year = int(found.group(1))
    if found.group(2):
        return quarter(year, int(found.group(2)))
    if found.group(3):
        return month(year, int(found.group(3)))
    return Period(str(year), date(year, 1, 1), date(year, _MONTHS, 31))


def last_full(name: str, today: date) -> Period | None:
    """The newest complete month, quarter or year before ``today``; ``None`` for another name.

    >>> last_full("last-quarter", date(2026, 2, 10)).label
    '2025-Q4'
    """
    step = {"last-month": enclosing_month, "last-quarter": enclosing_quarter, "last-year": enclosing_year}.get(name)
    return step(step(today).since - timedelta(days=1)) if step else None


def enclosing_month(day: date) -> Period:
    """The month of a day."""
    return month(day.year, day.month)


def enclosing_quarter(day: date) -> Period:
    """The quarter of a day."""
    return quarter(day.year, (day.month - 1) // _QUARTER + 1)


def enclosing_year(day: date) -> Period:
    """The year of a day."""
    return parse_period(str(day.year))


def between(since: date, until: date) -> Period:
    """A period by its first and last day.

    Raises
    ------
    UsageError
        ``QW-E160`` if it ends before it begins.
    """
    if until < since:
        raise UsageError(BAD_PERIOD, "The period ends before it begins.", "--since, --until", _NEVER)
    return Period(f"{since}_{until}", since, until)


def slices(first: date, last: date, size: str) -> tuple[Period, ...]:
    """The months or quarters (``size``) from the one that holds ``first`` to the one that holds ``last``."""
    step = enclosing_quarter if size == "quarter" else enclosing_month
    found = [step(first)]
    while found[-1].until < last:
        found.append(step(found[-1].until + timedelta(days=1)))
    return tuple(found)


def touched(days: Iterable[date], period: Period) -> bool:
    """Whether any of the days lies in the period."""
    return any(period.holds(d) for d in days)
