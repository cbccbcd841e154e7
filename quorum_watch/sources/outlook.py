"""Outlook's files, ``.msg`` and ``.pst``: optional, and read in a process of their own with limits.

Sent items have no transport headers, so recipients come from the recipient table (To, Cc, Bcc), joined with whatever
headers there are. The row's bytes are the whole file for a ``.msg``; for an item of a ``.pst`` they are the canonical
JSON line the worker writes for it, found again by its node number.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from quorum_watch.errors import EvidenceError
from quorum_watch.limits import Limits
from quorum_watch.mail.body import Body
from quorum_watch.mail.headers import Headers, LimitReached, scan_headers
from quorum_watch.mail.html import read_html
from quorum_watch.mail.message import assemble
from quorum_watch.mail.mime import Walk
from quorum_watch.model import Party, Quoted, Record, Rejected, When
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, join_locator, locate_bytes, split_locator
from quorum_watch.sources.messages import judge
from quorum_watch.sources.outlook_worker import EXHAUSTED, MISSING
from quorum_watch.vocabulary import Channel, Defect, Outcome, Reason, Role, TimeSource

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PST = b"!BDN"
_ROLES = {1: ("to", Role.TO), 2: ("cc", Role.CC), 3: ("bcc", Role.BCC)}
_UNSENT = 0x8
LINE_BYTES = 256 << 20


class WorkerFailed(Exception):
    """The worker ended before it was done: the coded reason, and how."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason.value}: {detail}")


