"""WhatsApp's text export: one line per message, local times without a zone, in an order nobody states.

The order of day and month is taken from the file only where the file proves it: a number above twelve, or times that
run forwards in one order and not in the other. Otherwise the chat is set aside as ``ambiguous_date_order`` until the
workspace answers ``whatsapp_date_order``. Notices ("added", "left") are kept: they say who was there. Members
who never wrote a word are not in the export at all, and the rows of a group say so.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import ClassVar

from quorum_watch.mail.dates import place
from quorum_watch.model import Party, Record, Rejected, When
from quorum_watch.sources.chats import cut_text, make_key, owner_party, read_phone
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.locators import locate_bytes, read_range
from quorum_watch.vocabulary import (
    AccountKind,
    Audience,
    Channel,
    Defect,
    Outcome,
    Reason,
    Role,
    TimePrecision,
    TimeSource,
)

#: The question of this reader and its answers (``[ingest]`` in ``workspace.toml``).
QUESTION = "whatsapp_date_order"
ORDERS = {"month_first": "mdy", "day_first": "dmy", "year_first": "ymd"}

_EDGES = " ~\u200e\u200f\u202a\u202c\u00a0"
_MARKS = "[\u200e\u200f\u202a-\u202e\ufeff]*"
_DATE = r"(\d{1,4})([./\-]|\. ?)(\d{1,2})\2(\d{1,4})\.?"
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[\s\u202f\u00a0]?([APap])\.?[\s\u202f\u00a0]?[Mm]\.?)?"
_LINES = (
    re.compile(rf"{_MARKS}\[{_DATE},?[\s\u202f\u00a0]+{_CLOCK}\]{_MARKS} ?(.*)", re.S),
    re.compile(rf"{_MARKS}{_DATE},?[\s\u202f\u00a0]+{_CLOCK}[\s\u202f\u00a0]+-[\s\u202f\u00a0](.*)", re.S),
)
_SAID = re.compile(r"([^:\n]{1,120}): ?(.*)", re.S)
_OMITTED = re.compile(r"^(?:<Media omitted>|(?:image|video|audio|sticker|GIF|document|Contact card) omitted)$", re.I)
_ATTACHED = re.compile(r"^(?:<attached: (.+)>|(.+\.\w{2,5}) \(file attached\))$", re.M)
_DELETED = re.compile(
    r"^(?:This message was deleted|You deleted this message|This message was deleted by admin .*)\.?$"
)
_EDITED = re.compile(r"[\s\u200e]*<This message was edited>$")
_CALL = re.compile(r"^(Missed )?(?:voice|video|group)(?: (?:voice|video))? call", re.I)
_ADDED = re.compile(r"^(?:(.+) added (.+)|(.+) was added|(.+) were added|(.+) joined(?: using .*| from .*)?)$")
_LEFT = re.compile(r"^(?:(.+) removed (.+)|(.+) (?:left|was removed))$")
_YOU = re.compile(r"^you$", re.I)
_NOTICE = re.compile(
    r"(?i)end-to-end encrypted|created (?:this )?group|changed (?:the|this|their|to) |security code|"
    r"disappearing messages|pinned a message|turned (?:on|off) "
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the export with its lines and the numbers of its date."""

    start: int
    end: int
    raw: bytes
    date: tuple[str, str, str]
    clock: tuple[int, int, int | None, str]
    stamp: str
    body: str


