"""The plain interchange format: good lines are read, bad ones named with line and fault, none lost."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.limits import Limits
from quorum_watch.model import Coded, Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interchange import read_account
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import AccountKind, Act, Audience, Channel, Defect, Reason, Role, TimePrecision

ROW: dict[str, Any] = {
    "id": "a1",
    "time": "2026-03-02T09:00:00-06:00",
    "channel": "email",
    "from": "dana@x.example",
    "to": ["kim@x.example", "lee-lou"],
    "cc": [],
    "bcc": ["(608) 555-0142"],
    "subject": "Budget",
    "text": "I will vote no.",
}


def read(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> list[Item]:
    path = folder / name
    path.write_bytes(data)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    assert reader is not None
    assert reader.kind == "interchange"
    items = list(registry.read_items(file, Context("America/Chicago", limits or Limits())))
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return items


def line(**changes: Any) -> bytes:
    return json.dumps({k: v for k, v in {**ROW, **changes}.items() if v != "ABSENT"}).encode() + b"\n"


def test_every_field_arrives(tmp_path: Path) -> None:
    data = line(
        audience="closed_group",
        in_reply_to="a0",
        thread="t",
        coded_acts=["commit"],
        coded_matter="R-1",
        vendor={"k": 1},
    )
    (item,) = read(tmp_path, "calls.jsonl", data)
    assert isinstance(item, Record)
    assert (item.key, item.channel, item.audience, item.in_reply_to, item.thread) == (
        "a1",
        Channel.EMAIL,
        Audience.CLOSED_GROUP,
        "a0",
        "t",
    )
    assert [(p.raw, p.address, p.role, p.kind) for p in item.recipients] == [
        ("kim@x.example", "kim@x.example", Role.TO, AccountKind.EMAIL),
        ("lee-lou", "", Role.TO, AccountKind.NAME),
        ("(608) 555-0142", "+16085550142", Role.BCC, AccountKind.PHONE),
    ]
    assert item.coded == Coded((Act.COMMIT,), None, "R-1")
    assert item.extra == (("vendor", '{"k": 1}'),)
    assert (item.subject, item.text, item.defects) == ("Budget", "I will vote no.", ())


@pytest.mark.parametrize(
    ("change", "reason", "word"),
    [
        ({"time": "ABSENT"}, Reason.NO_DATE, "time"),
        ({"time": "soon"}, Reason.BAD_DATE, "time"),
        ({"time": "3/2/2026 9:00"}, Reason.AMBIGUOUS_DATE_ORDER, "YYYY-MM-DD"),
        ({"channel": "ABSENT"}, Reason.BAD_FIELD, "channel"),
        ({"channel": "pigeon"}, Reason.BAD_FIELD, "channel"),
        ({"from": "  "}, Reason.NO_SENDER, "from"),
        ({"to": {"a": 1}}, Reason.BAD_FIELD, "to"),
        ({"audience": "everybody"}, Reason.BAD_FIELD, "audience"),
        ({"time_precision": "roughly"}, Reason.BAD_FIELD, "time_precision"),
        ({"coded_acts": ["shout"]}, Reason.BAD_FIELD, "coded_acts"),
        ({"text": ["a"]}, Reason.BAD_FIELD, "text"),
    ],
)
def test_a_bad_line_says_what_and_where_and_costs_only_itself(
    tmp_path: Path, change: dict[str, Any], reason: Reason, word: str
) -> None:
    items = read(tmp_path, "x.jsonl", line() + b"\n" + line(id="a2", **change) + line(id="a3"))
    bad = items[1]
    assert isinstance(bad, Rejected)
    assert bad.reason is reason
    assert bad.detail.startswith("line 3: ")
    assert word in bad.detail
    assert [i.key for i in items if isinstance(i, Record)] == ["a1", "a3"]


def test_all_faults_of_a_line_are_told_and_no_words_of_it(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "interactions.jsonl", line(time="ABSENT", channel="pigeon", text="secret words"))
    assert isinstance(item, Rejected)
    assert "time" in item.detail
    assert "channel" in item.detail
    assert "secret" not in item.detail
    assert "pigeon" not in item.detail


@pytest.mark.parametrize(
    "bad",
    [
        b"{not json}\n",
        b"[1, 2]\n",
        b'"words"\n',
        b"{" * 5000 + b"\n",
        b'{"a":' * 300 + b"1" + b"}" * 300 + b"\n",
        b"\xff\xfe\n",
    ],
)
def test_lines_that_are_no_json_objects(tmp_path: Path, bad: bytes) -> None:
    one, two, three = read(tmp_path, "x.jsonl", line() + bad + line(id="a2"))
    assert isinstance(two, Rejected)
    assert two.reason is Reason.JSON_INVALID
    assert isinstance(one, Record)
    assert isinstance(three, Record)


def test_an_id_used_twice_is_quarantined(tmp_path: Path) -> None:
    _, two = read(tmp_path, "x.jsonl", line() + line(text="other"))
    assert isinstance(two, Rejected)
    assert two.reason is Reason.DUPLICATE_ID


def test_local_times_days_and_mere_order(tmp_path: Path) -> None:
    data = (
        line(time="2026-07-01T09:00:00")
        + line(id="2", time="2026-07-01")
        + line(id="3", time="2026-07-01T00:00:01", time_precision="order")
    )
    found = [i for i in read(tmp_path, "x.jsonl", data) if isinstance(i, Record)]
    assert [i.when.precision for i in found if i.when] == [TimePrecision.EXACT, TimePrecision.DAY, TimePrecision.ORDER]
    assert Defect.NO_TIMEZONE in found[0].defects
    assert found[0].when is not None
    assert found[0].when.at.hour == 14


def test_coded_as_doing_nothing_differs_from_not_coded(tmp_path: Path) -> None:
    one, two = read(tmp_path, "x.jsonl", line(coded_acts=[]) + line(id="2"))
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert one.coded == Coded((), None, None)
    assert two.coded is None


def table(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW), delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()})
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_tables_as_spreadsheets_write_them(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = table([{**ROW, "text": "café, “no”\nsecond line"}, {**ROW, "id": "a2"}], delimiter)
    one, two = read(tmp_path, "log.csv", text.encode(encoding))
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert one.text == "café, “no”\nsecond line"
    assert [p.raw for p in two.recipients] == ["kim@x.example", "lee-lou", "(608) 555-0142"]


def test_columns_in_any_order_and_unknown_ones_kept(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "log.csv", b"Note,FROM,Channel,time\nby hand,dana@x.example,call,2026-03-02T09:00:00Z\n")
    assert isinstance(item, Record)
    assert item.extra == (("note", "by hand"),)


def test_a_quote_that_never_closes_costs_one_line(tmp_path: Path) -> None:
    good = table([{**ROW, "id": f"a{n}"} for n in range(4)]).replace("\r\n", "\n").split("\n")
    good[2] = good[2].replace("I will", '"I will')
    items = read(tmp_path, "log.csv", "\n".join(good).encode())
    assert [i.key for i in items if isinstance(i, Record)] == ["a0", "a2", "a3"]
    (bad,) = (i for i in items if isinstance(i, Rejected))
    assert (bad.reason, bad.detail[:7]) == (Reason.CSV_INVALID, "line 3:")


def test_too_many_cells_are_a_fault(tmp_path: Path) -> None:
    one, two = read(
        tmp_path,
        "log.csv",
        b"from,channel,time\na@x.example,call,2026-03-02T09:00:00Z,extra\nb@x.example,call,2026-03-02T09:00:00Z\n",
    )
    assert isinstance(one, Rejected)
    assert isinstance(two, Record)


@pytest.mark.parametrize(
    ("value", "kind", "address"),
    [
        ("Dana Lee <Dana@X.example>", AccountKind.EMAIL, "dana@x.example"),
        ("608-555-0142", AccountKind.PHONE, "+16085550142"),
        ("555-0142", AccountKind.NAME, ""),
        ("@dana", AccountKind.NAME, ""),
        ("facebook:Dana.Lee", AccountKind.FACEBOOK, "dana.lee"),
        ("dana-lee", AccountKind.NAME, ""),
        ("12", AccountKind.NAME, ""),
    ],
)
def test_accounts_in_any_form(value: str, kind: AccountKind, address: str) -> None:
    party = read_account(value, Role.TO)
    assert (party.kind, party.address, party.raw) == (kind, address, value)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_after_a_good_line_are_accounted_for(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    items = read(folder, "x.jsonl", line() + data)
    lines = [part for part in (line() + data).split(b"\n") if part.strip()]
    assert len(items) == len(lines)
