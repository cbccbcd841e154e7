"""What must hold of every assessment, whatever the history."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.assess.gates import episodes
from quorum_watch.assess.measure import MEASURES, Ground
from quorum_watch.findings import to_json
from quorum_watch.vocabulary import Act, Channel, Concern, FactorKind, Polarity, Test, Weighs
from tests.assess.history import ZONE, board, contact, findings

PEOPLE = [f"m{n}" for n in range(1, 8)] + ["s1", "r1"]
ACTS = [
    Act.POLL,
    Act.COMMIT,
    Act.RELAY,
    Act.SEEK_SUPPORT,
    Act.AGREE,
    Act.DELIBERATE,
    Act.OPINION,
    Act.INFORM,
    Act.DECIDE,
]
AGREEMENT = {Act.COMMIT, Act.RELAY, Act.AGREE, Act.DECIDE, Act.SIGN, Act.SEEK_SUPPORT, Act.DRAFT}
# Not "briefed": somebody who later passes positions on was no briefer, and counts as a carrier instead.
MONOTONE = ("gathered", "union", "told", "carried", "positions")


@st.composite
def histories(draw, least=2, most=9):
    rows = []
    for n in range(draw(st.integers(least, most))):
        sender = draw(st.sampled_from(PEOPLE))
        to = sorted(draw(st.sets(st.sampled_from([p for p in PEOPLE if p != sender]), min_size=1, max_size=4)))
        act = draw(st.sampled_from(ACTS))
        about = draw(st.sampled_from(PEOPLE[:7])) if act is Act.RELAY else None
        polarity = draw(st.sampled_from([Polarity.FOR, Polarity.AGAINST, Polarity.NONE]))
        channel = draw(st.sampled_from([Channel.EMAIL, Channel.TEXT, Channel.CALL, Channel.IN_PERSON]))
        answers = draw(st.one_of(st.none(), st.integers(0, n - 1))) if n else None
        hours = draw(st.integers(0, 60))
        rows.append((sender, to, [(act, polarity, about)], hours, channel, answers))
    rows.sort(key=lambda r: r[3])
    return [contact(n, s, to, acts, hours=h, channel=c, answers=a) for n, (s, to, acts, h, c, a) in enumerate(rows)]


def shown(history, known=None):
    return [to_json(a.finding, ZONE) for a in findings(known or board(), history)]


@settings(max_examples=60, deadline=None)
@given(histories())
def test_every_finding_has_two_sides_and_its_law(history):
    for a in findings(board(), history):
        f = a.finding
        assert any(x.weighs is not Weighs.FOR for x in f.factors)
        assert all(x.citation.cite for x in f.factors)
        assert all(x.kind is FactorKind.LAW for x in f.factors if f.test is not Test.POLICY)
        assert f.unseen
        assert f.steps
        assert f.reach == max(s.reached_after for s in f.steps)
        assert [s.at for s in f.steps] == sorted(s.at for s in f.steps)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_input_order_changes_nothing(history, rng):
    mixed = history[:]
    rng.shuffle(mixed)
    assert shown(mixed) == shown(history)


@settings(max_examples=40, deadline=None)
@given(histories())
def test_renaming_members_changes_nothing_but_names(history):
    swap = {f"m{n}": f"m{8 - n}" for n in range(1, 8)}

    def rename(pair):
        i, r = pair
        people = tuple(replace(c, person=swap.get(c.person, c.person)) for c in i.contacts)
        acts = tuple(replace(a, attributed_to=swap.get(a.attributed_to, a.attributed_to)) for a in r.acts)
        return replace(i, sender=swap.get(i.sender, i.sender), contacts=people), replace(r, acts=acts)

    def outline(history):
        return sorted(
            (f["test"], f["concern"], f["reach"], len(f["steps"]), tuple(f["pivotal"])) for f in shown(history)
        )

    assert outline([rename(p) for p in history]) == outline(history)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_without_agreement_words_no_walking_quorum_is_looked_at_first(history):
    bare = [(i, replace(r, acts=tuple(a for a in r.acts if a.act not in AGREEMENT))) for i, r in history]
    for a in findings(board(), bare):
        assert not (a.finding.test is Test.WALKING_QUORUM and a.finding.concern is Concern.LOOK_FIRST)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_pivotal_step_is_one_the_count_cannot_do_without(history):
    for a in findings(board(), history):
        if a.measure == "policy" or a.finding.reach < a.number:
            continue
        for step in range(1, len(a.finding.steps) + 1):
            left = a.without(step)
            assert (left < a.number) == (step in a.finding.pivotal)


@settings(max_examples=40, deadline=None)
@given(histories(least=3, most=8))
def test_adding_a_contact_never_lowers_reach(history):
    known = board()

    def reach(history):
        best = dict.fromkeys(MONOTONE, 0)
        for e in episodes([i for i, _ in history], [r for _, r in history], known):
            ground = Ground(_windows(known), {})
            for name in MONOTONE:
                best[name] = max(best[name], MEASURES[name](e.sights, ground).count)
        return best

    whole = reach(history)
    for k in range(len(history)):
        part = reach(history[:k] + history[k + 1 :])
        assert all(part[name] <= whole[name] for name in MONOTONE)


def _windows(known):
    from quorum_watch.assess.assess import windows_of

    return windows_of(known, max(m.start for m in known.roster.memberships))[0]


def test_the_generator_reaches_every_concern():
    """Otherwise the properties above would hold of nothing."""
    rng, seen = random.Random(7), set()
    for _ in range(300):
        history = []
        for n in range(rng.randint(2, 9)):
            sender = rng.choice(PEOPLE)
            to = rng.sample([p for p in PEOPLE if p != sender], rng.randint(1, 4))
            act = rng.choice(ACTS)
            about = rng.choice(PEOPLE[:7]) if act is Act.RELAY else None
            history.append(
                contact(n, sender, to, [(act, Polarity.FOR, about)], channel=rng.choice([Channel.EMAIL, Channel.CALL]))
            )
        seen |= {(a.finding.test, a.finding.concern) for a in findings(board(), history)}
    assert {(t, c) for t in (Test.CONVENING, Test.WALKING_QUORUM) for c in (Concern.LOOK, Concern.LOOK_FIRST)} <= seen
