"""Immutable batches: what one ingest added, as two Parquet files and a manifest that names their hashes.

::

    evidence/batch-<hash>/manifest.json     what was read, by which reader, with which figures; hashes of the two below
                          records.parquet   one row per stored record
                          rejected.parquet  one row per item that did not become a record
                          received.json     when and by whom it was added; not part of the identity

The folder is named after the SHA-256 of its manifest, so the name vouches for the manifest and the manifest for the
Parquet files. No clock enters those bytes. A batch is written beside its final place, forced to disk and renamed: a
killed ingest leaves the old state and a folder the next ingest sweeps away.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from quorum_watch import __version__
from quorum_watch.errors import EvidenceError, Fault
from quorum_watch.evidence.codec import (
    SCHEMA,
    clean_record,
    encode_column,
    encode_record,
    encode_rejected,
    is_clean,
    records_schema,
    rejected_schema,
)
from quorum_watch.evidence.keys import KEYS, derive_keys
from quorum_watch.model import Record, Rejected

BAD_MANIFEST, BAD_FILE, TOO_NEW = "QW-E222", "QW-E223", "QW-E229"
PREFIX, INCOMING = "batch-", ".incoming-"
RECORDS, REJECTED, MANIFEST, RECEIVED = "records.parquet", "rejected.parquet", "manifest.json", "received.json"
#: A row group ends after so many rows or so many characters, whichever comes first: this bounds memory.
GROUP_ROWS, GROUP_CHARS = 2_000, 8_000_000
RESTORE = "Restore the folder from a copy, or delete it and run ingest again: inbox/ still holds the source files."


@dataclass(frozen=True, slots=True)
class Source:
    """One source file of a batch: what it was, how it was read, and what became of its items.

    ``found`` = ``rows`` + ``duplicates`` + ``ignored`` + ``restricted`` + ``quarantined``; ``rows`` counts stored
    records (which of them are copies of each other is decided over all batches, when evidence is loaded) and
    ``duplicates`` items a reader itself saw twice. ``settings`` names everything beside the bytes that could change
    what is read (time zone, answers, limits, restrictions, custodian). ``supersedes`` lists earlier readings this one
    replaces, as ``BATCH#N``; ``same_as`` is true where the same bytes had been read under another name.
    """

    file: str
    size: int
    sha256: str
    kind: str
    reader: str
    settings: str
    custodian: str
    found: int
    rows: int
    duplicates: int
    ignored: int
    restricted: int
    quarantined: int
    reasons: dict[str, int]
    defects: dict[str, int]
    same_as: bool = False
    supersedes: tuple[str, ...] = ()

    @property
    def reading(self) -> tuple[str, str, str, str]:
        """What identifies a reading: equal readings of equal bytes yield equal rows, whatever the file is called."""
        return (self.sha256, self.kind, self.reader, self.settings)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch on disk. ``sources`` are in the order of the ``source`` column."""

    path: Path
    tool: str
    keys: str
    sources: tuple[Source, ...]
    files: tuple[tuple[str, str, int], ...]

    @property
    def name(self) -> str:
        """Folder name, which is also the identity."""
        return self.path.name


def list_batches(evidence: Path) -> tuple[Batch, ...]:
    """Every batch of an evidence folder, by name; all damaged manifests are reported at once.

    Raises ``EvidenceError`` (QW-E222 for a damaged manifest, QW-E229 for one a newer version wrote).
    """
    if not evidence.is_dir():
        return ()
    batches: list[Batch] = []
    faults: list[Fault] = []
    for path in sorted(p for p in evidence.iterdir() if p.name.startswith(PREFIX) and p.is_dir()):
        outcome = read_manifest(path)
        if isinstance(outcome, Fault):
            faults.append(outcome)
        else:
            batches.append(outcome)
    if faults:
        raise EvidenceError.of(faults)
    return tuple(batches)


