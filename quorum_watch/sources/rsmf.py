"""RSMF 2.0, the short message format of e-discovery: a mail that carries ``rsmf.zip``, or its manifest alone.

Everything stands in ``rsmf_manifest.json``: participants, conversations and events. Times without a zone occur in the
vendor's own samples and are marked. Of a conversation of type ``channel`` the members listed are those of its first
event; who came and went is told by join and leave events. :mod:`quorum_watch.sources.rsmf_write` is the other half.
"""

from __future__ import annotations

import email
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from email.message import Message
from typing import Any, ClassVar

from quorum_watch.errors import EvidenceError
from quorum_watch.limits import Limits
from quorum_watch.mail.dates import read_date
from quorum_watch.model import Party, Quoted, Record, Rejected
from quorum_watch.sources.chats import cut_text, judge_time, list_of, react, read_phone, text_of
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Span, Value, read_value, refuse_file, scan
from quorum_watch.sources.locators import join_locator, read_range
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

MANIFEST = "rsmf_manifest.json"
ARRAYS = frozenset({"participants", "conversations", "events"})
_HEADER = re.compile(rb"(?im)^X-RSMF-\w+:")
_COUNT = re.compile(rb"(?im)^X-RSMF-EventCount:\s*(\d{1,9})\s*$")
_PHONES = re.compile(r"(?i)sms|mms|imessage|text|phone|whatsapp|signal|viber|cell|call")
_KINDS = {
    "slack": AccountKind.SLACK,
    "teams": AccountKind.TEAMS,
    "whatsapp": AccountKind.WHATSAPP,
    "facebook": AccountKind.FACEBOOK,
    "messenger": AccountKind.FACEBOOK,
    "twitter": AccountKind.X,
    "x": AccountKind.X,
    "instagram": AccountKind.INSTAGRAM,
}


