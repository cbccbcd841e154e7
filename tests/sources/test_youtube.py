"""YouTube comments of Takeout: pieces of text, threads by parent, rows over several lines."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

from pathlib import Path

from quorum_watch.vocabulary import AccountKind, Audience, Channel
from tests.sources.reading import damage, read, refused, rows

TABLE = (
    b"Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Post ID,Video ID,Comment Text,Top-Level Comment ID\n"
    b'C1,UCdana,2026-03-02T15:00:00+00:00,0,,,V1,"{""text"":""I support ""},{""text"":""the levy""}",\n'
    b'C2,UCdana,2026-03-02 15:05:00 UTC,0,C1,,V1,"{""text"":""Two\nlines""}",C1\n'
    b"C3,UCdana,,0,,,V1,no time,\n"
    b"C4,,2026-03-02T15:00:00+00:00,0,,,V1,nobody,\n"
    b"C5,UCdana,2026-03-02T15:00:00+00:00,0,,,V1,plain,,,one too many\n"
)


def test_comments(tmp_path: Path) -> None:
    items = read(tmp_path, "comments.csv", TABLE, "youtube")
    first, answer = rows(items)
    assert first.sender is not None
    assert (first.text, first.sender.address, first.sender.kind) == (
        "I support the levy",
        "UCdana",
        AccountKind.YOUTUBE,
    )
    assert (first.channel, first.audience, first.event) == (Channel.SOCIAL_COMMENT, Audience.PUBLIC, "comment")
    assert first.when is not None
    assert first.when.at.isoformat() == "2026-03-02T15:00:00+00:00"
    assert (answer.in_reply_to, answer.text, answer.thread) == (first.key, "Two\nlines", first.thread)
    assert refused(items) == [("quarantined", "no_date"), ("quarantined", "no_sender"), ("quarantined", "csv_invalid")]


def test_a_table_without_comments_is_ignored(tmp_path: Path) -> None:
    assert refused(read(tmp_path, "comments.csv", TABLE.split(b"\n")[0] + b"\n")) == [("ignored", "sidecar")]


def test_damaged_tables_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "comments.csv", TABLE, 80)
