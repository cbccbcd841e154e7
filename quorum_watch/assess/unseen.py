"""What could not be seen: the other half of every finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from quorum_watch.assess.sight import Sight
from quorum_watch.roster.records import Body
from quorum_watch.vocabulary import Channel, Defect
from quorum_watch.wording import say

if TYPE_CHECKING:
    from quorum_watch.assess.gates import Known

#: Channels by which members talk and which a city may or may not have collected.
_TALK = (Channel.EMAIL, Channel.TEXT, Channel.GROUP_CHAT, Channel.CALL, Channel.IN_PERSON, Channel.SOCIAL_COMMENT)


@dataclass(frozen=True)
class Collected:
    """What was collected, as far as findings need it: counts by channel, people with records, records set aside."""

    channels: tuple[tuple[str, int], ...]
    people_with_records: frozenset[str]
    restricted: int
    quarantined: int


def unseen(kept: Sequence[Sight], body: Body, known: Known, collected: Collected, day: date) -> tuple[str, ...]:
    """Sentences on what the record cannot show for these contacts."""
    lines: list[str] = []
    present = {name for name, n in collected.channels if n}
    absent = [c for c in _TALK if c.value not in present]
    if absent:
        lines.append(say("unseen.channels", {"channels": ", ".join(say(f"channel.{c}") for c in absent)}))
    strangers = {c.address or c.raw for s in kept for c in s.event.interaction.contacts if c.person is None}
    strangers |= {s.sender for s in kept if s.sender.startswith("?")}
    if strangers:
        lines.append(say("unseen.unknown_accounts", {"n": len(strangers)}))
    silent = [s for s in known.roster.members(body.body_id, day) if s.person not in collected.people_with_records]
    if silent:
        lines.append(say("unseen.members_without_records", {"n": len(silent)}))
    missing = sum(Defect.MISSING_PARENT in s.event.interaction.defects for s in kept)
    if missing:
        lines.append(say("unseen.missing_parents", {"n": missing}))
    if collected.restricted:
        lines.append(say("unseen.restricted", {"n": collected.restricted}))
    if collected.quarantined:
        lines.append(say("unseen.quarantined", {"n": collected.quarantined}))
    if any(s.synchronous for s in kept):
        lines.append(say("unseen.calls_content"))
    lines.append(say("unseen.silence"))
    return tuple(lines)
