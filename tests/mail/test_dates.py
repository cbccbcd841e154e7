"""Times: read strictly, never invented, their doubt kept."""

from __future__ import annotations

import pytest

from quorum_watch.mail.dates import read_date, read_local
from quorum_watch.vocabulary import Defect, TimePrecision, TimeSource

CITY = "America/Chicago"


@pytest.mark.parametrize(
    ("raw", "utc", "source"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06", TimeSource.OFFSET),
        ("21 Nov 97 09:55 GMT", "1997-11-21T09:55:00", TimeSource.ZONE_NAME),
        ("Tue, 1 Jul 2003 ((tricky)\n comment) 10:52:37 +0200", "2003-07-01T08:52:37", TimeSource.OFFSET),
        ("Tue, 1 Jul 2003 10:52:60 +0200", "2003-07-01T08:53:00", TimeSource.OFFSET),
        ("Sun, 27 Oct 2002 23:57:07 EST", "2002-10-28T04:57:07", TimeSource.ZONE_NAME),
        ("2026-03-01T10:00:00.1234567Z", "2026-03-01T10:00:00", TimeSource.ZONE_NAME),
        ("Thursday, November 3, 2016 at 11:59:50\u202fAM UTC", "2016-11-03T11:59:50", TimeSource.ZONE_NAME),
        ("Thu, 10 Jul 1997 14:53:31 EST5EDT", "1997-07-10T19:53:31", TimeSource.NONE),
        ("Fri Nov 21 09:55:06 1997", "1997-11-21T15:55:06", TimeSource.NONE),
        ("Tue, 25 Aug 2009 10:00:00 MESZ", "2009-08-25T15:00:00", TimeSource.NONE),
        ("Tue, 25 Aug 2009 10:00:00 +9999", "2009-08-25T15:00:00", TimeSource.NONE),
        ("1 Jul 2003 10:52:37 -0000", "2003-07-01T10:52:37", TimeSource.NONE),
    ],
)
def test_times_and_where_their_zone_came_from(raw: str, utc: str, source: TimeSource) -> None:
    found = read_date(raw, CITY)
    assert found.when is not None
    assert (found.when.at.isoformat(), found.when.source) == (f"{utc}+00:00", source)
    assert (Defect.NO_TIMEZONE in found.defects) == (source is TimeSource.NONE)


@pytest.mark.parametrize(
    "raw",
    [
        "31 Jun 2025 10:00:00 +0000",
        "1 Jan 2025 25:52:00 +0000",
        "05/06/19 10:00",
        "1234567890",
        "4 zzz 2020 10:00:00 +0000",
        "20 11 79 05:34:27 -0300",
        "some words and 0 1 2",
        "1 Jan 0000 00:00:00 +0000",
        "Thu, 1 Jan 1970 00:00:00 +0000",
    ],
)
def test_what_cannot_be_read_is_no_date(raw: str) -> None:
    assert read_date(raw, CITY).when is None
    assert read_date(raw, CITY).defects == (Defect.BAD_DATE,)


def test_an_absent_date_differs_from_a_bad_one() -> None:
    assert read_date(" ", CITY).defects == (Defect.NO_DATE,)


def test_a_weekday_that_does_not_fit_is_marked() -> None:
    assert Defect.DATE_CONFLICT in read_date("Mon, 21 Nov 1997 09:55:06 -0600", CITY).defects


def test_local_times_are_local_and_counted() -> None:
    found = read_local("2026-07-01T09:30:00", CITY)
    assert found.when is not None
    assert found.when.at.isoformat() == "2026-07-01T14:30:00+00:00"
    assert found.when.source is TimeSource.WORKSPACE
    assert found.defects == (Defect.NO_TIMEZONE,)


def test_a_day_is_a_day() -> None:
    found = read_local("2026-07-01", CITY)
    assert found.when is not None
    assert found.when.precision is TimePrecision.DAY


@pytest.mark.parametrize("raw", ["2026-13-01", "2026-02-30", "7/1/2026 9:30", "noon"])
def test_local_times_that_are_none(raw: str) -> None:
    assert read_local(raw, CITY).when is None
