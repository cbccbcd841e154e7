"""RSMF 2.0: the published samples, the published schema, and what we write read back the same."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorum_watch.model import Party, Record, When
from quorum_watch.sources.rsmf_write import build_manifest, write_rsmf
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Role, TimeSource
from tests.shared import shared
from tests.sources.reading import damage, pack, read, read_file, refused, rows

MANIFEST: dict[str, Any] = {
    "version": "2.0.0",
    "participants": [
        {"id": "1", "display": "Dana Lee", "email": "dana@x.example"},
        {"id": "2", "display": "Kim Elm", "account_id": "U2"},
        {"id": "3", "display": "Lou Oak"},
    ],
    "conversations": [{"id": "c", "platform": "slack", "type": "channel", "participants": ["1", "2"]}],
    "events": [
        {
            "id": "m1",
            "type": "message",
            "participant": "1",
            "conversation": "c",
            "timestamp": "2026-03-02T15:00:00Z",
            "body": "Vote yes?",
            "reactions": [{"value": "thumbsup", "count": 1, "participants": ["2"]}],
            "edits": [{"participant": "1", "timestamp": "2026-03-02T15:05:00Z", "previous": "Vote?", "new": "Vote yes?"}],
            "read_receipts": [{"participant": "2", "action": "read"}],
        },
        {"type": "join", "participant": "3", "conversation": "c", "timestamp": "2026-03-02T15:10:00Z"},
        {"id": "m2", "type": "message", "participant": "2", "conversation": "c", "timestamp": "2026-03-02T15:11:00", "body": "Yes", "parent": "m1", "deleted": True},
        {"type": "disclaimer", "conversation": "c", "body": "Recorded"},
        {"type": "leave", "participant": "3", "conversation": "c", "timestamp": "2026-03-02T15:12:00Z"},
        {"type": "message", "conversation": "c", "timestamp": "2026-03-02T15:12:00Z", "body": "nobody"},
        {"type": "dance", "participant": "1", "conversation": "c", "timestamp": "2026-03-02T15:12:00Z"},
    ],
}  # fmt: skip


def schema() -> Any:
    return json.loads(shared("corpora", "rsmf", "RSMFManifestSchema", "rsmf_schema_2_0_0.json").read_text("utf-8-sig"))


def test_every_kind_of_event(tmp_path: Path) -> None:
    items = read(tmp_path, "export/rsmf_manifest.json", json.dumps(MANIFEST).encode(), "rsmf")
    first, reaction, edit, join, second, leave = rows(items)
    assert first.sender is not None
    assert (first.sender.address, first.channel, first.audience) == (
        "dana@x.example",
        Channel.GROUP_CHAT,
        Audience.CLOSED_GROUP,
    )
    assert [(p.address, p.kind, p.role) for p in first.recipients] == [("U2", AccountKind.SLACK, Role.GROUP_MEMBER)]
    assert (reaction.event, reaction.in_reply_to, reaction.text) == ("reaction", first.key, "thumbsup")
    assert (edit.event, edit.text, edit.in_reply_to) == ("edit", "Vote yes?", first.key)
    assert dict(first.extra)["read_by"] == "2"
    assert join.sender is not None
    assert (join.event, join.sender.name, [p.role for p in join.recipients]) == ("join", "Lou Oak", [Role.GROUP_MEMBER])
    assert second.when is not None
    assert (second.when.source, second.in_reply_to) == (TimeSource.NONE, first.key)
    assert {Defect.NO_TIMEZONE, Defect.DELETED} <= set(second.defects)
    assert leave.event == "leave"
    assert len({r.thread for r in rows(items)}) == 1
    assert refused(items) == [
        ("ignored", "system_event"),
        ("quarantined", "no_sender"),
        ("quarantined", "unsupported_event_type"),
    ]


@pytest.mark.parametrize(
    ("name", "kind", "found", "bad"),
    [
        ("Sample1/rsmf_manifest.json", "rsmf", 1, []),
        ("Sample2/rsmf.zip", "zip", 1, []),
        ("Sample3/sample.rsmf", "rsmf", 1, []),
        ("Sample3/message.eml", "rsmf", 1, []),
        ("Sample4/rsmf_manifest.json", "rsmf", 1, []),
    ],
)
def test_the_published_samples(name: str, kind: str, found: int, bad: list[tuple[str, str]]) -> None:
    path = shared("corpora", "rsmf", "Documentation", *name.split("/"))
    items = read_file(path, path.parent, kind)
    assert (len(rows(items)), refused(items)) == (found, bad)
    for row in rows(items):
        assert Defect.NO_TIMEZONE in row.defects, "the vendor's own sample has a time without a zone"


def message(n: int, sender: Party, to: list[Party], text: str = "Yes", **more: Any) -> Record:
    told: dict[str, Any] = {
        "locator": f"bytes={n}-{n}",
        "sha256": "",
        "key": f"k{n}",
        "channel": Channel.GROUP_CHAT if len(to) > 1 else Channel.TEXT,
        "when": When(datetime(2026, 3, 2, 15, tzinfo=UTC) + timedelta(minutes=n), ""),
        "sender": sender,
        "recipients": tuple(
            Party(p.raw, p.address, p.name, p.kind, Role.GROUP_MEMBER if len(to) > 1 else Role.TO) for p in to
        ),
        "text": text,
        "audience": Audience.CLOSED_GROUP if len(to) > 1 else Audience.PRIVATE,
        "thread": "t",
    }
    return Record(**{**told, **more})


DANA = Party("d", "dana@x.example", "Dana Lee", AccountKind.EMAIL)
KIM = Party("k", "+16085550142", "Kim Elm", AccountKind.PHONE)
LOU = Party("l", "", "Lou Oak", AccountKind.NAME)
PAT = Party("p", "patoak", "Pat Oak", AccountKind.X)
PEOPLE = [DANA, KIM, LOU, PAT]


def told(record: Record) -> tuple[Any, ...]:
    def who(p: Party | None) -> tuple[str, str, str]:
        return (p.kind.value if p.address else "", p.address, p.name) if p else ("", "", "")

    return (
        record.key,
        record.event,
        record.channel,
        record.audience,
        record.when.at if record.when else None,
        who(record.sender),
        sorted((*who(p), p.role.value) for p in record.recipients if p.evidence != "conversation"),
        record.text,
        record.thread,
        record.in_reply_to,
    )


def test_what_is_written_validates_and_reads_back(tmp_path: Path) -> None:
    where = Party("t", "t", "", AccountKind.NAME, Role.GROUP_MEMBER, "conversation")
    records = [
        message(1, DANA, [KIM]),
        message(2, KIM, [DANA, LOU, PAT], "No – “never”"),
        message(3, LOU, [DANA, KIM], in_reply_to="k2"),
        message(4, DANA, [LOU, PAT], "", event="join", recipients=(LOU, where)),
        message(5, PAT, [], "", event="leave", recipients=(where,), channel=Channel.GROUP_CHAT, audience=Audience.CLOSED_GROUP),
        message(6, PAT, [DANA, KIM], "thumbsup", event="reaction", in_reply_to="k3"),
        message(7, DANA, [KIM], "", event="call", channel=Channel.CALL),
    ]  # fmt: skip
    manifest = build_manifest(records)
    jsonschema.validate(manifest, schema())
    written = write_rsmf(records, "Dana Lee")
    assert written == write_rsmf(reversed(records), "Dana Lee")
    items = read(tmp_path, "out.rsmf", written, "rsmf")
    assert refused(items) == []
    assert sorted(map(told, rows(items))) == sorted(map(told, records))


def test_a_reaction_without_a_time_stands_with_its_message(tmp_path: Path) -> None:
    parent = message(1, DANA, [KIM, LOU])
    like = message(2, KIM, [DANA, LOU], "heart", event="reaction", when=None, in_reply_to="k1")
    assert build_manifest([parent, like])["events"][0]["reactions"] == [
        {"value": "heart", "count": 1, "participants": ["P3"]}
    ]
    back = rows(read(tmp_path, "out.rsmf", write_rsmf([parent, like])))[1]
    assert back.sender is not None
    assert (back.event, back.sender.address, back.in_reply_to, back.when) == ("reaction", KIM.address, "k1", None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_chat_round_trips(tmp_path: Path, data: st.DataObject) -> None:
    records = []
    for n in range(data.draw(st.integers(1, 8))):
        people = data.draw(st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=4, unique=True))
        text = data.draw(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=60))
        records.append(message(n, people[0], people[1:], text, thread=data.draw(st.sampled_from(["a", "b"]))))
    jsonschema.validate(build_manifest(records), schema())
    items = read(tmp_path, "out.rsmf", write_rsmf(records))
    assert sorted(map(told, rows(items))) == sorted(map(told, records))


def test_the_declared_number_of_events_is_compared(tmp_path: Path) -> None:
    written = write_rsmf([message(1, DANA, [KIM])]).replace(b"EventCount: 1", b"EventCount: 4")
    items = read(tmp_path, "out.rsmf", written)
    assert len(rows(items)) == 1
    assert refused(items) == [("quarantined", "count_mismatch")]


def test_the_mail_inside_a_zip_and_the_plain_package(tmp_path: Path) -> None:
    files = {"a.rsmf": write_rsmf([message(1, DANA, [KIM])]), "b/rsmf_manifest.json": json.dumps(MANIFEST).encode()}
    assert len(rows(read(tmp_path, "p.zip", pack(files), "zip"))) == 7


def test_damaged_packages_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "a.rsmf", write_rsmf([message(1, DANA, [KIM])]), 60)
    damage(tmp_path, "rsmf_manifest.json", json.dumps(MANIFEST, indent=1).encode(), 60)
