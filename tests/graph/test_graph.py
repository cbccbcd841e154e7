"""The networkx views: what is in them, and that their paths agree with the engine."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import networkx as nx
from hypothesis import given, settings

from quorum_watch import graph as g
from quorum_watch.detect import detect
from quorum_watch.vocabulary import Channel
from tests.detect import oracle
from tests.detect.histories import MONDAY, SETTINGS, Said, exchange, shard
from tests.detect.properties import histories


def test_edges_carry_the_documented_attributes_and_no_text():
    made = g.shard_graph(shard([Said("A", "B?", 0, "opinion", cc="C")]))
    assert made.nodes["A"] == {"kind": "person"}
    assert made.nodes["account:?@x.test"] == {"kind": "account"}
    assert [(b, d["role"]) for _, b, d in made.out_edges("A", data=True)] == [
        ("B", "to"),
        ("account:?@x.test", "to"),
        ("C", "cc"),
    ]
    data = made.edges["A", "B", "i0"]
    assert set(data) == {"at", "channel", "role", "acts", "topics", "matter", "precision"}
    assert (data["at"], data["channel"], data["acts"]) == (MONDAY, "email", ("opinion",))


def test_a_call_joins_everybody_both_ways():
    made = g.shard_graph(shard([Said("A", "BC", 0, channel=Channel.CALL)]))
    assert sorted((a, b) for a, b in made.edges()) == [(a, b) for a in "ABC" for b in "ABC" if a != b]


def test_paths_are_strictly_later_and_fit_the_window():
    made = g.shard_graph(shard([Said("A", "B", 0), Said("B", "C", 0), Said("B", "C", 3), Said("C", "D", 9)]))
    paths = [[key for *_, key, _ in p] for p in g.time_respecting_paths(made, "A", "D")]
    assert paths == [["i0", "i2", "i3"]]
    assert not list(g.time_respecting_paths(made, "A", "D", window=timedelta(days=8)))
    assert set(g.reach(made, "A", window=timedelta(days=8))) == {"B", "C"}
    assert not list(g.time_respecting_paths(made, "A", "nobody"))


def test_pivotal_steps_are_those_no_path_can_do_without():
    made = g.shard_graph(
        shard([Said("A", "B", 0), Said("A", "C", 1), Said("B", "D", 2), Said("C", "D", 3), Said("D", "E", 4)])
    )
    assert g.pivotal_steps(made, "A", "E") == ("i4",)
    assert g.pivotal_steps(made, "E", "A") == ()
    assert g.betweenness_in_time(made)["D"] == 3


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(histories(people="ABCDE"))
def test_reach_agrees_with_the_chains_of_the_oracle(history):
    made = g.shard_graph(shard(history, "ABCDE"))
    chains = [c for c in oracle.chains(oracle.words(history, "ABCDE")) if not any(w.stands_for for w in c)]
    for person in made:
        for window in (None, 2, 5):
            expected = {
                p
                for c in chains
                for p in c[-1].to
                if c[0].by == person and (window is None or c[-1].at[0] - c[0].at[0] <= window)
            } - {person}
            assert set(g.reach(made, person, window=None if window is None else timedelta(days=window))) == expected


def test_a_candidate_becomes_a_graph_of_its_steps():
    events = shard([*exchange("A", "B", 0), *exchange("A", "C", 1), Said("s", "D", 1, "inform")])
    candidate = next(c for c in detect(events, [3], SETTINGS) if c.layer == "views" and len(c.members) == 3)
    made = g.candidate_graph(events, candidate)
    assert sorted(d["step"] for *_, d in made.edges(data=True)) == [1, 2, 3, 4]
    assert {n: d["part"] for n, d in made.nodes(data=True)} == {"A": "spoke", "B": "spoke", "C": "spoke"}
    assert all(d["pivotal"] for *_, d in made.edges(data=True))


def test_who_could_have_known_what_when():
    events = shard([Said("A", "B", 0), Said("B", "C", 1)])
    assert g.knew_by(events, MONDAY + timedelta(days=0.5), window=timedelta(days=7)) == {"B": {"A": MONDAY}}
    known = g.knew_by(events, MONDAY + timedelta(days=2), window=timedelta(days=7))
    assert set(known["C"]) == {"A", "B"}
    assert set(g.knew_by(events, MONDAY + timedelta(days=2), window=timedelta(days=1))["C"]) == {"B"}


def test_graphml_reads_back_and_gexf_is_dynamic_and_the_same_bytes_twice(tmp_path):
    made = g.shard_graph(shard(exchange("A", "B", 0)))
    g.write_graphml(made, tmp_path / "a.graphml")
    back = nx.read_graphml(tmp_path / "a.graphml", force_multigraph=True)
    assert sorted(back.edges(keys=False)) == [("A", "B"), ("B", "A")]
    assert back.edges["A", "B", "i0"]["at"] == "2026-03-02T00:00:00Z"
    for name in ("a.gexf", "b.gexf"):
        g.write_gexf(made, tmp_path / name)
    text = (tmp_path / "a.gexf").read_text()
    assert text == (tmp_path / "b.gexf").read_text()
    assert 'mode="dynamic"' in text
    assert 'timeformat="dateTime"' in text
    assert 'start="2026-03-02T00:00:00Z"' in text
    assert "lastmodified" not in text
    assert len(ElementTree.fromstring(text).findall(".//{*}edge")) == 2
