"""Whom an account means: equality decides, likeness never does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorum_watch.roster import Roster
from quorum_watch.roster.identity import normalise, normalise_name
from quorum_watch.vocabulary import AccountKind, Confidence
from quorum_watch.workspace import Workspace
from tests.workspace.fill import ACCOUNTS, PEOPLE, TOML, fill

DAY, LATER = date(2026, 4, 10), date(2026, 5, 10)
EMAIL, PHONE, NAME, X = AccountKind.EMAIL, AccountKind.PHONE, AccountKind.NAME, AccountKind.X


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return Roster.read(Workspace.open(fill(tmp_path, toml=TOML + 'area_code = "608"\n')))


@pytest.mark.parametrize(
    ("kind", "value", "person"),
    [
        (EMAIL, "ANN@alderfalls.example", "ann"),
        (EMAIL, " <ann@alderfalls.example> ", "ann"),
        (EMAIL, "mailto:ann@alderfalls.example", "ann"),
        (PHONE, "+1 608 555 0101", "ann"),
        (PHONE, "1-608-555-0101", "ann"),
        (PHONE, "tel:6085550101", "ann"),
        (PHONE, "555-0101", "ann"),
        (X, "dovforthefalls", "dov"),
        (X, "@DovForTheFalls", "dov"),
        (X, "https://twitter.com/DovForTheFalls", "dov"),
        (NAME, "ann", "ann"),
        (NAME, "Ann Ames", "ann"),
        (NAME, "AMES, Ann", "ann"),
        (NAME, "Ald. Ann Ames", "ann"),
        (NAME, "Ames, Ann (Alder)", "ann"),
        (NAME, "Mayor Mae Moss", "mae"),
        (NAME, "Ann Ames, City Attorney", "ann"),
        (NAME, "Cathy Cole", "cat"),
        (NAME, "ann@alderfalls.example", "ann"),
        (AccountKind.TEAMS, "ann@alderfalls.example", "ann"),
        (AccountKind.WHATSAPP, "+1 (608) 555-0101", "ann"),
        # what is only alike stays unknown
        (EMAIL, "ann+council@alderfalls.example", None),
        (EMAIL, "ann@alderfalls.example.org", None),
        (EMAIL, "ann.ames@alderfalls.example", None),
        (PHONE, "608-555-0102", None),
        (PHONE, "414-555-0101", None),
        (X, "dovforthefall", None),
        (AccountKind.FACEBOOK, "dovforthefalls", None),
        (AccountKind.FACEBOOK, "ann", None),
        (NAME, "Ann", None),
        (NAME, "A. Ames", None),
        (NAME, "Anne Ames", None),
        (NAME, "", None),
    ],
)
def test_equal_accounts_resolve_and_alike_ones_do_not(
    roster: Roster, kind: AccountKind, value: str, person: str | None
) -> None:
    assert roster.resolve(kind, value, DAY).person == person


def test_how_sure_a_resolution_is(roster: Roster) -> None:
    account = roster.resolve(EMAIL, "ann@alderfalls.example", DAY)
    assert (account.how, account.confidence) == ("account", Confidence.HIGH)
    named = roster.resolve(NAME, "Ann Ames", DAY)
    assert (named.how, named.confidence) == ("name", Confidence.MEDIUM)
    stated = roster.resolve(NAME, "Cathy Cole", DAY)
    assert (stated.how, stated.confidence) == ("name", Confidence.HIGH)
    role = roster.resolve(EMAIL, "Mayor@alderfalls.example", DAY)
    assert (role.person, role.via, role.how) == ("mae", "mayor@alderfalls.example", "list")


def test_a_name_two_people_bear_means_neither(tmp_path: Path) -> None:
    roster = Roster.read(fill(tmp_path, people=PEOPLE + "ann2,ANN  AMES,resident,\n"))
    found = roster.resolve(NAME, "Ames, Ann", DAY)
    assert (found.person, found.how, found.candidates) == (None, "ambiguous", ("ann", "ann2"))
    assert roster.resolve(NAME, "ann2", DAY).person == "ann2"


def test_on_a_public_page_only_listed_spellings_count(roster: Roster) -> None:
    assert roster.resolve(NAME, "Ann Ames", DAY, known_names=False).person is None
    assert roster.resolve(NAME, "Cathy Cole", DAY, known_names=False).person == "cat"


def test_a_handle_without_its_platform(tmp_path: Path) -> None:
    shared = ACCOUNTS + "ben,facebook,falls.fan\ndov,instagram,falls.fan\nann,facebook,annames\nann,x,annames\n"
    resolver = Roster.read(fill(tmp_path, accounts=shared)).resolver
    assert resolver.handle("@annames").person == "ann"
    assert resolver.handle("falls.fan").candidates == ("ben", "dov")
    assert resolver.handle("nobody").how == "unknown"


def test_lists_reach_whoever_sat_that_day(roster: Roster) -> None:
    assert roster.expand("Council@alderfalls.example", DAY) == ("ann", "ben", "dov", "mae")
    assert roster.expand("council@alderfalls.example", LATER) == ("ann", "cat", "dov", "mae")
    assert roster.expand("everyone@alderfalls.example", LATER) == ("ann", "cat", "clu", "dov", "mae")
    assert roster.expand("mayor@alderfalls.example", LATER) == ("mae",)
    assert roster.expand("ann@alderfalls.example", LATER) is None
    assert roster.expand("council@alderfalls.example", date(2020, 1, 1)) == ()
    # a body's list as a sender is nobody in particular
    assert roster.resolve(EMAIL, "council@alderfalls.example", DAY).person is None


@given(st.text(max_size=40), st.sampled_from(list(AccountKind)))
def test_normalising_twice_changes_nothing(text: str, kind: AccountKind) -> None:
    once = normalise(kind, text)
    assert normalise(kind, once) == once


@given(st.lists(st.sampled_from(["Ann", "José", "O'Neil", "van", "Berg"]), min_size=2, max_size=3, unique=True))
def test_last_first_is_the_same_name(parts: list[str]) -> None:
    first, last = parts[0], " ".join(parts[1:])
    assert normalise_name(f"{last}, {first}") == normalise_name(f"{first} {last}")
    assert normalise_name(f"Alder {first} {last}") == normalise_name(f"{first} {last}".upper())
