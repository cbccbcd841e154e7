"""Rosters from elsewhere become tables to review, never a roster by themselves."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quorum_watch.errors import InputError, RosterError
from quorum_watch.roster import Roster
from quorum_watch.roster.importing import Draft, import_files
from tests.shared import shared


def load(root: Path, **files: Any) -> Draft:
    paths = []
    for name, content in files.items():
        suffix = ".json" if not isinstance(content, str) else ".csv"
        path = root / f"{name}{suffix}"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        paths.append(path)
    return import_files(paths)


BODIES = [
    {"BodyId": 1, "BodyName": "Common Council", "BodyTypeName": "Primary", "BodyNumberOfMembers": 3},
    {"BodyId": 2, "BodyName": "Former Council Members", "BodyNumberOfMembers": 0},
    {"BodyId": 3, "BodyName": "Plan Commission", "BodyNumberOfMembers": 0},
]
PERSONS = [
    {"PersonId": 11, "PersonFullName": "Ann Ames", "PersonEmail": "ann@falls.example", "PersonPhone": "608-555-0101"},
    {"PersonId": 12, "PersonFullName": "Ben Berg", "PersonEmail": None},
    {"PersonId": 13, "PersonFullName": "Old Olson", "PersonEmail": ""},
    {"PersonId": 14, "PersonFirstName": "Ann", "PersonLastName": "Ames", "PersonEmail": "district4@falls.example"},
]


def office(n: int, person: int, body: int, start: str, end: str | None, **more: str) -> dict[str, Any]:
    dates = {"OfficeRecordStartDate": start, "OfficeRecordEndDate": end}
    return {"OfficeRecordId": n, "OfficeRecordPersonId": person, "OfficeRecordBodyId": body} | dates | more


OFFICES = [
    office(21, 11, 1, "2024-04-16T00:00:00", "2026-04-20T00:00:00Z", OfficeRecordTitle="Alder"),
    office(22, 11, 1, "2026-04-21T00:00:00", "0001-01-01T00:00:00Z", OfficeRecordTitle="Council President"),
    office(
        23, 12, 1, "2024-04-16T00:00:00", None, OfficeRecordTitle="Vice Chair", OfficeRecordEmail="ben@falls.example"
    ),
    office(24, 13, 2, "2010-04-16T00:00:00", None, OfficeRecordMemberType="PRIMARY"),
    office(25, 14, 3, "2024-05-01T00:00:00", None, OfficeRecordMemberType="Non-voting Member"),
]


def test_legistar_records_become_the_five_tables(tmp_path: Path) -> None:
    draft = load(tmp_path, bodies=BODIES, persons=PERSONS, offices=OFFICES)
    tables = draft.tables
    assert [(p["person_id"], p["name"]) for p in tables["people"]] == [
        ("ann-ames", "Ann Ames"),
        ("ben-berg", "Ben Berg"),
        ("ann-ames-2", "Ann Ames"),
    ]
    assert [(b["body_id"], b["kind"], b["seats"]) for b in tables["bodies"]] == [
        ("common-council", "common_council", "3"),
        ("plan-commission", "plan_commission", ""),
    ]
    terms = [(m["person_id"], m["body_id"], m["capacity"], m["start"], m["end"]) for m in tables["memberships"]]
    assert terms == [
        ("ann-ames", "common-council", "member", "2024-04-16", "2026-04-20"),
        ("ben-berg", "common-council", "member", "2024-04-16", ""),
        ("ann-ames", "common-council", "chair", "2026-04-21", ""),
        ("ann-ames-2", "plan-commission", "ex_officio", "2024-05-01", ""),
    ]
    assert ("ann-ames", "phone", "608-555-0101") in {tuple(a.values()) for a in tables["accounts"]}


def test_what_the_source_leaves_open_is_noted(tmp_path: Path) -> None:
    notes = " ".join(load(tmp_path, bodies=BODIES, persons=PERSONS, offices=OFFICES).notes)
    assert "Former Council Members is a list of people, not a body" in notes
    assert "seats for body plan-commission" in notes
    assert "ann-ames, ann-ames-2 have the same name" in notes
    assert "Old Olson" in notes
    assert "district4@falls.example is an address of an office" in notes


def test_the_reviewed_tables_load_once_what_was_open_is_filled_in(tmp_path: Path) -> None:
    draft = load(tmp_path, bodies=BODIES, persons=PERSONS, offices=OFFICES)
    out = tmp_path / "roster"
    written = draft.write(out)
    assert [p.name for p in written][-1] == "REVIEW.txt"
    with pytest.raises(RosterError) as caught:
        Roster.read(out)
    assert [(f.code, f.where) for f in caught.value.faults] == [("QW-E405", "roster/bodies.csv line 3")]
    text = (out / "bodies.csv").read_text("utf-8-sig").replace("plan_commission,,", "plan_commission,7,")
    (out / "bodies.csv").write_text(text, "utf-8")
    roster = Roster.read(out)
    assert roster.in_office("common-council", date(2026, 5, 1)) == 2
    assert roster.expand("district4@falls.example", date(2026, 5, 1)) == ("ann-ames-2",)


def test_nothing_is_overwritten_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    draft = load(tmp_path, people="name,phone,committee,seats\n=cmd(),+1 608 555 0101,Board of Trails,3\n")
    out = tmp_path / "new"
    draft.write(out)
    with pytest.raises(InputError) as caught:
        draft.write(out)
    assert caught.value.code == "QW-E246"
    cells = [c for f in out.glob("*.csv") for row in csv.reader(f.open(encoding="utf-8-sig")) for c in row]
    assert not [c for c in cells if c[:1] in "=+-@" and c]
    assert Roster.read(out).accounts[0].value == "+16085550101", "reading undoes the quote"


POPOLO = {
    "persons": [
        {
            "id": "p1",
            "name": "Ann Ames",
            "contact_details": [{"type": "email", "value": "ann@falls.example"}],
            "identifiers": [{"scheme": "twitter", "identifier": "annames"}],
            "other_names": [{"name": "Annie Ames"}],
        },
        {"id": "p2", "name": "Ben Berg", "memberships": [{"organization_id": "o1", "role": "chair"}]},
    ],
    "organizations": [
        {"id": "o1", "name": "School Board", "contact_details": [{"type": "email", "value": "board@falls.example"}]}
    ],
    "memberships": [
        {"person_id": "p1", "organization_id": "o1", "role": "member", "start_date": "2024-04-16", "end_date": "2027"},
        {"person_id": "p9", "organization_id": "o1"},
    ],
}


def test_popolo_and_open_civic_data(tmp_path: Path) -> None:
    draft = load(tmp_path, popolo=POPOLO)
    assert draft.tables["bodies"][0]["kind"] == "school_board"
    assert [(m["person_id"], m["capacity"], m["start"], m["end"]) for m in draft.tables["memberships"]] == [
        ("ann-ames", "member", "2024-04-16", ""),
        ("ben-berg", "chair", "", ""),
    ]
    assert {(a["kind"], a["value"]) for a in draft.tables["accounts"]} == {
        ("email", "ann@falls.example"),
        ("x", "annames"),
        ("name", "Annie Ames"),
    }
    assert draft.tables["lists"] == [{"address": "board@falls.example", "person_id": "", "body_id": "school-board"}]
    assert any("p9" in note for note in draft.notes)
    split = load(
        tmp_path,
        one={"_type": "person", "_id": "ocd-person/1", "name": "Ann Ames"},
        two={"_type": "organization", "_id": "ocd-organization/2", "name": "Town Board"},
        three={"_type": "membership", "person_id": "ocd-person/1", "organization_id": "ocd-organization/2"},
    )
    assert [(m["person_id"], m["body_id"]) for m in split.tables["memberships"]] == [("ann-ames", "town-board")]


@pytest.mark.corpus
def test_openstates_people_with_their_traps() -> None:
    folder = shared("corpora", "openstates-wi")
    draft = import_files([folder])
    assert len(list(folder.glob("*.yml"))) == 11
    assert len(draft.tables["people"]) == 10, "the council that is stored as a person is not one"
    assert sum("stored as a person" in note for note in draft.notes) == 1
    offices = [row for row in draft.tables["lists"] if row["person_id"]]
    assert all(row["address"] not in {a["value"].lower() for a in draft.tables["accounts"]} for row in offices)
    assert sum(row["address"].startswith("mayor@") for row in draft.tables["lists"]) == 5
    assert [row for row in draft.tables["lists"] if row["body_id"]]


def test_a_clerks_own_list(tmp_path: Path) -> None:
    text = (
        "First Name;Last Name;E-mail;Cell;Committee;Position;Appointed;Term Expires\n"
        "Ann;Ames;ann@falls.example;608-555-0101;Plan Commission;Chair;4/21/2026;4/30/2029\n"
        "Ann;Ames;;;Parks Committee;;2026-05-01;\n"
        ";;x@y.example;;Parks Committee;;;\n"
    )
    draft = load(tmp_path, members=text)
    terms = [(m["person_id"], m["body_id"], m["capacity"], m["start"], m["end"]) for m in draft.tables["memberships"]]
    assert terms == [
        ("ann-ames", "plan-commission", "chair", "2026-04-21", "2029-04-30"),
        ("ann-ames", "parks-committee", "member", "2026-05-01", ""),
    ]
    assert any("read as one person" in note for note in draft.notes)
    assert any("line 4 names nobody" in note for note in draft.notes)


def test_days_and_months_that_cannot_be_told_apart_stay_blank(tmp_path: Path) -> None:
    draft = load(tmp_path, members="name,committee,start\nAnn Ames,Parks Committee,4/5/2026\n")
    assert draft.tables["memberships"][0]["start"] == ""
    assert any("cannot be told apart" in note for note in draft.notes)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{not json"),
        ("a.json", b'{"matters": [{"MatterId": 1}]}'),
        ("a.yml", b"a: [b"),
        ("a.yml", b"just words"),
        ("a.csv", b"ward,colour\n1,blue\n"),
        ("a.csv", b"name\nJos\xe9\n"),
        ("a.json", b"\xff\xfe\x00"),
        ("a.json", b"[" * 100_000),
    ],
)
def test_files_that_are_no_rosters_are_refused_with_what_is_known(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        import_files([tmp_path / name])
    assert caught.value.code == "QW-E247"
    assert caught.value.faults[0].where.startswith(name)
    assert caught.value.exit_code == 3


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        import_files([tmp_path])
    with pytest.raises(InputError):
        import_files([tmp_path / "nowhere.json"])
