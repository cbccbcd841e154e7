"""What the law makes of contacts and of numbers, beside the arithmetic: one accessor per question.

Every accessor asks the profile, so that what was asked is on record and its citation can be printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quorum_watch.model import Threshold
from quorum_watch.rules.profile import Profile, Value
from quorum_watch.rules.shapes import ThresholdRule
from quorum_watch.vocabulary import Channel, ThresholdName


@dataclass(frozen=True, slots=True)
class Practice:
    """The profile's answers on one day; each is a :class:`~quorum_watch.rules.profile.Value` with its citation."""

    profile: Profile
    on: date

    def _ask(self, name: str) -> Value:
        return self.profile.parameter(name, self.on)

    @property
    def serial_counted(self) -> Value:
        """Whether separate contacts can count together."""
        return self._ask("serial.counted")

    @property
    def serial_element(self) -> Value:
        """What they need besides numbers: ``none``, ``agreement``, ``specific_intent`` ..."""
        return self._ask("serial.element")

    @property
    def serial_target(self) -> Value:
        """Which thresholds the series must reach: ``quorum``, ``votes_needed``, ``threshold``."""
        return self._ask("serial.target")

    @property
    def passive_in_convening(self) -> Value:
        """Whether a member who only received counts in a convening."""
        return self._ask("passive_recipient.convening")

    @property
    def passive_in_agreement(self) -> Value:
        """Whether a member who only received counts as agreeing."""
        return self._ask("passive_recipient.agreement")

    @property
    def unilateral_opinion(self) -> Value:
        """Whether one opinion sent to enough members reaches the law by itself."""
        return self._ask("unilateral_opinion")

    @property
    def synchrony(self) -> Value:
        """Whether the exchange must happen in real time."""
        return self._ask("synchrony")

    @property
    def electronic_factors(self) -> Value | None:
        """The factors weighed for written exchanges, where the profile has them."""
        return self.profile.optional("electronic_factors", self.on)

    @property
    def intermediary(self) -> Value:
        """How somebody who carries positions is treated."""
        return self._ask("intermediary.mode")

    @property
    def staff_briefing(self) -> Value:
        """Whether staff may brief members one by one."""
        return self._ask("intermediary.staff_briefing")

    @property
    def social_public(self) -> Value:
        """How a public thread is treated."""
        return self._ask("social.public")

    @property
    def social_closed_group(self) -> Value:
        """How a closed group is treated."""
        return self._ask("social.closed_group")

    @property
    def direct_reply(self) -> Value:
        """Whether one member may answer another on social media."""
        return self._ask("social.direct_reply")

    @property
    def reactions(self) -> Value:
        """What a reaction means."""
        return self._ask("social.reactions")

    @property
    def carve_outs(self) -> Value:
        """What does not count."""
        return self._ask("carve_outs")

    @property
    def attendance(self) -> Value:
        """Whether attending another body's meeting needs a notice of one's own."""
        return self._ask("attendance_elsewhere")

    @property
    def members_elect(self) -> Value:
        """Whether people elected but not in office count."""
        return self._ask("members_elect")

    @property
    def presiding_counts_for_quorum(self) -> Value:
        """Whether a presiding officer who only breaks ties is counted for a quorum."""
        return self._ask("presiding.counts_for_quorum")

    @property
    def policy(self) -> tuple[Value, ...]:
        """The sentences of the city's own policy, where an overlay has one; never law."""
        found = self.profile.family("policy", self.on)
        return tuple(self.profile.parameter(v.name, self.on) for v in found)

    @property
    def remedies(self) -> tuple[Value, ...]:
        """What the profile says of forfeitures, complaints, time limits and later votes, where it does."""
        names = ("remedies.forfeiture_dollars", "remedies.complaint_to", "remedies.prosecutor_days",
                 "remedies.limitation", "remedies.later_vote", "records.retention", "notice.method")
        return tuple(v for v in (self.profile.optional(n, self.on) for n in names) if v is not None)


def threshold_rule(profile: Profile, threshold: Threshold) -> ThresholdRule:
    """The row of the profile that asked for a threshold: its effect, its channels, its kinds of body."""
    own = threshold.rule.startswith("threshold.")
    value = profile.parameter(threshold.rule if own else f"threshold.{threshold.name}", threshold.as_of)
    rule: ThresholdRule = value.value
    return rule


def effect(profile: Profile, threshold: Threshold) -> str:
    """What reaching a threshold does: ``presumption``, ``meeting_numbers`` or ``watch``."""
    return threshold_rule(profile, threshold).effect


def applies(profile: Profile, threshold: Threshold, channel: Channel) -> bool:
    """Whether a threshold holds for contacts of this channel (California's two is for social media alone)."""
    channels = threshold_rule(profile, threshold).channels
    return not channels or channel in channels


def meeting_numbers(profile: Profile, thresholds: Iterable[Threshold], channel: Channel | None = None
                    ) -> tuple[Threshold, ...]:
    """The thresholds that satisfy the numbers test by themselves; with ``channel``, those that hold for it.

    Without a channel, thresholds limited to some channels are left out.
    """
    found = []
    for threshold in thresholds:
        rule = threshold_rule(profile, threshold)
        here = channel in rule.channels if rule.channels else True
        if rule.effect == "meeting_numbers" and here:
            found.append(threshold)
    return tuple(found)


def deciding_numbers(thresholds: Iterable[Threshold]) -> tuple[Threshold, ...]:
    """For each vote rule the lower of its pass and block numbers: the fewest who decide that vote."""
    best: dict[str, Threshold] = {}
    for t in thresholds:
        if t.name in (ThresholdName.PASS, ThresholdName.BLOCK):
            key = str(t.vote_rule)
            if key not in best or t.value < best[key].value:
                best[key] = t
    return tuple(best.values())


def serial_targets(profile: Profile, thresholds: Iterable[Threshold], on: date) -> tuple[Threshold, ...]:
    """The thresholds a series of contacts must reach, as the profile names them; lowest first."""
    wanted = Practice(profile, on).serial_target.value or ()
    names = {ThresholdName.QUORUM: "quorum", ThresholdName.PASS: "votes_needed", ThresholdName.FIXED: "threshold"}
    pool = tuple(thresholds)
    numbers = set(meeting_numbers(profile, pool))
    found = [t for t in pool if names.get(t.name) in wanted or ("threshold" in wanted and t in numbers)]
    return tuple(sorted(found, key=lambda t: t.value))


def watch_numbers(profile: Profile, thresholds: Iterable[Threshold], on: date) -> tuple[tuple[int, Threshold], ...]:
    """Levels to watch below each deciding number: the margin of the profile, or the same vote at a bare quorum.

    ``(level, deciding threshold)`` pairs; never below the profile's minimum.
    """
    margin = profile.number("watch_margin", on)
    minimum = profile.number("minimum_members", on)
    pool = tuple(thresholds)
    found = []
    for t in deciding_numbers(pool) or meeting_numbers(profile, pool):
        at_bare_quorum = [value for other in pool if other.vote_rule == t.vote_rule and other.vote_rule is not None
                          for label, value in other.alternatives if label.startswith(_bare_label())]
        level = min([t.value - margin, *at_bare_quorum])
        found.append((max(level, minimum), t))
    return tuple(found)


def _bare_label() -> str:
    from quorum_watch.rules.phrases import phrases

    return phrases()["reading"]["bare_quorum"].partition("{")[0]
