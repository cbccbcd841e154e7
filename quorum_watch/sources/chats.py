"""What the readers of chats and social exports share: instants, people, keys, reactions, and text within limits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from quorum_watch.limits import Limits
from quorum_watch.mail.dates import DateRead
from quorum_watch.model import Party, Record, Rejected, When
from quorum_watch.sources.interface import Item
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role, TimePrecision

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Years before the first chat system or far beyond now: a broken clock, not a time anyone can order by.
YEARS = (1990, 2100)
_UNITS = ((100_000_000_000, 1_000_000), (100_000_000_000_000, 1_000), (100_000_000_000_000_000, 1))
_PHONE = re.compile(r"\+?[\d\s().\-/\u2010-\u2015\u2011\u00a0\u202a\u202c]{3,30}")
_LONGEST = 24
#: Evidence of whoever owns the device or account a file was taken from; the name is then the folder's, so the clerk's.
OWNER = "device"


def read_epoch(value: object, raw: str = "") -> DateRead:
    """A count of seconds, milli-, micro- or nanoseconds since 1970: which of them, its size says.

    >>> read_epoch("1772463600").when.at.isoformat(), read_epoch(1772463600123).when.at.isoformat()
    ('2026-03-02T15:00:00+00:00', '2026-03-02T15:00:00.123000+00:00')
    >>> read_epoch(0).defects, read_epoch("soon").defects
    ((<Defect.NO_DATE: 'no_date'>,), (<Defect.BAD_DATE: 'bad_date'>,))
    """
    text = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    if text in ("", "0", "-1", "0.0"):
        return DateRead(None, (Defect.NO_DATE,))
    match = re.fullmatch(r"(\d{1,20})(?:\.(\d{1,9}))?", text, re.A)
    if match is None:
        return DateRead(None, (Defect.BAD_DATE,))
    number = int(match[1])
    scale = next((factor for bound, factor in _UNITS if number < bound), 0)
    if scale:
        micro = number * scale
        if match[2] and scale == 1_000_000:  # a fraction of a second, as chat systems write it
            micro += int(match[2].ljust(6, "0")[:6])
    else:
        micro = number // 1000
    return from_micros(micro, raw or text)


def from_micros(micro: int, raw: str) -> DateRead:
    """An instant from microseconds since 1970, or ``bad_date`` where no chat system was about."""
    try:
        at = _EPOCH + timedelta(microseconds=micro)
    except OverflowError:
        return DateRead(None, (Defect.BAD_DATE,))
    if not YEARS[0] <= at.year < YEARS[1]:
        return DateRead(None, (Defect.BAD_DATE,))
    return DateRead(When(at, raw))


@lru_cache(maxsize=16384)
def read_phone(text: str) -> str:
    """A telephone number in E.164, short codes as digits, or ``""`` where the text is no number.

    >>> read_phone("(608) 555-0142"), read_phone("40404"), read_phone("Dana")
    ('+16085550142', '40404', '')
    """
    plain = re.sub(r"^(?:tel|sms):", "", text.strip(), flags=re.I)
    if not _PHONE.fullmatch(plain) or not any(c.isdigit() for c in plain):
        return ""
    import phonenumbers  # its tables take time to load

    digits = re.sub(r"\D", "", plain)
    try:
        number = phonenumbers.parse(plain, "US")
    except phonenumbers.NumberParseException:
        return digits
    short = len(digits) < 10 and not plain.startswith("+")
    if short or not phonenumbers.is_possible_number(number):
        return digits
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def phone_party(number: str, name: str = "", role: Role = Role.TO, evidence: str = "header") -> Party:
    """A participant known by telephone number (or, in some chats, by e-mail address)."""
    if "@" in number.strip("@"):
        address = number.strip().lower()
        return Party(number, address, name, AccountKind.EMAIL, role, evidence)
    return Party(number, read_phone(number) or number.strip().lower(), name, AccountKind.PHONE, role, evidence)


def name_party(name: str, role: Role = Role.TO, evidence: str = "header") -> Party:
    """A participant of whom only a name is given: the roster may know it."""
    return Party(name, "", name, AccountKind.NAME, role, evidence)


def make_key(*parts: object) -> str:
    """A stable native id for items of formats that have none: the same item has the same key in every export.

    >>> make_key("messenger", "inbox/t", 1) == make_key("messenger", "inbox/t", 1)
    True
    """
    joined = "\x1f".join(str(p) for p in parts)
    return f"{parts[0]}:{hashlib.sha256(joined.encode('utf-8', 'replace')).hexdigest()[:_LONGEST]}"


def cut_text(text: object, limits: Limits) -> tuple[str, tuple[Defect, ...]]:
    """A text with plain line ends and no NULs, within the limit; a cut is marked."""
    plain = text.replace("\r\n", "\n").replace("\x00", "") if isinstance(text, str) else ""
    if len(plain) > limits.text_chars:
        return plain[: limits.text_chars], (Defect.OVERSIZE_PART,)
    return plain, ()


def text_of(value: Any, *names: str) -> str:
    """The first of some fields of an object that is non-empty text (numbers as text), or ``""``."""
    if not isinstance(value, dict):
        return ""
    for name in names:
        found = value.get(name)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return ""


def list_of(value: Any, name: str) -> list[Any]:
    """A field that should be a list, as one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def chat_channel(people: int, *, group: bool = False) -> Channel:
    """A chat of two is a text; of more, or one that is a group by its form, a group chat."""
    return Channel.GROUP_CHAT if group or people > 2 else Channel.TEXT


