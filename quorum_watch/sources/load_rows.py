"""One row of an e-discovery export, whatever wrote it: columns by their usual names become a message.

Vendors name the same thing differently (``DATESENT``, ``Sent Date``, ``#DateSent``); names are compared without case,
blanks and punctuation. Dates and times often stand apart and the zone only in a covering letter: such rows carry
``no_timezone``. A row whose mail lies beside it as a file of its own is left to that file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from quorum_watch.mail.addresses import normalise_address, split_addresses
from quorum_watch.mail.charset import decode_text
from quorum_watch.mail.dates import DateRead, read_date, read_local
from quorum_watch.mail.quotes import find_quotes
from quorum_watch.model import Party, Record, Rejected
from quorum_watch.sources.beside import read_beside
from quorum_watch.sources.chats import cut_text, judge_time
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role, TimePrecision

#: The question of dates like 03/04/2026 and its answers (``[ingest]`` in ``workspace.toml``).
QUESTION = "load_file_date_order"
NAMES: dict[str, tuple[str, ...]] = {
    "from": ("from", "emailfrom", "sender", "emailsender", "senderauthor", "msgfrom", "authorfrom"),
    "to": ("to", "emailto", "recipients", "recipient", "tos", "msgto"),
    "cc": ("cc", "emailcc", "ccs"),
    "bcc": ("bcc", "emailbcc", "bccs"),
    "subject": ("subject", "emailsubject", "subjecttitle", "title"),
    "sent": (
        "datesent", "sentdate", "emailsentdate", "sentdatetime", "datetimesent", "sent", "emaildatesent",
        "emaildatesentutc", "datesentutc", "sentutc", "dateutc", "sentonutc",
    ),
    "sent time": ("timesent", "senttime", "emailsenttime", "timesentutc"),
    "received": ("datereceived", "receiveddate", "received", "datercvd", "receivedutc", "datereceivedutc", "date"),
    "received time": ("timereceived", "receivedtime", "timercvd"),
    "id": ("messageid", "internetmessageid", "emailmessageid", "msgid", "internetmessageheaderid"),
    "reply": ("inreplyto", "inreplytoid", "emailinreplyto"),
    "references": ("references", "emailreferences"),
    "thread": ("conversationid", "threadid", "threadgroup", "conversationindexid", "emailthreadid"),
    "number": ("begbates", "begdoc", "begno", "docid", "controlnumber", "begprod", "bates", "id", "immutableid"),
    "last": ("endbates", "enddoc", "endno"),
    "family": ("begattach", "begattachment", "begfamily", "parentid", "parentdocid", "attachbeg"),
    "custodian": ("custodian", "custodians"),
    "all": ("allcustodians", "dupcustodian", "dupcustodians", "duplicatecustodian"),
    "text": ("extractedtext", "body", "text", "fulltext", "ocrtext", "bodytext"),
    "text path": ("textpath", "textlink", "textfilepath", "ocrpath", "extractedtextpath", "textfile", "fulltextpath"),
    "native path": (
        "nativepath", "nativelink", "nativefilepath", "filepath", "nativefile", "nativefilelink", "exportnativepath",
    ),
    "attachments": ("attachmentnames", "attachments", "attachname", "attachfilename", "attachmentlist"),
    "zone": ("timezone", "timezoneprocessed", "tz", "processingtimezone"),
    "kind": ("itemclass", "messageclass", "fileclass", "doctype", "filetype", "recordtype", "messagekind"),
    "channel": ("channelname", "conversationname", "chatname", "teamname"),
    "participants": ("participants", "chatparticipants", "conversationparticipants"),
}  # fmt: skip
_BY_NAME = {name: field for field, names in reversed(NAMES.items()) for name in names}
_SPLIT = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T]+(.*))?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2}):?(\d{2})?)?$")
_MAIL = (".eml", ".msg", ".rsmf")
_CHAT = re.compile(
    r"(?i)skypeteams|microsoftteams|\bteams\b|\bchat\b|^im$|instant ?message|conversation|short ?message"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its locator and hash, and the file it is part of."""

    file: SourceFile
    locator: str
    sha256: str

    def refuse(self, outcome: Outcome, reason: Reason, detail: str = "") -> Rejected:
        """The row as one that is none."""
        return Rejected(self.locator, self.sha256, outcome, reason, detail)


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """The name of a column as it is compared.

    >>> plain_name("#Date Sent"), plain_name("EMAIL_FROM")
    ('datesent', 'emailfrom')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def known_fields(names: list[str]) -> set[str]:
    """Which of our fields some column names stand for."""
    return {_BY_NAME[p] for n in names if (p := plain_name(n)) in _BY_NAME}


def find_order(dates: list[str]) -> str:
    """``month_first`` or ``day_first`` where a list of dates proves it, else ``""``.

    >>> find_order(["03/04/2026", "03/14/2026"]), find_order(["03/04/2026"])
    ('month_first', '')
    """
    pairs = [(int(m[1]), int(m[2])) for d in dates if (m := _SPLIT.match(d.strip()))]
    month, day = (all(p[i] <= 12 for p in pairs) for i in (0, 1))
    if not pairs or month == day:
        return ""
    return "month_first" if month else "day_first"


def build_row(given: Mapping[str, str], place: Place, context: Context, order: str) -> Item:
    """The message a row tells of, or why it is none. ``order`` is the known order of dates, ``""`` if unknown."""
    cells: dict[str, str] = {}
    utc = False
    for name, value in given.items():
        plain = plain_name(name)
        field = _BY_NAME.get(plain, "")
        if field and value.strip() and field not in cells:
            cells[field] = value.strip()
            utc = utc or (field in ("sent", "received") and plain.endswith("utc"))
    chat = bool(_CHAT.search(cells.get("kind", "")))
    native = cells.get("native path", "").replace("\\", "/").lstrip("./")
    if native.lower().endswith(_MAIL) and _beside(place.file, native):
        return place.refuse(Outcome.IGNORED, Reason.SIDECAR, "its message is read from its own file")
    if not any(cells.get(f) for f in ("from", "to", "cc", "bcc")):
        return place.refuse(Outcome.IGNORED, Reason.NOT_A_MESSAGE, "a document without sender and recipients")
    if cells.get("family") and cells.get("number") and cells["family"] != cells["number"] and not cells.get("sent"):
        return place.refuse(Outcome.IGNORED, Reason.NOT_A_MESSAGE, "an attachment of another row")
    read = _read_when(cells, context, order, zone="UTC" if utc else cells.get("zone", ""))
    if isinstance(read, Reason):
        detail = f'day and month could be either; answer {QUESTION} = "month_first" or "day_first" under [ingest]'
        return place.refuse(Outcome.QUARANTINED, read, detail)
    refused = judge_time(read, place.locator, place.sha256)
    sender = next(iter(_parties(cells.get("from", ""), Role.TO)), None)
    if refused is not None or sender is None:
        return refused or place.refuse(Outcome.QUARANTINED, Reason.NO_SENDER)
    recipients: dict[tuple[str, str], Party] = {}
    for field, role in (("to", Role.TO), ("cc", Role.CC), ("bcc", Role.BCC), ("participants", Role.GROUP_MEMBER)):
        for party in _parties(cells.get(field, ""), role) if field != "participants" or chat else ():
            if field == "participants" and (party.address or party.name) == (sender.address or sender.name):
                continue
            recipients.setdefault((party.address, "" if party.address else party.name), party)
    text, defects = _read_text(cells, place.file)
    text, cut = cut_text(text, context.limits)
    group = chat and len(recipients) > 1
    if group:
        recipients = {k: _as_member(p) for k, p in recipients.items()}
    if not recipients:
        defects.append(Defect.NO_RECIPIENTS)
    if any(not p.address for p in recipients.values()):
        defects.append(Defect.NAME_ONLY_RECIPIENT)
    key = cells.get("id", "")
    if key and not chat and not key.startswith("<") and "@" in key:
        key = f"<{key}>"
    if not key and not chat:
        defects.append(Defect.NO_MESSAGE_ID)
    channel = Channel.EMAIL if not chat else Channel.GROUP_CHAT if group else Channel.TEXT
    extra = [(n, cells.get(n, "")) for n in ("number", "last", "family", "custodian", "all", "kind", "channel")]
    return Record(
        locator=place.locator,
        sha256=place.sha256,
        key=key or cells.get("number", ""),
        channel=channel,
        when=read.when,
        sender=sender,
        recipients=tuple(recipients.values()),
        subject=" ".join(cells.get("subject", "").split()),
        text=text,
        audience=Audience.CLOSED_GROUP if group else Audience.PRIVATE,
        in_reply_to=cells.get("reply", ""),
        references=tuple(re.findall(r"<[^<>\s]{1,900}>", cells.get("references", ""))),
        thread=cells.get("thread", ""),
        quoted=find_quotes(text, context.timezone) if not chat else (),
        attachments=tuple(n for n in (a.strip() for a in cells.get("attachments", "").split(";")) if n),
        defects=tuple(dict.fromkeys((*read.defects, *cut, *defects))),
        extra=tuple((k, v) for k, v in extra if v),
    )


def _read_when(cells: dict[str, str], context: Context, order: str, *, zone: str) -> DateRead | Reason:
    """The time of a row from its columns; a reason where only a person can say which number is the month."""
    for name in ("sent", "received"):
        raw = cells.get(name, "")
        if not raw:
            continue
        clock = cells.get(f"{name} time", "")
        text = raw if not clock or re.search(r"\d:\d\d", raw) else f"{raw} {clock}"
        split = _SPLIT.match(text)
        compact = _COMPACT.match(text) or (_COMPACT.match(raw) if not split else None)
        if split is not None:
            first, second, year, rest = int(split[1]), int(split[2]), split[3], split[4] or ""
            told = order or ("month_first" if second > 12 else "day_first" if first > 12 else "")
            if not told and first != second:
                return Reason.AMBIGUOUS_DATE_ORDER
            month, day = (second, first) if told == "day_first" else (first, second)
            text = _spell(year, month, day, rest)
        elif compact is not None:
            rest = f"{compact[4]}:{compact[5]}:{compact[6] or '00'}" if compact[4] else clock
            text = _spell(compact[1], int(compact[2]), int(compact[3]), rest)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
            return read_local(text, context.timezone, TimePrecision.DAY)
        bare = not re.search(r"(?:[+-]\d\d:?\d\d|\b(?!AM$|PM$)[A-Z]{2,5}|\dZ)$", text.strip())
        if bare and re.fullmatch(r"[A-Za-z]{1,5}|[+-]\d\d:?\d\d", zone.strip()):
            text = f"{text} {zone.strip()}"
        return read_date(text, context.timezone)
    return DateRead(None, (Defect.NO_DATE,))


def _spell(year: str, month: int, day: int, rest: str) -> str:
    """A date no reader can misread; without a time of day there is none to read, and no hour is made up."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    if not 1 <= month <= 12:
        return f"{year}-{month}-{day}"
    clock = rest.strip()
    return f"{day} {names[month - 1]} {year} {clock}" if clock else f"{year}-{month:02d}-{day:02d}"


