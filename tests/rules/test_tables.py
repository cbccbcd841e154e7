"""The worked tables of the specification (law.md 2.3 and 2.4), number for number."""

from __future__ import annotations

from datetime import date

import pytest

from quorum_watch.model import Threshold
from quorum_watch.rules import BodyFacts, load_profile
from quorum_watch.vocabulary import ThresholdName, VoteRule

ON = date(2026, 10, 20)
OFFICE, SEATS = "base members in office", "base authorised seats"
SUPER = {"2/3": VoteRule.TWO_THIRDS_OF_MEMBERS, "3/4": VoteRule.THREE_QUARTERS_OF_MEMBERS}


def threshold(body: BodyFacts, name: ThresholdName, rule: VoteRule | None = None) -> Threshold:
    found = load_profile("us-wi").thresholds(body, rule, ON)
    return next(t for t in found if t.name is name and (t.vote_rule is rule))


def by_base(t: Threshold) -> tuple[int, int]:
    """(in office, seats), whichever of them was used; the same twice where there is only one base."""
    other = dict(t.alternatives)
    if t.base == "seats":
        return other.get(OFFICE, t.value), t.value
    return t.value, other.get(SEATS, t.value)


def pair(body: BodyFacts, rule: VoteRule) -> tuple[tuple[int, int], tuple[int, int]]:
    """((pass, block) in office, (pass, block) seats)."""
    passed, blocked = (
        by_base(threshold(body, ThresholdName.PASS, rule)),
        by_base(threshold(body, ThresholdName.BLOCK, rule)),
    )
    return (passed[0], blocked[0]), (passed[1], blocked[1])


def alternative(t: Threshold, label: str) -> int:
    return dict(t.alternatives)[label]


COUNCIL = {
    # For each number in office: half by office and seats; quorum by seats and office; ordinary; with the mayor; sure
    # defeat; then majority of all, two thirds and three quarters, each by office and seats; deny by both.
    12: ((6, 6), (8, 8), (7, 6), 6, 7, (7, 6), (7, 6), (8, 5), (8, 5), (9, 4), (9, 4), (5, 5)),
    11: ((6, 6), (8, 8), (6, 6), 6, 6, (6, 6), (7, 5), (8, 4), (8, 4), (9, 3), (9, 3), (4, 4)),
    10: ((5, 6), (8, 7), (6, 5), 5, 6, (6, 5), (7, 4), (7, 4), (8, 3), (8, 3), (9, 2), (4, 3)),
}


@pytest.mark.parametrize("in_office", COUNCIL)
def test_twelve_alder_council(in_office: int) -> None:
    body = BodyFacts("council", "common_council", 12, in_office, presiding_tie_break=True)
    half, quorum, ordinary, with_mayor, sure, maj, maj_seats, two, two_seats, three, three_seats, deny = COUNCIL[
        in_office
    ]
    assert by_base(threshold(body, ThresholdName.HALF)) == half
    assert by_base(threshold(body, ThresholdName.QUORUM)) == quorum[::-1]
    assert pair(body, VoteRule.ORDINARY)[0] == ordinary
    passed = threshold(body, ThresholdName.PASS, VoteRule.ORDINARY)
    blocked = threshold(body, ThresholdName.BLOCK, VoteRule.ORDINARY)
    assert alternative(passed, "with the presiding officer's casting vote") == with_mayor
    assert alternative(blocked, "to be sure of defeat against the presiding officer") == sure
    assert pair(body, VoteRule.MAJORITY_OF_MEMBERS) == (maj, maj_seats)
    assert pair(body, VoteRule.TWO_THIRDS_OF_MEMBERS) == (two, two_seats)
    assert pair(body, VoteRule.TWO_THIRDS_OF_MEMBERS_ELECT)[0] == two, "members-elect: vacancies shrink the base"
    assert pair(body, VoteRule.THREE_QUARTERS_OF_MEMBERS) == (three, three_seats)
    assert by_base(threshold(body, ThresholdName.DENY_QUORUM)) == deny


@pytest.mark.parametrize(
    ("in_office", "expected"), [(12, {8: (5, 4)}), (11, {8: (5, 4)}), (10, {8: (5, 4), 7: (4, 4)})]
)
def test_twelve_alder_council_at_a_bare_quorum(in_office: int, expected: dict[int, tuple[int, int]]) -> None:
    body = BodyFacts("council", "common_council", 12, in_office, presiding_tie_break=True)
    passed = threshold(body, ThresholdName.PASS, VoteRule.ORDINARY)
    blocked = threshold(body, ThresholdName.BLOCK, VoteRule.ORDINARY)
    for quorum, (ayes, noes) in expected.items():
        assert alternative(passed, f"at a bare quorum of {quorum}") == ayes
        assert alternative(blocked, f"at a bare quorum of {quorum}") == noes


def test_bare_quorum_of_eight_with_the_mayor() -> None:
    """'5 / 4 (4+mayor / 5)': eight present is an even number, so the mayor may break the tie."""
    body = BodyFacts("council", "common_council", 12, 12, presiding_tie_break=True, present=8)
    passed = threshold(body, ThresholdName.PASS, VoteRule.ORDINARY)
    blocked = threshold(body, ThresholdName.BLOCK, VoteRule.ORDINARY)
    assert (passed.value, blocked.value) == (5, 4)
    assert alternative(passed, "with the presiding officer's casting vote") == 4
    assert alternative(blocked, "to be sure of defeat against the presiding officer") == 5
    assert passed.base == "present"
    assert passed.of == 8


