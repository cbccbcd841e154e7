"""Every contradiction of a roster is reported, all at once, with file, line and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from quorum_watch.errors import Fault, RosterError
from quorum_watch.roster import Roster
from quorum_watch.workspace import Workspace
from tests.workspace.fill import ACCOUNTS, BODIES, LISTS, MEMBERSHIPS, PEOPLE, fill

TABLES = {"people": PEOPLE, "bodies": BODIES, "memberships": MEMBERSHIPS, "accounts": ACCOUNTS, "lists": LISTS}


def faults(root: Path, **files: str) -> tuple[Fault, ...]:
    with pytest.raises(RosterError) as caught:
        Roster.read(fill(root, **files))
    return caught.value.faults


def with_row(table: str, row: str) -> dict[str, str]:
    return {table: TABLES[table] + row + "\n"}


def last_line(table: str) -> str:
    return f"roster/{table}.csv line {TABLES[table].count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("table", "row", "code", "says"),
    [
        ("people", "ann,Somebody Else,,", "QW-E407", "used twice"),
        ("bodies", "council,Another,board,3,,,,", "QW-E407", "used twice"),
        ("bodies", "x,X,senate,3,,,,", "QW-E405", "kind is not a known word"),
        ("bodies", "x,X,board,none,,,,", "QW-E405", "seats is not a number"),
        ("bodies", "x,X,board,0,,,,", "QW-E405", "seats is not a number"),
        ("bodies", "x,X,board,3,,most,,", "QW-E405", "quorum is not understood"),
        ("bodies", "x,X,board,3,,4,,", "QW-E405", "quorum is 4, but the body has 3 seats"),
        ("bodies", "x,X,board,3,,,half,", "QW-E405", "vote_rule is not a known word"),
        ("bodies", "x,X,board,3,,,,perhaps", "QW-E405", "neither yes nor no"),
        ("bodies", "x,X,board,3,nowhere,,,", "QW-E409", "not a body of the roster"),
        ("bodies", "x,X,board,3,x,,,", "QW-E414", "its own parent"),
        ("memberships", "zoe,council,,,,", "QW-E408", "not in people"),
        ("memberships", "kin,nowhere,,,,", "QW-E409", "not in bodies"),
        ("memberships", "kin,council,boss,,,", "QW-E405", "capacity is not a known word"),
        ("memberships", "kin,council,,maybe,,", "QW-E405", "neither yes nor no"),
        ("memberships", "kin,council,,no,2026-13-01,", "QW-E406", "not a day of the calendar"),
        ("memberships", "kin,council,,no,4/21/2026,", "QW-E406", "not a date"),
        ("memberships", "kin,council,,no,2026-05-01,2026-04-01", "QW-E410", "before it starts"),
        ("memberships", "dov,council,chair,,2026-05-01,", "QW-E411", "overlap"),
        ("memberships", "kin,council,member_elect,yes,2026-05-01,", "QW-E416", "before taking office"),
        ("accounts", "ben,email,ANN@AlderFalls.example", "QW-E404", "Two people share one account"),
        ("accounts", "ben,phone,608.555.0101", "QW-E404", "Two people share one account"),
        ("accounts", "zoe,email,zoe@x.example", "QW-E408", "not in people"),
        ("accounts", "ben,fax,5550100", "QW-E405", "kind is not a known word"),
        ("accounts", "ben,email,ben at falls", "QW-E419", "not an e-mail address"),
        ("accounts", "ben,phone,555-0100", "QW-E419", "with its area code"),
        ("lists", "empty@alderfalls.example,,", "QW-E415", "points at nothing"),
        ("lists", "both@alderfalls.example,ann,council", "QW-E415", "a person and a body"),
        ("lists", "x@alderfalls.example,gone@alderfalls.example,", "QW-E415", "not a list"),
        ("lists", "x@alderfalls.example,zoe,", "QW-E408", "not in people"),
        ("lists", "council@alderfalls.example,everyone@alderfalls.example,", "QW-E415", "contains itself"),
        ("lists", "ann@alderfalls.example,,council", "QW-E415", "also somebody's account"),
    ],
)
def test_each_contradiction_has_its_code_and_its_line(
    tmp_path: Path, table: str, row: str, code: str, says: str
) -> None:
    found = [f for f in faults(tmp_path, **with_row(table, row)) if f.where == last_line(table)]
    assert [f.code for f in found] == [code]
    assert says in found[0].what
    assert found[0].remedy.endswith(".") or found[0].remedy.endswith(")")


def test_a_body_never_has_more_members_than_seats(tmp_path: Path) -> None:
    rows = "kin,council,member,yes,2026-04-20,\nart,council,member,yes,2026-04-20,2026-04-30"
    (fault,) = faults(tmp_path, **with_row("memberships", rows))
    assert fault.code == "QW-E412"
    assert fault.what == 'The body "council" has 5 voting members from 2026-04-20, but 4 seats.'


def test_the_day_a_successor_is_sworn_in_is_counted_once(tmp_path: Path) -> None:
    """``end`` is the last day in office: a successor who starts on that very day would be one too many."""
    tables = {"bodies": "body_id,name,kind,seats\nb,Board,board,1\n", "lists": "address,person_id\nx@y.example,ann\n"}
    terms = "person_id,body_id,start,end\nann,b,2024-01-01,2026-04-20\nben,b,{},\n"
    roster = Roster.read(fill(tmp_path, memberships=terms.format("2026-04-21"), **tables))
    assert [roster.vacancies("b", date(2026, 4, day)) for day in (20, 21)] == [0, 0]
    (fault,) = faults(tmp_path, memberships=terms.format("2026-04-20"), **tables)
    assert (fault.code, fault.where) == ("QW-E412", "roster/memberships.csv line 3")
    assert "last day in office" in fault.remedy


def test_all_faults_of_all_tables_come_at_once(tmp_path: Path) -> None:
    broken = {
        "people": PEOPLE + "ann,Twice,,\n,Nobody,,\n",
        "bodies": BODIES.replace("common_council", "senate"),
        "memberships": MEMBERSHIPS + "zoe,finance,,,2026-01-01,2025-01-01\n",
        "accounts": ACCOUNTS + "ben,email,ann@alderfalls.example\n",
        "lists": LISTS + "nothing@x.example,,\n",
    }
    codes = {f.code for f in faults(tmp_path, **broken)}
    assert {"QW-E405", "QW-E407", "QW-E410", "QW-E404", "QW-E415"} <= codes


def test_a_row_that_cannot_be_read_does_not_make_its_id_unknown(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, bodies=BODIES.replace("common_council,4", "common_council,four"))
    assert (fault.code, fault.where) == ("QW-E405", "roster/bodies.csv line 2")


def test_a_missing_table_a_missing_column_and_no_roster(tmp_path: Path) -> None:
    root = fill(tmp_path / "a")
    (root / "roster" / "accounts.csv").unlink()
    (root / "roster" / "lists.csv").unlink()
    with pytest.raises(RosterError) as caught:
        Roster.read(root)
    assert [(f.code, f.where) for f in caught.value.faults] == [("QW-E403", "roster/accounts.csv")]

    (fault,) = faults(tmp_path / "b", bodies="body_id,name,kind\ncouncil,C,board\n")
    assert (fault.code, fault.what) == ("QW-E413", "Column seats is missing.")

    bare = fill(tmp_path / "c")
    for file in (bare / "roster").iterdir():
        file.unlink()
    with pytest.raises(RosterError) as caught:
        Roster.read(bare)
    assert caught.value.code == "QW-E401"
    (bare / "roster").rmdir()
    with pytest.raises(RosterError) as caught:
        Roster.read(bare)
    assert caught.value.code == "QW-E401"
    assert "quorum-watch init" in caught.value.faults[0].remedy


def test_a_damaged_workbook_is_one_fault(tmp_path: Path) -> None:
    root = fill(tmp_path)
    for file in (root / "roster").iterdir():
        file.unlink()
    (root / "roster").rmdir()
    (root / "roster.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(RosterError) as caught:
        Roster.read(root)
    assert [f.code for f in caught.value.faults] == ["QW-E402"]


def test_matters_and_meetings_may_only_name_bodies_that_exist(tmp_path: Path) -> None:
    root = fill(
        tmp_path,
        matters="matter_id,title,body_ids\nm,M,council;counsel\n",
        meetings="meeting_id,body_ids,start\nx,plan,2026-01-01\n",
    )
    with pytest.raises(RosterError) as caught:
        Roster.read(Workspace.open(root))
    assert [(f.code, f.where) for f in caught.value.faults] == [
        ("QW-E418", "matters.csv line 2"),
        ("QW-E418", "meetings.csv line 2"),
    ]


def test_two_people_may_share_a_name_but_not_an_account(tmp_path: Path) -> None:
    extra = "ann,name,A. Berg\nben,name,A. Berg\n"
    roster = Roster.read(fill(tmp_path, accounts=ACCOUNTS + extra))
    assert [a.person_id for a in roster.accounts if a.value == "a berg"] == ["ann", "ben"]


def test_every_code_is_documented() -> None:
    import re

    root = Path(__file__).resolve().parents[2]
    pages = (root / "docs" / "workspace.md").read_text("utf-8")
    parts = [root / "quorum_watch" / part for part in ("workspace", "roster")]
    used = {
        code
        for part in parts
        for file in part.rglob("*.py")
        for code in re.findall(r"\"(QW-E\d+)\"", file.read_text("utf-8"))
    }
    assert len(used) > 30
    assert {code for code in used if f"`{code}`" not in pages} == set()
