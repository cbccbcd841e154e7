"""The lexicon, the phrase index and the topics of single texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch.errors import InputError
from quorum_watch.language.lexicon import load_lexicon, read_lexicon
from quorum_watch.language.pipeline import cut_words
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topics import TopicFinder, choose_topics, count_points, is_shouted
from quorum_watch.language.words import fold
from quorum_watch.language.zones import cut_zones
from tests.shared import shared

LEXICON = load_lexicon()
FINDER = TopicFinder(LEXICON, cut_words)
CONTRACT = {
    "zoning",
    "public_safety",
    "streets",
    "transit",
    "utilities",
    "environment",
    "parks",
    "library_arts",
    "housing",
    "economic_development",
    "licensing",
    "health_human_services",
    "education",
    "elections",
    "budget",
    "personnel",
    "procurement",
    "property",
    "legal",
    "governance",
}


def topics(text: str) -> tuple[str, ...]:
    points = count_points(FINDER.find(cut_words(text), shouted=is_shouted(text)))
    rules = load_settings().topics
    return choose_topics(points, floor=rules.floor, share=rules.share)


def test_the_shipped_lexicon_has_the_twenty_topics_of_the_contract():
    assert set(LEXICON.codes) == CONTRACT
    assert sum(len(t.terms()) for t in LEXICON.topics) > 4000


@pytest.mark.parametrize("topic", LEXICON.topics, ids=lambda t: t.code)
def test_every_example_of_a_topic_shows_it(topic):
    assert topic.examples
    for example in topic.examples:
        assert topic.code in topics(example), example


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("the potholes on Main are a disgrace", "streets"),
        ("our cops need body cams", "public_safety"),
        ("raise the levy half a percent", "budget"),
        ("can a duplex fit under R-2 zoning", "zoning"),
        ("lead service lines by 2030", "utilities"),
        ("keep the pool open in august", "parks"),
        ("bartender licenses are on for monday", "licensing"),
        ("landlords who dont fix anything", "housing"),
        ("the homeless shelter contract", "health_human_services"),
        ("award it to the low bidder", "procurement"),
        ("the chiefs resignation letter", "personnel"),
        ("sell the old fire station lot, get an appraisal", "property"),
        ("settle the lawsuit or fight it", "legal"),
        ("the TIF for the hotel", "economic_development"),
        ("recycling carts and the landfill", "environment"),
        ("library hours on sunday", "library_arts"),
        ("bus shelters on the oak street route", "transit"),
        ("absentee ballots and poll workers", "elections"),
        ("school board wants to share the gym with the high school", "education"),
        ("ethics code and council rules", "governance"),
    ],
)
def test_informal_words_show_their_topic(text, topic):
    assert topic in topics(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("thats a ballpark figure", "parks"),
        ("we carpool to the car pool lot", "parks"),
        ("as well as can be", "utilities"),
        ("state of the art", "library_arts"),
        ("job well done", "personnel"),
        ("take it up at city hall meeting tonight, in any case", "legal"),
        ("raise the bar", "licensing"),
        ("a bid farewell", "procurement"),
        ("the cup is half full", "zoning"),
        ("just in case", "legal"),
    ],
)
def test_phrases_of_another_sense_do_not_count(text, topic):
    assert topic not in topics(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("park", "parks"), ("library", "libraries"), ("tax", "taxes"), ("bus", "buses"), ("child", "children")],
)
def test_plurals_fold_together(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("parking", "park"), ("housing", "house"), ("zoning", "zone"), ("taxi", "tax"), ("hearing", "hear")],
)
def test_words_of_different_topics_never_fold_together(one, other):
    assert fold(one) != fold(other)


def test_capitals_tell_an_acronym_from_a_word_unless_everything_is_in_capitals():
    assert "economic_development" in topics("the BID downtown renewal")
    assert "economic_development" not in topics("a bid came in for paint")
    assert "zoning" not in topics("THE CUP OF COFFEE WAS COLD TODAY")


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        str.upper,
        lambda t: t.replace("'", "’"),
        lambda t: t.replace("'", ""),
        lambda t: t.replace(" ", "  "),
        lambda t: t.replace(" ", "\u00a0"),
    ],
)
def test_topics_do_not_change_with_case_apostrophes_and_spaces(change):
    same = total = 0
    for topic in LEXICON.topics:
        for term in topic.strong[::7]:
            text = f"what about the {term}, i don't know"
            total += 1
            same += topics(change(text)) == topics(text)
    assert total > 300
    assert same / total >= 0.99


def test_boilerplate_of_agenda_items_is_cut():
    text = "Repave Oak Street - Not to exceed $5,000.00 - Financing: Water Fund, Park Bonds"
    assert [z.label for z in cut_zones(text)] == ["boilerplate", "boilerplate"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Fine.\n\nOn Mon, Jan 5, 2026 at 3:00 PM Bob <b@x.example> wrote:\n> the levy", "quoted"),
        ("See below.\n-----Original Message-----\nFrom: Bob\nthe levy", "quoted"),
        ("FYI\n---------- Forwarded message ---------\nFrom: Bob\nthe levy", "forwarded"),
        ("Thanks\n-- \nAnn Lee\nAlder, District 4", "signature"),
        ("Yes\nSent from my iPhone", "signature"),
        ("Yes\nThis message may be confidential. If you are not the intended recipient delete it.", "disclaimer"),
    ],
)
def test_zones_that_are_not_the_writers_own_are_cut(text, label):
    zones = cut_zones(text)
    assert label in {z.label for z in zones}
    assert all(z.start > 2 for z in zones)


def test_text_without_zones_is_left_whole():
    assert cut_zones("I'm from: nowhere, she wrote: nothing") == ()


def test_every_fault_of_a_topic_file_is_reported_with_its_line(tmp_path: Path):
    path = tmp_path / "topics.toml"
    path.write_text(
        'scema = 1\n[topics.parks]\nstrnog = ["x"]\nstrong = ["dog park", "boat house"]\nkind = "thing"\n'
        'remove = ["no such term"]\n[topics."Bad Code"]\nname = "x"\nnormal = "not a list"\n',
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_lexicon(path)
    told = {(f.code, f.where) for f in caught.value.faults}
    assert told >= {
        ("QW-E211", "topics.toml line 1"),
        ("QW-E211", "topics.toml line 3"),
        ("QW-E213", "topics.toml line 4"),
        ("QW-E212", "topics.toml line 5"),
        ("QW-E214", "topics.toml line 6"),
        ("QW-E212", "topics.toml line 9"),
    }


def test_a_file_that_is_no_toml_is_refused_in_one_sentence(tmp_path: Path):
    path = tmp_path / "topics.toml"
    path.write_text("[topics.parks\n", "utf-8")
    with pytest.raises(InputError, match="QW-E210"):
        load_lexicon(path)


def test_a_topic_can_be_switched_off_and_its_name_changed():
    changed = read_lexicon('[topics.education]\nenabled = false\n[topics.parks]\nname = "Green"', "x", base=LEXICON)
    assert "education" not in changed.codes
    assert changed["parks"].name == "Green"
    assert changed["parks"].strong == LEXICON["parks"].strong
    assert changed.sha256 != LEXICON.sha256


def test_terms_in_two_topics_are_remarked():
    assert any("stands in" in r for r in LEXICON.remarks)


@pytest.mark.corpus
def test_resident_comments_are_hit_more_often_than_by_the_baseline():
    import csv

    right = covered = total = 0
    with (shared("language") / "resident_comments.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            gold = set(row["topics"].split(",")) - {"none", ""}
            if gold:
                found = topics(row["text"])
                total += 1
                covered += bool(found)
                right += bool(found) and found[0] in gold
    assert right / total >= 0.80
    assert covered / total >= 0.80
    assert right / covered >= 0.87
