"""The download of one's own data from Facebook or Instagram, in JSON: Messenger, posts, comments, reactions.

The export writes each byte of its UTF-8 as a character of its own ("Ã©" for "é"). A text is turned back only where
every character could be such a byte and the bytes are valid UTF-8; a correct text is left alone. People are given by
display name only; the members of a group are those of the day of the export. Reactions in Messenger have no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.model import Party, Record, Rejected
from quorum_watch.sources.chats import (
    as_members,
    audience_of,
    chat_channel,
    cut_text,
    judge_time,
    list_of,
    make_key,
    react,
    read_epoch,
    text_of,
)
from quorum_watch.sources.facebook_pages import is_page, read_page
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Export, Value, open_export, refuse_file
from quorum_watch.sources.locators import read_range
from quorum_watch.sources.mojibake import Mended
from quorum_watch.vocabulary import AccountKind, Channel, Defect, Outcome, Reason, Role

_OTHER = re.compile(
    r"(?:^|/)(?:ads_information|apps_and_websites\w*|logged_information|preferences|security_and_login_information|"
    r"personal_information|connections|facebook_marketplace|facebook_payments|media)/[^/]*(?:/[^/]*)*\.json$"
)
_PAGE = re.compile(r"(?:^|/)(?:your_(?:facebook|instagram)_activity|messages/(?:inbox|e2ee_cutover))/.+\.html?$")
_EXPORT = re.compile(r"(?i)facebook|instagram|meta-")
_SYSTEM = re.compile(
    r" (?:named the group|changed the|set the|set your|created the group|created the chat|started a (?:video )?c|"
    r"(?:joined|left) the (?:video )?(?:call|chat)|pinned a|unpinned|turned (?:on|off)|made .{1,60} an admin)"
)
_REACTED = re.compile(r"(?:Reacted (\S{1,12}) to (?:your|a|\w+'s) message|(Liked) a message)\s*\.?\s*$")
_ATTACHED = ("photos", "videos", "audio_files", "files", "gifs", "media")


class FacebookReader:
    """Reads the JSON files of the download."""

    kind: ClassVar[str] = "facebook"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """A conversation, or one of the lists the download keeps of posts, comments and reactions."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if _PAGE.search(file.name) and re.match(rb"(?i)<(?:!doctype )?html", head):
            return 70
        if head[:1] not in b"{[" or not head:
            return 0
        if _is_chat(head):
            return 92
        if is_page(head):
            return 85
        return 60 if _OTHER.search(file.name) and _EXPORT.search(file.name) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each entry in file order, its reactions right after it."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(b"<"):
            detail = (
                "a page of the download in HTML, which loses who reacted and exact times; download it again in JSON"
            )
            yield refuse_file(file, Outcome.QUARANTINED, Reason.UNKNOWN_FORMAT, detail)
        elif _is_chat(head):
            export = open_export(file, context.limits, "messages", "participants")
            if isinstance(export, Rejected):
                yield export
                return
            yield from _read_chat(export, context)
            yield from export.rest()
        elif is_page(head):
            yield from read_page(file, context)
        else:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a part of the download without interactions")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one entry."""
        return read_range(file.path, locator)


def _is_chat(head: bytes) -> bool:
    return (
        head.startswith(b"{")
        and b'"participants"' in head
        and b'"messages"' in head
        and (b'"sender_name"' in head or b'"senderName"' in head or b'"thread_path"' in head or b'"threadName"' in head)
    )


def _read_chat(export: Export, context: Context) -> Iterator[Item]:
    talk = _Talk(export, context)
    found = False
    for value in export.values("messages"):
        found = True
        yield from talk.read(value)
    if not found and export.document.broken < 0:
        yield refuse_file(export.file, Outcome.IGNORED, Reason.SIDECAR, "a conversation without messages")


