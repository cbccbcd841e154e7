"""The archive of an X account: posts and whom they answer, messages with numbers for names, joins and leaves."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Role
from tests.sources.reading import damage, pack, read, read_export, refused, rows


def js(part: str, value: Any) -> bytes:
    return f"window.YTD.{part}.part0 = ".encode() + json.dumps(value, indent=2).encode()


ACCOUNT = [{"account": {"accountId": "1", "username": "DanaLee", "accountDisplayName": "Dana Lee"}}]
TWEETS = [
    {
        "tweet": {
            "id_str": "100",
            "created_at": "Wed Oct 10 20:19:24 +0000 2018",
            "full_text": "@kimelm I agree &amp; will vote yes @louoak",
            "in_reply_to_status_id_str": "99",
            "in_reply_to_user_id_str": "2",
            "in_reply_to_screen_name": "KimElm",
            "entities": {
                "user_mentions": [
                    {"name": "Kim Elm", "screen_name": "KimElm", "indices": ["0", "7"], "id_str": "2", "id": "2"},
                    {"name": "Lou Oak", "screen_name": "louoak", "indices": ["30", "36"], "id_str": "3", "id": "3"},
                ]
            },
        }
    },
    {
        "tweet": {
            "id_str": "101",
            "created_at": "Wed Oct 10 21:00:00 +0000 2018",
            "full_text": "RT @louoak: No to the levy",
        }
    },
    {"tweet": {"id_str": "102", "created_at": "Wed Oct 10 22:00:00 +0000 2018", "full_text": "Office hours today"}},
]
LIKES = [{"like": {"tweetId": "99", "fullText": "Budget", "expandedUrl": "https://x.example/99"}}]
DMS = [
    {
        "dmConversation": {
            "conversationId": "1-2",
            "messages": [
                {"messageCreate": {"recipientId": "1", "senderId": "2", "id": "501", "text": "And you?", "createdAt": "2026-03-02T15:01:00.000Z", "reactions": [{"senderId": "1", "reactionKey": "agree", "eventId": "9", "createdAt": "2026-03-02T15:02:00.000Z"}], "mediaUrls": [], "urls": []}},
                {"messageCreate": {"recipientId": "2", "senderId": "1", "id": "500", "text": "I am a yes", "createdAt": "2026-03-02T15:00:00.000Z"}},
            ],
        }
    }
]  # fmt: skip
GROUP = [
    {
        "dmConversation": {
            "conversationId": "777",
            "messages": [
                {"participantsLeave": {"userIds": ["4"], "createdAt": "2026-03-02T16:04:00.000Z"}},
                {"messageCreate": {"senderId": "3", "id": "601", "text": "No", "createdAt": "2026-03-02T16:03:00.000Z"}},
                {"participantsJoin": {"initiatingUserId": "1", "userIds": ["4"], "createdAt": "2026-03-02T16:02:00.000Z"}},
                {"conversationNameUpdate": {"initiatingUserId": "2", "name": "Levy", "createdAt": "2026-03-02T16:01:00.000Z"}},
                {"joinConversation": {"initiatingUserId": "2", "participantsSnapshot": ["2", "3"], "createdAt": "2026-03-02T16:00:00.000Z"}},
                {"somethingNew": {"createdAt": "2026-03-02T16:00:00.000Z"}},
            ],
        }
    }
]  # fmt: skip
EXPORT = {
    "data/account.js": js("account", ACCOUNT),
    "data/tweets.js": js("tweets", TWEETS),
    "data/like.js": js("like", LIKES),
    "data/direct-messages.js": js("direct_messages", DMS),
    "data/direct-messages-group.js": js("direct_messages_group", GROUP),
    "data/deleted-tweets.js": js(
        "deleted_tweets", [{"tweet": {**TWEETS[2]["tweet"], "id_str": "103", "deleted_at": "x"}}]
    ),
}


def test_posts_say_whom_they_answer(tmp_path: Path) -> None:
    found = read_export(tmp_path, EXPORT)
    reply, repost, post = rows(found["data/tweets.js"])
    assert reply.sender is not None
    assert (reply.sender.address, reply.sender.kind, reply.event, reply.channel, reply.audience) == (
        "danalee",
        AccountKind.X,
        "comment",
        Channel.SOCIAL_COMMENT,
        Audience.PUBLIC,
    )
    assert [(p.address, p.role) for p in reply.recipients] == [("kimelm", Role.TO), ("louoak", Role.MENTIONED)]
    assert (reply.in_reply_to, reply.text) == ("x:99", "@kimelm I agree & will vote yes @louoak")
    assert reply.when is not None
    assert reply.when.at.isoformat() == "2018-10-10T20:19:24+00:00"
    (quote,) = repost.quoted
    assert (repost.event, repost.text[quote.start : quote.end]) == ("share", "No to the levy")
    assert (post.event, post.channel) == ("post", Channel.SOCIAL_POST)
    (like,) = rows(found["data/like.js"])
    assert (like.event, like.when, like.in_reply_to) == ("reaction", None, "x:99")
    (deleted,) = rows(found["data/deleted-tweets.js"])
    assert Defect.DELETED in deleted.defects
    assert refused(found["data/account.js"]) == [("ignored", "sidecar")]


def test_messages_name_people_by_handle_where_the_archive_tells_it_else_by_number(tmp_path: Path) -> None:
    found = read_export(tmp_path, EXPORT)
    question, reaction, answer = rows(found["data/direct-messages.js"])
    assert question.sender is not None
    assert (question.sender.raw, question.sender.address, question.recipients[0].address) == ("2", "kimelm", "danalee")
    assert (question.channel, question.audience) == (Channel.TEXT, Audience.PRIVATE)
    assert reaction.when is not None
    assert (reaction.event, reaction.in_reply_to, reaction.text) == ("reaction", question.key, "agree")
    assert answer.text == "I am a yes"
    items = found["data/direct-messages-group.js"]
    leave, said, joined, renamed, began = rows(items)
    assert refused(items) == [("quarantined", "unsupported_event_type")]
    assert leave.sender is not None
    assert (leave.event, leave.sender.address) == ("leave", "4")
    assert [(p.address, p.role) for p in said.recipients] == [
        ("danalee", Role.GROUP_MEMBER),
        ("kimelm", Role.GROUP_MEMBER),
        ("4", Role.GROUP_MEMBER),
    ]
    assert Defect.MEMBERSHIP_AT_EXPORT in said.defects
    assert joined.sender is not None
    assert (joined.event, joined.sender.address, joined.recipients[0].address) == ("join", "danalee", "4")
    assert (renamed.event, renamed.text) == ("rename", "Levy")
    assert began.sender is not None
    assert (began.event, began.sender.address, began.recipients[0].address) == ("join", "kimelm", "danalee")
    assert len({r.thread for r in rows(items)}) == 1


def test_the_zip_reads_the_same_and_scripts_are_never_run(tmp_path: Path) -> None:
    items = read(tmp_path, "twitter.zip", pack(EXPORT), "zip")
    assert len(rows(items)) == 3 + 1 + 1 + 3 + 5
    bad = b"window.YTD.tweets.part0 = (function(){return 1})()"
    assert [o for o, _ in refused(read(tmp_path, "tweets.js", bad, "x_archive"))] == ["quarantined"]


def test_damaged_archives_are_accounted_for(tmp_path: Path) -> None:
    for name in ("tweets", "direct-messages", "direct-messages-group"):
        damage(tmp_path, f"data/{name}.js", EXPORT[f"data/{name}.js"], 40)
