"""The city's traffic as files: the mailboxes of several custodians, with overlapping copies.

Bytes are built by hand rather than by a mail library, so that they stay the same on every Python and so that the
program under test is not fed what the same library wrote.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape
from zlib import crc32

from tests.city.dice import Dice
from tests.city.exports import TAKES, write_exports, write_jsonl
from tests.city.people import City, Person
from tests.city.traffic import Note, Party, address_line

#: Formats with a reader from the start, and those that can be asked for besides.
DEFAULT_FORMATS = frozenset({"mbox", "eml", "maildir", "csv", "jsonl"})
OTHER_FORMATS = frozenset(name for name, _ in TAKES) | {"coded"}
#: Until this day the two custodians who kept single files had them in one mailbox.
SINGLE_FILES_FROM = date(2026, 3, 1)
#: One in so many copies came through a converter that drops the Message-ID.
CONVERTED = 60
#: Recipients' copies of one message that are collected, beside the sender's.
COPIES = 2
STUB = base64.b64encode(b"%PDF-1.4\n% sample attachment, empty on purpose\n").decode()


@dataclass(frozen=True, slots=True)
class Custodians:
    """Whose mailboxes were collected, and in which form each arrived."""

    mbox: tuple[str, ...]
    maildir: tuple[str, ...]
    eml: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every custodian."""
        return (*self.mbox, *self.maildir, *self.eml)


def choose_custodians(city: City, dice: Dice, formats: frozenset[str]) -> Custodians:
    """Clerk, mayor, administrator and some alders who sit the whole year."""
    steady = sorted(
        {
            s.person
            for s in city.seats
            if s.body == city.council
            and s.voting == "yes"
            and s.start is not None
            and s.end is not None
            and s.start.year < 2026
            and s.end.year > 2026
        }
    )
    alders = dice.sample(steady, 4 if len(steady) > 5 else 3)
    boxes = [city.roles[r] for r in ("clerk", "mayor", "administrator")] + alders[2:]
    maildir = alders[:1] if "maildir" in formats else []
    eml = alders[1:2] if "eml" in formats else []
    return Custodians(tuple(boxes), tuple(maildir), tuple(eml))


# --- one message -----------------------------------------------------------------------------------------------------


def encoded(text: str) -> str:
    """A header value, as an encoded word where it is not plain."""
    return text if text.isascii() else "=?utf-8?B?" + base64.b64encode(text.encode()).decode() + "?="


def address_header(name: str, parties: Iterable[Party], *, private: bool) -> list[str]:
    """A folded address header, or nothing where nobody is named."""
    lines = [address_line(p, private=private and isinstance(p, Person)) for p in parties]
    return [f"{name}: " + ",\n ".join(lines)] if lines else []


def render(note: Note, *, holder: Person | None, sent_copy: bool) -> str:
    """The message as one custodian holds it (lines end in LF): the sender's copy alone shows the blind copies."""
    head = []
    if holder is not None and not sent_copy:
        at = (note.at + timedelta(seconds=4)).astimezone(UTC)
        head += [
            f"Delivered-To: {holder.private_email if note.private else holder.email}",
            f"Received: from mx.example.net by mail.example.gov; {at:%a, %d %b %Y %H:%M:%S} +0000",
        ]
    head += [
        f"Date: {note.at:%a, %d %b %Y %H:%M:%S %z}",
        f"From: {encoded(address_line(note.sender, private=note.private))}",
    ]
    head += address_header("To", note.to, private=note.private) or ["To: undisclosed-recipients:;"]
    head += address_header("Cc", note.cc, private=note.private)
    if sent_copy:
        head += address_header("Bcc", note.bcc, private=note.private)
    head += [f"Subject: {encoded(note.subject)}", f"Message-ID: {note.key}"]
    if note.reply_to:
        head.append(f"In-Reply-To: {note.reply_to}")
    if note.references:
        head.append("References: " + "\n ".join(note.references))
    head.append("MIME-Version: 1.0")
    mark = "part-" + note.key.strip("<>").split("@")[0].replace(".", "-")
    part = text_part("plain", note.text + "\n")
    if note.sender.role == "lobbyist":  # bulletins come dressed up
        page = "<html><body><p>" + escape(note.text).replace("\n\n", "</p>\n<p>") + "</p></body></html>\n"
        head.append(f'Content-Type: multipart/alternative; boundary="{mark}"')
        return "\n".join(head) + f"\n\n--{mark}\n{part}\n--{mark}\n{text_part('html', page)}\n--{mark}--\n"
    if not note.attachment:
        return "\n".join(head) + "\n" + part
    head.append(f'Content-Type: multipart/mixed; boundary="{mark}"')
    extra = (
        f'Content-Type: application/pdf; name="{note.attachment}"\nContent-Disposition: attachment; '
        f'filename="{note.attachment}"\nContent-Transfer-Encoding: base64\n\n{STUB}\n'
    )
    return "\n".join(head) + f"\n\n--{mark}\n{part}\n--{mark}\n{extra}\n--{mark}--\n"


