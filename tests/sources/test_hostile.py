"""Damaged and crafted input: nothing is raised, nothing hangs, the accounting holds."""

from __future__ import annotations

import time

import pytest

from quorum_watch.model import Rejected
from quorum_watch.sources.interface import Context
from quorum_watch.sources.messages import read_message
from tests.benchmarks import fuzz_mail

HEAD = b"From: a@x.example\nTo: b@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\n"
N = 300_000
HTML = HEAD + b"Content-Type: text/html\n\n"
CRAFTED = {
    "delimiters that part nothing": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * (N // 5),
    "one long line": HEAD + b"\n" + b"a" * 1_000_000,
    "NULs": HEAD + b"\n" + b"\0" * N,
    "marks": HEAD + b"\n" + b">" * N,
    "marked lines": HEAD + b"\n" + b">\n" * (N // 2),
    "attributions": HEAD + b"\n" + b"On Mon, Mar 2, 2026, Dana wrote:\n" * (N // 34),
    "header blocks": HEAD + b"\n" + b"From: a\nTo: b\nSubject: c\n" * (N // 25),
    "separators": HEAD + b"\n" + b"-----Original Message-----\n" * (N // 27),
    "colons": HEAD + b"\n" + b"a:\n" * (N // 3),
    "open elements": HTML + b"<div>" * 19_000,
    "open tables": HTML + b"<table><tr><td>" * 6_000,
    "open quotes": HTML + b"<blockquote>x" * 19_000,
    "open scripts": HTML + b"<script>" * (N // 8),
    "angles": HTML + b"<" * N,
    "parameters": HEAD + b"Content-Type: text/plain; " + b"a*0*=b;" * 30_000 + b"\n\nx",
    "backslashes": HEAD + b'Content-Type: text/plain; a="' + b"\\" * 200_000 + b"\n\nx",
    "encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 18_000 + b"\n\nx",
    "references": HEAD + b"References: " + b"<" * 200_000 + b"\n\nx",
    "events": HEAD + b"Content-Type: text/calendar\n\n" + b"BEGIN:VEVENT\n" * 5_000,
    "zones": HEAD + b"Content-Type: text/calendar\n\n" + b"BEGIN:VTIMEZONE\n" * (N // 16),
    "no charset": HEAD + b"Content-Type: text/plain; charset=zlib\n\n" + bytes(range(128, 256)) * 2_000,
    "comments in the date": b"From: a@x.example\nDate: " + b"(" * 200_000 + b"\n\nx",
    "carriage returns": HEAD + b"\n" + b"\r" * N,
}


@pytest.mark.parametrize("raw", CRAFTED.values(), ids=CRAFTED)
def test_crafted_messages_cost_no_more_than_their_length(raw: bytes) -> None:
    start = time.process_time()
    items = read_message(raw, "bytes=0-1", Context("America/Chicago"))
    assert time.process_time() - start < 5
    assert items
    assert not any(isinstance(i, Rejected) and i.reason.value == "reader_failed" for i in items)


def test_damaged_inputs_are_all_accounted_for() -> None:
    figures = fuzz_mail.run(300, 20, fuzz_mail.load_samples(None))
    assert figures["failures"] == []
    assert len(figures["outcomes"]) > 10, "the damage reaches many readers and many reasons"  # type: ignore[arg-type]
