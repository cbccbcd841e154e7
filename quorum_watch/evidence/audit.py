"""Checking evidence against itself and against the sources it came from.

Three questions, each fault named with what to do: are the batches as they were written, are the source files still the
bytes that were read, and does a row's locator still return the bytes whose hash the row carries? The first two are
answered for everything, the third for a sample chosen by hash, so that anybody repeats the same check.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from quorum_watch.errors import Fault
from quorum_watch.evidence.batch import (
    BAD_FILE,
    PREFIX,
    RECORDS,
    RESTORE,
    Batch,
    Source,
    iterate_rows,
    read_manifest,
    verify_batch,
)
from quorum_watch.evidence.intake import Registry, default_registry
from quorum_watch.evidence.walk import hash_file, walk_inbox
from quorum_watch.sources.interface import Reader, SourceFile

CHANGED, MISSING, ROW = "QW-E225", "QW-E226", "QW-E227"
_ORIGINAL = "Put the original file back into inbox/ and keep it there: without it its rows cannot be shown to be true."
_REREAD = "Compare the source file with its original; if it is unchanged, report this as a fault of the program."
_COLUMNS = ("source", "locator", "sha256")


@dataclass(frozen=True, slots=True)
class Audit:
    """What was checked and what is wrong. ``rows_checked`` of ``rows`` were fetched again from their sources.

    ``not_checked`` counts sampled rows whose source is missing or is read by another reader now.
    """

    batches: int
    sources: int
    rows: int
    rows_checked: int
    not_checked: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    checked: int = 0
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)


def audit_evidence(
    inbox: Path,
    evidence: Path,
    *,
    sample: float = 0.01,
    registry: Registry | None = None,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Verify every manifest, every Parquet file, every source file, and a share of the rows (``sample``, 0 to 1).

    At least one row of every source is fetched again. Finds faults; raises only where the inbox itself is missing.
    """
    registry = registry or default_registry()
    faults: list[Fault] = []
    batches: list[Batch] = []
    folders = sorted(p for p in evidence.iterdir() if p.name.startswith(PREFIX)) if evidence.is_dir() else []
    for path in folders:
        outcome = read_manifest(path)
        if isinstance(outcome, Fault):
            faults.append(outcome)
            continue
        damaged = verify_batch(outcome)
        faults += damaged
        if not damaged:
            batches.append(outcome)
    names, places = _hash_inbox(inbox)
    tally = _Tally()
    seen: set[tuple[str, str]] = set()
    for batch in batches:
        for source in batch.sources:
            if source.sha256 and source.sha256 not in places and (source.file, source.sha256) not in seen:
                faults.append(_absent(source, names))
            seen.add((source.file, source.sha256))
        _check_rows(batch, inbox, places, registry, sample, tally, progress)
    sources = sum(len(batch.sources) for batch in batches)
    everything = (*faults, *tally.faults)
    return Audit(len(folders), sources, tally.rows, tally.checked, tally.skipped, everything)


def _hash_inbox(inbox: Path) -> tuple[set[str], dict[str, Path]]:
    names: set[str] = set()
    places: dict[str, Path] = {}
    for found in walk_inbox(inbox):
        names.add(found.name)
        if found.refused is None:
            try:
                places.setdefault(hash_file(found.path), found.path)
            except OSError:
                continue
    return names, places


def _absent(source: Source, names: set[str]) -> Fault:
    where = f"inbox/{source.file}"
    if source.file in names:
        return Fault(CHANGED, "A source file is no longer the bytes that were read.", where, _ORIGINAL)
    return Fault(MISSING, "A source file is missing.", where, _ORIGINAL)


def _check_rows(
    batch: Batch,
    inbox: Path,
    places: dict[str, Path],
    registry: Registry,
    sample: float,
    tally: _Tally,
    progress: Callable[[int], None] | None,
) -> None:
    rows: defaultdict[int, int] = defaultdict(int)
    chosen: dict[int, list[tuple[str, str]]] = defaultdict(list)
    smallest: dict[int, tuple[int, str, str]] = {}
    for row in iterate_rows(batch, RECORDS, _COLUMNS):
        number, locator, digest = row["source"], row["locator"], row["sha256"]
        rows[number] += 1
        ticket = int(sha256(f"{digest} {locator}".encode()).hexdigest()[:8], 16)
        if ticket < sample * 2**32:
            chosen[number].append((locator, digest))
        smallest[number] = min(smallest.get(number, (2**32, "", "")), (ticket, locator, digest))
    tally.rows += sum(rows.values())
    for number, source in enumerate(batch.sources):
        if rows[number] != source.rows:
            what = f"A batch holds {rows[number]} rows of a source; its manifest says {source.rows}."
            tally.faults.append(Fault(BAD_FILE, what, f"evidence/{batch.name}/{RECORDS}", RESTORE))
        picked = chosen[number] or [smallest[number][1:]] if rows[number] else []
        reader, file = _open(source, inbox, places, registry)
        if reader is None or file is None:
            tally.skipped += len(picked)
            continue
        for locator, digest in picked:
            tally.checked += 1
            if progress is not None:
                progress(tally.checked)
            if _fetch_hash(reader, file, locator) != digest:
                where = f"inbox/{source.file} at {locator}"
                tally.faults.append(Fault(ROW, "A row cannot be found again in its source.", where, _REREAD))


def _open(
    source: Source, inbox: Path, places: dict[str, Path], registry: Registry
) -> tuple[Reader | None, SourceFile | None]:
    path = places.get(source.sha256)
    if path is None or not source.rows:
        return None, None
    file = registry.open_source(path, inbox.resolve())
    reader = registry.detect(file)
    if reader is None or (reader.kind, reader.version) != (source.kind, source.reader):
        return None, None
    return reader, file


def _fetch_hash(reader: Reader, file: SourceFile, locator: str) -> str:
    try:
        return sha256(reader.fetch(file, locator)).hexdigest()
    except Exception:  # whatever a reader stumbles over, the row was not found again
        return ""


def describe(audit: Audit) -> Iterator[str]:
    """The result in lines for a person; faults are printed apart."""
    yield f"{audit.batches} batches, {audit.sources} source files, {audit.rows} rows"
    yield f"{audit.rows_checked} rows fetched again from their sources"
    if audit.not_checked:
        yield f"{audit.not_checked} sampled rows could not be fetched: source missing, or read by another reader now"
    yield "everything is as it was written" if not audit.faults else f"{len(audit.faults)} faults"