def as_members(parties: Iterable[Party], sender: Party | None) -> tuple[Party, ...]:
    """The other members of a group, each once, as its members."""
    found: dict[tuple[str, str], Party] = {}
    mine = _who(sender) if sender else ("", "")
    for p in parties:
        if _who(p) != mine:
            evidence = p.evidence if p.evidence == OWNER else "group_membership"
            found.setdefault(_who(p), Party(p.raw, p.address, p.name, p.kind, Role.GROUP_MEMBER, evidence))
    return tuple(found.values())


def _who(party: Party) -> tuple[str, str]:
    return (party.address.casefold(), "" if party.address else party.name or party.raw)


def react(
    parent: Record, n: int, locator: str, digest: str, actor: Party | None, value: str, when: When | None = None
) -> Item:
    """Somebody's reaction to a record of a chat or a page; without a time of its own it stands after its parent.

    ``n`` is its place among the reactions of the parent, and part of its key.
    """
    if actor is None:
        where = f"{locator};reaction={n}"
        return Rejected(where, digest, Outcome.QUARANTINED, Reason.NO_SENDER, "a reaction that names nobody")
    public = parent.channel in (Channel.SOCIAL_POST, Channel.SOCIAL_COMMENT)
    to = (parent.sender,) if parent.sender and _who(parent.sender) != _who(actor) else ()
    others = () if public else tuple(p for p in parent.recipients if _who(p) != _who(actor))
    return Record(
        locator=f"{locator};reaction={n}",
        sha256=digest,
        key=make_key("reaction", parent.key, n, actor.address or actor.name, value),
        channel=Channel.SOCIAL_REACTION if public else parent.channel,
        when=when,
        sender=actor,
        recipients=(*to, *others),
        text=value,
        audience=parent.audience,
        event="reaction",
        in_reply_to=parent.key,
        thread=parent.thread,
    )


def judge_time(read: DateRead, locator: str, digest: str) -> Rejected | None:
    """Why an item without a usable time is no row; ``None`` where it has one."""
    if read.when is not None:
        return None
    reason = Reason.BAD_DATE if Defect.BAD_DATE in read.defects else Reason.NO_DATE
    return Rejected(locator, digest, Outcome.QUARANTINED, reason)


def audience_of(*, group: bool) -> Audience:
    """A group chat is closed to its members; anything smaller is private."""
    return Audience.CLOSED_GROUP if group else Audience.PRIVATE


def exact(at: datetime, raw: str) -> When:
    """An instant an export states with its zone."""
    return When(at, raw, TimePrecision.EXACT)


def owner_party(custodian: str, file_name: str) -> Party:
    """Whose telephone or account a file comes from, where the file itself does not say.

    The folder in the inbox names the person; a file in no folder names nobody, and the row shows an account the roster
    can be told about.
    """
    name = custodian or f"owner of {file_name.rpartition('/')[2]}"
    return Party(name, "", name, AccountKind.NAME, Role.TO, OWNER)
