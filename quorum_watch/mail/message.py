"""One message: bytes in, :class:`~quorum_watch.model.Record` out. No files, so the self-check may use it.

Every header is read on its own: a field that cannot be read costs that field and leaves a mark, never the message. The
record says what the message says; whether it becomes a row is for the reader (:mod:`quorum_watch.sources.messages`).

``event`` is ``message``, or ``draft`` (never sent), ``auto_reply``, ``bounce``, ``read_receipt``. ``extra`` holds,
where present: ``date_source`` (``received``), ``sender`` and ``reply_to`` and ``resent_from`` as written, ``list_id``,
``thread_index``, ``thread_topic``, ``to_raw`` (address headers with names only, for the roster to take apart).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from quorum_watch.limits import Limits
from quorum_watch.mail.addresses import read_parties, split_addresses
from quorum_watch.mail.body import Body, Embedded, open_embedded, read_body
from quorum_watch.mail.dates import read_date
from quorum_watch.mail.headers import Headers, LimitReached, clean_line, scan_headers
from quorum_watch.mail.mime import Walk, read_part
from quorum_watch.mail.quotes import find_quotes
from quorum_watch.mail.threads import name_thread, read_ids, read_message_id, read_thread_index
from quorum_watch.model import Party, Quoted, Record, When
from quorum_watch.vocabulary import AccountKind, Channel, Defect, Reason, Role, TimeSource

__all__ = ["LimitReached", "ParsedMessage", "parse_message", "parse_parts"]

_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.M)
_HEADER_ROLES = (
    (Role.TO, "header", ("to", "apparently-to")),
    (Role.CC, "header", ("cc",)),
    (Role.BCC, "header", ("bcc",)),
    (Role.TO, "resent", ("resent-to",)),
    (Role.CC, "resent", ("resent-cc",)),
    (Role.BCC, "resent", ("resent-bcc",)),
)
_ENVELOPE = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-rcpt-to",
    "x-forwarded-to",
)
_LIST = ("list-id", "list-post", "mailing-list", "x-mailing-list", "list-unsubscribe")
_SEALED = re.compile(rb"multipart/encrypted|application/(?:x-)?pkcs7-mime|application/ms-tnef", re.I)
_JOURNAL = re.compile(r"^[ \t]*(sender|recipient|to|cc|bcc)[ \t]*:[ \t]*(.+)$", re.I | re.M)


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A record and the calendar parts the message carried, as ``(part path, bytes)``."""

    record: Record
    calendars: tuple[tuple[str, bytes], ...] = ()


def parse_message(
    raw: bytes, *, locator: str, timezone: str, limits: Limits | None = None, unescape: bool = False
) -> Record:
    """The record of one message.

    ``timezone`` is the workspace's zone name; it places times without a zone, which are then marked. ``unescape``
    undoes one level of ``>From`` escaping, for messages from a mailbox file. Raises :class:`LimitReached` where the
    message exceeds a limit; nothing else is raised for bad content.

    >>> raw = b"From: dana@x.example\\nTo: lee@x.example\\nDate: Mon, 2 Mar 2026 09:00:00 -0600\\n\\nHi"
    >>> record = parse_message(raw, locator="bytes=0-79", timezone="America/Chicago")
    >>> record.sender.address, [p.address for p in record.recipients], record.when.at.hour, record.text
    ('dana@x.example', ['lee@x.example'], 15, 'Hi')
    """
    return parse_parts(raw, locator=locator, timezone=timezone, limits=limits, unescape=unescape).record


def parse_parts(
    raw: bytes, *, locator: str, timezone: str, limits: Limits | None = None, unescape: bool = False
) -> ParsedMessage:
    """As :func:`parse_message`, with the calendar parts beside the record."""
    digest = hashlib.sha256(raw).hexdigest()
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    if unescape and b"\n>" in raw and b">From " in raw:
        raw = _ESCAPED_FROM.sub(rb"\1", raw)
    walk = Walk(limits or Limits())
    headers = scan_headers(raw, 0, len(raw), walk.limits.header_bytes)
    part = read_part(raw, headers, len(raw), walk)
    body = read_body(raw, part, walk)
    envelope: list[Party] = []
    if body.embedded and (
        "x-ms-journal-report" in headers.fields or "x-ms-exchange-generated-message-source" in headers.fields
    ):
        # A journal copy wraps the original and lists whom it really went to, blind copies included.
        envelope = _read_journal(body.text)
        inner = body.embedded[0]
        part = open_embedded(inner, walk)
        raw, headers = inner.raw, part.headers
        body = read_body(raw, part, walk, inner.depth)
    if headers.broken:
        walk.mark(Defect.MIME_DEFECT)
    return assemble(headers, body, envelope, walk, locator, digest, timezone)


