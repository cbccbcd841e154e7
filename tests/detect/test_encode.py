"""How events become contacts: who speaks, who hears, what outsiders pass on, what is not certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from quorum_watch.detect import detect, encode, gathered, two_way
from quorum_watch.detect.layers import CONTACT, POSITIONS, VIEWS, layer_bits
from quorum_watch.model import Contact, Party, Quoted, Seat, Shard
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Pattern, Role, TimePrecision
from tests.detect.histories import MONDAY, SETTINGS, Said, exchange, shard

RHO = SETTINGS.answer_window


def contacts(made: Shard) -> set[tuple[str, str]]:
    """(who, to whom) pairs of the arrays, by person."""
    a = encode(made, answer_window=RHO)
    found = set()
    for row in range(len(a)):
        for c in range(a.offsets[row], a.offsets[row + 1]):
            found.add((a.persons[a.owner[a.sender[row]]], a.persons[a.owner[a.recipient[c]]]))
    return found


def largest(made: Shard, layer: str = "views", window: timedelta = SETTINGS.window) -> int:
    """The most members tied both ways on a layer."""
    reach, _ = two_way(encode(made, answer_window=RHO), window=window, answer_window=RHO, layer=layer)
    return reach.largest


def held(made: Shard, layer: str = "contact", window: timedelta = SETTINGS.window) -> int:
    """The most views one member holds."""
    return gathered(encode(made, answer_window=RHO), window=window, layer=layer).largest


def test_nobody_at_all_gives_no_candidates():
    assert detect(shard([]), [2], SETTINGS) == ()
    assert detect(shard([Said("A", "", 0)]), [2], SETTINGS) == ()


def test_copied_and_blind_copied_people_hear():
    assert contacts(shard([Said("A", "B", 0, cc="C")])) == {("A", "B"), ("A", "C")}


def test_unknown_account_is_somebody_of_its_own():
    assert contacts(shard([Said("?", "A", 0)])) == {("account:?@x.test", "A")}
    two = shard([*exchange("A", "?", 0), *exchange("?", "B", 1)])
    assert largest(two, "contact") < 2  # it answers both and passes nothing on


def test_everybody_in_a_call_hears_everybody():
    pairs = {(a, b) for a in "ABC" for b in "ABC" if a != b}
    assert contacts(shard([Said("A", "BC", 0, channel=Channel.CALL)])) == pairs
    assert largest(shard([Said("A", "BC", 0, channel=Channel.CALL)])) == 3


def test_a_post_addresses_whom_it_names_and_a_comment_whom_it_answers():
    post = Said("A", "", 0, channel=Channel.SOCIAL_POST, thread="p", audience=Audience.PUBLIC)
    first = Said("B", "", 1, channel=Channel.SOCIAL_COMMENT, thread="p", reply_to=0)
    second = Said("C", "", 2, channel=Channel.SOCIAL_COMMENT, thread="p", reply_to=1)
    made = shard([post, first, second])
    assert contacts(made) == {("B", "A"), ("C", "B"), ("C", "A")}
    readers = tuple(Contact(m, m, m, Role.GROUP_MEMBER) for m in "BCDEFG")
    event = made.events[0]
    public = replace(event, interaction=replace(event.interaction, contacts=readers))
    assert not contacts(replace(made, events=(public,)))


def test_a_reaction_is_contact_and_nothing_more():
    post = Said("A", "", 0, channel=Channel.SOCIAL_POST, thread="p", audience=Audience.PUBLIC)
    like = Said("B", "", 1, "agree", Channel.SOCIAL_REACTION, "p", 0)
    made = shard([post, like])
    assert layer_bits(made.events, RHO) == [CONTACT | VIEWS, CONTACT]
    assert contacts(made) == {("B", "A")}


@pytest.mark.parametrize(
    ("asked", "bits"),
    [("poll", CONTACT | VIEWS | POSITIONS), ("commit", CONTACT | VIEWS | POSITIONS), ("inform", CONTACT | VIEWS)],
)
def test_agreeing_takes_a_position_only_in_answer_to_a_question_for_it(asked, bits):
    assert layer_bits(shard([Said("A", "B", 0, asked), Said("B", "A", 1, "agree", reply_to=0)]).events, RHO)[1] == bits
    assert layer_bits(shard([Said("A", "B", 0, asked), Said("B", "A", 1, "agree")]).events, RHO)[1] == bits


def test_agreeing_long_after_the_question_is_a_view():
    assert layer_bits(shard([Said("A", "B", 0, "poll"), Said("B", "A", 9, "agree")]).events, RHO)[1] == CONTACT | VIEWS


def test_staff_briefing_everybody_ties_nobody_and_a_relay_ties():
    briefing = [line for n, m in enumerate("ABCD") for line in exchange("s", m, n)]
    assert largest(shard(briefing)) == 0
    polled = [*exchange("s", "A", 0), *exchange("s", "B", 1), Said("s", "C", 2, "relay"), Said("C", "s", 2.1)]
    assert largest(shard(polled)) == 3


def test_staff_passes_on_inside_one_thread():
    one = [*exchange("s", "A", 0, thread="t"), *exchange("s", "B", 1, thread="t")]
    two = [*exchange("s", "A", 0, thread="t"), *exchange("s", "B", 1, thread="u")]
    assert (largest(shard(one)), largest(shard(two))) == (2, 0)


def test_a_relay_brings_the_person_it_reports():
    lines = [Said("A", "B", 0, "relay", about="C"), Said("B", "A", 0.1)]
    assert held(shard(lines), "views") == 3
    assert largest(shard(lines)) == 3
    assert largest(shard(lines[:1])) == 0  # nobody answered


def test_a_forward_brings_the_author_of_the_forwarded_block():
    base = shard([Said("A", "B", 0, "relay"), Said("B", "A", 0.1), Said("C", "D", -3)])
    author = Party("C", "C@x.test", "", AccountKind.EMAIL)
    forward = next(e for e in base.events if e.interaction.sender == "A")

    def with_block(kind: str, acts: tuple = forward.reading.acts) -> Shard:
        block = Quoted(0, 0, kind, author)
        event = replace(
            forward,
            interaction=replace(forward.interaction, quoted=(block,)),
            reading=replace(forward.reading, acts=acts),
        )
        return replace(base, events=tuple(event if e is forward else e for e in base.events))

    assert largest(with_block("forward")) == 3
    assert largest(base) == 2
    assert largest(with_block("forward", ()), "views") == 2
    assert largest(with_block("forward", ()), "contact") == 3
    assert largest(with_block("reply", ()), "contact") == 2


def test_members_are_counted_while_they_sit():
    seats = [Seat(m, None, None) for m in "ABC"] + [
        Seat("D", date(2026, 3, 4), None),
        Seat("E", None, date(2026, 3, 4)),
    ]
    lines = [line for n, m in enumerate("BCD") for line in exchange("A", m, n)]
    assert largest(shard(lines, seats=seats)) == 4  # D is spoken with on the day D takes office
    assert largest(shard([replace(line, day=line.day - 1) for line in lines], seats=seats)) == 3
    gone = [*exchange("A", "B", 0), *exchange("A", "E", 3)]
    assert largest(shard(gone, seats=seats)) == 2
    late = shard(gone, seats=seats)
    reach, _ = two_way(
        encode(late, answer_window=RHO, members_at=lambda at: "ABE"),
        window=SETTINGS.window,
        answer_window=RHO,
    )
    assert reach.largest == 3


def test_alternates_without_a_vote_are_not_members():
    seats = [Seat("A", None, None), Seat("B", None, None), Seat("C", None, None, "alternate", voting=False)]
    assert largest(shard([*exchange("A", "B", 0), *exchange("B", "C", 1)], seats=seats)) == 2


def test_the_same_instant_passes_nothing_on():
    assert held(shard([Said("A", "B", 0), Said("B", "C", 0)])) == 2
    lines = [Said("A", "B", 1), Said("B", "C", 1), Said("C", "D", 1)]
    assert held(shard(lines)) < 3
    assert held(shard([replace(line, day=1 + n / 24) for n, line in enumerate(lines)])) == 3


def test_a_day_without_a_time_widens_and_says_so():
    # C told D before B told C, if the times are right; on the day given as a whole either may have come first.
    day = {"precision": TimePrecision.DAY}
    first, exact = Said("D", "F", 0), [Said("A", "B", 1.2), Said("B", "C", 1.6), Said("C", "D", 1.4)]
    assert held(shard([first, *exact])) == 3
    assert held(shard([first, exact[0], replace(exact[1], day=1, **day), exact[2]])) == 4
    assert held(shard([first, *(replace(line, day=1, **day) for line in exact[::-1])])) == 4
    assert held(shard([first, exact[0], replace(exact[1], day=2, **day), exact[2]])) == 3  # another day

    thanks = [Said("C", "B", 1.9, "social"), Said("B", "A", 1.9, "social"), Said("D", "C", 1.9, "social")]
    vague = shard([exact[0], replace(exact[1], day=1, **day), exact[2], *thanks])
    found = [c for c in detect(vague, [4], SETTINGS) if c.layer == "views" and c.crossings]
    assert [c.order_doubt for c in found] == [True]
    clear = shard([exact[0], replace(exact[1], day=1.3), exact[2], *thanks])
    found = [c for c in detect(clear, [4], SETTINGS) if c.layer == "views" and c.crossings]
    assert [c.order_doubt for c in found] == [False]


def test_events_known_only_by_their_order_keep_it():
    order = {"precision": TimePrecision.ORDER}
    forwards = [Said("A", "B", 1, **order), Said("B", "C", 1, **order), Said("C", "D", 1, **order)]
    assert held(shard(forwards)) == 3
    assert held(shard(forwards[::-1])) == 2
    mixed = [replace(forwards[2], precision=TimePrecision.DAY), *forwards[1::-1]]
    assert held(shard(mixed)) == 3


def test_many_undated_events_of_one_day_stay_affordable():
    lines = [Said("ABCDEFG"[n % 7], "ABCDEFG"[(n + 1) % 7], 1, precision=TimePrecision.DAY) for n in range(60)]
    arrays = encode(shard(lines), answer_window=RHO)
    assert held(shard(lines)) == 7
    assert len(arrays) < 60 * 7 * 3


def test_joining_a_group_says_nothing():
    assert not contacts(shard([Said("A", "BC", 0, event="join")]))


def test_an_occasion_convened_by_somebody_else_is_attendance():
    made = shard([Said("s", "ABCD", 0, "inform", Channel.IN_PERSON)])
    found = [c for c in detect(made, [4], SETTINGS) if c.pattern is Pattern.ATTENDANCE]
    assert [(c.layer, c.members, c.crossings) for c in found] == [("contact", tuple("ABCD"), ((4, 0),))]
    assert made.events[0].interaction.at == MONDAY


def test_a_message_on_a_machine_is_heard_one_way():
    assert contacts(shard([Said("A", "B", 0, channel=Channel.CALL, event="voicemail")])) == {("A", "B")}


def test_a_cancelled_occasion_is_none():
    made = shard([Said("s", "ABCD", 0, "inform", Channel.CALENDAR, event="calendar_cancel")])
    assert detect(made, [4], SETTINGS) == ()


def test_an_undated_reaction_stands_right_after_what_it_answers():
    post = Said("A", "B", 1)
    like = Said("B", "A", 1, "agree", event="reaction", reply_to=0, precision=TimePrecision.ORDER)
    later = Said("B", "C", 1.2)
    made = shard([post, like, later])
    assert held(made) == 2  # C hears A and B
    many = [replace(like, by="BCDEFG"[n % 6]) for n in range(400)]
    assert len(encode(shard([post, *many, later]), answer_window=RHO)) == 402


def test_a_busy_day_with_many_undated_events_stays_affordable():
    dated = [Said("ABCDEFG"[n % 7], "ABCDEFG"[(n + 2) % 7], 1 + n / 500) for n in range(400)]
    undated = [Said("ABCDEFG"[n % 7], "ABCDEFG"[(n + 1) % 7], 1, precision=TimePrecision.DAY) for n in range(60)]
    assert len(encode(shard([*dated, *undated]), answer_window=RHO)) < 300_000


def test_being_mentioned_in_a_letter_is_not_receiving_it():
    made = shard([Said("A", "B", 0)])
    event = made.events[0]
    named = (*event.interaction.contacts, Contact("C", "C@x.test", "C", Role.MENTIONED))
    event = replace(event, interaction=replace(event.interaction, contacts=named))
    assert contacts(replace(made, events=(event,))) == {("A", "B")}