def run_worker(kind: str, path: Path, limits: Limits, only: int | None = None) -> Iterator[bytes]:
    """The worker's lines, without their line ends; of a store, ``only`` the item at that position if one is given.

    Raises :class:`WorkerFailed` after the last line the worker managed.
    """
    script = Path(__file__).with_name("outlook_worker.py")
    command = [sys.executable, "-I", str(script), kind, str(path)]
    command += [str(limits.reader_memory_bytes), str(max(1, int(limits.reader_seconds)))]
    command += [] if only is None else [str(only)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    timer = threading.Timer(limits.reader_seconds, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        while line := process.stdout.readline(LINE_BYTES):
            if not line.endswith(b"\n"):
                break  # cut off in the middle: the exit code below tells why
            yield line[:-1]
        code = process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if code == MISSING:
        raise WorkerFailed(Reason.READER_MISSING, "install the extra: quorum-watch[outlook]")
    if code < 0 or code == EXHAUSTED:
        raise WorkerFailed(Reason.TIME_LIMIT, "stopped at the limit of time or memory")
    if code:
        raise WorkerFailed(Reason.READER_FAILED, "the file's structure cannot be read")


class MsgReader:
    """One message saved by Outlook."""

    kind: ClassVar[str] = "msg"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """An OLE container that names a MAPI property stream, or ends in ``.msg``."""
        if not file.head.startswith(_OLE):
            return 0
        stream = (
            "__properties_version1.0".encode("utf-16-le") in file.head
            or b"_\x00_\x00n\x00a\x00m\x00e\x00i\x00d\x00" in file.head
        )
        return 90 if stream else 60 if file.name.lower().endswith(".msg") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """The message."""
        locator, digest = locate_bytes(0, file.size), hash_file(file.path)
        try:
            for line in run_worker("msg", file.path, context.limits):
                yield build_item(json.loads(line), locator, digest, context)
        except WorkerFailed as failed:
            yield Rejected(locator, digest, Outcome.QUARANTINED, failed.reason, failed.detail)

    def fetch(self, file: SourceFile, locator: str) -> bytes:  # noqa: ARG002 - the whole file is the message
        """The bytes of the file."""
        return file.path.read_bytes()


class PstReader:
    """A mail store of Outlook. A password on it protects nothing and is not asked for."""

    kind: ClassVar[str] = "pst"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """The signature of the format."""
        return 95 if file.head.startswith(_PST) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every item of every folder; contacts and the like are counted as ignored."""
        found = 0
        try:
            for number, line in enumerate(run_worker("pst", file.path, context.limits)):
                found += 1
                message = json.loads(line)
                locator = join_locator(("node", str(message.get("node", -1))), ("item", str(number)))
                yield build_item(message, locator, hashlib.sha256(line).hexdigest(), context)
        except WorkerFailed as failed:
            whole = locate_bytes(0, file.size)
            yield Rejected(whole, hash_file(file.path), Outcome.QUARANTINED, failed.reason, failed.detail)
            return
        if not found:
            yield Rejected(
                locate_bytes(0, file.size), hash_file(file.path), Outcome.IGNORED, Reason.SIDECAR, "no items"
            )

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The canonical line of one item. Raises :class:`EvidenceError` where it is not there any more."""
        pieces = dict(split_locator(locator))
        if "item" not in pieces:
            return file.path.read_bytes()
        try:
            for line in run_worker("pst", file.path, Limits(), int(pieces["item"])):
                return line
        except WorkerFailed:
            pass
        raise EvidenceError(
            "QW-E273",
            "An item of a mail store is not found again.",
            f"{file.path.name}: {locator}",
            "Ingest the file again.",
        )


def build_item(message: dict[str, Any], locator: str, digest: str, context: Context) -> Item:
    """The row of one Outlook item, or why it is none."""
    if "error" in message:
        return Rejected(locator, digest, Outcome.QUARANTINED, Reason.TRUNCATED, "item cannot be read")
    kind = str(message.get("class", "")).lower()
    appointment = kind.startswith(("ipm.appointment", "ipm.schedule.meeting"))
    if not appointment and not kind.startswith(("ipm.note", "ipm.post", "report.", "ipm.outlook.recall")) and kind:
        return Rejected(locator, digest, Outcome.IGNORED, Reason.SIDECAR, "a contact, list, task or note")
    walk = Walk(context.limits)
    try:
        headers = _merge_headers(message, context.limits)
        body = Body(attachments=[str(a) for a in message.get("attachments", ())])
        _append_text(message, body, context.limits)
        if message.get("damaged"):
            walk.mark(Defect.TRUNCATED)
        record = assemble(headers, body, [], walk, locator, digest, context.timezone).record
        written = str(message.get("headers") or "").lower()
        people = tuple(_say_table(p, written) for p in record.recipients)
        record = _append_embedded(replace(record, recipients=people), message, context)
    except LimitReached as stop:
        return Rejected(locator, digest, Outcome.QUARANTINED, stop.reason, stop.detail)
    if appointment:
        return _as_appointment(record, message)
    if int(message.get("flags") or 0) & _UNSENT:
        return Rejected(locator, digest, Outcome.IGNORED, Reason.DRAFT)
    return judge(record)


def _say_table(party: Party, written: str) -> Party:
    """A recipient the transport headers do not show comes from the recipient table."""
    shown = (party.address or party.name.lower()) in written
    return party if shown or party.evidence != "header" else replace(party, evidence="recipient_table")


def _append_text(message: dict[str, Any], body: Body, limits: Limits) -> None:
    text = str(message.get("body") or "")
    if text.strip():
        body.append(text[: limits.text_chars])
    elif message.get("html"):
        rich, marked, _ = read_html(str(message["html"])[: 4 * limits.text_chars])
        body.append(rich, marked)


def _merge_headers(message: dict[str, Any], limits: Limits) -> Headers:
    """Transport headers where there are any, completed from the item's properties and its recipient table."""
    raw = str(message.get("headers") or "").lstrip("\n").encode("utf-8", "replace")
    headers = scan_headers(raw, 0, len(raw), limits.header_bytes)
    fields = headers.fields

    def complete(name: str, value: str) -> None:
        if value and name not in fields:
            fields[name] = [value.encode("utf-8", "replace")]

    address = next(
        (
            a
            for k in ("sender_smtp", "represented_smtp", "sender_address", "represented_address")
            if "@" in (a := _word(message, k))
        ),
        "",
    )
    complete("from", _write_address(_word(message, "sender_name") or _word(message, "represented_name"), address))
    complete("subject", _word(message, "subject"))
    complete("date", _word(message, "submitted") or _word(message, "delivered"))
    for name in ("message_id", "in_reply_to", "references", "thread_topic"):
        complete(name.replace("_", "-"), _word(message, name))
    if len(_word(message, "thread_index")) >= 44:
        complete("thread-index", base64.b64encode(bytes.fromhex(_word(message, "thread_index"))).decode())
    for recipient in message.get("recipients", ()):
        field, _ = _ROLES.get(int(recipient.get("type") or 1) & 0xF, _ROLES[1])
        smtp = next((a for a in (_word(recipient, "smtp"), _word(recipient, "address")) if "@" in a), "")
        written = _write_address(_word(recipient, "name"), smtp)
        if written:
            fields.setdefault(field, []).append(written.encode("utf-8", "replace"))
    return headers


def _word(message: dict[str, Any], name: str) -> str:
    # One line: a value with a line break must not become a header of its own.
    return " ".join(str(message.get(name) or "").split())


def _write_address(name: str, address: str) -> str:
    name = name.replace("\\", " ").replace('"', "'").strip("' ")
    if not address:
        return f'"{name}"' if name else ""
    return f'"{name}" <{address}>' if name and name.lower() != address.lower() else address


def _append_embedded(record: Record, message: dict[str, Any], context: Context) -> Record:
    text, quoted = record.text, list(record.quoted)
    for inner in message.get("embedded", ()):
        found = build_item({**inner, "class": "ipm.note", "flags": 0}, "", "", context)
        if not isinstance(found, Record):
            continue
        text = text.rstrip("\n") + "\n\n" if text.strip() else ""
        start = len(text)
        text += "\n\n".join(t for t in (found.subject, found.text.strip("\n")) if t.strip())
        text = text[: context.limits.text_chars]
        if start < len(text):
            people = tuple(_claimed(p) for p in found.recipients)
            quoted.append(
                Quoted(
                    start, len(text), "attached", _claimed(found.sender) if found.sender else None, people, found.when
                )
            )
    return replace(record, text=text, quoted=tuple(quoted)) if text != record.text else record


def _claimed(party: Party) -> Party:
    return Party(party.raw, party.address, party.name, party.kind, party.role, "quoted")


def _as_appointment(record: Record, message: dict[str, Any]) -> Item:
    """An appointment is a gathering at its start, called by whoever sent it."""
    starts = _word(message, "starts")
    when = When(datetime.fromisoformat(starts), starts, source=TimeSource.OFFSET) if starts else record.when
    if when is None:
        return Rejected(record.locator, record.sha256, Outcome.QUARANTINED, Reason.NO_DATE, "appointment")
    if not record.recipients:
        return Rejected(
            record.locator, record.sha256, Outcome.IGNORED, Reason.SYSTEM_EVENT, "appointment with nobody else"
        )
    cancelled = "canceled" in str(message.get("class", "")).lower()
    answer = ".resp." in str(message.get("class", "")).lower()
    event = "calendar_cancel" if cancelled else "calendar_response" if answer else "calendar_invite"
    if event != "calendar_invite":
        when = record.when or when
    return replace(record, channel=Channel.CALENDAR, when=when, event=event)
