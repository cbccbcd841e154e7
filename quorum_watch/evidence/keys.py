"""What makes two records the same: normalised words, the published Message-ID hash, and the content key.

Keys are computed once, when a record is stored, and stand beside it in the batch; a batch that was written with other
rules (:data:`KEYS`) is keyed again when it is loaded. Nothing here decides; :mod:`duplicates` does.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from quorum_watch.model import Party, Record
from quorum_watch.vocabulary import Channel, TimePrecision

#: Version of the rules below; a change makes stored keys stale.
KEYS = "2"

_MARKS = r"(?:re|fw|fwd|aw|wg|antw|sv|vs|tr|rv)\s*(?:\[\d+\])?\s*:"
_PREFIX = re.compile(rf"^\s*(?:{_MARKS}|\[[^\]]{{1,60}}\])\s*", re.IGNORECASE)
_ESCAPED_FROM = re.compile(r"^>+(?=From )", re.MULTILINE)
_INVISIBLE = re.compile("[\x00\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_WIDE = re.compile(
    "[\x85\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]"
)  # every white or invisible character outside ASCII
_WHITE = b"\x00\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one record; every field is ``""`` where it does not apply."""

    mih: str
    text: str
    subject: str
    sender: str
    sender_name: str
    content: str


def hash_message_id(key: str) -> str:
    """The EDRM Message Identification Hash: MD5 of the Message-ID with its angle brackets, UTF-8, lower-case hex.

    Source: EDRM MIH specification 1.0; the example below is the one Relativity publishes.

    >>> hash_message_id("<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>")
    '1de319c276884bd0c9e2f1621ada26cc'
    """
    return hashlib.md5(key.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def squeeze(text: str) -> str:
    """A text without white space, invisible characters and mailbox escapes: what two archives of one message share.

    >>> squeeze("Dear all,\\n>From here on\\u200b we  agree. ")
    'Dearall,Fromhereonweagree.'
    """
    if ">From " in text:
        text = _ESCAPED_FROM.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _WIDE.sub("", text))
    # Bytes are ten times quicker to delete from than text, and every message passes here.
    return text.encode("utf-8", "surrogatepass").translate(None, _WHITE).decode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def normalise_subject(subject: str) -> str:
    """A subject without reply marks and list tags, in lower case, with single spaces.

    >>> normalise_subject("Re: [council] FW:  Budget\\x00")
    'budget'
    """
    subject = _INVISIBLE.sub("", subject)
    while (found := _PREFIX.match(subject)) and found.end() < len(subject):
        subject = subject[found.end() :]
    return " ".join(subject.casefold().split())


@lru_cache(maxsize=16384)
def name_key(name: str) -> str:
    """The words of a name, sorted: "Doe, Jane" and "Jane Doe" agree.

    >>> name_key("Doe, Jane") == name_key("jane DOE")
    True
    """
    return " ".join(sorted(_WORD.findall(name.casefold()))) if name else ""


def party_key(party: Party) -> str:
    """One participant as a comparable word: the address, else the words of the name, else what was written."""
    return party.address.casefold() or "name:" + (name_key(party.name) or name_key(party.raw))


def derive_keys(record: Record) -> Keys:
    """All keys of a record.

    The content key of mail looks at sender, subject, UTC minute, recipients and text; that of other channels at the
    exact second and at the participants as a set, because two telephones name the same group from two sides and two
    equal short texts may be seconds apart.
    """
    mail = record.channel is Channel.EMAIL
    text = squeeze(record.text)
    text_key = _digest((text,)) if text else ""
    subject = normalise_subject(record.subject) if record.subject else ""
    sender = party_key(record.sender) if record.sender else ""
    # An envelope address (Delivered-To) names whose mailbox a copy lay in; it differs between copies of one message.
    people = sorted({party_key(p) for p in record.recipients if p.evidence != "envelope"})
    if mail:
        parts = ["email", record.event, sender, subject, _time(record, 60), *people, "", text_key]
    else:
        around = [f"{record.thread} {record.in_reply_to}"] if record.event != "message" else []
        everyone = sorted({sender, *people} - {""})
        parts = [record.channel, record.event, sender, subject, _time(record, 1), *everyone, "", text_key, *around]
        if not text_key:
            parts += sorted(record.attachments)
    return Keys(
        mih=hash_message_id(record.key) if mail and record.key.startswith("<") else "",
        text=text_key,
        subject=subject,
        sender=sender,
        sender_name=name_key(record.sender.name) if record.sender else "",
        content=_digest(parts),
    )


def _time(record: Record, unit: int) -> str:
    if record.when is None:
        return ""
    stamp = int(record.when.at.timestamp()) // unit
    return str(stamp) if record.when.precision is TimePrecision.EXACT else f"{record.when.precision} {stamp}"


def _digest(parts: Iterable[str]) -> str:
    joined = "\x1f".join(parts)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:32]