class _Talk:
    """One conversation: its name, its members on the day of the export, and how its messages are told."""

    def __init__(self, export: Export, context: Context) -> None:
        mended = Mended()
        names = [v.data if isinstance(v.data, str) else text_of(v.data, "name") for v in export.values("participants")]
        people = [mended.text(n) for n in dict.fromkeys(names) if n]
        self.context = context
        self.members = tuple(read_name(n, Role.GROUP_MEMBER, "group_membership") for n in people)
        self.title = mended.text(text_of(export.head, "title", "threadName"))
        kind = text_of(export.head, "thread_type")
        self.group = kind == "RegularGroup" or len(people) > 2
        path = text_of(export.head, "thread_path")
        folder = PurePosixPath(export.file.name).parent.name
        self.thread = "messenger:" + (PurePosixPath(path).name or folder or self.title)

    def read(self, value: Value) -> Iterator[Item]:
        """One message and its reactions."""
        data = value.data
        if value.reason is not None or not isinstance(data, dict):
            yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not a message")
            return
        mended = Mended()
        name = mended.text(text_of(data, "sender_name", "senderName"))
        read = read_epoch(data.get("timestamp_ms", data.get("timestamp")))
        refused = judge_time(read, value.locator, value.sha256)
        if refused is not None or not name:
            yield refused or value.refuse(Reason.NO_SENDER)
            return
        text, cut = cut_text(mended.text(text_of(data, "content", "text")), self.context.limits)
        sender = read_name(name)
        told = self._event(data, text, name, sender, mended)
        if isinstance(told, tuple) and isinstance(told[0], Reason):
            yield value.refuse(told[0], told[1], Outcome.IGNORED)
            return
        event, channel, recipients, text = told  # type: ignore[misc]
        attached = tuple(n for kind in _ATTACHED for entry in list_of(data, kind) if (n := _file_name(entry)))
        defects = [*read.defects, *cut]
        if data.get("is_unsent") is True or data.get("isUnsent") is True:
            defects.append(Defect.DELETED)
        elif event == "message" and not text and not attached and not data.get("share") and not data.get("sticker"):
            defects.append(Defect.DECLARED_BUT_EMPTY)
        if self.group and event not in ("join", "leave"):
            defects.append(Defect.MEMBERSHIP_AT_EXPORT)
        share = data.get("share") if isinstance(data.get("share"), dict) else {}
        extra = [("share_link", text_of(share, "link")), ("share_text", mended.text(text_of(share, "share_text")))]
        extra += [("call_seconds", text_of(data, "call_duration"))]
        if mended.repaired:
            defects.append(Defect.MOJIBAKE_REPAIRED)
        record = Record(
            locator=value.locator,
            sha256=value.sha256,
            key=make_key("messenger", self.thread, text_of(data, "timestamp_ms", "timestamp"), name, text),
            channel=channel,
            when=read.when,
            sender=sender,
            recipients=recipients,
            text=text,
            audience=audience_of(group=self.group),
            event=event,
            thread=self.thread,
            attachments=attached,
            defects=tuple(dict.fromkeys(defects)),
            extra=tuple((k, v) for k, v in extra if v),
        )
        yield record
        for place, entry in enumerate(list_of(data, "reactions")):
            again = Mended()
            actor, sign = again.text(text_of(entry, "actor")), again.text(text_of(entry, "reaction"))
            yield react(record, place, value.locator, value.sha256, read_name(actor) if actor else None, sign)

    def _event(
        self, data: dict[str, Any], text: str, name: str, sender: Party, mended: Mended
    ) -> tuple[str, Channel, tuple[Party, ...], str] | tuple[Reason, str]:
        """What a message is: words, a change of members, a call, or a notice of the system."""
        others = as_members(self.members, sender)
        if not self.group:
            others = tuple(read_name(p.name) for p in others)
        channel = chat_channel(len(self.members), group=self.group)
        kind = text_of(data, "type").lower()
        users = [mended.text(text_of(u, "name")) for u in list_of(data, "users")]
        moved = self._moved(kind, [u for u in users if u], text, name)
        if moved is not None:
            event, people = moved
            subjects = tuple(read_name(p) for p in people if p != name)
            group = Party(self.title, self.thread, self.title, AccountKind.FACEBOOK, Role.GROUP_MEMBER, "group")
            return event, Channel.GROUP_CHAT, (*subjects, group), text
        if kind == "call" or "call_duration" in data:
            seconds = text_of(data, "call_duration")
            if data.get("missed") is True or not seconds.isdecimal() or int(seconds[:9]) == 0:
                return Reason.NOT_SENT, "the call was not answered"
            # of a group's call nobody says who joined it: a notice in the chat, not a talk of everybody
            return "call", channel if self.group else Channel.CALL, others, ""
        if text.startswith(name) and _SYSTEM.match(text, len(name)):
            return "system", channel, others, text
        reacted = _REACTED.match(text)
        if reacted is not None:
            return "reaction", channel, others, reacted[1] or reacted[2]
        return "message", channel, others, text

    def _moved(self, kind: str, users: list[str], text: str, name: str) -> tuple[str, list[str]] | None:
        """Who joined or left: by type and users, or in newer downloads by the sentence alone."""
        if kind in ("subscribe", "unsubscribe"):
            return ("join" if kind == "subscribe" else "leave"), users or [name]
        if kind not in ("", "generic") or not text.startswith(name):
            return None
        rest = text[len(name) :].strip().rstrip(".")
        if re.fullmatch(r"left the group|joined the group", rest):
            return ("leave" if rest.startswith("left") else "join"), [name]
        match = re.fullmatch(r"(added|removed) (.{1,300}) (?:to|from) the group", rest)
        if match is None:
            return None
        people = [p.strip() for p in re.split(r",| and ", match[2]) if p.strip()]
        return ("join" if match[1] == "added" else "leave"), people


def read_name(name: str, role: Role = Role.TO, evidence: str = "display_name") -> Party:
    """A person by the name the platform displays: an account the roster may list as such, else a plain name."""
    return Party(name, name.casefold(), name, AccountKind.FACEBOOK, role, evidence)


def _file_name(entry: Any) -> str:
    return PurePosixPath(text_of(entry, "uri", "filename")).name
