"""An invented city from its mail files to people: the answer key says who wrote, resolution says the same."""

from __future__ import annotations

import json

import pytest

from quorum_watch.evidence import Reading, ingest, load
from quorum_watch.interactions import resolve
from quorum_watch.roster import Roster
from quorum_watch.workspace import Workspace
from tests.city import generate


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("town")
    generate(11, 300, root)
    workspace = Workspace.open(root)
    ingest(workspace.inbox, workspace.evidence, Reading(workspace.timezone))
    return workspace


def test_every_sender_of_the_key_is_the_person_resolved(town: Workspace) -> None:
    roster = Roster.read(town)
    events = resolve(load(town.evidence), roster, town)
    by_native: dict[str, list[int]] = {}
    for n, event in enumerate(events):
        by_native.setdefault(event.native_id, []).append(n)
    key = json.loads((town.root / "answer_key.json").read_text("utf-8"))
    right = unread = 0
    for episode in key["episodes"]:
        whole = True
        met: set[str | None] = set()
        for message in episode["messages"]:
            found = [events[n] for n in by_native.get(message["native"], [])]
            if not found:
                unread, whole = unread + 1, False
                continue
            wanted = message["sender"] if message["sender"] in roster.by_id else None
            assert {e.sender for e in found} == {wanted}, (episode["id"], message["native"])
            right += 1
            met |= {p for e in found for p in (e.sender, *e.persons())}
        assert not whole or set(episode["members"]) <= met, episode["id"]
    assert right > 200
    assert unread < right / 10, "only files without a reader may be missing"
