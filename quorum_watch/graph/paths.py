"""Who can have reached whom: paths, reach, pivotal steps, carriers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from quorum_watch.graph.build import temporal_graph
from quorum_watch.model import Shard

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]

#: One step of a path: who, to whom, interaction id, instant.
Step = tuple[str, str, str, datetime]


def time_respecting_paths(
    graph: Graph, source: str, target: str, *, window: timedelta | None = None, limit: int = 1_000
) -> Iterator[tuple[Step, ...]]:
    """Generate the time-respecting paths from ``source`` to ``target``.

    A path is time-respecting if every step is strictly later than the one before it [1]_. Paths visit nobody twice.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From ``temporal_graph``.
    source, target : str
        Nodes; a node that is not in the graph has no paths.
    window : timedelta, optional
        Longest time from the first step to the last; unlimited by default.
    limit : int
        Most paths generated.

    Yields
    ------
    tuple of (str, str, str, datetime)
        Steps as (who, to whom, interaction id, instant), paths in order of their first steps.

    Notes
    -----
    There may be exponentially many paths; use ``reach`` to ask only who is reached.

    References
    ----------
    .. [1] D. Kempe, J. Kleinberg, A. Kumar, "Connectivity and inference problems for temporal networks",
       Journal of Computer and System Sciences 64 (2002).

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> import networkx as nx
    >>> G = nx.MultiDiGraph()
    >>> for hour, (a, b) in enumerate(["AB", "BC", "AC"]):
    ...     _ = G.add_edge(a, b, key=f"m{hour}", at=datetime(2026, 3, 2, hour, tzinfo=timezone.utc))
    >>> for path in time_respecting_paths(G, "A", "C"):
    ...     print([key for _, _, key, _ in path])
    ['m0', 'm1']
    ['m2']
    """
    if source not in graph or target not in graph:
        return
    found = 0
    stack: list[tuple[Step, ...]] = [()]
    while stack and found < limit:
        path = stack.pop()
        at, visited = (path[-1][1], {source, *(s[1] for s in path)}) if path else (source, {source})
        if path and at == target:
            found += 1
            yield path
            continue
        steps = [
            (at, other, key, data["at"])
            for _, other, key, data in graph.out_edges(at, keys=True, data=True)
            if other not in visited
            and (not path or data["at"] > path[-1][3])
            and (not path or window is None or data["at"] - path[0][3] <= window)
        ]
        stack.extend((*path, step) for step in sorted(steps, key=lambda s: (s[3], s[2], s[1]), reverse=True))


def reach(
    graph: Graph, source: str, *, since: datetime | None = None, window: timedelta | None = None
) -> dict[str, datetime]:
    """Return whom words of ``source`` can have reached, and when first.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From ``temporal_graph``.
    source : str
        Node that speaks.
    since : datetime, optional
        Only what it said from then on; everything by default.
    window : timedelta, optional
        Only chains no longer than this from their first step to their last.

    Returns
    -------
    dict
        Node -> earliest arrival, in order of arrival, without the source.

    Notes
    -----
    With ``window`` each thing the source said is followed by itself: O(messages of the source × edges); without, one
    pass over the edges in time order.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> import networkx as nx
    >>> G = nx.MultiDiGraph()
    >>> for hour, (a, b) in enumerate(["AB", "BC", "CA", "DC"]):
    ...     _ = G.add_edge(a, b, key=f"m{hour}", at=datetime(2026, 3, 2, hour, tzinfo=timezone.utc))
    >>> sorted(reach(G, "A")), sorted(reach(G, "B")), sorted(reach(G, "D"))
    (['B', 'C'], ['A', 'C'], ['C'])
    """
    if source not in graph:
        return {}
    edges = sorted(((d["at"], a, b) for a, b, d in graph.edges(data=True)), key=lambda e: e[0])
    starts = sorted({at for at, a, _ in edges if a == source and (since is None or at >= since)})
    if window is None:
        starts = starts[:1]
    arrival: dict[str, datetime] = {}
    for start in starts:
        last = None if window is None else start + window
        for node, at in _spread(edges, source, start, last).items():
            if node != source and (node not in arrival or at < arrival[node]):
                arrival[node] = at
    return dict(sorted(arrival.items(), key=lambda item: (item[1], item[0])))


def _spread(
    edges: Sequence[tuple[datetime, str, str]], source: str, start: datetime, last: datetime | None
) -> dict[str, datetime]:
    """Earliest arrivals of what the source said at ``start`` (or later, where there is no last instant)."""
    arrival: dict[str, datetime] = {}
    for at, a, b in edges:
        if at < start or (last is not None and at > last):
            continue
        leaves = at == start or last is None if a == source else a in arrival and arrival[a] < at
        if leaves:
            arrival.setdefault(b, at)
    return arrival


def pivotal_steps(graph: Graph, source: str, target: str, *, window: timedelta | None = None) -> tuple[str, ...]:
    """Return the interactions without which nothing of ``source`` reaches ``target``.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From ``temporal_graph``.
    source, target : str
        Nodes.
    window : timedelta, optional
        As for ``reach``.

    Returns
    -------
    tuple of str
        Interaction ids in time order; empty where nothing reaches it at all.

    Notes
    -----
    One ``reach`` per interaction on one path: every pivotal step lies on every path.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> import networkx as nx
    >>> G = nx.MultiDiGraph()
    >>> for hour, (a, b) in enumerate(["AB", "AC", "BD", "CD", "DE"]):
    ...     _ = G.add_edge(a, b, key=f"m{hour}", at=datetime(2026, 3, 2, hour, tzinfo=timezone.utc))
    >>> pivotal_steps(G, "A", "E")
    ('m4',)
    """
    path = next(time_respecting_paths(graph, source, target, window=window, limit=1), None)
    if path is None:
        return ()
    needed = []
    for _, _, key, _ in path:
        rest = graph.copy()
        rest.remove_edges_from([(a, b, k) for a, b, k in graph.edges(keys=True) if k == key])
        if target not in reach(rest, source, window=window):
            needed.append(key)
    return tuple(needed)


def betweenness_in_time(graph: Graph, *, window: timedelta | None = None) -> dict[str, int]:
    """Return for every node how many ordered pairs of others are cut off when it passes nothing on.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From ``temporal_graph``.
    window : timedelta, optional
        As for ``reach``.

    Returns
    -------
    dict
        Node -> pairs, largest first. It says who carries in this graph, not that they meant to.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> import networkx as nx
    >>> G = nx.MultiDiGraph()
    >>> for hour, (a, b) in enumerate(["AB", "BC", "CD"]):
    ...     _ = G.add_edge(a, b, key=f"m{hour}", at=datetime(2026, 3, 2, hour, tzinfo=timezone.utc))
    >>> betweenness_in_time(G)
    {'B': 2, 'C': 2, 'A': 0, 'D': 0}
    """
    nodes = list(graph)
    whole = {n: set(reach(graph, n, window=window)) for n in nodes}
    carried = {}
    for carrier in nodes:
        rest = graph.copy()
        rest.remove_edges_from(list(graph.out_edges(carrier, keys=True)))
        carried[carrier] = sum(
            len(whole[n] - set(reach(rest, n, window=window)) - {carrier}) for n in nodes if n != carrier
        )
    return dict(sorted(carried.items(), key=lambda item: (-item[1], item[0])))


def knew_by(shard: Shard, at: datetime, *, window: timedelta) -> dict[str, dict[str, datetime]]:
    """Return who could have known whose words by an instant: hearer -> speaker -> when those words were said.

    Follows the times as written, over everybody in the shard; the newest words within ``window`` before ``at`` are
    given.

    Examples
    --------
    >>> knew_by(Shard("council", None, (), ()), datetime(2026, 3, 2), window=timedelta(days=7))
    {}
    """
    held: dict[str, dict[str, datetime]] = {}
    events = [e for e in shard.events if at - window <= e.interaction.at <= at]
    edges = sorted(
        (data["at"], a, b) for a, b, data in temporal_graph([e.interaction for e in events]).edges(data=True)
    )
    start = 0
    while start < len(edges):
        end = start
        while end < len(edges) and edges[end][0] == edges[start][0]:
            end += 1
        said = [(b, {**held.get(a, {}), a: now}) for now, a, b in edges[start:end]]
        for hearer, words in said:
            mine = held.setdefault(hearer, {})
            for speaker, when in words.items():
                if speaker != hearer and (speaker not in mine or when > mine[speaker]):
                    mine[speaker] = when
        start = end
    return {hearer: dict(sorted(words.items())) for hearer, words in sorted(held.items())}
