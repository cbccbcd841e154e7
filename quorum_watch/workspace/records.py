"""Matters and meetings: what was pending, and when the public was told a body would meet.

``matters.csv`` and ``meetings.csv`` follow the contract; ``meetings.ics`` is read in place of ``meetings.csv`` by
:mod:`quorum_watch.workspace.calendar`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from quorum_watch.errors import Fault
from quorum_watch.model import BodyId, MatterId
from quorum_watch.vocabulary import TimePrecision, VoteRule
from quorum_watch.workspace.tables import (
    Codes,
    Row,
    Spec,
    date_fault,
    parse_date,
    parse_yes_no,
    read_csv,
    shorten,
    split_ids,
)

CODES = Codes(file="QW-E207", column="QW-E208", cell="QW-E209")
DUPLICATE = "QW-E240"
MATTERS = Spec("matters", ("matter_id", "title"), ("body_ids", "topic", "vote_rule", "opened", "vote_on", "closed"))
MEETINGS = Spec(
    "meetings", ("meeting_id", "body_ids", "start"), ("end", "notice_posted", "matter_ids", "subject", "good_cause")
)


@dataclass(frozen=True, slots=True)
class Matter:
    """One agenda item, pending or past: the bodies that take it up, its topic, the votes it needs and its days.

    ``vote_rule`` is ``None`` where the workspace does not say; ``where`` is the row it was read from.
    """

    matter_id: MatterId
    title: str
    body_ids: tuple[BodyId, ...] = ()
    topic: str = ""
    vote_rule: VoteRule | None = None
    opened: date | None = None
    vote_on: date | None = None
    closed: date | None = None
    where: str = ""

    def pending(self, on: date) -> bool:
        """Whether the matter was open on a day: not before it was opened, not after it was closed."""
        return (self.opened is None or self.opened <= on) and (self.closed is None or on <= self.closed)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One noticed meeting. Times are in UTC; ``zone_assumed``: some carried no offset, so the workspace zone was used.

    ``precision`` is ``day`` where only the day of the start is known (then ``start`` is local midnight). ``end`` and
    ``notice_posted`` are ``None`` where not known: an unknown notice time is not a timely one. ``good_cause``: the row
    records good cause for a shorter notice.
    """

    meeting_id: str
    body_ids: tuple[BodyId, ...]
    start: datetime
    end: datetime | None = None
    notice_posted: datetime | None = None
    matter_ids: tuple[MatterId, ...] = ()
    subject: str = ""
    precision: TimePrecision = TimePrecision.EXACT
    zone_assumed: bool = False
    where: str = ""
    good_cause: bool = False


def read_matters(root: Path) -> tuple[tuple[Matter, ...], list[Fault]]:
    """The matters of a workspace in the order of their ids, with every fault; none where the file is absent."""
    path = root / "matters.csv"
    if not path.exists():
        return (), []
    table = read_csv(path, "matters.csv", MATTERS, CODES)
    faults = list(table.faults)
    matters = [matter for row in table.rows if (matter := _matter(row, faults)) is not None]
    faults += _repeats("matter_id", [(m.matter_id, m.where) for m in matters])
    return tuple(sorted(matters, key=lambda m: m.matter_id)), faults


def read_meetings(root: Path, zone: ZoneInfo) -> tuple[tuple[Meeting, ...], list[Fault]]:
    """The meetings of ``meetings.csv`` in time order, with every fault; none where the file is absent."""
    path = root / "meetings.csv"
    if not path.exists():
        return (), []
    table = read_csv(path, "meetings.csv", MEETINGS, CODES)
    faults = list(table.faults)
    meetings = [meeting for row in table.rows if (meeting := _meeting(row, zone, faults)) is not None]
    faults += _repeats("meeting_id", [(m.meeting_id, m.where) for m in meetings])
    return in_order(meetings), faults


def in_order(meetings: Sequence[Meeting]) -> tuple[Meeting, ...]:
    """Meetings by start, then id."""
    return tuple(sorted(meetings, key=lambda m: (m.start, m.meeting_id)))


