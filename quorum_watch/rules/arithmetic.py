"""How many members: the numbers of the law for one body on one day, each with its arithmetic in words.

Formulas (``M`` voting members in office, ``S`` authorised seats, ``n`` present and voting)::

    pass   the fewest ayes the vote rule asks for, of its base
    block  the members who can vote - pass + 1
    deny   M - quorum + 1, by staying away (an inference of this project)

Where the law leaves the base open, both are computed, the lower is used and the other is kept as an alternative. Every
share, base and minimum comes from the profile; this module only counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from quorum_watch.errors import LawError
from quorum_watch.model import Threshold
from quorum_watch.rules.phrases import phrase
from quorum_watch.rules.profile import Profile, Value
from quorum_watch.rules.shapes import QuorumRule, Share, ThresholdRule
from quorum_watch.vocabulary import Base, ThresholdName, VoteRule


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """What must be known of a body to count: its kind, its seats, who is in office, and its own rules.

    ``in_office`` counts voting members holding office that day; ``members_elect`` those elected or appointed and
    serving (the same unless told otherwise). ``quorum`` overrides the profile (``majority``, ``two_thirds`` or a
    number); ``vote_rule`` is the body's own rule for ordinary business. ``presiding_tie_break`` says that somebody who
    is not counted among the members casts a vote on ties (a mayor). ``present`` is the number present and voting, if
    known.
    """

    body_id: str
    kind: str
    seats: int
    in_office: int
    members_elect: int | None = None
    quorum: str | int | None = None
    vote_rule: str | None = None
    presiding_tie_break: bool = False
    bargaining: bool = False
    present: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a rule: its label, the number it gives, of what, and how it was worked out."""

    label: str
    value: int
    of: int
    base: Base
    steps: tuple[str, ...] = ()


def excluded(profile: Profile, body: BodyFacts, on: date) -> bool:
    """Whether the body is outside the law: it bargains collectively, or has a single member."""
    outside = profile.parameter("bodies_excluded", on).value or ()
    alone = "single_member" in outside and body.seats <= 1
    return alone or ("bargaining" in outside and body.bargaining)


def vote_rules(profile: Profile, body: BodyFacts, on: date) -> dict[VoteRule, tuple[Value, ...]]:
    """The vote rules that could apply to a proposal nobody has identified, each with the proposals that need it.

    Empty where the state's numbers do not depend on the vote. A body's own rule stands in for the ordinary one.
    """
    own = VoteRule(body.vote_rule) if body.vote_rule else VoteRule.ORDINARY
    found: dict[VoteRule, list[Value]] = {}
    for value in profile.family("proposal", on):
        if body.kind in value.value.bodies:
            rule = own if value.value.rule is VoteRule.ORDINARY else value.value.rule
            found.setdefault(rule, []).append(profile.parameter(value.rule, on))
    if found:
        found.setdefault(own, [])
    return {rule: tuple(found[rule]) for rule in VoteRule if rule in found}


def work_out(profile: Profile, body: BodyFacts, vote_rule: VoteRule | None, on: date) -> tuple[Threshold, ...]:
    """Every number of the profile for ``body`` on ``on``, in the order of the profile; nothing for an excluded body.

    Raises :class:`~quorum_watch.errors.LawError` where the profile has no quorum row for the kind of body.
    """
    if excluded(profile, body, on):
        return ()
    count = _Count(profile, body, on)
    found: list[Threshold] = []
    for value in profile.family("threshold", on):
        rule: ThresholdRule = value.value
        if rule.kinds and body.kind not in rule.kinds:
            continue
        value = profile.parameter(value.rule, on)
        if rule.kind in ("pass", "block"):
            known = vote_rules(profile, body, on)
            chosen = {vote_rule: known.get(vote_rule, ())} if vote_rule else known
            found.extend(count.vote(rule.kind, v, proposals) for v, proposals in chosen.items())
        else:
            found.append(count.number(value, rule))
    order = list(ThresholdName)
    return tuple(sorted(found, key=lambda t: (order.index(t.name), list(VoteRule).index(t.vote_rule) if t.vote_rule
                                              else -1, t.rule)))


