"""The city's traffic as files: mail boxes of several custodians with overlapping copies, logs, exports.

Bytes are built by hand rather than by a mail library, so that they stay the same on every Python and so that the
program under test is not fed what the same library wrote.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

from tests.city.dice import Dice
from tests.city.people import Body, City, Person
from tests.city.traffic import Note, Party, address_line

#: Formats with a reader from the start, and those that can be asked for besides.
DEFAULT_FORMATS = frozenset({"mbox", "eml", "maildir", "csv", "jsonl"})
OTHER_FORMATS = frozenset({"sms", "ics"})
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


# --- logs and exports ------------------------------------------------------------------------------------------------


def handle(person: Person) -> str:
    """The person's name on the social platform."""
    return f"{person.first}.{person.last}".lower()


def account(party: Party, channel: str) -> str:
    """How a vendor's export names somebody: by telephone, by handle, by address."""
    if isinstance(party, Body):
        return party.list_address
    if channel in ("text", "group_chat"):
        return party.phone
    return handle(party) if channel.startswith("social_") else party.email


def write_jsonl(notes: list[Note], path: Path) -> None:
    """The vendor's export of texts, chats, the city's page and calendar."""
    lines = []
    for note in notes:
        row = {
            "id": note.key,
            "time": note.at.isoformat(),
            "channel": note.channel,
            "from": account(note.sender, note.channel),
            "to": [account(p, note.channel) for p in note.to],
        }
        row |= {"audience": note.audience} if note.audience != "private" else {}
        row |= {"in_reply_to": note.reply_to} if note.reply_to else {}
        row |= {"thread": note.thread} if note.thread else {}
        row |= {"text": note.text, "vendor_batch": f"B{note.at:%y%m}"}
        lines.append(json.dumps(row, ensure_ascii=False))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write_log(notes: list[Note], path: Path) -> None:
    """The clerk's own log of calls and gatherings: local times without offset, ids for people, a note on each."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        [
            "id",
            "time",
            "time_precision",
            "channel",
            "from",
            "to",
            "text",
            "coded_acts",
            "coded_topic",
            "coded_matter",
            "logged_by",
        ]
    )
    for note in notes:
        coded = dict(note.coded)
        time = note.at.date().isoformat() if note.precision == "day" else note.at.replace(tzinfo=None).isoformat()
        to = ";".join(p.id if isinstance(p, Person) else p.list_address for p in note.to)
        table.writerow(
            [
                note.key,
                time,
                note.precision,
                note.channel,
                note.sender.id,
                to,
                note.body,
                coded.get("coded_acts", ""),
                coded.get("coded_topic", ""),
                coded.get("coded_matter", ""),
                "clerk",
            ]
        )
    path.write_text(out.getvalue(), encoding="utf-8")


def write_sms(notes: list[Note], inbox: Path) -> None:
    """One backup per telephone: a text stands in the telephone of whichever party's number sorts first."""
    phones: dict[str, list[tuple[Note, Person, Person]]] = {}
    for note in notes:
        other = note.to[0]
        assert isinstance(other, Person)
        owner, peer = sorted((note.sender, other), key=lambda p: p.phone)
        phones.setdefault(owner.phone, []).append((note, owner, peer))
    for phone, rows in phones.items():
        lines = ["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>", f'<smses count="{len(rows)}">']
        for note, owner, peer in rows:
            ms = int(note.at.timestamp() * 1000)
            kind = 2 if note.sender == owner else 1
            number = f"({peer.phone[2:5]}) {peer.phone[5:8]}-{peer.phone[8:]}"
            lines.append(
                f'  <sms protocol="0" address={quoteattr(number)} date="{ms}" type="{kind}" '
                f"body={quoteattr(note.body)} "
                f'read="1" status="-1" date_sent="{ms - 900}" contact_name={quoteattr(peer.name)} />'
            )
        lines.append("</smses>")
        (inbox / f"sms-{phone.strip('+')}.xml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_ics(notes: list[Note], path: Path) -> None:
    """Invitations as one calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//City//Calendar//EN", "METHOD:REQUEST"]
    for note in notes:
        start = note.at.astimezone(UTC) + timedelta(days=2)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{note.key}@example.gov",
            f"DTSTAMP:{note.at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{note.body}",
            f"ORGANIZER;CN={note.sender.name}:mailto:{note.sender.email}",
        ]
        lines += [f"ATTENDEE;CN={p.name};PARTSTAT=ACCEPTED:mailto:{p.email}" for p in note.to if isinstance(p, Person)]
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode())


def write_inbox(notes: list[Note], city: City, dice: Dice, inbox: Path, formats: frozenset[str]) -> Custodians:
    """Every note in exactly the files its channel and the asked-for formats give it."""
    inbox.mkdir(parents=True, exist_ok=True)
    custodians = choose_custodians(city, dice, formats)
    write_mail(notes, city, custodians, inbox, formats)
    spoken = [n for n in notes if n.channel in ("call", "in_person")]
    texts = [n for n in notes if n.channel == "text" and "sms" in formats]
    dates = [n for n in notes if n.channel == "calendar" and "ics" in formats]
    rest = [n for n in notes if n.channel != "email" and n not in spoken and n not in texts and n not in dates]
    if spoken:
        write_log(spoken, inbox / "interactions.csv")
    if texts:
        write_sms(texts, inbox)
    if dates:
        write_ics(dates, inbox / "calendar.ics")
    if rest:
        write_jsonl(rest, inbox / "interactions.jsonl")
    return custodians
