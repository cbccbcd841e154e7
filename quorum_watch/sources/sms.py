"""Backups of a telephone by "SMS Backup & Restore": texts, group messages and calls as XML.

Every element is cut out of the file by its own bytes and parsed alone, so that a broken one costs only itself. The
application writes emoji as two halves of a surrogate pair (``&#55357;&#56832;``), which no XML parser accepts: each
pair is joined before parsing and the row says so. The backup does not name the telephone's owner; the number is taken
from its group messages, else from the file's name, else the owner is whoever the folder names.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.mail.charset import decode_text
from quorum_watch.model import Party, Record, Rejected
from quorum_watch.sources.chats import (
    OWNER,
    audience_of,
    chat_channel,
    cut_text,
    judge_time,
    make_key,
    owner_party,
    phone_party,
    read_epoch,
    read_phone,
)
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.locators import locate_bytes, read_range
from quorum_watch.sources.tapbacks import Tapback, quote_key, read_tapback
from quorum_watch.vocabulary import Channel, Defect, Outcome, Reason, Role

_TAG = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+"
_ELEMENT = re.compile(rb"<!--|<(sms|mms|call)(?=[\s/>])(?:" + _TAG + rb">)?", re.S)
_NEXT = re.compile(rb"<(?:sms|mms|call|/smses|/calls)(?=[\s/>])")
_ROOT = re.compile(rb"<(smses|calls)(?=[\s>/])" + _TAG + rb">")
_COUNT = re.compile(rb"\scount\s*=\s*[\"'](\d{1,12})[\"']")
_DATA = re.compile(r"(\sdata=)(\"[^\"]*\"|'[^']*')")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,8}|\d{1,9});")
_BODY = re.compile(
    rb"\s(?:body|text)=[\"'][^A-Za-z0-9]{0,60}"
    rb"(?:Like|Love|Dislike|Laugh|Emphas|Question|Remove|React|&#|\xe2|\xf0)"
)
_DIGITS = re.compile(r"(?<!\d)(\+?1?[2-9]\d{9})(?!\d)")
_DATED = re.compile(r"20[0-4]\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
_OWNER = "insert-address-token"
_ROLES = {"151": Role.TO, "130": Role.CC, "129": Role.BCC}
#: Two clocks of one text further apart than this disagree. Seconds.
_APART = 600
_ANSWERED = {"1", "2", "7"}


class SmsReader:
    """Reads the backup of one telephone."""

    kind: ClassVar[str] = "sms"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """The root element of a backup of texts or calls."""
        root = _ROOT.search(file.head[:8192]) or re.search(rb"<(smses|calls)(?=[\s>/])", file.head[:8192])
        if root is None or not file.head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            return 0
        return 95 if root[1] == b"smses" or re.search(rb"<call\s|count=", file.head[:8192]) else 40

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every text, group message and call, then what the backup says about their number."""
        if file.size > context.limits.member_bytes:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, "backup larger than the limit")
        elif b"<!ENTITY" in file.head:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.XML_ENTITY, "the backup declares entities")
        else:
            with file.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield from _Backup(file, context, data).items()

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one element."""
        return read_range(file.path, locator)


@dataclass(frozen=True, slots=True)
class _Element:
    """One element: its range, its name, and whether its end was found."""

    start: int
    end: int
    name: str
    whole: bool


@dataclass(slots=True)
class _Fields:
    """An element parsed: attributes, the texts of its parts, its addresses, and what had to be repaired."""

    given: dict[str, str]
    parts: list[dict[str, str]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    defects: tuple[Defect, ...] = ()


class _Backup:
    def __init__(self, file: SourceFile, context: Context, data: mmap.mmap) -> None:
        self.file, self.context, self.data = file, context, data
        self.owner = self._find_owner()
        self.quoted: dict[tuple[str, str], str] = {}
        self.quoted = self._find_quoted()

    def items(self) -> Iterator[Item]:
        found = 0
        last = 0
        for element in _cut(self.data):
            found += 1
            last = element.end
            yield self._item(element)
        root = _ROOT.search(self.data)
        closed = self.data.rfind(b"</smses") >= last or self.data.rfind(b"</calls") >= last
        if root is not None:
            where = locate_bytes(root.start(), root.end())
            digest = hashlib.sha256(root[0]).hexdigest()
            declared = _COUNT.search(root[0])
            if declared is not None and int(declared[1]) != found:
                detail = f"declares {int(declared[1])} records, holds {found}"
                yield Rejected(where, digest, Outcome.QUARANTINED, Reason.COUNT_MISMATCH, detail)
            elif not found:
                yield Rejected(where, digest, Outcome.IGNORED, Reason.SIDECAR, "an empty backup")
            elif not closed and not root[0].endswith(b"/>"):
                yield Rejected(
                    where, digest, Outcome.QUARANTINED, Reason.TRUNCATED, f"breaks off after {found} records"
                )
        elif not found:
            yield refuse_file(self.file, Outcome.QUARANTINED, Reason.XML_INVALID, "no record and no whole root element")

    def _item(self, element: _Element) -> Item:
        raw = self.data[element.start : element.end]
        locator, digest = locate_bytes(element.start, element.end), hashlib.sha256(raw).hexdigest()
        if not element.whole:
            reason = Reason.TRUNCATED if element.end == len(self.data) else Reason.XML_INVALID
            return Rejected(locator, digest, Outcome.QUARANTINED, reason, "the element is not closed")
        fields = _parse(raw)
        if isinstance(fields, Reason):
            return Rejected(locator, digest, Outcome.QUARANTINED, fields, "the element is not well formed")
        if element.name == "call":
            return self._call(fields, locator, digest)
        box = fields.given.get("type" if element.name == "sms" else "msg_box", "")
        if box not in ("1", "2"):
            outcome = Outcome.IGNORED if box in ("3", "4", "5", "6") else Outcome.QUARANTINED
            reason = {"3": Reason.DRAFT}.get(box, Reason.NOT_SENT if outcome is Outcome.IGNORED else Reason.BAD_FIELD)
            return Rejected(locator, digest, outcome, reason, f"box {box[:4] or 'missing'}")
        return self._message(fields, locator, digest, sent=box == "2", group=element.name == "mms")

    # --- messages -----------------------------------------------------------------------------------------------------

    def _message(self, fields: _Fields, locator: str, digest: str, *, sent: bool, group: bool) -> Item:
        read = read_epoch(fields.given.get("date"))
        refused = judge_time(read, locator, digest)
        if refused is not None:
            return refused
        sender, recipients = self._people(fields, sent=sent, group=group)
        if sender is None:
            return Rejected(locator, digest, Outcome.QUARANTINED, Reason.NO_SENDER, "no number of the sender")
        defects = [*read.defects, *fields.defects]
        other = read_epoch(fields.given.get("date_sent")).when
        if other is not None and read.when is not None and abs((other.at - read.when.at).total_seconds()) > _APART:
            defects.append(Defect.DATE_CONFLICT)
        text, cut = cut_text(_text(fields), self.context.limits)
        names = tuple(n for p in fields.parts if (n := _attachment(p)))
        if not recipients:
            defects.append(Defect.NO_RECIPIENTS)
        if not text and not names:
            defects.append(Defect.DECLARED_BUT_EMPTY)
        talk = _talk(sender, recipients)
        record = Record(
            locator=locator,
            sha256=digest,
            key=make_key("sms", talk, sender.address or sender.name, fields.given.get("date"), text),
            channel=chat_channel(len(recipients) + 1),
            when=read.when,
            sender=sender,
            recipients=recipients,
            subject=_subject(fields.given.get("sub" if group else "subject", "")),
            text=text,
            audience=audience_of(group=len(recipients) > 1),
            thread=talk,
            attachments=names,
            defects=tuple(dict.fromkeys((*defects, *cut))),
        )
        tapback = read_tapback(text)
        return record if tapback is None else self._reaction(record, tapback)

    def _reaction(self, record: Record, tapback: Tapback) -> Record:
        parent = self.quoted.get((record.thread, quote_key(tapback.quote)), "") if tapback.quote else ""
        event = "reaction_removed" if tapback.removed else "reaction"
        shown = tuple((k, v) for k, v in (("quoted", tapback.quote),) if v)
        return replace(record, text=tapback.value, event=event, in_reply_to=parent, extra=shown)

    def _people(self, fields: _Fields, *, sent: bool, group: bool) -> tuple[Party | None, tuple[Party, ...]]:
        """Sender and recipients. A group message lists everybody; a text only the other side."""
        name = fields.given.get("contact_name", "")
        name = "" if name in ("(Unknown)", "null") else name
        listed = [a for a in fields.given.get("address", "").split("~") if a and a != "null"]
        known = name if len(listed) == 1 else ""
        if not group or not fields.addresses:
            others = tuple(phone_party(a, known) for a in listed)
            others = others if len(others) < 2 else tuple(replace(p, role=Role.GROUP_MEMBER) for p in others)
            if sent:
                return self.owner, others
            return (others[0] if len(others) == 1 else None), (self.owner,)
        sender: Party | None = self.owner if sent else None
        found: dict[str, Party] = {}
        for number, kind in fields.addresses:
            mine = number == _OWNER or (bool(self.owner.address) and read_phone(number) == self.owner.address)
            party = self.owner if mine else phone_party(number, known if listed == [number] else "")
            if kind == "137":
                sender = self.owner if mine or sent else party
            elif kind in _ROLES:
                found.setdefault(party.address or party.name, replace(party, role=_ROLES[kind]))
        for number in listed:  # the other side as the conversation lists it, where the addresses are incomplete
            party = phone_party(number, known)
            found.setdefault(party.address, party)
        if sender is None and len(listed) == 1 and not sent:
            sender = phone_party(listed[0], known)
        if sender is not None and sender != self.owner and not sent:
            found.setdefault(self.owner.address or self.owner.name, self.owner)
        mine_too = (sender.address or sender.name) if sender else ""
        recipients = tuple(p for key, p in found.items() if key != mine_too)
        if len(recipients) > 1:
            recipients = tuple(
                replace(p, role=Role.GROUP_MEMBER, evidence=p.evidence if p.evidence == OWNER else "group_membership")
                if p.role is Role.TO
                else p
                for p in recipients
            )
        return sender, recipients

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, fields: _Fields, locator: str, digest: str) -> Item:
        kind, duration = fields.given.get("type", ""), fields.given.get("duration", "")
        seconds = int(duration) if duration.isdecimal() and len(duration) < 9 else 0
        if kind not in ("1", "2", "3", "4", "5", "6", "7"):
            return Rejected(
                locator, digest, Outcome.QUARANTINED, Reason.BAD_FIELD, f"call type {kind[:4] or 'missing'}"
            )
        if kind != "4" and (kind not in _ANSWERED or not seconds):
            return Rejected(locator, digest, Outcome.IGNORED, Reason.NOT_SENT, "the call was not answered")
        read = read_epoch(fields.given.get("date"))
        refused = judge_time(read, locator, digest)
        if refused is not None:
            return refused
        number = fields.given.get("number", "")
        if not read_phone(number) or number.startswith("-"):
            return Rejected(locator, digest, Outcome.QUARANTINED, Reason.NO_SENDER, "the number was withheld")
        name = fields.given.get("contact_name", "")
        other = phone_party(number, "" if name in ("(Unknown)", "null") else name)
        sender, to = (self.owner, other) if kind == "2" else (other, self.owner)
        voicemail = kind == "4"  # a message left, not a talk: it reaches one side, in words that are not here
        return Record(
            locator=locator,
            sha256=digest,
            key=make_key("call", _talk(sender, (to,)), fields.given.get("date"), kind),
            channel=Channel.TEXT if voicemail else Channel.CALL,
            when=read.when,
            sender=sender,
            recipients=(to,),
            event="voicemail" if voicemail else "call",
            thread=_talk(sender, (to,)),
            defects=(Defect.DECLARED_BUT_EMPTY,) if voicemail else (),
            extra=(("duration_seconds", str(seconds)), ("call_type", kind)),
        )

    # --- what must be known before the first row ----------------------------------------------------------------------

    def _find_owner(self) -> Party:
        """The owner's number: in a group message received, it is the recipient the conversation does not list."""
        seen: Counter[str] = Counter()
        for element in _cut(self.data):
            if element.name != "mms" or not element.whole:
                continue
            fields = _parse(self.data[element.start : element.end])
            if isinstance(fields, Reason):
                continue
            listed = {read_phone(a) for a in fields.given.get("address", "").split("~")}
            if fields.given.get("msg_box") == "2":
                mine = {read_phone(n) for n, kind in fields.addresses if kind == "137"}
            else:
                mine = {read_phone(n) for n, kind in fields.addresses if kind == "151"}
            left = mine - listed - {""}
            if len(left) == 1:
                seen.update(left)
        if seen:
            number = min(seen, key=lambda n: (-seen[n], n))
            return phone_party(number, self.context.custodian, Role.TO, OWNER)
        named = _DIGITS.findall(PurePosixPath(self.file.name).stem)
        if len(named) == 1 and not _DATED.match(named[0]):
            return phone_party(named[0], self.context.custodian, Role.TO, OWNER)
        return owner_party(self.context.custodian, self.file.name)

    def _find_quoted(self) -> dict[tuple[str, str], str]:
        """Native ids of the messages that reactions quote, by conversation and quote; mostly none."""
        wanted: set[tuple[str, str]] = set()
        for element in _cut(self.data):
            if element.whole and element.name != "call" and _BODY.search(self.data, element.start, element.end):
                item = self._item(element)
                if isinstance(item, Record) and item.event.startswith("reaction") and item.extra:
                    wanted.add((item.thread, quote_key(item.extra[0][1])))
        found: dict[tuple[str, str], str] = {}
        if wanted:
            for element in _cut(self.data):
                other = self._item(element) if element.whole and element.name != "call" else None
                if isinstance(other, Record) and other.event == "message":
                    key = (other.thread, quote_key(other.text))
                    if key in wanted:
                        found[key] = other.key
        return found


