"""Why, both ways, and what could not be seen: every reason is a sentence with its citation and whether it was verified.

What weighs in favor of sending comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from quorum_watch.errors import LawError
from quorum_watch.model import Citation, Factor, Threshold
from quorum_watch.roster import Roster
from quorum_watch.rules.profile import Profile
from quorum_watch.selfcheck.count import counting
from quorum_watch.selfcheck.draft import BodyCount, CheckSettings, Draft
from quorum_watch.selfcheck.judge import Content, Judged, policy_speaks
from quorum_watch.selfcheck.people import Present, Standing
from quorum_watch.selfcheck.words import Words
from quorum_watch.vocabulary import Act, FactorKind, Scope, ThresholdName, VoteRule, Weighs
from quorum_watch.wording import say

_ORDER = (Weighs.AGAINST, Weighs.FOR, Weighs.UNKNOWN)
#: Reasons that speak for care, and where each stands: factor keys and parameters, the first that the profile has.
_CITED: Mapping[str, tuple[str, ...]] = {
    "view": ("E4", "W6", "E1"),
    "facts": ("E1",),
    "asks": ("W5", "W1"),
    "carries": ("W2", "W1"),
    "forwards": ("W2", "W1"),
    "decides": ("W7", "W1"),
    "signs": ("W3", "W1"),
    "errand": ("W2", "W1"),
    "conceals": ("W9", "E1"),
    "business": ("P1", "E1"),
    "business_unknown": ("P1", "E1"),
    "routine": ("P3", "carve_outs"),
    "private": ("P3", "carve_outs"),
    "no_member": ("N1", "minimum_members"),
    "outside": ("N1", "minimum_members"),
    "apart": ("P1", "N1"),
    "opinion_only": ("W6", "serial.element"),
    "staff": ("C4", "intermediary.staff_briefing"),
    "caution": ("P3", "carve_outs"),
    "several": ("N4", "N1"),
    "elect": ("M1", "members_elect"),
    "presiding": ("M2", "presiding.counts_for_quorum"),
    "reaction": ("C3", "social.reactions"),
    "unknown": ("D2", "E1"),
    "household": ("W2",),
    "quoted": ("E1",),
    "own_mail": ("W1",),
    "below": ("N1",),
    "direct_reply": ("social.direct_reply", "C2"),
}


@dataclass(frozen=True)
class Case:
    """Everything the reasons are drawn from."""

    draft: Draft
    words: Words
    content: Content
    present: Present
    standing: Standing
    judged: Judged
    counts: tuple[BodyCount, ...]
    shown: tuple[BodyCount, ...]
    roster: Roster
    profile: Profile
    on: date
    settings: CheckSettings
    own_people: int = 0
    own_used: bool = False


@dataclass
class _Reasons:
    case: Case
    found: list[Factor] = field(default_factory=list)

    def add(self, name: str, weighs: Weighs, values: Mapping[str, object] | None = None) -> None:
        citation = cite(self.case.profile, _CITED[name])
        if citation is not None:
            because = say(f"check.why.{name}", values)
            self.found.append(Factor(name, weighs, because, FactorKind.LAW, citation))

    def number(self, key: str, threshold: Threshold, values: Mapping[str, object], weighs: Weighs) -> None:
        because = say(f"check.why.{key}", values)
        self.found.append(Factor("number", weighs, because, FactorKind.LAW, threshold.citation))

    def policy(self, name: str, key: str, weighs: Weighs) -> None:
        citation = cite(self.case.profile, (key,))
        if citation is not None:
            self.found.append(Factor(name, weighs, say(f"check.why.{name}"), FactorKind.POLICY, citation))


def cite(profile: Profile, keys: Iterable[str]) -> Citation | None:
    """The first of the keys that the profile defines; ``None`` where it has none of them."""
    for key in keys:
        try:
            return profile.citation(key)
        except LawError:
            continue
    return None


def reasons(case: Case) -> tuple[Factor, ...]:
    """Every factor of the case, in favor of sending first."""
    r = _Reasons(case)
    _words(r)
    _people(r)
    _numbers(r)
    _policy(r)
    return tuple(sorted(r.found, key=lambda f: _ORDER.index(f.weighs)))


def _words(r: _Reasons) -> None:
    case, content = r.case, r.case.content
    others = any(set(b.people) - {case.present.asking} for b in case.counts)
    if content.private:
        r.add("private", Weighs.AGAINST)
    elif content.routine:
        r.add("routine", Weighs.AGAINST)
    if Act.CAUTION in case.words.acts:
        r.add("caution", Weighs.AGAINST)
    if content.views and not (content.asks or content.carries or content.decides):
        r.add("opinion_only", Weighs.AGAINST)
    for name in ("asks", "carries", "forwards", "decides", "signs"):
        if getattr(content, name) and (others or name in case.judged.reasons):
            r.add(name, Weighs.FOR)
    if content.conceals:
        r.add("conceals", Weighs.UNKNOWN)
    if "errand" in case.judged.reasons:
        r.add("errand", Weighs.FOR)
    if others and content.views:
        r.add("view", Weighs.FOR)
    if "facts" in case.judged.reasons:
        r.add("facts", Weighs.FOR)
    if others and not content.routine and not content.reaction:
        known = content.business is Scope.BUSINESS
        r.add("business" if known else "business_unknown", Weighs.FOR if known else Weighs.UNKNOWN)


def _people(r: _Reasons) -> None:
    case = r.case
    inside = [b for b in case.counts if b.includes_asker and set(b.people) - {case.present.asking}]
    if case.standing.member_of and not inside:
        r.add("no_member", Weighs.AGAINST)
    outside = [b.name for b in case.shown if b.body not in case.standing.member_of | case.standing.presides]
    if outside:
        r.add("outside", Weighs.AGAINST, {"body": ", ".join(outside)})
    apart = [b.name for b in case.shown if b.apart and b.includes_asker]
    if apart:
        r.add("apart", Weighs.AGAINST, {"body": ", ".join(apart)})
    if case.standing.staff and case.counts:
        r.add("staff", Weighs.AGAINST)
    if "household" in case.judged.reasons:
        r.add("household", Weighs.FOR)
    if case.present.holding and case.counts:
        r.add("quoted", Weighs.FOR)
    if case.own_people:
        r.add("own_mail", Weighs.FOR, {"n": case.own_people})
    if len(case.shown) > 1:
        r.add("several", Weighs.FOR)
    elect = {p for b in case.counts for p in b.awaiting}
    if elect:
        r.add("elect", Weighs.UNKNOWN, {"n": len(elect)})
    everyone = case.present.people | {case.present.asking}
    if any(case.roster.presiding(b.body, case.on) in everyone - set(b.people) for b in case.shown):
        r.add("presiding", Weighs.UNKNOWN)
    if case.present.unknown:
        r.add("unknown", Weighs.UNKNOWN, {"n": len(case.present.unknown)})


def _numbers(r: _Reasons) -> None:
    if r.case.content.routine:
        return
    for b in r.case.shown:
        held = len(b.people)
        inside = b.body in r.case.standing.member_of | r.case.standing.presides
        if not b.reached and inside:
            r.add("below", Weighs.AGAINST, {"body": b.name})
        told: set[tuple[ThresholdName, int]] = set()
        for t in _worth_telling(r.case.profile, b, inside=inside):
            if held < t.value or (t.name, t.value) in told:
                continue
            told.add((t.name, t.value))
            rule = say(f"vote_rule.{t.vote_rule}") if t.vote_rule else ""
            values = {"n": held, "of": b.of, "body": b.name, "value": t.value, "what": say(f"threshold.{t.name}")}
            if t.value < b.deciding:
                r.number("number_if", t, {**values, "rule": rule}, Weighs.UNKNOWN)
            else:
                r.number("number", t, {**values, "rule": f" under {rule}" if rule else ""}, Weighs.FOR)


def _worth_telling(profile: Profile, b: BodyCount, *, inside: bool) -> tuple[Threshold, ...]:
    """Of a body of one's own every number of an ordinary vote and the special one; of another the one that decides."""
    found = counting(profile, b.numbers)
    if not inside:
        return tuple(t for t in found if t.value == b.deciding)[:1]
    plain = (None, VoteRule.ORDINARY, b.special.vote_rule if b.special else None)
    return tuple(t for t in found if t.vote_rule in plain)


