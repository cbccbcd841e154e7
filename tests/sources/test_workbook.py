"""The clerk's spreadsheet: read like the CSV form, row by row, each found again."""



from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import Outcome, Reason, TimePrecision

HEADER = ["time", "channel", "from", "to", "text", "note"]


def read(folder: Path, sheets: dict[str, list[list[Any]]], limits: Limits | None = None) -> list[Item]:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / "log.xlsx"
    book.save(path)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    assert reader is not None
    assert reader.kind == "workbook"
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return items


def test_rows_with_dates_times_and_numbers(tmp_path: Path) -> None:
    rows = [
        HEADER,
        [datetime(2026, 3, 2, 9, 30), "call", 6085550142, "dana@x.example; lee-lou", "no", "by hand"],
        [None, None, None, None, None, None],
        [date(2026, 3, 3), "in_person", "dana@x.example", "lee-lou", "", None],
        ["2026-03-04T09:00:00-06:00", "memo", "dana@x.example", None, "x", None],
    ]
    one, two, three = read(tmp_path, {"Log": rows, "Notes": [["anything"]], "Empty": []})[:3]
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert isinstance(three, Record)
    assert one.sender is not None
    assert one.when is not None
    assert two.when is not None
    assert (one.sender.address, one.when.at.isoformat()) == ("+16085550142", "2026-03-02T15:30:00+00:00")
    assert [p.raw for p in one.recipients] == ["dana@x.example", "lee-lou"]
    assert one.extra == (("note", "by hand"),)
    assert two.when.precision is TimePrecision.DAY
    assert two.locator == "sheet=Log;row=4"


def test_other_sheets_are_counted(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        {
            "Log": [HEADER, ["2026-03-02", "call", "a@x.example", "b@x.example", "", ""]],
            "Notes": [["anything"]],
            "Empty": [],
        },
    )
    assert [i.outcome for i in items if isinstance(i, Rejected)] == [Outcome.IGNORED, Outcome.IGNORED]
    assert len(items) == 3


def test_a_bad_row_says_sheet_and_row(tmp_path: Path) -> None:
    (item,) = read(tmp_path, {"Log": [HEADER, ["3/2/2026", "call", "a@x.example", "", "", ""]]})
    assert isinstance(item, Rejected)
    assert item.reason is Reason.AMBIGUOUS_DATE_ORDER
    assert item.detail.startswith("sheet Log row 2: ")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(members=3), Reason.TOO_MANY_MEMBERS),
        (Limits(member_bytes=1000), Reason.OVERSIZE),
        (Limits(ratio_after_bytes=1000, ratio=2), Reason.BOMB_RATIO),
    ],
)
def test_workbooks_over_the_limits_are_not_opened(tmp_path: Path, limits: Limits, reason: Reason) -> None:
    (item,) = read(
        tmp_path, {"Log": [HEADER, *[["2026-03-02", "call", "a@x.example", "b@x.example", "", ""]] * 300]}, limits
    )
    assert isinstance(item, Rejected)
    assert item.reason is reason


def test_a_damaged_workbook_is_one_coded_item(tmp_path: Path) -> None:
    read(tmp_path, {"Log": [HEADER]})
    path = tmp_path / "log.xlsx"
    data = path.read_bytes()
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    path.write_bytes(data[:at] + b"\0" * 40 + data[at + 40 :])
    items = list(registry.read_items(registry.open_source(path, tmp_path), Context("UTC")))
    assert [i.reason for i in items if isinstance(i, Rejected)] == [Reason.UNREADABLE_FILE]
