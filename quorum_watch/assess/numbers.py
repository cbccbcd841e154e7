"""The numbers of one body that the rules compare with, sorted: those that apply anyway, those of a special vote.

Apart from the facts, so that the self-check can ask for them without loading the rest of assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorum_watch.model import Threshold
from quorum_watch.rules.practice import applies, effect, threshold_rule
from quorum_watch.rules.profile import Profile
from quorum_watch.vocabulary import Channel, ThresholdName, VoteRule

WATCHED = "watch"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers the rules compare with; ``special`` names the voting rule behind ``if_special``."""

    deciding: int
    controlling: int
    if_special: int
    special: Threshold | None
    social: int = 0
    quorum: int = 0


def numbers_of(profile: Profile, thresholds: Sequence[Threshold], *, proposal_known: bool) -> Numbers:
    """Sort the thresholds: those that apply anyway, and those that apply only if a special majority is needed.

    Numbers the profile only watches (denying a quorum, an inference) are shown but never used. Where the proposal is
    not known, the ordinary numbers count, and the lowest special one is kept apart. ``social`` is the lowest number
    that holds on social media, where the profile has one of its own.
    """
    counting = [t for t in thresholds if effect(profile, t) != WATCHED]
    settled = [t for t in counting if not threshold_rule(profile, t).channels]
    social = [t.value for t in counting if applies(profile, t, Channel.SOCIAL_COMMENT)]
    special_names = {t.vote_rule for t in settled} - {None, VoteRule.ORDINARY}
    if proposal_known:
        sure, special = settled, []
    else:
        sure = [t for t in settled if t.vote_rule not in special_names]
        special = [t for t in settled if t.vote_rule in special_names]
    deciding = min((t.value for t in sure), default=0)
    acting = [t.value for t in sure if t.name is not ThresholdName.HALF]
    controlling = min(acting, default=deciding)
    quorum = min((t.value for t in sure if t.name is ThresholdName.QUORUM), default=deciding)
    lower = [t for t in special if t.value < deciding]
    chosen = min(lower, key=lambda t: (t.value, t.rule), default=None)
    return Numbers(deciding, controlling, chosen.value if chosen else 0, chosen, min(social, default=deciding), quorum)
