"""A finding in words and steps: short, neutral, about contacts and numbers, never about anybody's intent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quorum_watch.assess.measure import Story
from quorum_watch.assess.sight import Sight
from quorum_watch.model import ActSpan, Evidence, Members, PersonId, Reached, Step, TopicSpan
from quorum_watch.vocabulary import Polarity, Role, Test
from quorum_watch.wording import say

if TYPE_CHECKING:
    from quorum_watch.assess.gates import Episode, Known
    from quorum_watch.assess.numbers import Numbers

_CONTEXT = 24  # code points of text kept on each side of a quote, enough to re-find it


def members_of(kept: Sequence[Sight], people: frozenset[PersonId]) -> Members:
    """Who wrote or spoke, who received or was present, who could have seen: each member once, the first that holds."""
    spoke = {s.member_sender for s in kept if s.member_sender and s.merits}
    received: set[PersonId] = set()
    seen: set[PersonId] = set()
    for s in kept:
        direct = {
            c.person for c in s.event.interaction.contacts if c.role is not Role.GROUP_MEMBER and c.person is not None
        }
        for person in s.members:
            if person in spoke:
                continue
            (received if (person in direct or person == s.member_sender) and not s.reaction else seen).add(person)
    received |= people - spoke
    return Members(_sorted(spoke), _sorted(received - spoke), _sorted(seen - received - spoke))


def _sorted(people: set[PersonId] | set[PersonId | None]) -> tuple[PersonId, ...]:
    return tuple(sorted(p for p in people if p is not None))


def to_step(n: int, sight: Sight, story: Story, known: Known) -> Step:
    """One contact as a step, with the exact words it rests on."""
    i = sight.event.interaction
    reading = sight.event.reading
    to = tuple(sorted({c.person or f"?{c.address or c.raw}" for c in i.contacts}))
    spans: list[ActSpan | TopicSpan] = [*reading.acts, *(t for t in reading.topics if not t.inherited)]
    evidence = tuple(_once(_evidence(sight, span) for span in spans if span.end > span.start))
    label = known.roster.name(i.sender) if i.sender else i.sender_address or i.sender_raw
    return Step(
        n=n,
        at=i.at,
        interaction=i.id,
        sender=i.sender,
        to=tuple(p for p in to if not p.startswith("?")),
        channel=i.channel,
        reached_after=story.reached_after[n - 1],
        evidence=evidence,
        precision=i.precision,
        sender_label=label,
        source=i.source,
    )


def _once(found: Iterable[Evidence]) -> Iterator[Evidence]:
    """The same words saying the same of the same person once: nested quotes repeat them."""
    seen: set[tuple[object, ...]] = set()
    for e in found:
        key = (e.says, e.exact, e.polarity, e.attributed_to)
        if key not in seen:
            seen.add(key)
            yield e


def _evidence(sight: Sight, span: ActSpan | TopicSpan) -> Evidence:
    i = sight.event.interaction
    text = i.subject if span.field == "subject" else i.text
    acts = isinstance(span, ActSpan)
    return Evidence(
        interaction=i.id,
        start=span.start,
        end=span.end,
        exact=span.exact,
        says=span.act.value if isinstance(span, ActSpan) else span.topic,
        polarity=span.polarity if isinstance(span, ActSpan) else Polarity.NONE,
        by_hand=sight.event.reading.by_hand,
        attributed_to=span.attributed_to if isinstance(span, ActSpan) else None,
        prefix=text[max(0, span.start - _CONTEXT) : span.start] if acts else "",
        suffix=text[span.end : span.end + _CONTEXT] if acts else "",
        field=span.field,
    )


def day_in_words(day: date) -> str:
    """A calendar day as a reader says it.

    >>> day_in_words(date(2026, 10, 5))
    '5 October 2026'
    """
    return f"{day.day} {day:%B %Y}"


def headline(episode: Episode, reach: int, in_office: int, first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """``Contact among 5 of 12 members of the Common Council about the 2027 budget amendment, 20 October 2026``."""
    a, b = first.astimezone(zone).date(), last.astimezone(zone).date()
    when = day_in_words(a) if a == b else f"{day_in_words(a)} to {day_in_words(b)}"
    values = {
        "reach": reach,
        "of": in_office,
        "body": episode.body.name,
        "subject": episode.subject.label,
        "when": when,
    }
    return say("headline.contact", values)


def story_of(
    test: Test,
    episode: Episode,
    story: Story,
    thresholds: Sequence[Reached],
    steps: Sequence[Step],
    known: Known,
    numbers: Numbers,
    carriers: Sequence[PersonId],
) -> tuple[str, ...]:
    """The finding as a few sentences."""
    zone = known.zone
    in_office = known.roster.in_office(episode.body.body_id, episode.last_day)
    values: dict[str, object] = {
        "reach": len(story.people),
        "of": in_office,
        "body": episode.body.name,
        "subject": episode.subject.label,
        "steps": say("count.messages", {"n": len(steps)}),
        "first": _moment(steps[0].at, zone),
        "last": _moment(steps[-1].at, zone),
    }
    lines = [say(f"story.{test}", values)]
    lines += _numbers_in_words(story, thresholds, zone, numbers)
    if test is not Test.POLICY:
        if carriers:
            who = ", ".join(known.roster.name(p) if not p.startswith("?") else p[1:] for p in carriers)
            lines.append(say("story.carried", {"who": who}))
        if story.pivotal and len(steps) > 1:
            number = min((r.threshold.value for r in thresholds if r.reached and not r.threshold.inference), default=0)
            listed = ", ".join(str(n) for n in story.pivotal)
            if number:
                lines.append(say("story.pivotal", {"steps": listed, "number": number}))
    lines.append(say("story.screen"))
    return tuple(lines)


def _numbers_in_words(story: Story, thresholds: Sequence[Reached], zone: ZoneInfo, numbers: Numbers) -> list[str]:
    settled = [r for r in thresholds if not r.threshold.inference]
    reached = [r for r in settled if r.reached and r.crossed_at is not None]
    sure = [r for r in reached if numbers.deciding and r.threshold.value >= numbers.deciding]
    lines = []
    for r in sorted(sure, key=lambda r: (r.threshold.value, r.threshold.name))[:1]:
        what = say(f"threshold.{r.threshold.name}")
        lines.append(
            say("story.crossed", {"at": _moment(r.crossed_at, zone), "value": r.threshold.value, "what": what})
        )
    if not sure and settled:
        nearest = min(
            (r.threshold for r in settled if r.threshold.value >= numbers.deciding), key=lambda t: (t.value, t.rule)
        )
        short = nearest.value - len(story.people)
        if short > 0:
            what = say(f"threshold.{nearest.name}")
            lines.append(say("story.not_crossed", {"value": nearest.value, "what": what, "short": short}))
    special = numbers.special
    if special is not None and len(story.people) >= special.value and not sure:
        rule = say(f"vote_rule.{special.vote_rule}")
        values = {"value": special.value, "what": say(f"threshold.{special.name}"), "rule": rule}
        lines.append(say("story.if_special", values))
    return lines


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    assert at is not None
    local = at.astimezone(zone)
    return f"{day_in_words(local.date())}, {local:%H:%M}"
