"""Rosters and agendas among the sources: named, ignored by rule, and pointed to the command that uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch.model import Rejected
from tests.shared import shared
from tests.sources.reading import read, read_file

FILES = {
    "officerecords.json": b'[{"OfficeRecordId": 1, "OfficeRecordPersonId": 2, "OfficeRecordBodyName": "Council"}]',
    "bodies.json": b'[{"BodyId": 1, "BodyName": "Common Council"}]',
    "popolo.json": b'{"persons": [], "organizations": [], "memberships": [{"person_id": "a"}]}',
    "events.json": b'[{"EventId": 1, "EventBodyName": "Council", "EventDate": "2026-03-03T00:00:00"}]',
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_they_are_ignored_with_a_hint(tmp_path: Path, name: str) -> None:
    (item,) = read(tmp_path, name, FILES[name], "roster_file")
    assert isinstance(item, Rejected)
    assert (item.outcome.value, item.reason.value) == ("ignored", "sidecar")
    assert ("meetings.csv" if name == "events.json" else "roster import") in item.detail


def test_published_rosters() -> None:
    folder = shared("corpora", "openstates-wi")
    for path in sorted(folder.glob("*.yml")):
        assert len(read_file(path, folder, "roster_file")) == 1