class _Count:
    """Counts for one body on one day; holds nothing but the question."""

    def __init__(self, profile: Profile, body: BodyFacts, on: date) -> None:
        self.profile, self.body, self.on = profile, body, on
        self.minimum: int = profile.parameter("minimum_members", on).value

    def bases(self, name: str) -> tuple[tuple[Base, int, str], ...]:
        """What a share is a share of: one base, or both where the law leaves it open."""
        body = self.body
        office = (Base.IN_OFFICE, body.in_office, phrase("base", "in_office"))
        seats = (Base.SEATS, body.seats, phrase("base", "seats"))
        elect = body.in_office if body.members_elect is None else body.members_elect
        match name:
            case "both":
                return office, seats
            case "seats":
                return (seats,)
            case "members_elect":
                return ((Base.IN_OFFICE, elect, phrase("base", "members_elect")),)
            case "present" if body.present is not None:
                return ((Base.PRESENT, body.present, phrase("base", "present")),)
            case _:
                return (office,)

    def readings(self, share: Share) -> list[Reading]:
        """A share worked out on every base it may have."""
        found = []
        for base, of, words in self.bases(share.base):
            value = share.of(of)
            found.append(Reading(phrase("reading", base), value, of, base, (
                phrase("step", "base", of=of, base=words),
                phrase("step", "share", share=share.words, of=of, exact=_decimal(share.share * of), value=value),
            )))
        return found

    def quorum(self) -> tuple[Value, list[Reading]]:
        """The quorum of the body and the rule it comes from: the roster's own, else that of its kind."""
        override, seats = self.body.quorum, self.body.seats
        if override is not None and str(override).strip():
            rule = self.profile.parameter("quorum_override", self.on)
            text = str(override).strip()
            if text.isdecimal():
                value = int(text)
                steps = (phrase("step", "quorum_number", value=value),)
                return rule, [Reading(phrase("reading", "seats"), value, seats, Base.SEATS, steps)]
            name = f"quorum_share.{text}"
            if name not in self.profile:
                raise LawError("QW-E429", f"'{text}' is not a way to set a quorum.",
                               f"body {self.body.body_id}, quorum",
                               "Write majority, two_thirds or a number, or leave it blank.")
            step = phrase("step", "quorum_named", name=text)
            share: Share = self.profile.parameter(name, self.on).value
            return rule, [replace(r, steps=(step, *r.steps)) for r in self.readings(share)]
        name = f"quorum.{self.body.kind}"
        if name not in self.profile:
            kinds = sorted(n.partition(".")[2] for n in self.profile.names if n.startswith("quorum."))
            raise LawError("QW-E429", f"The profile {self.profile.id} has no quorum rule for the kind "
                           f"'{self.body.kind}'.", f"body {self.body.body_id}, kind", f"Use one of {', '.join(kinds)}.")
        rule = self.profile.parameter(name, self.on)
        if not isinstance(rule.value, QuorumRule):
            raise LawError("QW-E429", f"'{name}' is not in force on {self.on}.", self.profile.id, "Use another day.")
        share = rule.value.row(seats)[2]
        step = phrase("step", "quorum_size", seats=seats, share=share.words)
        return rule, [replace(r, steps=(step, *r.steps)) for r in self.readings(share)]

    def number(self, value: Value, rule: ThresholdRule) -> Threshold:
        """Every threshold that does not depend on the vote."""
        body = self.body
        if rule.kind == "share":
            assert rule.share is not None
            readings = [*self.readings(rule.share), *self._with_presiding(rule)]
            name = ThresholdName.HALF if rule.effect == "presumption" else ThresholdName.QUORUM
            return self.settle(name, value, readings)
        if rule.kind == "fixed":
            assert rule.count is not None
            steps = (phrase("step", "fixed", value=rule.count),)
            one = Reading(phrase("reading", "in_office"), rule.count, body.in_office, Base.IN_OFFICE, steps)
            return self.settle(ThresholdName.FIXED, value, [one])
        source, readings = self.quorum()
        if rule.kind == "quorum":
            asked = phrase("step", "asked_by", cite=value.citation.cite)
            return self.settle(ThresholdName.QUORUM, source,
                               [replace(r, steps=(asked, *r.steps)) for r in readings])
        if rule.kind == "deny_quorum":
            denied = [self._deny(r) for r in readings]
            return self.settle(ThresholdName.DENY_QUORUM, value, denied)
        return self.settle(ThresholdName.FIXED, value, [self._of_quorum(rule, r) for r in readings])

    def vote(self, kind: str, vote_rule: VoteRule, proposals: tuple[Value, ...]) -> Threshold:
        """How many can pass, or block, under one vote rule."""
        value = self.profile.parameter(f"vote.{vote_rule}", self.on)
        share: Share = value.value
        readings, extra = [], []
        for base, of, words in self.bases(share.base):
            needed = share.of(of)
            steps = [phrase("step", "base", of=of, base=words)]
            if share.base == "present" and base is not Base.PRESENT:
                steps.append(phrase("step", "base_present_unknown", of=of))
            steps.append(phrase("step", "pass", rule=vote_rule, share=share.words, of=of, value=needed))
            result = needed
            if kind == "block":
                voters = of if share.base == "present" else self.body.in_office
                result = voters - needed + 1
                steps.append(phrase("step", "block", rule=vote_rule, members=voters, needed=needed, value=result))
            readings.append(Reading(phrase("reading", base), result, of, base, tuple(steps)))
        if share.base == "present" and self.body.present is None:
            extra += self._bare_quorum(kind, share)
        extra += self._presiding_vote(kind, vote_rule, readings)
        named = sorted(p.description.rstrip(".") for p in proposals)
        closing = phrase("step", "proposals", names="; ".join(named)) if named else phrase(
            "step", "none_known", on=self.on)
        name = ThresholdName.PASS if kind == "pass" else ThresholdName.BLOCK
        found = self.settle(name, value, readings, vote_rule)
        return replace(found, steps=(*found.steps, closing),
                       alternatives=(*found.alternatives, *((r.label, max(r.value, self.minimum)) for r in extra)))

    def _with_presiding(self, rule: ThresholdRule) -> list[Reading]:
        """The readings in which a presiding officer who only breaks ties is counted, where the law leaves it open."""
        counts = self.profile.word("presiding.counts_for_half", self.on)
        if rule.share is None or not self.body.presiding_tie_break or counts == "no":
            return []
        found = []
        for base, of, _ in self.bases(rule.share.base):
            label = phrase("reading", "presiding", base=phrase("reading", base))
            found.append(Reading(label, rule.share.of(of + 1), of + 1, base))
        return found

    def _deny(self, quorum: Reading) -> Reading:
        members = self.body.in_office
        value = members - quorum.value + 1
        step = phrase("step", "deny", members=members, quorum=quorum.value, value=value)
        return replace(quorum, value=value, of=members, steps=(*quorum.steps, step))

    def _of_quorum(self, rule: ThresholdRule, quorum: Reading) -> Reading:
        if rule.kind == "fixed_or_quorum":
            assert rule.count is not None
            value = min(rule.count, quorum.value)
            step = phrase("step", "fixed_or_quorum", count=rule.count, quorum=quorum.value, value=value)
        elif any(seats == self.body.seats for seats, _ in rule.exceptions):
            value = quorum.value
            step = phrase("step", "exception", seats=self.body.seats, value=value)
        else:
            assert rule.share is not None
            value = rule.share.of(quorum.value)
            step = phrase("step", "share_of_quorum", share=rule.share.words, quorum=quorum.value, value=value)
        return replace(quorum, value=value, steps=(*quorum.steps, step))

    def _bare_quorum(self, kind: str, share: Share) -> list[Reading]:
        """The same vote when only a quorum attends: a level to watch, not the number of the law."""
        found: dict[str, Reading] = {}
        for reading in self.quorum()[1]:
            quorum = min(reading.value, self.body.in_office)
            needed = share.of(quorum)
            value = needed if kind == "pass" else quorum - needed + 1
            label = phrase("reading", "bare_quorum", quorum=quorum)
            found.setdefault(label, Reading(label, value, quorum, Base.PRESENT))
        return list(found.values())

    def _presiding_vote(self, kind: str, vote_rule: VoteRule, readings: list[Reading]) -> list[Reading]:
        """With a casting vote: who can pass when the presiding officer is for it, who is sure to stop it when against.

        Only an even number of votes can tie, and only a rule that a tie can satisfy is helped by a casting vote.
        """
        ties = self.profile.optional("presiding.breaks_ties_on", self.on)
        if not self.body.presiding_tie_break or ties is None or vote_rule not in ties.value:
            return []
        found = []
        for base in dict.fromkeys(r.base for r in readings):
            voters = next(r.of for r in readings if r.base is base)
            if base is not Base.PRESENT and base is not Base.IN_OFFICE:
                continue
            more_than_half = voters // 2 + 1
            if kind == "pass":
                label, value = phrase("reading", "tie_break"), -(-voters // 2)
            else:
                label, value = phrase("reading", "certain_defeat"), more_than_half
            found.append(Reading(label, value, voters, base))
        return found

    def settle(self, name: ThresholdName, value: Value, readings: list[Reading],
               vote_rule: VoteRule | None = None) -> Threshold:
        """Choose the lowest reading, keep the others, and never go below the minimum."""
        used = min(readings, key=lambda r: r.value)
        others = [r for r in readings if r is not used]
        final = max(used.value, self.minimum)
        open_question = any(max(r.value, self.minimum) != final for r in others)
        steps = list(used.steps)
        if open_question:
            listed = "; ".join(f"{r.label} {max(r.value, self.minimum)}" for r in others)
            steps.append(phrase("step", "lower", value=final, others=listed))
        if used.value < self.minimum:
            steps.append(phrase("step", "clamped", value=used.value, minimum=self.minimum))
        if value.assumed:
            steps.append(phrase("step", "assumed", since=value.since, on=self.on))
        return Threshold(
            name=name, value=final, of=used.of, base=used.base, vote_rule=vote_rule, as_of=self.on,
            citation=value.citation, rule=value.rule, steps=tuple(steps),
            alternatives=tuple((r.label, max(r.value, self.minimum)) for r in others),
            inference=value.inference, unsettled=open_question,
        )


def _decimal(exact: Fraction) -> str:
    """``7 1/3`` for 22/3, as a reader writes it."""
    whole, rest = divmod(exact.numerator, exact.denominator)
    return str(whole) if not rest else f"{whole} {rest}/{exact.denominator}"
