"""One message in one file: ``.eml``, Apple's ``.emlx``, and the files of a maildir."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from quorum_watch.model import Rejected
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, locate_bytes, read_range
from quorum_watch.sources.messages import read_message
from quorum_watch.vocabulary import Outcome, Reason

_LINE = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|[ \t]")
_KNOWN = re.compile(
    rb"^(?:from|to|cc|bcc|date|subject|message-id|received|return-path|mime-version|delivered-to|reply-to|sender"
    rb"|x-[a-z0-9-]+|dkim-signature|content-type|content-transfer-encoding"
    rb"|in-reply-to|references|thread-[a-z]+|list-[a-z]+)[ \t]*:",
    re.I | re.M,
)
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>?From [^\n]*\n)?")
_EMLX = re.compile(rb"\s*(\d{1,12})\s*\n")
_MAILDIR_FOLDERS = ("cur", "new", "tmp")


def count_headers(head: bytes) -> int:
    """How many header fields of mail a file begins with; 0 where its first line is none."""
    if b"\n" not in head and b"\r" in head:
        head = head.replace(b"\r", b"\n")
    start = _START.match(head)
    block = re.split(rb"\r?\n\r?\n", head[start.end() if start else 0 :], maxsplit=1)[0]
    first = block.split(b"\n", 1)[0]
    return len(_KNOWN.findall(block)) if _LINE.match(first) else 0


class EmlReader:
    """A file that holds one message."""

    kind: ClassVar[str] = "eml"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """Two or more header fields of mail at the top; one is enough with the right ending."""
        head = file.head
        emlx = _EMLX.match(head)
        if emlx:
            return 80 if count_headers(head[emlx.end() :]) >= 2 else 0
        count = count_headers(head)
        named = PurePosixPath(file.name).suffix.lower() in (".eml", ".msg", ".txt", ".mail", ".email")
        if count >= 2:
            return 70
        return 60 if named and count else 5 if file.name.lower().endswith(".eml") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """The message, then its calendar parts."""
        if file.size > context.limits.member_bytes:
            locator = locate_bytes(0, file.size)
            yield Rejected(
                locator, hash_file(file.path), Outcome.QUARANTINED, Reason.OVERSIZE, "message larger than the limit"
            )
            return
        raw = file.path.read_bytes()
        start, end = _span(raw)
        yield from read_message(raw[start:end], locate_bytes(start, end), context)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of the message, or of the calendar part named."""
        return fetch_message(read_range(file.path, locator), locator)


class MaildirReader(EmlReader):
    """A message file of a maildir: the folder is ``cur`` or ``new``, the flags are in the name."""

    kind: ClassVar[str] = "maildir"

    def claims(self, file: SourceFile) -> int:
        """Content as for a message; the folder names decide."""
        parts = PurePosixPath(file.name).parts
        in_maildir = len(parts) >= 2 and parts[-2] in _MAILDIR_FOLDERS
        return 85 if in_maildir and count_headers(file.head) >= 1 else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """The message, unless it was never delivered (``tmp``) or is flagged a draft."""
        path = PurePosixPath(file.name)
        flags = (
            path.name.rpartition(":2,")[2]
            if ":2," in path.name
            else path.name.rpartition("!2,")[2]
            if "!2," in path.name
            else ""
        )
        if path.parts[-2] == "tmp" or "D" in flags:
            reason = Reason.NOT_SENT if path.parts[-2] == "tmp" else Reason.DRAFT
            yield Rejected(locate_bytes(0, file.size), hash_file(file.path), Outcome.IGNORED, reason)
            return
        yield from super().read(file, context)


def _span(raw: bytes) -> tuple[int, int]:
    """Where the message lies in its file: all of it, but in ``.emlx`` a count precedes it and a plist follows."""
    emlx = _EMLX.match(raw[:64])
    if emlx and emlx.end() + int(emlx[1]) <= len(raw):
        return emlx.end(), emlx.end() + int(emlx[1])
    return 0, len(raw)


def fetch_message(raw: bytes, locator: str) -> bytes:
    """The bytes of a message, or with ``;part=PATH`` the decoded bytes of that part of it."""
    match = re.search(r";part=([\d.]+)", locator)
    if match is None:
        return raw
    from quorum_watch.limits import Limits
    from quorum_watch.mail.message import parse_parts

    parts = dict(parse_parts(raw, locator="", timezone="UTC", limits=Limits(), unescape=True).calendars)
    return parts.get(match[1], b"")
