"""Reading what is new in the inbox into one batch.

Every item a reader yields ends as exactly one of row, duplicate, ignored, restricted, quarantined, and the sums are
checked before anything is kept. A file is new when its bytes, its reader or the settings it is read with are; running
ingest twice therefore changes nothing, and answering a question (``[ingest]`` in ``workspace.toml``) re-reads just what
the answer could change.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from quorum_watch.errors import EvidenceError, InputError
from quorum_watch.evidence.batch import BatchWriter, Source, list_batches, sweep
from quorum_watch.evidence.lock import hold_lock
from quorum_watch.evidence.walk import Found, custodian_of, hash_file, is_junk, walk_inbox
from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources.interface import Context, Item, Reader, SourceFile
from quorum_watch.vocabulary import Defect, Outcome, Reason

NOT_WRITABLE, UNBALANCED, CHANGING = "QW-E221", "QW-E224", "QW-E228"
#: Kind of a source no reader was asked for.
NO_KIND = "unknown"
WHOLE = "file"
_EVERY = 64
#: Events some platforms export without a time; the event they answer places them.
_TIMELESS = frozenset({"reaction", "reaction_removed"})


class Restriction(Protocol):
    """A rule by which files are counted and never read; ``workspace.settings.Restriction`` is one."""

    @property
    def reason(self) -> Reason:
        """Why."""

    def matches(self, name: str) -> bool:
        """Whether a file (its path below the inbox) falls under the rule."""


class Registry(Protocol):
    """Who reads what; the module ``sources.registry`` is one."""

    def open_source(self, path: Path, inbox: Path) -> SourceFile:
        """The file as readers want it."""

    def detect(self, file: SourceFile) -> Reader | None:
        """The reader of its kind, decided by content."""

    def read_items(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every item; exactly one, with its reason, where no reader claims the file."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The settings a file is read with. ``restricted_addresses`` are compared without regard to case."""

    timezone: str
    limits: Limits = field(default_factory=Limits)
    answers: tuple[tuple[str, str], ...] = ()
    restricted: tuple[Restriction, ...] = ()
    restricted_addresses: tuple[str, ...] = ()

    def fingerprint(self, custodian: str, beside: tuple[str, ...] = ()) -> str:
        """Identity of everything beside the bytes that could change what is read.

        ``beside`` lists the neighbours of a file whose reader looks at them.
        """
        addresses = sorted({a.casefold() for a in self.restricted_addresses})
        # Limits as they differ from the defaults: a limit a later version adds must not re-read every file.
        usual = asdict(Limits())
        limits = {name: value for name, value in asdict(self.limits).items() if value != usual[name]}
        told = [self.timezone, limits, sorted(self.answers), addresses, custodian, *beside]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: the file being read, how many are done of how many, and items so far."""

    file: str
    files_done: int
    files_total: int
    items: int


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What one ingest did: the batch it added (``""`` if nothing was new), its sources, files already known."""

    batch: str
    added: tuple[Source, ...]
    known: int
    swept: int

    @property
    def files(self) -> int:
        """Files seen in the inbox."""
        return len(self.added) + self.known


def ingest(
    inbox: Path,
    evidence: Path,
    reading: Reading,
    *,
    registry: Registry | None = None,
    progress: Callable[[Progress], None] | None = None,
    received: Mapping[str, str] | None = None,
) -> IngestResult:
    """Read every new file of ``inbox`` into one new batch of ``evidence``.

    ``received`` (when, by whom) is kept beside the batch and is no part of its identity. Raises ``InputError`` where
    the inbox is missing and ``EvidenceError`` where another process writes (QW-E220), the folder cannot be written
    (QW-E221: the old state is kept) or a source file changes while it is read (QW-E228).
    """
    registry = registry or default_registry()
    found = list(walk_inbox(inbox))
    try:
        evidence.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_lock(evidence):
            swept = sweep(evidence)
            return _Intake(inbox, evidence, reading, registry, progress, found).run(received or {}, swept)
    except OSError as error:
        raise EvidenceError(
            NOT_WRITABLE,
            f"Evidence could not be written: {error.strerror or type(error).__name__}. The earlier state is kept.",
            f"{evidence.name}/",
            "Free some disk space or allow this account to write there, then run ingest again.",
        ) from error


def default_registry() -> Registry:
    """The readers of this installation."""
    from quorum_watch.sources import registry

    return registry




