"""From episodes to findings: facts, the rule that fired, the story it tells, and both sides of it.

Convening and walking quorum are asked separately of every episode. A finding says which rule decided its concern, the
numbers of the law for that body on that day, the steps with the exact words they rest on, the factors for and against,
and what could not be seen. It never says what anybody intended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from quorum_watch.assess.concern import Rule, decide
from quorum_watch.assess.factors import Scene, law_factors
from quorum_watch.assess.facts import Facts, facts_of
from quorum_watch.assess.gates import Episode, Known, episodes
from quorum_watch.assess.measure import Ground, Story, Windows, add_up, tell
from quorum_watch.assess.numbers import numbers_of
from quorum_watch.assess.pattern import name_pattern
from quorum_watch.assess.policy import policy_finding
from quorum_watch.assess.result import Assessed
from quorum_watch.assess.sight import Sight
from quorum_watch.assess.story import headline, members_of, story_of, to_step
from quorum_watch.assess.unseen import Collected, unseen
from quorum_watch.findings import fingerprint, name_all, rank
from quorum_watch.model import Finding, Interaction, Reached, Reading, Threshold
from quorum_watch.rules import Practice
from quorum_watch.vocabulary import Concern, Confidence, Test, TimePrecision

_TESTS = (Test.CONVENING, Test.WALKING_QUORUM)
#: Measures that count people whom nothing in the record ties together: they reach no number of the law.
_UNTIED = frozenset({"union", "briefed", "asked", "signed"})
#: Answers of a profile by which written messages count only when exchanged in real time.
_REAL_TIME = frozenset({"contemporaneous", "real_time"})


def assess(
    interactions: Sequence[Interaction], readings: Sequence[Reading], known: Known, collected: Collected
) -> tuple[Assessed, ...]:
    """Every finding, ranked; each with what is needed to ask "what if" of it."""
    found: list[Assessed] = []
    for episode in episodes(interactions, readings, known):
        found += _assess_episode(episode, known, collected)
    kept = _merge(found)
    by_seed = {a.finding.seed: a for a in kept}
    named = name_all(rank(a.finding for a in kept))
    return tuple(replace(by_seed[f.seed], finding=f) for f in named)


def windows_of(known: Known, day: date) -> tuple[Windows, dict[str, timedelta]]:
    """The time settings of the profile (or the workspace) for a day."""
    ask = known.duration
    windows = Windows(
        conversation=ask("detection.answer_window", day),
        answer=ask("detection.answer_window", day),
        sitting=ask("detection.window", day),
        episode=ask("detection.episode_gap", day),
    )
    if Practice(known.profile, known.law_day(day)).synchrony.value in _REAL_TIME:
        windows = replace(windows, conversation=ask("conversation.burst_gap", day))
    return windows, {"series": ask("detection.window", day), "agreement": ask("detection.agreement_window", day)}


def thresholds_of(episode: Episode, known: Known, day: date) -> tuple[Threshold, ...]:
    """The numbers of the law for the body of the episode on a day."""
    return known.thresholds(episode.body.body_id, episode.vote_rule, day)


def _assess_episode(episode: Episode, known: Known, collected: Collected) -> list[Assessed]:
    day = episode.last_day
    windows, spans = windows_of(known, day)
    if episode.matter is None:
        spans["agreement"] = spans["series"]
    roles = {p.person_id: p.standing.value for p in known.roster.people}
    law_day = known.law_day(day)
    practice = Practice(known.profile, law_day)
    ground = Ground(windows, roles, practice.reactions.value == "count")
    thresholds = thresholds_of(episode, known, day)
    numbers = numbers_of(known.profile, thresholds, proposal_known=episode.vote_rule is not None)
    ground = replace(ground, number=numbers.controlling)
    least = known.profile.number("minimum_members", law_day)
    facts = facts_of(episode, ground, numbers, practice, least, known.profile.number("watch_margin", law_day), spans)
    found = []
    for test in _TESTS if numbers.deciding else ():  # a body outside the law (bargaining) has no numbers
        rule = decide(test, facts.values)
        if rule is not None:
            found.append(_finding(episode, test, rule, facts, ground, thresholds, known, collected))
    law = [a for a in found if a.finding.concern is not Concern.NOTE]
    # Two notes about the same small contacts would say one thing twice.
    shown = law or found[:1]
    policy = policy_finding(episode, ground, known, collected)
    return [*shown, *([policy] if policy is not None else [])]


def _finding(
    episode: Episode,
    test: Test,
    rule: Rule,
    facts: Facts,
    ground: Ground,
    thresholds: Sequence[Threshold],
    known: Known,
    collected: Collected,
) -> Assessed:
    lo, hi = facts.slices[rule.measure]
    sights = episode.sights[lo:hi]
    v = facts.values
    number = v["deciding"] if test is Test.CONVENING else v["controlling"]
    if "social_deciding" in {name for line in rule.when for name in line.names}:
        number = v["social_deciding"]
    if "if_special" in {name for line in rule.when for name in line.names} and v["if_special"]:
        number = v["if_special"]
    story = tell(rule.measure, sights, ground, number)
    kept = [sights[n] for n in story.events]
    at = [s.event.interaction.at for s in kept]
    reached = tuple(_reached(t, story, rule.measure, at) for t in thresholds)
    members = members_of(kept, story.people)
    names = {p.person_id: p.name for p in known.roster.people}
    body = episode.body
    scene = Scene(
        test=test,
        sights=tuple(sights),
        story=story,
        members=members,
        thresholds=reached,
        facts=v,
        ground=ground,
        profile=known.profile,
        names=names,
        matter_title=episode.matter.title if episode.matter and not _closed(episode, kept[0].day) else "",
        vote_on=episode.matter.vote_on if episode.matter else None,
        noticed=episode.noticed,
        routine=episode.routine,
        members_elect=_awaiting(episode, known, kept),
        in_office=known.roster.in_office(body.body_id, episode.last_day),
        proposal_known=episode.vote_rule is not None,
        elsewhere=len(episode.elsewhere & {s.id for s in kept}),
    )
    factors = law_factors(scene)
    steps = tuple(to_step(n, s, story, known) for n, s in enumerate(kept, start=1))
    used = [r.threshold.rule for r in reached] + sorted({*rule.basis})
    total = add_up(sights, ground)
    finding = Finding(
        id="",
        seed=fingerprint(body.body_id, test, episode.subject.key, kept[0].id),
        full=fingerprint(body.body_id, test, episode.subject.key, *(s.id for s in kept)),
        test=test,
        pattern=name_pattern(test, rule, kept, total, story, elsewhere=bool(scene.elsewhere)),
        concern=rule.concern,
        confidence=confidence_of(kept, collected),
        body=body.body_id,
        subject=episode.subject,
        members=members,
        non_members=_non_members(kept, known),
        thresholds=reached,
        reach=len(story.people),
        first=at[0],
        last=at[-1],
        steps=steps,
        pivotal=story.pivotal,
        factors=factors,
        unseen=unseen(kept, body, known, collected, episode.last_day),
        story=story_of(test, episode, story, reached, steps, known, facts.numbers, total.carriers),
        headline=headline(episode, len(story.people), scene.in_office, at[0], at[-1], known.zone),
        why_this_concern=rule.because,
        unverified=known.profile.unverified(dict.fromkeys(used)),
    )
    return Assessed(finding, episode, story, rule.measure, number, v, ground, tuple(sights))


def _reached(threshold: Threshold, story: Story, measure: str, at: Sequence[datetime]) -> Reached:
    k = story.crossing(threshold.value) if measure not in _UNTIED else None
    return Reached(threshold, k is not None, at[k] if k is not None else None)


def _closed(episode: Episode, first: date) -> bool:
    """Whether the matter was done with before the first contact: it is then no business before the body."""
    closed = episode.matter.closed if episode.matter else None
    return closed is not None and closed < first


def _awaiting(episode: Episode, known: Known, kept: Iterable[Sight]) -> int:
    people: set[str] = set()
    for s in kept:
        waiting = {seat.person for seat in known.roster.awaiting(episode.body.body_id, s.day)}
        i = s.event.interaction
        people |= waiting & {i.sender, *(c.person for c in i.contacts)}
    return len(people)


def _non_members(kept: Sequence[Sight], known: Known) -> tuple[str, ...]:  # noqa: ARG001
    people: set[str] = set()
    for s in kept:
        i = s.event.interaction
        people |= {c.person for c in i.contacts if c.person is not None} | ({i.sender} if i.sender else set())
        people -= s.members
    return tuple(sorted(people))


def confidence_of(kept: Sequence[Sight], collected: Collected) -> Confidence:  # noqa: ARG001
    """How sure the facts are: times, words and people. Open questions of law do not lower it.

    ``low`` where most steps rest on words open to another reading, or a sender is unknown; ``high`` where every time is
    exact, every account known, and every word in the record; ``medium`` otherwise (hand coding, days without hours).
    """
    # A step is weak where every word it rests on is open to another reading; one such step does not taint the others.
    steps = [[a.confidence for a in s.event.reading.acts] for s in kept]
    weak = 2 * sum(bool(c) and set(c) == {Confidence.LOW} for c in steps) > len(kept)
    strangers = any(s.sender.startswith("?") for s in kept)
    if strangers or (weak and not any(s.event.reading.by_hand for s in kept)):
        return Confidence.LOW
    exact = all(s.event.interaction.precision is TimePrecision.EXACT for s in kept)
    worded = all(s.event.interaction.text.strip() for s in kept)
    known_all = all(c.person is not None for s in kept for c in s.event.interaction.contacts)
    by_hand = any(s.event.reading.by_hand for s in kept)
    return Confidence.HIGH if exact and worded and known_all and not by_hand else Confidence.MEDIUM


def _merge(found: Sequence[Assessed]) -> list[Assessed]:
    """One story told under two topics is one finding: the same body, test and steps keep the topics of both."""
    kept: dict[tuple[str, str, tuple[str, ...]], Assessed] = {}
    for a in found:
        f = a.finding
        key = (f.body, f.test.value, tuple(s.interaction for s in f.steps))
        before = kept.get(key)
        if before is None:
            kept[key] = a
            continue
        best, other = sorted(
            (before, a), key=lambda x: (-x.finding.concern.rank, x.finding.subject.matter is None, x.finding.seed)
        )
        topics = tuple(sorted({*best.finding.subject.topics, *other.finding.subject.topics}))
        subject = replace(best.finding.subject, topics=topics)
        kept[key] = replace(best, finding=replace(best.finding, subject=subject))
    stories = _one_of_each_seed(kept.values())
    return [a for a in stories if not _told_by_another(a, stories)]


def _one_of_each_seed(found: Iterable[Assessed]) -> list[Assessed]:
    """One story for each first step: where members came or went, the graver, then the larger, then the later."""
    best: dict[str, Assessed] = {}
    for a in found:
        before = best.get(a.finding.seed)
        if before is None or _weight(a) > _weight(before):
            best[a.finding.seed] = a
    return list(best.values())


def _weight(a: Assessed) -> tuple[int, int, datetime]:
    return a.finding.concern.rank, a.finding.reach, a.finding.last


def _told_by_another(a: Assessed, stories: Sequence[Assessed]) -> bool:
    """A smaller story wholly inside a larger one of the same body and test, of no higher concern."""
    mine = {s.interaction for s in a.finding.steps}
    for b in stories:
        if b is a or (b.finding.body, b.finding.test) != (a.finding.body, a.finding.test):
            continue
        theirs = {s.interaction for s in b.finding.steps}
        if mine < theirs and a.finding.concern.rank <= b.finding.concern.rank:
            return True
    return False


__all__ = ["assess", "confidence_of", "thresholds_of", "windows_of"]
