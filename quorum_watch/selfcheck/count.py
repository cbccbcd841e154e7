"""The arithmetic: for each body, which of its members hold this message, of how many, and the numbers of the law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from quorum_watch.assess.numbers import WATCHED, numbers_of
from quorum_watch.model import PersonId, Threshold
from quorum_watch.roster import Roster
from quorum_watch.rules.practice import effect
from quorum_watch.rules.profile import Profile
from quorum_watch.selfcheck.draft import BodyCount
from quorum_watch.selfcheck.words import Words, speaks_of_other_work
from quorum_watch.vocabulary import SOCIAL, BodyKind, Channel, VoteRule
from quorum_watch.wording import say

#: Kinds of body with one field of work; those that govern a whole city or county have no other's work.
_LIMITED = frozenset({BodyKind.COMMITTEE, BodyKind.COMMISSION, BodyKind.BOARD, BodyKind.PLAN_COMMISSION})


def count_bodies(
    *,
    asking: PersonId,
    people: frozenset[PersonId],
    own_mail: frozenset[PersonId],
    roster: Roster,
    profile: Profile,
    on: date,
    channel: Channel,
    vote_rule: VoteRule | None,
    words: Words,
) -> tuple[BodyCount, ...]:
    """One count for each body that has somebody besides the person who asks on the message, largest share first.

    ``people`` are those on the message, ``own_mail`` those the person's own mailbox adds. A body outside the law (one
    that bargains) has no numbers and is left out.
    """
    found = []
    everyone = people | own_mail
    for body in sorted(roster.bodies, key=lambda b: b.body_id):
        seats = frozenset(s.person for s in roster.members(body.body_id, on))
        awaiting = frozenset(s.person for s in roster.awaiting(body.body_id, on))
        others = everyone & seats
        elect = (everyone | {asking}) & awaiting - seats
        if not others and not (elect - {asking}):
            continue
        thresholds = profile.thresholds(roster.body_facts(body.body_id, on), vote_rule, on)
        if not thresholds:
            continue
        numbers = numbers_of(profile, thresholds, proposal_known=vote_rule is not None)
        ordinary = numbers.social if channel in SOCIAL else numbers.deciding
        deciding = ordinary = max(ordinary, profile.number("minimum_members", on))
        special = numbers.special
        named = _named(profile, thresholds, body.kind.value, words.proposals, on) if vote_rule is None else None
        if named is not None and named.value < deciding:
            deciding, special = named.value, named
        held = others | ({asking} & seats)
        count = BodyCount(
            body=body.body_id,
            name=body.name,
            people=tuple(sorted(held)),
            includes_asker=asking in seats,
            of=len(seats),
            deciding=deciding,
            reached=len(held) >= deciding,
            special=special,
            numbers=thresholds,
            awaiting=tuple(sorted(elect)),
            apart=body.kind in _LIMITED and speaks_of_other_work(words.topics, body.name),
            from_own_mail=tuple(sorted((own_mail - people) & seats)),
        )
        found.append(replace(count, sentence=_sentence(count, ordinary)))
    return tuple(sorted(found, key=lambda b: (not b.reached, not b.includes_asker, -len(b.people), b.body)))


def shown(counts: Iterable[BodyCount], profile: Profile, on: date) -> tuple[BodyCount, ...]:
    """The counts worth a line: where as many members meet on the message as it takes for there to be a meeting."""
    least = profile.number("minimum_members", on)
    return tuple(b for b in counts if len(b.people) + len(b.awaiting) >= least)


def counting(profile: Profile, thresholds: Iterable[Threshold]) -> tuple[Threshold, ...]:
    """The numbers that count, without those the profile only watches."""
    return tuple(t for t in thresholds if effect(profile, t) != WATCHED)


def _named(
    profile: Profile, thresholds: tuple[Threshold, ...], kind: str, proposals: Iterable[str], on: date
) -> Threshold | None:
    """The lowest number of a special vote that the words name and this kind of body takes."""
    rules = set()
    for name in proposals:
        rule = profile.optional(f"proposal.{name}", on)
        if rule is not None and kind in rule.value.bodies:
            rules.add(profile.parameter(rule.name, on).value.rule)
    fitting = [t for t in counting(profile, thresholds) if t.vote_rule in rules]
    return min(fitting, key=lambda t: (t.value, t.rule), default=None)


def _sentence(count: BodyCount, ordinary: int) -> str:
    """The arithmetic in words; a lower number of a special vote is told as one, whether the words name it or not."""
    values = {"n": len(count.people), "of": count.of, "body": count.name, "deciding": ordinary}
    text = say("check.count.with_you" if count.includes_asker else "check.count.others", values)
    if count.special is not None and count.special.value < ordinary:
        text = f"{text} {_special(count, 'named' if count.deciding < ordinary else 'special')}"
    if count.from_own_mail:
        text = f"{text} {say('check.count.own_mail', {'n': len(count.from_own_mail)})}"
    if count.awaiting:
        text = f"{text} {say('check.count.awaiting', {'n': len(count.awaiting)})}"
    return text


def _special(count: BodyCount, key: str) -> str:
    assert count.special is not None
    rule = say(f"vote_rule.{count.special.vote_rule}") if count.special.vote_rule else ""
    return say(f"check.count.{key}", {"rule": rule, "value": count.special.value})
