"""Spelling out: every word finds its way back to the text as written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.language.acts.find import find_cues
from quorum_watch.language.acts.normal import spell_out
from quorum_watch.language.acts.talk import ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import read_thread


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Im in", "i am in"),
        ("I’m in", "i am in"),
        ("I'M IN", "i am in"),
        ("ill vote for it", "i will vote for it"),
        ("I was ill Monday", "i was ill monday"),
        ("were golden", "we are golden"),
        ("we were there", "we were there"),
        ("u good w/ it?", "you good with it"),
        ("I very strongly support it", "i support it"),
        ("dont do it", "do not do it"),
        ("Mr. Plank is here.", "mr plank is here"),
        ("co-sponsor", "cosponsor"),
        ("👍🏽", ":up:"),
        ("+1", "+1"),
        ("done w/o him", "done without him"),
        ("+1 608 555 0100", "1 608 555 0100"),
        ("yesss", "yes"),
    ],
)
def test_chat_spelling(typed: str, plain: str) -> None:
    assert " ".join(w for w in spell_out(typed).words.split() if w != "|") == plain


def test_names_become_people() -> None:
    line = spell_out("Bob Jones's out, mannys in", {"bob": "p1", "jones": "p1", "manny": "p2"})
    assert line.words == "| @1 is out , @2 is in | "
    assert line.people == ("p1", "p2")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_keeps_its_offsets(text: str) -> None:
    line = spell_out(text)
    assert len(line.at) == len(line.start) == len(line.end)
    assert all(0 <= a <= b <= len(text) for a, b in zip(line.start, line.end, strict=True))
    assert [line.words[p:].split(" ", 1)[0] for p in line.at] == line.words.split(" ")[:-1]
    for cue in find_cues(text).cues:
        assert 0 <= cue.start < cue.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "👍" * 100_000,
        "\u202e\x00" * 200_000,
        "not " * 100_000,
        "i will not " * 60_000,
        "@" * 200_000,
        "?" * 300_000,
        "i'll'll'll'" * 50_000,
        "1-2-3-4-5" * 60_000,
        "\n" * 500_000,
        "yes. " * 20_000,
        "bob? " * 20_000,
    ],
    ids=["run", "emoji", "bidi", "not", "will-not", "at", "asks", "apostrophes", "digits", "lines", "yes", "who"],
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    began = time.perf_counter()
    read_thread([ThreadMessage(text)], ThreadContext(matters=(("m1", "Rezoning"),)))
    assert time.perf_counter() - began < 20
