"""Convening: gatherings and written exchanges outside noticed meetings, measured the way the four factors ask.

A *gathering* is one call or sitting: everyone present counts, listening is enough. An *exchange* is a run of written
messages that belong together (one thread, or the same people within the conversation gap): those who speak to the
merits and those they address count; people only copied are counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from quorum_watch.assess.positions import Ties
from quorum_watch.assess.sight import Sight
from quorum_watch.model import PersonId


@dataclass(frozen=True, slots=True)
class Gathering:
    """One call or sitting on the body's business: the event and the members present."""

    event: int
    present: frozenset[PersonId]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One written exchange: its events, who spoke, who was addressed, who was only copied.

    ``turns`` counts merits messages by members; ``answered`` whether a member answered a member; ``span`` is the time
    from first to last turn.
    """

    events: tuple[int, ...]
    spoke: frozenset[PersonId]
    addressed: frozenset[PersonId]
    copied: frozenset[PersonId]
    turns: int
    answered: bool
    public: bool
    span: timedelta

    @property
    def engaged(self) -> frozenset[PersonId]:
        """Speakers and direct addressees."""
        return self.spoke | self.addressed

    @property
    def engaged_with_copies(self) -> frozenset[PersonId]:
        """Speakers, addressees and those only copied."""
        return self.engaged | self.copied


def gatherings(sights: Sequence[Sight]) -> tuple[Gathering, ...]:
    """Every call or sitting on business with at least two members, in time order.

    A series of calls at one instant is one gathering for each; sittings are never added together here (that is a
    series, see :mod:`quorum_watch.assess.series`).
    """
    return tuple(
        Gathering(n, s.members) for n, s in enumerate(sights) if s.synchronous and s.business and len(s.members) >= 2
    )


def exchanges(sights: Sequence[Sight], gap: timedelta) -> tuple[Exchange, ...]:
    """Written exchanges among members with something on the merits, at most ``gap`` between neighbouring turns."""
    turns = [n for n, s in enumerate(sights) if not s.synchronous and s.takes_part and s.member_sender]
    ties = Ties()
    for k, n in enumerate(turns):
        ties.find(str(n))
        for m in reversed(turns[:k]):
            if sights[n].event.interaction.at - sights[m].event.interaction.at > gap:
                break
            if _belong_together(sights[m], sights[n]):
                ties.join(str(m), str(n))
    runs: dict[str, list[int]] = {}
    for n in turns:
        runs.setdefault(ties.find(str(n)), []).append(n)
    # Facts alone are correspondence; facts inside a talk on the merits are part of the talk.
    talks = [events for events in sorted(runs.values()) if any(sights[n].merits for n in events)]
    return tuple(_measured(sights, events) for events in talks)


def _belong_together(one: Sight, other: Sight) -> bool:
    a, b = one.event.interaction, other.event.interaction
    if a.thread and a.thread == b.thread:
        return True
    if b.in_reply_to is not None and b.in_reply_to == a.id:
        return True
    # Another thread, but a member who was in the first now speaks to a member who was in the first.
    return other.member_sender in one.members and bool(other.addressed & one.members)


def _measured(sights: Sequence[Sight], events: Sequence[int]) -> Exchange:
    chosen = [sights[n] for n in events]
    spoke = frozenset(s.member_sender for s in chosen if s.member_sender)
    public = any(s.public for s in chosen)
    # Under a public post only those who spoke count; nobody is counted for having been able to read.
    addressed = frozenset().union(*(s.addressed for s in chosen)) - spoke if not public else frozenset()
    copied = frozenset().union(*(s.copied for s in chosen)) - spoke - addressed if not public else frozenset()
    answered = any(
        b.member_sender in a.members and a.member_sender in b.members and a.member_sender != b.member_sender
        for k, a in enumerate(chosen)
        for b in chosen[k + 1 :]
    )
    span = chosen[-1].event.interaction.at - chosen[0].event.interaction.at
    return Exchange(tuple(events), spoke, addressed, copied, len(chosen), answered, public, span)
