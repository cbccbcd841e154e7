"""Signal, as ``signal-export`` (one ``data.json`` a conversation) and ``signal-cli`` write it: a JSON object a line.

``signal-export`` writes local times without a zone and calls the owner "Me"; whoever never wrote in a group is not in
its export. ``signal-cli`` writes instants, numbers, edits, and the timer of disappearing messages (so expect gaps).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.mail.dates import read_local
from quorum_watch.model import Party, Quoted, Record
from quorum_watch.sources.chats import (
    OWNER,
    audience_of,
    chat_channel,
    cut_text,
    judge_time,
    list_of,
    make_key,
    name_party,
    owner_party,
    phone_party,
    react,
    read_epoch,
    text_of,
)
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Span, Value, read_value, refuse_file, scan
from quorum_watch.sources.locators import read_range
from quorum_watch.sources.tables import read_lines
from quorum_watch.vocabulary import AccountKind, Defect, Outcome, Reason, Role

_EXPORTED = re.compile(rb'\{[^{}\[\]]{0,200}?"date"\s*:\s*"\d{4}-\d\d-\d\d[ T]')
_ENVELOPE = re.compile(rb'\{\s*"(?:envelope|account)"\s*:')
_ME = frozenset({"me", "you"})


class SignalReader:
    """Reads both kinds of lines."""

    kind: ClassVar[str] = "signal"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """A first line of one of the two shapes."""
        first = file.head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
        if _EXPORTED.match(first) and all(k in first for k in (b'"sender"', b'"body"')):
            return 93
        return 93 if _ENVELOPE.match(first) and b'"envelope"' in first and b'"timestamp"' in first else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every message, its reactions after it."""
        talk = _Talk(file, context)
        found = False
        for value in _values(file, context):
            found = True
            if value.reason is not None or not isinstance(value.data, dict):
                yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not an object")
            elif isinstance(value.data.get("envelope"), dict):
                yield talk.envelope(value, value.data["envelope"])
            else:
                yield from talk.exported(value, value.data)
        if not found:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "no messages")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one line."""
        return read_range(file.path, locator)


def _values(file: SourceFile, context: Context) -> Iterator[Value]:
    for number, start, end, raw in read_lines(file):
        body = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if not body.strip():
            continue
        # one object more around it gives the walk an array to measure the depth in
        depth = max((s.depth for s in scan(b"[" + body.strip() + b"]", frozenset({""})).spans), default=0)
        value = read_value(body, Span("", number, 0, len(body), depth), context.limits)
        yield Value(Span("", number, start, end, depth), raw, value.data, value.reason, value.detail)


class _Talk:
    """One file, and for ``signal-export`` the conversation its folder names."""

    def __init__(self, file: SourceFile, context: Context) -> None:
        self.file, self.context = file, context
        self.owner = owner_party(self.context.custodian, self.file.name)
        self.title = PurePosixPath(self.file.name).parent.name
        names: dict[str, None] = {}
        for value in _values(self.file, self.context):
            name = text_of(value.data, "sender")
            if name and len(names) < self.context.limits.addresses:
                names.setdefault(name)
        others = [n for n in names if n.casefold() not in _ME]
        known = self.title in others
        self.group = len(others) > 1 or (len(others) == 1 and bool(self.title) and not known and len(names) > 1)
        if not self.group and not others and self.title:
            others = [self.title]
        self.people = [self.owner, *(name_party(n, Role.TO, "export") for n in others)]

    # --- signal-export ------------------------------------------------------------------------------------------------

    def _person(self, name: str) -> Party:
        return self.owner if name.casefold() in _ME else name_party(name, Role.TO, "export")

    def exported(self, value: Value, data: dict[str, Any]) -> Iterator[Item]:
        """One message of ``signal-export`` and its reactions."""
        read = read_local(text_of(data, "date").replace(" ", "T", 1)[:40], self.context.timezone)
        refused = judge_time(read, value.locator, value.sha256)
        name = text_of(data, "sender")
        if refused is not None or not name:
            yield refused or value.refuse(Reason.NO_SENDER)
            return
        sender = self._person(name)
        text, cut = cut_text(text_of(data, "body"), self.context.limits)
        quote = re.sub(r"(?m)^>\s?", "", text_of(data, "quote")).strip()
        whole = f"{text}\n{quote}" if quote and text else text or quote
        quoted = (Quoted(len(whole) - len(quote), len(whole), "reply"),) if quote else ()
        role = Role.GROUP_MEMBER if self.group else Role.TO
        evidence = "group_membership" if self.group else "export"
        others = tuple(replace(p, role=role, evidence=evidence) for p in self.people if p != sender)
        attached = tuple(n for a in list_of(data, "attachments") if (n := text_of(a, "name", "path")))
        defects = [*read.defects, *cut]
        if self.group:
            defects += [Defect.MEMBERSHIP_AT_EXPORT, Defect.LIST_NOT_EXPANDED]
        if not whole and not attached and not data.get("sticker"):
            defects.append(Defect.DECLARED_BUT_EMPTY)
        record = Record(
            locator=value.locator,
            sha256=value.sha256,
            key=make_key("signal", self.title, text_of(data, "date"), name, text),
            channel=chat_channel(len(others) + 1, group=self.group),
            when=read.when,
            sender=sender,
            recipients=others,
            text=whole,
            audience=audience_of(group=self.group),
            thread=f"signal:{self.title or self.file.name}",
            quoted=quoted,
            attachments=attached,
            defects=tuple(dict.fromkeys(defects)),
        )
        yield record
        for place, entry in enumerate(list_of(data, "reactions")):
            who = text_of(entry, "name", "sender") or (str(entry[0]) if isinstance(entry, list) and entry else "")
            sign = text_of(entry, "emoji") or (str(entry[1]) if isinstance(entry, list) and len(entry) > 1 else "")
            yield react(record, place, value.locator, value.sha256, self._person(who) if who else None, sign)

    # --- signal-cli ---------------------------------------------------------------------------------------------------

    def envelope(self, value: Value, data: dict[str, Any]) -> Item:
        """One envelope of ``signal-cli``."""
        account = text_of(value.data, "account")
        owner = phone_party(account, self.context.custodian, Role.TO, OWNER) if account else self.owner
        source = text_of(data, "sourceNumber", "source", "sourceUuid")
        sync = _object(data, "syncMessage")
        sent = _object(sync, "sentMessage") or None
        message = data.get("dataMessage") if isinstance(data.get("dataMessage"), dict) else sent
        edit = data.get("editMessage") if isinstance(data.get("editMessage"), dict) else None
        if edit is not None and isinstance(edit.get("dataMessage"), dict):
            message = edit["dataMessage"]
        if not isinstance(message, dict):
            kind = next((k for k in sorted(data) if k.endswith("Message")), "envelope")
            return value.refuse(Reason.SYSTEM_EVENT, kind[:40], Outcome.IGNORED)
        read = read_epoch(message.get("timestamp", data.get("timestamp")))
        refused = judge_time(read, value.locator, value.sha256)
        if refused is not None or not source:
            return refused or value.refuse(Reason.NO_SENDER)
        sender = phone_party(source, text_of(data, "sourceName"))
        info = message.get("groupInfo", message.get("groupV2"))
        group = text_of(info, "groupId", "id")
        other = text_of(message, "destinationNumber", "destination") if sent is not None else ""
        if group:
            name = text_of(info, "groupName", "name") or group
            members = [phone_party(m) for m in list_of(info, "members") if isinstance(m, str)]
            to = tuple(replace(p, role=Role.GROUP_MEMBER, evidence="group_membership") for p in members if p != sender)
            to = to or (Party(name, f"signal:{group}", "", AccountKind.NAME, Role.GROUP_MEMBER, "group"),)
            flaws = [Defect.MEMBERSHIP_AT_EXPORT] if members else [Defect.LIST_NOT_EXPANDED]
        else:
            to, flaws = ((phone_party(other) if other else owner),), []
        text, cut = cut_text(text_of(message, "message"), self.context.limits)
        reaction = message.get("reaction") if isinstance(message.get("reaction"), dict) else None
        deleted = message.get("remoteDelete") if isinstance(message.get("remoteDelete"), dict) else None
        event, parent = "message", ""
        if reaction is not None:
            event = "reaction_removed" if reaction.get("isRemove") is True else "reaction"
            text = text_of(reaction, "emoji")
            parent = _key(text_of(reaction, "targetAuthorNumber", "targetAuthor"), reaction.get("targetSentTimestamp"))
        elif deleted is not None:
            event, text, parent = "delete", "", _key(source, deleted.get("timestamp"))
        elif edit is not None:
            event, parent = "edit", _key(source, edit.get("targetSentTimestamp"))
        elif text_of(info, "type") == "QUIT":
            event = "leave"
        elif text_of(info, "type") == "UPDATE" and not text:
            event = "system"
        quote = message.get("quote") if isinstance(message.get("quote"), dict) else None
        words = text_of(quote, "text")
        whole = f"{text}\n{words}" if words and text else text or words
        said = (
            phone_party(text_of(quote, "authorNumber", "author")) if text_of(quote, "authorNumber", "author") else None
        )
        timer = text_of(message, "expiresInSeconds")
        thread = "signal:" + (group or ",".join(sorted({p.address for p in (sender, *to)})))
        return Record(
            locator=value.locator,
            sha256=value.sha256,
            key=_key(source, message.get("timestamp", data.get("timestamp"))),
            channel=chat_channel(2, group=bool(group)),
            when=read.when,
            sender=sender,
            recipients=to,
            text=whole,
            audience=audience_of(group=bool(group)),
            event=event,
            in_reply_to=parent or (_key(said.raw, quote.get("id")) if quote is not None and said is not None else ""),
            thread=thread,
            quoted=(Quoted(len(whole) - len(words), len(whole), "reply", said),) if words else (),
            attachments=tuple(n for a in list_of(message, "attachments") if (n := text_of(a, "filename", "id"))),
            defects=tuple(dict.fromkeys((*read.defects, *cut, *flaws))),
            extra=(("disappears_after_seconds", timer),) if timer not in ("", "0") else (),
        )


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _key(author: str, stamp: object) -> str:
    """Signal names a message by its author and the moment it was sent."""
    return f"signal:{author}/{stamp}" if author and stamp else ""
