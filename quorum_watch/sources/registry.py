"""Which reader reads a file, and the one way to read it: content decides, the name only breaks ties.

To add a kind of file: write one module with a class that satisfies
:class:`~quorum_watch.sources.interface.Reader`, and put its dotted name into :data:`READERS`. A package of its own may
offer a reader through the entry point group ``quorum_watch.readers`` instead.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from quorum_watch.errors import InputError
from quorum_watch.model import Rejected
from quorum_watch.sources.interface import Context, Item, Reader, SourceFile
from quorum_watch.sources.locators import hash_file, locate_bytes
from quorum_watch.vocabulary import Outcome, Reason

#: ``module:class`` below ``quorum_watch.sources``, in order of preference where two are equally sure.
READERS: tuple[str, ...] = (
    "interchange:InterchangeReader",
    "workbook:WorkbookReader",
    "calendar:CalendarReader",
    "vault:VaultReader",
    "outlook:PstReader",
    "outlook:MsgReader",
    "eml:MaildirReader",
    "mbox:MboxReader",
    "eml:EmlReader",
    "sms:SmsReader",
    "facebook:FacebookReader",
    "slack:SlackReader",
    "google_chat:GoogleChatReader",
    "x_archive:XArchiveReader",
    "whatsapp:WhatsAppReader",
    "rsmf:RsmfReader",
    "imessage:IMessageReader",
    "signal:SignalReader",
    "youtube:YouTubeReader",
    "teams:TeamsReader",
    "load_file:LoadFileReader",
    "edrm:EdrmReader",
    "smarsh:SmarshReader",
    "roster_files:RosterFileReader",
    "archive:ZipReader",
)
GROUP = "quorum_watch.readers"
HEAD_BYTES = 64 * 1024

_MEDIA = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"II*\x00",
    b"MM\x00*",
    b"BM",
    b"fLaC",
    b"caff",
)


@cache
def load_readers() -> tuple[Reader, ...]:
    """Every reader, built in ones first, then those other packages offer, by name."""
    found: list[Reader] = []
    for dotted in READERS:
        module, _, name = dotted.partition(":")
        found.append(getattr(importlib.import_module(f"quorum_watch.sources.{module}"), name)())
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        reader = point.load()()
        if not isinstance(reader, Reader):
            raise InputError(
                "QW-E271",
                f"The reader {point.name!r} does not offer kind, version, claims, read and fetch.",
                f"entry point {point.value}",
                "Remove or update the package that offers it.",
            )
        found.append(reader)
    return tuple(found)


def open_source(path: Path, inbox: Path) -> SourceFile:
    """A file of the inbox with its name relative to it, its size and its first 64 KiB.

    Raises :class:`InputError` where the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        return SourceFile(path, path.relative_to(inbox).as_posix(), path.stat().st_size, head)
    except (OSError, ValueError) as error:
        raise InputError(
            "QW-E272",
            f"A source file cannot be read ({type(error).__name__}).",
            path.name,
            "Check its permissions, or take it out of inbox/.",
        ) from error


def detect(file: SourceFile) -> Reader | None:
    """The reader surest of a file, or ``None`` where none claims it."""
    best: tuple[int, Reader] | None = None
    for reader in load_readers():
        claim = reader.claims(file)
        if claim > 0 and (best is None or claim > best[0]):
            best = (claim, reader)
    return best[1] if best else None


def find_reader(kind: str) -> Reader | None:
    """The reader of a kind, as stored with evidence."""
    return next((r for r in load_readers() if r.kind == kind), None)


def read_items(file: SourceFile, context: Context) -> Iterator[Item]:
    """Every item of a file, whatever it is; the number of them is the ``found`` of the coverage.

    An empty, unknown or unreadable file is exactly one item. A reader that fails half way adds one item that says so
    to what it had already read. Never raises for bad content.
    """
    if file.size == 0:
        yield _whole(file, Outcome.QUARANTINED, Reason.ZERO_BYTE)
        return
    reader = detect(file)
    if reader is None:
        media = file.head.startswith(_MEDIA) or file.head[4:8] == b"ftyp"
        yield _whole(
            file, *((Outcome.IGNORED, Reason.MEDIA) if media else (Outcome.QUARANTINED, Reason.UNKNOWN_FORMAT))
        )
        return
    try:
        yield from reader.read(file, context)
    except OSError as error:
        yield _whole(file, Outcome.QUARANTINED, Reason.UNREADABLE_FILE, type(error).__name__)
    except Exception as error:  # the promise of the interface is kept here, whatever a reader of another package does
        yield _whole(file, Outcome.QUARANTINED, Reason.READER_FAILED, type(error).__name__)


def _whole(file: SourceFile, outcome: Outcome, reason: Reason, detail: str = "") -> Rejected:
    try:
        digest = hash_file(file.path)
    except OSError:
        digest = hashlib.sha256(b"").hexdigest()
    return Rejected(locate_bytes(0, file.size), digest, outcome, reason, detail)