def read_manifest(path: Path) -> Batch | Fault:
    """The batch in a folder, or what is wrong with its manifest."""
    where = f"evidence/{path.name}/{MANIFEST}"
    try:
        raw = (path / MANIFEST).read_bytes()
    except OSError:
        return Fault(BAD_MANIFEST, "A batch of evidence has no readable manifest.", where, RESTORE)
    if path.name != _batch_name(raw):
        return Fault(BAD_MANIFEST, "A manifest was changed after it was written.", where, RESTORE)
    data = json.loads(raw)
    if data["schema"] != f"quorum-watch/evidence/{SCHEMA}":
        what = f"The batch was written in another layout ({data['schema']})."
        return Fault(TOO_NEW, what, where, "Use the quorum-watch version that wrote it, or a newer one.")
    sources = tuple(Source(**{**s, "supersedes": tuple(s["supersedes"])}) for s in data["sources"])
    files = tuple((f["name"], f["sha256"], f["size"]) for f in data["files"])
    return Batch(path, data["tool"], data["keys"], sources, files)


def verify_batch(batch: Batch) -> list[Fault]:
    """What is wrong with the Parquet files of a batch: missing ones, changed ones, ones the manifest does not name."""
    faults: list[Fault] = []
    for name, digest, _ in batch.files:
        where = f"evidence/{batch.name}/{name}"
        try:
            with (batch.path / name).open("rb") as handle:
                found = hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError:
            faults.append(Fault(BAD_FILE, "A file of a batch is missing or cannot be read.", where, RESTORE))
            continue
        if found != digest:
            faults.append(Fault(BAD_FILE, "A file of a batch was changed after it was written.", where, RESTORE))
    return faults


def iterate_rows(batch: Batch, file: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of one Parquet file of a batch, as mappings of the given columns, one row group in memory at once."""
    for _, table in iterate_tables(batch, file, columns):
        values = [table.column(name).to_pylist() for name in columns]
        for row in zip(*values, strict=True):
            yield dict(zip(columns, row, strict=True))


def iterate_tables(
    batch: Batch, file: str, columns: tuple[str, ...], lines: Sequence[int] | None = None
) -> Iterator[tuple[int, Any]]:
    """Row groups of one Parquet file as (number of the first row, Arrow table).

    With ``lines`` (sorted row numbers) only row groups that hold one of them, and only those rows of it; the number is
    then the position of the first in ``lines``. Raises ``EvidenceError`` (QW-E223) where the file cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(batch.path / file) as parquet:
            start = 0
            for number in range(parquet.metadata.num_row_groups):
                end = start + parquet.metadata.row_group(number).num_rows
                low, high = (start, end) if lines is None else (bisect_left(lines, start), bisect_left(lines, end))
                if low < high:
                    table = parquet.read_row_group(number, columns=list(columns), use_threads=False)
                    yield low, table if lines is None else take_rows(table, [line - start for line in lines[low:high]])
                start = end
    except (OSError, pa.ArrowException) as error:
        where = f"evidence/{batch.name}/{file}"
        raise EvidenceError(BAD_FILE, "A file of a batch is missing or damaged.", where, RESTORE) from error


def take_rows(table: Any, rows: Sequence[int]) -> Any:
    """Chosen rows of an Arrow table, in the order given."""
    import pyarrow as pa

    return table.take(encode_column(rows, pa.int32()))


class BatchWriter:
    """Writes one batch: rows as they come, then :meth:`commit`. Leaving the ``with`` block without it leaves nothing.

    Memory is bounded by one row group, however many rows are written.
    """

    def __init__(self, evidence: Path) -> None:
        self._evidence = evidence
        self._folder = evidence / f"{INCOMING}{os.getpid()}"
        self._folder.mkdir(mode=0o700)
        self._tables: dict[str, _Table] = {}

    def __enter__(self) -> BatchWriter:
        try:
            self._tables = {RECORDS: _Table(self._folder / RECORDS, records_schema())}
            self._tables[REJECTED] = _Table(self._folder / REJECTED, rejected_schema())
        except OSError:
            self._discard()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()

    def _discard(self) -> None:
        for table in self._tables.values():
            table.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)

    def write_record(self, record: Record, source: int) -> Record:
        """Store one record; returns it as stored (a damaged text may have been repaired and marked)."""
        row = encode_record(record, derive_keys(record), source)
        if not is_clean(row):
            record = clean_record(record)
            row = encode_record(record, derive_keys(record), source)
        self._tables[RECORDS].add(row)
        return record

    def write_rejected(self, item: Rejected, source: int) -> None:
        """Store one rejection."""
        self._tables[REJECTED].add(encode_rejected(item, source))

    def commit(self, sources: tuple[Source, ...], received: Mapping[str, Any]) -> Path:
        """Make the batch durable and visible, in one step; returns its folder. The same content is kept once."""
        files = [{"name": name, **table.finish()} for name, table in sorted(self._tables.items())]
        manifest = {
            "schema": f"quorum-watch/evidence/{SCHEMA}",
            "tool": __version__,
            "keys": KEYS,
            "files": files,
            "sources": [asdict(s) for s in sources],
        }
        raw = dump_json(manifest)
        _write_through(self._folder / MANIFEST, raw)
        _write_through(self._folder / RECEIVED, dump_json(received))
        _sync_folder(self._folder)
        final = self._evidence / _batch_name(raw)
        if not final.exists():
            self._folder.rename(final)
            _sync_folder(self._evidence)
        return final


