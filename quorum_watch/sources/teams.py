"""Microsoft Teams: messages as the export interface of Graph gives them (JSON), and the item list of a Purview export.

A chat is kept in the mailbox of each of its members, so the same message comes several times; its id makes the copies
one. Times are UTC. Messages do not name the members of their chat: where the export has no list of members beside the
messages, the chat itself stands as a group nobody has expanded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from quorum_watch.mail.dates import read_date
from quorum_watch.mail.html import read_html
from quorum_watch.model import Party, Quoted, Record, Rejected
from quorum_watch.sources.chats import as_members, cut_text, judge_time, list_of, make_key, react, text_of
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Value, open_export, refuse_file
from quorum_watch.sources.load_rows import QUESTION, Place, build_row, find_order, known_fields, plain_name
from quorum_watch.sources.locators import read_range
from quorum_watch.sources.tables import read_table
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

_SIGNS = (b'"createdDateTime"', b'"messageType"')
_PLACES = (b'"chatId"', b'"channelIdentity"', b'"chatType"')


class TeamsReader:
    """Reads both forms."""

    kind: ClassVar[str] = "teams"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True
    reads_above: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """Messages with the fields of Graph, or a table with the columns of a Purview item list."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if head[:1] in (b"{", b"["):
            return 93 if all(s in head for s in _SIGNS) and any(p in head for p in _PLACES) else 0
        names = _columns(head)
        fields = known_fields(names)
        plain = {plain_name(n) for n in names}
        purview = fields >= {"kind", "from"} and {"sent", "received"} & fields and len(names) > 5
        return 90 if purview and plain & {"itemclass", "messagekind", "fileclass", "messageclass"} else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each message or item."""
        if file.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            yield from _read_graph(file, context)
        else:
            yield from _read_items(file, context)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one message or row."""
        return read_range(file.path, locator)


def _columns(head: bytes) -> list[str]:
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace")
    return [c.strip().strip('"') for c in first.split(",")]


def _read_items(file: SourceFile, context: Context) -> Iterator[Item]:
    dates = [v for row in read_table(file) for n, v in row.cells.items() if known_fields([n]) & {"sent", "received"}]
    order = context.answer(QUESTION) or find_order(dates)
    found = False
    for row in read_table(file):
        found = True
        if row.fault:
            yield row.refuse(Reason.CSV_INVALID, row.fault)
        else:
            yield build_row(row.cells, Place(file, row.locator, row.sha256), context, order)
    if not found:
        yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a list without items")


def _read_graph(file: SourceFile, context: Context) -> Iterator[Item]:
    export = open_export(file, context.limits, "", "value", "messages", "members")
    if isinstance(export, Rejected):
        yield export
        return
    members = tuple(p for v in export.values("members") if (p := _person(v.data)))
    found = False
    for value in export.values("", "value", "messages"):
        found = True
        yield from _read_message(value, export.head, members, context)
    yield from export.rest()
    if not found and export.document.broken < 0:
        yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "no messages")


def _read_message(value: Value, head: dict[str, Any], members: tuple[Party, ...], context: Context) -> Iterator[Item]:
    data = value.data
    if value.reason is not None or not isinstance(data, dict):
        yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not a message")
        return
    read = read_date(_second(text_of(data, "createdDateTime")), context.timezone)
    refused = judge_time(read, value.locator, value.sha256)
    detail = _object(data, "eventDetail")
    sender = _person(_object(data, "from")) or _person(_object(detail, "initiator"))
    if refused is not None or sender is None:
        yield refused or value.refuse(Reason.NO_SENDER, text_of(data, "messageType")[:40])
        return
    place = _object(data, "channelIdentity")
    thread = "teams:" + (text_of(data, "chatId") or text_of(place, "channelId") or text_of(head, "id") or "chat")
    direct = text_of(head, "chatType") == "oneOnOne" or len(members) == 2 or "@unq.gbl.spaces" in thread
    where = Party(text_of(head, "topic") or thread, thread, "", AccountKind.TEAMS, Role.GROUP_MEMBER, "conversation")
    others = as_members(members, sender)
    recipients = tuple(_plain(p) for p in others) if direct else others
    defects = [*read.defects, *([] if direct or not members else [Defect.MEMBERSHIP_AT_EXPORT])]
    if not members:
        recipients, defects = (where,), [*defects, Defect.LIST_NOT_EXPANDED]
    text, quoted, parent = _text(data)
    text, cut = cut_text(text, context.limits)
    event, channel = "message", Channel.TEXT if direct else Channel.GROUP_CHAT
    sort = text_of(detail, "@odata.type").rpartition(".")[2].removesuffix("EventMessageDetail")
    if sort in ("membersAdded", "membersJoined", "membersDeleted", "membersLeft"):
        event = "join" if sort in ("membersAdded", "membersJoined") else "leave"
        people = [p for m in list_of(detail, "members") if (p := _person(m))]
        recipients = (*(p for p in people if p.address != sender.address), where)
        channel = Channel.GROUP_CHAT
        defects = [d for d in defects if d not in (Defect.MEMBERSHIP_AT_EXPORT, Defect.LIST_NOT_EXPANDED)]
    elif sort == "callEnded":
        took = [p for c in list_of(detail, "callParticipants") if (p := _person(_object(c, "participant")))]
        others = tuple(_plain(p) for p in as_members(took, sender))
        if not others:
            yield value.refuse(Reason.SYSTEM_EVENT, "a call of which nobody is listed", Outcome.IGNORED)
            return
        event, channel, recipients, defects = "call", Channel.CALL, others, list(read.defects)
    elif sort or text_of(data, "messageType") in ("systemEventMessage", "unknownFutureValue", "chatEvent", "typing"):
        event = "system"
    if text_of(data, "lastEditedDateTime"):
        defects.append(Defect.EDITED)
    if text_of(data, "deletedDateTime"):
        defects.append(Defect.DELETED)
    number = text_of(data, "id")
    answers = text_of(data, "replyToId") or parent
    record = Record(
        locator=value.locator,
        sha256=value.sha256,
        key=f"{thread}/{number}" if number else make_key("teams", thread, read.when, sender.address, text),
        channel=channel,
        when=read.when,
        sender=sender,
        recipients=recipients,
        subject=text_of(data, "subject"),
        text=text,
        audience=Audience.PRIVATE if direct else Audience.CLOSED_GROUP,
        event=event,
        in_reply_to=f"{thread}/{answers}" if answers else "",
        thread=thread,
        quoted=tuple(q for q in quoted if q.end <= len(text)),
        attachments=tuple(n for a in list_of(data, "attachments") if (n := text_of(a, "name"))),
        defects=tuple(dict.fromkeys((*defects, *cut))),
        extra=tuple((k, v) for k, v in (("edited_at", text_of(data, "lastEditedDateTime")),) if v),
    )
    yield record
    for turn, entry in enumerate(list_of(data, "reactions")):
        actor = _person(_object(entry, "user"))
        when = read_date(_second(text_of(entry, "createdDateTime")), context.timezone).when
        yield react(record, turn, value.locator, value.sha256, actor, text_of(entry, "reactionType"), when)


def _object(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _second(stamp: str) -> str:
    """The stamp with no more digits of a second than a date needs."""
    return re.sub(r"(\.\d{1,6})\d*", r"\1", stamp)


def _person(value: Any) -> Party | None:
    """Somebody as Graph names them: by address where it says one, else by the id of the directory."""
    user = _object(value, "user") or _object(value, "application") or value
    address = text_of(user, "email", "userPrincipalName").lower()
    number, name = text_of(user, "userId", "id"), text_of(user, "displayName")
    if not (address or number or name):
        return None
    return Party(address or number or name, address or number, name, AccountKind.TEAMS, Role.TO, "directory")


def _plain(party: Party) -> Party:
    return Party(party.raw, party.address, party.name, party.kind, Role.TO, "directory")


def _text(data: dict[str, Any]) -> tuple[str, list[Quoted], str]:
    """The words, quoted messages behind them marked as somebody else's, and the id of the message quoted."""
    body = _object(data, "body")
    text = text_of(body, "content")
    quoted: list[Quoted] = []
    if text_of(body, "contentType").lower() == "html":
        text, spans, _ = read_html(text)
        quoted += [Quoted(a, b, "reply") for a, b in spans]
    text, parent = text.rstrip(), ""
    for entry in list_of(data, "attachments"):
        if text_of(entry, "contentType") not in ("messageReference", "forwardedMessageReference"):
            continue
        try:
            told = json.loads(text_of(entry, "content") or "{}", strict=False)
        except (ValueError, RecursionError):
            continue
        words = text_of(told, "messagePreview", "originalMessageContent")
        if text_of(entry, "contentType") == "messageReference":
            parent = parent or text_of(told, "messageId")
        if words:
            kind = "reply" if text_of(entry, "contentType") == "messageReference" else "forward"
            who = _person(_object(told, "messageSender") or _object(told, "originalMessageSender"))
            start = len(text) + 1 if text else 0
            text = f"{text}\n{words}" if text else words
            quoted.append(Quoted(start, len(text), kind, who))
    return text, quoted, parent