def text_part(kind: str, text: str) -> str:
    """A text part with its own headers, quoted-printable where it is not plain."""
    head = f'Content-Type: text/{kind}; charset="utf-8"\n'
    if text.isascii() and all(len(x) <= 900 for x in text.splitlines()):
        return f"{head}\n{text}"
    coded = quopri.encodestring(text.encode()).decode("ascii")
    return f"{head}Content-Transfer-Encoding: quoted-printable\n\n{coded}"


def converted(text: str) -> str:
    """The copy as a converter leaves it: without its Message-ID."""
    return re.sub(r"^Message-ID: .*\n", "", text, count=1, flags=re.MULTILINE)


def mbox_entry(note: Note, text: str) -> str:
    """One message of a reversible mbox: ``From `` lines in the text get one more ``>``."""
    lines = [">" + x if x.lstrip(">").startswith("From ") else x for x in text.splitlines()]
    stamp = note.at.astimezone(UTC)
    return f"From {note.sender.email} {stamp:%a %b} {stamp.day:2d} {stamp:%H:%M:%S %Y}\n" + "\n".join(lines) + "\n\n"


def readers(note: Note, city: City) -> list[str]:
    """Ids of everybody the message reached, lists expanded as of its day."""
    out: dict[str, None] = {}
    for party in (*note.to, *note.cc, *note.bcc):
        found = [party] if isinstance(party, Person) else city.everyone_on(party.id, note.at.date())
        out.update(dict.fromkeys(p.id for p in found))
    return list(out)


def write_mail(notes: list[Note], city: City, custodians: Custodians, inbox: Path, formats: frozenset[str]) -> None:
    """Spread the mail over the custodians' files; what nobody collected held stands in the server's journal."""
    boxes: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    counts: dict[str, int] = {}

    def put(owner: str, note: Note, text: str) -> None:
        stem = city.person(owner).last.lower() if owner in city.people else owner
        counts[stem] = counts.get(stem, 0) + 1
        single = note.at.date() >= SINGLE_FILES_FROM
        if owner in custodians.maildir and single:
            folder = "new" if counts[stem] % 7 == 0 else "cur"
            files[f"{stem}-maildir/{folder}/{int(note.at.timestamp())}.{counts[stem]:05d}.mail"] = text.encode()
        elif owner in custodians.eml and single:
            files[f"{stem}-eml/{counts[stem]:04d}.eml"] = text.replace("\n", "\r\n").encode()
        else:
            boxes.setdefault(stem, []).append(mbox_entry(note, text))

    for note in notes:
        if note.channel != "email":
            continue
        kept = 0
        if note.sender.id in custodians.all or note.bcc:
            owner = note.sender.id if note.sender.id in custodians.all else "released"
            put(owner, note, render(note, holder=note.sender, sent_copy=True))
            kept += 1
        got = [p for p in readers(note, city) if p in custodians.all and p != note.sender.id]
        turn = crc32(note.key.encode()) % max(1, len(got))
        for person in [*got[turn:], *got[:turn]][:COPIES]:
            text = render(note, holder=city.person(person), sent_copy=False)
            put(person, note, converted(text) if kept and crc32(note.key.encode()) % CONVERTED == 0 else text)
            kept += 1
        if not kept:
            put("released" if note.private else "journal", note, render(note, holder=None, sent_copy=False))
    for stem, entries in boxes.items():
        (inbox / f"{stem}.mbox").write_bytes("".join(entries).encode())
    for name, content in files.items():
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_inbox(notes: list[Note], city: City, dice: Dice, inbox: Path, formats: frozenset[str]) -> Custodians:
    """Every note in exactly the files its channel and the asked-for formats give it."""
    inbox.mkdir(parents=True, exist_ok=True)
    custodians = choose_custodians(city, dice, formats)
    if "coded" in formats:  # all of it, mail too, as one file of the interchange format with its acts coded by hand
        write_jsonl(notes, inbox / "interactions.jsonl", coded=True)
        return custodians
    write_mail(notes, city, custodians, inbox, formats)
    write_exports(notes, inbox, formats)
    return custodians