def _cut(data: mmap.mmap) -> Iterator[_Element]:
    """Every element in order; one that is not closed ends where the next begins."""
    at = 0
    commented = True
    while (match := _ELEMENT.search(data, at)) is not None:
        at = match.end()
        if match[1] is None:
            end = data.find(b"-->", at) if commented else -1
            commented = end >= 0  # where one comment never ends, no later one does
            at = end + 3 if commented else at
            continue
        name = match[1].decode()
        start = match.start()
        following = _NEXT.search(data, at)
        bound = following.start() if following else len(data)
        if not match[0].endswith(b">"):
            yield _Element(start, bound, name, whole=False)
            at = bound
        elif match[0].endswith(b"/>"):
            yield _Element(start, at, name, whole=True)
        else:
            closing = f"</{name}>".encode()
            end = data.find(closing, at, bound)
            if end < 0:
                yield _Element(start, bound, name, whole=False)
                at = bound
            else:
                at = end + len(closing)
                yield _Element(start, at, name, whole=True)


def _parse(raw: bytes) -> _Fields | Reason:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    text, guessed = _decode(raw)
    text, repaired = _repair(_DATA.sub(r'\1""', text))
    try:
        root: Any = ElementTree.fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        return Reason.XML_ENTITY
    except (ElementTree.ParseError, ValueError, RecursionError):
        return Reason.XML_INVALID
    defects = []
    if repaired:
        defects.append(Defect.XML_REPAIRED)
    if guessed:
        defects.append(Defect.CHARSET_GUESSED)
    fields = _Fields({k: str(v) for k, v in root.attrib.items()}, defects=tuple(defects))
    for node in root.iter():
        if node.tag == "part":
            fields.parts.append(dict(node.attrib))
        elif node.tag == "addr":
            fields.addresses.append((node.attrib.get("address", ""), node.attrib.get("type", "")))
    return fields


