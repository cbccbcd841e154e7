"""The stage as other parts call it: topics, matters, scope and acts of whole conversations."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.errors import InputError
from quorum_watch.language import read_interactions
from quorum_watch.language.voice import Reader
from quorum_watch.model import Coded, Quoted, Reading
from quorum_watch.vocabulary import Act, Scope
from tests.language.samples import LICENSE, RATES, REZONING, TRUCK, message

MATTERS = (REZONING, LICENSE, TRUCK, RATES)
PEOPLE = (("ann", "Ann Parks", ()), ("bob", "Bob Water", ()), ("cyn", "Cyn Doe", ()))


def read(*messages, matters=MATTERS, **options) -> tuple[Reading, ...]:
    return read_interactions(messages, people=PEOPLE, bodies=(("cc", "Common Council"),), matters=matters, **options)


def topics(reading: Reading) -> set[str]:
    return {t.topic for t in reading.topics}


def test_a_message_is_linked_to_its_matter_by_words_it_can_show():
    text = "u good w the mill rd rezone tmrw?"
    (found,) = read(message(1, text))
    assert found.matter == "m1"
    assert found.scope is Scope.BUSINESS
    assert topics(found) == {"zoning"}
    assert all(text[t.start : t.end] == t.exact != "" for t in found.topics)


def test_one_reading_per_interaction_in_the_order_given():
    messages = [message(n, f"message {n} about the water bill", thread=f"t{n % 3}") for n in (5, 2, 9, 1)]
    assert [r.interaction for r in read(*messages)] == ["i5", "i2", "i9", "i1"]


def test_short_answers_take_the_subject_of_what_they_answer_and_say_so():
    question, yes, late = read(
        message(1, "where are you on the Rusty Anchor license?"),
        message(2, "agreed, do it", reply=1, sender="bob"),
        message(3, "same", reply=2, sender="cyn"),
    )
    assert question.matter == "m2"
    for answer in (yes, late):
        assert answer.matter == "m2"
        assert topics(answer) == {"licensing"}
        assert all(t.inherited and t.start == t.end and t.exact == "" for t in answer.topics)
        assert answer.scope is Scope.BUSINESS


def test_a_question_that_names_nothing_takes_the_subject_of_its_answer():
    question, answer = read(
        message(1, "where are you on monday's vote?"), message(2, "I'm a yes on the mill road rezoning", reply=1)
    )
    assert answer.matter == "m1"
    assert question.matter == "m1"
    assert all(t.inherited for t in question.topics)


@pytest.mark.parametrize(
    "text",
    [
        "happy birthday! brats and beer at my place saturday",
        "packers game sunday, who wants pizza",
        "so sorry to hear about your mom. prayers for the family and flowers for the funeral",
        "coffee tomorrow? and how was the fishing up north",
    ],
)
def test_private_talk_is_not_business_and_has_no_topic(text):
    (found,) = read(message(1, text), matters=())
    assert found.scope is Scope.NOT_BUSINESS
    assert not found.topics


def test_private_talk_in_the_midst_of_business_is_left_out_of_it():
    first, aside, back = read(
        message(1, "I'm leaning no on the ladder truck purchase"),
        message(2, "also who wants pizza and beer after the packers game", reply=1),
        message(3, "ok but where are you on the truck", reply=1, sender="bob"),
    )
    assert first.matter == back.matter == "m3"
    assert aside.matter is None
    assert not aside.topics
    assert aside.scope is Scope.NOT_BUSINESS


def test_a_conversation_is_cut_where_its_subject_changes():
    found = read(
        message(1, "I'm a yes on the Mill Road rezoning"),
        message(2, "me too", reply=1),
        message(3, "by the way where are you on the Rusty Anchor liquor license"),
        message(4, "no idea yet", reply=3),
    )
    assert [r.matter for r in found] == ["m1", "m1", "m2", "m2"]
    assert found[0].segment == found[1].segment != found[2].segment == found[3].segment


def test_two_matters_named_in_one_message_both_lend_their_topics():
    (found,) = read(message(1, "yes on the mill road rezoning, no on the rusty anchor liquor license"))
    assert topics(found) == {"zoning", "licensing"}
    assert found.matter in ("m1", "m2")
    assert {c.matter for c in found.candidates} | {found.matter} == {"m1", "m2"}


def test_the_number_of_a_matter_links_it_whatever_else_is_said():
    (found,) = read(message(1, "what do we do about 24-19"))
    assert found.matter == "m4"


def test_nothing_is_linked_when_nothing_fits():
    for text in ("who is bringing the folding chairs", "the budget hearing went long", "call me", "ok"):
        (found,) = read(message(1, text))
        assert found.matter is None, text


def test_a_matter_closed_before_the_message_is_not_linked():
    past = replace(REZONING, closed=message(1, "").at.date().replace(year=2025))
    (found,) = read(message(1, "the mill road rezoning was a mistake"), matters=(past, LICENSE))
    assert found.matter is None
    assert "zoning" in topics(found)


def test_quoted_words_are_not_the_senders():
    text = "Sounds fine.\n> the water rate increase is too steep"
    (found,) = read(message(1, text), matters=())
    assert not found.topics
    (known,) = read(message(1, "Sure.\nOLD: rezoning of the lot", quoted=[Quoted(6, 30, "reply")]), matters=())
    assert not known.topics


def test_names_of_people_are_not_topics():
    (found,) = read(message(1, "Alder Parks and Alder Water said so"), matters=())
    assert not found.topics
    (other,) = read(message(1, "the parks and the water"), matters=())
    assert topics(other) >= {"parks"}


def test_the_subject_line_counts_and_its_spans_say_where_they_stand():
    (found,) = read(message(1, "What do you think?", subject="Re: water rate increase"), matters=())
    assert topics(found) == {"utilities"}
    span = found.topics[0]
    assert span.field == "subject"
    assert "Re: water rate increase"[span.start : span.end] == span.exact


def test_a_persons_coding_replaces_the_stage():
    coded = Coded((Act.COMMIT, Act.RELAY), "budget", "m3")
    (found,) = read(message(1, "pizza?", coded=coded))
    assert found.by_hand
    assert [(a.act, a.start, a.end, a.exact) for a in found.acts] == [
        (Act.COMMIT, 0, 6, "pizza?"),
        (Act.RELAY, 0, 6, "pizza?"),
    ]
    assert topics(found) == {"budget"}
    assert found.matter == "m3"
    assert found.scope is Scope.BUSINESS


def test_coded_small_talk_is_not_business_and_other_coded_acts_without_topic_are_unclear():
    small, other = read(
        message(1, "x", coded=Coded((Act.SOCIAL, Act.SCHEDULE), None, None), thread="a"),
        message(2, "the rezoning", coded=Coded((Act.OPINION,), None, None), thread="b"),
    )
    assert (small.scope, small.topics) == (Scope.NOT_BUSINESS, ())
    assert (other.scope, other.topics, other.matter) == (Scope.UNCLEAR, (), None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("No estoy de acuerdo con el aumento de los impuestos para la ciudad", "es"),
        ("Kuv tsis pom zoo rau qhov no, peb yuav tsum tham ua ntej", "hmn"),
        ("Я против этого предложения", "ru"),
        ("我反对这个提案", "zh"),
        ("أنا ضد هذا الاقتراح", "ar"),
        ("Ich bin nicht für die Erhöhung der Steuern", "de"),
    ],
)
def test_other_languages_are_reported_as_not_analysed(text, language):
    (found,) = read(message(1, text))
    assert found.language == language
    assert found.outcome == f"not_analysed:{language}"
    assert found.scope is Scope.UNCLEAR
    assert not found.topics
    assert not found.acts


def test_english_with_foreign_names_is_english():
    for text in (
        "si",
        "the de la Cruz property",
        "La Crosse and Eau Claire did it",
        "Gracias, I'm a yes on the levy",
        "👍",
        "",
    ):
        (found,) = read(message(1, text))
        assert found.language == "en", text


def test_no_text_is_an_outcome_of_its_own():
    (found,) = read(message(1, "  "))
    assert found.outcome == "no_text"


def test_every_span_reproduces_from_the_text_as_written():
    texts = [
        "The city’s TIF\u202e for the hotel — I’m a “yes”",
        "water\u00a0main on Elm 😀😀😀",
        "Parks & Rec: dog park? #dogpark",
    ]
    for n, text in enumerate(texts):
        (found,) = read(message(n, text), matters=())
        assert found.topics
        for span in (*found.topics, *found.acts):
            assert text[span.start : span.end] == span.exact


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "😀" * 100_000,
        "\x00\x01\u202e vote yes " * 40_000,
        "the park " * 110_000,
        "> \n" * 200_000,
        "From: " * 100_000,
        "((((" * 50_000 + "))))" * 50_000,
        "1,2.3-4/" * 100_000,
        "On " * 100_000 + "wrote:",
    ],
    ids=["unbroken", "emoji", "control", "words", "quotes", "headers", "brackets", "numbers", "attribution"],
)
def test_hostile_text_ends_soon_with_an_outcome(text):
    begin = time.process_time()
    (found,) = read(message(1, text))
    assert time.process_time() - begin < 20
    assert found.outcome.startswith("analysed")
    if len(text) > 100_000:
        assert found.outcome != "analysed"


def test_readings_from_the_cache_are_the_same(tmp_path: Path):
    messages = [message(1, "where are you on the Rusty Anchor license"), message(2, "I'm a yes", reply=1, sender="bob")]
    fresh = read(*messages)
    assert read(*messages, cache=tmp_path) == fresh
    assert read(*messages, cache=tmp_path) == fresh
    assert list(tmp_path.iterdir())
    changed = [messages[0], replace(messages[1], text="I'm a no")]
    assert read(*changed, cache=tmp_path) == read(*changed)


def test_the_cache_does_not_outlive_a_change_of_matters(tmp_path: Path):
    first = read(message(1, "the mill road rezoning"), cache=tmp_path)
    second = read(message(1, "the mill road rezoning"), matters=(), cache=tmp_path)
    assert first[0].matter == "m1"
    assert second[0].matter is None


def test_a_workspace_adds_and_removes_terms(tmp_path: Path):
    overlay = tmp_path / "topics.toml"
    overlay.write_text(
        '[topics.parks]\nstrong = ["fish boil grounds"]\nremove = ["dog park"]\n'
        '[topics.ferry]\nname = "Ferry"\nkind = "subject"\nstrong = ["ferry slip"]\n',
        "utf-8",
    )
    one, two = read(
        message(1, "the fish boil grounds", thread="a"),
        message(2, "fix the ferry slip", thread="b"),
        matters=(),
        lexicon_overlay=overlay,
    )
    assert topics(one) == {"parks"}
    assert topics(two) == {"ferry"}


def test_a_bad_topic_file_stops_the_stage(tmp_path: Path):
    overlay = tmp_path / "topics.toml"
    overlay.write_text('[topics.parks]\nstrnog = ["x"]\n', "utf-8")
    with pytest.raises(InputError, match="QW-E211"):
        read(message(1, "x"), lexicon_overlay=overlay)


def test_progress_ends_with_all():
    told: list[tuple[int, int]] = []
    read(*(message(n, "ok", thread=f"t{n}") for n in range(1200)), on_progress=lambda a, b: told.append((a, b)))
    assert told[-1] == (1200, 1200)
    assert len(told) >= 3


def test_messages_without_thread_marks_belong_together_until_a_long_pause():
    near = read(
        message(1, "where are you on the Rusty Anchor license", thread=""),
        message(2, "yes on it", thread="", minutes=30),
    )
    far = read(
        message(1, "where are you on the Rusty Anchor license", thread=""),
        message(2, "yes on it", thread="", minutes=9000),
    )
    assert near[1].matter == "m2"
    assert far[1].matter is None


READER = Reader(matters=MATTERS, people=PEOPLE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_any_text_is_read_twice_the_same_with_spans_that_hold(texts):
    thread = [message(n, text, reply=n - 1 if n else None) for n, text in enumerate(texts)]
    first, second = READER.read_thread(thread), READER.read_thread(thread)
    assert first == second
    for text, reading in zip(texts, first, strict=True):
        for span in (*reading.topics, *reading.acts):
            assert text[span.start : span.end] == span.exact
