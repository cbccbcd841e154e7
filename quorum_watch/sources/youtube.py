"""YouTube comments as Takeout gives them: a table of what its owner wrote, the text in pieces of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import ClassVar

from quorum_watch.mail.dates import read_date
from quorum_watch.model import Party, Record
from quorum_watch.sources.chats import cut_text, judge_time, make_key
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.locators import read_range
from quorum_watch.sources.tables import Row, read_table
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

_HEADER = ("comment id", "comment text")


class YouTubeReader:
    """Reads the table of comments, and of live chats."""

    kind: ClassVar[str] = "youtube"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """The columns of the table."""
        first = file.head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace").lower()
        known = all(name in first for name in _HEADER) or ("live chat id" in first and "live chat text" in first)
        return 94 if known else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each comment."""
        found = False
        for row in read_table(file):
            found = True
            yield row.refuse(Reason.CSV_INVALID, row.fault) if row.fault else _read_comment(row, context)
        if not found:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "no comments")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one row."""
        return read_range(file.path, locator)


def _read_comment(row: Row, context: Context) -> Item:
    cells = row.cells

    def cell(*names: str) -> str:
        return next((cells[n].strip() for n in names if cells.get(n, "").strip()), "")

    read = read_date(
        cell("comment create timestamp", "live chat create timestamp", "comment creation timestamp"), context.timezone
    )
    refused = judge_time(read, row.locator, row.sha256)
    channel = cell("channel id")
    if refused is not None or not (channel or context.custodian):
        return refused or row.refuse(Reason.NO_SENDER, "no channel")
    text, cut = cut_text(_text(cell("comment text", "live chat text")), context.limits)
    parent = cell("parent comment id", "top-level comment id")
    video = cell("video id", "post id")
    number = cell("comment id", "live chat id")
    name = context.custodian
    kind = AccountKind.YOUTUBE if channel else AccountKind.NAME
    defects = [*read.defects, *cut, *(() if text else (Defect.DECLARED_BUT_EMPTY,))]
    return Record(
        locator=row.locator,
        sha256=row.sha256,
        key=f"youtube:{number}" if number else make_key("youtube", channel, read.when, text),
        channel=Channel.SOCIAL_COMMENT,
        when=read.when,
        sender=Party(channel or name, channel, name, kind, Role.TO, "channel"),
        recipients=(),
        text=text,
        audience=Audience.PUBLIC,
        event="comment",
        in_reply_to=f"youtube:{parent}" if parent else "",
        thread=f"youtube:{video}" if video else "",
        defects=tuple(dict.fromkeys(defects)),
        extra=tuple((k, v) for k, v in (("video", video),) if v),
    )


def _text(value: str) -> str:
    """The words of a comment; they stand in JSON objects one after the other, or plainly in older tables."""
    if not re.match(r"\s*[\[{]\s*(?:\{\s*)?\"", value):
        return value
    decoder, at, pieces = json.JSONDecoder(strict=False), 0, []
    try:
        while at < len(value):
            found, at = decoder.raw_decode(value, at)
            for piece in found if isinstance(found, list) else [found]:
                if isinstance(piece, dict):
                    pieces.append(str(piece.get("text", "")))
            while at < len(value) and value[at] in ", \r\n\t":
                at += 1
    except (ValueError, RecursionError):
        return value
    return "".join(pieces)
