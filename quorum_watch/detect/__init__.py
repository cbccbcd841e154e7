"""Sets of members whose views could have met, and the few messages that carried them.

``detect(shard, numbers, settings)`` gives ``Candidate``s; ``without`` recomputes one had an event not happened;
``blind_spots`` lists what a tie cannot see; ``null_model`` says how often the same stream with shuffled times would do
the same. The measures below them (``gathered``, ``pivot``, ``two_way``, ``components``) run over ``EventArrays`` from
``encode``; ``Engine`` keeps gathered views up to date as batches arrive. Definitions with examples:
``docs/detection.md``.
"""

from quorum_watch.detect.arrays import EventArrays
from quorum_watch.detect.blind_spots import BlindSpot, blind_spots
from quorum_watch.detect.encode import encode
from quorum_watch.detect.engine import Engine, Reach, components, gathered, pivot, two_way
from quorum_watch.detect.null import NullModel, null_model
from quorum_watch.detect.search import detect, stories, without
from quorum_watch.detect.settings import Settings

__all__ = [
    "BlindSpot",
    "Engine",
    "EventArrays",
    "NullModel",
    "Reach",
    "Settings",
    "blind_spots",
    "components",
    "detect",
    "encode",
    "gathered",
    "null_model",
    "pivot",
    "stories",
    "two_way",
    "without",
]
