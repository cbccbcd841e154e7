"""Who sat that day, what only a day or an order is known of, and what is no longer pending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from quorum_watch.assess.gates import without_subject
from quorum_watch.findings import name_all
from quorum_watch.roster.records import Membership, Person
from quorum_watch.roster.roster import Roster
from quorum_watch.vocabulary import Act, Channel, Concern, Polarity, Test, TimePrecision
from quorum_watch.workspace.records import Meeting
from tests.assess.history import START, board, contact, findings

FOR, NONE = Polarity.FOR, Polarity.NONE


def _seated(known, leaves, joins, day):
    """``leaves`` ends the day before ``day``; ``joins`` takes that seat on ``day``."""
    roster = known.roster
    terms = [replace(m, end=day - timedelta(days=1)) if m.person_id == leaves else m for m in roster.memberships]
    terms.append(Membership(joins, "board", start=day))
    people = (*roster.people, Person(joins, f"Member {joins}", "member"))
    new = Roster(people=people, bodies=roster.bodies, memberships=tuple(terms), accounts=(), lists=())
    return replace(known, roster=new, _worked_out={})


def _commit_to(n, sender, to, hours):
    return contact(n, sender, to, [(Act.COMMIT, FOR, None)], hours=hours)


def test_two_people_who_held_one_seat_in_turn_are_never_counted_together():
    """m1 and m2 agree; m2 leaves and m8 takes the seat: of seven members no three agreed at one time but m1, m3, m8."""
    known = _seated(board(7), "m2", "m8", date(2026, 3, 4))
    history = [
        _commit_to(0, "m1", ["m2"], 0),
        _commit_to(1, "m2", ["m1"], 1),
        _commit_to(2, "m1", ["m8"], 72),
        _commit_to(3, "m8", ["m1"], 73),
        _commit_to(4, "m1", ["m3"], 74),
        _commit_to(5, "m3", ["m1"], 75),
    ]
    for a in findings(known, history):
        assert not {"m2", "m8"} <= {*a.finding.members.spoke, *a.finding.members.received}
        assert a.finding.reach <= 3
        assert a.finding.concern is not Concern.LOOK_FIRST


def test_a_reach_is_never_larger_than_the_body():
    known = _seated(board(3), "m3", "m8", date(2026, 3, 4))
    history = [_commit_to(0, "m1", ["m2", "m3"], 0), _commit_to(1, "m2", ["m1", "m3"], 1),
               _commit_to(2, "m3", ["m1", "m2"], 2), _commit_to(3, "m1", ["m2", "m8"], 72),
               _commit_to(4, "m8", ["m1", "m2"], 73)]  # fmt: skip
    found = findings(known, history)
    assert any(a.finding.concern is Concern.LOOK_FIRST for a in found)
    assert max(a.finding.reach for a in found) <= 3
    assert len({a.finding.id for a in found}) == len(found) == len({a.finding.seed for a in found})


def test_a_chain_across_a_departure_keeps_the_members_who_stayed():
    known = _seated(board(7), "m7", "m8", date(2026, 3, 4))
    history = [
        _commit_to(0, "m1", ["m2"], 0),
        _commit_to(1, "m2", ["m1"], 1),
        _commit_to(2, "m7", ["m1"], 2),
        _commit_to(3, "m1", ["m3"], 72),
        _commit_to(4, "m3", ["m1"], 73),
        _commit_to(5, "m4", ["m1"], 74),
    ]
    best = max(findings(known, history), key=lambda a: a.finding.concern.rank)
    assert best.finding.concern is Concern.LOOK_FIRST
    assert {"m1", "m2", "m3", "m4"} <= {*best.finding.members.spoke}


def test_the_order_of_contacts_at_one_instant_is_the_order_given():
    """Times known by minute or by order only: an answer comes after the question, whatever the ids are."""
    first = contact(9, "m1", ["m2"], [(Act.COMMIT, FOR, None)], hours=0)
    rest = [
        contact(5, "m2", ["m3"], [(Act.RELAY, FOR, "m1")], hours=0),
        contact(3, "m3", ["m4"], [(Act.RELAY, FOR, "m1")], hours=0),
        contact(1, "m4", ["m1"], [(Act.COMMIT, FOR, None)], hours=0),
    ]
    rows = [
        (replace(i, source=replace(i.source, locator=f"line={n}")), r) for n, (i, r) in enumerate([first, *rest], 2)
    ]
    found = findings(board(7), rows)
    assert [a.finding for a in found] == [a.finding for a in findings(board(7), rows[::-1])]
    best = max(found, key=lambda a: len(a.finding.steps))
    assert [s.interaction for s in best.finding.steps] == ["i009", "i005", "i003", "i001"]


def _meeting(start):
    return Meeting("mt", ("board",), start, start + timedelta(hours=2), start - timedelta(days=3), ("M-1",), "Regular")


def test_a_gathering_known_only_by_its_day_may_be_the_noticed_meeting_of_that_day():
    known = replace(board(7), meetings=(_meeting(datetime(2026, 3, 2, 0, 30, tzinfo=UTC) + timedelta(days=1)),))
    i, r = contact(0, "m1", [f"m{n}" for n in range(2, 8)], [(Act.DELIBERATE, NONE, None)], channel=Channel.IN_PERSON)
    day = replace(i, precision=TimePrecision.DAY, at=START.replace(hour=6))
    assert not findings(known, [(day, r)])
    assert findings(replace(known, meetings=()), [(day, r)])[0].finding.concern is Concern.LOOK_FIRST


def test_a_call_of_known_hour_before_the_noticed_meeting_is_not_cleared():
    known = replace(board(7), meetings=(_meeting(datetime(2026, 3, 3, 0, 30, tzinfo=UTC)),))
    row = contact(0, "m1", [f"m{n}" for n in range(2, 8)], [(Act.DELIBERATE, NONE, None)], channel=Channel.IN_PERSON)
    assert findings(known, [row])[0].finding.concern is Concern.LOOK_FIRST


def test_a_matter_that_was_closed_before_the_contacts_is_not_called_pending():
    known = board(7)
    closed = replace(known.matters["M-1"], opened=date(2025, 1, 1), closed=date(2025, 6, 1))
    history = [_commit_to(n, f"m{n + 1}", ["m1"] if n else ["m2"], n) for n in range(4)]
    for now, name in ((known, "pending_business"), (replace(known, matters={"M-1": closed}), "no_action_proposed")):
        walking = [a.finding for a in findings(now, history) if a.finding.test is Test.WALKING_QUORUM]
        assert walking
        assert all(name in {x.name for x in f.factors} for f in walking)


def test_a_contact_on_the_merits_without_a_subject_is_counted_somewhere():
    between = contact(0, "m1", ["m2"], [(Act.COMMIT, FOR, None)])
    outside = contact(1, "m1", ["r1"], [(Act.COMMIT, FOR, None)], hours=1)
    rows = [(i, replace(r, topics=(), matter=None)) for i, r in (between, outside)]
    assert findings(board(7), rows) == ()
    assert without_subject([i for i, _ in rows], [r for _, r in rows], board(7)) == ("i000",)
    assert without_subject([between[0]], [between[1]], board(7)) == ()


def test_an_id_never_comes_to_name_another_finding():
    history = [_commit_to(n, f"m{n + 1}", ["m1"] if n else ["m2"], n) for n in range(4)]
    one = replace(findings(board(7), history)[0].finding, seed="0612b" + "0" * 59)
    two = replace(one, seed="0612f" + "0" * 59)
    assert [f.id for f in name_all([one])] == ["QW-0612"]
    assert [f.id for f in name_all([one, two])] == ["QW-0612B", "QW-0612F"]
    assert [f.id for f in name_all([two, one])] == ["QW-0612F", "QW-0612B"]
