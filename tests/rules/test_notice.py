"""Notice beyond the scenarios: states that ask for more or less, times at the edge, and what is printed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.rules import BodyFacts, load_profile
from quorum_watch.rules.notice import About, MeetingFacts, Notice, attendance, clears
from quorum_watch.rules.overlay import shipped

START = datetime(2026, 10, 20, 23, tzinfo=UTC)
ABOUT = About("Z-5", "Rezoning of Oak Street", ("zoning",))


def meeting(ahead: timedelta | None = timedelta(hours=24), **more: object) -> MeetingFacts:
    facts = {"end": START + timedelta(hours=2), "matter_ids": ("Z-5",), **more}
    return MeetingFacts("m", ("council",), START, notice_posted=None if ahead is None else START - ahead, **facts)  # type: ignore[arg-type]


def ask(row: MeetingFacts, *, state: str = "us-wi", at: datetime = START, **more: object) -> Notice:
    keys = {"body_id": "council", "about": ABOUT, **more}
    return clears(load_profile(state), row, at=at, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "good_cause", "expected"),
    [(24, False, True), (23, False, False), (23, True, True), (2, True, True), (1, True, False), (2, False, False)],
)
def test_wisconsin_notice_hours(hours: int, good_cause: bool, expected: bool) -> None:
    assert ask(meeting(timedelta(hours=hours), good_cause=good_cause)).clears is expected


@pytest.mark.parametrize(
    ("state", "hours"), [("us-ca", 72), ("us-il", 48), ("us-mi", 18), ("us-oh", 24), ("us-ma", 48)]
)
def test_other_states_ask_for_their_own_hours_and_say_that_they_are_unverified(state: str, hours: int) -> None:
    enough, short = (ask(meeting(timedelta(hours=h)), state=state) for h in (hours, hours - 1))
    assert (enough.clears, short.clears) == (True, False)
    assert not enough.citation.verified


def test_florida_fixes_no_number_of_hours() -> None:
    assert ask(meeting(timedelta(minutes=5)), state="us-fl").clears
    assert not ask(meeting(-timedelta(minutes=5)), state="us-fl").clears, "after the start is no notice"
    assert not ask(meeting(None), state="us-fl").clears


@pytest.mark.parametrize(("minutes", "expected"), [(-20, False), (-15, True), (0, True), (120, True), (121, False)])
def test_only_contact_inside_the_meeting_is_cleared(minutes: int, expected: bool) -> None:
    assert ask(meeting(), at=START + timedelta(minutes=minutes)).clears is expected


def test_an_end_that_is_not_stated_is_assumed_and_said() -> None:
    got = ask(meeting(end=None), at=START + timedelta(hours=3))
    assert got.clears
    assert any("no end" in d for d in got.doubts)
    assert not ask(meeting(end=None), at=START + timedelta(hours=5)).clears


@pytest.mark.parametrize(
    ("matters", "subject", "expected"),
    [
        (("Z-5",), "", "cleared"),
        ((), "Rezoning of Oak Street", "cleared"),
        ((), "Public hearing: rezoning of Oak Street, continued", "cleared"),
        ((), "Zoning", "cleared"),
        ((), "", "cleared"),  # with a doubt
        (("R-1",), "", "not_cleared"),
        ((), "Road contract", "not_cleared"),
        (("R-1",), "Road contract", "not_cleared"),
    ],
)
def test_the_subject_must_be_named(matters: tuple[str, ...], subject: str, expected: str) -> None:
    assert ask(meeting(matter_ids=matters, subject=subject)).outcome == expected


def test_a_bargaining_body_is_excluded_before_anything_else() -> None:
    got = ask(meeting(None), bargaining=True)
    assert (got.outcome, got.clears) == ("excluded", True)


def test_a_subunit_rule_is_only_where_the_state_has_one() -> None:
    beside = {"body_id": "parks", "parent_id": "council"}
    assert ask(meeting(), **beside).reason == "subunit_adjacent"
    assert ask(meeting(), at=START + timedelta(hours=3), **beside).clears, "one hour after the end"
    assert not ask(meeting(), at=START + timedelta(hours=3, minutes=1), **beside).clears
    assert ask(meeting(), state="us-ca", **beside).reason == "body_not_named"
    late = ask(meeting(timedelta(hours=3)), **beside)
    assert late.reason == "late_notice", "the parent's meeting must itself be lawful"


@given(st.integers(0, 12), st.booleans())
@settings(max_examples=60, deadline=None)
def test_attendance_flips_at_half_and_is_cured_by_notice_alone(count: int, own_notice: bool) -> None:
    profile = load_profile("us-wi")
    thresholds = profile.thresholds(BodyFacts("council", "common_council", 12, 12), None, date(2026, 10, 20))
    host = MeetingFacts("pc", ("plan",), START, START + timedelta(hours=2), START - timedelta(days=4), ("Z-5",))
    rows = [meeting()] if own_notice else []
    got = attendance(profile, host, thresholds, body_id="council", count=count, notices=rows)
    if count < 6:
        assert got.outcome == "no_matter"
    else:
        assert got.clears is own_notice


def test_attendance_where_no_rule_was_found_clears_nothing_and_accuses_nobody() -> None:
    profile = load_profile("us-tx")
    thresholds = profile.thresholds(BodyFacts("council", "common_council", 7, 7), None, date(2026, 10, 20))
    host = MeetingFacts("pc", ("plan",), START)
    got = attendance(profile, host, thresholds, body_id="council", count=7)
    assert got.outcome == "no_matter"
    assert "no rule" in got.because


@pytest.mark.parametrize("state", shipped("profiles"))
def test_every_answer_says_why_in_words_we_allow(state: str) -> None:
    refused = ("violation", "guilty", "suspect", "compliant", "illegal", "unlawful", "{", "}")
    rows = [meeting(), meeting(None), meeting(timedelta(hours=1)), meeting(matter_ids=("R-1",))]
    for row in rows:
        for body in ("council", "other"):
            got = ask(row, state=state, body_id=body)
            assert got.because
            assert got.citation.cite
            assert not [w for w in refused if w in got.because.lower()]
