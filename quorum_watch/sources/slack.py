"""Slack's export: one file per channel and day, with the people and channels in files beside them.

``ts`` is a message's id and its time. Members are those of the day of the export; joins and leaves are messages. Every
message becomes a row or a coded reason, every named reaction a row of its own; a reaction has a person and no time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.model import Party, Quoted, Record, Rejected
from quorum_watch.sources.beside import read_beside
from quorum_watch.sources.chats import as_members, cut_text, judge_time, list_of, react, read_epoch, text_of
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Value, load_json, open_export, refuse_file
from quorum_watch.sources.locators import read_range
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

_TS = re.compile(rb'"ts"\s*:\s*"\d{9,11}\.\d{1,6}"')
_SIDECARS = {
    "users.json": rb'"(?:team_id|profile|real_name)"|^\s*\[\s*\]',
    "org_users.json": rb'"profile"',
    "channels.json": rb'"members"|"creator"|^\s*\[\s*\]',
    "groups.json": rb'"members"|"creator"|^\s*\[\s*\]',
    "dms.json": rb'"members"|^\s*\[\s*\]',
    "mpims.json": rb'"members"|^\s*\[\s*\]',
    "integration_logs.json": rb'"service_type"|"change_type"|^\s*\[\s*\]',
    "canvases.json": rb'"file|"id"|^\s*\[\s*\]',
    "lists.json": rb'"id"|^\s*\[\s*\]',
    "huddle_transcripts.json": rb'"id"|^\s*\[\s*\]',
    "file_conversations.json": rb'"id"|^\s*\[\s*\]',
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json$")
_JOINS = {"channel_join": "join", "group_join": "join", "channel_leave": "leave", "group_leave": "leave"}
_SYSTEM = re.compile(
    r"(?:channel|group)_(?:topic|purpose|name|archive|unarchive|convert_to_private|posting_permissions|canvas_updated)|"
    r"bot_(?:add|remove|enable|disable)|(?:un)?pinned_item|reminder_add|tombstone|sh_room_created|joiner_notification"
)
_LISTS = (("channels.json", "channel"), ("groups.json", "group"), ("mpims.json", "mpim"), ("dms.json", "dm"))
_LINK = re.compile(r"<([@#!]?)([^<>|]{1,2000})(?:\|([^<>]{0,2000}))?>")


@dataclass(frozen=True, slots=True)
class _Place:
    """A channel as its list tells it."""

    name: str
    kind: str
    members: tuple[str, ...]
    known: bool


class SlackReader:
    """Reads one day of one channel, and accounts for the files beside the channels."""

    kind: ClassVar[str] = "slack"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True
    reads_above: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """A list of messages with ``ts``, or one of the files an export has at its top."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        name = PurePosixPath(file.name).name
        if not head.startswith(b"["):
            return 0
        if name in _SIDECARS:
            return 80 if re.search(_SIDECARS[name], head) and not _TS.search(head) else 0
        if _TS.search(head) and (b'"type"' in head or b'"user"' in head):
            return 92
        return 70 if _DAY.search(name) and not head.strip(b"[] \r\n\t") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each message, then its reactions."""
        if PurePosixPath(file.name).name in _SIDECARS:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "people and channels of the export")
            return
        export = open_export(file, context.limits, "")
        if isinstance(export, Rejected):
            yield export
            return
        day = _Day(file, context)
        found = False
        for value in export.values():
            found = True
            yield from day.read(value)
        yield from export.rest()
        if not found and export.document.broken < 0:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a day without messages")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one message."""
        return read_range(file.path, locator)


@lru_cache(maxsize=32)
def _load(data: bytes) -> Any:
    return load_json(data)


def _read_users(file: SourceFile) -> dict[str, dict[str, Any]]:
    users: dict[str, dict[str, Any]] = {}
    for name in ("../users.json", "../org_users.json", "users.json"):
        found = _load(read_beside(file, name))
        for user in found if isinstance(found, list) else ():
            if text_of(user, "id"):
                users.setdefault(text_of(user, "id"), user)
    return users


def _read_place(file: SourceFile) -> _Place:
    folder = PurePosixPath(file.name).parent.name
    for listed, kind in _LISTS:
        found = _load(read_beside(file, f"../{listed}"))
        for entry in found if isinstance(found, list) else ():
            if folder and folder in (text_of(entry, "name"), text_of(entry, "id")):
                members = tuple(m for m in list_of(entry, "members") if isinstance(m, str))
                return _Place(folder, kind, members, known=True)
    return _Place(folder or PurePosixPath(file.name).stem, "channel", (), known=False)


