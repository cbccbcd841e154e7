"""Signal's lines: local times marked, groups that hide who never wrote, edits, reactions and timers."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from quorum_watch.vocabulary import Audience, Channel, Defect, Role, TimeSource
from tests.sources.reading import damage, read, refused, rows

MS = 1772463600000


def lines(*objects: Any) -> bytes:
    return b"".join(json.dumps(o, ensure_ascii=False).encode() + b"\n" for o in objects)


def said(date: str, sender: str, body: str, **more: Any) -> dict[str, Any]:
    return {
        "date": date,
        "sender": sender,
        "body": body,
        "quote": "",
        "sticker": "",
        "reactions": [],
        "attachments": [],
        **more,
    }


GROUP = lines(
    said("2026-03-02T09:00:00", "Me", "Yes?", reactions=[{"name": "Kim Elm", "emoji": "👍"}]),
    said("2026-03-02T09:01:00.123000", "Kim Elm", "Yes", quote=">\n> Yes?\n"),
    said("2026-03-02T09:02:00", "Lou Oak", "", attachments=[{"name": "plan.pdf", "path": "media/plan.pdf"}]),
    said("not a date", "Lou Oak", "x"),
)


def test_an_exported_group(tmp_path: Path) -> None:
    items = read(tmp_path, "lee-dana/Budget/data.json", GROUP, "signal", custodian="lee-dana")
    first, reaction, second, third = rows(items)
    assert refused(items) == [("quarantined", "bad_date")]
    assert first.sender is not None
    assert first.when is not None
    assert (first.sender.name, first.when.at.isoformat(), first.when.source) == (
        "lee-dana",
        "2026-03-02T15:00:00+00:00",
        TimeSource.WORKSPACE,
    )
    assert [(p.name, p.role) for p in first.recipients] == [
        ("Kim Elm", Role.GROUP_MEMBER),
        ("Lou Oak", Role.GROUP_MEMBER),
    ]
    assert {Defect.NO_TIMEZONE, Defect.MEMBERSHIP_AT_EXPORT, Defect.LIST_NOT_EXPANDED} == set(first.defects)
    assert (first.channel, first.audience) == (Channel.GROUP_CHAT, Audience.CLOSED_GROUP)
    assert (reaction.event, reaction.text, reaction.in_reply_to) == ("reaction", "👍", first.key)
    (quote,) = second.quoted
    assert (second.text[: quote.start].strip(), second.text[quote.start : quote.end]) == ("Yes", "Yes?")
    assert third.attachments == ("plan.pdf",)


def test_an_exported_chat_of_two(tmp_path: Path) -> None:
    data = lines(said("2026-03-02T09:00:00", "Me", "Hello"))
    (row,) = rows(read(tmp_path, "Kim Elm/data.json", data, "signal"))
    assert (row.channel, [(p.name, p.role) for p in row.recipients]) == (Channel.TEXT, [("Kim Elm", Role.TO)])


def envelope(source: str, stamp: int, **more: Any) -> dict[str, Any]:
    return {"envelope": {"sourceNumber": source, "timestamp": stamp, **more}, "account": "+16085550100"}


CLI = lines(
    envelope("+16085550142", MS, dataMessage={"timestamp": MS, "message": "Yes?", "expiresInSeconds": 60}),
    envelope("+16085550100", MS + 1, syncMessage={"sentMessage": {"timestamp": MS + 1, "message": "No", "destinationNumber": "+16085550142"}}),
    envelope("+16085550142", MS + 2, dataMessage={"timestamp": MS + 2, "reaction": {"emoji": "👍", "targetAuthorNumber": "+16085550100", "targetSentTimestamp": MS + 1, "isRemove": False}}),
    envelope("+16085550142", MS + 3, editMessage={"targetSentTimestamp": MS, "dataMessage": {"timestamp": MS + 3, "message": "Yes."}}),
    envelope("+16085550142", MS + 4, dataMessage={"timestamp": MS + 4, "message": "all", "groupInfo": {"groupId": "abc", "type": "DELIVER"}}),
    envelope("+16085550142", MS + 5, dataMessage={"timestamp": MS + 5, "groupInfo": {"groupId": "abc", "type": "QUIT"}}),
    envelope("+16085550142", MS + 6, receiptMessage={"when": MS}),
)  # fmt: skip


def test_envelopes(tmp_path: Path) -> None:
    items = read(tmp_path, "signal.jsonl", CLI, "signal")
    first, sent, reaction, edit, group, left = rows(items)
    assert refused(items) == [("ignored", "system_event")]
    assert first.sender is not None
    assert (first.sender.address, [p.address for p in first.recipients]) == ("+16085550142", ["+16085550100"])
    assert first.extra == (("disappears_after_seconds", "60"),)
    assert (sent.text, [p.address for p in sent.recipients]) == ("No", ["+16085550142"])
    assert (reaction.event, reaction.in_reply_to) == ("reaction", sent.key)
    assert (edit.event, edit.text, edit.in_reply_to) == ("edit", "Yes.", first.key)
    assert (group.channel, Defect.LIST_NOT_EXPANDED in group.defects) == (Channel.GROUP_CHAT, True)
    assert (left.event, left.thread) == ("leave", group.thread)
    assert len({first.thread, sent.thread}) == 1


def test_damaged_lines_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "Budget/data.json", GROUP, 60)
    damage(tmp_path, "signal.jsonl", CLI, 60)
