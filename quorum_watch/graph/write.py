"""Writing graphs for other programs: GraphML, and GEXF with dynamics for Gephi."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]


def write_graphml(graph: Graph, path: Path) -> None:
    """Write GraphML; instants become ISO 8601 text, several acts or topics one text with spaces between them."""
    import networkx as nx

    nx.write_graphml(_plain(graph), path, encoding="utf-8")


def write_gexf(graph: Graph, path: Path) -> None:
    """Write GEXF with dynamics, so that Gephi's timeline plays it: every edge begins and ends at its instant."""
    import networkx as nx

    plain = _plain(graph)
    plain.graph["mode"] = "dynamic"
    for number, (_, _, data) in enumerate(plain.edges(data=True)):
        data["id"] = str(number)
        data["start"] = data["end"] = data["at"]
    lines = nx.generate_gexf(plain, encoding="utf-8", version="1.2draft")
    text = "\n".join(lines) + "\n"
    # The writer stamps the day on which it runs (the same graph must give the same bytes) and takes times for days.
    path.write_text(_without_stamp(text), encoding="utf-8")


def _without_stamp(text: str) -> str:
    return re.sub(r' timeformat="[^"]*"', ' timeformat="dateTime"', re.sub(r' lastmodifieddate="[^"]*"', "", text))


def _plain(graph: Graph) -> Graph:
    import networkx as nx

    plain: Graph = nx.MultiDiGraph()
    plain.add_nodes_from(graph.nodes(data=True))
    for a, b, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(a, b, key=key, interaction=key, **{k: _text(v) for k, v in data.items()})
    return plain


def _text(value: Any) -> str | int | bool:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, tuple):
        return " ".join(value)
    return value if isinstance(value, bool | int) else str(value)