def _policy(r: _Reasons) -> None:
    case = r.case
    if not policy_speaks(case.draft.channel, case.profile, case.on) or not case.standing.official:
        return
    if "direct_reply" in case.judged.reasons:
        r.add("direct_reply", Weighs.FOR)
    if "policy" in case.judged.reasons:
        r.policy("policy", "policy_interaction", Weighs.FOR)
    r.policy("policy_speech", "policy_private_speech", Weighs.AGAINST)
    if case.content.reaction:
        r.add("reaction", Weighs.UNKNOWN)


def not_seen(case: Case) -> tuple[str, ...]:
    """What the answer does not rest on, one sentence each."""
    draft, present, settings = case.draft, case.present, case.settings
    lines = [say("check.not_seen.own_mail" if case.own_used else "check.not_seen.only_this")]
    if present.unknown:
        lines.append(say("check.not_seen.unknown", {"who": ", ".join(present.unknown)}))
    if present.outsiders:
        lines.append(say("check.not_seen.outsiders", {"who": ", ".join(present.outsiders)}))
    if any(s.via for s in present.seen):
        lines.append(say("check.not_seen.lists", {"on": case.on.isoformat()}))
    if draft.attachments:
        lines.append(say("check.not_seen.attachments", {"n": draft.attachments}))
    if draft.received:
        lines.append(say("check.not_seen.hidden"))
    if case.words.language != "en":
        lines.append(say("check.not_seen.not_english"))
    if case.words.partly:
        lines.append(say("check.not_seen.partly"))
    if any(b.special is not None for b in case.shown) and draft.vote_rule is None and not case.content.routine:
        lines.append(say("check.not_seen.vote"))
    if settings.stale is None:
        lines.append(say("check.not_seen.never_checked"))
    return (*lines, say("check.not_seen.screen"))
