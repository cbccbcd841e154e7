"""People as of the day: lists, names, social answers, group chats."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from quorum_watch.interactions import find_undated, members_without_records, resolve, to_frame, unknown_accounts
from quorum_watch.model import Interaction, Party, Quoted
from quorum_watch.roster import Roster
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Role, TimePrecision
from quorum_watch.workspace import Workspace
from tests.interactions.records import city, mail, stored
from tests.workspace.fill import PEOPLE

City = tuple[Roster, Workspace]


@pytest.fixture
def falls(tmp_path: Path) -> City:
    return city(tmp_path)


def one(falls: City, *records: object, at: int = -1) -> Interaction:
    return resolve(records, *falls)[at]  # type: ignore[arg-type]


def test_a_list_reaches_the_members_of_the_local_day(falls: City) -> None:
    """22:30 in Chicago on the last day of a term is already the next day in UTC."""
    last_evening = datetime(2026, 4, 21, 3, 30, tzinfo=UTC)
    before = one(falls, stored("1", "ann@alderfalls.example", "council@alderfalls.example", at=last_evening))
    after = one(falls, stored("1", "ann@alderfalls.example", "council@alderfalls.example"))
    assert before.persons() == ("ben", "dov", "mae")
    assert after.persons() == ("cat", "dov", "mae")
    assert {c.via for c in after.contacts} == {"council@alderfalls.example"}
    assert {c.raw for c in after.contacts} == {"council@alderfalls.example"}


def test_a_list_that_reaches_nobody_is_kept_and_marked(falls: City) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    event = one(falls, stored("1", "ann@alderfalls.example", "council@alderfalls.example", at=long_ago))
    assert [(c.person, c.address) for c in event.contacts] == [(None, "council@alderfalls.example")]
    assert Defect.LIST_NOT_EXPANDED in event.defects


def test_no_addressee_is_lost_and_unknown_ones_are_counted(falls: City) -> None:
    events = resolve(
        [
            stored("1", "ann@alderfalls.example", "ben@alderfalls.example;stranger@y.example;Somebody Else"),
            stored("2", "stranger@y.example", "ann@alderfalls.example", minute=5),
        ],
        *falls,
    )
    assert [(c.raw, c.person) for c in events[0].contacts] == [
        ("ben@alderfalls.example", "ben"),
        ("stranger@y.example", None),
        ("Somebody Else", None),
    ]
    assert [(u.account, u.messages) for u in unknown_accounts(events)] == [
        ("stranger@y.example", 2),
        ("Somebody Else", 1),
    ]
    assert events[1].sender is None
    assert events[1].sender_address == "stranger@y.example"


def test_a_name_before_an_unknown_address_identifies_nobody(falls: City) -> None:
    party = Party("Ann Ames <ann.ames@elsewhere.example>", "ann.ames@elsewhere.example", "Ann Ames", AccountKind.EMAIL)
    record = stored("1", "ben@alderfalls.example", "dov@alderfalls.example")
    record = _with(record, recipients=(party,))
    assert one(falls, record).contacts[0].person is None


def test_a_name_alone_identifies_one_person_and_is_marked(falls: City) -> None:
    party = Party("Berg, Ben (Alder)", "", "Berg, Ben (Alder)", AccountKind.EMAIL)
    event = one(falls, _with(stored("1", "ann", ""), recipients=(party,)))
    assert event.contacts[0].person == "ben"
    assert Defect.NAME_ONLY_RECIPIENT in event.defects


def test_names_that_a_comma_split_are_put_together_by_the_roster(falls: City) -> None:
    def names(*parts: str) -> tuple[Party, ...]:
        return tuple(Party(part, "", part, AccountKind.EMAIL) for part in parts)

    split = names("Ames", "Ann", "Berg", "Ben", "Kinesis Dance", "Cole", "Dov Dahl", "Cat")
    event = one(falls, _with(stored("1", "mae", ""), recipients=split))
    assert [(c.raw, c.person) for c in event.contacts] == [
        ("Ames, Ann", "ann"),
        ("Berg, Ben", "ben"),
        ("Kinesis Dance", None),
        ("Cole", None),
        ("Dov Dahl", "dov"),
        ("Cat", None),
    ]


def test_a_name_of_two_people_identifies_neither(tmp_path: Path) -> None:
    falls = city(tmp_path, people=PEOPLE + "ben2,Ben Berg,resident,\n")
    event = one(falls, stored("1", "ann", "Ben Berg"))
    assert event.contacts[0].person is None
    assert Defect.AMBIGUOUS_IDENTITY in event.defects


def test_on_a_public_page_a_members_name_may_be_a_strangers(falls: City) -> None:
    public = {"channel": Channel.SOCIAL_POST, "audience": Audience.PUBLIC}
    stranger, listed = (one(falls, stored("1", name, "", **public)) for name in ("Ann Ames", "Cathy Cole"))
    assert (stranger.sender, listed.sender) == (None, "cat")


def test_a_handle_whose_platform_nobody_wrote_down(falls: City) -> None:
    post = stored("1", "DovForTheFalls", channel=Channel.SOCIAL_POST)
    assert one(falls, post).sender == "dov"
    assert one(falls, stored("1", "DovForTheFalls", "ann")).sender is None


def test_a_role_address_means_who_holds_the_office(falls: City) -> None:
    event = one(falls, stored("1", "mayor@alderfalls.example", "council@alderfalls.example"))
    assert event.sender == "mae"
    assert event.persons() == ("ann", "cat", "dov")
    assert one(falls, stored("1", "council@alderfalls.example", "ann")).sender is None


def test_everybody_present_takes_part(falls: City) -> None:
    event = one(falls, stored("1", "ann", "ben;dov;kin", channel=Channel.IN_PERSON))
    assert event.persons() == ("ben", "dov", "kin")


def test_a_comment_reaches_whom_it_answers_and_not_every_reader(falls: City) -> None:
    post = stored("p", "ann", key="p", channel=Channel.SOCIAL_POST, file="x.json", group="ben;cat;dov")
    comment = stored(
        "c",
        "ben",
        key="c",
        minute=1,
        channel=Channel.SOCIAL_COMMENT,
        in_reply_to="p",
        file="x.json",
        group="ann;cat;dov",
    )
    nested = stored("n", "dov", key="n", minute=2, channel=Channel.SOCIAL_COMMENT, in_reply_to="c", file="x.json")
    to_one = stored(
        "t", "cat", "dov", key="t", minute=3, channel=Channel.SOCIAL_COMMENT, in_reply_to="n", file="x.json"
    )
    liked = stored(
        "r", "cat", key="r", minute=4, channel=Channel.SOCIAL_REACTION, event="reaction", in_reply_to="n", file="x.json"
    )
    own = stored("o", "ann", key="o", minute=5, channel=Channel.SOCIAL_COMMENT, in_reply_to="p", file="x.json")
    events = {e.id: e for e in resolve([post, comment, nested, to_one, liked, own], *falls)}
    assert events["c"].persons() == ("ann",)
    assert set(events["n"].persons()) == {"ben", "ann"}
    assert events["t"].persons() == ("dov",)
    assert events["r"].persons() == ("dov",)
    assert events["o"].persons() == ()
    assert {e.thread for e in events.values()} == {"p"}


def test_a_comment_on_something_not_collected_says_so(falls: City) -> None:
    event = one(falls, stored("c", "ben", channel=Channel.SOCIAL_COMMENT, in_reply_to="gone"))
    assert (event.contacts, event.in_reply_to) == ((), None)
    assert event.defects == (Defect.MISSING_PARENT,)


def test_a_reaction_in_a_private_chat_reaches_its_author_only(falls: City) -> None:
    said = stored("1", "ann", group="ben;cat;dov", channel=Channel.GROUP_CHAT, thread="g", key="k1")
    heart = stored(
        "2",
        "cat",
        group="ann;ben;dov",
        channel=Channel.GROUP_CHAT,
        thread="g",
        key="k2",
        minute=1,
        event="reaction",
        in_reply_to="k1",
    )
    events = resolve([said, heart], *falls)
    assert events[0].persons() == ("ben", "cat", "dov")
    assert events[1].persons() == ("ann",)


def test_a_reaction_without_a_time_stands_right_after_what_it_answers(falls: City) -> None:
    said = stored("z", "ann", "ben", channel=Channel.GROUP_CHAT, key="k1", minute=3)
    heart = stored("a", "ben", channel=Channel.GROUP_CHAT, key="k2", minute=None, event="reaction", in_reply_to="k1")
    lost = stored("b", "ben", "ann", minute=None)
    events = resolve([heart, lost, said], *falls)
    assert [e.id for e in events] == ["z", "a"]
    assert events[1].at == events[0].at
    assert events[1].precision is TimePrecision.ORDER
    assert [s.id for s in find_undated([heart, lost, said])] == ["b"]


def test_a_group_chat_reaches_who_was_in_it_then(falls: City) -> None:
    chat = {
        "channel": Channel.GROUP_CHAT,
        "thread": "g",
        "file": "chat.json",
        "defects": (Defect.MEMBERSHIP_AT_EXPORT,),
    }
    now = "ann;cat;dov"  # who is listed at the export; ben has left, cat joined later
    records = [
        stored("1", "ann", group=now, minute=1, **chat),
        stored("2", "cat", group="", minute=10, event="join", **chat),
        stored("3", "ann", group=now, minute=11, **chat),
        stored("4", "ben", group=now, minute=20, event="leave", **chat),
        stored("5", "ann", group=now, minute=21, **chat),
        stored("6", "ann", "kin", group=now, minute=30, event="join", **chat),
        stored("7", "ann", group=now, minute=31, **chat),
    ]
    events = {e.id: e for e in resolve(records, *falls)}
    assert set(events["1"].persons()) == {"dov", "ben"}
    assert set(events["3"].persons()) == {"cat", "dov", "ben"}
    assert set(events["5"].persons()) == {"cat", "dov"}
    assert set(events["7"].persons()) == {"cat", "dov", "kin"}
    assert events["6"].persons() == ("kin",), "a join names who joined, not who could read it"
    assert all(Defect.MEMBERSHIP_AT_EXPORT not in e.defects for e in events.values())


def test_an_exported_table_of_list_members_expands_the_list_as_of_the_moment(falls: City) -> None:
    def join(name: str, who: str, minute: float) -> object:
        group = {"group": "friends@alderfalls.example", "thread": "friends@alderfalls.example"}
        return stored(name, who, minute=minute, event="join", key=f"{name};g", file="groups.csv", **group)

    records = [
        join("j1", "ben@alderfalls.example", -9),
        join("j2", "pat@y.example", -8),
        join("j3", "dov@alderfalls.example", 5),
        join("j4", "ann@alderfalls.example", -7),
        stored("1", "ann@alderfalls.example", "friends@alderfalls.example", minute=1),
        stored("2", "ann@alderfalls.example", "friends@alderfalls.example", minute=6),
    ]
    events = {e.id: e for e in resolve(records, *falls)}  # type: ignore[arg-type]
    assert [(c.person, c.address) for c in events["1"].contacts] == [
        ("ben", "ben@alderfalls.example"),
        (None, "pat@y.example"),
    ]
    assert events["2"].persons() == ("ben", "dov")
    assert {c.via for c in events["2"].contacts} == {"friends@alderfalls.example"}
    assert events["j1"].contacts == ()


def test_a_group_chat_without_joins_reaches_whom_the_source_lists(falls: City) -> None:
    marks = (Defect.MEMBERSHIP_AT_EXPORT,)
    event = one(falls, stored("1", "ann", group="ben;cat", channel=Channel.GROUP_CHAT, thread="g", defects=marks))
    assert event.persons(Role.GROUP_MEMBER) == ("ben", "cat")
    assert event.defects == marks


def test_claimed_senders_of_quoted_blocks_are_resolved_without_marking_the_message(falls: City) -> None:
    quoted = (
        Quoted(0, 5, "forward", mail("Ben Berg")),
        Quoted(6, 9, "reply", mail("nobody@y.example")),
        Quoted(9, 9, "reply"),
    )
    event = one(falls, stored("1", "ann", "dov", quoted=quoted, text="> a\n> b\n> c"))
    assert [q.person for q in event.quoted] == ["ben", None, None]
    assert event.defects == ()


def test_members_who_appear_nowhere(falls: City) -> None:
    roster, workspace = falls
    events = resolve([stored("1", "ann", "ben@alderfalls.example"), stored("2", "kin", "dov", minute=9)], *falls)
    assert members_without_records(events, roster, workspace.zone) == ("cat",)
    assert members_without_records((), roster, workspace.zone) == ()


def test_a_frame_for_people_who_explore(falls: City) -> None:
    events = resolve([stored("1", "ann", "ben;who@y.example", subject="Hi"), stored("2", "cat", minute=1)], *falls)
    frame = to_frame(events)
    assert list(frame["to"]) == ["ben", ""]
    assert list(frame["unknown"]) == [1, 0]
    assert "text" not in frame.columns
    assert list(to_frame(()).columns) == list(frame.columns)


def _with(record: object, **fields: object) -> object:
    from dataclasses import replace

    return replace(record, record=replace(record.record, **fields))  # type: ignore[attr-defined, type-var]
