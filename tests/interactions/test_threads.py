"""Conversations and parents."""

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch.interactions import resolve
from quorum_watch.interactions.threads import base_subject
from quorum_watch.model import SourceRef, Stored
from quorum_watch.roster import Roster
from quorum_watch.vocabulary import Channel, Defect, TimePrecision
from quorum_watch.workspace import Workspace
from tests.interactions.records import city, stored

City = tuple[Roster, Workspace]


@pytest.fixture
def falls(tmp_path: Path) -> City:
    return city(tmp_path)


def threads(falls: City, *records: Stored) -> dict[str, str]:
    return {e.id: e.thread for e in resolve(records, *falls)}


def test_replies_name_their_conversation_after_its_first_message(falls: City) -> None:
    found = threads(
        falls,
        stored("a", "ann", "ben"),
        stored("b", "ben", "ann", minute=1, in_reply_to="<a@x>"),
        stored("c", "ann", "ben", minute=2, references=("<a@x>", "<b@x>")),
        stored("d", "dov", "ann", minute=3),
    )
    assert found == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_two_answers_to_a_message_nobody_collected_are_one_conversation(falls: City) -> None:
    found = threads(
        falls,
        stored("b", "ben", "ann", in_reply_to="<gone@x>"),
        stored("c", "cat", "ann", minute=1, references=("<gone@x>",)),
    )
    assert found == {"b": "b", "c": "b"}


def test_the_parent_is_what_was_collected_nearest(falls: City) -> None:
    events = resolve(
        [
            stored("a", "ann", "ben"),
            stored("c", "ann", "ben", minute=2, in_reply_to="<gone@x>", references=("<a@x>", "<gone@x>")),
        ],
        *falls,
    )
    assert events[1].in_reply_to == "a"
    assert Defect.MISSING_PARENT not in events[1].defects


def test_ids_of_a_hand_kept_file_count_inside_that_file(falls: City) -> None:
    found = resolve(
        [
            stored("1a", "ann", "ben", key="m1", file="one.jsonl"),
            stored("2a", "cat", "dov", key="m1", file="two.jsonl"),
            stored("2b", "dov", "cat", key="m2", minute=1, in_reply_to="m1", file="two.jsonl"),
            stored("3b", "dov", "cat", key="m9", minute=2, in_reply_to="m1", file="three.jsonl"),
        ],
        *falls,
    )
    parents = {e.id: e.in_reply_to for e in found}
    assert parents == {"1a": None, "2a": None, "2b": "2a", "3b": None}, "an id two files use names neither elsewhere"
    assert {e.id: e.thread for e in found} == {"1a": "1a", "2a": "2a", "2b": "2a", "3b": "3b"}


def test_a_platforms_conversation_id_joins_the_files_of_one_export_and_no_others(falls: City) -> None:
    chat = {"channel": Channel.GROUP_CHAT, "thread": "chat1"}
    found = threads(
        falls,
        stored("a", "ann", "ben", file="phone/inbox/message_1.json", **chat),
        stored("b", "ann", "ben", minute=1, file="phone/inbox/message_2.json", **chat),
        stored("c", "cat", "dov", minute=2, file="other/chat.db", **chat),
        stored("d", "cat", "dov", minute=3, file="third/chat.db", **chat),
    )
    assert found == {"a": "a", "b": "a", "c": "c", "d": "d"}


def test_a_subject_joins_only_a_reply_of_somebody_who_took_part(falls: City) -> None:
    found = threads(
        falls,
        stored("a", "ann", "ben", subject="Agenda"),
        stored("b", "ben", "ann", minute=1, subject="RE: [council] Agenda"),
        stored("c", "dov", "cat", minute=2, subject="Re: Agenda"),
        stored("d", "ben", "ann", minute=3, subject="Agenda"),
        stored("e", "ben", "ann", minute=4, subject="Re: Agenda", in_reply_to="<other@x>"),
    )
    assert found == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "e"}


def test_a_parent_that_was_merged_away_as_a_copy_is_found_through_evidence(falls: City) -> None:
    class Evidence(list[Stored]):
        def find(self, key: str, source: SourceRef) -> str | None:
            return {"<copy@x>": "a"}.get(key)

    records = Evidence([stored("a", "ann", "ben"), stored("b", "ben", "ann", minute=1, in_reply_to="<copy@x>")])
    events = resolve(records, *falls)
    assert (events[1].in_reply_to, events[1].thread) == ("a", "a")


def test_records_of_which_only_the_order_is_known_keep_it(falls: City) -> None:
    order = {"precision": TimePrecision.ORDER, "file": "talks.csv"}
    events = resolve([stored(str(n), "ann", "ben", **order) for n in (10, 9, 2, 1)], *falls)
    assert [e.id for e in events] == ["1", "2", "9", "10"]


def test_at_one_instant_an_answer_comes_after_what_it_answers(falls: City) -> None:
    events = resolve([stored("a", "ben", "ann", in_reply_to="<z@x>"), stored("z", "ann", "ben")], *falls)
    assert [e.id for e in events] == ["z", "a"]


def test_messages_that_answer_each_other_in_a_circle_do_no_harm(falls: City) -> None:
    events = resolve(
        [
            stored("a", "ben", "ann", in_reply_to="<b@x>", channel=Channel.SOCIAL_COMMENT),
            stored("b", "ann", "ben", in_reply_to="<a@x>", channel=Channel.SOCIAL_COMMENT),
            stored("c", "ann", "ben", in_reply_to="<c@x>"),
        ],
        *falls,
    )
    assert len(events) == 3


@pytest.mark.parametrize(
    ("subject", "base"),
    [("Re: RE[2]: Fwd: Budget", "budget"), ("[list] Aw:  Budget  now", "budget now"), ("Re:", "re:"), ("", "")],
)
def test_subjects_without_marks(subject: str, base: str) -> None:
    assert base_subject(subject) == base


def test_a_long_chain_is_quick(falls: City) -> None:
    import time

    chain = [stored("m0", "ann", "ben")]
    for n in range(1, 4000):
        chain.append(stored(f"m{n}", "ann", "ben", minute=n, in_reply_to=f"<m{n - 1}@x>"))
    begun = time.process_time()
    assert len({e.thread for e in resolve(reversed(chain), *falls)}) == 1
    assert time.process_time() - begun < 5
