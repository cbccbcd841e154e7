"""Factors for, against and not known: each one fact, one citation, and the contacts it rests on.

Nothing here adds up. A factor exists when its fact exists in the record; an open question is printed as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from quorum_watch.assess.exchanges import gatherings
from quorum_watch.assess.measure import Ground, Story, add_up, largest_exchange
from quorum_watch.assess.sight import Sight
from quorum_watch.model import Factor, Members, PersonId, Reached
from quorum_watch.rules.profile import Profile
from quorum_watch.vocabulary import Act, Confidence, FactorKind, Test, ThresholdName, TimePrecision, Weighs
from quorum_watch.wording import say


@dataclass(frozen=True)
class Scene:
    """Everything the factors of one finding are drawn from."""

    test: Test
    sights: tuple[Sight, ...]
    story: Story
    members: Members
    thresholds: tuple[Reached, ...]
    facts: Mapping[str, int]
    ground: Ground
    profile: Profile
    names: Mapping[PersonId, str]
    matter_title: str
    vote_on: date | None
    noticed: int
    routine: int
    members_elect: int
    in_office: int
    proposal_known: bool
    elsewhere: int


class _Collector:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.factors: list[Factor] = []

    def add(
        self, name: str, weighs: Weighs, key: str, values: Mapping[str, object], events: Sequence[Sight] = ()
    ) -> None:
        citation = self.scene.profile.citation(key)
        evidence = tuple(dict.fromkeys(s.id for s in events))
        because = say(f"factor.{name}", values)
        self.factors.append(Factor(name, weighs, because, FactorKind.LAW, citation, evidence))


def law_factors(scene: Scene) -> tuple[Factor, ...]:
    """Every law factor of a finding, for first, then against, then unknown."""
    c = _Collector(scene)
    _numbers(c)
    _conversation(c)
    if scene.test is Test.WALKING_QUORUM:
        _agreement(c)
    _purpose(c)
    _against(c)
    _unknown(c)
    order = (Weighs.FOR, Weighs.AGAINST, Weighs.UNKNOWN)
    return tuple(sorted(c.factors, key=lambda f: order.index(f.weighs)))


def _kept(scene: Scene) -> list[Sight]:
    return [scene.sights[n] for n in scene.story.events]


def _numbers(c: _Collector) -> None:
    scene, m = c.scene, c.scene.members
    counts = {"spoke": len(m.spoke), "received": len(m.received), "seen": len(m.could_have_seen)}
    c.add("participants", Weighs.FOR, "E1", counts, _kept(scene))
    keys = {ThresholdName.HALF: "N2", ThresholdName.QUORUM: "N3"}
    seen: set[tuple[str, int]] = set()
    for r in scene.thresholds:
        t = r.threshold
        if not r.reached or t.inference or (t.name, t.value) in seen:
            continue
        seen.add((t.name, t.value))
        rule = f" under {say(f'vote_rule.{t.vote_rule}')}" if t.vote_rule else ""
        values = {"value": t.value, "of": t.of, "what": say(f"threshold.{t.name}"), "rule": rule}
        c.add("number_reached", Weighs.FOR, keys.get(t.name, "N1"), values)


def _conversation(c: _Collector) -> None:
    scene, kept = c.scene, _kept(c.scene)
    c.add("communications", Weighs.FOR, "E2", {"n": len(kept)}, kept)
    times = sorted(s.event.interaction.at for s in kept)
    if len(times) > 1:
        gaps = [b - a for a, b in pairwise(times)]
        middle = timedelta(seconds=median(g.total_seconds() for g in gaps))
        close = middle <= scene.ground.windows.conversation
        values = {"span": spell(times[-1] - times[0]), "gap": spell(middle)}
        name, weighs = ("time_frame", Weighs.FOR) if close else ("spread_out", Weighs.AGAINST)
        c.add(name, weighs, "E3", values, kept)
    exchange = largest_exchange(scene.sights, scene.ground)
    if exchange and exchange.answered:
        c.add(
            "conversation_like",
            Weighs.FOR,
            "E4",
            {"n": len(exchange.spoke)},
            [scene.sights[n] for n in exchange.events],
        )
    if scene.facts["opinion_enough"] and scene.facts["told"] >= scene.facts["deciding"]:
        c.add("opinion_reached", Weighs.FOR, "unilateral_opinion", {"n": scene.facts["told"]})
    if scene.facts["reply_barred"] and scene.facts["public_engaged"] > 1:
        c.add("public_reply", Weighs.FOR, "social.direct_reply", {"n": scene.facts["public_engaged"]})
    best = max((len(g.present) for g in gatherings(kept)), default=0)
    if best:
        c.add("one_sitting", Weighs.FOR, "C1", {"n": best}, [s for s in kept if s.synchronous])


def _agreement(c: _Collector) -> None:
    scene = c.scene
    total = add_up(scene.sights, scene.ground)
    at = scene.sights.__getitem__
    agreed = total.agreement
    spots = [at(n) for n in agreed.events]
    if len(scene.story.events) > 1:
        c.add("relay_structure", Weighs.FOR, "W1", {}, _kept(scene))
    if agreed.explicit:
        c.add("explicit_agreement", Weighs.FOR, "W3", {"n": len(agreed.explicit)}, spots)
    if agreed.reported:
        c.add("reported_agreement", Weighs.FOR, "W2", {"n": len(agreed.reported)}, spots)
    if agreed.tacit:
        c.add("tacit_agreement", Weighs.FOR, "W4", {"n": len(agreed.tacit)}, spots)
    if total.carriers:
        who = ", ".join(scene.names.get(p, "somebody not in the roster") for p in total.carriers)
        c.add("intermediary_relays", Weighs.FOR, "W2", {"who": who}, [at(n) for n in total.relays])
    elif total.relays:
        c.add("member_relays", Weighs.FOR, "W2", {}, [at(n) for n in total.relays])
    if total.asking and len(total.asking.asked) > 1:
        c.add("solicitation", Weighs.FOR, "W5", {"n": len(total.asking.asked)}, [at(n) for n in total.asking.events])
    if total.voted:
        c.add("decision_by_message", Weighs.FOR, "W7", {"n": len(total.voted)}, [at(n) for n in total.voting_events])
    groups = [g for g in gatherings(scene.sights) if len(g.present) < scene.facts["controlling"]]
    if len(groups) > 1 and len(frozenset().union(*(g.present for g in groups))) >= scene.facts["controlling"]:
        c.add("headcount", Weighs.FOR, "W1", {}, [at(g.event) for g in groups])
    hidden = [s for s in scene.sights if Act.CONCEAL in s.acts]
    if hidden:
        c.add("concealment", Weighs.FOR, "W9", {}, hidden)
    if scene.facts["series_enough"]:
        c.add("series_without_agreement", Weighs.FOR, "serial.element", {})
    elif scene.facts["positions"] < scene.facts["controlling"]:
        c.add("no_agreement_words", Weighs.AGAINST, "W6", {})
    left_out = scene.in_office - len(frozenset().union(*(s.members for s in scene.sights)))
    if left_out and scene.facts["positions"] >= scene.facts["controlling"]:
        c.add("excluded_member", Weighs.FOR, "W1", {"n": left_out, "of": scene.in_office})


def _purpose(c: _Collector) -> None:
    scene = c.scene
    if scene.matter_title:
        c.add("pending_business", Weighs.FOR, "P1", {"matter": scene.matter_title})
        last = scene.sights[-1].day
        if scene.vote_on and scene.vote_on >= last:
            days = (scene.vote_on - last).days
            c.add("vote_close", Weighs.FOR, "P2", {"date": scene.vote_on.isoformat(), "days": days})
    else:
        c.add("no_action_proposed", Weighs.AGAINST, "P2", {})
    if scene.elsewhere:
        c.add("attendance_elsewhere", Weighs.FOR, "N4", {}, [s for s in _kept(scene) if s.synchronous])


def _against(c: _Collector) -> None:
    scene = c.scene
    open_numbers = [r.threshold for r in scene.thresholds if not r.threshold.inference]
    if open_numbers and not any(r.reached for r in scene.thresholds if not r.threshold.inference):
        nearest = min(open_numbers, key=lambda t: (t.value, t.rule))
        short = nearest.value - len(scene.story.people)
        c.add("below_numbers", Weighs.AGAINST, "N1", {"short": short, "value": nearest.value, "of": nearest.of})
    if scene.routine:
        c.add("routine_left_out", Weighs.AGAINST, "P3", {"n": scene.routine})
    if scene.noticed:
        c.add("noticed_left_out", Weighs.AGAINST, "C5", {"n": scene.noticed})
    kept = _kept(scene)
    if scene.test is Test.CONVENING:
        together = [s for s in kept if s.synchronous]
        if together and not any(s.member_sender and s.merits for s in together):
            c.add("listened_only", Weighs.AGAINST, "C6", {}, together)
        exchange = largest_exchange(scene.sights, scene.ground)
        if exchange and len(exchange.spoke) < len(exchange.engaged):
            values = {"engaged": len(exchange.engaged), "spoke": len(exchange.spoke)}
            c.add("few_spoke", Weighs.AGAINST, "E4", values)
    if any(s.public for s in kept):
        c.add("public_visible", Weighs.AGAINST, "C2", {}, [s for s in kept if s.public])
    sides = {a.polarity for s in scene.sights for a in s.event.reading.acts if a.act in (Act.COMMIT, Act.RELAY)}
    if {"for", "against"} <= {p.value for p in sides}:
        c.add("directions_differ", Weighs.AGAINST, "W3", {})
    careful = [s for s in scene.sights if Act.CAUTION in s.acts]
    if careful:
        c.add("caution_urged", Weighs.AGAINST, "P3", {}, careful)


def _unknown(c: _Collector) -> None:
    scene, kept = c.scene, _kept(c.scene)
    if not scene.proposal_known:
        c.add("proposal_unknown", Weighs.UNKNOWN, "N1", {})
    unsettled = next((r.threshold for r in scene.thresholds if r.threshold.unsettled), None)
    if unsettled is not None:
        what = "; ".join(label for label, _ in unsettled.alternatives) or say(f"threshold.{unsettled.name}")
        c.add("unsettled_number", Weighs.UNKNOWN, "N2", {"what": what})
    if not scene.facts["realm_known"]:
        c.add("realm_unknown", Weighs.UNKNOWN, "P1", {})
    strangers = {x.address or x.raw for s in kept for x in s.event.interaction.contacts if x.person is None}
    strangers |= {s.sender for s in kept if s.sender.startswith("?")}
    if strangers:
        c.add("unknown_accounts", Weighs.UNKNOWN, "D2", {"n": len(strangers)})
    if any(s.event.interaction.precision is not TimePrecision.EXACT for s in kept):
        c.add("order_doubt", Weighs.UNKNOWN, "D1", {})
    by_hand = [s for s in kept if s.event.reading.by_hand]
    if by_hand:
        c.add("coded_by_hand", Weighs.UNKNOWN, "D1", {"n": len(by_hand)}, by_hand)
    reactions = [s for s in scene.sights if s.reaction]
    if reactions:
        c.add("reactions_unsettled", Weighs.UNKNOWN, "C3", {"n": len(reactions)}, reactions)
    if scene.members_elect:
        c.add("members_elect", Weighs.UNKNOWN, "N1", {"n": scene.members_elect})
    weak = [s for s in kept if any(a.confidence is Confidence.LOW for a in s.event.reading.acts)]
    if weak:
        c.add("low_confidence_words", Weighs.UNKNOWN, "D1", {}, weak)
    wordless = [s for s in kept if s.synchronous and not s.event.interaction.text.strip()]
    if wordless:
        c.add("content_unknown", Weighs.UNKNOWN, "D1", {"n": len(wordless)}, wordless)


def spell(span: timedelta) -> str:
    """A time span in words, at the precision a reader needs.

    >>> spell(timedelta(minutes=40)), spell(timedelta(hours=5)), spell(timedelta(days=3))
    ('40 minutes', '5 hours', '3 days')
    """
    minutes = round(span.total_seconds() / 60)
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        n = round(minutes / size)
        if minutes >= 2 * size or size == 1:
            return f"{n} {unit}" + ("" if n == 1 else "s")
    raise AssertionError
