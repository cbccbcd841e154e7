"""Spreadsheets as people save them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorum_watch.workspace.tables import Codes, Spec, Table, parse_date, read_csv, read_sheets

CODES = Codes("F", "C", "X")
SPEC = Spec("people", ("person_id", "name"), ("role",))


def read(path: Path, content: bytes) -> Table:
    path.write_bytes(content)
    return read_csv(path, "people.csv", SPEC, CODES)


@pytest.mark.parametrize(
    "content",
    [
        b"person_id,name,role\nann,Ann Ames,alder\n",
        b"\xef\xbb\xbfperson_id,name,role\r\nann,Ann Ames,alder\r\n",
        b"person_id;name;role\nann;Ann Ames;alder\n",
        b"person_id\tname\trole\nann\tAnn Ames\talder\n",
        b"sep=;\nperson_id;name;role\nann;Ann Ames;alder\n",
        b"Role,Name,Person ID,shoe size\nalder,Ann Ames,ann,38\n",
        b'"person_id","name","role"\n\n,,\n" ann ","Ann Ames","alder"\n',
        "person_id,name,role\nann,Ann Ames,alder\n".encode("utf-16"),
    ],
)
def test_the_ways_spreadsheet_programs_save_a_table(tmp_path: Path, content: bytes) -> None:
    table = read(tmp_path / "people.csv", content)
    assert table.faults == ()
    assert [(r.get("person_id"), r.get("name"), r.get("role")) for r in table.rows] == [("ann", "Ann Ames", "alder")]


def test_unknown_columns_are_kept(tmp_path: Path) -> None:
    table = read(tmp_path / "p.csv", b"person_id,name,ward\nann,Ann,3\n")
    assert table.rows[0].cells["ward"] == "3"


def test_lines_are_counted_through_cells_with_line_breaks(tmp_path: Path) -> None:
    table = read(tmp_path / "p.csv", b'person_id,name,role\nann,Ann,"a\nb\nc"\nben,,x\n')
    assert [f.where for f in table.faults] == ["people.csv line 5"]


def test_windows_1252_is_recognised_and_refused_with_the_line(tmp_path: Path) -> None:
    table = read(tmp_path / "p.csv", "person_id,name\nann,Ann\njose,José\n".encode("cp1252"))
    (fault,) = table.faults
    assert "Windows-1252" in fault.what
    assert fault.where == "people.csv line 3"
    assert "UTF-8" in fault.remedy
    assert table.rows == ()


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"", "C", "people.csv"),
        (b"\n\n", "C", "people.csv"),
        (b"person_id\nann\n", "C", "people.csv line 1"),
        (b"person_id,name,name\nann,a,b\n", "C", "people.csv line 1"),
        (b"person_id,name\nann,Ann,extra\n", "X", "people.csv line 2"),
        (b"person_id,name\nann,\n", "X", "people.csv line 2"),
        (b"\x00\x01\x02person_id", "F", "people.csv"),
        (b"person_id,name\nann," + b"x" * 200_000 + b"\n", "F", "people.csv line 2"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, content: bytes, code: str, where: str) -> None:
    table = read(tmp_path / "p.csv", content)
    assert [(f.code, f.where) for f in table.faults] == [(code, where)]
    assert all(f.remedy for f in table.faults)


def test_example_rows_are_not_data(tmp_path: Path) -> None:
    table = read(tmp_path / "p.csv", b"person_id,name\nEXAMPLE-1,Jane Doe\nann,Ann\nexample,Real Name\n")
    assert [r.get("person_id") for r in table.rows] == ["ann", "example"]
    assert table.examples == 1


def test_a_missing_file_is_a_fault_without_the_machines_folders(tmp_path: Path) -> None:
    table = read_csv(tmp_path / "nope.csv", "people.csv", SPEC, CODES)
    assert table.faults[0].where == "people.csv"
    assert str(tmp_path) not in str(table.faults[0])


def test_a_workbook_gives_the_same_words_as_a_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "People"
    sheet.append(["person_id", "name", "role", "since", "until", "votes", "phone"])
    sheet.append(["ann", "Ann", 7.0, date(2026, 4, 21), datetime(2026, 4, 21, 18, 30), True, 6085550101])
    sheet.append([None, None])
    book.save(tmp_path / "roster.xlsx")
    table = read_sheets(tmp_path / "roster.xlsx", "roster.xlsx", [SPEC, Spec("lists", ("address",))], CODES)
    assert list(table) == ["people"]
    (row,) = table["people"].rows
    assert row.where == "roster.xlsx sheet people row 2"
    assert [row.get(c) for c in ("role", "since", "until", "votes", "phone")] == [
        "7",
        "2026-04-21",
        "2026-04-21T18:30:00",
        "yes",
        "6085550101",
    ]


def test_a_file_that_is_no_workbook_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "roster.xlsx").write_bytes(b"PK\x03\x04 not really")
    table = read_sheets(tmp_path / "roster.xlsx", "roster.xlsx", [SPEC], CODES)
    assert [f.code for f in table["people"].faults] == ["F"]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"person_id,name\n" + content)
    table = read_csv(path, "people.csv", SPEC, CODES)
    assert all(f.what and f.where and f.remedy for f in table.faults)


@given(st.text(max_size=12))
def test_only_iso_days_are_days(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.isoformat() == text
