"""Linking to matters: ranking, floors, numbers, and the words that link."""

from __future__ import annotations

import csv
import re

import pytest

from quorum_watch.language.matters import MatterIndex, decide, features, weigh_matches
from quorum_watch.language.pipeline import cut_words
from tests.language.samples import LICENSE, RATES, REZONING, TRUCK, Item
from tests.shared import shared

POOL = (
    REZONING,
    LICENSE,
    TRUCK,
    RATES,
    Item("m5", "Accessory dwelling units in R-1", "zoning"),
    Item("m6", "", "parks"),
)
INDEX = MatterIndex(POOL, cut_words)


def link(text: str, points: dict[str, int] | None = None):
    words = cut_words(text)
    found = weigh_matches(INDEX.match(words), len(features(words)), points or {}, {m.matter_id: m.topic for m in POOL})
    return decide(found)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("the mill road rezoning is bad", "m1"),
        ("rusty anchor again", "m2"),
        ("do we really need a ladder truck", "m3"),
        ("24-19 is on for monday", "m4"),
        ("I like the dwelling units, accessory ones", "m5"),
    ],
)
def test_words_of_a_title_link(text, matter):
    found, _ = link(text)
    assert found is not None
    assert found.matter == matter


@pytest.mark.parametrize(
    "text", ["", "see you tuesday", "I vote yes", "the city of", "1", "what a day", "Purchase order for socks"]
)
def test_words_everybody_uses_do_not_link(text):
    assert link(text)[0] is None


def test_initials_of_a_title_point_to_it():
    words = cut_words("adu vote tuesday")
    assert INDEX.match(words)[0].matter == "m5"


def test_a_matter_named_by_number_wins_over_shared_words():
    found, _ = link("compare the mill road rezoning to 24-19")
    assert found is not None
    assert found.matter == "m4"


def test_showing_the_topic_of_a_matter_makes_the_link_likelier():
    words = cut_words("what about the anchor")
    topics = {m.matter_id: m.topic for m in POOL}
    bare = weigh_matches(INDEX.match(words), 1, {}, topics)[0]
    with_topic = weigh_matches(INDEX.match(words), 1, {"licensing": 3}, topics)[0]
    assert bare.matter == with_topic.matter == "m2"
    assert with_topic.chance > bare.chance


def test_order_of_matters_does_not_matter():
    turned = MatterIndex(POOL[::-1], cut_words)
    for text in ("mill road", "the ladder truck and the anchor", "water rate"):
        words = cut_words(text)
        assert INDEX.match(words) == turned.match(words)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("about 24-19 then", "#24-19"),
        ("see R-112-2026", "#R-112-2026"),
        ("amendment 4 moves it", "#amend4"),
        ("ward no. 3 seat", "#ward3"),
        ("the 3.2 increase", "#3.2"),
        ("140k for plows", "#140k"),
    ],
)
def test_numbers_count_where_they_name_something(text, mark):
    assert mark in {f for f, _ in features(cut_words(text))}


def test_a_bare_small_number_names_nothing():
    assert not any(f.startswith("#") for f, _ in features(cut_words("we agreed on 9, or 12 at most")))


@pytest.mark.corpus
def test_bill_summaries_find_their_bill_and_a_missing_bill_is_seldom_replaced():
    with (shared("language") / "nyc_bills.tsv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["year"] == "2023"]
    pool = list({r["name"]: r for r in rows}.values())
    topics = {r["file"]: r["topic"].split("|")[0] for r in pool}
    index = MatterIndex([Item(r["file"], r["name"], topics[r["file"]]) for r in pool], cut_words)
    first = third = asked = false = 0
    for row in pool:
        if row["summary"]:
            words = cut_words(re.split(r"(?<=[.;])\s", row["summary"])[0][:400])
            found = weigh_matches(index.match(words, most=5), len(features(words)), {}, topics)
            asked += 1
            first += found[:1] != [] and found[0].matter == row["file"]
            third += row["file"] in {m.matter for m in found[:3]}
            # The right bill taken off the agenda: is another linked in its place?
            false += decide([m for m in found if m.matter != row["file"]])[0] is not None
    assert first / asked >= 0.80
    assert third / asked >= 0.91
    assert false / asked <= 0.15