class _Day:
    """One file: the channel it belongs to, the people of the workspace, and how its messages are told."""

    def __init__(self, file: SourceFile, context: Context) -> None:
        self.context = context
        self.users = _read_users(file)
        self.place = _read_place(file)
        self.thread = f"slack:{self.place.name}"
        self.group = self.place.kind != "dm"
        self.party = Party(f"#{self.place.name}", self.thread, "", AccountKind.SLACK, Role.GROUP_MEMBER, "channel")

    def read(self, value: Value) -> Iterator[Item]:
        """One message and its reactions."""
        data = value.data
        if value.reason is not None or not isinstance(data, dict):
            yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not a message")
            return
        subtype = text_of(data, "subtype")
        if subtype in ("message_changed", "message_deleted", "message_replied"):
            yield self._changed(value, data, subtype)
            return
        read = read_epoch(data.get("ts"))
        refused = judge_time(read, value.locator, value.sha256)
        sender = self._sender(data)
        if refused is not None or sender is None:
            yield refused or value.refuse(Reason.NO_SENDER, f"subtype {subtype[:40] or 'none'}")
            return
        text, quoted = self._text(data)
        text, cut = cut_text(text, self.context.limits)
        recipients, defects = self._recipients(sender)
        event, channel = "message", Channel.GROUP_CHAT if self.group else Channel.TEXT
        if subtype in _JOINS:
            event, recipients, defects, channel = _JOINS[subtype], (self.party,), [], Channel.GROUP_CHAT
        elif _SYSTEM.fullmatch(subtype):
            event = "system"
        elif subtype in ("huddle_thread", "sh_room_shared"):
            event, channel, recipients = self._huddle(data, sender, recipients)
        if isinstance(data.get("edited"), dict):
            defects.append(Defect.EDITED)
        if subtype == "tombstone":
            defects.append(Defect.DELETED)
        if any(self._short(r) for r in list_of(data, "reactions")):
            defects.append(Defect.RECIPIENT_COUNT_MISMATCH)
        parent = text_of(data, "thread_ts")
        names = tuple(
            n for f in [*list_of(data, "files"), data.get("file")] if (n := text_of(f, "name", "title", "id"))
        )
        extra = [("subtype", subtype), ("inviter", text_of(data, "inviter"))]
        extra += [("edited_at", text_of(data.get("edited"), "ts")), ("client_msg_id", text_of(data, "client_msg_id"))]
        record = Record(
            locator=value.locator,
            sha256=value.sha256,
            key=self._key(text_of(data, "ts")),
            channel=channel,
            when=read.when,
            sender=sender,
            recipients=recipients,
            text=text,
            audience=Audience.CLOSED_GROUP if self.group else Audience.PRIVATE,
            event=event,
            in_reply_to=self._key(parent) if parent and parent != text_of(data, "ts") else "",
            thread=self.thread,
            quoted=tuple(q for q in quoted if q.end <= len(text)),
            attachments=names,
            defects=tuple(dict.fromkeys((*read.defects, *cut, *defects))),
            extra=tuple((k, v) for k, v in extra if v),
        )
        yield record
        place = 0
        for reaction in list_of(data, "reactions"):
            for user in list_of(reaction, "users"):
                actor = self._user(user) if isinstance(user, str) and user else None
                yield react(record, place, value.locator, value.sha256, actor, text_of(reaction, "name"))
                place += 1

    def _key(self, ts: str) -> str:
        return f"{self.thread}/{ts}"

    def _short(self, reaction: Any) -> bool:
        count = reaction.get("count") if isinstance(reaction, dict) else None
        return isinstance(count, int) and count > len(list_of(reaction, "users"))

    def _user(self, user: str, role: Role = Role.TO, evidence: str = "directory") -> Party:
        told = self.users.get(user, {})
        profile = told.get("profile") if isinstance(told.get("profile"), dict) else {}
        name = text_of(told, "real_name") or text_of(profile, "real_name", "display_name") or text_of(told, "name")
        email = text_of(profile, "email")
        return Party(user, email.lower() or user, name, AccountKind.SLACK, role, evidence)

    def _sender(self, data: dict[str, Any]) -> Party | None:
        user = text_of(data, "user") or text_of(data.get("comment"), "user") or text_of(data.get("file"), "user")
        if user and user != "USLACKBOT":
            party = self._user(user)
            told = text_of(data.get("user_profile"), "real_name", "display_name")
            return party if party.name or not told else Party(user, party.address, told, AccountKind.SLACK)
        bot = text_of(data, "bot_id") or user or text_of(data, "username")
        name = text_of(data, "username") or text_of(data.get("bot_profile"), "name")
        # the name of a bot is whatever its maker typed: it is shown, and names nobody
        return Party(f"{name} ({bot})" if name else bot, bot, "", AccountKind.SLACK, Role.TO, "bot") if bot else None

    def _recipients(self, sender: Party) -> tuple[tuple[Party, ...], list[Defect]]:
        if not self.place.known:
            return (self.party,), [Defect.LIST_NOT_EXPANDED]
        members = as_members((self._user(m) for m in self.place.members), sender)
        if not self.group:
            return tuple(self._user(p.raw) for p in members), []
        return members, [Defect.MEMBERSHIP_AT_EXPORT]

    def _huddle(
        self, data: dict[str, Any], sender: Party, recipients: tuple[Party, ...]
    ) -> tuple[str, Channel, tuple[Party, ...]]:
        room = data.get("room")
        took = [u for u in list_of(room, "participant_history") or list_of(room, "participants") if isinstance(u, str)]
        others = [self._user(u) for u in dict.fromkeys(took) if self._user(u).address != sender.address]
        if not others:
            return "system", Channel.GROUP_CHAT if self.group else Channel.TEXT, recipients
        return "call", Channel.CALL, tuple(others)

    def _changed(self, value: Value, data: dict[str, Any], subtype: str) -> Item:
        """An edit or a deletion, where the workspace kept them."""
        if subtype == "message_replied":
            return value.refuse(Reason.SYSTEM_EVENT, "a count of replies", Outcome.IGNORED)
        new = data.get("message") if isinstance(data.get("message"), dict) else {}
        old = data.get("previous_message") if isinstance(data.get("previous_message"), dict) else {}
        read = read_epoch(data.get("ts"))
        refused = judge_time(read, value.locator, value.sha256)
        sender = self._sender({**(old or {}), **(new or {})})
        if refused is not None or sender is None:
            return refused or value.refuse(Reason.NO_SENDER, subtype)
        recipients, defects = self._recipients(sender)
        text, quoted = self._text(new or {})
        text, cut = cut_text(text, self.context.limits)
        about = text_of(data, "deleted_ts") or text_of(new, "ts") or text_of(old, "ts")
        return Record(
            locator=value.locator,
            sha256=value.sha256,
            key=self._key(text_of(data, "ts")) + ":" + subtype,
            channel=Channel.GROUP_CHAT if self.group else Channel.TEXT,
            when=read.when,
            sender=sender,
            recipients=recipients,
            text="" if subtype == "message_deleted" else text,
            audience=Audience.CLOSED_GROUP if self.group else Audience.PRIVATE,
            event="delete" if subtype == "message_deleted" else "edit",
            in_reply_to=self._key(about) if about else "",
            thread=self.thread,
            quoted=tuple(q for q in quoted if q.end <= len(text)),
            defects=tuple(dict.fromkeys((*cut, *defects))),
        )

    def _text(self, data: dict[str, Any]) -> tuple[str, list[Quoted]]:
        """The words of a message, with shared messages of others marked as claimed earlier ones."""
        text = self._plain(text_of(data, "text"))
        comment = text_of(data.get("comment"), "comment")
        text = self._plain(comment) if comment else text
        quoted: list[Quoted] = []
        for entry in list_of(data, "attachments"):
            shared = self._plain(text_of(entry, "text", "fallback"))
            if not shared or shared in text:
                continue
            start = len(text) + 1 if text else 0
            text = f"{text}\n{shared}" if text else shared
            author = text_of(entry, "author_id")
            named = text_of(entry, "author_name", "author_subname")
            if author or entry.get("is_msg_unfurl") or entry.get("is_share"):
                who = self._user(author) if author else Party(named, "", named, AccountKind.NAME)
                when = read_epoch(entry.get("ts")).when
                quoted.append(Quoted(start, len(text), "forward", who if author or named else None, (), when))
        return text, quoted

    def _plain(self, text: str) -> str:
        def show(match: re.Match[str]) -> str:
            sign, target, label = match[1], match[2], match[3]
            if sign == "@":
                return "@" + (label or self._user(target).name or target)
            if sign == "#":
                return "#" + (label or target)
            if sign == "!":
                return "@" + (label or target.partition("^")[0])
            return label or target

        return html.unescape(_LINK.sub(show, text)) if "<" in text or "&" in text else text
