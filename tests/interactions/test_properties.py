"""What must hold for any records: order does not matter, names do not matter, nobody is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorum_watch.interactions import resolve, unknown_accounts
from quorum_watch.model import Interaction, Stored
from quorum_watch.roster import Account, ListEntry, Membership, Person, Roster
from quorum_watch.vocabulary import Channel
from quorum_watch.workspace import Workspace
from tests.interactions.records import city, stored

PEOPLE = ("ann", "ben", "cat", "dov", "mae", "kin")
ADDRESSES = (
    *PEOPLE,
    "council@alderfalls.example",
    "mayor@alderfalls.example",
    "who@y.example",
    "Ben Berg",
    "dov@alderfalls.example",
)
EVENTS = ("message", "message", "message", "reaction", "join", "leave")
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def histories(draw: st.DrawFn) -> list[Stored]:
    records = []
    for n in range(draw(st.integers(1, 9))):
        channel = draw(st.sampled_from([Channel.EMAIL, Channel.GROUP_CHAT, Channel.SOCIAL_COMMENT, Channel.CALL]))
        parent = draw(st.one_of(st.just(""), st.integers(0, 9).map(lambda k: f"<m{k}@x>")))
        to = draw(st.lists(st.sampled_from(ADDRESSES), max_size=3, unique=True))
        group = draw(st.lists(st.sampled_from(PEOPLE), max_size=3)) if channel is Channel.GROUP_CHAT else []
        records.append(
            stored(
                f"m{n}",
                draw(st.sampled_from(ADDRESSES)),
                ";".join(to),
                group=";".join(group),
                minute=draw(st.one_of(st.none(), st.integers(-20_000, 20_000))),
                channel=channel,
                event=draw(st.sampled_from(EVENTS)) if channel is Channel.GROUP_CHAT else "message",
                in_reply_to=parent,
                thread=draw(st.sampled_from(["", "t1", "t2"])),
                subject=draw(st.sampled_from(["", "Depot", "Re: Depot"])),
                file=draw(st.sampled_from(["a.mbox", "b.jsonl", "c/d.json"])),
            )
        )
    return records


@pytest.fixture(scope="module")
def falls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Roster, Workspace]:
    return city(tmp_path_factory.mktemp("falls"))


@given(data=st.data(), records=histories())
@few
def test_the_order_of_records_changes_nothing(
    data: st.DataObject, records: list[Stored], falls: tuple[Roster, Workspace]
) -> None:
    shuffled = data.draw(st.permutations(records))
    assert resolve(shuffled, *falls) == resolve(records, *falls)


@given(records=histories())
@few
def test_every_address_ends_as_a_person_a_list_or_an_unknown_account(
    records: list[Stored], falls: tuple[Roster, Workspace]
) -> None:
    events = {e.id: e for e in resolve(records, *falls)}
    unknown = {u.account for u in unknown_accounts(events.values())}
    for record in records:
        event = events.get(record.id)
        if event is None or record.record.event in ("join", "leave"):
            continue
        for party in record.record.recipients:
            if party.role.value == "group_member":
                continue
            found = [c for c in event.contacts if c.raw == party.raw]
            alone = event.sender is not None and falls[0].expand(party.address or "-", event.at.date()) == (
                event.sender,
            )
            assert found or alone
            assert all(c.person or (c.address or c.raw) in unknown for c in found)


@given(records=histories())
@few
def test_time_order_and_conversations_are_consistent(records: list[Stored], falls: tuple[Roster, Workspace]) -> None:
    events = resolve(records, *falls)
    assert [e.at for e in events] == sorted(e.at for e in events)
    first: dict[str, str] = {}
    for event in events:
        assert first.setdefault(event.thread, event.id) == event.thread
        if event.in_reply_to is not None:
            parent = next(e for e in events if e.id == event.in_reply_to)
            assert parent.thread == event.thread


@given(records=histories())
@few
def test_renaming_people_changes_nothing_but_names(records: list[Stored], falls: tuple[Roster, Workspace]) -> None:
    roster, workspace = falls
    new = {p.person_id: f"{9 - n}-{p.person_id[::-1]}" for n, p in enumerate(roster.people)}
    renamed = Roster(
        tuple(Person(new[p.person_id], p.name, p.role, p.household) for p in roster.people),
        roster.bodies,
        tuple(replace_term(t, new) for t in roster.memberships),
        tuple(Account(new[a.person_id], a.kind, a.value, a.raw) for a in roster.accounts),
        tuple(ListEntry(e.address, new.get(e.person_id, ""), e.body_id, e.nested) for e in roster.lists),
    )
    moved = [_rename(record, new) for record in records]
    before, after = resolve(records, roster, workspace), resolve(moved, renamed, workspace)
    assert [_shape(e, new) for e in before] == [_shape(e, {v: v for v in new.values()}) for e in after]


def replace_term(term: Membership, new: dict[str, str]) -> Membership:
    return replace(term, person_id=new[term.person_id])


def _rename(record: Stored, new: dict[str, str]) -> Stored:
    """The record with person ids replaced where they were used as accounts."""

    def party(p: object) -> object:
        name = p.name if p is not None else ""  # type: ignore[attr-defined]
        return replace(p, raw=new[name], name=new[name]) if name in new else p  # type: ignore[type-var]

    inner = record.record
    people = tuple(party(p) for p in inner.recipients)
    return replace(record, record=replace(inner, sender=party(inner.sender), recipients=people))  # type: ignore[arg-type]


def _shape(event: Interaction, new: dict[str, str]) -> tuple[object, ...]:
    contacts = sorted((new.get(c.person or "", ""), c.address, c.role, c.via) for c in event.contacts)
    return event.id, event.at, new.get(event.sender or "", ""), contacts, event.thread, event.in_reply_to, event.defects


def test_no_words_of_messages_stand_in_the_code_that_reports() -> None:
    """Doctor and summary never print text or subjects."""
    root = Path(__file__).resolve().parents[2] / "quorum_watch" / "interactions"
    assert not re.search(r"\.text\b", (root / "doctor.py").read_text("utf-8"))
