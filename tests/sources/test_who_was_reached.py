"""From exports to people: owners by folder, members at the moment, names from a directory, answers in public."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quorum_watch.evidence import Reading, ingest, load
from quorum_watch.interactions import resolve
from quorum_watch.model import Interaction
from quorum_watch.vocabulary import Defect
from tests.interactions.records import city
from tests.sources.test_facebook import chat, say
from tests.sources.test_x_archive import js


def reach(root: Path, files: Mapping[str, bytes]) -> tuple[Interaction, ...]:
    roster, workspace = city(root)
    for name, data in files.items():
        path = workspace.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    ingest(workspace.inbox, workspace.evidence, Reading(workspace.timezone))
    return resolve(load(workspace.evidence), roster, workspace)


def test_a_telephone_is_its_folders_where_the_roster_lacks_its_number(tmp_path: Path) -> None:
    text = '<smses count="1"><sms address="6085550101" date="1777636800000" type="{}" body="hi"/></smses>'
    got, sent = reach(
        tmp_path,
        {"ben/sms-16085550177.xml": text.format(1).encode(), "dov/backup.xml": text.format(2).encode()},
    )
    by_sender = {e.sender: e.persons() for e in (got, sent)}
    assert by_sender == {"ann": ("ben",), "dov": ("ann",)}


def test_a_group_reaches_who_was_in_it_at_the_moment(tmp_path: Path) -> None:
    people = ["Ann Ames", "Dov Dahl", "Cat Cole"]
    minute = 60_000
    messages: list[dict[str, Any]] = [
        say("Ann Ames", "all three", 30 * minute),
        say("Ann Ames", "Ann Ames added Cat Cole.", 20 * minute, type="Subscribe", users=[{"name": "Cat Cole"}]),
        say("Ann Ames", "two of us", 10 * minute),
        say("Mae Moss", "Mae Moss left the group.", 5 * minute, type="Unsubscribe", users=[{"name": "Mae Moss"}]),
        say("Ann Ames", "with the mayor", 0),
    ]
    events = reach(tmp_path, {"messages/inbox/b/message_1.json": chat(people, messages)})
    reached = {e.text: set(e.persons()) for e in events if e.event == "message"}
    assert reached == {"with the mayor": {"dov", "mae"}, "two of us": {"dov"}, "all three": {"dov", "cat"}}
    assert all(Defect.MEMBERSHIP_AT_EXPORT not in e.defects for e in events)


def test_names_of_a_chat_systems_directory_are_people(tmp_path: Path) -> None:
    users = [
        {"id": "U1", "team_id": "T", "profile": {"real_name": "Ann Ames"}},
        {"id": "U2", "team_id": "T", "profile": {"real_name": "D.", "email": "dov@alderfalls.example"}},
        {"id": "U3", "team_id": "T", "profile": {"real_name": "Stranger"}},
    ]
    day = [
        {"type": "message", "user": "U1", "text": "yes?", "ts": "1777636800.000100"},
        {"type": "message", "subtype": "bot_message", "bot_id": "B", "username": "Ann Ames", "text": "x", "ts": "1777636801.000100"},
    ]  # fmt: skip
    channels = [{"id": "C1", "name": "budget", "creator": "U1", "members": ["U1", "U2", "U3"]}]
    files = {"users.json": users, "channels.json": channels, "budget/2026-05-01.json": day}
    said, bot = reach(tmp_path, {k: json.dumps(v).encode() for k, v in files.items()})
    assert (said.sender, said.persons(), len(said.contacts)) == ("ann", ("dov",), 2)
    assert bot.sender is None, "whoever named a bot after a member did not become the member"


def test_a_public_answer_reaches_whom_it_answers(tmp_path: Path) -> None:
    account = [{"account": {"accountId": "7", "username": "kinames", "accountDisplayName": "Kin"}}]
    post = {
        "id_str": "5",
        "created_at": "Fri May 01 12:00:00 +0000 2026",
        "full_text": "@DovForTheFalls please vote no",
        "in_reply_to_status_id_str": "4",
        "in_reply_to_screen_name": "DovForTheFalls",
        "entities": {"user_mentions": []},
    }
    (event,) = reach(
        tmp_path, {"data/account.js": js("account", account), "data/tweets.js": js("tweets", [{"tweet": post}])}
    )
    assert (event.sender_address, event.persons()) == ("kinames", ("dov",))
