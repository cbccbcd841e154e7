"""Teams: messages of Graph with members, calls and quotes, and the item list of a Purview export."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Role
from tests.sources.reading import damage, read, refused, rows


def user(number: str, name: str) -> dict[str, Any]:
    return {"user": {"id": number, "displayName": name, "userIdentityType": "aadUser"}}


def message(number: str, who: dict[str, Any] | None, content: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "messageType": "message",
        "createdDateTime": f"2026-03-02T15:0{number}:00.1234567Z",
        "chatId": "19:abc@thread.v2",
        "from": who,
        "body": {"contentType": "html", "content": content},
        **more,
    }


DANA, KIM, LOU = user("u1", "Dana Lee"), user("u2", "Kim Elm"), user("u3", "Lou Oak")
MEMBERS = [
    {"userId": "u1", "displayName": "Dana Lee", "email": "Dana@x.example"},
    {"userId": "u2", "displayName": "Kim Elm", "email": None},
    {"userId": "u3", "displayName": "Lou Oak"},
]
EVENT = "#microsoft.graph.{}EventMessageDetail"
MESSAGES = [
    message("1", KIM, "<p>Vote <b>yes</b>?</p>", reactions=[{"reactionType": "like", "createdDateTime": "2026-03-02T15:09:00Z", "user": LOU}]),
    message("2", LOU, "<attachment id='1'></attachment><p>Yes</p>", lastEditedDateTime="2026-03-02T15:03:00Z", attachments=[{"id": "1", "contentType": "messageReference", "content": json.dumps({"messageId": "1", "messagePreview": "Vote yes?", "messageSender": KIM})}]),
    message("3", None, messageType="systemEventMessage", eventDetail={"@odata.type": EVENT.format("membersAdded"), "members": [{"id": "u3", "displayName": "Lou Oak"}], "initiator": KIM}),
    message("4", None, messageType="systemEventMessage", eventDetail={"@odata.type": EVENT.format("callEnded"), "callParticipants": [{"participant": KIM}, {"participant": LOU}], "initiator": KIM}),
    message("5", None, messageType="systemEventMessage", eventDetail={"@odata.type": EVENT.format("chatRenamed"), "initiator": KIM}),
    message("6", None, "nobody"),
]  # fmt: skip
CHAT = {"id": "19:abc@thread.v2", "topic": "Budget", "chatType": "group", "members": MEMBERS, "messages": MESSAGES}


def test_a_chat_with_its_members(tmp_path: Path) -> None:
    items = read(tmp_path, "chat.json", json.dumps(CHAT).encode(), "teams")
    first, reaction, answer, joined, call, renamed = rows(items)
    assert refused(items) == [("quarantined", "no_sender")]
    assert first.sender is not None
    assert (first.sender.name, first.sender.kind, first.text) == ("Kim Elm", AccountKind.TEAMS, "Vote yes?")
    assert first.when is not None
    assert first.when.at.isoformat() == "2026-03-02T15:01:00+00:00"
    assert (first.channel, first.audience, Defect.MEMBERSHIP_AT_EXPORT in first.defects) == (
        Channel.GROUP_CHAT,
        Audience.CLOSED_GROUP,
        True,
    )
    assert [(p.address, p.role) for p in first.recipients] == [
        ("dana@x.example", Role.GROUP_MEMBER),
        ("u3", Role.GROUP_MEMBER),
    ]
    assert (reaction.event, reaction.in_reply_to, reaction.text) == ("reaction", first.key, "like")
    (quote,) = answer.quoted
    assert (answer.text[: quote.start].strip(), answer.text[quote.start : quote.end]) == ("Yes", "Vote yes?")
    assert (answer.in_reply_to, Defect.EDITED in answer.defects) == (first.key, True)
    assert (joined.event, [p.name for p in joined.recipients]) == ("join", ["Lou Oak", ""])
    assert (call.event, call.channel, [p.name for p in call.recipients]) == ("call", Channel.CALL, ["Lou Oak"])
    assert renamed.event == "system"


def test_without_members_the_chat_itself_is_named(tmp_path: Path) -> None:
    first = rows(read(tmp_path, "page.json", json.dumps({"value": MESSAGES}).encode(), "teams"))[0]
    assert (Defect.LIST_NOT_EXPANDED in first.defects, len(first.recipients)) == (True, 1)


ITEMS = (
    b"Item class,Sender,To,Participants,Sent (UTC),Subject/Title,Conversation ID,Extracted text path\n"
    b'IPM.SkypeTeams.Message,Dana Lee <dana@x.example>,,"dana@x.example;kim@x.example;lou@x.example",'
    b"2026-03-02T15:00:00Z,IM,19:abc,text/1.txt\n"
    b"IPM.Note,dana@x.example,kim@x.example,,2026-03-02T15:00:00Z,Budget,,\n"
)


def test_the_item_list_of_purview(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text/1.txt").write_text("I vote yes")
    chat, mail = rows(read(tmp_path, "Items.csv", ITEMS, "teams"))
    assert (chat.channel, chat.text, chat.thread) == (Channel.GROUP_CHAT, "I vote yes", "19:abc")
    assert [(p.address, p.role) for p in chat.recipients] == [
        ("kim@x.example", Role.GROUP_MEMBER),
        ("lou@x.example", Role.GROUP_MEMBER),
    ]
    assert (mail.channel, mail.subject) == (Channel.EMAIL, "Budget")


def test_damaged_exports_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "chat.json", json.dumps(CHAT, indent=1).encode(), 80)
    damage(tmp_path, "Items.csv", ITEMS, 40)
