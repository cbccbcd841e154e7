"""Every readable scenario of every state, from workspace files to findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch import pipeline
from quorum_watch.errors import RosterError
from quorum_watch.rules.cases import as_files, load_cases
from quorum_watch.rules.overlay import shipped

ORDER = ["none", "note", "look", "look_first"]
SCENARIOS = [s for state in shipped("cases") for s in load_cases(state)]


def _listed(value):
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{s.profile}:{s.id}" for s in SCENARIOS])
def test_scenario(scenario, tmp_path: Path):
    for name, text in as_files(scenario).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "inbox").mkdir(exist_ok=True)
    run = pipeline.analyze(tmp_path)
    expected = scenario.expected
    law = [f for f in run.findings if f.test != "policy"]
    if "body" in expected:
        law = [f for f in law if f.body == expected["body"]]
    best = max((f.concern.rank + 1 for f in law), default=0)
    assert best >= ORDER.index(expected.get("at_least", "none"))
    assert best <= ORDER.index(expected.get("at_most", "look_first"))
    if "test" in expected and best:
        assert expected["test"] in [f.test for f in law if f.concern.rank + 1 == best]
    if "pattern" in expected and law:
        assert {f.pattern.value for f in law} & set(_listed(expected["pattern"]))
    if "policy" in expected:
        assert any(f.test == "policy" for f in run.findings) == bool(expected["policy"])
    if "bodies" in expected:
        assert set(_listed(expected["bodies"])) <= {f.body for f in run.findings}
    banner = run.document["run"]["profile"]["banner"]
    assert banner, "no profile has been verified by an attorney: every output says so"


def test_there_are_the_thirty_golden_scenarios():
    assert {s.golden for s in SCENARIOS if s.golden} >= set(range(1, 31))


def test_a_meeting_of_an_unknown_body_is_refused(tmp_path):
    """The roster names every body a notice may name; a typing error must not silently clear anything."""
    files = as_files(SCENARIOS[0])
    rows = "meeting_id,body_ids,start\nm1,no-such-body,2026-10-20T19:00\n"
    for name, text in (files | {"meetings.csv": rows}).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "inbox").mkdir(exist_ok=True)
    with pytest.raises(RosterError, match="no-such-body"):
        pipeline.analyze(tmp_path)
