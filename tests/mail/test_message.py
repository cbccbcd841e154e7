"""One message: what is read of it, field by field, and what is marked."""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import base64
import hashlib

import pytest

from quorum_watch.limits import Limits
from quorum_watch.mail.message import LimitReached, parse_message
from quorum_watch.mail.threads import link_threads
from quorum_watch.model import Record
from quorum_watch.vocabulary import Defect, Reason, Role, TimeSource

HEAD = b"From: Dana Lee <dana@x.example>\nTo: kim@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\nMessage-ID: <1@x.example>\n"


def parse(raw: bytes, **changes: object) -> Record:
    return parse_message(raw, locator="bytes=0-1", timezone="America/Chicago", limits=Limits(**changes))  # type: ignore[arg-type]


def test_the_hash_is_of_the_bytes_as_given() -> None:
    raw = HEAD + b"\nHi"
    assert parse(raw).sha256 == hashlib.sha256(raw).hexdigest()


def test_every_role_and_where_it_stood() -> None:
    raw = HEAD.replace(
        b"To: kim@x.example\n",
        b"To: kim@x.example\nTo: lee@x.example\nCc: cat@x.example\nBcc: ben@x.example\nResent-To: rex@x.example\nDelivered-To: del@x.example\nX-Original-To: kim@x.example\n",
    )
    found = {p.address: (p.role, p.evidence) for p in parse(raw + b"\nHi").recipients}
    assert found == {
        "kim@x.example": (Role.TO, "header"),
        "lee@x.example": (Role.TO, "header"),
        "cat@x.example": (Role.CC, "header"),
        "ben@x.example": (Role.BCC, "header"),
        "rex@x.example": (Role.TO, "resent"),
        "del@x.example": (Role.BCC, "envelope"),
    }


def test_who_received_through_a_list_is_a_group_member() -> None:
    found = parse(HEAD + b"List-Id: <all.x.example>\nDelivered-To: del@x.example\n\nHi").recipients
    assert [(p.address, p.role) for p in found if p.evidence == "envelope"] == [("del@x.example", Role.GROUP_MEMBER)]


def test_a_journal_copy_shows_the_blind_recipients() -> None:
    raw = (
        b"From: journal@x.example\nTo: archive@x.example\nDate: Mon, 2 Mar 2026 09:00:01 -0600\nX-MS-Journal-Report:\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSender: dana@x.example\nMessage-Id: <1@x.example>\n"
        b"To: kim@x.example\nBcc: ben@x.example\n--b\nContent-Type: message/rfc822\n\n" + HEAD + b"\nHi\n--b--\n"
    )
    record = parse(raw)
    assert record.sender is not None
    assert record.sender.address == "dana@x.example"
    assert {(p.address, p.role.value, p.evidence) for p in record.recipients} == {
        ("kim@x.example", "to", "header"),
        ("ben@x.example", "bcc", "envelope"),
    }
    assert record.text.strip() == "Hi"


def test_a_second_author_is_not_dropped() -> None:
    record = parse(HEAD.replace(b"<dana@x.example>", b"<dana@x.example>, Lou <lou@x.example>") + b"\nHi")
    assert [(p.address, p.evidence) for p in record.recipients] == [
        ("kim@x.example", "header"),
        ("lou@x.example", "author"),
    ]


def test_names_only_keep_the_header_for_the_roster() -> None:
    record = parse(HEAD.replace(b"kim@x.example", b"Oak, Kim, Elm, Lou") + b"\nHi")
    assert Defect.NAME_ONLY_RECIPIENT in record.defects
    assert dict(record.extra)["to_raw"] == "Oak, Kim, Elm, Lou"


def test_without_a_date_the_oldest_hop_serves_and_says_so() -> None:
    hops = b"Received: from b by c; Mon, 2 Mar 2026 09:05:00 -0600\nReceived: from a by b; Mon, 2 Mar 2026 09:01:00 -0600\n"
    record = parse(HEAD.replace(b"Date: Mon, 2 Mar 2026 09:00:00 -0600\n", hops) + b"\nHi")
    assert record.when is not None
    assert record.when.at.isoformat() == "2026-03-02T15:01:00+00:00"
    assert Defect.NO_DATE in record.defects
    assert dict(record.extra)["date_source"] == "received"


