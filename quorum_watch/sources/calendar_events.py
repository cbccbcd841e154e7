"""Calendar events as gatherings: who called one, who was asked, who said yes, and when.

Each ``VEVENT`` is parsed by itself, so one that is broken costs only itself. Decisions, kept in one place:

- an event without METHOD, a REQUEST or a PUBLISH is ``calendar_invite`` at its DTSTART; a REPLY is
  ``calendar_response`` from the attendee to the organiser at its DTSTAMP; a CANCEL (or STATUS:CANCELLED) is
  ``calendar_cancel`` at its DTSTAMP;
- accepted attendees have the role ``attendee``; the others asked, declined ones included, have ``to``, and the answer
  of each stands in ``extra`` as ``partstat``; rooms and equipment are no people;
- a recurring event becomes one item for each occurrence inside the limits, less those an exception replaces;
- an event that names nobody (a mirrored feed) is ignored by rule.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from quorum_watch.mail.addresses import normalise_address
from quorum_watch.mail.dates import place
from quorum_watch.model import Party, Record, Rejected, When
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import (
    AccountKind,
    Channel,
    Defect,
    Outcome,
    Reason,
    Role,
    TimePrecision,
    TimeSource,
)

_BEGIN = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?$", re.I | re.M)
_END = re.compile(rb"^END:VEVENT[ \t]*(?:\r?\n|\Z)", re.I | re.M)
_ZONE_BEGIN = re.compile(rb"^BEGIN:VTIMEZONE[ \t]*\r?$", re.I | re.M)
_ZONE_END = re.compile(rb"^END:VTIMEZONE[ \t]*\r?$", re.I | re.M)
MAX_ZONES = 50
_METHOD = re.compile(rb"^METHOD:[ \t]*([A-Za-z]{1,20})", re.I | re.M)
#: Rules that repeat more often than daily describe machines, not gatherings.
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


@dataclass(frozen=True, slots=True)
class Located:
    """One event's bytes [start, end) in the calendar."""

    start: int
    end: int
    data: bytes


def find_events(data: bytes) -> Iterator[Located]:
    """Where the events of a calendar lie; an event that is never closed ends where the next begins."""
    begins = [m.start() for m in _BEGIN.finditer(data)]
    for n, start in enumerate(begins):
        limit = begins[n + 1] if n + 1 < len(begins) else len(data)
        close = _END.search(data, start, limit)
        end = close.end() if close else limit
        yield Located(start, end, data[start:end])


def _find_zones(data: bytes) -> list[bytes]:
    """The time zone definitions of a calendar, which every event is read with."""
    out: list[bytes] = []
    begin = _ZONE_BEGIN.search(data)
    while begin is not None and len(out) < MAX_ZONES:
        end = _ZONE_END.search(data, begin.end())
        if end is None:
            break
        out.append(data[begin.start() : end.end()])
        begin = _ZONE_BEGIN.search(data, end.end())
    return out


def read_calendar(data: bytes, locator: str, context: Context, *, ranges: bool = False) -> list[Item]:
    """Every item of one calendar, occurrences included.

    With ``ranges`` the calendar is a file and each locator is the byte range of its event; otherwise every item
    carries the locator given and the hash of the whole part. A calendar without events is one ignored item.
    """
    whole = hashlib.sha256(data).hexdigest()
    method = _METHOD.search(data)
    frame = b"\r\n".join(_find_zones(data))
    items: list[Item] = []
    versions: dict[str, tuple[int, int]] = {}
    replaced: dict[str, set[datetime]] = {}
    for located in find_events(data):
        if len(items) >= context.limits.members:
            items.append(
                Rejected(locator, whole, Outcome.QUARANTINED, Reason.TOO_MANY_MEMBERS, "more events than allowed")
            )
            break
        here = f"bytes={located.start}-{located.end}" if ranges else locator
        digest = hashlib.sha256(located.data).hexdigest() if ranges else whole
        try:
            found = _read_event(
                located.data, frame, method[1].decode().upper() if method else "", here, digest, context
            )
        except Exception as error:  # icalendar raises many kinds on a stranger's event; the others are still read
            found = [Rejected(here, digest, Outcome.QUARANTINED, Reason.BAD_FIELD, f"event: {type(error).__name__}")]
        for item in found:
            _place(item, items, versions, replaced)
    if not items:
        return [Rejected(locator, whole, Outcome.IGNORED, Reason.SYSTEM_EVENT, "calendar without events")]
    return [i for i in items if not _is_replaced(i, replaced)]