def parse_time(text: str, zone: ZoneInfo) -> tuple[datetime, TimePrecision, bool] | None:
    """A time in UTC from ISO 8601 text, its precision, and whether the zone had to be assumed; ``None`` if unreadable.

    >>> parse_time("2026-10-20T18:30", ZoneInfo("America/Chicago"))[0].isoformat()
    '2026-10-20T23:30:00+00:00'
    >>> parse_time("2026-10-20", ZoneInfo("America/Chicago"))[1].value
    'day'
    """
    day = parse_date(text)
    if day is None and not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", text):
        return None
    try:
        moment = datetime(day.year, day.month, day.day) if day else datetime.fromisoformat(text)
        assumed = moment.tzinfo is None
        aware = moment.replace(tzinfo=zone) if assumed else moment
        return aware.astimezone(UTC), TimePrecision.DAY if day else TimePrecision.EXACT, assumed
    except (ValueError, OverflowError):
        return None


def _repeats(column: str, ids: list[tuple[str, str]]) -> list[Fault]:
    first: dict[str, str] = {}
    faults = []
    for value, where in ids:
        if value in first:
            what = f"{column} {shorten(value)} is used twice; first at {first[value]}."
            faults.append(Fault(DUPLICATE, what, where, "Give each row its own id, or delete one of the two rows."))
        first.setdefault(value, where)
    return faults


def _matter(row: Row, faults: list[Fault]) -> Matter | None:
    before = len(faults)
    days: dict[str, date | None] = {}
    for column in ("opened", "vote_on", "closed"):
        text = row.get(column)
        days[column] = parse_date(text)
        if text and days[column] is None:
            faults.append(date_fault(CODES.cell, column, text, row.where))
    opened, closed = days["opened"], days["closed"]
    if opened and closed and closed < opened:
        faults.append(
            Fault(CODES.cell, "The matter is closed before it is opened.", row.where, "Correct opened or closed.")
        )
    rule = row.get("vote_rule").lower()
    if rule and rule not in set(VoteRule):
        remedy = f"Use one of: {', '.join(VoteRule)}; or leave it blank."
        faults.append(Fault(CODES.cell, f"vote_rule is not a known word: {shorten(rule)}.", row.where, remedy))
    if len(faults) > before:
        return None
    return Matter(
        row.get("matter_id"),
        row.get("title"),
        split_ids(row.get("body_ids")),
        row.get("topic").lower(),
        VoteRule(rule) if rule else None,
        opened,
        days["vote_on"],
        closed,
        row.where,
    )


def _meeting(row: Row, zone: ZoneInfo, faults: list[Fault]) -> Meeting | None:
    before = len(faults)
    times: dict[str, tuple[datetime, TimePrecision, bool] | None] = {}
    for column in ("start", "end", "notice_posted"):
        text = row.get(column)
        times[column] = parse_time(text, zone) if text else None
        if text and times[column] is None:
            remedy = "Write it as 2026-04-21T18:30:00-05:00, or without the offset for the time of the city."
            what = f"{column} is not a time: {shorten(text)}."
            faults.append(Fault(CODES.cell, what, row.where, remedy))
    start, end, posted = times["start"], times["end"], times["notice_posted"]
    if start and end and end[0] < start[0] and end[1] is TimePrecision.EXACT:
        faults.append(Fault(CODES.cell, "The meeting ends before it starts.", row.where, "Correct start or end."))
    good_cause = parse_yes_no(row, "good_cause", CODES.cell, faults)
    if len(faults) > before or start is None:
        return None
    return Meeting(
        row.get("meeting_id"),
        split_ids(row.get("body_ids")),
        start[0],
        end[0] if end else None,
        posted[0] if posted else None,
        split_ids(row.get("matter_ids")),
        row.get("subject"),
        start[1],
        any(t is not None and t[2] for t in (start, end, posted)),
        row.where,
        bool(good_cause),
    )
