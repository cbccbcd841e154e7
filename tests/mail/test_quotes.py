"""Quoted and forwarded blocks: found, attributed, and never cut away."""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.mail.quotes import find_quotes

CASES = {
    "gmail": (
        "Agreed.\n\nOn Mon, Mar 2, 2026 at 9:15 AM Dana Lee <dana@x.example> wrote:\n\n> I will vote no.\n",
        "Agreed.",
        "dana@x.example",
        "reply",
    ),
    "folded attribution": (
        "Agreed.\n\nOn Mon, Mar 2, 2026 at 9:15 AM Dana Lee\n<dana@x.example> wrote:\n> no\n",
        "Agreed.",
        "dana@x.example",
        "reply",
    ),
    "outlook": (
        "Agreed.\n\nFrom: Dana Lee <dana@x.example>\nSent: Monday, March 2, 2026 9:15 AM\nTo: Kim Oak; Lee, Lou\nSubject: RE: Budget\n\nI will vote no.",
        "Agreed.",
        "dana@x.example",
        "reply",
    ),
    "original message": (
        "Agreed.\n\n-----Original Message-----\nFrom: Dana Lee [mailto:dana@x.example]\nSent: Monday, March 2, 2026 9:15 AM\nTo: kim@x.example\nSubject: Budget\n\nno",
        "Agreed.",
        "dana@x.example",
        "reply",
    ),
    "forward": (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Dana Lee <dana@x.example>\nDate: Mon, Mar 2, 2026 at 9:15 AM\nSubject: Budget\nTo: <kim@x.example>\n\nno",
        "FYI",
        "dana@x.example",
        "forward",
    ),
    "apple forward": (
        "FYI\n\nBegin forwarded message:\n\n> From: Dana Lee <dana@x.example>\n> Date: March 2, 2026 at 9:15:00 AM CST\n> To: kim@x.example\n> Subject: Budget\n>\n> no\n",
        "FYI",
        "dana@x.example",
        "forward",
    ),
    "attribution inside the marks": (
        "Agreed.\n> On 2 Mar 2026, at 09:15, Dana Lee <dana@x.example> wrote:\n>\n> no\n",
        "Agreed.",
        "dana@x.example",
        "reply",
    ),
    "spanish": (
        "De acuerdo.\n\nEl 2 Mar 2026 09:15, Dana Lee <dana@x.example> escribió:\n> no\n",
        "De acuerdo.",
        "dana@x.example",
        "reply",
    ),
    "no marks": (
        "Agreed.\n\nOn Monday, March 2, 2026, 9:15 AM, Dana Lee <dana@x.example> wrote:\n\nI will vote no.",
        "Agreed.",
        "dana@x.example",
        "reply",
    ),
}


@pytest.mark.parametrize(("text", "new", "sender", "kind"), CASES.values(), ids=CASES)
def test_forms_in_use(text: str, new: str, sender: str, kind: str) -> None:
    outer = find_quotes(text, "America/Chicago")[0]
    assert text[: outer.start].strip() == new
    assert text[outer.end :].strip() == ""
    assert (outer.sender and outer.sender.address, outer.kind) == (sender, kind)
    assert outer.sender is not None
    assert outer.sender.evidence == "quoted"


def test_an_attribution_gives_name_and_time_apart() -> None:
    text = "Agreed.\n\nOn Thu, Jun 26, 2014 at 2:14 PM, Dana Lee <dana@x.example> wrote:\n> no\n"
    (quote,) = find_quotes(text, "America/Chicago")
    assert quote.sender is not None
    assert quote.when is not None
    assert quote.sender.name == "Dana Lee"
    assert quote.when.at.isoformat() == "2014-06-26T19:14:00+00:00"


def test_an_outlook_block_names_its_recipients_and_time() -> None:
    (quote,) = find_quotes(CASES["outlook"][0], "America/Chicago")
    assert [p.name for p in quote.recipients] == ["Kim Oak", "Lee, Lou"]
    assert quote.when is not None
    assert quote.when.at.isoformat() == "2026-03-02T15:15:00+00:00"


def test_chains_nest() -> None:
    text = "C\n\nOn Mon, Mar 2, 2026 at 9:15 AM Dana <d@x.example> wrote:\n> B\n>\n> On Sun, Mar 1, 2026 at 8:00 AM Kim <k@x.example> wrote:\n>> A\n"
    outer, inner = find_quotes(text, "UTC")
    assert outer.start < inner.start
    assert inner.end <= outer.end
    assert [q.sender.address for q in (outer, inner) if q.sender] == ["d@x.example", "k@x.example"]


def test_a_walked_forward_keeps_every_hop() -> None:
    block = "From: P{0} <p{0}@x.example>\nSent: Monday, March 2, 2026 9:1{0} AM\nTo: P{1} <p{1}@x.example>\nSubject: FW: Vote\n\nSee {0}\n\n"
    text = "Now you\n\n" + "".join(block.format(n, n + 1) for n in (3, 2, 1))
    found = find_quotes(text, "UTC")
    assert [(q.sender.address, q.recipients[0].address, q.kind) for q in found if q.sender] == [
        (f"p{n}@x.example", f"p{n + 1}@x.example", "forward") for n in (3, 2, 1)
    ]


def test_own_words_between_quotes_stay_own() -> None:
    text = "> Will you vote for it?\nNo.\n> And Kim?\nAsk Kim.\n"
    spans = [(q.start, q.end) for q in find_quotes(text, "UTC")]
    own = "".join(c for n, c in enumerate(text) if not any(a <= n < b for a, b in spans))
    assert own.split() == ["No.", "Ask", "Kim."]


@pytest.mark.parametrize(
    "text",
    [
        "Dana wrote: see you there.\nMore words.",
        "From: the clerk's office we heard nothing.\nBye",
        "a > b and b > c",
        "To: do list\nSubject: to change",
    ],
)
def test_plain_words_are_not_quotes(text: str) -> None:
    assert find_quotes(text, "UTC") == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "> ",
                ">> ",
                "From: a <a@x.example>",
                "Sent: x",
                "To: b",
                "Subject: c",
                "On Mon, Mar 2, 2026 at 9:15 AM D wrote:",
                "words",
                "",
                "-----Original Message-----",
                "________________",
            ]
        ),
        max_size=30,
    )
)
def test_spans_lie_inside_the_text_and_outer_come_first(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = find_quotes(text, "UTC")
    assert all(0 <= q.start < q.end <= len(text) for q in found)
    assert [(q.start, -q.end) for q in found] == sorted((q.start, -q.end) for q in found)