def assemble(
    headers: Headers, body: Body, envelope: list[Party], walk: Walk, locator: str, digest: str, zone: str
) -> ParsedMessage:
    extra: list[tuple[str, str]] = []
    sender, authors = _read_sender(headers, walk, extra)
    recipients = _read_recipients(headers, walk, extra)
    _add_envelope(recipients, headers, envelope, sender)
    for author in authors:
        recipients.setdefault(author.address or author.name, author)
    if not recipients and Defect.UNDISCLOSED_RECIPIENTS not in walk.defects:
        walk.mark(Defect.NO_RECIPIENTS)
    when = _read_when(headers, walk, zone, extra)
    key = read_message_id(headers.text("message-id"))
    if not key:
        walk.mark(Defect.NO_MESSAGE_ID)
    references = read_ids(headers.text("references"))
    parents = read_ids(headers.text("in-reply-to"))
    in_reply_to = parents[0] if parents else (references[-1] if references else "")
    index = read_thread_index(headers.text("thread-index")) if "thread-index" in headers.fields else ""
    for name, value in (
        ("thread_index", index),
        ("thread_topic", headers.text("thread-topic")),
        ("list_id", headers.text("list-id")),
    ):
        if value:
            extra.append((name, clean_line(value)))
    for name in ("reply-to", "resent-from", "resent-date"):
        if name in headers.fields:
            extra.append((name.replace("-", "_"), clean_line(headers.text(name))))
    if not body.text.strip() and _SEALED.search(headers.raw("content-type") or b""):
        walk.mark(Defect.DECLARED_BUT_EMPTY)  # who wrote to whom is known; what they wrote is sealed
    quoted = list(find_quotes(body.text, zone, tuple(body.marked)))
    text = _append_embedded(body, walk, zone, quoted)
    record = Record(
        locator=locator,
        sha256=digest,
        key=key,
        channel=Channel.EMAIL,
        when=when,
        sender=sender,
        recipients=tuple(recipients.values()),
        subject=clean_line(headers.text("subject")),
        text=text,
        event=_read_event(headers, body),
        in_reply_to=in_reply_to,
        references=references,
        thread=name_thread(key, in_reply_to, references, index),
        quoted=tuple(quoted),
        attachments=tuple(body.attachments),
        defects=tuple(walk.defects),
        extra=tuple(extra),
    )
    return ParsedMessage(record, tuple(body.calendars))


def _read_sender(headers: Headers, walk: Walk, extra: list[tuple[str, str]]) -> tuple[Party | None, list[Party]]:
    """Who wrote it (From, else Sender, else the envelope), and any further authors a From header names."""
    found: tuple[Party, ...] = ()
    evidence = ""
    for name, evidence in (
        ("from", "header"),
        ("sender", "sender"),
        ("resent-from", "resent"),
        ("return-path", "envelope"),
    ):
        values = headers.texts(name)
        if values:
            found = tuple(
                p for p in read_parties(values, Role.CC, evidence, walk.limits.addresses).parties if p.raw.strip("<> ")
            )
            if found:
                break
    on_behalf = headers.text("sender")
    if on_behalf and found and evidence == "header":
        boxes = split_addresses(on_behalf)
        if boxes and boxes[0].address and boxes[0].address != found[0].address:
            extra.append(("sender", clean_line(on_behalf)))
    if not found:
        return None, []
    with_address = next((p for p in found if p.address), found[0])
    first = Party(with_address.raw, with_address.address, with_address.name, with_address.kind, Role.TO, evidence)
    authors = [
        Party(p.raw, p.address, p.name, p.kind, Role.CC, "author") for p in found if p is not with_address and p.address
    ]
    return first, authors


def _read_recipients(headers: Headers, walk: Walk, extra: list[tuple[str, str]]) -> dict[str, Party]:
    recipients: dict[str, Party] = {}
    fields = headers.fields
    for role, evidence, names in _HEADER_ROLES:
        if not any(n in fields for n in names):
            continue
        values = headers.texts(*names)
        if any(v.count("@") > walk.limits.addresses for v in values):
            raise LimitReached(Reason.OVERSIZE, f"more than {walk.limits.addresses} addresses in one header")
        found = read_parties(values, role, evidence, walk.limits.addresses)
        for defect in found.defects:
            walk.mark(defect)
        if Defect.NAME_ONLY_RECIPIENT in found.defects:
            extra.append((f"{names[0].replace('-', '_')}_raw", clean_line(", ".join(values))))
        for party in found.parties:
            known = recipients.get(party.address or party.name)
            if known is None or (known.role is Role.BCC and party.role is not Role.BCC):
                recipients[party.address or party.name] = party
    return recipients


def _add_envelope(recipients: dict[str, Party], headers: Headers, journal: list[Party], sender: Party | None) -> None:
    """Those who received a copy though no address header shows them: through a list, or blind."""
    role = Role.GROUP_MEMBER if any(n in headers.fields for n in _LIST) else Role.BCC
    for party in journal:
        recipients.setdefault(party.address or party.name, party)
    own = sender.address if sender else ""
    for name in _ENVELOPE:
        for value in headers.texts(name) if name in headers.fields else ():
            for box in split_addresses(value)[:50]:
                if box.address and box.address != own and box.address not in recipients:
                    recipients[box.address] = Party(box.raw, box.address, "", AccountKind.EMAIL, role, "envelope")


