"""Calendars: who was asked, who said yes, which version holds, and when it repeats."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import Channel, Defect, Outcome, Reason, Role, TimePrecision, TimeSource

PEOPLE = [
    "ORGANIZER;CN=Dana Lee:mailto:dana@x.example",
    'ATTENDEE;CN="Oak, Kim";PARTSTAT=ACCEPTED:MAILTO:Kim@x.example',
]


def event(*lines: str, uid: str = "1@x", start: str = "DTSTART:20260302T180000Z") -> str:
    body = [f"UID:{uid}", "DTSTAMP:20260301T000000Z", *([start] if start else []), *lines]
    return "BEGIN:VEVENT\r\n" + "".join(f"{x}\r\n" for x in body) + "END:VEVENT\r\n"


def read(folder: Path, *events: str, method: str = "", limits: Limits | None = None) -> list[Item]:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
        + (f"METHOD:{method}\r\n" if method else "")
        + "".join(events)
        + "END:VCALENDAR\r\n"
    )
    path = folder / "c.ics"
    path.write_bytes(text.encode())
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    assert reader is not None
    assert reader.kind == "calendar"
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return items


def rows(items: list[Item]) -> list[Record]:
    return [i for i in items if isinstance(i, Record)]


def test_who_called_it_who_accepted_who_was_only_asked(tmp_path: Path) -> None:
    (item,) = rows(
        read(
            tmp_path,
            event(
                *PEOPLE,
                "ATTENDEE;PARTSTAT=DECLINED:mailto:lou@x.example",
                "ATTENDEE;CUTYPE=ROOM:mailto:room@x.example",
                "SUMMARY:Lunch",
                "LOCATION:Diner",
            ),
        )
    )
    assert item.sender is not None
    assert (item.channel, item.event, item.sender.address, item.subject) == (
        Channel.CALENDAR,
        "calendar_invite",
        "dana@x.example",
        "Lunch",
    )
    assert [(p.address, p.name, p.role) for p in item.recipients] == [
        ("kim@x.example", "Oak, Kim", Role.ATTENDEE),
        ("lou@x.example", "", Role.TO),
    ]
    assert ("partstat", "lou@x.example DECLINED") in item.extra
    assert ("room", "room@x.example") in item.extra


@pytest.mark.parametrize(
    ("start", "utc", "source", "precision"),
    [
        ("DTSTART:20260302T180000Z", "2026-03-02T18:00:00", TimeSource.OFFSET, TimePrecision.EXACT),
        (
            "DTSTART;TZID=Pacific Standard Time:20260302T100000",
            "2026-03-02T18:00:00",
            TimeSource.ZONE_NAME,
            TimePrecision.EXACT,
        ),
        ("DTSTART:20260302T120000", "2026-03-02T18:00:00", TimeSource.WORKSPACE, TimePrecision.EXACT),
        ("DTSTART;VALUE=DATE:20260302", "2026-03-02T18:00:00", TimeSource.WORKSPACE, TimePrecision.DAY),
    ],
)
def test_times_with_windows_zones_floating_and_whole_days(
    tmp_path: Path, start: str, utc: str, source: TimeSource, precision: TimePrecision
) -> None:
    (item,) = rows(read(tmp_path, event(*PEOPLE, start=start)))
    assert item.when is not None
    assert (item.when.at.isoformat(), item.when.source, item.when.precision) == (f"{utc}+00:00", source, precision)


def test_a_series_is_one_item_for_each_time_less_the_moved_one(tmp_path: Path) -> None:
    moved = event(*PEOPLE, "RECURRENCE-ID:20260309T180000Z", start="DTSTART:20260310T180000Z")
    found = rows(read(tmp_path, event(*PEOPLE, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260316T180000Z"), moved))
    assert [i.when.at.day for i in found if i.when] == [2, 10]
    assert len({i.key for i in found}) == 2


def test_a_series_without_end_stops_at_the_limit_and_says_so(tmp_path: Path) -> None:
    found = rows(read(tmp_path, event(*PEOPLE, "RRULE:FREQ=DAILY"), limits=Limits(occurrences=10)))
    assert len(found) == 10
    assert Defect.TRUNCATED in found[0].defects


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "COUNT=3"]
)
def test_rules_no_person_makes_are_not_followed(tmp_path: Path, rule: str) -> None:
    (item,) = rows(read(tmp_path, event(*PEOPLE, f"RRULE:{rule}")))
    assert Defect.TRUNCATED in item.defects


def test_a_later_version_supersedes(tmp_path: Path) -> None:
    old, new = read(
        tmp_path, event(*PEOPLE, "SEQUENCE:0"), event(*PEOPLE, "SEQUENCE:2", start="DTSTART:20260303T180000Z")
    )
    assert isinstance(old, Rejected)
    assert (old.outcome, old.reason) == (Outcome.IGNORED, Reason.SUPERSEDED)
    assert isinstance(new, Record)


def test_answers_and_cancellations_are_events_of_their_own(tmp_path: Path) -> None:
    (reply,) = rows(read(tmp_path, event(*PEOPLE), method="REPLY"))
    assert reply.sender is not None
    assert (reply.event, reply.sender.address, [p.address for p in reply.recipients]) == (
        "calendar_response",
        "kim@x.example",
        ["dana@x.example"],
    )
    (cancel,) = rows(read(tmp_path, event(*PEOPLE), method="CANCEL"))
    assert cancel.when is not None
    assert (cancel.event, cancel.when.at.day) == ("calendar_cancel", 1)


def test_an_event_that_names_nobody_is_ignored_by_rule(tmp_path: Path) -> None:
    (item,) = read(tmp_path, event("SUMMARY:Holiday"))
    assert isinstance(item, Rejected)
    assert (item.outcome, item.reason) == (Outcome.IGNORED, Reason.SYSTEM_EVENT)


def test_a_broken_event_costs_only_itself(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        event(*PEOPLE, start="DTSTART:garbage"),
        "BEGIN:VEVENT\r\nRRULE:;;\r\n",
        event(*PEOPLE, uid="2"),
        event(*PEOPLE, start="", uid="3"),
    )
    first = items[0]
    assert isinstance(first, Rejected)
    assert first.reason is Reason.BAD_DATE
    assert [i.key for i in rows(items)] == ["2"]
    assert len(items) == 4


def test_a_calendar_without_events_is_one_item(tmp_path: Path) -> None:
    (item,) = read(tmp_path)
    assert isinstance(item, Rejected)
    assert item.reason is Reason.SYSTEM_EVENT


def test_more_events_than_allowed_is_said(tmp_path: Path) -> None:
    items = read(tmp_path, *(event(*PEOPLE, uid=str(n)) for n in range(5)), limits=Limits(members=3))
    last = items[-1]
    assert isinstance(last, Rejected)
    assert (len(items), last.reason) == (4, Reason.TOO_MANY_MEMBERS)
