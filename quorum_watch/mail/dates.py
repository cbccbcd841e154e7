"""Times as mail writes them, read strictly: a date that cannot be read is no date, never a default one.

Accepted are the forms of RFC 5322 with the slips real mailers make (two-digit years, ``asctime`` order, a trailing
comment, hyphens) and ISO 8601. Refused is whatever two readers could read differently (``05/06/19``) and whatever no
calendar has (``31 Jun``, ``25:52``). A zone that is missing, unknown or ``-0000`` leaves its source ``none``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from quorum_watch.model import When
from quorum_watch.vocabulary import Defect, TimePrecision, TimeSource


@dataclass(frozen=True, slots=True)
class DateRead:
    """A time, or ``None`` with a defect that says why; the defects also name what was doubtful."""

    when: When | None
    defects: tuple[Defect, ...] = ()


MONTHS = {
    m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
#: The zone names RFC 5322 defines (4.3), in minutes. Any other name has more than one meaning somewhere.
ZONES = {
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
}

_CLOCK = r"(?P<h>\d{1,2})[:.](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<ap>[AaPp])\.?[Mm]\.?)?"
_ZONE = r"(?:\s*(?P<z>(?:UTC|GMT)?[+-]\d{1,2}:?\d{2}|[A-Za-z]{1,8}(?:[+-]?\d{1,2}[A-Za-z]{0,4})?))?"
_MAIL = re.compile(
    rf"(?:(?P<wd>[A-Za-z]{{3,9}})\.?,?\s*)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]*(?P<mo>[A-Za-z]{{3,9}})\.?,?[\s-]*(?P<y>\d{{2,4}}),?\s+(?:at\s+)?{_CLOCK}{_ZONE}$"
)
_ASCTIME = re.compile(
    rf"(?:(?P<wd>[A-Za-z]{{3,9}}),?\s+)?(?P<mo>[A-Za-z]{{3,9}})\.?\s+(?P<d>\d{{1,2}}),?\s+{_CLOCK}{_ZONE}\s+(?P<y>\d{{4}})(?:\s+(?P<z2>[+-]\d{{4}}|[A-Z]{{3,4}}))?$"
)
_AMERICAN = re.compile(
    rf"(?:(?P<wd>[A-Za-z]{{3,9}})\.?,?\s+)?(?P<mo>[A-Za-z]{{3,9}})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}),?\s+(?:at\s+)?{_CLOCK}{_ZONE}$"
)
_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<mo>\d{2})-(?P<d>\d{2})[T ]"
    r"(?P<h>\d{2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<z>Z|z|[+-]\d{2}:?\d{2}|UTC|GMT)?$"
)
_COMMENT = re.compile(r"\([^()]*(?:\)|$)")
_SPACE = re.compile(r"[\s\u202f\xa0]+")


def read_date(raw: str, zone: str) -> DateRead:
    """The time a ``Date`` header states.

    ``zone`` is the workspace's zone; it places a time without one, and the row then carries ``no_timezone`` because
    mail is not documented to be local. Seconds are the finest unit kept.

    >>> read_date("Fri, 07 Oct 1994 16:15:05 -0700 (PDT)", "America/Chicago").when.at.isoformat()
    '1994-10-07T23:15:05+00:00'
    >>> read_date("31 Jun 2025 10:00:00 +0000", "America/Chicago")
    DateRead(when=None, defects=(<Defect.BAD_DATE: 'bad_date'>,))
    """
    text = raw.strip()
    if not text:
        return DateRead(None, (Defect.NO_DATE,))
    parts = _match(text)
    return DateRead(None, (Defect.BAD_DATE,)) if parts is None else _build(text, parts, zone)


@lru_cache(maxsize=4096)
def _match(text: str) -> dict[str, str | None] | None:
    text = text[:200]
    while "(" in text and (shorter := _COMMENT.sub(" ", text)) != text:  # comments nest; the innermost go first
        text = shorter
    plain = _SPACE.sub(" ", text).strip(" ,;\x00")
    for pattern in (_MAIL, _ASCTIME, _AMERICAN, _ISO):
        match = pattern.match(plain)
        if match:
            return match.groupdict()
    return None


def _build(text: str, parts: dict[str, str | None], zone: str) -> DateRead:
    try:
        naive, extra_second = _naive(parts)
    except (ValueError, KeyError, TypeError):
        return DateRead(None, (Defect.BAD_DATE,))
    if not 1970 < naive.year < 2100:  # before mail had its form, or a broken clock: not a time anyone can order by
        return DateRead(None, (Defect.BAD_DATE,))
    defects: list[Defect] = []
    weekday = (parts.get("wd") or "")[:3].lower()
    if weekday in _DAYS and _DAYS[naive.weekday()] != weekday:
        defects.append(Defect.DATE_CONFLICT)
    offset, source = _offset(parts.get("z") or parts.get("z2") or "")
    if offset is None:
        at = place(naive, zone)
        defects.append(Defect.NO_TIMEZONE)
    else:
        if source is TimeSource.NONE:
            defects.append(Defect.NO_TIMEZONE)
        at = naive.replace(tzinfo=timezone(timedelta(minutes=offset))).astimezone(UTC)
    return DateRead(When(at + extra_second, text, TimePrecision.EXACT, source), tuple(defects))


def _naive(parts: dict[str, str | None]) -> tuple[datetime, timedelta]:
    month = parts["mo"] or ""
    year = parts["y"] or ""
    number = int(month) if month.isdigit() else MONTHS[month[:3].lower()]
    y = int(year)
    if len(year) == 2:
        y += 2000 if y < 50 else 1900
    elif len(year) == 3:
        y += 1900
    hour, second = int(parts["h"] or ""), int(parts["s"] or 0)
    half = (parts.get("ap") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("hour of a half day")
        hour = hour % 12 + (12 if half == "p" else 0)
    leap = second == 60
    at = datetime(y, number, int(parts["d"] or ""), hour, int(parts["mi"] or ""), 59 if leap else second)
    return at, timedelta(seconds=1 if leap else 0)


@lru_cache(maxsize=512)
def _offset(text: str) -> tuple[int | None, TimeSource]:
    """Minutes east of UTC and where that came from; ``None`` where the zone says nothing that can be relied on."""
    text = text.strip().lower()
    digits = text.removeprefix("utc").removeprefix("gmt")
    if digits[:1] in ("+", "-") and digits:
        sign = -1 if digits[0] == "-" else 1
        number = digits[1:].replace(":", "").zfill(4)
        hours, minutes = int(number[:-2]), int(number[-2:])
        if hours > 14 or minutes > 59:
            return None, TimeSource.NONE
        if sign < 0 and not hours and not minutes:
            return 0, TimeSource.NONE  # UTC by RFC 5322, but converters write it for local times
        return sign * (hours * 60 + minutes), TimeSource.OFFSET
    if text in ZONES:
        return ZONES[text], TimeSource.ZONE_NAME
    return None, TimeSource.NONE


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def place(naive: datetime, zone: str) -> datetime:
    """A local time in UTC; of the two hours in autumn that bear one name, the first."""
    return naive.replace(tzinfo=_zone(zone)).astimezone(UTC)


def read_local(raw: str, zone: str, precision: TimePrecision = TimePrecision.EXACT) -> DateRead:
    """A time of a source documented as local to the city: ISO 8601, a date alone being noon of that day.

    Without an offset the zone is ``workspace_zone`` and the row carries ``no_timezone`` so that coverage can count it.

    >>> found = read_local("2026-03-02", "America/Chicago")
    >>> found.when.at.isoformat(), found.when.precision.value, found.when.source.value
    ('2026-03-02T18:00:00+00:00', 'day', 'workspace_zone')
    """
    text = raw.strip()
    if not text:
        return DateRead(None, (Defect.NO_DATE,))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            noon = datetime.strptime(text, "%Y-%m-%d") + timedelta(hours=12)
        except ValueError:
            return DateRead(None, (Defect.BAD_DATE,))
        coarse = TimePrecision.DAY if precision is TimePrecision.EXACT else precision
        return DateRead(When(place(noon, zone), text, coarse, TimeSource.WORKSPACE))
    match = _ISO.match(text)
    read = _build(text, match.groupdict(), zone) if match else DateRead(None, (Defect.BAD_DATE,))
    if read.when is None:
        return read
    source = read.when.source
    if source is TimeSource.NONE and Defect.NO_TIMEZONE in read.defects and not (match and match["z"]):
        source = TimeSource.WORKSPACE
    return DateRead(When(read.when.at, text, precision, source), read.defects)