def _place(
    item: Item,
    items: list[Item],
    versions: dict[str, tuple[int, int]],
    replaced: dict[str, set[datetime]],
) -> None:
    """Append an item; of two versions of one event in one calendar the lower SEQUENCE is superseded."""
    if isinstance(item, Record):
        extra = dict(item.extra)
        sequence = int(extra.get("sequence", "0"))
        if "recurrence_id" in extra and "occurrence" not in extra:
            replaced.setdefault(extra.get("uid", ""), set()).add(datetime.fromisoformat(extra["recurrence_id"]))
        older = versions.get(item.key)
        if older is not None and older[0] != sequence:
            loser = items[older[1]] if older[0] < sequence else item
            stale = Rejected(loser.locator, loser.sha256, Outcome.IGNORED, Reason.SUPERSEDED, "a later version follows")
            if older[0] > sequence:
                items.append(stale)
                return
            items[older[1]] = stale
        versions[item.key] = (sequence, len(items))
    items.append(item)


def _is_replaced(item: Item, replaced: dict[str, set[datetime]]) -> bool:
    if not isinstance(item, Record) or item.when is None:
        return False
    extra = dict(item.extra)
    return "occurrence" in extra and item.when.at in replaced.get(extra.get("uid", ""), ())


def _read_event(raw: bytes, frame: bytes, method: str, locator: str, digest: str, context: Context) -> list[Item]:
    from icalendar import Calendar

    text = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + frame + b"\r\n" + raw.rstrip() + b"\r\n"
    if not raw.rstrip().upper().endswith(b"END:VEVENT"):
        text += b"END:VEVENT\r\n"
    calendar = Calendar.from_ical(text + b"END:VCALENDAR\r\n")
    event = calendar.walk("VEVENT")[0]
    organizer = _read_person(event.get("ORGANIZER"), Role.TO)
    attendees, answers, rooms = _read_attendees(event)
    if organizer is None and not attendees:
        return [Rejected(locator, digest, Outcome.IGNORED, Reason.SYSTEM_EVENT, "event names nobody")]
    start, defects = _read_time(event.get("DTSTART"), context)
    stamp = _read_time(event.get("DTSTAMP") or event.get("LAST-MODIFIED"), context)[0]
    uid = str(event.get("UID", "")).strip()
    kind = _name_event(method, str(event.get("STATUS", "")).upper())
    recurrence = _read_time(event.get("RECURRENCE-ID"), context)[0]
    extra = [("uid", uid), ("method", method), ("sequence", _number(event.get("SEQUENCE")))]
    if recurrence is not None:
        extra.append(("recurrence_id", recurrence.at.isoformat()))
    for name in ("LOCATION", "STATUS", "DTEND", "RRULE"):
        if name in event:
            extra.append((name.lower(), _show(event[name])))
    extra += [("partstat", a) for a in answers] + [("room", r) for r in rooms]
    sender, recipients = organizer, attendees
    when = start
    key = uid + (f";{recurrence.at.isoformat()}" if recurrence is not None else "")
    if kind == "calendar_response" and attendees:
        sender, recipients, when = replace(attendees[0], role=Role.TO), [organizer] if organizer else [], stamp or start
        key = f"{key};reply;{attendees[0].address or attendees[0].name}"
    elif kind == "calendar_cancel":
        when, key = stamp or start, f"{key};cancel"
    if when is None:
        reason = Reason.BAD_DATE if Defect.BAD_DATE in defects else Reason.NO_DATE
        return [Rejected(locator, digest, Outcome.QUARANTINED, reason, "event")]
    people = {
        (p.address or p.name): p
        for p in recipients
        if sender is None or (p.address or p.name) != (sender.address or sender.name)
    }
    record = Record(
        locator=locator,
        sha256=digest,
        key=key,
        channel=Channel.CALENDAR,
        when=when,
        sender=sender,
        recipients=tuple(people.values()),
        subject=" ".join(str(event.get("SUMMARY", "")).split()),
        text=str(event.get("DESCRIPTION", "")).replace("\r\n", "\n")[: context.limits.text_chars],
        event=kind,
        thread=uid,
        defects=tuple(defects if people else [*defects, Defect.NO_RECIPIENTS]),
        extra=tuple((k, v) for k, v in extra if v),
    )
    if kind != "calendar_invite" or recurrence is not None or not ({"RRULE", "RDATE"} & set(event)):
        return [record]
    return list(_expand(record, calendar, event, context))


