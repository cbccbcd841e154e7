"""The table of the definitions: which measure sees which history (board of seven, four members, window of a week)."""

from __future__ import annotations

import pytest

from quorum_watch.detect import blind_spots, components, detect, encode, gathered, two_way
from quorum_watch.vocabulary import Channel, Pattern
from tests.detect.histories import SETTINGS, Said, exchange, shard

HUB = [*exchange("A", "B", 0), *exchange("A", "C", 1), *exchange("A", "D", 2)]
CHAIN = [*exchange("A", "B", 0), *exchange("B", "C", 1), *exchange("C", "D", 2)]
SPLIT = [
    Said("A", "BC", 0, channel=Channel.CALL),
    Said("C", "DE", 2, channel=Channel.IN_PERSON),
]
SPLIT_MAIL = [Said("A", "BC", 0), Said("B", "AC", 0.1), Said("C", "AB", 0.2), Said("C", "DE", 2), Said("D", "CE", 2.1)]
ANSWERED_BROADCAST = [Said("A", "BCD", 0), Said("B", "A", 0.1), Said("C", "A", 0.2), Said("D", "A", 0.3)]
CORE_FIRST = [*exchange("B", "C", 0), *exchange("B", "A", 1), *exchange("C", "D", 2)]
STAFF_CARRIES = [
    *exchange("s", "A", 0),
    *exchange("s", "B", 0.5),
    *exchange("s", "C", 1),
    Said("s", "D", 2, "relay"),
    Said("D", "s", 2.1),
]
SILENT_BROADCAST = [Said("A", "BCDE", 0)]
ONE_ANSWERS = [Said("A", "BCDE", 0), Said("B", "A", 1)]
STAFF_BROADCAST = [
    Said("s", "ABCD", 0, thread="t"),
    *(Said(m, "s", n / 10, thread="t") for n, m in enumerate("ABCD", 1)),
]
SILENT_CHAIR = [Said(m, "G", n) for n, m in enumerate("ABC")]
FORWARDS = [Said("A", "B", 0), Said("B", "C", 1), Said("C", "D", 2)]
STAFF_COLLECTS = [*exchange("s", "A", 0), *exchange("s", "B", 1), *exchange("s", "C", 2), *exchange("s", "D", 3)]
ZIGZAG = [*exchange("A", "B", 0), *exchange("D", "C", 0.5), *exchange("B", "C", 1), *exchange("D", "E", 2)]
PAIRS = [*exchange("A", "B", 0), *exchange("C", "D", 0)]
LATE = [*exchange("A", "B", 0), *exchange("B", "C", 1), *exchange("C", "D", 10)]

TABLE = [
    # history, number, component, gathered at a member, two-way
    ("hub polls three, each answers", HUB, 4, True, True, True),
    ("answered daisy chain", CHAIN, 4, True, True, True),
    ("split groups, calls", SPLIT, 5, True, True, True),
    ("split groups with replies", SPLIT_MAIL, 4, True, True, True),
    ("broadcast answered by all to the sender", ANSWERED_BROADCAST, 4, True, True, True),
    ("core first", CORE_FIRST, 4, True, False, True),
    ("staff carries", STAFF_CARRIES, 4, True, False, True),
    ("one broadcast, no answer", SILENT_BROADCAST, 4, True, False, False),
    ("one broadcast, one answers", ONE_ANSWERS, 4, True, False, False),
    ("staff broadcast answered to staff only", STAFF_BROADCAST, 4, True, False, False),
    ("three memos to a silent chair", SILENT_CHAIR, 4, True, False, False),
    ("forwards nobody answers", FORWARDS, 4, True, False, False),
    ("staff collects and tells no member", STAFF_COLLECTS, 4, None, False, False),
    ("zig-zag, a known blind spot", ZIGZAG, 5, True, False, False),
    ("two separate pairs", PAIRS, 4, False, False, False),
    ("one link nine days late", LATE, 4, False, False, False),
]


@pytest.mark.parametrize("engine", ["numba", "python"])
@pytest.mark.parametrize(("name", "history", "number", "joined", "held", "exchanged"), TABLE, ids=[r[0] for r in TABLE])
def test_measures_see_what_the_table_says(name, history, number, joined, held, exchanged, engine):
    arrays = encode(shard(history), answer_window=SETTINGS.answer_window)
    window = SETTINGS.window
    if joined is not None:
        assert (int(components(arrays, window=window, engine=engine).max()) >= number) is joined
    assert (gathered(arrays, window=window, engine=engine).largest >= number) is held
    reach, _ = two_way(arrays, window=window, answer_window=SETTINGS.answer_window, engine=engine)
    assert (reach.largest >= number) is exchanged


@pytest.mark.parametrize(("name", "history", "number", "joined", "held", "exchanged"), TABLE, ids=[r[0] for r in TABLE])
def test_candidates_follow_the_two_way_column(name, history, number, joined, held, exchanged):
    found = detect(shard(history), [number], SETTINGS)
    crossed = [c for c in found if c.layer == "views" and c.pattern is not Pattern.BROADCAST and c.crossings]
    assert bool(crossed) is exchanged


def test_the_blind_spot_is_listed_and_ties_are_not():
    (spot,) = [b for b in blind_spots(shard(ZIGZAG), [4, 5], SETTINGS) if b.layer == "views"]
    assert (spot.members, spot.number, spot.tied) == (tuple("ABCDE"), 5, 4)
    assert spot.events == tuple(range(len(ZIGZAG) - 1))  # the last answer adds nobody
    for history in (HUB, CHAIN, CORE_FIRST, STAFF_CARRIES, SILENT_BROADCAST, FORWARDS, PAIRS, LATE, STAFF_COLLECTS):
        assert not blind_spots(shard(history), [4], SETTINGS)
