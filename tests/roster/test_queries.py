"""Who sat where, that day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from quorum_watch.roster import Person, PersonRole, Roster
from quorum_watch.rules.arithmetic import BodyFacts
from quorum_watch.workspace import Workspace
from tests.workspace.fill import MEMBERSHIPS, fill

BEFORE, SWORN_IN, AFTER = date(2026, 4, 20), date(2026, 4, 21), date(2026, 6, 1)


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return Roster.read(fill(tmp_path))


def people(seats: tuple[object, ...]) -> list[str]:
    return [seat.person for seat in seats]  # type: ignore[attr-defined]


def test_members_are_those_in_office_that_day(roster: Roster) -> None:
    assert people(roster.members("council", BEFORE)) == ["ann", "ben", "dov"]
    assert people(roster.members("council", SWORN_IN)) == ["ann", "cat", "dov"]
    assert people(roster.members("council", date(2024, 4, 15))) == []
    assert roster.in_office("council", AFTER) == 3
    assert roster.vacancies("council", AFTER) == 1
    assert roster.seats("council") == 4


def test_a_member_elect_is_marked_and_not_a_member(roster: Roster) -> None:
    assert people(roster.awaiting("council", BEFORE)) == ["cat"]
    assert people(roster.awaiting("council", SWORN_IN)) == []
    assert "cat" not in people(roster.members("council", BEFORE))
    assert people(roster.members_elect("council", BEFORE)) == ["ann", "ben", "dov"]
    assert roster.bodies_of("cat", BEFORE) == ()
    assert roster.bodies_of("cat", SWORN_IN) == ("council",)


def test_a_mayor_presides_without_being_counted_and_an_ex_officio_sits_apart(roster: Roster) -> None:
    assert roster.presiding("council", AFTER) == "mae"
    assert "mae" not in people(roster.members("council", AFTER))
    assert people(roster.others("council", AFTER)) == ["mae"]
    assert people(roster.others("finance", AFTER)) == ["mae"]
    assert roster.presiding("finance", AFTER) == "ann"
    assert roster.bodies_of("ann", AFTER) == ("council", "finance")
    assert roster.bodies_of("mae", AFTER) == ()


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ("art,council,presiding,yes,,", True),
        ("art,council,ex_officio,yes,,", True),
        ("art,council,ex_officio,,,", False),
        ("art,council,alternate,yes,,", False),
        ("art,council,member,no,,", False),
        ("art,council,chair,,,", True),
    ],
)
def test_who_is_counted_follows_capacity_and_vote(tmp_path: Path, row: str, counted: bool) -> None:
    terms = MEMBERSHIPS.replace("mae,council,presiding,,2024-04-16,\n", "") + row + "\n"
    roster = Roster.read(fill(tmp_path, memberships=terms))
    assert ("art" in people(roster.members("council", AFTER))) is counted


def test_the_facts_of_a_body_for_the_law(roster: Roster) -> None:
    assert roster.body_facts("council", AFTER) == BodyFacts(
        "council", "common_council", 4, 3, 3, None, None, presiding_tie_break=True
    )
    finance = roster.body_facts("finance", AFTER, present=2)
    assert (finance.quorum, finance.presiding_tie_break, finance.present) == ("majority", False, 2)


def test_terms_seats_and_households(roster: Roster) -> None:
    assert [(s.person, s.start) for s in roster.seats_ever("council")][:2] == [
        ("ann", date(2024, 4, 16)),
        ("ann", date(2026, 4, 21)),
    ]
    assert roster.household("ann") == ("kin",)
    assert roster.household("ben") == ()
    assert roster.household("nobody") == ()
    assert roster.name("nobody") == "nobody"
    assert roster.with_standing(PersonRole.ATTORNEY) == ("art",)


@pytest.mark.parametrize(
    ("role", "word"),
    [
        ("alder", "member"),
        ("Councilmember, District 2", "member"),
        ("council president", "member"),
        ("Mayor", "mayor"),
        ("City Attorney", "attorney"),
        ("outside counsel", "attorney"),
        ("assistant city attorney", "attorney"),
        ("Clerk/Treasurer", "clerk"),
        ("deputy city clerk", "clerk"),
        ("City Administrator", "administrator"),
        ("assistant to the city manager", "staff"),
        ("finance director", "staff"),
        ("staff", "staff"),
        ("planning", "other"),
        ("resident", "resident"),
        ("spouse of an alder", "family"),
        ("", "other"),
    ],
)
def test_roles_are_read_from_free_text(role: str, word: str) -> None:
    assert Person("p", "P", role).standing.value == word


def test_a_roster_is_read_from_a_workspace_a_folder_or_a_workbook(tmp_path: Path) -> None:
    import csv

    import openpyxl

    root = fill(tmp_path / "city")
    from_workspace = Roster.read(Workspace.open(root))
    assert Roster.read(root / "roster") == from_workspace
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for file in (root / "roster").iterdir():
        sheet = book.create_sheet(file.stem)
        for line in csv.reader(file.read_text("utf-8").splitlines()):
            sheet.append([int(cell) if cell.isdigit() else cell for cell in line])
    book.save(tmp_path / "roster.xlsx")
    assert Roster.read(tmp_path / "roster.xlsx").fingerprint() == from_workspace.fingerprint()


def test_the_fingerprint_ignores_order_and_layout(tmp_path: Path) -> None:
    one = Roster.read(fill(tmp_path / "a"))
    head, *rows = MEMBERSHIPS.splitlines()
    shuffled = "\n".join([head, *reversed(rows)]) + "\n"
    assert Roster.read(fill(tmp_path / "b", memberships=shuffled)).fingerprint() == one.fingerprint()
    moved = MEMBERSHIPS.replace("dov,council,member,yes,2025-04-15", "dov,council,member,yes,2025-04-16")
    assert Roster.read(fill(tmp_path / "c", memberships=moved)).fingerprint() != one.fingerprint()
