"""The shared decisions and threads, from their files to interactions: nobody is unknown, no message is lost."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from quorum_watch.interactions import find_undated, resolve, unknown_accounts
from quorum_watch.model import Record, SourceRef, Stored
from quorum_watch.roster import Roster
from quorum_watch.sources.interchange import InterchangeReader
from quorum_watch.sources.interface import Context, SourceFile
from quorum_watch.workspace import Workspace
from tests.shared import shared


def read(workspace: Workspace) -> list[Stored]:
    path = workspace.inbox / "interactions.jsonl"
    head = path.read_bytes()[: 64 * 1024]
    file = SourceFile(path, path.name, path.stat().st_size, head)
    items = list(InterchangeReader().read(file, Context(workspace.timezone)))
    assert all(isinstance(item, Record) for item in items)
    records = [item for item in items if isinstance(item, Record)]
    return [Stored(r, SourceRef(path.name, "", r.locator), (), f"{n:04}") for n, r in enumerate(records)]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (("cases", "workspace.py"), ("cases", "decisions.jsonl")),
        (("language", "score_threads.py"), ("language", "threads.jsonl")),
    ],
)
def test_everybody_is_known_and_every_answer_finds_its_question(
    tmp_path: Path, script: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    build = runpy.run_path(str(shared(*script)))["build"]
    total = 0
    for line in shared(*lines).read_text("utf-8").splitlines():
        case = json.loads(line)
        folder = tmp_path / str(case["id"])
        build(case, folder)
        workspace = Workspace.open(folder)
        roster = Roster.read(workspace)
        records = read(workspace)
        events = resolve(records, roster, workspace)
        assert len(events) == len(case.get("interactions") or case["messages"])
        assert unknown_accounts(events) == ()
        assert find_undated(records) == ()
        assert all(e.sender is not None for e in events)
        answers = sum(bool(s.record.in_reply_to) for s in records)
        assert sum(e.in_reply_to is not None for e in events) == answers
        written = {s.id: len(s.record.recipients) for s in records}
        assert all(len(e.contacts) >= written[e.id] for e in events)
        total += len(events)
    assert total > 200