def test_a_date_that_cannot_be_is_not_replaced_by_another() -> None:
    record = parse(HEAD.replace(b"2 Mar 2026", b"31 Feb 2026") + b"\nHi")
    assert record.when is None
    assert Defect.BAD_DATE in record.defects


def test_a_date_after_arrival_is_a_conflict() -> None:
    record = parse(b"Received: from a by b; Mon, 2 Mar 2026 03:00:00 -0600\n" + HEAD + b"\nHi")
    assert Defect.DATE_CONFLICT in record.defects


def test_minus_zero_is_utc_with_doubt() -> None:
    record = parse(HEAD.replace(b"-0600", b"-0000") + b"\nHi")
    assert record.when is not None
    assert (record.when.at.hour, record.when.source) == (9, TimeSource.NONE)


@pytest.mark.parametrize(
    ("header", "event"),
    [
        (b"X-Unsent: 1\n", "draft"),
        (b"X-Gmail-Labels: Drafts,Important\n", "draft"),
        (b"Auto-Submitted: auto-replied\n", "auto_reply"),
        (b"X-Failed-Recipients: b@x.example\n", "bounce"),
        (b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", "read_receipt"),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", "bounce"),
        (b"X-Gmail-Labels: Inbox\n", "message"),
    ],
)
def test_what_kind_of_event_it_is(header: bytes, event: str) -> None:
    assert parse(HEAD + header + b"\n--b\n\nHi\n--b--\n").event == event


def test_plain_text_is_preferred_and_calendar_and_files_are_named() -> None:
    raw = HEAD + (
        b"Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n"
        b"--a\nContent-Type: text/plain; charset=iso-8859-1\n\nCaf\xe9\n--a\nContent-Type: text/html\n\n<b>Other</b>\n--a--\n"
        b"--m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*0*=utf-8''caf%C3%A9; filename*1=.pdf\n\nx\n--m--\n"
    )
    record = parse(raw)
    assert (record.text.strip(), record.attachments) == ("Café", ("café.pdf",))
    assert not record.defects


def test_a_stub_gives_way_to_the_html_it_stands_for() -> None:
    words = b"<p>" + b"The budget is short by a million. " * 50 + b"</p>"
    raw = (
        HEAD
        + b"Content-Type: multipart/alternative; boundary=a\n\n--a\n\nPlease view as HTML\n--a\nContent-Type: text/html\n\n"
        + words
        + b"\n--a--\n"
    )
    assert "short by a million" in parse(raw).text


def test_html_alone_is_read_as_text_with_its_quotes() -> None:
    raw = (
        HEAD
        + b"Content-Type: text/html; charset=utf-8\n\n<p>Yes.</p><script>evil()</script><blockquote>Will you?</blockquote>"
    )
    record = parse(raw)
    assert "evil" not in record.text
    assert [record.text[q.start : q.end].strip() for q in record.quoted] == ["Will you?"]


def test_an_attached_message_is_a_claimed_earlier_one() -> None:
    inner = HEAD.replace(b"dana@x", b"old@x").replace(b"1@x", b"0@x") + b"Subject: Budget\n\nI will vote no.\n"
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\n"
        + inner
        + b"\n--b--\n"
    )
    record = parse(raw)
    (quote,) = record.quoted
    assert (quote.kind, quote.sender and quote.sender.address, [p.evidence for p in quote.recipients]) == (
        "attached",
        "old@x.example",
        ["quoted"],
    )
    assert record.text[quote.start : quote.end] == "Budget\n\nI will vote no."
    assert record.text.startswith("See below.")


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (
            b"Content-Type: text/plain; charset=nonsense\n\nCaf\xe9 au lait, s'il vous pla\xeet, monsieur",
            Defect.CHARSET_GUESSED,
        ),
        (b"Content-Type: multipart/mixed; boundary=b\n\nno parts at all", Defect.MIME_DEFECT),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nnever closed", Defect.MIME_DEFECT),
        (b"Content-Transfer-Encoding: base64\n\nSGVsbG8", Defect.MIME_DEFECT),
        (b"this line is no header\nSubject: x\n\nHi", Defect.MIME_DEFECT),
    ],
)
def test_flaws_are_mended_and_said(raw: bytes, defect: Defect) -> None:
    record = parse(HEAD + raw)
    assert defect in record.defects
    assert record.text.strip()


