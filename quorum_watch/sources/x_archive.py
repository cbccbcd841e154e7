"""The archive of an X (Twitter) account: posts, replies, likes, direct and group messages, who joined and left.

Each file assigns a list to a name (``window.YTD.tweets.part0 = [...]``); the assignment is passed over and the list is
read as JSON, never run. Direct messages name people by numbers. The owner's number and handle stand in ``account.js``,
those of some others in the mentions of ``tweets.js``; whoever else it is, the roster must know by number.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

from quorum_watch.mail.dates import DateRead, read_date
from quorum_watch.model import Party, Quoted, Record, Rejected
from quorum_watch.sources.beside import names_beside, read_beside
from quorum_watch.sources.chats import as_members, cut_text, judge_time, list_of, make_key, owner_party, react, text_of
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Span, Value, load_json, open_export, read_value, refuse_file, scan
from quorum_watch.sources.locators import read_range
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

_ASSIGN = re.compile(rb"\s*(?:window\.)?YTD\.([A-Za-z_]{1,60})\.part\d{1,5}\s*=\s*")
_POSTS = frozenset({"tweet", "tweets", "deleted_tweets", "community_tweet", "note_tweet"})
_TALKS = frozenset({"direct_messages", "direct_message", "direct_messages_group", "direct_message_group"})
_LIKES = frozenset({"like", "likes"})
_TALK = re.compile(rb'\{\s*"dmConversation"\s*:\s*')
_ID = re.compile(rb'"(?:senderId|recipientId|initiatingUserId)"\s*:\s*"(\d{1,25})"')
_IDS = re.compile(rb'"(?:userIds|participantsSnapshot)"\s*:\s*\[([^\]]{0,200000})\]')
_MENTION = re.compile(
    rb'"screen_name"\s*:\s*"(\w{1,30})"[^{}]{0,400}?"id_str"\s*:\s*"(\d{1,25})"|'
    rb'"in_reply_to_user_id_str"\s*:\s*"(\d{1,25})"[^{}]{0,2000}?"in_reply_to_screen_name"\s*:\s*"(\w{1,30})"'
)
_REPOST = re.compile(r"RT @(\w{1,30}): ")


class XArchiveReader:
    """Reads the ``.js`` files of the archive."""

    kind: ClassVar[str] = "x_archive"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """The assignment every file of the archive begins with."""
        return 95 if _ASSIGN.match(file.head.removeprefix(b"\xef\xbb\xbf")) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every post, like or message; files about the account itself are ignored by rule."""
        lead = 3 if file.head.startswith(b"\xef\xbb\xbf") else 0
        match = _ASSIGN.match(file.head, lead)
        part = match[1].decode().lower() if match else ""
        if match is None or part not in _POSTS | _TALKS | _LIKES:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a part of the archive without interactions")
            return
        export = open_export(file, context.limits, "", skip=match.end())
        if isinstance(export, Rejected):
            yield export
            return
        archive = _Archive(file, context, part)
        found = False
        for value in export.values():
            found = True
            if part in _TALKS:
                yield from archive.talk(value)
            elif value.reason is not None or not isinstance(value.data, dict):
                yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not an entry")
            elif part in _LIKES:
                yield archive.like(value)
            else:
                yield archive.post(value)
        yield from export.rest()
        if not found and export.document.broken < 0:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "an empty part of the archive")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one entry."""
        return read_range(file.path, locator)


@lru_cache(maxsize=16)
def _handles(data: bytes) -> dict[str, str]:
    """Handles by number, as the mentions and replies of a file of posts tell them."""
    found: dict[str, str] = {}
    for match in _MENTION.finditer(data):
        number, handle = (match[2], match[1]) if match[1] else (match[3], match[4])
        found.setdefault(number.decode(), handle.decode().lower())
    return found


class _Archive:
    """One file of the archive, with what its neighbours say about numbers and handles."""

    def __init__(self, file: SourceFile, context: Context, part: str) -> None:
        self.context, self.part = context, part
        told = load_json(_ASSIGN.sub(b"", read_beside(file, "account.js"), count=1))
        account = told[0].get("account") if isinstance(told, list) and told and isinstance(told[0], dict) else {}
        self.number = text_of(account, "accountId")
        self.handles: dict[str, str] = {}
        for name in names_beside(file):
            if re.fullmatch(r"tweets?(?:-part\d+)?\.js", name):
                self.handles |= _handles(read_beside(file, name))
        handle = text_of(account, "username").lower()
        if self.number and handle:
            self.handles[self.number] = handle
        name = text_of(account, "accountDisplayName")
        if handle:
            self.owner = Party(f"@{handle}", handle, name, AccountKind.X, Role.TO, "account")
        elif self.number:
            self.owner = self.person(self.number)
        else:
            self.owner = owner_party(context.custodian, file.name)

    def person(self, number: str, role: Role = Role.TO, evidence: str = "account_number") -> Party:
        """An account by its number, or by its handle where the archive tells it."""
        handle = self.handles.get(number, "")
        return Party(number, handle or number, "", AccountKind.X, role, evidence)

    def post(self, value: Value) -> Item:
        """A post, a reply or a repost of the owner."""
        data = value.data.get("tweet", value.data.get("noteTweet", value.data))
        data = data if isinstance(data, dict) else {}
        read = _read_time(text_of(data, "created_at", "createdAt"), self.context)
        refused = judge_time(read, value.locator, value.sha256)
        if refused is not None:
            return refused
        core = data.get("core") if isinstance(data.get("core"), dict) else data
        text, cut = cut_text(html.unescape(text_of(core, "full_text", "text")), self.context.limits)
        defects = [*read.defects, *cut]
        if self.part == "deleted_tweets" or text_of(data, "deleted_at"):
            defects.append(Defect.DELETED)
        parent = text_of(data, "in_reply_to_status_id_str", "in_reply_to_status_id")
        answered = text_of(data, "in_reply_to_screen_name").lower()
        repost = _REPOST.match(text)
        entities = data.get("entities") if isinstance(data.get("entities"), dict) else {}
        found: dict[str, Party] = {}
        if answered and answered != self.owner.address:
            found[answered] = _handle(answered, Role.TO)
        if repost is not None:
            found.setdefault(repost[1].lower(), _handle(repost[1].lower(), Role.TO))
        for mention in list_of(entities, "user_mentions"):
            handle = text_of(mention, "screen_name").lower()
            if handle and handle != self.owner.address:
                found.setdefault(handle, _handle(handle, Role.MENTIONED, text_of(mention, "name")))
        quoted: tuple[Quoted, ...] = ()
        if repost is not None:
            quoted = (Quoted(repost.end(), len(text), "forward", _handle(repost[1].lower(), Role.TO)),)
        media = tuple(n for m in list_of(entities, "media") if (n := text_of(m, "expanded_url", "media_url_https")))
        number = text_of(data, "id_str", "id", "noteTweetId")
        return Record(
            locator=value.locator,
            sha256=value.sha256,
            key=f"x:{number}" if number else make_key("x", self.owner.address, read.when, text),
            channel=Channel.SOCIAL_COMMENT if parent or answered else Channel.SOCIAL_POST,
            when=read.when,
            sender=self.owner,
            recipients=tuple(found.values()),
            text=text,
            audience=Audience.CLOSED_GROUP if self.part == "community_tweet" else Audience.PUBLIC,
            event="share" if repost else "comment" if parent or answered else "post",
            in_reply_to=f"x:{parent}" if parent else "",
            quoted=quoted,
            attachments=media,
            defects=tuple(dict.fromkeys(defects)),
            extra=tuple((k, v) for k, v in (("deleted_at", text_of(data, "deleted_at")),) if v),
        )

    def like(self, value: Value) -> Item:
        """A like of the owner: of which post is known, neither when nor whose it was."""
        data = value.data.get("like", value.data)
        number = text_of(data, "tweetId")
        if not number:
            return value.refuse(Reason.BAD_FIELD, "a like of nothing")
        return Record(
            locator=value.locator,
            sha256=value.sha256,
            key=make_key("x-like", self.owner.address or self.owner.name, number),
            channel=Channel.SOCIAL_REACTION,
            when=None,
            sender=self.owner,
            recipients=(),
            text="like",
            audience=Audience.PUBLIC,
            event="reaction",
            in_reply_to=f"x:{number}",
        )

    # --- messages -----------------------------------------------------------------------------------------------------

    def talk(self, value: Value) -> Iterator[Item]:
        """The messages of one conversation, each with its own bytes."""
        opening = _TALK.match(value.raw)
        inside = scan(value.raw, frozenset({"messages"}), opening.end() if opening else 0)
        if opening is None or not isinstance(inside.head, dict) or (inside.broken >= 0 and not inside.spans):
            yield value.refuse(Reason.JSON_INVALID, "not a conversation")
            return
        name = text_of(inside.head, "conversationId")
        numbers = {n.decode() for n in _ID.findall(value.raw)}
        for listed in _IDS.findall(value.raw):
            numbers |= {n.decode() for n in re.findall(rb'"(\d{1,25})"', listed)}
        group = self.part.endswith("group") or (len(numbers | {self.number} - {""}) > 2 and "-" not in name)
        members = tuple(self.person(n) for n in sorted(numbers | ({self.number} if self.number else set())))
        for span in inside.spans:
            moved = Span("messages", span.index, value.span.start + span.start, value.span.start + span.end, span.depth)
            inner = read_value(value.raw, span, self.context.limits)
            item = Value(moved, inner.raw, inner.data, inner.reason, inner.detail)
            yield from self._message(item, name, members, group=group)
        if inside.broken >= 0:
            yield value.refuse(Reason.JSON_INVALID, "the conversation breaks off")
        elif not inside.spans:
            yield value.refuse(Reason.SIDECAR, "a conversation without messages", Outcome.IGNORED)

    def _message(self, value: Value, name: str, members: tuple[Party, ...], *, group: bool) -> Iterator[Item]:
        if value.reason is not None or not isinstance(value.data, dict) or not value.data:
            yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not an event")
            return
        kind = sorted(value.data)[0]
        data = value.data[kind] if isinstance(value.data[kind], dict) else {}
        read = _read_time(text_of(data, "createdAt"), self.context)
        thread = f"x:dm:{name}"
        where = Party(thread, thread, "", AccountKind.X, Role.GROUP_MEMBER, "conversation")
        refused = judge_time(read, value.locator, value.sha256)
        if refused is not None:
            yield refused
            return
        number = text_of(data, "senderId", "initiatingUserId")
        sender = self.person(number) if number else None
        event, to, text = "message", (), ""  # type: tuple[str, tuple[Party, ...], str]
        if kind in ("messageCreate", "welcomeMessageCreate"):
            text = html.unescape(text_of(data, "text"))
            told = text_of(data, "recipientId")
            to = as_members(members, sender) if group or not told else (self.person(told),)
        elif kind in ("participantsJoin", "participantsLeave"):
            event = "join" if kind.endswith("Join") else "leave"
            people = [u for u in list_of(data, "userIds") if isinstance(u, str) and u]
            if not number or people == [number]:
                sender, people = (self.person(people[0]) if people else sender), people[1:]
            to = (*(self.person(u) for u in people), where)
        elif kind == "joinConversation":
            event, to = "join", ((self.owner, where) if sender != self.owner else (where,))
        elif kind == "conversationNameUpdate":
            event, text, to = "rename", text_of(data, "name"), as_members(members, sender)
        elif kind == "reactionCreate":
            event, text, to = "reaction", text_of(data, "reactionKey"), as_members(members, sender)
        else:
            yield value.refuse(Reason.UNSUPPORTED_EVENT_TYPE, kind[:40])
            return
        if sender is None:
            yield value.refuse(Reason.NO_SENDER, kind[:40])
            return
        text, cut = cut_text(text, self.context.limits)
        own = text_of(data, "id", "eventId")
        talked = event in ("message", "reaction", "rename")
        about = text_of(data, "messageId") if event == "reaction" else ""
        record = Record(
            locator=value.locator,
            sha256=value.sha256,
            key=f"x:dm:{own}" if own else make_key("x-dm", thread, kind, read.when, number, text),
            channel=Channel.GROUP_CHAT if group else Channel.TEXT,
            when=read.when,
            sender=sender,
            recipients=to,
            text=text,
            audience=Audience.CLOSED_GROUP if group else Audience.PRIVATE,
            event=event,
            in_reply_to=f"x:dm:{about}" if about else "",
            thread=thread,
            attachments=tuple(u for u in list_of(data, "mediaUrls") if isinstance(u, str)),
            defects=tuple(
                dict.fromkeys(
                    (
                        *read.defects,
                        *cut,
                        *((Defect.MEMBERSHIP_AT_EXPORT,) if group and talked else ()),
                        *((Defect.EDITED,) if list_of(data, "editHistory") else ()),
                    )
                )
            ),
        )
        yield record
        for place, reaction in enumerate(list_of(data, "reactions")):
            who = text_of(reaction, "senderId")
            when = _read_time(text_of(reaction, "createdAt"), self.context).when
            actor = self.person(who) if who else None
            yield react(record, place, value.locator, value.sha256, actor, text_of(reaction, "reactionKey"), when)


def _handle(handle: str, role: Role, name: str = "") -> Party:
    return Party(f"@{handle}", handle, name, AccountKind.X, role, "post")


def _read_time(raw: str, context: Context) -> DateRead:
    return read_date(raw, context.timezone)
