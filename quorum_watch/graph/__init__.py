"""The events as a networkx graph, for people who explore.

``temporal_graph`` gives a ``networkx.MultiDiGraph`` with one edge per sender and addressee of an interaction. The
attribute names are fixed:

=========  =============  ======================================================================================
level      attribute      meaning
=========  =============  ======================================================================================
node       ``kind``       ``person``, or ``account`` where nobody is known for an account
edge       ``key``        id of the interaction (a call gives one edge in each direction)
edge       ``at``         ``datetime``, aware, UTC
edge       ``channel``    ``email``, ``call`` ...
edge       ``role``       ``to``, ``cc``, ``bcc`` ...
edge       ``acts``       acts of the reading, a tuple of strings
edge       ``topics``     topics of the reading, a tuple of strings
edge       ``matter``     matter id, or ``""``
edge       ``precision``  ``exact``, ``day`` or ``order``
=========  =============  ======================================================================================

The text of a message is never in the graph. Functions here are for reading and teaching: they take the times as
written and any size of graph a person can look at; the engine that screens is ``quorum_watch.detect``.
"""

from quorum_watch.graph.build import candidate_graph, finding_graph, shard_graph, temporal_graph
from quorum_watch.graph.paths import betweenness_in_time, knew_by, pivotal_steps, reach, time_respecting_paths
from quorum_watch.graph.write import write_gexf, write_graphml

__all__ = [
    "betweenness_in_time",
    "candidate_graph",
    "finding_graph",
    "knew_by",
    "pivotal_steps",
    "reach",
    "shard_graph",
    "temporal_graph",
    "time_respecting_paths",
    "write_gexf",
    "write_graphml",
]
