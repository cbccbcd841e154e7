"""The message database of a Mac or iPhone (``chat.db``, ``sms.db``): messages, reactions, edits, who joined and left.

The database is copied (with its write-ahead log, which may hold the newest messages) and the copy is opened for reading
alone. Times count from 2001-01-01 in nanoseconds, in old rows in seconds. Since macOS 13 the words stand in
``attributedBody``. A row's bytes, for its hash, are its columns as JSON in the order of their names.
"""

from __future__ import annotations

import hashlib
import plistlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.errors import EvidenceError
from quorum_watch.mail.dates import DateRead
from quorum_watch.model import Party, Record, Rejected
from quorum_watch.sources.beside import read_beside, size_beside
from quorum_watch.sources.chats import (
    OWNER,
    as_members,
    audience_of,
    cut_text,
    from_micros,
    judge_time,
    owner_party,
    phone_party,
)
from quorum_watch.sources.database import Database, DatabaseRefused, dump_row
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.locators import read_range
from quorum_watch.sources.tapbacks import read_tapback
from quorum_watch.vocabulary import Channel, Defect, Outcome, Reason, Role

_MAGIC = b"SQLite format 3\x00"
_LOGS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_NAMES = ("chat.db", "sms.db", "3d0d7e5fb2ce288813306e4d4636395e047a3d28")
_APPLE = 978_307_200  # seconds from 1970 to 2001
_REACTIONS = {
    0: "loved",
    1: "liked",
    2: "disliked",
    3: "laughed",
    4: "emphasised",
    5: "questioned",
    6: "",
    7: "sticker",
}
_GROUP = 43
_LOG_BYTES = 512 << 20
_STRING = re.compile(rb"NSString.{0,8}?\x84\x01\+", re.S)


class IMessageReader:
    """Reads the database and accounts for its log files."""

    kind: ClassVar[str] = "imessage"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """The signature of a database with the tables of messages, or a log beside one."""
        name = PurePosixPath(file.name).name.lower()
        base = re.sub(r"-(?:wal|shm)$", "", name)
        if base != name and base in _NAMES:
            return 85
        if not file.head.startswith(_MAGIC):
            return 0
        if b"chat_message_join" in file.head or b"chat_handle_join" in file.head:
            return 95
        return 70 if name in _NAMES else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every row of the table of messages, in its order."""
        if not file.head.startswith(_MAGIC):
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "read together with its database")
            return
        if file.size > context.limits.member_bytes:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, "database larger than the limit")
            return
        found = 0
        try:
            with Database(file.path, _log(file), ("message", "handle", "chat")) as database:
                for item in _Store(database, file, context).items():
                    found += 1
                    yield item
        except (DatabaseRefused, sqlite3.Error, OverflowError, ValueError) as error:  # ValueError: an undecodable name
            reason = Reason.TRUNCATED if found else Reason.UNREADABLE_FILE
            yield refuse_file(file, Outcome.QUARANTINED, reason, f"{type(error).__name__} after {found} rows")
            return
        if not found:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a database without messages")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The columns of one row as they were hashed, or the bytes of a file that has no rows."""
        match = re.match(r"row=message:(-?\d+)(?:;|$)", locator)
        if match is None:
            return read_range(file.path, locator)
        try:
            with Database(file.path, _log(file), ("message",)) as database:
                for names, row in database.rows("SELECT * FROM message WHERE ROWID = ?", int(match[1])):
                    return dump_row(names, row)
        except (DatabaseRefused, sqlite3.Error, ValueError) as error:
            where = f"{file.path.name}: {locator[:80]}"
            raise EvidenceError("QW-E273", "A row cannot be read again.", where, "Ingest the file again.") from error
        where = f"{file.path.name}: {locator[:80]}"
        raise EvidenceError("QW-E273", "A locator names no row.", where, "Ingest the file again.")


def _log(file: SourceFile) -> bytes:
    """The write-ahead log beside the database. Raises :class:`DatabaseRefused` where there is one too large to read."""
    name = PurePosixPath(file.name).name + "-wal"
    log = read_beside(file, name, _LOG_BYTES)
    if not log and size_beside(file, name):
        raise DatabaseRefused("the log is larger than the limit")
    return log


