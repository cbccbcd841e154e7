"""Who can pass, block or deny a quorum, by trying every way to vote; compared with the arithmetic of the profile."""

from __future__ import annotations

from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.rules import BodyFacts, load_profile
from quorum_watch.vocabulary import ThresholdName, VoteRule

ON = date(2026, 10, 20)
PROFILE = load_profile("us-wi")
MINIMUM = 2
#: The law of each vote rule in words a voter would use: do these ayes carry the day?
CARRIES = {
    VoteRule.ORDINARY: lambda ayes, voting, base: 2 * ayes > voting,
    VoteRule.MAJORITY_OF_MEMBERS: lambda ayes, voting, base: 2 * ayes > base,
    VoteRule.TWO_THIRDS_OF_MEMBERS: lambda ayes, voting, base: 3 * ayes >= 2 * base,
    VoteRule.TWO_THIRDS_OF_MEMBERS_ELECT: lambda ayes, voting, base: 3 * ayes >= 2 * base,
    VoteRule.THREE_QUARTERS_OF_MEMBERS: lambda ayes, voting, base: 4 * ayes >= 3 * base,
}


def fewest_to_pass(rule: VoteRule, voting: int, base: int) -> int:
    """The fewest members who, voting aye together, carry it whatever the others do."""
    return next(
        k
        for k in range(voting + 2)
        if all(CARRIES[rule](k + sum(rest), voting, base) for rest in product((0, 1), repeat=max(voting - k, 0)))
        or k == voting + 1
    )


def fewest_to_block(rule: VoteRule, voting: int, base: int) -> int:
    """The fewest members who, voting no together, defeat it whatever the others do."""
    return next(
        k
        for k in range(voting + 1)
        if not any(CARRIES[rule](sum(rest), voting, base) for rest in product((0, 1), repeat=voting - k))
    )


@st.composite
def bodies(draw: st.DrawFn) -> BodyFacts:
    seats = draw(st.integers(2, 10))
    return BodyFacts(
        "b",
        draw(st.sampled_from(["committee", "board", "common_council"])),
        seats,
        draw(st.integers(max(2, seats - 4), seats)),
    )


def number(body: BodyFacts, name: ThresholdName, rule: VoteRule) -> dict[str, int]:
    found = next(t for t in PROFILE.thresholds(body, rule, ON) if t.name is name and t.vote_rule is rule)
    readings = dict(found.alternatives)
    own = "base authorised seats" if found.base == "seats" else "base members in office"
    return {**readings, own: found.value}


@settings(max_examples=80, deadline=None)
@given(bodies(), st.sampled_from(list(VoteRule)))
def test_pass_and_block_agree_with_every_way_to_vote(body: BodyFacts, rule: VoteRule) -> None:
    voting = body.in_office
    for label, base in (("base members in office", body.in_office), ("base authorised seats", body.seats)):
        passed, blocked = number(body, ThresholdName.PASS, rule), number(body, ThresholdName.BLOCK, rule)
        if label not in passed:
            continue  # a rule with one base
        least = fewest_to_pass(rule, voting, base)
        if least <= voting:  # otherwise no number of those in office can pass it
            assert passed[label] == max(least, MINIMUM)
        else:
            assert passed[label] > voting
        assert blocked[label] == max(fewest_to_block(rule, voting, base), MINIMUM)


@settings(max_examples=60, deadline=None)
@given(bodies())
def test_half_quorum_and_denial_agree_with_counting_heads(body: BodyFacts) -> None:
    found = {t.name: t for t in PROFILE.thresholds(body, VoteRule.ORDINARY, ON)}
    members = body.in_office
    half = min(next(k for k in range(base + 1) if 2 * k >= base) for base in (members, body.seats))
    assert found[ThresholdName.HALF].value == max(half, MINIMUM)

    def quorate(present: int, base: int) -> bool:
        two_thirds = body.kind == "common_council" and body.seats > 5
        return 3 * present >= 2 * base if two_thirds else 2 * present > base

    quorum = min(next(k for k in range(base + 1) if quorate(k, base)) for base in (members, body.seats))
    assert found[ThresholdName.QUORUM].value == max(quorum, MINIMUM)
    deny = min(next(k for k in range(members + 1) if not quorate(members - k, base)) for base in (members, body.seats))
    assert found[ThresholdName.DENY_QUORUM].value == max(deny, MINIMUM)
    assert found[ThresholdName.DENY_QUORUM].inference


@settings(max_examples=80, deadline=None)
@given(bodies(), st.sampled_from(list(VoteRule)))
def test_more_seats_in_office_never_make_a_number_lower(body: BodyFacts, rule: VoteRule) -> None:
    if body.in_office == body.seats:
        return
    fuller = BodyFacts(body.body_id, body.kind, body.seats, body.in_office + 1)
    for less, more in zip(PROFILE.thresholds(body, rule, ON), PROFILE.thresholds(fuller, rule, ON), strict=True):
        if less.name in (ThresholdName.HALF, ThresholdName.QUORUM, ThresholdName.PASS):
            assert less.value <= more.value


@settings(max_examples=60, deadline=None)
@given(bodies(), st.sampled_from([None, *VoteRule]))
def test_the_lower_reading_is_used_and_never_below_two(body: BodyFacts, rule: VoteRule | None) -> None:
    for t in PROFILE.thresholds(body, rule, ON):
        bases = [v for label, v in t.alternatives if label.startswith("base ")]
        assert t.value >= MINIMUM
        assert all(t.value <= v for v in bases)
        assert t.unsettled == any(
            v != t.value for label, v in t.alternatives if label.startswith(("base ", "presiding officer counted"))
        )
