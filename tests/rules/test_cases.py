"""The scenarios: what can be checked without detection (numbers, notice, attendance, flips); all are complete."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from quorum_watch.errors import LawError
from quorum_watch.rules import load_profile
from quorum_watch.rules.cases import Scenario, as_files, load_cases, read_cases
from quorum_watch.rules.notice import About, Notice, attendance, clears
from quorum_watch.rules.overlay import shipped
from quorum_watch.vocabulary import Act, Channel, Concern, Pattern, Test, VoteRule

FILES = shipped("cases")
ALL = [s for name in FILES for s in load_cases(name)]
CONCERNS = ["none", *Concern]


def ids(scenarios: list[Scenario]) -> list[str]:
    return [f"{s.profile}:{s.id}" for s in scenarios]


def profile_of(s: Scenario):
    return load_profile(s.profile, overlay=s.overlay or None)


def rule_of(s: Scenario) -> VoteRule | None:
    return VoteRule(s.matter["vote_rule"]) if s.matter.get("vote_rule") else None


def thresholds(s: Scenario, body_id: str):
    return profile_of(s).thresholds(s.body(body_id).facts(), rule_of(s), date.fromisoformat(s.on))


def reach(s: Scenario, body_id: str) -> int:
    """How many members of the body took part in anything: an upper bound of every reach."""
    people = {p for r in s.interactions for p in (r["from"], *r.get("to", ()), *r.get("cc", ()), *r.get("bcc", ()))}
    return len(people & set(s.body(body_id).members))


def test_the_thirty_golden_scenarios_are_there() -> None:
    assert {s.golden for s in load_cases("us-wi")} >= set(range(1, 31))


@pytest.mark.parametrize("profile", shipped("profiles"))
def test_every_state_has_at_least_three_scenarios(profile: str) -> None:
    assert len([s for s in load_cases(profile) if not s.variant_of]) >= 3


@pytest.mark.parametrize("s", ALL, ids=ids(ALL))
def test_scenario_is_well_formed(s: Scenario) -> None:
    assert s.name
    assert s.basis or s.variant_of
    assert "at_least" in s.expected or "at_most" in s.expected
    low, high = s.expected.get("at_least", "none"), s.expected.get("at_most", "look_first")
    assert CONCERNS.index(low) <= CONCERNS.index(high)
    assert s.expected.get("test") in (None, *Test)
    assert s.expected.get("pattern") in (None, *Pattern)
    assert s.interactions
    known = {p for b in s.bodies for p in (*b.members, *b.elect, b.presiding)} | set(s.people)
    for row in s.interactions:
        assert row["channel"] in set(Channel)
        assert set(row["coded_acts"]) <= set(Act)
        assert {row["from"], *row.get("to", ())} <= known, row["id"]
        assert row.get("in_reply_to") is None or row["in_reply_to"] in {r["id"] for r in s.interactions} or s.changes
    assert len({r["id"] for r in s.interactions}) == len(s.interactions)


@pytest.mark.parametrize(
    "s", [s for s in ALL if s.expected.get("numbers")], ids=ids([s for s in ALL if s.expected.get("numbers")])
)
def test_numbers(s: Scenario) -> None:
    for body_id, numbers in s.expected["numbers"].items():
        found = thresholds(s, body_id)
        if not numbers:
            assert found == (), "an excluded body has no numbers"
        for name, expected in numbers.items():
            if isinstance(expected, dict):
                for rule, value in expected.items():
                    got = [t.value for t in found if t.name == name and t.vote_rule == rule]
                    assert got == [value], (name, rule)
            else:
                got = [t.value for t in found if t.name == name and t.vote_rule in (None, rule_of(s))]
                assert got == [expected], name


REACHING = [s for s in ALL if s.expected.get("reached")]


@pytest.mark.parametrize("s", REACHING, ids=ids(REACHING))
def test_what_is_said_to_be_reached_can_be_reached(s: Scenario) -> None:
    for body_id, names in s.expected["reached"].items():
        found = thresholds(s, body_id)
        for name in names:
            values = [t.value for t in found if t.name == name]
            assert values, f"the profile has no number '{name}'"
            assert min(values) <= reach(s, body_id), name


#: Scenarios whose contacts are a conversation: there the reach is simply who took part.
TALKS = [s for s in ALL if s.expected.get("not_reached") and all("thread" in r for r in s.interactions)]


@pytest.mark.parametrize("s", TALKS, ids=ids(TALKS))
def test_what_is_said_not_to_be_reached_is_above_the_reach(s: Scenario) -> None:
    for body_id, names in s.expected["not_reached"].items():
        for t in thresholds(s, body_id):
            if t.name in names and t.vote_rule in (None, rule_of(s)):
                assert t.value > reach(s, body_id), t.name


def test_a_changed_fact_flips_a_number() -> None:
    """For every variant of a conversation, what it reaches differs from its parent exactly where the file says so."""
    by_id = {(s.profile, s.id): s for s in ALL}
    flips = 0
    for s in TALKS:
        parent = by_id.get((s.profile, s.variant_of))
        if parent is not None and parent.expected.get("reached"):
            for body_id, names in parent.expected["reached"].items():
                flips += len(set(names) & set(s.expected["not_reached"].get(body_id, ())))
    assert flips >= 12


def answer(s: Scenario, want: dict[str, object]) -> Notice:
    meeting = next(m for m in s.meetings if m.meeting_id == want["meeting"])
    at = datetime.fromisoformat(str(want["at"])).replace(tzinfo=ZoneInfo(s.timezone))
    body = s.body(str(want["body"]))
    about = About(s.matter.get("id", ""), s.matter.get("title", ""), (s.matter.get("topic", ""),))
    return clears(
        profile_of(s),
        meeting,
        body_id=body.body_id,
        at=at,
        about=about,
        parent_id=body.parent or None,
        bargaining=body.bargaining,
    )


NOTICED = [s for s in ALL if s.expected.get("notice")]


@pytest.mark.parametrize("s", NOTICED, ids=ids(NOTICED))
def test_notice(s: Scenario) -> None:
    want = s.expected["notice"]
    got = answer(s, want)
    assert (got.outcome, got.reason) == (want["outcome"], want["reason"])
    assert got.because
    assert got.citation.cite
    assert all(r in profile_of(s) for r in got.rules)


ATTENDED = [s for s in ALL if s.expected.get("attendance")]


@pytest.mark.parametrize("s", ATTENDED, ids=ids(ATTENDED))
def test_attendance(s: Scenario) -> None:
    want = s.expected["attendance"]
    meeting = next(m for m in s.meetings if m.meeting_id == want["meeting"])
    others = [m for m in s.meetings if m is not meeting]
    assert reach(s, want["body"]) == want["count"], "the count stands in the facts too"
    got = attendance(
        profile_of(s), meeting, thresholds(s, want["body"]), body_id=want["body"], count=want["count"], notices=others
    )
    assert (got.outcome, got.reason) == (want["outcome"], want["reason"])
    assert got.because


def test_a_meeting_whose_row_states_no_subject_clears_with_a_doubt() -> None:
    s = next(s for s in ALL if s.id == "meeting-without-notice-time/subject-not-stated")
    got = answer(s, s.expected["notice"])
    assert got.clears
    assert any("subject" in d for d in got.doubts)


def test_workspace_files_hold_the_facts() -> None:
    s = next(s for s in ALL if s.id == "budget-five/four-and-a-vacancy")
    files = as_files(s)
    assert 'jurisdiction = "us-wi"' in files["workspace.toml"]
    members = [line for line in files["roster/memberships.csv"].splitlines() if "common-council,member," in line]
    assert len(members) == 11
    assert "MAYOR,common-council,presiding,no" in files["roster/memberships.csv"]
    assert "two_thirds_of_members_elect" in files["matters.csv"]
    assert files["inbox/interactions.jsonl"].count("\n") == 14
    assert as_files(s) == files


def test_no_scenario_repeats_an_invented_or_real_name() -> None:
    """People are letters and numbers, so that nobody living is meant."""
    for s in ALL:
        for p in (p for b in s.bodies for p in b.members):
            assert p.upper() == p


CASES = "schema: quorum-watch/cases/1\nprofile: us-wi\non: 2026-01-01\nbodies: {}\nscenarios:\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            CASES + "  a: {name: A, bodies: [x], expected: {at_most: none}}\n",
            "No body 'x'",
        ),
        (
            CASES + "  a: {nam: A, expected: {at_most: none}}\n",
            "Unknown entry 'nam'",
        ),
        (
            CASES + "  a: {name: A, expected: {most: none}}\n",
            "Unknown entry 'most'",
        ),
        ("profile: us-wi\n", "not a file of scenarios"),
    ],
)
def test_a_malformed_scenario_is_refused(text: str, what: str) -> None:
    with pytest.raises(LawError) as caught:
        read_cases(text, "mine.yaml")
    assert what in str(caught.value)
    assert "mine.yaml" in str(caught.value)