def sweep(evidence: Path) -> int:
    """Remove what a killed ingest left behind; call it only while holding the lock. Returns how many folders."""
    left = [p for p in evidence.iterdir() if p.name.startswith(INCOMING)]
    for path in left:
        shutil.rmtree(path)
    return len(left)


def dump_json(value: Any) -> bytes:
    """Canonical JSON: sorted keys, UTF-8, one trailing line end."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


class _Table:
    """One Parquet file being written through a hash."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa, self._schema = pa, schema
        self._handle = _Hashed(path)
        options: dict[str, Any] = {"compression": "zstd", "version": "2.6", "store_schema": False}
        self._writer = pq.ParquetWriter(self._handle, schema, **options)
        self._rows: list[tuple[Any, ...]] = []
        self._chars = 0

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        self._chars += sum(len(value) for value in row if type(value) is str)
        if len(self._rows) >= GROUP_ROWS or self._chars >= GROUP_CHARS:
            self._flush()

    def finish(self) -> dict[str, Any]:
        self._flush()
        self._writer.close()
        return self._handle.finish()

    def abandon(self) -> None:
        self._handle.drop()
        self._writer.close()
        self._handle.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [encode_column(c, f.type) for c, f in zip(columns, self._schema, strict=True)]
        table = self._pa.Table.from_arrays(arrays, schema=self._schema)
        self._writer.write_table(table, row_group_size=len(self._rows))
        self._rows.clear()
        self._chars = 0


class _Hashed:
    """A file written once, from start to end, whose SHA-256 is known when it is closed."""

    def __init__(self, path: Path) -> None:
        self._digest = hashlib.sha256()
        self._size = 0
        self._dropped = False
        self._raw: BinaryIO = path.open("wb")
        self.closed = False

    def drop(self) -> None:
        """Take nothing more to disk: the Parquet writer insists on a last word, even when the disk is full."""
        self._dropped = True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        if self._dropped:
            return len(piece)
        self._raw.write(piece)
        self._digest.update(piece)
        self._size += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        self._raw.flush()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def finish(self) -> dict[str, Any]:
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self.close()
        return {"sha256": self._digest.hexdigest(), "size": self._size}

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            if self._dropped:  # closing would write what is still buffered, and fail again
                with suppress(OSError):
                    self._raw.close()
            else:
                self._raw.close()


def _batch_name(manifest: bytes) -> str:
    return PREFIX + hashlib.sha256(manifest).hexdigest()[:32]


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(path: Path) -> None:
    if sys.platform == "win32":  # a folder cannot be opened there; the rename itself is durable
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
