"""The encoded decisions: agreement, recall, and no high concern where the law would not bear it."""

from __future__ import annotations

import importlib.util
import json

import pytest

from quorum_watch import pipeline, runs
from tests.shared import shared


@pytest.fixture(scope="module")
def tally(tmp_path_factory):
    folder = shared("cases")
    spec = importlib.util.spec_from_file_location("workspace", folder / "workspace.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    cases = [json.loads(line) for line in (folder / "decisions.jsonl").read_text(encoding="utf-8").splitlines()]
    out = tmp_path_factory.mktemp("decisions")
    for case in cases:
        tool.build(case, out / case["id"])
        run = pipeline.analyze(out / case["id"])
        (out / case["id"] / "findings.json").write_text(runs.render(run.document), encoding="utf-8")
    return tool.score(cases, out)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("group", "least"), [("all", 0.9), ("WI", 0.9), ("core", 0.9), ("recall_high", 0.9), ("not_high", 1.0)]
)
def test_agreement_with_the_decisions(tally, group, least):
    right, n = tally[group]
    assert right / n >= least, f"{group}: {right} of {n}"
