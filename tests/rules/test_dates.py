"""Two days or two profiles: numbers move only where a rule moved, and the rule that did it is named."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.rules import BodyFacts, load_profile
from quorum_watch.rules.compare import compare, compare_numbers
from quorum_watch.rules.overlay import shipped
from quorum_watch.vocabulary import BodyKind, VoteRule

DAYS = st.dates(date(1970, 1, 1), date(2030, 12, 31))
BODIES = st.builds(
    lambda kind, seats, empty, tie: BodyFacts("b", kind, seats, max(2, seats - empty), presiding_tie_break=tie),
    st.sampled_from([str(k) for k in BodyKind]), st.integers(3, 40), st.integers(0, 3), st.booleans(),
)  # fmt: skip
RULES = st.sampled_from([None, *VoteRule])


def numbers(profile, body, rule, on):
    return [(t.name, t.vote_rule, t.value, t.of, t.base, t.alternatives) for t in profile.thresholds(body, rule, on)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(shipped("profiles")), BODIES, RULES, DAYS, DAYS)
def test_between_two_days_numbers_move_only_with_a_rule(state, body, rule, one, two) -> None:
    before, after = load_profile(state), load_profile(state)
    old, new = numbers(before, body, rule, one), numbers(after, body, rule, two)
    moved = {c.rule for c in compare(before, one, after, two)}
    if old != new:
        reasons = moved & {n for n in moved if n.startswith(("threshold.", "quorum.", "vote.", "proposal."))}
        assert reasons, "a number moved and no rule did"
    if not moved:
        assert old == new


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(shipped("profiles")), st.sampled_from(shipped("profiles")), BODIES, RULES, DAYS)
def test_between_two_states_the_rules_behind_a_changed_number_are_named(one, two, body, rule, on) -> None:
    first, second = load_profile(one), load_profile(two)
    changes = compare_numbers(first.thresholds(body, rule, on), second.thresholds(body, rule, on))
    for change in changes:
        assert change.before != change.after
        assert change.rules
        assert all(r in first or r in second for r in change.rules)
    if one == two:
        assert changes == ()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(shipped("profiles")), BODIES, RULES, DAYS)
def test_every_number_carries_its_law_and_its_arithmetic(state, body, rule, on) -> None:
    for t in load_profile(state).thresholds(body, rule, on):
        assert t.citation.cite
        assert t.steps
        assert t.as_of == on
        assert t.rule
        assert t.value >= 2
        assert not any("{" in s for s in t.steps)
        assert load_profile(state).thresholds(body, rule, on) == load_profile(state).thresholds(body, rule, on)
