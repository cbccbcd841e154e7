"""The Facebook and Instagram download: who reached whom, changes of members, and spelling mended only where certain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quorum_watch.limits import Limits
from quorum_watch.model import Rejected
from quorum_watch.vocabulary import Audience, Channel, Defect, Role
from tests.sources.reading import damage, pack, read, refused, rows

MS = 1772463600000


def garbled(text: str) -> str:
    return text.encode().decode("latin-1")


def chat(people: list[str], messages: list[dict[str, Any]], **head: Any) -> bytes:
    told = {
        "participants": [{"name": garbled(p)} for p in people],
        "messages": messages,
        "title": "Budget",
        "is_still_participant": True,
        "thread_path": "inbox/budget_100",
        **head,
    }
    return json.dumps(told, indent=1).encode("ascii")


def say(who: str, text: str | None, after: int = 0, **more: Any) -> dict[str, Any]:
    told = {"sender_name": garbled(who), "timestamp_ms": MS + after, "type": "Generic", **more}
    return told if text is None else {**told, "content": garbled(text)}


GROUP = ["Dana Lee", "Kim Elm", "René Lou"]
MESSAGES = [
    say("Dana Lee", "I vote yes", 5000, reactions=[{"reaction": garbled("👍"), "actor": garbled("René Lou")}]),
    say(
        "Kim Elm", "Kim Elm added René Lou to the group.", 4000, type="Subscribe", users=[{"name": garbled("René Lou")}]
    ),
    say("Pat Oak", "Pat Oak left the group.", 3000, type="Unsubscribe", users=[{"name": "Pat Oak"}]),
    say("René Lou", "Café at six?", 2000),
    say("Dana Lee", None, 1500, is_unsent=True),
    say("Dana Lee", "The video chat ended.", 1000, type="Call", call_duration=60),
]


def test_a_group_reaches_the_members_of_the_day_of_the_export(tmp_path: Path) -> None:
    items = read(tmp_path, "messages/inbox/budget_100/message_1.json", chat(GROUP, MESSAGES), "facebook")
    assert refused(items) == []
    first, reaction, joined, left, cafe, unsent, call = rows(items)
    assert (first.channel, first.audience, first.thread) == (
        Channel.GROUP_CHAT,
        Audience.CLOSED_GROUP,
        "messenger:budget_100",
    )
    assert [(p.name, p.role, p.evidence) for p in first.recipients] == [
        ("Kim Elm", Role.GROUP_MEMBER, "group_membership"),
        ("René Lou", Role.GROUP_MEMBER, "group_membership"),
    ]
    assert first.defects == (Defect.MEMBERSHIP_AT_EXPORT,)
    assert (reaction.event, reaction.text, reaction.in_reply_to, reaction.when) == ("reaction", "👍", first.key, None)
    assert reaction.sender is not None
    assert reaction.sender.name == "René Lou"
    assert (joined.event, [(p.name, p.role) for p in joined.recipients]) == (
        "join",
        [("René Lou", Role.TO), ("Budget", Role.GROUP_MEMBER)],
    )
    assert left.sender is not None
    assert (left.event, left.sender.name, [p.role for p in left.recipients]) == (
        "leave",
        "Pat Oak",
        [Role.GROUP_MEMBER],
    )
    assert (cafe.text, cafe.defects) == ("Café at six?", (Defect.MEMBERSHIP_AT_EXPORT, Defect.MOJIBAKE_REPAIRED))
    assert Defect.DELETED in unsent.defects
    assert (call.event, call.channel, call.text) == ("call", Channel.GROUP_CHAT, "")


def test_two_people_write_privately_and_their_calls_are_talks(tmp_path: Path) -> None:
    messages = [
        say("Dana Lee", "Hello", 3),
        say("Kim Elm", "ended", 2, type="Call", call_duration=75),
        say("Kim Elm", "missed", 1, type="Call", call_duration=0, missed=True),
    ]
    items = read(tmp_path, "a.json", chat(["Dana Lee", "Kim Elm"], messages))
    hello, call = rows(items)
    assert (hello.channel, hello.audience, [p.role for p in hello.recipients]) == (
        Channel.TEXT,
        Audience.PRIVATE,
        [Role.TO],
    )
    assert (call.channel, call.event, dict(call.extra)["call_seconds"]) == (Channel.CALL, "call", "75")
    assert refused(items) == [("ignored", "not_sent")]


@pytest.mark.parametrize(
    ("written", "read_as", "mended"),
    [("cafÃ©", "café", True), ("café", "café", False), ("– naïve", "– naïve", False), ("plain", "plain", False)],
)
def test_spelling_is_mended_only_where_certain(tmp_path: Path, written: str, read_as: str, mended: bool) -> None:
    message = {"sender_name": "Dana Lee", "timestamp_ms": MS, "content": written}
    (row,) = rows(read(tmp_path, "a.json", chat(["Dana Lee", "Kim Elm"], [message])))
    assert (row.text, Defect.MOJIBAKE_REPAIRED in row.defects) == (read_as, mended)


def test_newer_downloads_say_changes_of_members_in_sentences_only(tmp_path: Path) -> None:
    messages = [
        {
            "senderName": "Dana Lee",
            "timestamp": MS,
            "text": "Dana Lee added Kim Elm and Pat Oak to the group.",
            "type": "",
        },
        {"senderName": "Kim Elm", "timestamp": MS + 1, "text": "Kim Elm left the group.", "isUnsent": False},
        {"senderName": "Dana Lee", "timestamp": MS + 2, "text": "Dana Lee named the group Budget."},
        {"senderName": "Dana Lee", "timestamp": MS + 3, "text": "You changed the agenda without telling us"},
    ]
    data = {"participants": ["Dana Lee", "Kim Elm", "Pat Oak"], "threadName": "Budget_7", "messages": messages}
    join, leave, named, words = rows(read(tmp_path, "Budget_7.json", json.dumps(data).encode(), "facebook"))
    assert (join.event, [p.name for p in join.recipients]) == ("join", ["Kim Elm", "Pat Oak", "Budget_7"])
    assert (leave.event, named.event, words.event) == ("leave", "system", "message")


COMMENTS = {
    "comments_v2": [
        {
            "timestamp": MS // 1000,
            "data": [{"comment": {"timestamp": MS // 1000, "comment": "I agree", "author": "Dana Lee"}}],
            "title": "Dana Lee replied to Kim Elm's comment.",
        },
        {
            "timestamp": MS // 1000 + 1,
            "data": [{"comment": {"timestamp": 1, "comment": "Mine", "author": "Dana Lee", "group": "Neighbours"}}],
            "title": "Dana Lee commented on her own post in Neighbours.",
        },
    ]
}
REACTIONS = [
    {
        "timestamp": MS // 1000,
        "data": [{"reaction": {"reaction": "LIKE", "actor": "Dana Lee"}}],
        "title": "Dana Lee likes Kim Elm's post.",
    }
]
POSTS = [
    {"timestamp": MS // 1000, "data": [{"post": garbled("Café hours")}], "title": "Dana Lee updated her status."},
    {"timestamp": MS // 1000 + 5, "attachments": [{"data": [{"media": {"uri": "photos/plan.jpg"}}]}], "data": []},
    {"data": [{"post": "no time"}]},
]


def test_pages_say_whom_they_answer(tmp_path: Path) -> None:
    reply, own = rows(read(tmp_path, "comments.json", json.dumps(COMMENTS).encode(), "facebook"))
    assert reply.sender is not None
    assert (reply.channel, reply.audience, reply.sender.name) == (Channel.SOCIAL_COMMENT, Audience.PUBLIC, "Dana Lee")
    assert [p.name for p in reply.recipients] == ["Kim Elm"]
    assert (own.audience, own.recipients) == (Audience.CLOSED_GROUP, ())
    (like,) = rows(read(tmp_path, "likes.json", json.dumps(REACTIONS).encode(), "facebook"))
    assert (like.channel, like.event, like.text, [p.name for p in like.recipients]) == (
        Channel.SOCIAL_REACTION,
        "reaction",
        "LIKE",
        ["Kim Elm"],
    )
    items = read(tmp_path, "your_posts_1.json", json.dumps(POSTS).encode(), "facebook", custodian="lee-dana")
    post, photo = rows(items)
    assert post.sender is not None
    assert photo.sender is not None
    assert (post.text, post.sender.name, photo.attachments, photo.sender.name) == (
        "Café hours",
        "Dana Lee",
        ("plan.jpg",),
        "lee-dana",
    )
    assert refused(items) == [("quarantined", "no_date")]


def test_instagram_comments_and_likes(tmp_path: Path) -> None:
    comments = [
        {
            "media_list_data": [{"uri": ""}],
            "string_map_data": {
                "Comment": {"value": "Well said"},
                "Media Owner": {"value": "kim.elm"},
                "Time": {"timestamp": MS // 1000},
            },
        }
    ]
    (row,) = rows(read(tmp_path, "post_comments_1.json", json.dumps(comments).encode(), "facebook"))
    assert (row.event, row.text, [p.name for p in row.recipients]) == ("comment", "Well said", ["kim.elm"])
    likes = {
        "likes_media_likes": [{"title": "kim.elm", "string_list_data": [{"value": "👍", "timestamp": MS // 1000}]}]
    }
    (like,) = rows(read(tmp_path, "liked_posts.json", json.dumps(likes).encode(), "facebook"))
    assert (like.event, like.text) == ("reaction", "👍")


def test_the_download_works_as_a_zip_and_its_other_parts_are_ignored_by_rule(tmp_path: Path) -> None:
    files = {
        "your_facebook_activity/messages/inbox/budget_100/message_1.json": chat(GROUP, MESSAGES),
        "your_facebook_activity/comments_and_reactions/comments.json": json.dumps(COMMENTS).encode(),
        "preferences/feed/reels.json": b'{"preferences": []}',
    }
    items = read(tmp_path, "facebook-danalee.zip", pack(files), "zip")
    assert len(rows(items)) == 9
    assert refused(items) == [("ignored", "sidecar")]


def test_pages_in_html_are_set_aside_with_what_to_do(tmp_path: Path) -> None:
    page = b"<html><head><title>Kim Elm</title></head><body>Are you in?</body></html>"
    (item,) = read(tmp_path, "your_facebook_activity/messages/inbox/kim_1/message_1.html", page, "facebook")
    assert isinstance(item, Rejected)
    assert (item.reason.value, "JSON" in item.detail) == ("unknown_format", True)


def test_a_broken_off_conversation_keeps_what_came_before(tmp_path: Path) -> None:
    whole = chat(GROUP, MESSAGES)
    items = read(tmp_path, "a.json", whole[: whole.index(b"Unsubscribe")])
    assert [r.event for r in rows(items)] == ["message", "reaction", "join"]
    assert refused(items) == [("quarantined", "truncated")]


def test_deep_and_odd_entries_are_quarantined(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(30):
        deep = [deep]
    data = chat(["A B", "C D"], [say("A B", "hi"), {"deep": deep, "sender_name": "A B"}, 7, {"timestamp_ms": MS}])  # type: ignore[list-item]
    items = read(tmp_path, "a.json", data, limits=Limits(json_depth=20))
    assert len(rows(items)) == 1
    assert [r for _, r in refused(items)] == ["json_invalid", "bad_field", "no_sender"]


def test_damaged_downloads_are_accounted_for(tmp_path: Path) -> None:
    assert damage(tmp_path, "a.json", chat(GROUP, MESSAGES), 80)
    damage(tmp_path, "c.json", json.dumps(COMMENTS).encode(), 40)
