"""Slack's export: every message accounted for, people from the directory beside, joins, threads, reactions, edits."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from quorum_watch.model import Record, Rejected
from quorum_watch.vocabulary import Audience, Channel, Defect, Role
from tests.shared import shared
from tests.sources.reading import damage, pack, read, read_export, read_file, refused, rows

USERS = [
    {"id": "U1", "team_id": "T", "name": "dana", "profile": {"real_name": "Dana Lee", "email": "Dana@x.example"}},
    {"id": "U2", "team_id": "T", "name": "kim", "real_name": "Kim Elm", "profile": {}},
    {"id": "U3", "team_id": "T", "name": "lou", "profile": {"real_name": "Lou Oak"}},
]
CHANNELS = [{"id": "C1", "name": "budget", "created": 1, "creator": "U1", "members": ["U1", "U2", "U3"]}]
DMS = [{"id": "D1", "created": 1, "members": ["U1", "U2"]}]
DAY: list[dict[str, Any]] = [
    {"type": "message", "subtype": "channel_join", "user": "U2", "text": "<@U2> has joined", "ts": "1772463500.000100"},
    {
        "type": "message",
        "user": "U1",
        "text": "I vote &lt;yes&gt; &amp; <@U2> agrees, see <https://x.example/a|the plan>",
        "ts": "1772463600.000200",
        "thread_ts": "1772463600.000200",
        "reactions": [{"name": "+1", "users": ["U2", "U3"], "count": 3}],
        "edited": {"user": "U1", "ts": "1772463660.000000"},
    },
    {"type": "message", "user": "U2", "text": "Same", "ts": "1772463700.000300", "thread_ts": "1772463600.000200"},
    {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "Dana Lee", "text": "", "ts": "1772463800.000400", "attachments": [{"fallback": "Build passed"}]},
    {"type": "message", "user": "U3", "text": "fwd", "ts": "1772463900.000500", "attachments": [{"author_id": "U1", "is_share": True, "text": "Keep this quiet", "ts": "1772463000.000001"}]},
    {"type": "message", "subtype": "message_changed", "ts": "1772464000.000600", "message": {"user": "U2", "text": "Same here", "ts": "1772463700.000300"}, "previous_message": {"user": "U2", "text": "Same"}},
    {"type": "message", "subtype": "message_deleted", "ts": "1772464100.000700", "deleted_ts": "1772463700.000300", "previous_message": {"user": "U2", "text": "Same here"}},
    {"type": "message", "subtype": "huddle_thread", "user": "U1", "text": "A huddle started", "ts": "1772464200.000800", "room": {"participant_history": ["U1", "U2"]}},
    {"type": "message", "text": "nobody", "ts": "1772464300.000900"},
    {"type": "message", "user": "U1", "text": "when?"},
]  # fmt: skip
EXPORT = {
    "team/users.json": json.dumps(USERS).encode(),
    "team/channels.json": json.dumps(CHANNELS).encode(),
    "team/dms.json": json.dumps(DMS).encode(),
    "team/budget/2026-03-02.json": json.dumps(DAY).encode(),
    "team/D1/2026-03-02.json": json.dumps(
        [{"type": "message", "user": "U2", "text": "psst", "ts": "1772463600.1"}]
    ).encode(),
}


def check_day(items: list[Record | Rejected]) -> None:
    joined, vote, plus, other, reply, bot, shared_, edit, delete, huddle = rows(items)
    assert joined.sender is not None
    assert (joined.event, joined.sender.name, [p.role for p in joined.recipients]) == (
        "join",
        "Kim Elm",
        [Role.GROUP_MEMBER],
    )
    assert vote.sender is not None
    assert (vote.sender.address, vote.sender.name) == ("dana@x.example", "Dana Lee")
    assert vote.text == "I vote <yes> & @Kim Elm agrees, see the plan"
    assert [(p.name, p.role, p.evidence) for p in vote.recipients] == [
        ("Kim Elm", Role.GROUP_MEMBER, "group_membership"),
        ("Lou Oak", Role.GROUP_MEMBER, "group_membership"),
    ]
    assert set(vote.defects) == {Defect.MEMBERSHIP_AT_EXPORT, Defect.EDITED, Defect.RECIPIENT_COUNT_MISMATCH}
    assert (vote.channel, vote.audience) == (Channel.GROUP_CHAT, Audience.CLOSED_GROUP)
    assert {(r.event, r.in_reply_to, r.when) for r in (plus, other)} == {("reaction", vote.key, None)}
    assert reply.in_reply_to == vote.key
    assert bot.sender is not None
    assert (bot.sender.name, bot.text) == ("", "Build passed")
    (quote,) = shared_.quoted
    assert shared_.text[quote.start : quote.end] == "Keep this quiet"
    assert quote.sender is not None
    assert (quote.kind, quote.sender.name) == ("forward", "Dana Lee")
    assert (edit.event, edit.text, edit.in_reply_to) == ("edit", "Same here", reply.key)
    assert (delete.event, delete.text, delete.in_reply_to) == ("delete", "", reply.key)
    assert (huddle.event, huddle.channel, [p.name for p in huddle.recipients]) == ("call", Channel.CALL, ["Kim Elm"])
    assert refused(items) == [("quarantined", "no_sender"), ("quarantined", "no_date")]


def test_a_folder_of_the_inbox_reads_people_from_beside(tmp_path: Path) -> None:
    found = read_export(tmp_path, EXPORT)
    check_day(found["team/budget/2026-03-02.json"])
    (whisper,) = rows(found["team/D1/2026-03-02.json"])
    assert (whisper.channel, whisper.audience, [(p.address, p.role) for p in whisper.recipients]) == (
        Channel.TEXT,
        Audience.PRIVATE,
        [("dana@x.example", Role.TO)],
    )
    assert refused(found["team/users.json"]) == [("ignored", "sidecar")]


def test_the_zip_reads_the_same(tmp_path: Path) -> None:
    items = read(tmp_path, "export.zip", pack({k.removeprefix("team/"): v for k, v in EXPORT.items()}), "zip")
    check_day([i for i in items if "budget" in i.locator])


def test_a_channel_nobody_lists_is_an_unexpanded_group(tmp_path: Path) -> None:
    data = EXPORT["team/budget/2026-03-02.json"]
    vote = rows(read(tmp_path, "elsewhere/2026-03-02.json", data, "slack"))[1]
    assert Defect.LIST_NOT_EXPANDED in vote.defects
    assert [(p.raw, p.role) for p in vote.recipients] == [("#elsewhere", Role.GROUP_MEMBER)]


def test_the_published_export_loses_none_of_its_158_messages() -> None:
    path = shared("corpora", "slack", "testarchive.zip")
    items = read_file(path, path.parent, "zip")
    messages = [i for i in items if ".json;bytes=" in i.locator and "/" in i.locator and "reaction=" not in i.locator]
    messages = [i for i in messages if isinstance(i, Record) or i.outcome.value != "ignored"]
    assert len(messages) == 158
    assert all(isinstance(i, Record) for i in messages)
    events = [i.event for i in rows(items)]
    assert (events.count("join"), events.count("system"), events.count("reaction")) == (8, 3, 1)
    reaction = next(i for i in rows(items) if i.event == "reaction")
    assert reaction.in_reply_to in {i.key for i in rows(items)}
    assert refused(items) == [("ignored", "sidecar")] * 3


def test_damaged_days_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "budget/2026-03-02.json", EXPORT["team/budget/2026-03-02.json"], 80)