def test_a_sealed_message_still_says_who_wrote_to_whom() -> None:
    record = parse(
        HEAD
        + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\n\nMIAG\n"
    )
    assert Defect.DECLARED_BUT_EMPTY in record.defects
    assert [p.address for p in record.recipients] == ["kim@x.example"]


def test_a_header_line_out_of_place_hides_no_recipient() -> None:
    record = parse(b"From: dana@x.example\ngarbage here\nTo: kim@x.example\n\nHi")
    assert [p.address for p in record.recipients] == ["kim@x.example"]


def test_bare_carriage_returns_are_line_ends() -> None:
    assert parse((HEAD + b"\nHi").replace(b"\n", b"\r")).text == "Hi"


def test_threads_join_whatever_order_they_come_in() -> None:
    index = base64.b64encode(b"\x01" + b"\x02" * 5 + b"\x03" * 16).decode().encode()
    reply = parse(
        HEAD.replace(b"1@x", b"3@x") + b"In-Reply-To: <2@x.example>\nReferences: <1@x.example>\n <2@x.example>\n\nHi"
    )
    outlook = parse(HEAD.replace(b"1@x", b"2@x") + b"Thread-Index: " + index + b"\n\nHi")
    other = parse(HEAD.replace(b"1@x", b"4@x") + b"Thread-Index: " + index + b"\n\nHi")
    alone = parse(HEAD.replace(b"1@x", b"9@x") + b"\nHi")
    assert (reply.thread, reply.in_reply_to, reply.references) == (
        "<1@x.example>",
        "<2@x.example>",
        ("<1@x.example>", "<2@x.example>"),
    )
    for order in ([reply, outlook, other, alone], [alone, other, outlook, reply]):
        joined = link_threads(order)
        assert joined["<3@x.example>"] == joined["<2@x.example>"] == joined["<4@x.example>"] != joined["<9@x.example>"]


def test_one_level_of_from_escaping_is_undone_only_where_asked() -> None:
    raw = HEAD + b"\n>From here on\n>>From there\n"
    assert parse(raw).text == ">From here on\n>>From there\n"
    undone = parse_message(raw, locator="", timezone="UTC", unescape=True)
    assert undone.text == "From here on\n>From there\n"
    assert undone.sha256 == hashlib.sha256(raw).hexdigest()


def nest(levels: int) -> bytes:
    body = b"x"
    for n in range(levels):
        body = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n" % (n, n, body, n)
    return HEAD + body


@pytest.mark.parametrize(
    ("raw", "limit", "reason"),
    [
        (nest(6), {"mime_depth": 5}, Reason.NESTING),
        (nest(2000), {}, Reason.NESTING),
        (HEAD + b"Content-Type: message/rfc822\n\n" * 100 + b"Hi", {}, Reason.NESTING),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 12,
            {"mime_parts": 10},
            Reason.TOO_MANY_MEMBERS,
        ),
        (HEAD + b"X: " + b"a" * 2000 + b"\n\nHi", {"header_bytes": 1000}, Reason.OVERSIZE),
        (HEAD + b"Cc: " + b"a@x.example," * 30 + b"\n\nHi", {"addresses": 20}, Reason.OVERSIZE),
    ],
)
def test_each_limit_stops_with_its_reason(raw: bytes, limit: dict[str, int], reason: Reason) -> None:
    with pytest.raises(LimitReached) as stop:
        parse(raw, **limit)
    assert stop.value.reason is reason


def test_the_limits_themselves_are_allowed() -> None:
    assert parse(nest(5), mime_depth=5).text.strip() == "x"


def test_text_beyond_the_limit_is_cut_and_said() -> None:
    record = parse(HEAD + b"\n" + b"word " * 1000, text_chars=100)
    assert (len(record.text), Defect.OVERSIZE_PART in record.defects) == (100, True)
