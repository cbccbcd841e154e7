"""Whatever a table says, the answer is a roster that keeps its promises or a list of faults."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorum_watch.roster import Roster
from quorum_watch.vocabulary import AccountKind
from quorum_watch.workspace.records import parse_time
from tests.workspace.fill import ACCOUNTS, BODIES, LISTS, MEMBERSHIPS, PEOPLE, fill

TABLES = {"people": PEOPLE, "bodies": BODIES, "memberships": MEMBERSHIPS, "accounts": ACCOUNTS, "lists": LISTS}
PLAIN = (
    "ann ben council finance member chair presiding yes no 0 1 12 2026-04-21 2026-02-30 0001-01-01 9999-12-31 4/21/26 "
    "email phone x ann@alderfalls.example council@alderfalls.example EXAMPLE ; =1+1"
)
WORDS = st.sampled_from([*PLAIN.split(), "", "9" * 40, "\u0663", "\u00b2", "\x00", '"', "\u202e"])
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, str]:
    name = draw(st.sampled_from(sorted(TABLES)))
    lines = TABLES[name].splitlines()
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.integers(0, len(lines) - 1))
        cells = lines[row].split(",")
        cells[draw(st.integers(0, len(cells) - 1))] = draw(WORDS)
        lines[row] = ",".join(cells)
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.text(max_size=20)).replace("\ud800", ""))
    return {name: "\n".join(lines) + "\n"}


@given(tables=damaged())
@few
def test_a_damaged_table_gives_faults_or_a_roster_that_adds_up(
    tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = fill(tmp_path_factory.getbasetemp() / "damaged", **tables)
    roster, faults = Roster.examine(root)
    assert (roster is None) == bool(faults)
    for fault in faults:
        assert fault.code.startswith("QW-E4")
        assert fault.what
        assert fault.where.startswith("roster")
        assert fault.remedy
        assert str(tmp_path_factory.getbasetemp()) not in str(fault)
    if roster is not None:
        promises(roster)


def promises(roster: Roster) -> None:
    """What every other part relies on."""
    days = {
        day + timedelta(n)
        for t in roster.memberships
        for day in (t.start, t.end)
        for n in (-1, 0, 1)
        if day and date.min < day < date.max
    }
    for body in roster.bodies:
        for day in days | {date.min, date.max}:
            members = roster.members(body.body_id, day)
            assert len(members) == len({s.person for s in members}) <= roster.seats(body.body_id)
            assert roster.vacancies(body.body_id, day) >= 0
            assert all(body.body_id in roster.bodies_of(s.person, day) for s in members)
            assert not {s.person for s in members} & {s.person for s in roster.awaiting(body.body_id, day)}
    for entry in roster.lists:
        assert roster.expand(entry.address, date(2026, 5, 1)) is not None
    for account in roster.accounts:
        if account.kind is not AccountKind.NAME:
            assert roster.resolve(account.kind, account.raw, date(2026, 5, 1)).person == account.person_id


@given(day=st.dates(date(2024, 1, 1), date(2028, 1, 1)))
@few
def test_who_is_in_office_changes_only_on_first_days_and_after_last_days(
    day: date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.getbasetemp() / "whole"
    roster = Roster.read(root if root.exists() else fill(root))
    before, now = ({s.person for s in roster.members("council", d)} for d in (day - timedelta(1), day))
    terms = [t for t in roster.memberships if t.body_id == "council" and t.seated]
    assert now - before <= {t.person_id for t in terms if t.start == day}
    assert before - now <= {t.person_id for t in terms if t.end == day - timedelta(1)}


@given(text=st.one_of(st.text(max_size=25), st.datetimes().map(str), st.dates().map(str)), zone=st.timezone_keys())
@few
def test_no_time_breaks_the_reader(text: str, zone: str) -> None:
    from zoneinfo import ZoneInfo

    found = parse_time(text, ZoneInfo(zone))
    assert found is None or found[0].utcoffset() == timedelta(0)
