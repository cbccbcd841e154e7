"""The verdict: what the words do, to whom, and whether enough members hold the message. Reasons are names of sentences.

A member's answer rests on five questions, asked for every body on the message: Do the words only set a time or greet?
Are there enough members to decide? Do the words ask for votes, carry views, or decide? Do they touch business at all?
Does the city's own policy speak? Nothing else decides; who holds which view never does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quorum_watch.model import PersonId
from quorum_watch.roster import Roster
from quorum_watch.rules.profile import Profile
from quorum_watch.selfcheck.draft import BodyCount, Draft
from quorum_watch.selfcheck.people import Present, Standing
from quorum_watch.selfcheck.words import Words
from quorum_watch.vocabulary import MERITS, SOCIAL, SOLICITING, Act, Channel, Scope, Verdict

#: Words that leave the merits alone.
_QUIET = frozenset({Act.SCHEDULE, Act.MINISTERIAL, Act.SOCIAL, Act.CAUTION})
#: Merits that belong to a person's own view.
_VIEWS = MERITS - SOLICITING - {Act.RELAY, Act.DECIDE}
_RANK = (Verdict.NO_CONCERN, Verdict.CHANGE, Verdict.STOP)


@dataclass(frozen=True, slots=True)
class Content:
    """What the message would do, in the terms the verdict needs."""

    routine: bool
    private: bool
    asks: bool
    carries: bool
    forwards: bool
    decides: bool
    views: bool
    signs: bool
    conceals: bool
    empty: bool
    reaction: bool
    business: Scope


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict before any doubt is weighed, and the names of what led to it."""

    verdict: Verdict
    reasons: frozenset[str]
    concerned: frozenset[PersonId]


def content_of(draft: Draft, words: Words, present: Present, members: frozenset[PersonId]) -> Content:
    """Sort the acts. Quoted views that go to somebody new are carried, whoever wrote the rest."""
    new = present.addressed - present.holding
    forwards = bool(words.quoted_acts & MERITS) and bool(draft.blocks) and bool(new & members)
    private = words.scope is Scope.NOT_BUSINESS and words.language == "en" and not forwards and not words.blank
    quiet = bool(words.acts) and words.acts <= _QUIET and not words.loose and not words.blank
    if draft.received and words.blank:  # the question decides what an answer may be about
        quiet = bool(words.quoted_acts) and words.quoted_acts <= _QUIET and not words.held_loose
    routine = not forwards and words.language == "en" and quiet
    conceals = Act.CONCEAL in words.acts
    reaction = draft.channel is Channel.SOCIAL_REACTION
    return Content(
        routine=(routine or private) and not conceals,
        private=private and not routine,
        asks=bool(words.acts & SOLICITING) and not private,
        carries=Act.RELAY in words.acts and not private,
        forwards=forwards,
        decides=Act.DECIDE in words.acts and not private,
        views=bool(words.acts & _VIEWS) and not private,
        signs=Act.SIGN in words.acts and not private,
        conceals=conceals,
        empty=words.blank and not reaction and not routine,
        reaction=reaction,
        business=words.scope,
    )


def judge(
    *,
    draft: Draft,
    content: Content,
    present: Present,
    standing: Standing,
    counts: Iterable[BodyCount],
    roster: Roster,
    profile: Profile,
    on: date,
) -> Judged:
    """The verdict over all bodies, and the city's policy: the most careful answer wins."""
    found: list[tuple[Verdict, str, frozenset[PersonId]]] = []
    members: set[PersonId] = set()
    for count in counts:
        others = frozenset(count.people) - {present.asking}
        members |= others
        inside = count.body in standing.member_of | standing.presides
        verdict, reason = _for_body(count, others, content, present, standing, inside=inside)
        if verdict is not Verdict.NO_CONCERN:
            found.append((verdict, reason, others))
    everyone = frozenset(members)
    if not everyone:
        found += _without_members(content, present, standing, roster, on)
    if content.conceals and everyone:
        found.append((Verdict.CHANGE, "conceals", everyone))
    found += _policy(draft, content, everyone, standing, profile, on)
    verdict = max((v for v, _, _ in found), key=_RANK.index, default=Verdict.NO_CONCERN)
    concerned = frozenset().union(*(people for _, _, people in found))
    return Judged(verdict, frozenset(reason for _, reason, _ in found), concerned)


def _for_body(
    count: BodyCount,
    others: frozenset[PersonId],
    content: Content,
    present: Present,
    standing: Standing,
    *,
    inside: bool,
) -> tuple[Verdict, str]:
    if content.routine or not others or content.reaction:
        return Verdict.NO_CONCERN, ""
    if content.carries or content.forwards:
        return Verdict.STOP, "carries" if content.carries else "forwards"
    if content.asks:
        return Verdict.STOP, "asks"
    if inside:
        if content.decides:
            return Verdict.STOP, "decides"
        if count.reached and not count.apart:
            return Verdict.STOP, "number"
        return Verdict.CHANGE, "signs" if content.signs else "view" if content.views else "facts"
    if count.reached and not count.apart and present.spoke & others and not (standing.staff and not content.views):
        return Verdict.STOP, "number"
    if standing.official and (content.views or content.signs or content.empty) and len(others) > 1:
        return Verdict.CHANGE, "view"
    return Verdict.NO_CONCERN, ""


def _without_members(
    content: Content, present: Present, standing: Standing, roster: Roster, on: date
) -> list[tuple[Verdict, str, frozenset[PersonId]]]:
    """No other member is on it: what is left is an errand, or a household."""
    if not standing.official or content.routine:
        return []
    if content.asks or content.carries:
        counsel = {p for p in present.people if roster.standing(p).value == "attorney"}
        if present.people - counsel:
            return [(Verdict.CHANGE, "errand", frozenset())]
    if content.views or content.forwards:
        for person in sorted(present.people):
            for other in roster.household(person):
                if other != present.asking and roster.bodies_of(other, on):
                    return [(Verdict.CHANGE, "household", frozenset({person}))]
    return []


def _policy(
    draft: Draft,
    content: Content,
    members: frozenset[PersonId],
    standing: Standing,
    profile: Profile,
    on: date,
) -> list[tuple[Verdict, str, frozenset[PersonId]]]:
    """What the city's own policy, and a state's rule on answering in public, say of social media."""
    if draft.channel not in SOCIAL or not members or not standing.official or content.routine:
        return []
    found: list[tuple[Verdict, str, frozenset[PersonId]]] = []
    practice = profile.practice(on)
    barred = practice.direct_reply.value == "prohibited"
    if barred and (not content.reaction or practice.reactions.value == "count"):
        found.append((Verdict.STOP, "direct_reply", members))
    if policy_speaks(draft.channel, profile, on):
        found.append((Verdict.CHANGE, "policy", members))
    return found


def policy_speaks(channel: Channel, profile: Profile, on: date) -> bool:
    """Whether the city's policy covers a channel."""
    covered = profile.optional("policy.channels", on)
    return covered is not None and channel.value in str(covered.value).replace(",", " ").split()