def _expand(record: Record, calendar: Any, event: Any, context: Context) -> Iterator[Item]:
    """One record for each occurrence inside the limits; a rule that cannot be followed gives the first, marked."""
    import recurring_ical_events

    limits = context.limits
    rule = event.get("RRULE")
    rules = rule if isinstance(rule, list) else [rule] if rule is not None else []
    first = event["DTSTART"].dt
    if len(rules) > 5 or not all(_is_ordinary(r) for r in rules):
        yield replace(record, defects=(*record.defects, Defect.TRUNCATED))
        return
    last = first + timedelta(days=limits.occurrence_days)
    found = recurring_ical_events.of(calendar).between(first, last)
    count = 0
    for occurrence in sorted(found, key=lambda o: str(o["DTSTART"].dt)):
        when, defects = _read_time(occurrence["DTSTART"], context)
        if when is None:
            continue
        count += 1
        if count > limits.occurrences:
            return
        # Said on the first: the series is longer than what is read of it.
        cut = [Defect.TRUNCATED] if count == 1 and len(found) > limits.occurrences else []
        mark = when.at.isoformat()
        yield replace(
            record,
            key=f"{record.key};{mark}",
            when=when,
            defects=tuple(dict.fromkeys([*record.defects, *defects, *cut])),
            extra=(*record.extra, ("occurrence", mark)),
        )


def _is_ordinary(rule: Any) -> bool:
    """Whether a rule is one people make. Others can be endless, or search for a day that never comes."""
    frequency = str((rule.get("FREQ") or ["?"])[0]).upper()
    filters = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"} & set(rule)
    interval = (rule.get("INTERVAL") or [1])[0]
    return (
        frequency in _FREQUENCIES
        and isinstance(interval, int)
        and 1 <= interval <= 1000
        and not (filters and frequency in ("DAILY", "WEEKLY"))
        and not any(len(rule.get(by) or ()) > 1 for by in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    )


def _read_time(value: Any, context: Context) -> tuple[When | None, list[Defect]]:
    if value is None:
        return None, [Defect.NO_DATE]
    try:
        moment = value.dt
    except (AttributeError, ValueError, TypeError):
        return None, [Defect.BAD_DATE]
    raw = value.to_ical().decode("utf-8", "replace") if hasattr(value, "to_ical") else str(value)
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            named = "TZID" in getattr(value, "params", {})
            source = TimeSource.ZONE_NAME if named else TimeSource.OFFSET
            return When(moment.astimezone(UTC).replace(microsecond=0), raw, TimePrecision.EXACT, source), []
        unknown = "TZID" in getattr(value, "params", {})
        source = TimeSource.NONE if unknown else TimeSource.WORKSPACE
        return When(place(moment, context.timezone), raw, TimePrecision.EXACT, source), [Defect.NO_TIMEZONE]
    if isinstance(moment, date):
        noon = datetime(moment.year, moment.month, moment.day, 12)
        return When(place(noon, context.timezone), raw, TimePrecision.DAY, TimeSource.WORKSPACE), []
    return None, [Defect.BAD_DATE]


def _name_event(method: str, status: str) -> str:
    if method in ("REPLY", "COUNTER"):
        return "calendar_response"
    return "calendar_cancel" if method == "CANCEL" or status == "CANCELLED" else "calendar_invite"


def _read_person(value: Any, role: Role) -> Party | None:
    if value is None:
        return None
    if isinstance(value, list):
        value = value[0]
    uri = str(value).strip()
    params = getattr(value, "params", {})
    name = str(params.get("CN", "")).strip().strip('"')
    address = re.sub(r"^mailto:", "", uri, flags=re.I).strip().strip("<>")
    address = normalise_address(address) if "@" in address and not re.match(r"(?:urn|tel|https?):", uri, re.I) else ""
    if not address and "EMAIL" in params:
        address = normalise_address(str(params["EMAIL"]))
    if not address and not name:
        return None
    kind = AccountKind.EMAIL if address else AccountKind.NAME
    return Party(uri, address, name if name.lower() != address else "", kind, role, "attendee")


def _read_attendees(event: Any) -> tuple[list[Party], list[str], list[str]]:
    values = event.get("ATTENDEE", [])
    people: list[Party] = []
    answers: list[str] = []
    rooms: list[str] = []
    for value in values if isinstance(values, list) else [values]:
        params = value.params
        status = str(params.get("PARTSTAT", "NEEDS-ACTION")).upper()
        role = Role.ATTENDEE if status == "ACCEPTED" else Role.TO
        party = _read_person(value, role)
        if party is None:
            continue
        if str(params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
            rooms.append(party.address or party.name)
            continue
        people.append(party)
        answers.append(f"{party.address or party.name} {status}")
        delegates = params.get("DELEGATED-TO", [])
        for delegate in delegates if isinstance(delegates, list) else [delegates]:
            found = _read_person(str(delegate).strip('"'), Role.TO)
            if found is not None:
                people.append(found)
    return people, answers, rooms


def _number(value: Any) -> str:
    try:
        return str(int(value))
    except (TypeError, ValueError):
        return "0"


def _show(value: Any) -> str:
    shown = value.to_ical() if hasattr(value, "to_ical") else str(value)
    text = shown.decode("utf-8", "replace") if isinstance(shown, bytes) else shown
    return " ".join(text.split())[:500]