def _decode(raw: bytes) -> tuple[str, bool]:
    """The element as text, and whether its charset had to be guessed. Halves of pairs written as bytes pass."""
    try:
        return raw.decode("utf-8", "surrogatepass"), False
    except UnicodeDecodeError:
        return decode_text(raw)[0], True


def _repair(text: str) -> tuple[str, bool]:
    """Join halves of surrogate pairs, drop what XML cannot hold; whether anything had to be done."""

    def plain(match: re.Match[str]) -> str:
        code = int(match[1][1:], 16) if match[1][0] == "x" else int(match[1])
        if 0xD800 <= code <= 0xDFFF:
            return chr(code)
        return "" if code < 32 and code not in (9, 10, 13) else match[0]

    fixed = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", _REFERENCE.sub(plain, text))
    if re.search("[\ud800-\udfff]", fixed):
        fixed = fixed.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return fixed, fixed != text


def _text(fields: _Fields) -> str:
    if not fields.parts:
        return fields.given.get("body", "")
    texts = [p.get("text", "") for p in fields.parts if p.get("ct", "").startswith("text/")]
    return "\n".join(t for t in texts if t and t != "null")


def _subject(value: str) -> str:
    return "" if value == "null" else " ".join(value.split())


def _attachment(part: dict[str, str]) -> str:
    kind = part.get("ct", "")
    if kind.startswith("text/") or kind in ("application/smil", ""):
        return ""
    return next((part[k] for k in ("cl", "name", "fn") if part.get(k) and part[k] != "null"), kind)


def _talk(sender: Party, recipients: tuple[Party, ...]) -> str:
    return "sms:" + ",".join(sorted({p.address or p.name for p in (sender, *recipients)}))
