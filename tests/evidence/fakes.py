"""Invented records and a reader of lines, so that evidence is tested without any real reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from quorum_watch.evidence import Reading, ingest, load
from quorum_watch.evidence.store import Evidence
from quorum_watch.model import Party, Record, Rejected, When
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.vocabulary import AccountKind, Channel, Defect, Outcome, Reason, Role, TimePrecision, TimeSource

START = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
READING = Reading("America/Chicago")
TEXT = "I looked at the second draft of the library budget and think we should keep the branch hours as they are."


def line(**values: object) -> dict[str, object]:
    """One item of a ``.lines`` file, with sensible values for all that is not given."""
    return {
        **{"key": "", "channel": "email", "at": 0, "sender": "ann.moss@example.gov", "name": "Ann Moss"},
        **{"to": ["bo.reed@example.gov"], "cc": [], "bcc": [], "subject": "Library budget", "text": TEXT},
        **values,
    }


def write(path: Path, *lines: dict[str, object] | str) -> Path:
    """A ``.lines`` file: one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#lines\n" + "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines))
    return path


class Lines:
    """Reads ``.lines`` files; ``{"reject": REASON}`` and ``{"fail": 1}`` act out a reader's troubles."""

    kind: ClassVar[str] = "lines"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        return 100 if file.head.startswith(b"#lines") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        start = len(b"#lines\n")
        for raw in file.path.read_bytes()[start:].splitlines(keepends=True):
            end = start + len(raw)
            yield self._item(json.loads(raw), f"bytes={start}-{end}", sha256(raw).hexdigest(), context)
            start = end

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        start, end = locator.removeprefix("bytes=").split("-")
        return file.path.read_bytes()[int(start) : int(end)]

    def _item(self, d: dict, locator: str, digest: str, context: Context) -> Item:  # type: ignore[type-arg]
        if "fail" in d:
            raise ValueError("the words of a message must never reach a log")
        if "reject" in d:
            outcome = Outcome(d.get("outcome", "quarantined"))
            return Rejected(locator, digest, outcome, Reason(d["reject"]))
        source = TimeSource(d.get("zone", "offset"))
        when = None if d["at"] is None else When(START + timedelta(seconds=d["at"]), "raw", TimePrecision.EXACT, source)
        people = [_party(a, role) for role in (Role.TO, Role.CC, Role.BCC) for a in d[role.value]]
        return Record(
            locator=locator,
            sha256=digest,
            key=d["key"],
            channel=Channel(d["channel"]),
            when=when,
            sender=Party(d["sender"], d["sender"], d["name"], AccountKind.EMAIL),
            recipients=tuple(people),
            subject=d["subject"],
            text=d["text"],
            event=d.get("event", "message"),
            in_reply_to=d.get("answers", ""),
            defects=tuple(Defect(x) for x in d.get("defects", ())),
        )


class Interchange(Lines):
    """The same lines, as a kind whose ids the clerk chose."""

    kind: ClassVar[str] = "interchange"

    def claims(self, file: SourceFile) -> int:
        return 101 if file.name.endswith(".own") else 0


class Registry:
    """A registry of the readers above."""

    def __init__(self, *readers: Lines) -> None:
        self.readers = readers or (Lines(), Interchange())

    def open_source(self, path: Path, inbox: Path) -> SourceFile:
        with path.open("rb") as handle:
            head = handle.read(65536)
        return SourceFile(path, path.relative_to(inbox.resolve()).as_posix(), path.stat().st_size, head)

    def detect(self, file: SourceFile) -> Lines | None:
        best = max(self.readers, key=lambda r: r.claims(file))
        return best if best.claims(file) else None

    def read_items(self, file: SourceFile, context: Context) -> Iterator[Item]:
        reader = self.detect(file)
        if reader is not None:
            yield from reader.read(file, context)
            return
        yield Rejected("file", "", Outcome.QUARANTINED, Reason.UNKNOWN_FORMAT if file.size else Reason.ZERO_BYTE)


def read(folder: Path, reading: Reading = READING, registry: Registry | None = None) -> Evidence:
    """Ingest ``folder/inbox`` into ``folder/evidence`` and load it."""
    ingest(folder / "inbox", folder / "evidence", reading, registry=registry or Registry())
    return load(folder / "evidence")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, for comparing states."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _party(written: str, role: Role) -> Party:
    if "<" in written:
        name, _, address = written.partition("<")
        return Party(written, address.rstrip(">"), name.strip(), AccountKind.EMAIL, role)
    if "@" in written or written.startswith("+"):
        return Party(written, written, "", AccountKind.EMAIL, role)
    return Party(written, "", written, AccountKind.NAME, role)
