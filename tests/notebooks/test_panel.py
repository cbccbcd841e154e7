"""The review panel as somebody without a mouse works it, and as code does."""

from __future__ import annotations

import pytest

from quorum_watch.errors import UsageError
from quorum_watch.notebook.panel import open_panel
from quorum_watch.review.log import ReviewLog, current_decisions
from tests.review.cities import SCRIPT


@pytest.fixture
def panel(run):
    made = open_panel(run, actor="J. Doe")
    yield made
    made.log.close()


def fill(panel, decision="training", basis="talk at the retreat"):
    if decision:
        panel.disposition.buttons[decision].click()
    panel.basis.value = basis


def test_what_is_chosen_is_told_by_a_mark(panel):
    fill(panel)
    marked = [v for v, b in panel.disposition.buttons.items() if b.description.startswith("●")]
    assert marked == ["training"]
    with pytest.raises(UsageError):
        panel.disposition.value = "guilty"


def test_a_decision_is_on_disk_before_the_next_finding_is_shown(panel, run):
    first = panel.finding
    fill(panel)
    panel.buttons["record"].click()
    assert "Recorded: training, by J. Doe" in panel.status.value
    assert current_decisions(run.review)[first.seed]["disposition"] == "training"
    panel.buttons["next"].click()
    assert panel.finding is not first
    assert panel.basis.value == ""  # nothing of one finding slips into the next
    panel.buttons["previous"].click()
    assert panel.basis.value == "talk at the retreat"


def test_undo_is_a_new_entry(panel):
    fill(panel)
    panel.buttons["record"].click()
    panel.buttons["undo"].click()
    assert "not yet decided" in panel.status.value
    assert [e.action for e in panel.log.history(panel.finding)] == ["decide", "withdraw decision"]
    panel.buttons["undo"].click()
    assert "QW-E114" in panel.status.value  # said on the page, no trace


@pytest.mark.parametrize(("decision", "basis"), [(None, "b"), ("training", "  ")])
def test_what_is_missing_is_said_and_nothing_is_recorded(panel, run, decision, basis):
    fill(panel, decision, basis)
    panel.buttons["record"].click()
    assert "QW-E11" in panel.status.value
    assert current_decisions(run.review) == {}


def test_filters_show_what_is_open(panel, run):
    assert len(panel._chosen) == len(run.findings)
    fill(panel)
    panel.record()
    panel.show_only("open")
    assert len(panel._chosen) == len(run.findings) - 1
    panel.show_only("changed")
    assert panel.finding is None
    assert panel.buttons["record"].disabled
    assert panel.record() is None
    panel.filter.buttons["all"].click()
    assert len(panel._chosen) == len(run.findings)
    with pytest.raises(UsageError):
        panel.show_only("everything")


def test_walking_past_the_ends_stays(panel):
    panel.previous()
    assert panel.finding is panel._chosen[0]
    for _ in range(50):
        panel.next()
    assert panel.finding is panel._chosen[-1]


def test_hostile_words_are_escaped_in_every_part(panel, run):
    fill(panel, basis=SCRIPT)
    panel.note.value = SCRIPT
    panel.record()
    panel.show_only("all")
    for part in (panel.page, panel.standing, panel.status, panel.place):
        assert "<script" not in part.value
        assert "<img" not in part.value


def test_a_masked_panel_shows_no_names(run):
    with ReviewLog.open(run.review, actor="J. Doe") as log:
        panel = open_panel(run.masked(), actor="J. Doe", log=log)
        names = [n for n in run.names.values() if n in panel.page.value]
        assert names == []
        fill(panel)
        panel.record()
        assert run.findings[panel.finding.id].seed in log.current()


def test_every_control_has_a_label(panel):
    for choice in (panel.filter, panel.disposition):
        assert choice.title in choice.box.children[0].value
        assert all(b.description[2:] for b in choice.buttons.values())
    for control in (panel.basis, panel.privileged, panel.note, panel.second):
        assert control.description
    assert all(b.description for b in panel.buttons.values())
    assert "text/plain" in panel._repr_mimebundle_()
