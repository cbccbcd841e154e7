"""Two looks around a finding: who carried, and how unusual the chain is in its own traffic. Context, never proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quorum_watch.errors import UsageError
from quorum_watch.wording import say

if TYPE_CHECKING:
    from quorum_watch.detect import NullModel
    from quorum_watch.notebook.finding import FindingView

#: Shuffled copies of the traffic that a comparison is made with.
SHUFFLES = 100


def who_carries(view: FindingView) -> dict[str, int]:
    """Betweenness in time: for each person, how many ordered pairs of others lose touch when that person is silent.

    Counts contacts of the finding's stretch only; people as the run shows them, largest first. It says who carried, not
    that anybody meant to. Raises ``UsageError`` (QW-E119) where the run kept no messages.
    """
    from quorum_watch.graph import betweenness_in_time, temporal_graph

    events = [s.event for s in _sights(view)]
    graph = temporal_graph([e.interaction for e in events], [e.reading for e in events])
    roster = view.run.case.roster
    known = {p.person_id: roster.name(p.person_id) for p in roster.people}
    return {known.get(person, person): pairs for person, pairs in betweenness_in_time(graph).items()}


def how_unusual(view: FindingView, *, seed: int = 0) -> NullModel:
    """The most members tied in these contacts as they are, and in copies with the times shuffled.

    A subject on which everybody writes to everybody ties as many members in any order: then the chain says little. The
    same seed gives the same answer. Raises ``UsageError`` (QW-E119) where the run kept no messages.
    """
    from quorum_watch.detect import Settings, null_model
    from quorum_watch.model import Shard, Subject

    sights = _sights(view)
    windows = view.told_ground().windows
    settings = Settings(windows.sitting, windows.answer, windows.episode, windows.conversation)
    seats = view.run.case.roster.seats_ever(view.raw["body"])
    subject = Subject(view.raw["subject"]["label"], tuple(view.raw["subject"]["topics"]), view.raw["subject"]["matter"])
    shard = Shard(view.raw["body"], subject, tuple(s.event for s in sights), tuple(seats))
    return null_model(shard, settings, layer="views", runs=SHUFFLES, seed=seed)


def _sights(view: FindingView) -> tuple[Any, ...]:
    found = view.told_sights()
    if not found:
        raise UsageError("QW-E119", say("review.explore.nothing"), view.id, say("review.explore.remedy"))
    return tuple(found)
