"""One invented city told twice: as a vendor's list, and as telephones, Messenger, calendars and RSMF. Same people."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from quorum_watch.evidence import Reading, ingest, load
from quorum_watch.interactions import resolve
from quorum_watch.roster import Roster
from quorum_watch.workspace import Workspace
from tests.city import generate
from tests.city.writers import DEFAULT_FORMATS

CHATS = ("text", "group_chat")


def told(root: Path, formats: frozenset[str]) -> tuple[Counter[Any], Counter[str]]:
    generate(11, 1500, root, formats=formats)
    workspace = Workspace.open(root)
    result = ingest(workspace.inbox, workspace.evidence, Reading(workspace.timezone))
    kinds: Counter[str] = Counter()
    for source in result.added:
        assert not source.reasons, source.file
        assert source.found == source.rows
        kinds[source.kind] += source.rows
    events = resolve(load(workspace.evidence), Roster.read(workspace), workspace)
    heard = Counter(
        (e.at.replace(microsecond=0), e.channel.value, e.sender, tuple(sorted(e.persons())), e.text)
        for e in events
        if e.channel.value in CHATS
    )
    return heard, kinds


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Counter[Any]:
    heard, _ = told(tmp_path_factory.mktemp("plain"), DEFAULT_FORMATS)
    assert sum(heard.values()) > 100
    assert all(sender for _, _, sender, _, _ in heard)
    return heard


@pytest.mark.parametrize(
    ("formats", "kinds"),
    [({"sms", "messenger", "ics"}, {"sms", "facebook", "calendar"}), ({"rsmf"}, {"rsmf"})],
    ids=["telephones and Messenger", "RSMF"],
)
def test_the_same_people_are_reached_by_the_same_words(
    tmp_path: Path, plain: Counter[Any], formats: set[str], kinds: set[str]
) -> None:
    heard, read = told(tmp_path, DEFAULT_FORMATS | formats)
    assert kinds <= set(read)
    assert heard == plain
