"""Matters and meetings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from quorum_watch.errors import WorkspaceError
from quorum_watch.vocabulary import TimePrecision, VoteRule
from quorum_watch.workspace import Workspace
from tests.workspace.fill import fill

MATTERS = """matter_id,title,body_ids,topic,vote_rule,opened,vote_on,closed
R-2,Depot roof,council; finance,property,,2026-02-01,,2026-03-01
R-1,Budget amendment,council,Budget,two_thirds_of_members,,2026-10-27,
"""


def test_matters_are_read_in_the_order_of_their_ids(tmp_path: Path) -> None:
    ws = Workspace.open(fill(tmp_path, matters=MATTERS))
    assert [m.matter_id for m in ws.matters] == ["R-1", "R-2"]
    budget, depot = ws.matters
    assert (budget.vote_rule, budget.topic, budget.vote_on) == (
        VoteRule.TWO_THIRDS_OF_MEMBERS,
        "budget",
        date(2026, 10, 27),
    )
    assert depot.body_ids == ("council", "finance")
    assert [depot.pending(date(2026, 2, d)) for d in (1, 28)] == [True, True]
    assert not depot.pending(date(2026, 1, 31))
    assert not depot.pending(date(2026, 3, 2))
    assert ws.matter("R-9") is None


def test_times_with_and_without_an_offset(tmp_path: Path) -> None:
    text = (
        "meeting_id,body_ids,start,end,notice_posted\n"
        "b,council,2026-10-20T18:30:00-05:00,,\n"
        "a,council,2026-07-01T18:30,2026-07-01 20:00,2026-06-30\n"
        "c,council,2026-12-01,,\n"
    )
    ws = Workspace.open(fill(tmp_path, meetings=text))
    a, b, c = ws.meetings
    assert a.start == datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert (a.zone_assumed, b.zone_assumed) == (True, False)
    assert b.start == datetime(2026, 10, 20, 23, 30, tzinfo=UTC)
    assert b.notice_posted is None
    assert (c.start, c.precision) == (datetime(2026, 12, 1, 6, tzinfo=UTC), TimePrecision.DAY)
    assert ws.times_assumed == 2


def test_good_cause_for_a_shorter_notice_is_yes_or_no(tmp_path: Path) -> None:
    rows = "meeting_id,body_ids,start,good_cause\na,council,2026-01-01T10:00,Yes\nb,council,2026-01-02T10:00,\n"
    ws = Workspace.open(fill(tmp_path, meetings=rows))
    assert [m.good_cause for m in ws.meetings] == [True, False]
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(fill(tmp_path, meetings=rows.replace("Yes", "perhaps")))
    assert [(f.code, f.where) for f in caught.value.faults] == [("QW-E209", "meetings.csv line 2")]


def test_every_wrong_cell_is_named(tmp_path: Path) -> None:
    matters = "matter_id,title,vote_rule,opened,closed\na,A,most,4/1/2026,\na,B,,2026-03-01,2026-02-01\n"
    meetings = "meeting_id,body_ids,start,end\nm,council,tomorrow,\nm2,council,2026-01-02T10:00,2026-01-01T10:00\n"
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(fill(tmp_path, matters=matters, meetings=meetings))
    faults = [(f.code, f.where) for f in caught.value.faults]
    assert faults == [
        ("QW-E209", "matters.csv line 2"),
        ("QW-E209", "matters.csv line 2"),
        ("QW-E209", "matters.csv line 3"),
        ("QW-E209", "meetings.csv line 2"),
        ("QW-E209", "meetings.csv line 3"),
    ]
    assert any("Spreadsheet programs rewrite dates" in f.remedy for f in caught.value.faults)


def test_ids_are_used_once(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(fill(tmp_path, matters="matter_id,title\na,A\na,B\n"))
    assert caught.value.code == "QW-E240"
    assert "line 2" in caught.value.faults[0].what


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//alder falls//EN
BEGIN:VEVENT
UID:one@falls
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/Chicago:20261006T183000
DTEND;TZID=America/Chicago:20261006T200000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Finance Committee of the Common Council
X-NOTICE-POSTED:2026-10-01T12:00
END:VEVENT
BEGIN:VEVENT
UID:two@falls
DTSTAMP:20260101T000000Z
DTSTART:20261020T233000Z
SUMMARY:Regular meeting
CATEGORIES:Common Council
END:VEVENT
BEGIN:VEVENT
UID:three@falls
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261101
SUMMARY:Leaf collection
END:VEVENT
BEGIN:VEVENT
UID:four@falls
DTSTAMP:20260101T000000Z
DTSTART:20261021T233000Z
STATUS:CANCELLED
SUMMARY:Common Council
END:VEVENT
END:VCALENDAR
"""


def test_a_published_calendar_serves_as_meetings(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "meetings.ics").write_text(ICS.replace("\n", "\r\n"))
    ws = Workspace.open(tmp_path)
    assert [(m.start.day, m.body_ids) for m in ws.meetings] == [
        (6, ("finance",)),
        (13, ("finance",)),
        (20, ("finance",)),
        (20, ("council",)),
    ]
    assert len({m.meeting_id for m in ws.meetings}) == 4
    assert ws.meetings[0].start == datetime(2026, 10, 6, 23, 30, tzinfo=UTC)
    assert ws.meetings[0].notice_posted == datetime(2026, 10, 1, 17, tzinfo=UTC)
    assert ws.meetings[3].notice_posted is None
    assert ws.calendar_unmatched == ("Leaf collection",)


def test_a_joint_meeting_belongs_to_both_bodies(tmp_path: Path) -> None:
    fill(tmp_path)
    title = "Joint meeting: Common Council and Finance Committee"
    text = ICS.replace("Finance Committee of the Common Council", title)
    (tmp_path / "meetings.ics").write_text(text)
    assert Workspace.open(tmp_path).meetings[0].body_ids == ("council", "finance")


def test_two_calendars_and_a_damaged_one(tmp_path: Path) -> None:
    fill(tmp_path, meetings="meeting_id,body_ids,start\n")
    (tmp_path / "meetings.ics").write_text(ICS)
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(tmp_path)
    assert caught.value.code == "QW-E241"
    (tmp_path / "meetings.csv").unlink()
    (tmp_path / "meetings.ics").write_bytes(b"\x00\xff not a calendar")
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(tmp_path)
    assert caught.value.code == "QW-E242"
