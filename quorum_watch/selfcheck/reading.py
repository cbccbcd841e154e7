"""From bytes or typed words to a :class:`Draft`: an ``.eml``, pasted headers and text, or people and words apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from quorum_watch.limits import Limits
from quorum_watch.mail.addresses import split_addresses
from quorum_watch.mail.message import parse_message
from quorum_watch.mail.quotes import find_quotes
from quorum_watch.model import Party, PersonId, Quoted, Record
from quorum_watch.roster import Roster
from quorum_watch.selfcheck.draft import Address, Block, Draft
from quorum_watch.vocabulary import AccountKind, Channel, Role, VoteRule

_HEADER = re.compile(r"[A-Za-z][A-Za-z-]{0,40}:[ \t]*\S?")
_ADDRESSED = re.compile(r"(?im)^(?:from|to|cc|bcc|subject):")


def read_mail(raw: bytes, *, asking: PersonId | None, roster: Roster, timezone: str) -> Draft:
    """The draft in an ``.eml``. A message somebody else wrote becomes a thread about to be answered."""
    record = parse_message(raw, locator="draft", timezone=timezone, limits=Limits())
    return from_record(record, asking=asking, roster=roster)


def from_record(record: Record, *, asking: PersonId | None, roster: Roster) -> Draft:
    """A draft from a record of the mail stage."""
    sender = address_of(record.sender) if record.sender is not None else None
    author = roster.resolver.account(AccountKind.EMAIL, sender.value) if sender and sender.value else None
    received = sender is not None and author is not None and author != asking
    if sender is not None and author is None:
        received = bool(sender.value) and any(_same(p, asking, roster) for p in record.recipients)
    lines = tuple(address_of(p) for p in record.recipients)
    if received and sender is not None:
        lines = (sender, *lines)
    return Draft(
        recipients=lines,
        text=record.text,
        subject=record.subject,
        sender=sender,
        blocks=tuple(_block(q) for q in record.quoted),
        channel=record.channel,
        received=received,
        doubts=tuple(d.value for d in record.defects),
        attachments=len(record.attachments),
    )


def _same(party: Party, asking: PersonId | None, roster: Roster) -> bool:
    return asking is not None and roster.resolver.account(AccountKind.EMAIL, party.address) == asking


def address_of(party: Party) -> Address:
    """A party as an entry of an address line."""
    return Address(party.address or "", party.role, party.name or party.raw)


def _block(quoted: Quoted) -> Block:
    sender = address_of(quoted.sender) if quoted.sender is not None else None
    return Block(quoted.start, quoted.end, sender, tuple(address_of(p) for p in quoted.recipients))


def looks_like_mail(text: str) -> bool:
    """Whether pasted text begins with mail headers.

    >>> looks_like_mail("To: a@b.example\\nSubject: Levy\\n\\nHi"), looks_like_mail("Note: call Dana")
    (True, False)
    """
    head = text.lstrip("\ufeff \t\r\n")
    first = head.split("\n", 1)[0]
    block = re.split(r"\r?\n[ \t]*\r?\n", head, maxsplit=1)[0]
    return bool(_HEADER.match(first)) and bool(_ADDRESSED.search(block))


def compose(
    *,
    text: str,
    subject: str = "",
    to: Iterable[str] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    already: Iterable[str] = (),
    outsiders: Iterable[str] = (),
    channel: Channel = Channel.EMAIL,
    vote_rule: VoteRule | None = None,
    timezone: str = "UTC",
) -> Draft:
    """A draft from people and words given apart; each entry may hold several addresses as an address line does."""
    text = text.replace("\r\n", "\n")
    quotes = find_quotes(text, timezone)
    return Draft(
        recipients=(*entries(to, Role.TO), *entries(cc, Role.CC), *entries(bcc, Role.BCC)),
        text=text,
        subject=" ".join(subject.split()),
        blocks=tuple(_block(q) for q in quotes),
        channel=channel,
        already=entries(already, Role.GROUP_MEMBER),
        outsiders=tuple(a.value for a in entries(outsiders, Role.TO)),
        vote_rule=vote_rule,
    )


def entries(lines: Iterable[str], role: Role) -> tuple[Address, ...]:
    """Entries of address lines: addresses with names, numbers, handles, person ids; cut at comma, semicolon, line end.

    >>> [a.value for a in entries(["Dana Lee <dana@x.example>; 608-555-0142", "ann-ames"], Role.TO)]
    ['dana@x.example', '608-555-0142', 'ann-ames']
    """
    found: dict[str, Address] = {}
    for line in lines:
        for part in re.split(r"[\n;]", line):
            if "@" in part[1:]:
                for box in split_addresses(part):
                    entry = Address(box.address or box.raw.strip(), role, box.name)
                    if entry.value:
                        found.setdefault(entry.value.lower(), entry)
                continue
            for piece in part.split(","):
                if piece.strip():
                    found.setdefault(piece.strip().lower(), Address(piece.strip(), role))
    return tuple(found.values())


def read_raw(raw: bytes, *, asking: PersonId | None, roster: Roster, timezone: str) -> Draft:
    """A draft from bytes: a message with headers, or words alone."""
    text = raw[:8192].decode("utf-8", "replace")
    if looks_like_mail(text):
        return read_mail(raw.lstrip(b"\xef\xbb\xbf \t\r\n"), asking=asking, roster=roster, timezone=timezone)
    return compose(text=raw.decode("utf-8", "replace"), timezone=timezone)
