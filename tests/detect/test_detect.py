"""What comes out of detection: one story per episode, stable, with honest evidence; and the tools beside it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from quorum_watch.detect import Engine, Settings, detect, gathered, null_model, stories, without
from quorum_watch.vocabulary import Audience, Channel, Pattern, TimePrecision
from tests.benchmarks.traffic import traffic
from tests.detect.histories import SETTINGS, Said, exchange, shard

HUB = [*exchange("A", "B", 0, "commit"), *exchange("A", "C", 1, "commit"), *exchange("A", "D", 2, "commit")]


def at_views(history, numbers=(4,), **more):
    return [c for c in detect(shard(history), numbers, SETTINGS, **more) if c.layer == "views"]


def test_a_story_is_told_once_with_its_steps_and_crossings():
    (found,) = at_views(HUB, (3, 4, 5))
    assert found.pattern is Pattern.HUB_AND_SPOKE
    assert (found.members, found.holder) == (tuple("ABCD"), "A")
    assert found.events == (0, 1, 2, 3, 4, 5)
    assert found.reached_after == (1, 2, 2, 3, 3, 4)
    assert found.crossings == ((3, 3), (4, 5))
    assert found.pivotal == found.events
    assert found.optimal
    assert not found.order_doubt


def test_both_engines_give_the_same_candidates():
    rng = random.Random(7)
    for _ in range(10):
        history = [
            Said(a, b, rng.uniform(0, 20), rng.choice(["opinion", "commit", "relay", "inform"]))
            for a, b in (rng.sample("ABCDEs", 2) for _ in range(25))
        ]
        made = shard(history, "ABCDE")
        assert detect(made, [3, 4], SETTINGS) == detect(made, [3, 4], SETTINGS, engine="python")


def test_without_a_step_is_a_recomputation():
    made = shard([*HUB, Said("A", "E", 2, "inform")])
    found = next(c for c in detect(made, [4], SETTINGS) if c.layer == "views")
    for event in found.events:
        left = without(made, found, event, [4], SETTINGS)
        assert left is None or not left.crossings
    packet = next(i for i, e in enumerate(made.events) if e.interaction.contacts[0].person == "E")
    unaffected = without(made, found, packet, [4], SETTINGS)  # it moved nobody's view
    assert unaffected is not None
    assert (unaffected.members, unaffected.crossings) == (found.members, found.crossings)
    assert unaffected.events == found.events


def test_without_any_step_nothing_remains_of_a_single_call():
    made = shard([Said("A", "BC", 0, channel=Channel.CALL)])
    found = detect(made, [3], SETTINGS)[0]
    assert without(made, found, 0, [3], SETTINGS) is None


def test_evidence_stays_when_the_story_grows():
    before = at_views(HUB)[0]
    after = at_views([*HUB, *exchange("A", "E", 4, "commit"), *exchange("F", "G", 5)])[0]
    assert set(before.members) < set(after.members)
    assert after.events[0] == before.events[0]
    assert set(before.events) < set(after.events)


def test_far_apart_contacts_are_two_stories():
    later = [replace(line, day=line.day + 60) for line in HUB]
    found = at_views([*HUB, *later])
    assert [c.episode for c in found] == [(0, 5), (6, 11)]
    assert [c.members for c in found] == [tuple("ABCD")] * 2


def test_a_new_hub_in_the_same_stretch_is_told_and_the_same_people_again_are_not():
    others = [*exchange("A", "E", 10, "commit"), *exchange("A", "F", 11, "commit"), *exchange("A", "G", 12, "commit")]
    found = [c for c in at_views([*HUB, *others]) if c.crossings]
    assert [c.members for c in found] == [tuple("ABCD"), tuple("AEFG")]
    again = [replace(line, day=line.day + 10) for line in HUB]
    assert [c.members for c in at_views([*HUB, *again]) if c.crossings] == [tuple("ABCD")]


def test_a_meeting_of_all_does_not_hide_the_series_before_it():
    meeting = Said("A", "BCDEFG", 4, "deliberate", Channel.IN_PERSON)
    found = {c.pattern: c for c in at_views([*HUB, meeting])}
    assert found[Pattern.CONVERSATION].members == tuple("ABCDEFG")
    assert found[Pattern.HUB_AND_SPOKE].members == tuple("ABCD")
    assert found[Pattern.HUB_AND_SPOKE].events == (0, 1, 2, 3, 4, 5)
    assert found[Pattern.HUB_AND_SPOKE].crossings == ((4, 5),)


def test_each_gathering_that_reaches_a_number_is_told_and_smaller_ones_inside_it_are_not():
    calls = [
        Said("A", "BCD", 0, "deliberate", Channel.CALL),
        Said("A", "BCDEFG", 2, "deliberate", Channel.CALL),
        Said("A", "B", 3, "deliberate", Channel.CALL),
    ]
    found = [(c.members, c.events) for c in at_views(calls)]
    assert found == [(tuple("ABCD"), (0,)), (tuple("ABCDEFG"), (1,))]


def test_layers_are_told_apart_and_belong_to_one_story():
    lines = [*exchange("A", "B", 0, "schedule"), *exchange("A", "C", 1, "opinion"), *exchange("A", "D", 2, "commit")]
    found = detect(shard(lines), [2], SETTINGS)
    most = {
        layer: max(len(c.members) for c in found if c.layer == layer) for layer in ("contact", "views", "positions")
    }
    assert most == {"contact": 4, "views": 3, "positions": 2}
    assert len(list(stories(found))) == 1
    apart = detect(shard([*exchange("A", "B", 0), *exchange("C", "D", 0)]), [2], SETTINGS)
    assert len(list(stories(apart))) == 2


def test_one_thread_in_which_all_hear_all_is_a_conversation_not_a_chain():
    thread = [Said(a, "ABCD".replace(a, ""), n / 10, "deliberate", thread="t") for n, a in enumerate("ABCDA")]
    (found,) = at_views(thread)
    assert found.pattern is Pattern.CONVERSATION
    assert found.events == (0, 1)
    assert found.crossings == ((4, 1),)


def test_a_chain_inside_one_thread_is_a_chain():
    thread = [line for n, (a, b) in enumerate(pairwise("ABCD")) for line in exchange(a, b, n, thread="t")]
    assert [c.pattern for c in at_views(thread)] == [Pattern.DAISY_CHAIN]


def test_silent_listeners_count_as_present_in_a_conversation():
    thread = [Said("A", "BCDEF", 0, thread="t"), Said("B", "ACDEF", 0.1, thread="t")]
    assert at_views(thread)[0].members == tuple("ABCDEF")


def test_staff_thread_answered_to_staff_alone_joins_no_members():
    thread = [Said("s", "ABCD", 0, thread="t"), *(Said(m, "s", 0.1, thread="t") for m in "ABCD")]
    assert at_views(thread) == []


def test_an_intermediary_is_named():
    lines = [*exchange("s", "A", 0), *exchange("s", "B", 1), Said("s", "C", 2, "relay"), Said("C", "s", 2.1)]
    (found,) = at_views(lines, (3,))
    assert (found.pattern, found.carriers, found.members) == (Pattern.INTERMEDIARY, ("s",), tuple("ABC"))


def test_a_person_who_was_merely_present_is_not_an_intermediary():
    calls = [Said("A", "Bs", 0, channel=Channel.CALL), Said("B", "Cs", 1, channel=Channel.CALL)]
    found = [c for c in at_views(calls, (3,)) if c.crossings]
    assert [c.carriers for c in found] == [()]


def test_names_and_order_of_lines_do_not_change_the_result():
    rng = random.Random(3)
    names = dict(zip("ABCDEFG", rng.sample("ABCDEFG", 7), strict=True))
    for seed in range(5):
        rng = random.Random(seed)
        history = [line for n in range(12) for line in exchange(*rng.sample("ABCDEFG", 2), n + rng.random())]

        def rename(line: Said) -> Said:
            return replace(line, by=names[line.by], to=names[line.to])

        mixed = rng.sample(history, len(history))
        plain, shuffled = detect(shard(history), [4], SETTINGS), detect(shard(mixed), [4], SETTINGS)
        assert plain == shuffled
        other = detect(shard([rename(line) for line in history]), [4], SETTINGS)
        essence = [(c.layer, frozenset(names[m] for m in c.members), c.events, c.crossings) for c in plain]
        found = [(c.layer, frozenset(c.members), c.events, c.crossings) for c in other]
        assert sorted(essence, key=repr_of) == sorted(found, key=repr_of)


def repr_of(found) -> str:
    layer, members, events, crossings = found
    return f"{layer} {sorted(members)} {events} {crossings}"


def test_appending_batches_equals_reading_everything_at_once():
    whole = traffic(4_000, 8, people=60, days=30)
    cut = np.flatnonzero(np.diff(whole.group) > 0)[[500, 501, 1_800, 3_000]] + 1
    bounds = [0, *cut.tolist(), len(whole)]
    for days in (1, 7, 40):
        window = timedelta(days=days)
        engine = Engine(width=8, window=window)
        parts = [engine.append(whole.take(np.arange(a, b))) for a, b in pairwise(bounds)]
        once = gathered(whole, window=window)
        assert np.concatenate([p.count for p in parts]).tolist() == once.count.tolist()
        assert np.concatenate([p.vertex for p in parts]).tolist() == once.vertex.tolist()
        assert once.largest > 2
    with pytest.raises(ValueError, match="must begin after"):
        engine.append(whole.take(np.arange(10)))


def test_shuffled_times_are_reproducible_and_keep_a_one_off_chain_rare():
    chain = [Said("A", "B", 0), Said("B", "A", 2.9), Said("B", "C", 30), Said("C", "B", 30.1), *exchange("C", "D", 60)]
    made = shard([*HUB, *chain[2:]])
    first = null_model(made, SETTINGS, layer="views", runs=40, seed=5)
    assert first == null_model(made, SETTINGS, layer="views", runs=40, seed=5, engine="python")
    assert first != null_model(made, SETTINGS, layer="views", runs=40, seed=6)
    assert first.observed == 4
    assert 0 < first.as_many < 40
    assert first.reaching(2) >= first.as_many


def test_settings_refuse_spans_that_are_none():
    week = timedelta(days=7)
    with pytest.raises(ValueError, match="answer_window"):
        Settings(week, timedelta(0), week, week)


def test_an_engine_nobody_has_is_refused():
    with pytest.raises(ValueError, match="numba, python"):
        detect(shard(HUB), [4], SETTINGS, engine="gpu")


def test_a_board_that_never_stops_writing_is_still_affordable():
    rng = random.Random(11)
    lines = []
    for n in range(600):
        a, b = rng.sample("ABCDEFG", 2)
        lines += exchange(a, b, n / 12, rng.choice(["opinion", "commit"]))
    found = at_views(lines, (4, 7))
    assert max(len(c.members) for c in found) == 7
    for c in found:
        assert c.reached_after[-1] == len(c.members)


def test_machine_code_is_cached_where_told_and_nothing_is_compiled_on_import(tmp_path):
    code = (
        "import sys, quorum_watch.detect as d; assert 'numba' not in sys.modules\n"
        "from tests.benchmarks.traffic import traffic; from datetime import timedelta\n"
        "assert d.gathered(traffic(500, 8), window=timedelta(days=7)).largest"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=environment)
    assert list(tmp_path.rglob("*.nbi"))


def test_doubt_about_order_is_only_said_of_chains():
    call = Said("A", "BCD", 0, channel=Channel.CALL, precision=TimePrecision.DAY)
    assert [c.order_doubt for c in at_views([call])] == [False]


def test_a_thread_of_thousands_is_told_quickly_and_in_few_steps():
    rng = random.Random(1)
    post = Said("s", "", 0, "inform", Channel.SOCIAL_POST, "p", audience=Audience.PUBLIC)

    def comment(by: str, day: float) -> Said:
        return Said(by, "", day, "opinion", Channel.SOCIAL_COMMENT, "p", 0, audience=Audience.PUBLIC)

    thread = [post, *(comment(rng.choice("ABCDEFGrstuv"), rng.uniform(0.01, 20)) for _ in range(1_500))]
    (found,) = at_views(thread, layers=["views"])
    assert (found.pattern, len(found.events), found.optimal) == (Pattern.PUBLIC_THREAD, 7, True)
    chat = [
        Said(p, "ABCDEFG".replace(p, ""), rng.uniform(0, 20), "deliberate", Channel.GROUP_CHAT, "g")
        for p in (rng.choice("ABCDEFG") for _ in range(1_000))
    ]
    (found,) = at_views(chat, layers=["views"])
    assert (found.pattern, len(found.events), found.optimal) == (Pattern.CONVERSATION, 2, True)
