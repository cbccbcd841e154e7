"""The main job on the sample city, against its answer key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from quorum_watch import pipeline
from tests.city.grade import grade
from tests.city.key import AnswerKey

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "city"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("evidence", "runs", ".cache", "answer_key.json"))
    run = pipeline.analyze(folder)
    key = AnswerKey.from_json((SAMPLE / "answer_key.json").read_text(encoding="utf-8"))
    return run, grade(run.document, key)


def test_every_planted_chain_is_found_with_its_body_members_and_pattern(graded):
    _, found = graded
    assert found.planted >= 15
    assert found.found == found.planted, str(found)


def test_no_innocent_look_alike_is_looked_at_first(graded):
    _, found = graded
    assert found.innocents >= 15
    assert found.innocents_high == 0, str(found)


def test_ordinary_mail_raises_at_most_one_look_in_a_thousand(graded):
    _, found = graded
    assert found.ordinary >= 2000
    assert found.looks_per_thousand <= 1.0, str(found)


def test_the_account_adds_up_and_every_step_can_be_found_again(graded):
    run, _ = graded
    totals = run.coverage["totals"]
    assert totals["found"] == sum(totals[k] for k in ("rows", "duplicates", "ignored", "restricted", "quarantined"))
    by_id = {i.id: i for i in run.interactions}
    for f in run.findings:
        for step in f.steps:
            interaction = by_id[step.interaction]
            for e in step.evidence:
                text = interaction.subject if e.field == "subject" else interaction.text
                assert text[e.start : e.end] == e.exact