class WhatsAppReader:
    """Reads one exported conversation."""

    kind: ClassVar[str] = "whatsapp"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """Lines that begin with a date and time as the export writes them; a usual name makes it surer."""
        try:
            head = file.head.decode("utf-8", "ignore")
        except ValueError:
            return 0
        lines = [line for line in head.splitlines()[:60] if line.strip()]
        found = [_match(line) for line in lines]
        hits = sum(m is not None for m in found)
        name = PurePosixPath(file.name).name.lower()
        named = name.startswith("whatsapp chat") or name == "_chat.txt"
        if not hits or found[0] is None:
            return 0
        spoken = any(m is not None and _SAID.match(m[9]) for m in found)
        if named:
            return 95
        return 75 if spoken and name.endswith(".txt") and hits * 3 >= len(lines) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every message and notice, or the whole file set aside until the order of dates is told."""
        if file.size > context.limits.member_bytes:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, "conversation larger than the limit")
            return
        entries = _Entries(file)
        order = ORDERS.get(context.answer(QUESTION), "") or _find_order(entries.dates())
        if not order:
            detail = f'day and month could be either; answer {QUESTION} = "month_first" or "day_first" under [ingest]'
            for start, end, digest in entries.bounds():
                yield Rejected(
                    locate_bytes(start, end), digest, Outcome.QUARANTINED, Reason.AMBIGUOUS_DATE_ORDER, detail
                )
            return
        yield from _Chat(file, context, entries, order).items()

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one entry with the lines that continue it."""
        return read_range(file.path, locator)


