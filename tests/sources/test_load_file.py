"""Concordance load files and EDRM XML: delimiters, encodings, shifted columns, dates nobody can read two ways."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch.model import Rejected
from quorum_watch.sources.load_file import BREAK, QUALIFIER, SEPARATOR
from quorum_watch.vocabulary import Channel, Defect, Role, TimePrecision
from tests.sources.reading import damage, pack, read, read_export, refused, rows

COLUMNS = "BEGBATES ENDBATES BEGATTACH CUSTODIAN FROM TO CC BCC DATESENT TIMESENT TIMEZONE SUBJECT MESSAGEID TEXTPATH NATIVEPATH".split()  # noqa: SIM905


def line(*cells: str) -> str:
    return SEPARATOR.join(f"{QUALIFIER}{c}{QUALIFIER}" for c in cells) + "\r\n"


def row(number: int, **told: str) -> str:
    cells = {
        "BEGBATES": f"X{number}",
        "BEGATTACH": f"X{number}",
        "CUSTODIAN": "Lee, Dana",
        "FROM": "Dana Lee <dana@x.example>",
        "TO": "kim@x.example; Lou Oak",
        "BCC": "ben@x.example",
        "DATESENT": "03/14/2026",
        "TIMESENT": "9:15 AM",
        "TIMEZONE": "UTC",
        "SUBJECT": "Café vote",
        "MESSAGEID": f"{number}@x.example",
        **told,
    }
    return line(*(cells.get(c, "") for c in COLUMNS))


def dat(*lines: str) -> str:
    return line(*COLUMNS) + "".join(lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_rows_are_messages_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    data = dat(row(1), row(2, SUBJECT=f"two{BREAK}lines", TO="", BCC="")).encode(encoding)
    first, second = rows(read(tmp_path, "export.dat", data, "load_file"))
    assert first.sender is not None
    assert first.when is not None
    assert (first.key, first.sender.address, first.subject) == ("<1@x.example>", "dana@x.example", "Café vote")
    assert [(p.address or p.name, p.role) for p in first.recipients] == [
        ("kim@x.example", Role.TO),
        ("Lou Oak", Role.TO),
        ("ben@x.example", Role.BCC),
    ]
    assert (first.when.at.isoformat(), first.channel) == ("2026-03-14T09:15:00+00:00", Channel.EMAIL)
    assert Defect.NAME_ONLY_RECIPIENT in first.defects
    assert (second.subject, Defect.NO_RECIPIENTS in second.defects) == ("two lines", True)


def test_shifted_columns_documents_and_missing_senders_are_no_messages(tmp_path: Path) -> None:
    shifted = row(2).replace(SEPARATOR, SEPARATOR + SEPARATOR, 1)
    document = row(3, FROM="", TO="", BCC="")
    items = read(tmp_path, "export.dat", dat(row(1), shifted, document, row(4, FROM=""), row(5, DATESENT="")).encode())
    assert len(rows(items)) == 1
    assert refused(items) == [
        ("quarantined", "csv_invalid"),
        ("ignored", "not_a_message"),
        ("quarantined", "no_sender"),
        ("quarantined", "no_date"),
    ]


def test_the_order_of_day_and_month_is_proved_answered_or_refused(tmp_path: Path) -> None:
    data = dat(row(1, DATESENT="03/04/2026")).encode()
    (item,) = read(tmp_path, "export.dat", data)
    assert isinstance(item, Rejected)
    assert (item.reason.value, "load_file_date_order" in item.detail) == ("ambiguous_date_order", True)
    (answered,) = rows(read(tmp_path, "export.dat", data, answers=(("load_file_date_order", "day_first"),)))
    assert answered.when is not None
    assert answered.when.at.date().isoformat() == "2026-04-03"
    proved = rows(read(tmp_path, "export.dat", dat(row(1, DATESENT="03/04/2026"), row(2)).encode()))
    assert proved[0].when is not None
    assert proved[0].when.at.date().isoformat() == "2026-03-04"


@pytest.mark.parametrize(
    ("cells", "at", "precision", "marked"),
    [
        ({"DATESENT": "20260314", "TIMESENT": "", "TIMEZONE": ""}, "2026-03-14T17:00:00+00:00", TimePrecision.DAY, False),
        ({"DATESENT": "2026-03-14T09:15:00-05:00", "TIMESENT": ""}, "2026-03-14T14:15:00+00:00", TimePrecision.EXACT, False),
        ({"TIMEZONE": ""}, "2026-03-14T14:15:00+00:00", TimePrecision.EXACT, True),
        ({"TIMEZONE": "CST"}, "2026-03-14T15:15:00+00:00", TimePrecision.EXACT, False),
    ],
)  # fmt: skip
def test_times(tmp_path: Path, cells: dict[str, str], at: str, precision: TimePrecision, marked: bool) -> None:
    (found,) = rows(read(tmp_path, "export.dat", dat(row(1, **cells)).encode()))
    assert found.when is not None
    assert (found.when.at.isoformat(), found.when.precision) == (at, precision)
    assert (Defect.NO_TIMEZONE in found.defects) == marked


MAIL = b"From: dana@x.example\nTo: kim@x.example\nDate: Sat, 14 Mar 2026 09:15:00 +0000\nMessage-ID: <1@x.example>\n\nYes\n"


def test_texts_and_natives_are_found_beside_the_list(tmp_path: Path) -> None:
    files = {
        "prod/DATA/export.dat": dat(
            row(1, TEXTPATH="TEXT\\X1.txt"), row(2, NATIVEPATH=".\\NATIVES\\X2.eml"), row(3, TEXTPATH="..\\..\\secret")
        ).encode(),
        "prod/DATA/export.opt": b"X1,VOL1,IMAGES\\X1.tif,Y,,,2\r\n",
        "prod/TEXT/X1.txt": b"I vote yes\n",
        "prod/NATIVES/X2.eml": MAIL,
    }
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    found = read_export(inbox, {k: v for k, v in files.items() if not k.endswith(".txt")} | {})
    assert len(found) == 3
    (inbox / "prod/TEXT").mkdir()
    (inbox / "prod/TEXT/X1.txt").write_bytes(files["prod/TEXT/X1.txt"])
    items = read(inbox, "prod/DATA/export.dat", files["prod/DATA/export.dat"])
    first, third = rows(items)
    assert first.text.strip() == "I vote yes"
    assert Defect.DECLARED_BUT_EMPTY in third.defects
    assert refused(items) == [("ignored", "sidecar")]
    assert refused(found["prod/DATA/export.opt"]) == [("ignored", "sidecar")]
    zipped = rows(read(tmp_path, "prod.zip", pack(files), "zip"))
    assert {r.text.strip() for r in zipped} == {"I vote yes", "", "Yes"}


EDRM = """<?xml version="1.0" encoding="UTF-8"?>
<Root DataInterchangeType="Update" xmlns="http://www.edrm.net/schema"><Batch><Documents>
<Document DocID="D1" DocType="Message" MimeType="message/rfc822"><Tags>
<Tag TagName="#From" TagDataType="Text" TagValue="Dana Lee &lt;dana@x.example&gt;"/>
<Tag TagName="#To" TagDataType="Text" TagValue="kim@x.example"/>
<Tag TagName="#To" TagDataType="Text" TagValue="lou@x.example"/>
<Tag TagName="#BCC" TagDataType="Text" TagValue="ben@x.example"/>
<Tag TagName="#Subject" TagDataType="Text" TagValue="Vote"/>
<Tag TagName="#DateSent" TagDataType="DateTime" TagValue="2026-03-14T09:15:00-05:00"/>
<Tag TagName="#MessageID" TagDataType="Text" TagValue="&lt;9@x.example&gt;"/></Tags>
<Files><File FileType="Text"><InlineContent>I vote yes</InlineContent></File></Files>
<Locations><Location><Custodian>Dana Lee</Custodian></Location></Locations></Document>
<Document DocID="D2" DocType="File"><Tags><Tag TagName="#Title" TagValue="Plan"/></Tags></Document>
<Document DocID="D3" DocType="Message"><Tags><Tag TagName="#From" TagValue="a & b"/></Tags></Document>
</Documents></Batch></Root>
""".encode()  # noqa: UP012 - the sample reads best as text


def test_documents_of_edrm_xml(tmp_path: Path) -> None:
    items = read(tmp_path, "export.xml", EDRM, "edrm")
    (found,) = rows(items)
    assert found.sender is not None
    assert found.when is not None
    assert (found.key, found.text, found.subject) == ("<9@x.example>", "I vote yes", "Vote")
    assert [p.address for p in found.recipients] == ["kim@x.example", "lou@x.example", "ben@x.example"]
    assert found.when.at.isoformat() == "2026-03-14T14:15:00+00:00"
    assert dict(found.extra)["custodian"] == "Dana Lee"
    assert refused(items) == [("ignored", "not_a_message"), ("quarantined", "xml_invalid")]


def test_entities_and_broken_documents(tmp_path: Path) -> None:
    bomb = EDRM.replace(b"<Root", b'<!DOCTYPE Root [<!ENTITY a "b">]><Root', 1)
    assert refused(read(tmp_path, "a.xml", bomb)) == [("quarantined", "xml_entity")]
    cut = EDRM[: EDRM.index(b"#BCC")]
    assert refused(read(tmp_path, "a.xml", cut)) == [("quarantined", "truncated")]


def test_damaged_exports_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "export.dat", dat(row(1), row(2)).encode(), 60)
    damage(tmp_path, "wide.dat", dat(row(1), row(2)).encode("utf-16"), 30)
    damage(tmp_path, "export.xml", EDRM, 60)
