"""The local-policy layer: the city's own rule on contact among members. No law finding, never above ``note``."""

from __future__ import annotations

from quorum_watch.assess.gates import Episode, Known
from quorum_watch.assess.measure import Ground, Story
from quorum_watch.assess.result import Assessed
from quorum_watch.assess.story import headline, members_of, story_of, to_step
from quorum_watch.assess.unseen import Collected, unseen
from quorum_watch.findings import fingerprint
from quorum_watch.model import Factor, Finding
from quorum_watch.vocabulary import Concern, Confidence, FactorKind, Pattern, Test, Weighs
from quorum_watch.wording import say


def policy_finding(episode: Episode, ground: Ground, known: Known, collected: Collected) -> Assessed | None:
    """A note where the city's policy speaks to these contacts, or ``None`` where the city has no such policy.

    The overlay says which channels it covers (``policy.channels``); one note covers one episode.
    """
    from quorum_watch.assess.numbers import Numbers

    day = episode.last_day
    rules = known.profile.factors(FactorKind.POLICY)
    channels = known.profile.optional("policy.channels", day)
    if not rules or channels is None:
        return None
    covered = set(str(channels.value).replace(",", " ").split())
    sights = tuple(
        s
        for s in episode.sights
        if s.business and not s.reaction and s.member_sender and len(s.members) >= 2
        and s.event.interaction.channel.value in covered
    )  # fmt: skip
    if not sights:
        return None
    people = frozenset().union(*(s.members for s in sights))
    running: list[int] = []
    seen: set[str] = set()
    for s in sights:
        seen |= s.members
        running.append(len(seen))
    story = Story(people, tuple(range(len(sights))), tuple(running), ())
    in_office = known.roster.in_office(episode.body.body_id, day)
    first, last = sights[0].event.interaction.at, sights[-1].event.interaction.at
    steps = tuple(to_step(n, s, story, known) for n, s in enumerate(sights, start=1))
    evidence = tuple(s.id for s in sights)
    factors = [
        Factor("policy_contact", Weighs.FOR, say("factor.policy_contact"), FactorKind.POLICY,
               known.profile.citation("policy_interaction"), evidence),
        Factor("private_speech", Weighs.AGAINST, say("factor.private_speech"), FactorKind.POLICY,
               known.profile.citation("policy_private_speech"), ()),
    ]  # fmt: skip
    body, key = episode.body, episode.subject.key
    finding = Finding(
        id="",
        seed=fingerprint(body.body_id, Test.POLICY, key, sights[0].id),
        full=fingerprint(body.body_id, Test.POLICY, key, *(s.id for s in sights)),
        test=Test.POLICY,
        pattern=Pattern.PUBLIC_THREAD if all(s.public for s in sights) else Pattern.CONVERSATION,
        concern=Concern.NOTE,
        confidence=Confidence.MEDIUM,
        body=body.body_id,
        subject=episode.subject,
        members=members_of(sights, people),
        non_members=(),
        thresholds=(),
        reach=len(people),
        first=first,
        last=last,
        steps=steps,
        pivotal=(),
        factors=tuple(factors),
        unseen=unseen(sights, body, known, collected, day),
        story=story_of(Test.POLICY, episode, story, (), steps, known, Numbers(0, 0, 0, None), ()),
        headline=headline(episode, len(people), in_office, first, last, known.zone),
        why_this_concern=say("test_explained.policy"),
        unverified=(),
    )
    return Assessed(finding, episode, story, "policy", 0, {}, ground, sights)
