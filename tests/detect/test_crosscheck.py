"""A light version of the comparison with other libraries: the engine's clocks against reach over a networkx graph."""

from __future__ import annotations

from tests.benchmarks.crosscheck_detect import _networkx, _others, edges_of, from_edges
from tests.benchmarks.traffic import traffic


def test_views_held_are_the_members_networkx_says_have_reached_the_holder():
    edges = sorted(edges_of(traffic(600, 8, people=40, days=12)), key=lambda e: e[2])
    arrays = from_edges(edges, 40, 8)
    week = 7 * 86_400
    asked = [i for i, e in enumerate(edges) if e[1] < 8][-120::10]
    mine = [_others(edges, arrays, i, week) for i in asked]
    assert mine == _networkx(edges, [(edges[i][1], edges[i][2]) for i in asked], 8, week)
    assert max(mine) > 2
