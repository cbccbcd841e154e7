"""Noticed meetings from a published calendar file, ``meetings.ics``.

A calendar does not know the workspace's body ids. An event belongs to a body when a category names the body's id or
name, or else when the event's title contains the body's full name (the "finance committee of the common council" is
the committee alone). An event that names no body is kept out and listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from quorum_watch.errors import Fault
from quorum_watch.vocabulary import TimePrecision
from quorum_watch.workspace.records import Meeting, in_order, parse_time
from quorum_watch.workspace.tables import split_ids

UNREADABLE = "QW-E242"
#: A rule that repeats for ever is followed this far past its first day: a bound for hostile input, not a legal window.
_FOLLOW = timedelta(days=3660)


def read_calendar(
    path: Path, zone: ZoneInfo, bodies: Mapping[str, str]
) -> tuple[tuple[Meeting, ...], tuple[str, ...], list[Fault]]:
    """Meetings in time order, the titles of events that name no body, and the faults.

    ``bodies`` maps body ids to names. Cancelled events are left out; repeating ones become one meeting per day.
    ``notice_posted`` is taken from the property ``X-NOTICE-POSTED`` and is otherwise not known: the day an event was
    put in a calendar program is not the day the public was told.
    """
    import icalendar
    import recurring_ical_events

    where = path.name
    try:
        calendar: Any = icalendar.Calendar.from_ical(path.read_bytes())
        starts = [e.decoded("DTSTART") for e in calendar.walk("VEVENT") if e.get("DTSTART") is not None]
        days = sorted(_day(start) for start in starts)
        events = []
        if days:
            span = (days[0] - timedelta(days=1), max(days[-1], days[0]) + _FOLLOW)
            events = list(recurring_ical_events.of(calendar, skip_bad_series=True).between(*span))
        meetings, unmatched = _take(events, zone, bodies, where)
    except Exception as error:  # the calendar libraries raise many kinds of error on damaged files
        what = f"The calendar cannot be read ({type(error).__name__})."
        return (), (), [Fault(UNREADABLE, what, where, "Export it again as iCalendar (.ics), or keep meetings.csv.")]
    return in_order(meetings), tuple(sorted(unmatched)), []


def _take(events: list[Any], zone: ZoneInfo, bodies: Mapping[str, str], where: str) -> tuple[list[Meeting], set[str]]:
    meetings: list[Meeting] = []
    unmatched: set[str] = set()
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        title = str(event.get("SUMMARY", ""))
        body_ids = _bodies(title, _categories(event), bodies)
        if body_ids:
            meetings.append(_meeting(event, title, body_ids, zone, where))
        else:
            unmatched.add(title)
    return meetings, unmatched


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _categories(event: Any) -> Iterator[str]:
    found = event.get("CATEGORIES")
    for group in found if isinstance(found, list) else [found] if found is not None else []:
        yield from (str(category).strip() for category in group.cats)


def _bodies(title: str, categories: Iterator[str], bodies: Mapping[str, str]) -> tuple[str, ...]:
    names = {_plain(name): body_id for body_id, name in sorted(bodies.items(), reverse=True)}
    named = {
        body_id
        for category in categories
        if (body_id := category if category in bodies else names.get(_plain(category))) is not None
    }
    if named:
        return tuple(sorted(named))
    text, found = _plain(title), []
    for name, body_id in sorted(names.items(), key=lambda item: (-len(item[0]), item[0])):
        if not name:
            continue
        # "finance committee of the common council" names one body; the second name only says whose committee it is
        matches = list(re.finditer(rf"(?P<whose>\x00 of (?:the )?)?\b{re.escape(name)}\b", text))
        if any(match["whose"] is None for match in matches):
            found.append(body_id)
        text = re.sub(rf"\b{re.escape(name)}\b", "\x00", text)
    return tuple(sorted(found))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def _meeting(event: Any, title: str, body_ids: tuple[str, ...], zone: ZoneInfo, where: str) -> Meeting:
    raw = event.decoded("DTSTART")
    start, assumed = _moment(raw, zone)
    finish = event.decoded("DTEND", None)
    end = _moment(finish, zone)[0] if finish is not None else None
    posted = parse_time(str(event.get("X-NOTICE-POSTED", "")), zone)
    uid = str(event.get("UID", "")) or title
    precise = TimePrecision.EXACT if isinstance(raw, datetime) else TimePrecision.DAY
    return Meeting(
        f"{uid}@{start.isoformat()}",
        body_ids,
        start,
        end,
        posted[0] if posted else None,
        split_ids(str(event.get("X-MATTER-IDS", ""))),
        title,
        precise,
        assumed,
        f"{where} {uid}",
    )


def _moment(value: date | datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The instant in UTC, and whether the zone was assumed (floating times and whole days)."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=zone).astimezone(UTC), True
    if value.tzinfo is None:
        return value.replace(tzinfo=zone).astimezone(UTC), True
    return value.astimezone(UTC), False
