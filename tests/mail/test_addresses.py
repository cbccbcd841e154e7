"""Recipients that can be trusted: the traps, the count that checks, and what hostile headers may cost."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.mail.addresses import count_visible, normalise_address, read_parties, split_addresses
from quorum_watch.vocabulary import AccountKind, Defect, Role

#: The twenty traps: header, addresses a careful reader finds, names known without an address.
TRAPS = [
    ("semicolons", "a@x.example; b@x.example; c@x.example", "a@x b@x c@x", []),
    ("apostrophes", "'p@x.example' <p@x.example>, O'Neil <on@x.example>", "p@x on@x", []),
    ("brackets and comma in a name", "Doe, Jane [Alder] <jane@x.example>, Bob <bob@x.example>", "jane@x bob@x", []),
    ("double commas", "A <a@x.example>, , B <b@x.example>,,", "a@x b@x", []),
    ("comment after", '"Lee, Dana" <dana@x.example>, bob@x.example (Bob (the) Clerk)', "dana@x bob@x", []),
    ("unclosed angle", "<a@x.example, b@x.example", "a@x b@x", []),
    ("group and an extra", "Council: a@x.example, b@x.example;, c@x.example", "a@x b@x c@x", []),
    ("address as its own name", "a@x.example <a@x.example>, c@x.example <c@x.example>", "a@x c@x", []),
    ("encoded comma", "=?utf-8?q?Lee=2C_Dana?= <dana@x.example>, =?utf-8?B?Qm9i?= <bob@x.example>", "dana@x bob@x", []),
    ("unclosed quote", '"Dana <dana@x.example>, bob@x.example', "dana@x bob@x", []),
    ("fold inside an address", "Jane <jane@\r\n x.example>, b@x.exa\r\n mple", "jane@x b@x", []),
    ("blank as the only separator", "a@x.example b@x.example", "a@x b@x", []),
    ("no separator", "<a@x.example> <b@x.example>", "a@x b@x", []),
    ("source route", "<@r1.example,@r2.example:c@x.example>", "c@x", []),
    ("quoted local part", '"dana" <"dana.lee"@x.example>, b@x.example', "dana.lee@x b@x", []),
    ("names only", "Kim Oak, Lee Elm, Council", "", ["Kim Oak", "Lee Elm", "Council"]),
    ("malformed neighbour", "jane@, bob@x.example, @x.example", "bob@x", ["jane@", "@x.example"]),
    (
        "comment inside an address",
        "Pete(A nice \\) chap) <pete(his account)@x.example(his host)>, q@x.example",
        "pete@x q@x",
        [],
    ),
    ("trailing NUL and marks", "\u200eJane Lee <jane@x.example>\x00, bob@x.example\x00", "jane@x bob@x", []),
    ("list encoded whole", "=?utf-8?q?Jane_=3Cjane=40x=2Eexample=3E=2C_bob=40x=2Eexample?=", "jane@x bob@x", []),
]


@pytest.mark.parametrize(("header", "addresses", "names"), [t[1:] for t in TRAPS], ids=[t[0] for t in TRAPS])
def test_traps_lose_nobody(header: str, addresses: str, names: list[str]) -> None:
    found = read_parties([header], Role.TO).parties
    assert [p.address for p in found if p.address] == [f"{a}.example" for a in addresses.split()]
    assert [p.name for p in found if not p.address] == names


def test_there_are_twenty_traps() -> None:
    assert len(TRAPS) == 20


def test_two_to_headers_are_both_read() -> None:
    found = read_parties(["a@x.example", "b@x.example, a@x.example"], Role.TO).parties
    assert [p.address for p in found] == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize(
    "header", ["undisclosed-recipients:;", "Undisclosed recipients: ;", "unlisted-recipients:; (no To-header)"]
)
def test_undisclosed_recipients_are_said(header: str) -> None:
    found = read_parties([header], Role.TO)
    assert not found.parties
    assert Defect.UNDISCLOSED_RECIPIENTS in found.defects


def test_an_empty_group_stands_for_people_withheld() -> None:
    found = read_parties(["Common Council:;"], Role.TO)
    assert [(p.name, p.kind) for p in found.parties] == [("Common Council", AccountKind.NAME)]
    assert set(found.defects) == {Defect.UNDISCLOSED_RECIPIENTS, Defect.NAME_ONLY_RECIPIENT}


def test_last_first_between_semicolons_is_one_person() -> None:
    found = read_parties(["Lee, Dana; Oak, Kim; clerk@x.example"], Role.TO)
    assert [p.name or p.address for p in found.parties] == ["Lee, Dana", "Oak, Kim", "clerk@x.example"]


@pytest.mark.parametrize(
    ("header", "people"),
    [
        ("Doe, Jane <jane@x.example>", ["Doe, Jane"]),
        ("Doe, Jane, Jr. <jane@x.example>", ["Doe, Jane, Jr."]),
        ("Bob Smith, Jane Lee <j@x.example>", ["Bob Smith", "Jane Lee"]),
        ("Van Dyke, Mary Ann <mdyke@x.example>", ["Van Dyke, Mary Ann"]),
    ],
)
def test_a_comma_in_a_name_joins_only_where_it_belongs(header: str, people: list[str]) -> None:
    assert [p.name for p in read_parties([header], Role.TO).parties] == people


@pytest.mark.parametrize(
    "header",
    ["alice@x.example <bob@y.example>", "=?utf-8?q?alice=40x.example?= <bob@y.example>"],
)
def test_an_address_seen_and_not_taken_is_a_mismatch(header: str) -> None:
    assert Defect.RECIPIENT_COUNT_MISMATCH in read_parties([header], Role.TO).defects


def test_more_addresses_than_are_read_is_a_mismatch() -> None:
    header = ", ".join(f"p{n}@x.example" for n in range(30))
    assert Defect.RECIPIENT_COUNT_MISMATCH in read_parties([header], Role.TO, limit=20).defects
    assert not read_parties([header], Role.TO, limit=30).defects


def test_an_address_between_two_stray_brackets_is_taken_or_marked() -> None:
    found = read_parties(['( <a1@x.example>, ")" <a0@x.example>'], Role.TO)
    taken = {p.address for p in found.parties}
    assert "a1@x.example" in taken or Defect.RECIPIENT_COUNT_MISMATCH in found.defects


def test_addresses_compare_in_one_form() -> None:
    assert normalise_address("Info@BÜCHER.example.") == normalise_address("info@xn--bcher-kva.example")
    assert normalise_address('"dana.lee"@X.example') == "dana.lee@x.example"
    assert normalise_address("no-at-sign") == ""


def test_raw_words_are_kept_as_written() -> None:
    (party,) = read_parties(["=?utf-8?q?Jos=C3=A9?= <Jose@X.Example>"], Role.CC).parties
    assert (party.raw, party.name, party.address) == (
        "=?utf-8?q?Jos=C3=A9?= <Jose@X.Example>",
        "José",
        "jose@x.example",
    )


_local = st.from_regex(r"[a-z][a-z0-9._+-]{0,8}[a-z0-9]", fullmatch=True)
_name = st.text(
    st.characters(
        codec="utf-8", exclude_characters='<>@"\\\x00\r\n', exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(_name, _local, st.sampled_from(['"{n}" <{a}>', "<{a}>", "{a}", "{n} <{a}>"])), min_size=1, max_size=8
    ),
    st.sampled_from([", ", "; ", ",\r\n ", " ,\t"]),
)
def test_no_address_of_any_list_is_lost_in_silence(people: list[tuple[str, str, str]], separator: str) -> None:
    written = [form.format(n=n, a=f"{local}@x.example") for n, local, form in people]
    found = read_parties([separator.join(written)], Role.TO)
    missing = {f"{local}@x.example" for _, local, _ in people} - {p.address for p in found.parties}
    assert not missing or Defect.RECIPIENT_COUNT_MISMATCH in found.defects
    quoted = all(form != "{n} <{a}>" for _, _, form in people)
    assert not (quoted and missing), "nothing is even doubtful in this list"


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab@.,;:<>()[]\"\\' \n="), max_size=60))
def test_any_header_is_read_and_what_is_visible_is_taken_or_marked(header: str) -> None:
    found = read_parties([header], Role.TO)
    taken = {p.address for p in found.parties}
    assert count_visible(header) <= taken or Defect.RECIPIENT_COUNT_MISMATCH in found.defects


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True), _local), min_size=1, max_size=6))
def test_the_fast_path_and_the_slow_one_agree(people: list[tuple[str, str]]) -> None:
    header = ", ".join(f"{n} <{a}@x.example>" for n, a in people)
    slow = split_addresses(header.replace(", ", ", \t") + " ;")
    assert [(m.name, m.address) for m in split_addresses(header)] == [(m.name, m.address) for m in slow]


HOSTILE = [
    "(",
    "<",
    '"',
    "a",
    "@",
    "a@",
    "a,",
    ":",
    "\\",
    "=?",
    "=?a?q?",
    "a@b ",
    "(a@b) ",
    '"a" ',
    "<a@b",
    "Doe, ",
    " ",
    "\n ",
    "'",
    "()",
    "a@b . ",
]


@pytest.mark.parametrize("piece", HOSTILE, ids=range(len(HOSTILE)))
def test_a_crafted_header_costs_no_more_than_its_length(piece: str) -> None:
    header = piece * (100_000 // len(piece))
    start = time.process_time()
    read_parties([header], Role.TO)
    assert time.process_time() - start < 3


def test_every_interpreter_gives_the_same_answer() -> None:
    """The digest of all traps, in full: parties, names, raw words and marks. It is the same on 3.11, 3.12 and 3.13."""
    found = [read_parties([trap[1]], Role.TO) for trap in TRAPS]
    digest = hashlib.sha256(repr(found).encode()).hexdigest()
    assert digest == "2681750f3b7f3fc92643d4a402c0f3467389c7dc8acc5e27f571f913ee1ea52e"
