"""Building the temporal graph, and the parts of it that a finding or a candidate makes up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quorum_watch.model import Candidate, Finding, Interaction, Reading, Shard
from quorum_watch.vocabulary import SYNCHRONOUS, Role

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]


def temporal_graph(interactions: Sequence[Interaction], readings: Sequence[Reading] = ()) -> Graph:
    """Return the temporal graph of interactions.

    Parameters
    ----------
    interactions : sequence of Interaction
        In any order.
    readings : sequence of Reading
        Matched by interaction id; an interaction without one has no acts and no topics.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes and edges in time order of the interactions, with the attributes of the package's table.

    Notes
    -----
    An interaction with several addressees is several edges of one key; a call or gathering joins everybody taking
    part in both directions. O(edges).

    Examples
    --------
    >>> G = temporal_graph([])
    >>> G.number_of_nodes(), G.is_directed(), G.is_multigraph()
    (0, True, True)
    """
    import networkx as nx

    read: dict[str, list[Reading]] = {}
    for r in readings:
        read.setdefault(r.interaction, []).append(r)
    graph: Graph = nx.MultiDiGraph()
    for i in sorted(interactions, key=lambda i: (i.at, i.id)):
        segments = read.get(i.id, [])
        attributes = {
            "at": i.at,
            "channel": i.channel.value,
            "acts": tuple(dict.fromkeys(a.act.value for r in segments for a in r.acts)),
            "topics": tuple(dict.fromkeys(t.topic for r in segments for t in r.topics)),
            "matter": next((r.matter for r in segments if r.matter), ""),
            "precision": i.precision.value,
        }
        sender = _node(graph, i.sender, i.sender_address, i.sender_raw)
        present: dict[str, Role] = {}
        for c in i.contacts:
            person = _node(graph, c.person, c.address, c.raw)
            if person != sender:
                present.setdefault(person, c.role)
        for person, role in present.items():
            graph.add_edge(sender, person, key=i.id, role=role.value, **attributes)
        if i.channel in SYNCHRONOUS:
            for a in present:
                graph.add_edge(a, sender, key=i.id, role=present[a].value, **attributes)
                for b in present:
                    if a != b:
                        graph.add_edge(a, b, key=i.id, role=present[b].value, **attributes)
    return graph


def _node(graph: Graph, person: str | None, address: str, raw: str) -> str:
    name = person if person is not None else f"account:{address or raw}"
    graph.add_node(name, kind="person" if person is not None else "account")
    return name


def shard_graph(shard: Shard) -> Graph:
    """Return the temporal graph of one shard (see ``temporal_graph``)."""
    return temporal_graph([e.interaction for e in shard.events], [e.reading for e in shard.events])


def finding_graph(graph: Graph, finding: Finding) -> Graph:
    """Return the part of a temporal graph that a finding's steps make up.

    Nodes get ``part`` (``spoke``, ``received``, ``could_have_seen`` or ``non_member``), edges ``step`` (from 1) and
    ``pivotal``; everything else is as in ``temporal_graph``.
    """
    steps = {s.interaction: s.n for s in finding.steps}
    part = dict.fromkeys(finding.members.could_have_seen, "could_have_seen")
    part |= dict.fromkeys(finding.members.received, "received") | dict.fromkeys(finding.members.spoke, "spoke")
    return _part_of(graph, steps, frozenset(finding.pivotal), part)


def candidate_graph(shard: Shard, candidate: Candidate) -> Graph:
    """Return the temporal graph of a candidate's evidence, with ``step``, ``pivotal`` and ``part`` as a finding's."""
    steps = {shard.events[i].interaction.id: n for n, i in enumerate(candidate.events, 1)}
    pivotal = frozenset(n for n, i in enumerate(candidate.events, 1) if i in candidate.pivotal)
    spoke = {e.interaction.sender for e in (shard.events[i] for i in candidate.events)}
    part = {m: "spoke" if m in spoke else "received" for m in candidate.members}
    return _part_of(shard_graph(shard), steps, pivotal, part)


def _part_of(graph: Graph, steps: Mapping[str, int], pivotal: frozenset[int], part: Mapping[str, str]) -> Graph:
    chosen = [(a, b, k) for a, b, k in graph.edges(keys=True) if k in steps]
    # The stubs know edges of a multigraph as pairs only; the triples name single edges.
    result: Graph = graph.edge_subgraph(chosen).copy()  # type: ignore[arg-type]
    for node in result:
        result.nodes[node]["part"] = part.get(node, "non_member")
    for _, _, key, data in result.edges(keys=True, data=True):
        data["step"] = steps[key]
        data["pivotal"] = steps[key] in pivotal
    return result