def _read_journal(text: str) -> list[Party]:
    found: dict[str, Party] = {}
    roles = {"to": Role.TO, "cc": Role.CC, "bcc": Role.BCC, "recipient": Role.BCC}
    for match in _JOURNAL.finditer(text):
        role = roles.get(match[1].lower())
        if role is None:
            continue
        for box in split_addresses(re.sub(r",\s*(?:Expanded|Forwarded)\s*:.*$", "", match[2])):
            if box.address:
                found.setdefault(
                    box.address, Party(box.raw, box.address, box.name, AccountKind.EMAIL, role, "envelope")
                )
    return list(found.values())


def _read_when(headers: Headers, walk: Walk, zone: str, extra: list[tuple[str, str]]) -> When | None:
    """The Date header; without a usable one the oldest hop that says when it took the message, and the row says so."""
    read = read_date(headers.text("date"), zone)
    for defect in read.defects:
        walk.mark(defect)
    hops = headers.fields.get("received", ())
    if read.when is not None:
        if hops:
            arrived = _hop_time(hops[0], zone)
            handed = _hop_time(hops[-1], zone) if len(hops) > 1 else arrived
            late = arrived is not None and (read.when.at - arrived.at).total_seconds() > 3600
            early = handed is not None and (handed.at - read.when.at).total_seconds() > 86400
            if late or early:
                walk.mark(Defect.DATE_CONFLICT)
        return read.when
    for hop in reversed(hops[-5:]):
        when = _hop_time(hop, zone)
        if when is not None:
            extra.append(("date_source", "received"))
            if when.source is TimeSource.NONE:
                walk.mark(Defect.NO_TIMEZONE)
            return when
    return None


def _hop_time(value: bytes, zone: str) -> When | None:
    return read_date(value.rpartition(b";")[2].decode("ascii", "replace"), zone).when if b";" in value else None


def _read_event(headers: Headers, body: Body) -> str:
    fields = headers.fields
    if "x-unsent" in fields and headers.text("x-unsent").strip() == "1":
        return "draft"
    if "x-gmail-labels" in fields and re.search(r"(?:^|,)\s*drafts?\s*(?:,|$)", headers.text("x-gmail-labels"), re.I):
        return "draft"
    if "received" not in fields and (
        "x-mozilla-draft-info" in fields or "mail-draft" in headers.text("x-uniform-type-identifier")
    ):
        return "draft"
    if body.report:
        return "read_receipt" if "disposition" in body.report else "bounce"
    if "x-failed-recipients" in fields:
        return "bounce"
    automatic = headers.text("auto-submitted").lower() if "auto-submitted" in fields else ""
    if automatic.startswith("auto-replied") or any(n in fields for n in ("x-autoreply", "x-autorespond")):
        return "auto_reply"
    return "message"


def _append_embedded(body: Body, walk: Walk, zone: str, quoted: list[Quoted]) -> str:
    """Put attached messages behind the body, each under a span that says who wrote it, to whom and when."""
    queue: list[Embedded] = list(body.embedded)
    text = body.text
    while queue:
        inner = queue.pop(0)
        part = open_embedded(inner, walk)
        found = read_body(inner.raw, part, walk, inner.depth)
        queue = found.embedded + queue
        body.attachments += found.attachments
        headers = part.headers
        content = "\n\n".join(t for t in (clean_line(headers.text("subject")), found.text.strip("\n")) if t.strip())
        if len(text) + len(content) > walk.limits.text_chars:
            walk.mark(Defect.OVERSIZE_PART)
            content = content[: max(0, walk.limits.text_chars - len(text))]
        if not headers.fields and not content:
            continue
        text = text.rstrip("\n") + "\n\n" if text.strip() else ""
        start = len(text)
        text += content
        people: list[Party] = []
        for role, _, names in _HEADER_ROLES[:3]:
            people += read_parties(headers.texts(*names), role, "quoted", walk.limits.addresses).parties
        senders = read_parties(headers.texts("from"), Role.TO, "quoted", 10).parties
        when = read_date(headers.text("date"), zone).when
        quoted.append(Quoted(start, len(text), "attached", senders[0] if senders else None, tuple(people), when))
        shift = (
            start + content.find(found.text.strip("\n"))
            if found.text.strip() and found.text.strip("\n") in content
            else -1
        )
        if shift >= 0:
            lead = len(found.text) - len(found.text.lstrip("\n"))
            for q in find_quotes(found.text, zone, tuple(found.marked)):
                a, b = max(start, q.start + shift - lead), min(len(text), q.end + shift - lead)
                if a < b:
                    quoted.append(Quoted(a, b, q.kind, q.sender, q.recipients, q.when))
    return text