class _Intake:
    """One run of ingest, holding only what must be remembered: one entry per file, never a message."""

    def __init__(
        self,
        inbox: Path,
        evidence: Path,
        reading: Reading,
        registry: Registry,
        progress: Callable[[Progress], None] | None,
        found: list[Found],
    ) -> None:
        self.evidence, self.reading, self.registry, self.found = evidence, reading, registry, found
        self.root = inbox.resolve()
        self.progress, self.items, self.done = progress, 0, 0
        self.addresses = frozenset(a.casefold() for a in reading.restricted_addresses)
        self.current: dict[str, list[tuple[str, Source]]] = {}
        self.by_reading: dict[tuple[str, str, str, str], Source] = {}
        replaced: set[str] = set()
        for batch in list_batches(evidence):
            for number, source in enumerate(batch.sources):
                replaced.update(source.supersedes)
                self.current.setdefault(source.file, []).append((f"{batch.name}#{number}", source))
                self.by_reading.setdefault(source.reading, source)
        for entries in self.current.values():
            entries[:] = [entry for entry in entries if entry[0] not in replaced]

    def run(self, received: Mapping[str, str], swept: int) -> IngestResult:
        known = 0
        with BatchWriter(self.evidence) as writer:
            added: list[Source] = []
            modified: list[dict[str, object]] = []
            for done, found in enumerate(self.found):
                self.done = done
                self._tell(found.name)
                source = self._take(found, writer, len(added))
                if source is None:
                    known += 1
                    continue
                _check_sum(source)
                added.append(source)
                modified.append({"file": source.file, "modified_ns": found.modified_ns})
            self.done = len(self.found)
            self._tell("")
            if not added:
                return IngestResult("", (), known, swept)
            path = writer.commit(tuple(added), {**received, "files": modified})
            return IngestResult(path.name, tuple(added), known, swept)

    def _take(self, found: Found, writer: BatchWriter, number: int) -> Source | None:
        """The source entry of one file, its items written; ``None`` where nothing about it is new."""
        custodian = custodian_of(found.name)
        digest, refused = "", found.refused
        if refused is None and not is_junk(found.name):
            try:
                digest = hash_file(found.path)
            except OSError:
                refused = Reason.UNREADABLE_FILE
        outcome, reason = self._whole(found.name, refused)
        reader: Reader | None = None
        file: SourceFile | None = None
        if reason is None:
            try:
                file = self.registry.open_source(found.path, self.root)
                reader = self.registry.detect(file) if file.size else None
                if reader is None:
                    outcome, reason = self._unclaimed(file)
            except (OSError, InputError):
                outcome, reason, digest, reader = Outcome.QUARANTINED, Reason.UNREADABLE_FILE, "", None
        version = reader.version if reader else f"{outcome.value}:{reason.value}" if reason else ""
        kind = reader.kind if reader else NO_KIND
        settings = self.reading.fingerprint(custodian, _neighbours(reader, found)) if reader else ""
        reading = (digest, kind, version, settings)
        earlier = [(uid, s) for uid, s in self.current.get(found.name, ()) if s.sha256 in ("", digest)]
        repeat = any(s.reading == reading for _, s in earlier)
        if repeat and not self._now_readable(reader, file, found, earlier):
            return None
        tally = _Tally()
        twin = self.by_reading.get(reading) if reader and not repeat else None
        if twin is not None:
            tally.counts[Outcome.DUPLICATE] = twin.found
        elif reader is None or file is None:
            assert reason is not None
            self._keep(Rejected(WHOLE, digest, outcome, reason), writer, number, tally)
        else:
            for item in self._items(reader, file, custodian, digest):
                self._keep(item, writer, number, tally)
                self.items += 1
                if self.items % _EVERY == 0:
                    self._tell(found.name)
            self._unchanged(found)
        source = Source(
            file=found.name,
            size=found.size,
            sha256=digest,
            kind=kind,
            reader=version,
            settings=settings,
            custodian=custodian,
            found=sum(tally.counts.values()),
            rows=tally.counts[Outcome.ROW],
            duplicates=tally.counts[Outcome.DUPLICATE],
            ignored=tally.counts[Outcome.IGNORED],
            restricted=tally.counts[Outcome.RESTRICTED],
            quarantined=tally.counts[Outcome.QUARANTINED],
            reasons=dict(sorted(tally.reasons.items())),
            defects=dict(sorted(tally.defects.items())),
            same_as=twin is not None,
            supersedes=tuple(sorted(uid for uid, _ in earlier)),
        )
        self.by_reading.setdefault(source.reading, source)
        return source

    def _whole(self, name: str, refused: Reason | None) -> tuple[Outcome, Reason | None]:
        """What happens to a file without reading it; no reason means: read it. Restrictions come first."""
        for rule in self.reading.restricted:
            if rule.matches(name):
                return Outcome.RESTRICTED, rule.reason
        if refused is not None:
            return Outcome.QUARANTINED, refused
        if is_junk(name):
            return Outcome.IGNORED, Reason.SYSTEM_FILE
        return Outcome.ROW, None

    def _unclaimed(self, file: SourceFile) -> tuple[Outcome, Reason]:
        """What the registry says of a file no reader claims."""
        for item in self.registry.read_items(file, Context(self.reading.timezone, self.reading.limits)):
            if isinstance(item, Rejected):
                return item.outcome, item.reason
        return Outcome.QUARANTINED, Reason.UNKNOWN_FORMAT

    def _now_readable(
        self, reader: Reader | None, file: SourceFile | None, found: Found, earlier: list[tuple[str, Source]]
    ) -> bool:
        """Whether a file whose reader lacked a library before can be read now."""
        missing = Reason.READER_MISSING.value
        if reader is None or file is None or not any(missing in s.reasons for _, s in earlier):
            return False
        first = next(self._items(reader, file, custodian_of(found.name), ""), None)
        return not (isinstance(first, Rejected) and first.reason is Reason.READER_MISSING)

    def _items(self, reader: Reader, file: SourceFile, custodian: str, digest: str) -> Iterator[Item]:
        """What a reader yields, with every way it can fail turned into one rejection."""
        context = Context(self.reading.timezone, self.reading.limits, self.reading.answers, custodian)
        try:
            yield from reader.read(file, context)
        except OSError as error:
            detail = type(error).__name__
            yield Rejected(WHOLE, digest, Outcome.QUARANTINED, Reason.UNREADABLE_FILE, detail)
        except Exception as error:  # the last guard: a reader's fault costs the rest of one file, never the run
            detail = type(error).__name__
            yield Rejected(WHOLE, digest, Outcome.QUARANTINED, Reason.READER_FAILED, detail)

    def _keep(self, item: Item, writer: BatchWriter, number: int, tally: _Tally) -> None:
        if isinstance(item, Record):
            item = self._judge(item)
        if isinstance(item, Record):
            stored = writer.write_record(item, number)
            tally.counts[Outcome.ROW] += 1
            tally.defects.update(d.value for d in dict.fromkeys(stored.defects))
            return
        if item.outcome is Outcome.ROW:  # a rejection cannot be a row: the reader is at fault, the item is not lost
            item = Rejected(item.locator, item.sha256, Outcome.QUARANTINED, Reason.READER_FAILED)
        writer.write_rejected(item, number)
        tally.counts[item.outcome] += 1
        tally.reasons[item.reason.value] += 1

    def _judge(self, record: Record) -> Item:
        """A record, or the reason it cannot be a row: restricted people, or no time to place it at."""
        if self.addresses:
            quoted = (p for q in record.quoted for p in (q.sender, *q.recipients))
            people = (record.sender, *record.recipients, *quoted)
            if any(p is not None and p.address.casefold() in self.addresses for p in people):
                return Rejected(record.locator, record.sha256, Outcome.RESTRICTED, Reason.RESTRICTED_BY_RULE)
        if record.when is None and not (record.event in _TIMELESS and record.in_reply_to):
            reason = Reason.BAD_DATE if Defect.BAD_DATE in record.defects else Reason.NO_DATE
            return Rejected(record.locator, record.sha256, Outcome.QUARANTINED, reason)
        return record

    def _unchanged(self, found: Found) -> None:
        try:
            info = found.path.stat()
        except OSError:
            info = None
        if info is None or (info.st_size, info.st_mtime_ns) != (found.size, found.modified_ns):
            raise EvidenceError(
                CHANGING,
                "A source file changed while it was being read. Nothing was added.",
                f"inbox/{found.name}",
                "Wait until the file has been copied completely, then run ingest again.",
            )

    def _tell(self, name: str) -> None:
        if self.progress is not None:
            self.progress(Progress(name, self.done, len(self.found), self.items))


@dataclass(slots=True)
class _Tally:
    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    defects: Counter[str] = field(default_factory=Counter)


def _neighbours(reader: Reader, found: Found) -> tuple[str, ...]:
    """Names and sizes of the files beside one, for a reader that says ``reads_beside``; else nothing.

    A reader that also says ``reads_above`` looks at the files one folder up too, where the inbox has one.
    """
    if not getattr(reader, "reads_beside", False):
        return ()
    folders = [found.path.parent]
    if getattr(reader, "reads_above", False) and "/" in found.name:
        folders.append(found.path.parent.parent)
    try:
        beside = [p for folder in folders for p in folder.iterdir() if p != found.path and p.is_file()]
        return tuple(sorted(f"{p.name} {p.stat().st_size}" for p in beside if not is_junk(p.name)))
    except OSError:
        return ()


def _check_sum(source: Source) -> None:
    parts = source.rows + source.duplicates + source.ignored + source.restricted + source.quarantined
    if source.found != parts:
        raise EvidenceError(
            UNBALANCED,
            f"The account of a source does not add up: {source.found} found, {parts} accounted for. Nothing was added.",
            f"inbox/{source.file}",
            "Report this as a fault of the program, with the numbers above.",
        )