class _Entries:
    """The entries of a file, each with the lines that continue it; read again for every pass, never held."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file

    def __iter__(self) -> Iterator[_Entry | tuple[int, int, bytes]]:
        """Entries in order; lines before the first come as plain ranges."""
        kept: list[bytes] = []
        begun = at = 0
        with self.file.path.open("rb") as stream:
            for line in stream:
                text = line.decode("utf-8", "replace")
                if kept and _match(text):
                    yield _entry(begun, kept)
                    kept, begun = [], at
                kept.append(line)
                at += len(line)
        if kept:
            yield _entry(begun, kept)

    def dates(self) -> Iterator[tuple[tuple[str, str, str], tuple[int, int, int | None, str]]]:
        """The dates and clocks in order."""
        for entry in self:
            if isinstance(entry, _Entry):
                yield entry.date, entry.clock

    def bounds(self) -> Iterator[tuple[int, int, str]]:
        """Range and hash of every entry."""
        for entry in self:
            start, end, raw = (entry.start, entry.end, entry.raw) if isinstance(entry, _Entry) else entry
            yield start, end, hashlib.sha256(raw).hexdigest()


def _match(line: str) -> re.Match[str] | None:
    return _LINES[0].match(line) or _LINES[1].match(line)


def _entry(start: int, lines: list[bytes]) -> _Entry | tuple[int, int, bytes]:
    raw = b"".join(lines)
    match = _match(raw.decode("utf-8", "replace"))
    if match is None:
        return start, start + len(raw), raw
    a, _, b, c, hour, minute, second, half, body = match.groups()
    clock = (int(hour), int(minute), int(second) if second else None, (half or "").lower())
    stamp = match[0][: match.start(9) - match.start()].strip(" -[]\u200e\u200f\ufeff")
    return _Entry(start, start + len(raw), raw, (a, b, c), clock, stamp, body.rstrip("\r\n"))


def _build(date: tuple[str, str, str], clock: tuple[int, int, int | None, str], order: str) -> datetime | None:
    parts = dict(zip(order, date, strict=True))
    year = int(parts["y"])
    if len(parts["y"]) not in (2, 4):
        return None
    year += 2000 if len(parts["y"]) == 2 else 0
    hour, minute, second, half = clock
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        built = datetime(year, int(parts["m"]), int(parts["d"]), hour, minute, second or 0)
    except ValueError:
        return None
    return built if 2009 <= built.year < 2100 else None  # the platform opened in 2009


def _find_order(dates: Iterator[tuple[tuple[str, str, str], tuple[int, int, int | None, str]]]) -> str:
    """The only order in which every date exists and time never runs far backwards, or ``""``."""
    possible = dict.fromkeys(ORDERS.values(), True)
    backwards: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    found = False
    for date, clock in dates:
        found = True
        for order, still in possible.items():
            if not still:
                continue
            at = _build(date, clock, order)
            if at is None:
                possible[order] = False
                continue
            if order in last and (last[order] - at).total_seconds() > 86_400:  # clocks are put back, not by days
                backwards[order] += 1
            last[order] = at
    left = [o for o, still in possible.items() if still]
    if len(left) > 1:
        forwards = [o for o in left if not backwards[o]]
        left = forwards if len(forwards) == 1 else left
    return left[0] if found and len(left) == 1 else ""


class _Chat:
    """One conversation read in a known order of dates."""

    def __init__(self, file: SourceFile, context: Context, entries: _Entries, order: str) -> None:
        self.file, self.context, self.entries, self.order = file, context, entries, order
        path = PurePosixPath(file.name)
        stem = path.parent.name if path.stem == "_chat" else path.stem
        named = re.match(r"(?i)whatsapp chat(?: with| -)? (.+?)(?:\.zip)?$", stem)
        self.title = named[1].strip() if named else ""
        self.thread = f"whatsapp:{self.title or file.name}"
        self.owner = owner_party(context.custodian, file.name)
        self.people: dict[str, Party] = {}
        self.group = False
        for entry in entries:
            if isinstance(entry, _Entry):
                self._meet(entry.body)
        known = {p.name.casefold() for p in self.people.values()} | set(self.people)
        titled = self.title.casefold() in known or self.title in known
        spoken = len(self.people)
        # a chat of two bears the other's name; any other title is a group's
        self.group = self.group or spoken > 2 or (spoken == 2 and bool(self.title) and not titled)
        if not self.group and spoken < 2:
            if self.title and not titled:
                self.people.setdefault(self.title, self._person(self.title))
            else:
                self.people.setdefault("You", self.owner)

    def items(self) -> Iterator[Item]:
        """The rows of the conversation."""
        for entry in self.entries:
            if not isinstance(entry, _Entry):
                start, end, raw = entry
                digest = hashlib.sha256(raw).hexdigest()
                blank = not raw.strip(b"\xef\xbb\xbf \r\n\t")
                outcome = Outcome.IGNORED if blank else Outcome.QUARANTINED
                reason = Reason.SIDECAR if blank else Reason.NOT_A_MESSAGE
                yield Rejected(locate_bytes(start, end), digest, outcome, reason, "lines before the first message")
                continue
            yield self._item(entry)

    def _item(self, entry: _Entry) -> Item:
        locator, digest = locate_bytes(entry.start, entry.end), hashlib.sha256(entry.raw).hexdigest()
        naive = _build(entry.date, entry.clock, self.order)
        if naive is None:
            return Rejected(locator, digest, Outcome.QUARANTINED, Reason.BAD_DATE, "no such date in this order")
        at = place(naive, self.context.timezone).astimezone(UTC)
        when = When(at, entry.stamp, TimePrecision.EXACT, TimeSource.WORKSPACE)
        name, text = _said(entry.body)
        defects = [Defect.NO_TIMEZONE]
        if not name:
            return self._notice(entry, text, when, locator, digest)
        sender = self._known(name)
        attached = tuple(a or b for a, b in _ATTACHED.findall(text))
        event = "message"
        call = _CALL.match(text)
        if _DELETED.match(text):
            text = ""
            defects.append(Defect.DELETED)
        elif _OMITTED.match(text):
            attached, text = (*attached, text.strip("<>")), ""
        elif call is not None and len(text) < 80:
            if call[1] or "no answer" in text.lower():
                return Rejected(locator, digest, Outcome.IGNORED, Reason.NOT_SENT, "the call was not answered")
            event, text = "call", ""
        elif _EDITED.search(text):
            text = _EDITED.sub("", text)
            defects.append(Defect.EDITED)
        text, cut = cut_text(text, self.context.limits)
        others = tuple(p for key, p in self.people.items() if key != name and p != sender)
        role = Role.GROUP_MEMBER if self.group else Role.TO
        recipients = tuple(
            Party(p.raw, p.address, p.name, p.kind, role, "group_membership" if self.group else p.evidence)
            for p in others
        )
        if self.group:
            defects += [Defect.MEMBERSHIP_AT_EXPORT, Defect.LIST_NOT_EXPANDED]
        channel = Channel.GROUP_CHAT if self.group else Channel.CALL if event == "call" else Channel.TEXT
        return Record(
            locator=locator,
            sha256=digest,
            key=make_key("whatsapp", self.title, entry.stamp, name, hashlib.sha256(entry.raw.strip()).hexdigest()),
            channel=channel,
            when=when,
            sender=sender,
            recipients=recipients,
            text=text,
            audience=Audience.CLOSED_GROUP if self.group else Audience.PRIVATE,
            event=event,
            thread=self.thread,
            attachments=attached,
            defects=tuple(dict.fromkeys((*defects, *cut))),
        )

    def _notice(self, entry: _Entry, text: str, when: When, locator: str, digest: str) -> Item:
        """A line nobody said: a change of members, or something the application tells."""
        moved = _moves(text)
        if moved is None:
            return Rejected(locator, digest, Outcome.IGNORED, Reason.SYSTEM_EVENT, "a notice of the application")
        event, actor, people = moved
        group = Party(self.title or "group", self.thread, self.title, AccountKind.WHATSAPP, Role.GROUP_MEMBER, "group")
        named = [self._known(p) for p in people]
        sender = self._known(actor) if actor else named.pop(0)
        return Record(
            locator=locator,
            sha256=digest,
            key=make_key("whatsapp", self.title, entry.stamp, event, text),
            channel=Channel.GROUP_CHAT,
            when=when,
            sender=sender,
            recipients=(*named, group),
            audience=Audience.CLOSED_GROUP,
            event=event,
            thread=self.thread,
            defects=(Defect.NO_TIMEZONE,),
        )

    def _meet(self, body: str) -> None:
        """Remember who takes part, and that it is a group where only a group has such a line."""
        name, text = _said(body)
        if name:
            self.people.setdefault(name, self._person(name))
            return
        moved = _moves(text)
        if moved is not None:
            self.group = True
            for person in (moved[1], *moved[2]):
                if person:
                    self.people.setdefault(person, self._known(person))
        elif re.search(r"created (?:this )?group", text):
            self.group = True

    def _known(self, name: str) -> Party:
        return self.people.get(name) or self._person(name)

    def _person(self, name: str) -> Party:
        if _YOU.match(name):
            return self.owner
        number = read_phone(name)
        if len(number) > 6:
            return Party(name, number, "", AccountKind.WHATSAPP, Role.TO, "export")
        return Party(name, "", name, AccountKind.NAME, Role.TO, "export")


def _said(body: str) -> tuple[str, str]:
    """Who said what; for a notice nobody and its words. Some telephones put the group's name before a notice."""
    match = _SAID.match(body)
    if match is None or _NOTICE.search(match[1]):
        return "", body.strip(_EDGES + ".")
    if match[2].startswith("\u200e"):
        inner = match[2].strip(_EDGES + ".")
        if _NOTICE.search(inner) or _moves(inner) is not None:
            return "", inner
    return match[1].strip(_EDGES), match[2].lstrip("\u200e")


def _moves(text: str) -> tuple[str, str, list[str]] | None:
    """A change of members: the event, who caused it (``""`` if nobody is named), and whom it concerns."""
    if len(text) > 500 or _NOTICE.search(text):
        return None
    for pattern, event in ((_ADDED, "join"), (_LEFT, "leave")):
        match = pattern.match(text)
        if match is None:
            continue
        if match[1]:
            return event, match[1].strip(), _names(match[2])
        return event, "", _names(next(g for g in match.groups()[2:] if g))
    return None


def _names(text: str) -> list[str]:
    found = (n.strip(_EDGES) for n in re.split(r", and |,| and ", text))
    return [n for n in found if n] or [text]
