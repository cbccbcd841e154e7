"""Crafted exports: none costs more than its length, none brings a reader down."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

import time
from pathlib import Path

import pytest

from quorum_watch.sources.tapbacks import read_tapback
from tests.sources.reading import read, refused

N = 200_000
SLACK = b'[{"type": "message", "user": "U1", "ts": "1772463600.000100", "text": "'
CRAFTED: dict[str, tuple[str, bytes]] = {
    "comments that never end": ("a.xml", b'<smses count="1">' + b"<!--" * N),
    "elements that never end": ("a.xml", b'<smses count="1">' + b"<sms " * (N // 4)),
    "group messages that never end": ("a.xml", b'<smses count="1">' + b'<mms date="1">' * (N // 10)),
    "open quotes": ("a.xml", b'<smses count="1">' + b'<sms a="' * (N // 8)),
    "brackets": ("c/2026-03-02.json", SLACK + b'"},' + b"[" * N),
    "braces": ("c/2026-03-02.json", SLACK + b'"},' + b'{"a":' * (N // 5)),
    "a string that never ends": ("c/2026-03-02.json", SLACK + b"\\" * N),
    "links": ("c/2026-03-02.json", SLACK + b"<@" * N + b'"}]'),
    "white space": ("c/2026-03-02.json", SLACK + b'"},' + b" " * (N * 5) + b"]"),
    "thin spaces": ("c/2026-03-02.json", SLACK + b"\\u200a" * (N // 6) + b'"}]'),
    "an assignment of brackets": ("tweets.js", b"window.YTD.tweets.part0 = " + b"[" * N),
    "numbers": ("tweets.js", b"window.YTD.tweets.part0 = [" + b"9" * N + b"]"),
    "documents": ("a.xml", b'<Root DataInterchangeType="x"><Tag TagName="#From"/>' + b"<Document>" * (N // 20)),
    "separators": ("a.dat", b"\xfeFROM\xfe\x14\xfeTO\xfe\n" + b"\x14" * N),
    "quotes": ("a.csv", b"Comment ID,Channel ID,Comment Text\n" + b'"\n' * (N // 4)),
    "one long line": ("WhatsApp Chat with A.txt", b"2026-03-01, 10:00 - A: " + b"x" * (N * 5)),
    "lines": ("WhatsApp Chat with A.txt", b"2026-03-01, 10:00 - A: x\n" * (N // 25)),
    "added": ("WhatsApp Chat with A.txt", b"2026-03-01, 10:00 - A: x\n2026-03-01, 10:00 - " + b"a added " * (N // 8)),
    "headers": ("a.rsmf", b"X-RSMF-Version: 2.0.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * (N // 20)),
    "manifest lines": ("a.mf", b"Count: 1\n" + b"x.eml " * (N // 6)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CRAFTED))
def test_crafted_exports_cost_no_more_than_their_length(tmp_path: Path, name: str) -> None:
    file, data = CRAFTED[name]
    start = time.process_time()
    items = read(tmp_path, file, data)
    assert time.process_time() - start < 5
    assert "reader_failed" not in [reason for _, reason in refused(items)]


def test_texts_like_reactions_cost_no_more_than_their_length() -> None:
    start = time.process_time()
    for text in (
        "\u200a" * 19_000,
        "👍" + " " * 19_000,
        'Liked "' * 2_500,
        "é" * 19_000,
        'Liked "' + '"\u200a' * 9_000,
    ):
        read_tapback(text)
    assert time.process_time() - start < 2