@pytest.mark.parametrize(("in_office", "doj", "votes"), [(12, {8}, 7), (11, {8}, 6), (10, {8, 7}, 6)])
def test_walking_quorum_targets(in_office: int, doj: set[int], votes: int) -> None:
    profile = load_profile("us-wi")
    body = BodyFacts("council", "common_council", 12, in_office, presiding_tie_break=True)
    targets = profile.serial_targets(profile.thresholds(body, VoteRule.ORDINARY, ON), ON)
    quorum = next(t for t in targets if t.name is ThresholdName.QUORUM)
    assert set(by_base(quorum)) == doj
    assert next(t.value for t in targets if t.name is ThresholdName.PASS) == votes


def test_mayor_in_the_half_is_unsettled_and_both_are_computed() -> None:
    half = threshold(BodyFacts("council", "common_council", 12, 12, presiding_tie_break=True), ThresholdName.HALF)
    assert (half.value, half.of, half.unsettled) == (6, 12, True)
    assert alternative(half, "presiding officer counted, base members in office") == 7
    without = threshold(BodyFacts("council", "common_council", 12, 12), ThresholdName.HALF)
    assert not any("presiding" in label for label, _ in without.alternatives)


SMALL = [
    # kind, seats, in office, quorum (seats, office), half, ordinary, bare quorum, 2/3, 3/4, deny (office, seats)
    ("committee", 6, 6, (4, 4), 3, (4, 3), (3, 2), (4, 3), (5, 2), (3, 3)),
    ("committee", 6, 5, (4, 3), 3, (3, 3), (2, 2), (4, 2), (4, 2), (3, 2)),
    ("committee", 5, 5, (3, 3), 3, (3, 3), (2, 2), (4, 2), (4, 2), (3, 3)),
    ("committee", 5, 4, (3, 3), 2, (3, 2), (2, 2), (3, 2), (3, 2), (2, 2)),
    ("committee", 5, 3, (3, 2), 2, (2, 2), (2, 2), (2, 2), (3, 2), (2, 2)),
    ("commission", 7, 7, (4, 4), 4, (4, 4), (3, 2), (5, 3), (6, 2), (4, 4)),
    ("commission", 7, 6, (4, 4), 3, (4, 3), (3, 2), (4, 3), (5, 2), (3, 3)),
    ("commission", 7, 5, (4, 3), 3, (3, 3), (2, 2), (4, 2), (4, 2), (3, 2)),
    ("board", 3, 3, (2, 2), 2, (2, 2), (2, 2), (2, 2), (3, 2), (2, 2)),
    ("board", 3, 2, (2, 2), 2, (2, 2), (2, 2), (2, 2), (2, 2), (2, 2)),
    ("common_council", 7, 7, (5, 5), 4, (4, 4), (3, 3), (5, 3), (6, 2), (3, 3)),
]


@pytest.mark.parametrize(
    ("kind", "seats", "in_office", "quorum", "half", "ordinary", "bare", "two", "three", "deny"), SMALL
)
def test_smaller_bodies(
    kind: str,
    seats: int,
    in_office: int,
    quorum: tuple[int, int],
    half: int,
    ordinary: tuple[int, int],
    bare: tuple[int, int],
    two: tuple[int, int],
    three: tuple[int, int],
    deny: tuple[int, int],
) -> None:
    body = BodyFacts("body", kind, seats, in_office)
    found = threshold(body, ThresholdName.QUORUM)
    assert by_base(found) == quorum[::-1]
    assert by_base(threshold(body, ThresholdName.HALF))[0] == half
    assert pair(body, VoteRule.ORDINARY)[0] == ordinary
    at = f"at a bare quorum of {quorum[1]}"
    assert alternative(threshold(body, ThresholdName.PASS, VoteRule.ORDINARY), at) == bare[0]
    assert alternative(threshold(body, ThresholdName.BLOCK, VoteRule.ORDINARY), at) == bare[1]
    assert pair(body, SUPER["2/3"])[0] == two
    assert pair(body, SUPER["3/4"])[0] == three
    assert by_base(threshold(body, ThresholdName.DENY_QUORUM)) == deny


def test_numbers_below_two_are_raised_and_the_output_says_so() -> None:
    t = threshold(BodyFacts("board", "board", 3, 2), ThresholdName.HALF)
    assert t.value == 2
    assert any("plural" in step for step in t.steps)


def test_zecchino_counts_the_votes_cast() -> None:
    """Eighteen was the majority of the 34 votes of that day; of 37 seats it would be nineteen."""
    assert (
        threshold(BodyFacts("county", "county_board", 37, 37, present=34), ThresholdName.PASS, VoteRule.ORDINARY).value
        == 18
    )
    assert threshold(BodyFacts("county", "county_board", 37, 37), ThresholdName.PASS, VoteRule.ORDINARY).value == 19


def test_small_council_needs_only_a_majority() -> None:
    assert threshold(BodyFacts("council", "common_council", 5, 5), ThresholdName.QUORUM).value == 3
    assert threshold(BodyFacts("council", "common_council", 6, 6), ThresholdName.QUORUM).value == 4


def test_roster_quorum_overrides_the_kind() -> None:
    def quorum(given: str | int | None) -> Threshold:
        return threshold(BodyFacts("board", "board", 9, 9, quorum=given), ThresholdName.QUORUM)

    assert [quorum(q).value for q in (None, "majority", "two_thirds", "7", 4)] == [5, 5, 6, 7, 4]
    assert quorum(4).rule == "quorum_override"
    assert quorum("7").citation.cite
