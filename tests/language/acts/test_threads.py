"""Acts in their conversation: answers, negation, direction, reports, votes by message, private talk."""

from __future__ import annotations

import time

import pytest

from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import own_words, read_thread
from quorum_watch.model import ActSpan
from quorum_watch.vocabulary import Confidence, Scope

PEOPLE = {"bob": "Robert Kowalski", "dana": "Dana Ruiz", "earl": "Earl Tibbs", "pat": "Patricia Lund", "sue": "Sue Day"}
MEMBERS = frozenset({"bob", "dana", "earl", "pat"})
POLL = "Where are you on the Mill Road rezoning?"
BALLOT = "The pump is down. Please vote by reply today on the Mill Road pump purchase."


def last(*texts: str, title: str = "Rezoning of 1420 Mill Road", senders: str = "pat bob pat bob") -> list[ActSpan]:
    context = ThreadContext(names_of(PEOPLE), MEMBERS, (("m1", title),))
    writers = senders.split()
    messages = [ThreadMessage(t, writers[n], reply_to=n - 1 if n else None) for n, t in enumerate(texts)]
    return list(read_thread(messages, context)[-1].acts)


def shown(acts: list[ActSpan]) -> list[tuple[str, str]]:
    return [(str(a.act), str(a.polarity)) for a in acts]


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (POLL, "yes", ("commit", "for")),
        (POLL, "nope", ("commit", "against")),
        (POLL, "+1", ("commit", "for")),
        (POLL, "👍", ("commit", "for")),
        (POLL, "👎", ("commit", "against")),
        (POLL, "works for me", ("commit", "for")),
        (POLL, "I'll abstain.", ("commit", "none")),
        (POLL, "I defer to you.", ("commit", "none")),
        (POLL, "not a yes yet", ("opinion", "none")),
        (POLL, "leaning yes but want to hear the engineer", ("opinion", "none")),
        (POLL, "if the buffer stays im in", ("commit", "for")),
        (POLL, "I won't be voting for it.", ("commit", "against")),
        (POLL, "I won't stand in the way.", ("commit", "for")),
        (POLL, "let's save it for the meeting", ("caution", "none")),
        ("Please vote no on the Mill Road rezoning with me.", "same here", ("commit", "against")),
        ("Can you make 5 on Tuesday for the Mill Road tour?", "works for me", ("schedule", "none")),
        (BALLOT, "aye", ("decide", "for")),
        (BALLOT, "Deny.", ("decide", "against")),
        (BALLOT, "we cant vote by text", ("caution", "none")),
        ("We need ten signatures on the Mill Road petition, will you sign?", "gladly", ("sign", "for")),
    ],
)
def test_answers_take_their_act_from_the_question(question: str, answer: str, expected: tuple[str, str]) -> None:
    assert expected in shown(last(question, answer))


def test_several_names_are_several_relays_and_a_tally_is_nobodys() -> None:
    both = last(POLL, "Dana and Earl are both for it.")
    assert [(str(a.act), a.attributed_to) for a in both] == [("relay", "dana"), ("relay", "earl")]
    assert len({(a.start, a.end) for a in both}) == 1
    (tally,) = last(POLL, "That makes five.")
    assert (str(tally.act), tally.attributed_to) == ("relay", None)


def test_who_is_addressed_is_not_reported() -> None:
    acts = last(POLL, "Bob, Dana is a no on it.", senders="bob pat")
    assert [(str(a.act), a.attributed_to, str(a.polarity)) for a in acts] == [("relay", "dana", "against")]


def test_what_somebody_said_is_not_the_writers_promise() -> None:
    acts = last(POLL, "Dana told me she is a yes.")
    assert [(str(a.act), a.attributed_to) for a in acts] == [("relay", "dana")]
    assert "commit" not in {str(a.act) for a in last(POLL, "She asked whether I am a yes.")}


def test_people_without_a_seat_neither_promise_nor_are_relayed() -> None:
    assert "commit" not in {a for a, _ in shown(last(POLL, "I'm a yes.", senders="pat sue"))}
    assert {a for a, _ in shown(last(POLL, "Sue is all for it."))} == {"inform"}


def test_keeping_what_a_title_would_end_is_against_it() -> None:
    title = "Repeal of the leaf burning ban"
    poll = "Where are you on the leaf burning repeal?"
    assert shown(last(poll, "I'm voting to keep the ban.", title=title)) == [("commit", "against")]
    assert shown(last(poll, "I'm voting for it.", title=title)) == [("commit", "for")]


def test_yes_to_a_request_to_oppose_is_against() -> None:
    assert shown(last("Please oppose the Mill Road rezoning.", "count on it")) == [("commit", "against")]


def test_quoted_words_are_a_relay_about_their_writer() -> None:
    text = "> I'll vote for the rezoning.\nThoughts?"
    context = ThreadContext(names_of(PEOPLE), MEMBERS, (("m1", "Rezoning of 1420 Mill Road"),))
    message = ThreadMessage(text, "pat", quoted=((0, 29, "dana"),))
    acts = read_thread([message], context)[0].acts
    assert [(str(a.act), a.attributed_to) for a in acts if str(a.act) != "poll"] == [("relay", "dana")]
    blanked = ThreadMessage(own_words(message), "pat", quoted=message.quoted, raw=text)
    assert read_thread([blanked], context)[0].acts == acts


def test_private_talk_is_social_until_the_matter_comes_up() -> None:
    acts = last("bowling and pizza on friday?", "count me in", senders="pat bob")
    assert {a for a, _ in shown(acts)} <= {"social", "schedule"}
    acts = last("bowling and pizza on friday?", "sure", "also r u a yes on the mill rd rezoning", "yes")
    assert shown(acts) == [("commit", "for")]


def test_scope_of_the_topic_stage_is_heeded() -> None:
    message = ThreadMessage("count me in for the vote", "bob", scope=Scope.NOT_BUSINESS)
    acts = read_thread([message], ThreadContext(matters=(("m1", "Rezoning of Mill Road"),)))[0].acts
    assert "commit" not in {str(a.act) for a in acts}


def test_suppositions_count_for_less() -> None:
    (act,) = [a for a in last(POLL, "Hypothetically, I'd vote for it.") if str(a.act) == "commit"]
    assert act.confidence is Confidence.LOW


def test_names_two_people_share_stay_open() -> None:
    names = names_of({"a": "Ann Jones", "b": "Robert Jones", "c": "seat-4"})
    assert "jones" not in names
    assert names["bob"] == "b"
    assert set(names.values()) == {"a", "b"}


def test_reading_is_the_same_twice_and_quick() -> None:
    texts = [POLL, "yes im good with it", "Dana is with us, that makes four", "see you tuesday at 6"] * 250
    context = ThreadContext(names_of(PEOPLE), MEMBERS, (("m1", "Rezoning of 1420 Mill Road"),))
    messages = [ThreadMessage(t, "pat" if n % 2 else "bob") for n, t in enumerate(texts)]
    read_thread(messages[:10], context)
    began = time.perf_counter()
    once = read_thread(messages, context)
    assert len(texts) / (time.perf_counter() - began) > 1_000
    assert read_thread(messages, context) == once