class _Store:
    """One database: its people, its conversations, and its rows one by one."""

    def __init__(self, database: Database, file: SourceFile, context: Context) -> None:
        self.database, self.context = database, context
        self.columns = database.columns("message")
        self.handles = {
            number: phone_party(_text(name))
            for _, (number, name) in database.rows("SELECT ROWID, id FROM handle")
            if _text(name)
        }
        self.chats: dict[int, dict[str, Any]] = {}
        for names, row in database.rows("SELECT ROWID AS number, * FROM chat"):
            told = dict(zip(names, row, strict=False))
            self.chats[told["number"]] = told
        self.members: dict[int, list[Party]] = {}
        if "handle_id" in database.columns("chat_handle_join"):
            for _, (chat, handle) in database.rows("SELECT chat_id, handle_id FROM chat_handle_join ORDER BY 1, 2"):
                if handle in self.handles:
                    self.members.setdefault(chat, []).append(self.handles[handle])
        self.owner = self._owner(file)

    def _owner(self, file: SourceFile) -> Party:
        """Whose device it is: the number its messages were sent from or to most often."""
        if "destination_caller_id" in self.columns:
            query = (
                "SELECT destination_caller_id, COUNT(*) FROM message WHERE destination_caller_id <> '' "
                "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
            )
            for _, (number, _count) in self.database.rows(query):
                return phone_party(_text(number), self.context.custodian, Role.TO, OWNER)
        for chat in sorted(self.chats):
            login = _text(self.chats[chat].get("account_login"))
            if login[:2] in ("E:", "P:") and len(login) > 2:
                return phone_party(login[2:], self.context.custodian, Role.TO, OWNER)
        return owner_party(self.context.custodian, file.name)

    def items(self) -> Iterator[Item]:
        """The rows in the order of the table."""
        joined = "message_id" in self.database.columns("chat_message_join")
        query = "SELECT m.ROWID, NULL, m.* FROM message m ORDER BY m.ROWID"
        if joined:
            query = (
                "SELECT m.ROWID, j.chat_id, m.* FROM message m LEFT JOIN chat_message_join j "
                "ON j.message_id = m.ROWID ORDER BY m.ROWID, j.chat_id"
            )
        last: int | None = None
        for names, row in self.database.rows(query):
            number, chat = row[0], row[1]
            if number == last:
                continue  # a message that stands in two conversations is still one message
            last = number
            raw = dump_row(names[2:], row[2:])
            told = dict(zip(names[2:], row[2:], strict=False))
            yield from self._row(number, chat, told, hashlib.sha256(raw).hexdigest())

    def _row(self, number: int, chat: int | None, told: dict[str, Any], digest: str) -> Iterator[Item]:
        locator = f"row=message:{number}"
        read = _read_time(told.get("date"))
        refused = judge_time(read, locator, digest)
        mine = told.get("is_from_me") == 1
        sender = self.owner if mine else self.handles.get(told.get("handle_id") or 0)
        if refused is None and mine and told.get("error") not in (0, None) and told.get("is_sent") == 0:
            refused = Rejected(locator, digest, Outcome.IGNORED, Reason.NOT_SENT, "sending failed")
        if refused is not None or sender is None:
            yield refused or Rejected(locator, digest, Outcome.QUARANTINED, Reason.NO_SENDER)
            return
        members = self.members.get(chat or 0, [])
        info = self.chats.get(chat or 0, {})
        group = info.get("style") == _GROUP or len(members) > 1
        recipients, defects = self._recipients(sender, members, told, group=group)
        thread = "imessage:" + (_text(info.get("guid")) or _text(info.get("chat_identifier")) or f"chat{chat}")
        if chat is None:
            thread = "imessage:" + ",".join(sorted(p.address for p in (sender, *recipients)))
        happened = self._happened(told, thread, _text(info.get("display_name")), recipients)
        if happened is None:
            kind = f"item type {told.get('item_type')}"
            yield Rejected(locator, digest, Outcome.QUARANTINED, Reason.UNSUPPORTED_EVENT_TYPE, kind[:40])
            return
        event, text, recipients, parent = happened
        text, cut = cut_text(text, self.context.limits)
        versions = _versions(told.get("message_summary_info"))
        attached = self._attached(number) if told.get("cache_has_attachments") else ()
        if told.get("date_edited") or len(versions) > 1:
            defects.append(Defect.EDITED)
        if told.get("date_retracted") or (not text and versions == [] and told.get("date_edited")):
            defects.append(Defect.DELETED)
        elif event == "message" and not text and not attached:
            defects.append(Defect.DECLARED_BUT_EMPTY)
        if event in ("join", "leave"):
            defects = [d for d in defects if d is not Defect.MEMBERSHIP_AT_EXPORT]
        guid = _text(told.get("guid"))
        record = Record(
            locator=locator,
            sha256=digest,
            key=f"imessage:{guid}" if guid else "",
            channel=Channel.GROUP_CHAT if group or event in ("join", "leave") else Channel.TEXT,
            when=read.when,
            sender=sender,
            recipients=recipients,
            subject=" ".join(_text(told.get("subject")).split()),
            text=versions[0][1] if len(versions) > 1 and versions[0][1] else text,
            audience=audience_of(group=group),
            event=event,
            in_reply_to=f"imessage:{parent}" if parent else "",
            thread=thread,
            attachments=attached,
            defects=tuple(dict.fromkeys((*read.defects, *cut, *defects))),
            extra=tuple((k, v) for k, v in (("service", _text(told.get("service"))),) if v),
        )
        yield record
        for n, (when, words) in enumerate(versions[1:]):
            yield replace(
                record,
                locator=f"{locator};edit={n}",
                key=f"{record.key}/edit{n}",
                when=when.when or read.when,
                text=cut_text(words, self.context.limits)[0],
                event="edit",
                in_reply_to=record.key,
            )

    def _recipients(
        self, sender: Party, members: list[Party], told: dict[str, Any], *, group: bool
    ) -> tuple[tuple[Party, ...], list[Defect]]:
        everyone = [*members, self.owner]
        if not members and sender == self.owner:
            other = self.handles.get(told.get("handle_id") or 0) or self.handles.get(told.get("other_handle") or 0)
            everyone = [other] if other else []
        others = as_members(everyone, sender)
        if group:
            return others, [Defect.MEMBERSHIP_AT_EXPORT]
        plain = tuple(replace(p, role=Role.TO) for p in others)
        return plain, [] if plain else [Defect.NO_RECIPIENTS]

    def _happened(
        self, told: dict[str, Any], thread: str, title: str, recipients: tuple[Party, ...]
    ) -> tuple[str, str, tuple[Party, ...], str] | None:
        """What a row is: its event, words, whom it concerns and what it answers; ``None`` for an unknown kind."""
        kind, action = told.get("item_type") or 0, told.get("group_action_type") or 0
        other = self.handles.get(told.get("other_handle") or 0, self.owner)
        where = Party(title or thread, thread, title, phone_party("").kind, Role.GROUP_MEMBER, "group")
        if kind == 1:
            return ("join" if action == 0 else "leave"), "", (other, where), ""
        if kind == 3 and action == 0:
            return "leave", "", (where,), ""
        if kind == 2:
            return "rename", _text(told.get("group_title")), recipients, ""
        if kind in (3, 4, 5, 6):
            return "system", "", recipients, ""
        if kind != 0:
            return None
        text = _text(told.get("text")) or read_attributed(told.get("attributedBody"))
        text = text.replace("\ufffc", "").strip("\x00")
        sort = told.get("associated_message_type") or 0
        about = re.sub(r"^(?:p:\d+/|bp:)", "", _text(told.get("associated_message_guid")))
        if (isinstance(sort, int) and 2000 <= sort <= 2007) or (isinstance(sort, int) and 3000 <= sort <= 3007):
            sign = _REACTIONS[sort % 1000] or _text(told.get("associated_message_emoji")) or "emoji"
            return ("reaction" if sort < 3000 else "reaction_removed"), sign, recipients, about
        tapback = read_tapback(text)
        if tapback is not None:
            return ("reaction_removed" if tapback.removed else "reaction"), tapback.value, recipients, ""
        return "message", text, recipients, _text(told.get("thread_originator_guid"))

    def _attached(self, number: int) -> tuple[str, ...]:
        if "attachment_id" not in self.database.columns("message_attachment_join"):
            return ("attachment",)
        query = (
            "SELECT a.transfer_name, a.filename FROM message_attachment_join j JOIN attachment a "
            "ON a.ROWID = j.attachment_id WHERE j.message_id = ? ORDER BY a.ROWID"
        )
        found = [row for _, row in self.database.rows(query, number)]
        return tuple(_text(a) or PurePosixPath(_text(b)).name or "attachment" for a, b in found) or ("attachment",)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _read_time(value: Any) -> DateRead:
    """Nanoseconds since 2001, or seconds in old rows."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value == 0:
        return DateRead(None, (Defect.NO_DATE,) if value in (0, None) else (Defect.BAD_DATE,))
    try:
        micro = int(value) // 1000 if abs(value) > 1e12 else int(value * 1_000_000)
    except (OverflowError, ValueError):
        return DateRead(None, (Defect.BAD_DATE,))
    return from_micros(micro + _APPLE * 1_000_000, str(value))


def read_attributed(blob: Any) -> str:
    """The words of an ``attributedBody``: the first string of the archived object.

    >>> read_attributed(b"streamtyped NSString\\x01\\x94\\x84\\x01+\\x05Hello\\x86")
    'Hello'
    """
    if not isinstance(blob, bytes):
        return ""
    match = _STRING.search(blob)
    if match is None or match.end() >= len(blob):
        return ""
    at = match.end()
    size, at = blob[at], at + 1
    if size in (0x81, 0x82):
        width = 2 if size == 0x81 else 4
        size, at = int.from_bytes(blob[at : at + width], "little"), at + width
    return blob[at : at + size].decode("utf-8", "replace")


def _versions(blob: Any) -> list[tuple[DateRead, str]]:
    """The wordings of an edited message in order, the first as it was sent; none where nothing was edited."""
    if not isinstance(blob, bytes) or not blob.startswith(b"bplist"):
        return []
    try:
        told = plistlib.loads(blob, fmt=plistlib.FMT_BINARY)
        parts = told.get("ec") if isinstance(told, dict) else None
        if not isinstance(parts, dict) or len(parts) != 1:
            return []
        entries = next(iter(parts.values()))
        found = [(_read_time(e.get("d")), read_attributed(e.get("t"))) for e in entries if isinstance(e, dict)]
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, RecursionError, MemoryError):
        return []
    except plistlib.InvalidFileException:
        return []
    return found
