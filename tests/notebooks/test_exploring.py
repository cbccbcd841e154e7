"""The two looks around a finding."""

from __future__ import annotations

import pytest

import quorum_watch as qw
from quorum_watch.notebook.exploring import SHUFFLES, how_unusual, who_carries
from tests.city.fixtures import small_city


@pytest.fixture(scope="module")
def finding(tmp_path_factory):
    folder, _ = small_city(tmp_path_factory.mktemp("explore"))
    run = qw.analyze(folder)
    chosen = [f for f in run.findings if f.raw["test"] == "walking_quorum" and f.raw["concern"] == "look_first"]
    assert chosen, "the small city plants a poll"
    return chosen[0]


def test_the_hub_of_a_poll_carries_most(finding):
    pairs = who_carries(finding)
    steps = finding.raw["steps"]
    hub = max({s["from"] for s in steps}, key=lambda p: sum(p == s["from"] or p in s["to"] for s in steps))
    assert max(pairs, key=pairs.__getitem__) == finding.run.case.roster.name(hub)


def test_the_shuffled_traffic_is_the_same_every_time(finding):
    one, two = how_unusual(finding, seed=3), how_unusual(finding, seed=3)
    assert one == two
    assert len(one.shuffled) == SHUFFLES
    assert one.observed >= 2
    assert 0 <= one.as_many <= SHUFFLES
