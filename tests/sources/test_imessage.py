"""The message database of a Mac or iPhone: rows of every kind, from a database made here with the published columns."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import plistlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quorum_watch.model import Record
from quorum_watch.vocabulary import Audience, Channel, Defect, Role
from tests.sources.reading import damage, pack, read, read_file, refused, rows

AT = int((datetime(2026, 3, 2, 15, tzinfo=UTC) - datetime(2001, 1, 1, tzinfo=UTC)).total_seconds())
NS = AT * 1_000_000_000


def archived(text: str) -> bytes:
    raw = text.encode()
    size = bytes([len(raw)]) if len(raw) < 0x80 else b"\x81" + len(raw).to_bytes(2, "little")
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92"
        b"\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + size + raw + b"\x86\x84\x02iI\x01"
    )


EDITS = plistlib.dumps(
    {"ec": {"0": [{"d": float(AT), "t": archived("I vote no")}, {"d": float(AT + 60), "t": archived("I vote yes")}]}},
    fmt=plistlib.FMT_BINARY,
)
ROWS = [  # guid, text, body, handle, mine, date, item, action, other, associated type, associated guid, more
    {"guid": "G1", "attributedBody": archived("Can you both vote yes?" * 10), "handle_id": 1, "date": NS},
    {"guid": "G2", "text": "Yes", "is_from_me": 1, "date": NS + 1, "thread_originator_guid": "G1"},
    {
        "guid": "G3",
        "handle_id": 2,
        "date": NS + 2,
        "associated_message_type": 2001,
        "associated_message_guid": "p:0/G1",
    },
    {
        "guid": "G4",
        "handle_id": 2,
        "date": NS + 3,
        "associated_message_type": 3001,
        "associated_message_guid": "p:0/G1",
    },
    {"guid": "G5", "handle_id": 1, "date": NS + 4, "item_type": 1, "group_action_type": 0, "other_handle": 2},
    {"guid": "G6", "handle_id": 2, "date": NS + 5, "item_type": 3, "group_action_type": 0},
    {"guid": "G7", "handle_id": 1, "date": NS + 6, "item_type": 2, "group_title": "Budget"},
    {
        "guid": "G8",
        "handle_id": 1,
        "date": NS + 7,
        "message_summary_info": EDITS,
        "text": "I vote yes",
        "date_edited": NS,
    },
    {"guid": "G9", "handle_id": 2, "date": NS + 8, "date_retracted": NS + 9},
    {"guid": "G10", "text": "old", "handle_id": 1, "date": AT, "chat": 2},
    {"guid": "G11", "text": "unsent", "is_from_me": 1, "is_sent": 0, "error": 22, "date": NS},
    {"guid": "G12", "text": "who", "date": NS},
    {"guid": "G13", "text": "when", "handle_id": 1, "date": 0},
    {"guid": "G14", "handle_id": 1, "date": NS, "item_type": 99},
    {"guid": "G15", "text": "Loved “old”", "handle_id": 1, "date": NS, "chat": 2},
]


def build(path: Path) -> bytes:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as base:
        base.executescript(
            """
            CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT NOT NULL, service TEXT);
            CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT,
                display_name TEXT, account_login TEXT);
            CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
            CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
            CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, filename TEXT, transfer_name TEXT);
            CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
            CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER,
                service TEXT, is_from_me INTEGER DEFAULT 0, is_sent INTEGER DEFAULT 0, error INTEGER DEFAULT 0,
                date INTEGER, date_edited INTEGER, date_retracted INTEGER, item_type INTEGER DEFAULT 0,
                group_action_type INTEGER DEFAULT 0, group_title TEXT, other_handle INTEGER,
                associated_message_guid TEXT, associated_message_type INTEGER DEFAULT 0,
                thread_originator_guid TEXT, message_summary_info BLOB, destination_caller_id TEXT,
                cache_has_attachments INTEGER DEFAULT 0);
            INSERT INTO handle VALUES (1, '+16085550142', 'iMessage'), (2, 'Kim@x.example', 'iMessage');
            INSERT INTO chat VALUES (1, 'iMessage;+;chat9', 43, 'chat9', 'Budget', 'E:dana@x.example'),
                (2, 'SMS;-;+16085550142', 45, '+16085550142', '', 'E:dana@x.example');
            INSERT INTO chat_handle_join VALUES (1, 1), (1, 2), (2, 1);
            INSERT INTO attachment VALUES (1, '~/Library/plan.pdf', 'plan.pdf');
            INSERT INTO message_attachment_join VALUES (1, 1);
            """
        )
        for number, told in enumerate(ROWS, 1):
            cells = {"ROWID": number, "destination_caller_id": "+16085550100", **told}
            cells["cache_has_attachments"] = int(number == 1)
            chat = cells.pop("chat", 1)
            marks = ", ".join("?" * len(cells))
            base.execute(f"INSERT INTO message ({', '.join(cells)}) VALUES ({marks})", list(cells.values()))
            base.execute("INSERT INTO chat_message_join VALUES (?, ?)", (chat, number))
    base.close()
    return path.read_bytes()


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Record]:
    items = read(tmp_path, "lee-dana/chat.db", build(tmp_path / "made.db"), "imessage", custodian="lee-dana")
    assert refused(items) == [
        ("ignored", "not_sent"),
        ("quarantined", "no_sender"),
        ("quarantined", "no_date"),
        ("quarantined", "unsupported_event_type"),
    ]
    return {r.key.removeprefix("imessage:"): r for r in rows(items)}


def test_words_come_from_the_archived_text_and_reach_the_group(found: dict[str, Record]) -> None:
    first, answer, old = found["G1"], found["G2"], found["G10"]
    assert first.sender is not None
    assert answer.sender is not None
    assert (first.text, first.sender.address) == ("Can you both vote yes?" * 10, "+16085550142")
    assert first.attachments == ("plan.pdf",)
    assert first.when is not None
    assert first.when.at.isoformat() == "2026-03-02T15:00:00+00:00"
    assert (first.channel, first.audience) == (Channel.GROUP_CHAT, Audience.CLOSED_GROUP)
    assert [(p.address, p.role) for p in first.recipients] == [
        ("kim@x.example", Role.GROUP_MEMBER),
        ("+16085550100", Role.GROUP_MEMBER),
    ]
    assert (answer.sender.address, answer.in_reply_to) == ("+16085550100", first.key)
    assert old.when is not None
    assert (old.when.at, old.channel, [(p.address, p.role) for p in old.recipients]) == (
        first.when.at,
        Channel.TEXT,
        [("+16085550100", Role.TO)],
    )


def test_reactions_members_names_edits_and_unsent_words(found: dict[str, Record]) -> None:
    assert [(found[g].event, found[g].text, found[g].in_reply_to) for g in ("G3", "G4")] == [
        ("reaction", "liked", "imessage:G1"),
        ("reaction_removed", "liked", "imessage:G1"),
    ]
    assert (found["G15"].event, found["G15"].text) == ("reaction", "Loved")
    joined, left = found["G5"], found["G6"]
    assert (joined.event, [p.address for p in joined.recipients]) == (
        "join",
        ["kim@x.example", "imessage:iMessage;+;chat9"],
    )
    assert left.sender is not None
    assert (left.event, left.sender.address, len(left.recipients)) == ("leave", "kim@x.example", 1)
    assert (found["G7"].event, found["G7"].text) == ("rename", "Budget")
    edited, second = found["G8"], found["G8/edit0"]
    assert (edited.text, Defect.EDITED in edited.defects) == ("I vote no", True)
    assert (second.event, second.text, second.in_reply_to) == ("edit", "I vote yes", "imessage:G8")
    assert second.when is not None
    assert second.when.at.isoformat() == "2026-03-02T15:01:00+00:00"
    assert (found["G9"].text, Defect.DELETED in found["G9"].defects) == ("", True)


def test_the_log_beside_the_database_is_read_and_nothing_is_changed(tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    build(made)
    writer = sqlite3.connect(made)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("INSERT INTO message (guid, text, handle_id, date) VALUES ('NEW', 'newest', 1, ?)", (NS + 99,))
    writer.commit()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    files = {"chat.db": made.read_bytes(), "chat.db-wal": (tmp_path / "made.db-wal").read_bytes()}
    writer.close()
    for name, data in files.items():
        (inbox / name).write_bytes(data)
    items = read_file(inbox / "chat.db", inbox, "imessage")
    assert "newest" in [r.text for r in rows(items)]
    assert refused(read_file(inbox / "chat.db-wal", inbox, "imessage")) == [("ignored", "sidecar")]
    assert {p.name: p.read_bytes() for p in inbox.iterdir()} == files
    zipped = read(tmp_path, "phone.zip", pack(files), "zip")
    assert "newest" in [r.text for r in rows(zipped)]


def test_views_that_play_tables_are_refused(tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    with sqlite3.connect(made) as base:
        base.executescript(
            "CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER); CREATE TABLE handle (id TEXT);"
            "CREATE TABLE chat (guid TEXT); CREATE VIEW message AS SELECT 1 AS guid;"
        )
    base.close()
    items = read(tmp_path, "chat.db", made.read_bytes(), "imessage")
    assert refused(items) == [("quarantined", "unreadable_file")]


def test_damaged_databases_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "chat.db", build(tmp_path / "made.db"), 60)