class RsmfReader:
    """Reads the mail and the bare manifest."""

    kind: ClassVar[str] = "rsmf"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """The headers of the mail, or the three lists of a manifest."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(b"{"):
            named = file.name.rpartition("/")[2] == MANIFEST
            signs = sum(f'"{name}"'.encode() in head for name in ("version", *sorted(ARRAYS)))
            return 96 if named and signs > 1 else 88 if signs == 4 and b'"platform"' in head else 0
        return 98 if _HEADER.search(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every event, its reactions and edits, then what the mail declares about their number."""
        if file.size > context.limits.member_bytes:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, "larger than the limit")
            return
        data = file.path.read_bytes()
        prefix: tuple[tuple[str, str], ...] = ()
        declared: int | None = None
        if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            found = _unwrap(data, context.limits)
            if isinstance(found, Rejected):
                yield refuse_file(file, found.outcome, found.reason, found.detail)
                return
            count = _COUNT.search(re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0])
            declared = int(count[1]) if count else None
            data, part = found
            prefix = (("part", part), ("member", MANIFEST))
        manifest = _Manifest(data, prefix, context)
        events = 0
        for items in manifest.events():
            events += 1
            yield from items
        if manifest.broken >= 0:
            rest = data[manifest.broken :]
            where = join_locator(*prefix, ("bytes", f"{manifest.broken}-{len(data)}"))
            digest = hashlib.sha256(rest).hexdigest()
            reason = Reason.TRUNCATED if events else Reason.JSON_INVALID
            yield Rejected(where, digest, Outcome.QUARANTINED, reason, f"breaks off after {events} events")
        elif declared is not None and declared != events:
            detail = f"declares {declared} events, holds {events}"
            yield refuse_file(file, Outcome.QUARANTINED, Reason.COUNT_MISMATCH, detail)
        elif not events:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "a manifest without events")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one event inside the manifest."""
        if not locator.startswith("part="):
            return read_range(file.path, locator)
        found = _unwrap(file.path.read_bytes(), Limits())
        match = re.search(r"bytes=(\d+)-(\d+)", locator)
        if isinstance(found, Rejected) or match is None:
            where = f"{file.path.name}: {locator[:80]}"
            raise EvidenceError("QW-E273", "A locator names nothing in the file.", where, "Ingest the file again.")
        return found[0][int(match[1]) : int(match[2])]


def _unwrap(data: bytes, limits: Limits) -> tuple[bytes, str] | Rejected:
    """The manifest inside the mail, and the name of the part it stands in."""
    try:
        message = email.message_from_bytes(data)
        for part in _parts(message, limits):
            name = str(part.get_filename() or "")
            packed = part.get_payload(decode=True)
            if not isinstance(packed, bytes) or not (name.lower() == "rsmf.zip" or packed.startswith(b"PK\x03\x04")):
                continue
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                info = next((i for i in archive.infolist() if i.filename.rpartition("/")[2] == MANIFEST), None)
                if info is None:
                    continue
                if info.flag_bits & 1:
                    return _refuse(Reason.ENCRYPTED, "a password is needed")
                with archive.open(info) as member:
                    text = member.read(limits.member_bytes + 1)
            if len(text) > limits.member_bytes:
                return _refuse(Reason.OVERSIZE, "manifest larger than the limit")
            if len(text) > limits.ratio_after_bytes and len(text) > limits.ratio * max(info.compress_size, 1):
                return _refuse(Reason.BOMB_RATIO, f"unpacks to more than {limits.ratio} times its size")
            return text, name or "rsmf.zip"
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return _refuse(Reason.TRUNCATED, "the archive inside cannot be unpacked")
    except (LookupError, TypeError, AttributeError, RecursionError):
        return _refuse(Reason.MIME_DEFECT, "the mail around the archive cannot be read")
    return _refuse(Reason.TRUNCATED, f"no {MANIFEST} inside")


def _parts(message: Message, limits: Limits) -> Iterator[Message]:
    for n, part in enumerate(message.walk()):
        if n >= limits.mime_parts:
            return
        if not part.is_multipart():
            yield part


def _refuse(reason: Reason, detail: str) -> Rejected:
    return Rejected("", "", Outcome.QUARANTINED, reason, detail)


def customs(value: Any) -> dict[str, str]:
    """The custom properties of an object by name."""
    return {text_of(c, "name"): text_of(c, "value") for c in list_of(value, "custom") if text_of(c, "name")}


class _Manifest:
    """One manifest: who takes part, in which conversations, and what happened."""

    def __init__(self, data: bytes, prefix: tuple[tuple[str, str], ...], context: Context) -> None:
        self.data, self.prefix, self.context = data, prefix, context
        document = scan(data, ARRAYS)
        self.broken = document.broken
        self.spans: dict[str, list[Span]] = {name: [] for name in ARRAYS}
        for span in document.spans:
            self.spans[span.array].append(span)
        self.participants = self._by_id("participants")
        self.conversations = self._by_id("conversations")

    def _by_id(self, array: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for span in self.spans[array]:
            value = read_value(self.data, span, self.context.limits).data
            if isinstance(value, dict):
                found.setdefault(text_of(value, "id"), value)
        return found

    def events(self) -> Iterator[list[Item]]:
        """The items of each event."""
        for span in self.spans["events"]:
            yield list(self._event(read_value(self.data, span, self.context.limits)))

    def _person(self, number: str, talk: dict[str, Any], role: Role = Role.TO) -> Party:
        told = self.participants.get(number, {})
        name, mail, account = (text_of(told, n) for n in ("display", "email", "account_id"))
        platform = text_of(talk, "platform").lower()
        kind = customs(told).get("account_kind", "")
        phone = read_phone(account) if _PHONES.search(platform) or not platform else ""
        evidence = "manifest" if role is Role.TO else "group_membership"
        if kind in list(AccountKind) and account:
            return Party(name or account, account, name, AccountKind(kind), role, evidence)
        if phone and "@" not in account:
            return Party(account, phone, name, AccountKind.PHONE, role, evidence)
        if mail or "@" in account[1:]:
            return Party(name or mail, (mail or account).lower(), name, AccountKind.EMAIL, role, evidence)
        if account:
            return Party(account, account, name, _KINDS.get(platform, AccountKind.NAME), role, evidence)
        return Party(name or number, "", name or number, AccountKind.NAME, role, evidence)

    def _event(self, value: Value) -> Iterator[Item]:
        data, digest = value.data, value.sha256
        where = join_locator(*self.prefix, ("bytes", f"{value.span.start}-{value.span.end}"))
        if value.reason is not None or not isinstance(data, dict):
            reason = value.reason or Reason.BAD_FIELD
            yield Rejected(where, digest, Outcome.QUARANTINED, reason, value.detail or "not an event")
            return
        kind, told = text_of(data, "type").lower(), customs(data)
        if kind == "disclaimer":
            yield Rejected(where, digest, Outcome.IGNORED, Reason.SYSTEM_EVENT, "a disclaimer")
            return
        event = told.get("event", "") or ("message" if kind in ("message", "unknown") else kind)
        if kind not in ("message", "join", "leave", "history", "unknown"):
            yield Rejected(where, digest, Outcome.QUARANTINED, Reason.UNSUPPORTED_EVENT_TYPE, kind[:40] or "no type")
            return
        read = read_date(text_of(data, "timestamp"), self.context.timezone)
        refused = judge_time(read, where, digest)
        if refused is not None:
            yield refused
            return
        number = text_of(data, "conversation")
        talk = self.conversations.get(number, {})
        actor = text_of(data, "participant")
        if not actor:
            yield Rejected(where, digest, Outcome.QUARANTINED, Reason.NO_SENDER, f"type {kind}")
            return
        record = self._record(data, value, event, talk, where)
        yield record
        place = 0
        for reaction in list_of(data, "reactions"):
            for person in list_of(reaction, "participants"):
                who = self._person(str(person), talk) if str(person) else None
                yield react(record, place, where, digest, who, text_of(reaction, "value"))
                place += 1
        for n, edit in enumerate(list_of(data, "edits")):
            yield self._edit(edit, n, record, talk, where, digest)

    def _record(self, data: dict[str, Any], value: Value, event: str, talk: dict[str, Any], where: str) -> Record:
        read = read_date(text_of(data, "timestamp"), self.context.timezone)
        actor, number, told = text_of(data, "participant"), text_of(data, "conversation"), customs(data)
        listed = [str(p) for p in list_of(talk, "participants") if isinstance(p, (str, int))]
        group = len(set(listed) | {actor}) > 2 or text_of(talk, "type") == "channel"
        about = customs(talk)
        channel = Channel.GROUP_CHAT if group else Channel.TEXT
        channel = Channel(about["channel"]) if about.get("channel") in list(Channel) else channel
        audience = Audience.CLOSED_GROUP if group else Audience.PRIVATE
        audience = Audience(about["audience"]) if about.get("audience") in list(Audience) else audience
        role = Role.GROUP_MEMBER if group and about.get("roles") != "to" else Role.TO
        roles = dict(pair.partition("=")[::2] for pair in told.get("roles", "").split(";") if "=" in pair)
        thread = about.get("thread", "") or f"rsmf:{number}"
        people = [n for n in dict.fromkeys(listed) if n != actor]
        if event in ("join", "leave"):
            named = [n for n in told.get("people", "").split(";") if n]
            title = text_of(talk, "display") or thread
            where_to = Party(title, thread, "", AccountKind.NAME, Role.GROUP_MEMBER, "conversation")
            recipients = (*(self._person(n, talk) for n in named), where_to)
        else:
            recipients = tuple(
                self._person(n, talk, Role(roles[n]) if roles.get(n) in list(Role) else role) for n in people
            )
        text, cut = cut_text(text_of(data, "body"), self.context.limits)
        defects = [*read.defects, *cut]
        defects += [Defect.DELETED] if data.get("deleted") is True else []
        defects += [Defect.EDITED] if list_of(data, "edits") else []
        if any(isinstance(r, dict) and not list_of(r, "participants") for r in list_of(data, "reactions")):
            defects.append(Defect.RECIPIENT_COUNT_MISMATCH)
        if not talk or (event == "message" and not people):
            defects.append(Defect.NO_RECIPIENTS)
        own, parent = text_of(data, "id"), text_of(data, "parent")
        scope = about.get("thread") is not None
        readers = [text_of(r, "participant") for r in list_of(data, "read_receipts")]
        extra = [("direction", text_of(data, "direction")), ("importance", text_of(data, "importance"))]
        extra += [("read_by", ",".join(r for r in readers if r))]
        extra += [(n, v) for n, v in told.items() if n not in ("event", "roles", "people")]
        quoted = (Quoted(0, len(text), "forward"),) if event == "history" and text else ()
        return Record(
            locator=where,
            sha256=value.sha256,
            key="" if not own else own if scope else f"rsmf:{number}/{own}",
            channel=channel,
            when=read.when,
            sender=self._person(actor, talk),
            recipients=recipients,
            text=text,
            audience=audience,
            event=event,
            in_reply_to="" if not parent else parent if scope else f"rsmf:{number}/{parent}",
            thread=thread,
            quoted=quoted,
            attachments=tuple(n for a in list_of(data, "attachments") if (n := text_of(a, "display", "id"))),
            defects=tuple(dict.fromkeys(defects)),
            extra=tuple((k, v) for k, v in extra if v),
        )

    def _edit(self, edit: Any, n: int, parent: Record, talk: dict[str, Any], where: str, digest: str) -> Item:
        here = f"{where};edit={n}"
        read = read_date(text_of(edit, "timestamp"), self.context.timezone)
        refused = judge_time(read, here, digest)
        who = text_of(edit, "participant")
        if refused is not None or not who:
            return refused or Rejected(here, digest, Outcome.QUARANTINED, Reason.NO_SENDER, "an edit by nobody")
        text, cut = cut_text(text_of(edit, "new"), self.context.limits)
        before = text_of(edit, "previous")
        return Record(
            locator=here,
            sha256=digest,
            key=f"{parent.key}/edit{n}" if parent.key else "",
            channel=parent.channel,
            when=read.when,
            sender=self._person(who, talk),
            recipients=parent.recipients,
            text=text,
            audience=parent.audience,
            event="edit",
            in_reply_to=parent.key,
            thread=parent.thread,
            defects=tuple(dict.fromkeys((*read.defects, *cut))),
            extra=(("previous", before),) if before else (),
        )