def _parties(value: str, role: Role) -> list[Party]:
    found = []
    for box in split_addresses(value) if value else ():
        address = normalise_address(box.address) if box.address else ""
        kind = AccountKind.EMAIL if address else AccountKind.NAME
        name = box.name or ("" if address else box.raw)
        found.append(Party(box.raw, address, name, kind, role, "load_file"))
    return found


def _as_member(party: Party) -> Party:
    return Party(party.raw, party.address, party.name, party.kind, Role.GROUP_MEMBER, "group_membership")


def _beside(file: SourceFile, path: str) -> bytes:
    """The bytes of a file a row names, below the folder of the load file or the one above it."""
    if not path or ".." in PurePosixPath(path).parts or re.match(r"[A-Za-z]:", path):
        return b""
    return read_beside(file, path) or read_beside(file, f"../{path}")


def _read_text(cells: dict[str, str], file: SourceFile) -> tuple[str, list[Defect]]:
    if cells.get("text"):
        return cells["text"], []
    path = cells.get("text path", "").replace("\\", "/").lstrip("./")
    if not path:
        return "", [Defect.DECLARED_BUT_EMPTY]
    raw = _beside(file, path)
    if not raw:
        return "", [Defect.DECLARED_BUT_EMPTY]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace"), []
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return decode_text(raw)[0], [Defect.CHARSET_GUESSED]
