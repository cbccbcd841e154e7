"""The city's traffic that is not mail, as files: the clerk's log, a vendor's export, telephones, calendars, chats."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from datetime import UTC, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.city.people import Body, Person
from tests.city.traffic import Note, Party

#: Which channels each file format takes, in the order in which they choose; what is left goes to the vendor's export.
TAKES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sms", ("text",)),
    ("ics", ("calendar",)),
    ("messenger", ("group_chat",)),
    ("rsmf", ("text", "group_chat")),
)


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


def write_jsonl(notes: list[Note], path: Path, *, coded: bool = False) -> None:
    """The vendor's export of texts, chats, the city's page and calendar.

    With ``coded`` each line also carries what its writer meant, as if a person had coded it by hand: what comes after
    the language stage can then be tested without it.
    """
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
        if coded and note.acts:
            row |= {"coded_acts": list(note.acts)}
            row |= {"coded_matter": note.matter, "coded_topic": note.topic} if note.matter else {}
        if coded:
            row |= {"subject": note.subject} if note.subject else {}
            row |= {
                name: [account(p, note.channel) for p in who] for name in ("cc", "bcc") if (who := getattr(note, name))
            }
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


def write_messenger(notes: list[Note], folder: Path) -> None:
    """Group chats as a member's download of Messenger: newest first, UTF-8 written as Latin-1, names and no ids."""
    threads: dict[str, list[Note]] = {}
    for note in notes:
        threads.setdefault(note.thread or note.key, []).append(note)
    for thread, rows in threads.items():
        people = {p.name: None for n in rows for p in (n.sender, *n.to)}
        document = {
            "participants": [{"name": garbled(name)} for name in people],
            "messages": [
                {
                    "sender_name": garbled(n.sender.name),
                    "timestamp_ms": int(n.at.timestamp() * 1000),
                    "content": garbled(n.body),
                    "is_geoblocked_for_viewer": False,
                }
                for n in reversed(rows)
            ],
            "title": "Group chat",
            "is_still_participant": True,
            "thread_path": f"inbox/{thread}",
        }
        path = folder / "your_facebook_activity/messages/inbox" / thread / "message_1.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")


def garbled(text: str) -> str:
    """The text as that download spells it: each byte of its UTF-8 as one character.

    >>> garbled("café")
    'cafÃ©'
    """
    return text.encode().decode("latin-1")


def write_rsmf(notes: list[Note], path: Path) -> None:
    """Texts and chats as one short-message file of e-discovery: an archive with a manifest, inside a mail."""
    people = {p.id: p for n in notes for p in (n.sender, *n.to) if isinstance(p, Person)}
    talks = {n.thread or n.key: [p.id for p in (n.sender, *n.to)] for n in reversed(notes)}
    manifest = {
        "version": "2.0.0",
        "participants": [{"id": p.id, "display": p.name, "account_id": p.phone} for p in people.values()],
        "conversations": [
            {
                "id": talk,
                "platform": "sms",
                "type": "direct" if len(who) == 2 else "channel",
                "participants": sorted(who),
            }
            for talk, who in sorted(talks.items())
        ],
        "events": [
            {
                "id": n.key,
                "type": "message",
                "participant": n.sender.id,
                "conversation": n.thread or n.key,
                "timestamp": n.at.isoformat(),
                "body": n.body,
                **({"parent": n.reply_to} if n.reply_to else {}),
            }
            for n in notes
        ],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # stored, so that every zlib gives the same bytes
        entry = zipfile.ZipInfo("rsmf_manifest.json", date_time=(2026, 7, 1, 0, 0, 0))
        archive.writestr(entry, json.dumps(manifest, indent=1, ensure_ascii=False))
    coded = base64.encodebytes(packed.getvalue()).decode()
    first, last = notes[0].at.astimezone(UTC), notes[-1].at.astimezone(UTC)
    path.write_text(
        f"X-RSMF-Version: 2.0.0\nX-RSMF-Generator: invented city\nX-RSMF-EventCount: {len(notes)}\n"
        f"X-RSMF-BeginDate: {first:%Y-%m-%dT%H:%M:%SZ}\nX-RSMF-EndDate: {last:%Y-%m-%dT%H:%M:%SZ}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="rsmf-part"\n\n--rsmf-part\n'
        'Content-Type: text/plain; charset="utf-8"\n\nShort messages.\n--rsmf-part\n'
        'Content-Type: application/zip; name="rsmf.zip"\nContent-Disposition: attachment; filename="rsmf.zip"\n'
        f"Content-Transfer-Encoding: base64\n\n{coded}--rsmf-part--\n",
        encoding="ascii",
    )


def write_exports(notes: list[Note], inbox: Path, formats: frozenset[str]) -> None:
    """Every note that is not mail, in exactly one file: spoken ones in the log, others where ``formats`` puts them."""
    spoken = [n for n in notes if n.channel in ("call", "in_person")]
    left = [n for n in notes if n.channel not in ("email", "call", "in_person")]
    taken: dict[str, list[Note]] = {}
    for name, channels in TAKES:
        if name in formats:
            taken[name] = [n for n in left if n.channel in channels]
            left = [n for n in left if n.channel not in channels]
    if spoken:
        write_log(spoken, inbox / "interactions.csv")
    if taken.get("sms"):
        write_sms(taken["sms"], inbox)
    if taken.get("ics"):
        write_ics(taken["ics"], inbox / "calendar.ics")
    if taken.get("messenger"):
        write_messenger(taken["messenger"], inbox / "messenger")
    if taken.get("rsmf"):
        write_rsmf(taken["rsmf"], inbox / "messages.rsmf")
    if left:
        write_jsonl(left, inbox / "interactions.jsonl")
