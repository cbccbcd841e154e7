"""The most specific name that holds for a story, from who was in which contact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from quorum_watch.assess.concern import Rule
from quorum_watch.assess.measure import Story
from quorum_watch.assess.series import Series
from quorum_watch.assess.sight import Sight
from quorum_watch.model import PersonId
from quorum_watch.vocabulary import Pattern, Test


def name_pattern(
    test: Test, rule: Rule, kept: Sequence[Sight], total: Series, story: Story, *, elsewhere: bool
) -> Pattern:
    """Name a story.

    Convening: attendance (another body's meeting, or listening at somebody else's event), a public thread, a decision
    by message, else a conversation.
    Walking quorum: a decision by message; an intermediary (somebody outside the body asks or carries); hub and spoke
    (one member in every contact, the others meeting only through that member); split groups (separate sittings of
    several members); a broadcast (one writer, nobody answers); else a daisy chain.
    """
    if rule.measure == "voted":
        return Pattern.DECISION_BY_MESSAGE
    if test is Test.CONVENING:
        listening = all(s.synchronous and s.member_sender is None and not s.merits for s in kept)
        if elsewhere or listening:
            return Pattern.ATTENDANCE
        if any(s.public for s in kept):
            return Pattern.PUBLIC_THREAD
        if len(total.voted) >= 2:
            return Pattern.DECISION_BY_MESSAGE
        return Pattern.CONVERSATION
    hub = _outside_hub(kept, total)
    if hub:
        return Pattern.INTERMEDIARY
    if len({s.sender for s in kept}) == 1 and not any(s.synchronous for s in kept):
        return Pattern.BROADCAST
    if _split(kept):
        return Pattern.SPLIT_GROUPS
    if len(kept) > 1 and _star(kept, story.people):
        return Pattern.HUB_AND_SPOKE
    if len({s.event.interaction.thread for s in kept}) == 1 and _shared(kept):
        return Pattern.CONVERSATION
    return Pattern.DAISY_CHAIN


def _outside_hub(kept: Sequence[Sight], total: Series) -> bool:
    if total.carriers:
        return True
    asking = total.asking
    if asking is None or len(asking.asked) < 2:
        return False
    return all(s.member_sender is None for s in kept if s.sender == asking.asker) and any(
        s.sender == asking.asker for s in kept
    )


def _star(kept: Sequence[Sight], people: frozenset[PersonId]) -> bool:
    """One member is in every contact, and the others mostly meet through that member alone."""
    among = [s for s in kept if len(s.members) >= 2]
    if not among:
        return False
    centres = among[0].members.intersection(*(s.members for s in among))
    apart = [s for s in among if len(s.members) < len(people)]
    return len(centres) == 1 and 2 * len(apart) > len(among)


def _split(kept: Sequence[Sight]) -> bool:
    groups = {
        s.members for s in kept if (s.synchronous and len(s.members) >= 2) or (s.synchronous and not s.member_sender)
    }
    several = [g for g in groups if len(g) >= 2]
    return len(groups) >= 2 and len(several) >= 2 and all(not (a < b) for a in several for b in several if a != b)


def _shared(kept: Sequence[Sight]) -> bool:
    """Most contacts hold the same people: one conversation, not a relay."""
    _, most = Counter(s.members for s in kept).most_common(1)[0]
    return 2 * most > len(kept)
