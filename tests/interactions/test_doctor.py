"""The identity desk suggests and never decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from quorum_watch.interactions import resolve
from quorum_watch.interactions.doctor import Diagnosis, diagnose, suggest
from quorum_watch.model import Party
from quorum_watch.vocabulary import AccountKind
from tests.interactions.records import city, stored
from tests.workspace.fill import LISTS, MEMBERSHIPS, PEOPLE, TOML

TODAY = date(2026, 6, 1)


def look(root: Path, *records: object, **files: str) -> Diagnosis:
    roster, workspace = city(root, **files)
    return diagnose(resolve(records, roster, workspace), roster, workspace, TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account", "names", "people"),
    [
        ("ann.ames@mail.example", (), ["ann"]),
        ("aames@mail.example", (), ["ann"]),
        ("ames.ann77@mail.example", (), ["ann"]),
        ("x77@mail.example", ("Cathy Coal",), ["cat"]),
        ("ann+council@alderfalls.example", (), ["ann"]),
        ("Ben Bergh", (), ["ben"]),
        ("pizza@corner.example", ("Corner Pizza",), []),
        ("+16085559999", (), []),
    ],
)
def test_suggestions_name_who_it_might_be_and_why(
    tmp_path: Path, account: str, names: tuple[str, ...], people: list[str]
) -> None:
    roster, _ = city(tmp_path)
    found = suggest(account, frozenset(names), roster)
    assert [s.person for s in found] == people
    assert all(s.why and 0 < s.likeness <= 100 for s in found)


def test_a_suggestion_is_not_applied(tmp_path: Path) -> None:
    record = stored("1", "ann.ames@mail.example", "ben@alderfalls.example")
    found = look(tmp_path, record)
    assert [(d.account, d.messages, d.kind, d.suggestions[0].person) for d in found.unknown] == [
        ("ann.ames@mail.example", 1, "unknown", "ann")
    ]
    roster, workspace = city(tmp_path)
    assert resolve([record], roster, workspace)[0].sender is None


def test_names_shared_by_two_people_are_doubtful(tmp_path: Path) -> None:
    found = look(tmp_path, stored("1", "ann", "Ben Berg"), people=PEOPLE + "ben2,Ben Berg,resident,\n")
    (doubt,) = found.unknown
    assert (doubt.kind, [s.person for s in doubt.suggestions]) == ("ambiguous", ["ben", "ben2"])


def test_people_recognised_by_name_alone_are_listed(tmp_path: Path) -> None:
    from dataclasses import replace

    record = stored("1", "ann", "")
    party = Party("Berg, Ben", "", "Berg, Ben", AccountKind.EMAIL)
    record = replace(record, record=replace(record.record, recipients=(party,)))
    (doubt,) = look(tmp_path, record).doubtful
    assert (doubt.account, doubt.resolved_to, doubt.kind) == ("Berg, Ben", "ben", "name_only")


def test_stale_terms_vacancies_and_an_unchecked_roster(tmp_path: Path) -> None:
    found = look(tmp_path, stored("1", "ben@alderfalls.example", "ann"), stored("2", "ann", "cat", minute=60 * 24 * 10))
    subjects = [(n.subject, n.what) for n in found.stale]
    assert ("council", "3 of 4 seats filled from 2026-05-01 to 2026-05-11.") in subjects
    assert ("ben", "Last term ended on 2026-04-20; the last message is of 2026-05-01.") in subjects
    assert subjects[0][0] == "roster"
    dated = TOML + "roster_checked = 2026-05-30\n"
    assert "roster" not in [n.subject for n in look(tmp_path, stored("1", "ann", "cat"), toml=dated).stale]
    old = TOML + "roster_checked = 2025-01-01\n"
    assert "2025-01-01" in look(tmp_path, stored("1", "ann", "cat"), toml=old).stale[0].what


def test_silent_members_and_lists(tmp_path: Path) -> None:
    toml = TOML + 'own_domains = ["alderfalls.example"]\n'
    lists = LISTS + "library@alderfalls.example,,library\n"
    bodies = (
        "body_id,name,kind,seats\ncouncil,Common Council,board,4\nfinance,Finance,committee,3\n"
        "library,Library Board,board,5\n"
    )
    record = stored("1", "ann", "ben;alders@alderfalls.example;desk@alderfalls.example")
    found = look(tmp_path, record, toml=toml, lists=lists, bodies=bodies)
    assert found.silent == ("cat", "dov", "kin")
    assert [n.subject for n in found.lists] == ["library@alderfalls.example", "alders@alderfalls.example"]


def test_a_bodys_name_as_recipient_is_pointed_out(tmp_path: Path) -> None:
    found = look(tmp_path, stored("1", "ann", "Common Council;Someone"))
    assert [n.subject for n in found.lists] == ["Common Council"]


def test_nothing_to_say_about_a_roster_in_order(tmp_path: Path) -> None:
    toml = TOML + "roster_checked = 2026-05-30\n"
    terms = MEMBERSHIPS + "art,council,member,,2026-04-21,\nben,finance,member,,,\n"
    found = look(tmp_path, stored("1", "ann", "cat;dov;art;ben;kin"), toml=toml, memberships=terms)
    assert [(n.subject, n.what) for n in found.stale] == []
    assert found.quiet
