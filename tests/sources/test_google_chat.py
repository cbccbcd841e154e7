"""Google Chat: times in sentences, members beside the messages, deleted and quoted words, reactions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from quorum_watch.vocabulary import Audience, Channel, Defect, Role, TimeSource
from tests.sources.reading import damage, pack, read, read_export, refused, rows

MEMBERS = [
    {"name": "Dana Lee", "email": "Dana@x.example", "user_type": "Human"},
    {"name": "Kim Elm", "email": "kim@x.example", "user_type": "Human"},
    {"name": "Lou Oak", "email": "lou@x.example", "user_type": "Human"},
]
MESSAGES: dict[str, list[dict[str, Any]]] = {
    "messages": [
        {
            "creator": MEMBERS[0],
            "created_date": "Thursday, November 3, 2016 at 11:59:50 AM UTC",
            "text": "Shall we move the vote?",
            "topic_id": "t1",
            "message_id": "s/t1/t1",
            "reactions": [{"emoji": {"unicode": "👍"}, "reactor_emails": ["kim@x.example"]}],
        },
        {
            "creator": MEMBERS[1],
            "created_date": "Thursday, November 3, 2016 at 12:01:00\u202fPM UTC",
            "text": "Yes",
            "topic_id": "t1",
            "message_id": "s/t1/m2",
            "quoted_message_metadata": {"creator": MEMBERS[0], "text": "Shall we move the vote?"},
        },
        {
            "creator": MEMBERS[2],
            "created_date": "Thursday, November 3, 2016 at 12:02:00 PM UTC",
            "message_state": "DELETED",
            "topic_id": "t2",
            "message_id": "s/t2/t2",
        },
        {"creator": MEMBERS[2], "created_date": "soon", "text": "x", "message_id": "s/t3/t3"},
    ]
}
EXPORT = {
    "Takeout/Google Chat/Groups/Space A/messages.json": json.dumps(MESSAGES, ensure_ascii=False).encode(),
    "Takeout/Google Chat/Groups/Space A/group_info.json": json.dumps({"name": "Budget", "members": MEMBERS}).encode(),
    "Takeout/Google Chat/Groups/DM B/messages.json": json.dumps({"messages": MESSAGES["messages"][:1]}).encode(),
    "Takeout/Google Chat/Groups/DM B/group_info.json": json.dumps({"members": MEMBERS[:2]}).encode(),
}
NAME = "Takeout/Google Chat/Groups/Space A/messages.json"


def test_a_space_reaches_its_members(tmp_path: Path) -> None:
    found = read_export(tmp_path, EXPORT)
    first, reaction, answer, deleted = rows(found[NAME])
    assert refused(found[NAME]) == [("quarantined", "bad_date")]
    assert first.when is not None
    assert (first.when.at.isoformat(), first.when.source) == ("2016-11-03T11:59:50+00:00", TimeSource.ZONE_NAME)
    assert (first.channel, first.audience, [(p.address, p.role) for p in first.recipients]) == (
        Channel.GROUP_CHAT,
        Audience.CLOSED_GROUP,
        [("kim@x.example", Role.GROUP_MEMBER), ("lou@x.example", Role.GROUP_MEMBER)],
    )
    assert first.defects == (Defect.MEMBERSHIP_AT_EXPORT,)
    assert reaction.sender is not None
    assert (reaction.event, reaction.text, reaction.sender.address, reaction.in_reply_to) == (
        "reaction",
        "👍",
        "kim@x.example",
        first.key,
    )
    assert answer.in_reply_to == first.key
    (quote,) = answer.quoted
    assert (answer.text[: quote.start].strip(), answer.text[quote.start : quote.end]) == (
        "Yes",
        "Shall we move the vote?",
    )
    assert (deleted.text, Defect.DELETED in deleted.defects) == ("", True)
    assert refused(found["Takeout/Google Chat/Groups/Space A/group_info.json"]) == [("ignored", "sidecar")]
    direct = rows(found["Takeout/Google Chat/Groups/DM B/messages.json"])[0]
    assert (direct.channel, [p.role for p in direct.recipients]) == (Channel.TEXT, [Role.TO])


def test_the_zip_reads_the_same_and_without_members_the_space_itself_is_named(tmp_path: Path) -> None:
    items = read(tmp_path, "takeout.zip", pack(EXPORT), "zip")
    assert len(rows(items)) == 6
    bare = rows(read(tmp_path, "Space Z/messages.json", EXPORT[NAME], "google_chat"))[0]
    assert (bare.recipients[0].raw, Defect.LIST_NOT_EXPANDED in bare.defects) == ("Space Z", True)


def test_damaged_conversations_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "Space A/messages.json", EXPORT[NAME], 80)
