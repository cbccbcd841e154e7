"""Profiles: dated values, citations, what was used, states, and that a change of law changes only what it changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest

from quorum_watch.errors import LawError
from quorum_watch.rules import (
    BodyFacts,
    Profile,
    Stage,
    Status,
    applies,
    deciding_numbers,
    load_profile,
    watch_numbers,
)
from quorum_watch.rules.compare import compare, compare_numbers
from quorum_watch.rules.overlay import shipped
from quorum_watch.rules.register import overlays, register, stages
from quorum_watch.rules.schema import catalogue, row_for
from quorum_watch.vocabulary import BodyKind, Channel, FactorKind, ThresholdName, VoteRule

TODAY = date(2026, 10, 20)
STATES = shipped("profiles")
COUNCIL = BodyFacts("council", "common_council", 12, 12, presiding_tie_break=True)
#: Factor keys of the specification (law.md 5.2); the assessment cites one for each fact it prints.
FACTOR_KEYS = [
    *(f"E{n}" for n in range(1, 5)),
    *(f"P{n}" for n in range(1, 4)),
    *(f"N{n}" for n in range(1, 5)),
    *(f"W{n}" for n in range(1, 10)),
    *(f"C{n}" for n in range(1, 7)),
    "D1",
    "D2",
]


def board(seats: int, kind: str = "board", **more: int) -> BodyFacts:
    return BodyFacts("b", kind, seats, more.get("in_office", seats))


def number(profile: Profile, body: BodyFacts, name: ThresholdName, on: date = TODAY) -> int:
    return next(t.value for t in profile.thresholds(body, None, on) if t.name is name)


# --- what every profile holds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
def test_every_profile_answers_every_question(name: str) -> None:
    profile = load_profile(name)
    for row in catalogue().values():
        if row.needed and not row.name.endswith(".*"):
            assert profile.parameter(row.name, TODAY).in_force, row.name
    for kind in BodyKind:
        assert profile.thresholds(board(7, kind), None, TODAY), kind


@pytest.mark.parametrize("name", STATES)
def test_every_rule_has_description_unit_and_a_source(name: str) -> None:
    profile = load_profile(name)
    for rule in profile.names:
        value = profile.parameter(rule, TODAY)
        assert value.description.endswith("."), rule
        assert value.unit
        assert value.citation.cite
        assert value.citation.verified == (value.status is Status.VERIFIED)
        if value.status in (Status.VERIFIED, Status.SECONDARY):
            assert value.citation.url, f"{rule}: read, but where?"


@pytest.mark.parametrize("name", STATES)
def test_every_factor_has_a_citation(name: str) -> None:
    profile = load_profile(name)
    for key in FACTOR_KEYS:
        assert profile.citation(key).cite
        assert profile.factor(key).kind is FactorKind.LAW


@pytest.mark.parametrize("name", STATES)
def test_nobody_claims_to_have_verified(name: str) -> None:
    """No attorney signed any profile, so every output carries a banner."""
    profile = load_profile(name)
    assert profile.stage is (Stage.TEXT_CHECKED if name == "us-wi" else Stage.DRAFT)
    assert profile.banner
    assert not profile.verified_by


@pytest.mark.parametrize("name", STATES)
def test_a_quotation_is_never_a_paraphrase(name: str) -> None:
    """Only words that were read may stand between quotation marks."""
    for key, authority in load_profile(name).joined.authorities.items():
        if authority.quote:
            assert authority.status is Status.VERIFIED, key
            assert len(authority.quote) < 120, key


@pytest.mark.parametrize("name", [*STATES, *shipped("overlays")])
def test_no_authority_stands_idle(name: str) -> None:
    joined = load_profile(name).joined
    cited = {key for rule in (*joined.parameters.values(), *joined.factors.values()) for key in rule.references}
    assert set(joined.sheets[-1].authorities) <= cited


def test_the_register_and_the_profiles_agree() -> None:
    assert [e.id for e in register()] == sorted(STATES, key=[e.id for e in register()].index)
    assert {e.id for e in register()} == set(STATES)
    for entry in register():
        profile = load_profile(entry.id)
        assert entry.stage == profile.stage
        assert entry.name == profile.joined.state.jurisdiction
        assert entry.verified_by == profile.verified_by
        assert entry.modelled
        assert entry.gaps
    assert set(stages()) == set(Stage)
    assert set(overlays()) == set(shipped("overlays"))


# --- dates -----------------------------------------------------------------------------------------------------------


def test_repeal_is_a_value() -> None:
    profile = load_profile("us-wi")
    assert profile.parameter("proposal.zoning_protest", date(2018, 4, 4)).in_force
    repealed = profile.parameter("proposal.zoning_protest", date(2018, 4, 5))
    assert repealed.value is None
    assert not repealed.in_force
    assert profile.optional("proposal.zoning_protest", date(2018, 4, 5)) is None


def test_a_day_before_the_text_was_seen_uses_the_earliest_and_says_so() -> None:
    profile = load_profile("us-wi")
    half = next(t for t in profile.thresholds(COUNCIL, VoteRule.ORDINARY, date(1976, 9, 21)) if t.name == "half")
    assert half.value == 6
    assert any("nobody checked it for 1976-09-21" in s for s in half.steps)
    assert profile.parameter("threshold.half", date(1976, 9, 21)).assumed
    assert not profile.parameter("threshold.half", TODAY).assumed


def test_two_dates_differ_only_where_the_law_changed() -> None:
    profile = load_profile("us-wi")
    moved = {c.rule for c in compare(profile, date(2017, 1, 1), profile, date(2026, 1, 1))}
    assert moved == {"notice.method", "proposal.down_zoning", "proposal.zoning_amendment", "proposal.zoning_protest"}
    assert compare(profile, TODAY, profile, TODAY) == ()
    same = compare_numbers(
        profile.thresholds(COUNCIL, VoteRule.ORDINARY, date(2017, 1, 1)),
        profile.thresholds(COUNCIL, VoteRule.ORDINARY, TODAY),
    )
    assert same == (), "an ordinary vote did not change"


def test_the_down_zoning_rule_names_itself_in_the_steps_only_after_it_began() -> None:
    profile = load_profile("us-wi")

    def named(on: date) -> bool:
        found = profile.thresholds(COUNCIL, None, on)
        return any(
            "down-zoning" in s for t in found if t.vote_rule is VoteRule.TWO_THIRDS_OF_MEMBERS_ELECT for s in t.steps
        )

    assert not named(date(2017, 1, 1))
    assert named(TODAY)


def test_the_protest_petition_leaves_the_set_of_a_village_board() -> None:
    """After its repeal nothing a village board votes on is known to need three quarters."""
    profile = load_profile("us-wi")
    village = board(7, "village_board")

    def rules(on: date) -> set[VoteRule | None]:
        return {t.vote_rule for t in profile.thresholds(village, None, on)}

    assert VoteRule.THREE_QUARTERS_OF_MEMBERS in rules(date(2018, 4, 4))
    assert VoteRule.THREE_QUARTERS_OF_MEMBERS not in rules(date(2018, 4, 5))


def test_california_changes_on_the_day_of_its_amendment() -> None:
    profile = load_profile("us-ca")
    before, after = date(2020, 12, 31), date(2021, 1, 1)
    assert profile.practice(before).direct_reply.value == "normal"
    assert profile.practice(after).direct_reply.value == "prohibited"
    assert profile.practice(after).reactions.value == "count"
    changed = compare_numbers(profile.thresholds(board(7), None, before), profile.thresholds(board(7), None, after))
    assert [(c.name, c.before, c.after, c.rules) for c in changed] == [("fixed", None, 2, ("threshold.social",))]


# --- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seats", "expected"), [(3, 2), (5, 3), (6, 3), (7, 3), (9, 3), (11, 4), (12, 4)])
def test_illinois_majority_of_a_quorum(seats: int, expected: int) -> None:
    assert number(load_profile("us-il"), board(seats), ThresholdName.FIXED) == expected


@pytest.mark.parametrize("state", ["us-co", "us-va"])
@pytest.mark.parametrize(("seats", "expected"), [(3, 2), (4, 3), (5, 3), (7, 3), (12, 3)])
def test_three_or_a_quorum(state: str, seats: int, expected: int) -> None:
    assert number(load_profile(state), board(seats), ThresholdName.FIXED) == expected


@pytest.mark.parametrize("seats", [3, 5, 7, 12])
def test_florida_is_two_whatever_the_size(seats: int) -> None:
    assert number(load_profile("us-fl"), board(seats), ThresholdName.FIXED) == 2


@pytest.mark.parametrize(
    "state", ["us-oh", "us-wa", "us-ia", "us-ca", "us-tx", "us-mn", "us-nv", "us-mi", "us-ma", "us-ny"]
)
@pytest.mark.parametrize(("seats", "expected"), [(3, 2), (5, 3), (7, 4), (12, 7)])
def test_majority_and_quorum_states(state: str, seats: int, expected: int) -> None:
    assert number(load_profile(state), board(seats), ThresholdName.QUORUM) == expected


def test_other_states_do_not_ask_which_vote_is_needed() -> None:
    for state in STATES:
        if state != "us-wi":
            names = {t.name for t in load_profile(state).thresholds(board(7), VoteRule.TWO_THIRDS_OF_MEMBERS, TODAY)}
            assert not names & {ThresholdName.PASS, ThresholdName.BLOCK, ThresholdName.HALF}


def test_california_two_is_for_social_media_alone() -> None:
    profile = load_profile("us-ca")
    found = profile.thresholds(board(7), None, TODAY)
    assert [t.value for t in profile.meeting_numbers(found)] == [4]
    assert sorted(t.value for t in profile.meeting_numbers(found, Channel.SOCIAL_COMMENT)) == [2, 4]
    two = next(t for t in found if t.value == 2)
    assert applies(profile, two, Channel.SOCIAL_REACTION)
    assert not applies(profile, two, Channel.EMAIL)


#: The comparison of law.md 4.1: element of the serial rule, passive recipient, one-way opinion, synchrony.
MATRIX = {
    "us-wi": ("yes", "agreement", "counts", "discouraged", "spectrum"),
    "us-ca": ("yes", "none", "counts", "unsettled", "none"),
    "us-tx": ("yes", "knowledge", "unclear", "allowed", "none"),
    "us-mn": ("sometimes", "purpose_to_avoid", "unclear", "allowed", "split"),
    "us-nv": ("yes", "specific_intent", "unclear", "allowed", "none"),
    "us-fl": ("yes", "none", "unclear", "risky_if_answer_asked", "none"),
    "us-il": ("unclear", "unclear", "unclear", "allowed", "contemporaneous"),
    "us-mi": ("yes", "deliberation", "counts", "allowed", "none"),
    "us-oh": ("yes", "prearranged", "unclear", "allowed", "none"),
    "us-wa": ("yes", "collective_intent", "ignored", "allowed", "none"),
    "us-co": ("unclear", "unclear", "unclear", "allowed", "none"),
    "us-ia": ("via_agents", "agency", "unclear", "allowed", "none"),
    "us-ma": ("yes", "none", "counts", "reaches", "none"),
    "us-ny": ("limited", "unclear", "ignored", "allowed", "contemporaneous"),
    "us-va": ("limited", "unclear", "unclear", "allowed", "real_time"),
}


@pytest.mark.parametrize("state", STATES)
def test_comparison_of_states(state: str) -> None:
    p = load_profile(state).practice(TODAY)
    found = (p.serial_counted, p.serial_element, p.passive_in_convening, p.unilateral_opinion, p.synchrony)
    assert tuple(v.value for v in found) == MATRIX[state]


# --- asking ----------------------------------------------------------------------------------------------------------


def test_an_unknown_name_is_an_error_that_helps() -> None:
    profile = load_profile("us-wi")
    with pytest.raises(LawError, match=r"Did you mean 'threshold\.half'") as caught:
        profile.parameter("threshold.halve", TODAY)
    assert caught.value.exit_code == 4
    with pytest.raises(LawError, match="No factor"):
        profile.citation("Z9")
    with pytest.raises(LawError, match="no quorum rule for the kind"):
        profile.thresholds(board(7, "parliament"), None, TODAY)
    with pytest.raises(LawError, match="not a way to set a quorum"):
        profile.thresholds(BodyFacts("b", "board", 7, 7, quorum="most"), None, TODAY)
    with pytest.raises(LawError, match="not a duration"):
        profile.duration("serial.element", TODAY)


def test_windows_are_durations() -> None:
    profile = load_profile("us-wi")
    assert profile.duration("notice.ahead", TODAY) == timedelta(hours=24)
    assert profile.duration("notice.ahead_for_good_cause", TODAY) == timedelta(hours=2)
    assert profile.duration("detection.window", TODAY) == timedelta(days=7)
    assert profile.parameter("detection.window", TODAY).inference


def test_what_was_used_is_on_record_and_starts_empty() -> None:
    profile = load_profile("us-wi")
    assert profile.used == frozenset()
    profile.thresholds(board(3), VoteRule.ORDINARY, TODAY)
    assert {"threshold.half", "quorum.board", "vote.ordinary", "minimum_members"} <= profile.used
    assert "quorum.committee" not in profile.used
    assert "proposal.confirmation" not in profile.used, "a board confirms nobody"
    assert load_profile("us-wi").used == frozenset(), "another profile of the same law is not touched"
    assert profile.fresh().used == frozenset()
    lines = profile.unverified()
    assert any(line.startswith("threshold.deny_quorum: ") and "inference" in line for line in lines)
    assert not any(line.startswith("threshold.half") for line in lines), "its words were read"
    assert profile.unverified(["W2", "C3"]) == (
        "C3: No Wisconsin authority found on reactions, shares or public threads (inference)",
    )


def test_profiles_cannot_be_changed() -> None:
    value = load_profile("us-wi").parameter("threshold.half", TODAY)
    with pytest.raises(FrozenInstanceError):
        value.value = None  # type: ignore[misc]


def test_the_unknown_proposal_gives_the_whole_set() -> None:
    found = load_profile("us-wi").thresholds(COUNCIL, None, TODAY)
    blocks = {t.vote_rule: t.value for t in found if t.name is ThresholdName.BLOCK}
    assert blocks == {
        VoteRule.ORDINARY: 6,
        VoteRule.MAJORITY_OF_MEMBERS: 6,
        VoteRule.TWO_THIRDS_OF_MEMBERS: 5,
        VoteRule.TWO_THIRDS_OF_MEMBERS_ELECT: 5,
        VoteRule.THREE_QUARTERS_OF_MEMBERS: 4,
    }
    committee = load_profile("us-wi").thresholds(board(6, "committee"), None, TODAY)
    assert {t.vote_rule for t in committee} == {None, VoteRule.ORDINARY}, (
        "nothing a committee does is known to need more"
    )
    own = BodyFacts("b", "committee", 6, 6, vote_rule="two_thirds_of_members")
    rules = {t.vote_rule for t in load_profile("us-wi").thresholds(own, None, TODAY)}
    assert rules == {None, VoteRule.TWO_THIRDS_OF_MEMBERS}


def test_deciding_and_watch_numbers() -> None:
    profile = load_profile("us-wi")
    found = profile.thresholds(COUNCIL, VoteRule.ORDINARY, TODAY)
    assert [(t.name, t.value) for t in deciding_numbers(found)] == [("block", 6)]
    assert [level for level, _ in watch_numbers(profile, found, TODAY)] == [4], "the block at a bare quorum of eight"
    two_thirds = profile.thresholds(COUNCIL, VoteRule.TWO_THIRDS_OF_MEMBERS, TODAY)
    assert [level for level, _ in watch_numbers(profile, two_thirds, TODAY)] == [4], "one below five"
    assert [t.name for t in deciding_numbers(profile.thresholds(COUNCIL, None, TODAY))].count("block") == 5
    assert profile.effect(next(t for t in found if t.name == "half")) == "presumption"
    assert profile.effect(next(t for t in found if t.name == "deny_quorum")) == "watch"


def test_bodies_outside_the_law_have_no_numbers() -> None:
    profile = load_profile("us-wi")
    assert profile.thresholds(BodyFacts("b", "committee", 4, 4, bargaining=True), None, TODAY) == ()
    assert profile.thresholds(BodyFacts("b", "board", 1, 1), None, TODAY) == ()


# --- the city's own policy -------------------------------------------------------------------------------------------


def test_the_stoughton_overlay_adds_policy_and_no_law() -> None:
    plain, local = load_profile("us-wi"), load_profile("us-wi", overlay="stoughton-social-media-2019")
    assert load_profile("stoughton-social-media-2019").overlay_id == local.overlay_id == "stoughton-social-media-2019"
    added = set(local.names) - set(plain.names)
    assert added
    assert all(n.startswith("policy.") for n in added)
    assert {f.key for f in local.factors(FactorKind.POLICY)} == {
        "policy_interaction",
        "policy_private_speech",
        "policy_records",
        "policy_substance",
    }
    assert plain.factors(FactorKind.POLICY) == ()
    assert local.factors(FactorKind.LAW) == plain.factors(FactorKind.LAW)
    assert local.thresholds(COUNCIL, None, TODAY) == plain.thresholds(COUNCIL, None, TODAY)
    assert "2019" in local.citation("policy_interaction").cite
    assert not local.parameter("policy.avoid_interaction", date(2019, 6, 24)).in_force
    assert local.parameter("policy.avoid_interaction", date(2019, 6, 25)).in_force
    assert local.stage == plain.stage


def test_catalogue_families() -> None:
    row = row_for("quorum.anything")
    assert row is not None
    assert row.shape == "quorum"
    assert row_for("nothing") is None


def test_the_policy_speaks_in_sentences_and_only_where_there_is_one() -> None:
    assert load_profile("us-wi").practice(TODAY).policy == ()
    sentences = {v.name: v.value for v in load_profile("stoughton-social-media-2019").practice(TODAY).policy}
    assert "avoid interacting" in sentences["policy.avoid_interaction"]
    assert "personal account" in sentences["policy.substance_decides"]
    assert "one member" in sentences["policy.private_speech"]
    assert "custodian" in sentences["policy.custodian"]


def test_remedies_are_told_with_their_unverified_marks() -> None:
    told = {v.name: v for v in load_profile("us-wi").practice(TODAY).remedies}
    assert told["remedies.forfeiture_dollars"].value == (25, 300)
    assert not told["remedies.forfeiture_dollars"].verified
    assert told["remedies.prosecutor_days"].value == timedelta(days=20)
    assert told["remedies.later_vote"].value == "does_not_cure"
    assert load_profile("us-oh").practice(TODAY).remedies == (), "nothing was read for a draft state"
