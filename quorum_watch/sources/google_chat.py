"""Google Chat as Takeout and Vault give it: ``messages.json`` of each space, with its members beside it.

The time of a message is a sentence ("Thursday, November 3, 2016 at 11:59:50 AM UTC"); members are those of the day of
the export; deleted messages keep their place without their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.mail.addresses import normalise_address
from quorum_watch.mail.dates import read_date
from quorum_watch.model import Party, Quoted, Record, Rejected
from quorum_watch.sources.beside import read_beside
from quorum_watch.sources.chats import as_members, cut_text, judge_time, list_of, make_key, react, text_of
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Value, load_json, open_export, refuse_file
from quorum_watch.sources.locators import read_range
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

_MESSAGE = re.compile(rb'^\{\s*"messages"\s*:\s*\[')
_CREATED = re.compile(rb'"(?:created_date|creator|topic_id|message_id)"\s*:')
_GROUP = re.compile(rb'"members"\s*:\s*\[\s*(?:\{\s*"(?:name|email|user_type)"|\])')


class GoogleChatReader:
    """Reads the messages of one space or direct conversation."""

    kind: ClassVar[str] = "google_chat"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """The shape of ``messages.json``, ``group_info.json`` and ``user_info.json``."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        name = PurePosixPath(file.name).name
        if _MESSAGE.match(head) and (_CREATED.search(head) or name == "messages.json"):
            return 92 if _CREATED.search(head) else 50
        if name == "group_info.json" and head.startswith(b"{") and _GROUP.search(head):
            return 85
        return 85 if name == "user_info.json" and b'"membership_info"' in head else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each message, then its reactions."""
        if PurePosixPath(file.name).name in ("group_info.json", "user_info.json"):
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "members of a conversation")
            return
        export = open_export(file, context.limits, "messages")
        if isinstance(export, Rejected):
            yield export
            return
        space = _Space(file, context)
        found = False
        for value in export.values():
            found = True
            yield from space.read(value)
        yield from export.rest()
        if not found and export.document.broken < 0:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a conversation without messages")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one message."""
        return read_range(file.path, locator)


class _Space:
    """One conversation with its members as the export lists them."""

    def __init__(self, file: SourceFile, context: Context) -> None:
        self.context = context
        told = load_json(read_beside(file, "group_info.json"))
        self.members = tuple(p for m in list_of(told, "members") if (p := _person(m)))
        folder = PurePosixPath(file.name).parent.name
        self.thread = f"google_chat:{folder or file.name}"
        self.group = not folder.startswith("DM ") if folder.startswith(("DM ", "Space ")) else len(self.members) != 2
        self.name = text_of(told, "name") or folder
        self.first: dict[str, str] = {}

    def read(self, value: Value) -> Iterator[Item]:
        """One message and its reactions."""
        data = value.data
        if value.reason is not None or not isinstance(data, dict):
            yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not a message")
            return
        sender = _person(data.get("creator"))
        read = read_date(text_of(data, "created_date"), self.context.timezone)
        refused = judge_time(read, value.locator, value.sha256)
        if refused is not None or sender is None:
            yield refused or value.refuse(Reason.NO_SENDER)
            return
        text, cut = cut_text(text_of(data, "text"), self.context.limits)
        defects = [*read.defects, *cut]
        deleted = text_of(data, "message_state") == "DELETED" or isinstance(data.get("deletion_metadata"), dict)
        names = tuple(n for f in list_of(data, "attached_files") if (n := text_of(f, "original_name", "export_name")))
        if deleted or data.get("is_deleted") is True:
            defects.append(Defect.DELETED)
        elif not text and not names and not list_of(data, "annotations"):
            defects.append(Defect.DECLARED_BUT_EMPTY)
        if text_of(data, "updated_date") or list_of(data, "previous_message_versions"):
            defects.append(Defect.EDITED)
        if self.members:
            others = as_members(self.members, sender)
            recipients = others if self.group else tuple(_as_to(p) for p in others)
            defects += [Defect.MEMBERSHIP_AT_EXPORT] if self.group else []
        else:
            where = Party(self.name, self.thread, "", AccountKind.NAME, Role.GROUP_MEMBER, "space")
            recipients = (where,)
            defects.append(Defect.LIST_NOT_EXPANDED)
        key = text_of(data, "message_id")
        key = f"google_chat:{key}" if key else make_key("google_chat", self.thread, read.when, sender.address, text)
        topic = text_of(data, "topic_id")
        first = self.first.setdefault(topic, key) if topic else key
        text, quoted = _quote(text, data)
        record = Record(
            locator=value.locator,
            sha256=value.sha256,
            key=key,
            channel=Channel.GROUP_CHAT if self.group else Channel.TEXT,
            when=read.when,
            sender=sender,
            recipients=recipients,
            text=text,
            audience=Audience.CLOSED_GROUP if self.group else Audience.PRIVATE,
            in_reply_to=first if first != key else "",
            thread=self.thread,
            quoted=quoted,
            attachments=names,
            defects=tuple(dict.fromkeys(defects)),
            extra=tuple((k, v) for k, v in (("updated_date", text_of(data, "updated_date")), ("topic", topic)) if v),
        )
        yield record
        place = 0
        for reaction in list_of(data, "reactions"):
            emoji = reaction.get("emoji") if isinstance(reaction, dict) else None
            sign = text_of(emoji, "unicode") or text_of(emoji, "custom_emoji", "shortcode") or "reaction"
            for address in list_of(reaction, "reactor_emails"):
                actor = _person({"email": address})
                yield react(record, place, value.locator, value.sha256, actor, sign)
                place += 1


def _person(value: Any) -> Party | None:
    email, name = text_of(value, "email"), text_of(value, "name")
    address = normalise_address(email) if "@" in email else ""
    if not address and not name:
        return None
    return Party(email or name, address, name, AccountKind.EMAIL if address else AccountKind.NAME, Role.TO, "creator")


def _as_to(party: Party) -> Party:
    return Party(party.raw, party.address, party.name, party.kind, Role.TO, party.evidence)


def _quote(text: str, data: dict[str, Any]) -> tuple[str, tuple[Quoted, ...]]:
    """A quoted message stands after the words that answer it, marked as somebody else's."""
    told = data.get("quoted_message_metadata")
    words = text_of(told, "text")
    if not words:
        return text, ()
    whole = f"{text}\n{words}" if text else words
    return whole, (Quoted(len(whole) - len(words), len(whole), "reply", _person((told or {}).get("creator"))),)
