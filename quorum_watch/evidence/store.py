"""All evidence as events: every batch, copies recognised, each event once, in the order of time.

Loading reads two things: for every row the few columns matching needs, and for every event the one row that speaks for
it. The answer depends on the set of stored rows alone, never on which batch they came in or what their files are
called.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from sys import intern
from typing import Any

from quorum_watch.evidence.accounting import Coverage, SourceCount
from quorum_watch.evidence.batch import (
    RECORDS,
    REJECTED,
    Batch,
    Source,
    dump_json,
    iterate_rows,
    iterate_tables,
    list_batches,
    take_rows,
)
from quorum_watch.evidence.codec import (
    INDEX_COLUMNS,
    REJECTED_COLUMNS,
    decode_record,
    decode_rejected,
    records_schema,
)
from quorum_watch.evidence.duplicates import SAME_FILE, MatchRules, Row, group_rows
from quorum_watch.evidence.keys import KEYS, derive_keys, squeeze
from quorum_watch.evidence.merge import Event, choose_events, index_names, merge_copies
from quorum_watch.model import Copy, Record, Rejected, SourceRef, Stored

#: Kinds whose rows carry an id their author chose and other rows refer to.
OWN_IDS = "interchange"
INBOX = "inbox/"
_CHUNK = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load(evidence: Path, rules: MatchRules | None = None) -> Evidence:
    """Everything in an evidence folder, copies recognised. An empty or missing folder is empty evidence.

    Raises ``EvidenceError`` where a batch is damaged (QW-E222, QW-E223) or an account does not add up (QW-E224).
    """
    return Evidence(list_batches(evidence), rules or MatchRules())


@dataclass(frozen=True, slots=True)
class _Readings:
    """One reading of some bytes: where its rows are, and every name the bytes were found under."""

    batch: Batch
    number: int
    source: Source
    names: tuple[str, ...]
    listed: tuple[tuple[str, Source], ...]


class Evidence:
    """Events of all batches. Iterate for :class:`~quorum_watch.model.Stored`, in the order of time, then id."""

    def __init__(self, batches: Sequence[Batch], rules: MatchRules) -> None:
        self.batches = tuple(batches)
        self._readings = _current_readings(self.batches)
        self._of_bytes: dict[str, list[int]] = defaultdict(list)
        for place, reading in enumerate(self._readings):
            self._of_bytes[reading.source.sha256].append(place)
        self._zones: dict[int, str] = {}
        self._places: list[tuple[int, int]] = []  # row number -> (position of its batch, row within the batch)
        rows = self._index()
        self._events = choose_events(group_rows(rows, self._texts, rules), lambda row: self._zones[row.n])
        self._names: Mapping[tuple[int, str], str] | None = None
        self._anywhere: dict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Stored]:
        columns = tuple(records_schema().names)
        blocks: list[Any] = []
        places: dict[int, tuple[int, int]] = {}
        for numbers, table in self._blocks((event.best.n for event in self._events), columns):
            places.update({n: (len(blocks), i) for i, n in enumerate(numbers)})
            blocks.append(table)
        for start in range(0, len(self._events), _CHUNK):
            chunk = self._events[start : start + _CHUNK]
            wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for event in chunk:
                block, i = places[event.best.n]
                wanted[block].append((i, event.best.n))
            records: dict[int, Record] = {}
            for block, chosen in wanted.items():
                rows = _as_rows(take_rows(blocks[block], [i for i, _ in chosen]), columns)
                records.update({n: decode_record(row) for (_, n), row in zip(chosen, rows, strict=True)})
            for event in chunk:
                yield self._store(event, records[event.best.n])

    def coverage(self) -> Coverage:
        """The account of every record, checked: found = rows + duplicates + ignored + restricted + quarantined."""
        rows: Counter[int] = Counter()
        stored: Counter[int] = Counter()
        tiers: Counter[str] = Counter()
        channels: Counter[str] = Counter()
        for event in self._events:
            rows[event.best.source] += 1
            stored[event.best.source] += 1
            channels[event.best.channel] += 1
            for row, rule in event.copies:
                stored[row.source] += 1
                tiers[rule] += 1
        counts = []
        for place, reading in enumerate(self._readings):
            for name, source in reading.listed:
                copied = name != reading.names[0]
                if copied:
                    tiers[SAME_FILE] += source.found
                counts.append(_count(name, reading.source, rows[place], stored[place], copied=copied))
        times = [event.best.at for event in self._events if event.best.dated]
        period = (_iso(times[0]), _iso(times[-1])) if times else None
        by_name = tuple(sorted(counts, key=lambda c: (c.file, c.sha256, c.kind, c.found)))
        return Coverage(by_name, tuple(sorted(channels.items())), period, tuple(sorted(tiers.items()))).check()

    def fingerprint(self) -> str:
        """SHA-256 over every event, its bytes, its copies and the account: equal evidence, however it came in.

        Cheap: nothing is read from disk again.
        """
        digest = sha256()
        for event in self._events:
            rows = (event.best, *(row for row, _ in event.copies))
            digest.update(f"{event.id} {' '.join(row.sha256 for row in rows)}\n".encode())
        digest.update(dump_json(self.coverage().to_json()))
        return digest.hexdigest()

    def rejected(self) -> Iterator[tuple[SourceRef, Rejected]]:
        """Every item that did not become a row, with where it stands, by file and place."""
        found: list[tuple[SourceRef, Rejected]] = []
        for batch, numbers in self._by_batch().items():
            for values in iterate_rows(self.batches[batch], REJECTED, REJECTED_COLUMNS):
                place = numbers.get(values["source"])
                if place is not None:
                    item = decode_rejected(values)
                    found.append((self._ref(place, item.locator, item.sha256), item))
        yield from sorted(found, key=lambda pair: (pair[0].file, _natural(pair[0].locator)))

    def find(self, key: str, source: SourceRef) -> str | None:
        """The id of the event with a native id, as a row of ``source`` would name it; ``None`` where there is none.

        An id given in the same file wins; elsewhere it counts only if it names one event.
        """
        if self._names is None:
            self._names = index_names(self._events)
            for (_, native), name in self._names.items():
                self._anywhere[native].add(name)
        for place in self._of_bytes.get(source.sha256, ()):
            if (place, key) in self._names:
                return self._names[(place, key)]
        named = self._anywhere.get(key, set())
        return next(iter(named)) if len(named) == 1 else None

    # --- reading ------------------------------------------------------------------------------------------------------

    def _by_batch(self) -> dict[int, dict[int, int]]:
        """Position of a batch -> its source numbers that are current -> position of the reading."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        where = {batch.name: i for i, batch in enumerate(self.batches)}
        for place, reading in enumerate(self._readings):
            found[where[reading.batch.name]][reading.number] = place
        return dict(sorted(found.items()))

    def _index(self) -> list[Row]:
        rows: list[Row] = []
        for position, numbers in self._by_batch().items():
            batch = self.batches[position]
            for line, values in enumerate(_index_rows(batch)):
                place = numbers.get(values["source"])
                if place is None:
                    continue
                n = len(self._places)
                self._places.append((position, line))
                self._zones[n] = values["time_source"]
                source = self._readings[place].source
                rows.append(
                    Row(
                        n=n,
                        source=place,
                        locator=values["locator"],
                        sha256=values["sha256"],
                        key=values["key"],
                        own_id=source.kind.startswith(OWN_IDS),
                        channel=intern(values["channel"]),
                        at=_seconds(values["at"]),
                        mih=values["mih"],
                        text=values["text_key"],
                        # The same few people and subjects recur: one text each in memory.
                        subject=intern(values["subject_key"]),
                        sender=intern(values["sender_key"]),
                        sender_name=intern(values["sender_name_key"]),
                        content=values["content_key"],
                        recipients=intern(values["recipients"]),
                        order=(source.sha256 + source.settings, values["locator"]),
                        dated=values["at"] is not None,
                    )
                )
        return rows

    def _texts(self, wanted: Iterable[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for numbers, table in self._blocks(wanted, ("text",)):
            texts = table.column("text").to_pylist()
            found.update({n: squeeze(text) for n, text in zip(numbers, texts, strict=True)})
        return found

    def _blocks(self, wanted: Iterable[int], columns: tuple[str, ...]) -> Iterator[tuple[list[int], Any]]:
        """Chosen rows as (row numbers, Arrow table), reading only the row groups that hold one."""
        lines: dict[int, dict[int, int]] = defaultdict(dict)
        for n in wanted:
            position, line = self._places[n]
            lines[position][line] = n
        for position, chosen in sorted(lines.items()):
            ordered = sorted(chosen)
            for low, table in iterate_tables(self.batches[position], RECORDS, columns, ordered):
                yield [chosen[line] for line in ordered[low : low + table.num_rows]], table

    # --- events -------------------------------------------------------------------------------------------------------

    def _store(self, event: Event, record: Record) -> Stored:
        merged, differs = merge_copies(event, record)
        best = self._readings[event.best.source]
        copies = [
            Copy(self._ref(event.best.source, event.best.locator, event.best.sha256, name), SAME_FILE)
            for name in best.names[1:]
        ]
        for (row, rule), found in zip(event.copies, differs, strict=True):
            for name in self._readings[row.source].names:
                copies.append(Copy(self._ref(row.source, row.locator, row.sha256, name), rule, found))
        copies.sort(key=lambda c: (c.source.file, _natural(c.source.locator), c.source.sha256, c.rule))
        return Stored(merged, self._ref(event.best.source, record.locator, record.sha256), tuple(copies), event.id)

    def _ref(self, place: int, locator: str, digest: str, name: str = "") -> SourceRef:
        reading = self._readings[place]
        return SourceRef(INBOX + (name or reading.names[0]), reading.source.sha256, locator, digest)


def _current_readings(batches: Sequence[Batch]) -> tuple[_Readings, ...]:
    """What counts: readings no later one replaced, with all names of the same bytes together."""
    replaced = {uid for batch in batches for source in batch.sources for uid in source.supersedes}
    carriers: dict[tuple[str, ...], tuple[bool, Batch, int, Source]] = {}
    names: dict[tuple[str, ...], dict[str, Source]] = defaultdict(dict)
    for batch in batches:
        for number, source in enumerate(batch.sources):
            current = f"{batch.name}#{number}" not in replaced
            # Files that were never read have no bytes or no rows in common: each stands for itself.
            identity: tuple[str, ...] = source.reading if source.settings else (*source.reading, source.file)
            if not source.same_as and (identity not in carriers or current > carriers[identity][0]):
                carriers[identity] = (current, batch, number, source)
            if current:
                names[identity][source.file] = source
    found = []
    for identity, listed in sorted(names.items()):
        _, batch, number, source = carriers[identity]
        ordered = tuple(sorted(listed.items()))
        found.append(_Readings(batch, number, source, tuple(listed[n].file for n, _ in ordered), ordered))
    return tuple(found)


def _count(name: str, source: Source, rows: int, stored: int, *, copied: bool) -> SourceCount:
    """The line of one source. Rows and copies are counted, not inferred: a lost row breaks the sum."""
    if copied:
        return SourceCount(INBOX + name, source.sha256, source.kind, source.found, 0, source.found, 0, 0, 0)
    return SourceCount(
        file=INBOX + name,
        sha256=source.sha256,
        kind=source.kind,
        found=source.found,
        rows=rows,
        duplicates=source.duplicates + stored - rows,
        ignored=source.ignored,
        restricted=source.restricted,
        quarantined=source.quarantined,
        reasons=tuple(source.reasons.items()),
        defects=tuple(source.defects.items()),
    )


def _index_rows(batch: Batch) -> Iterator[Mapping[str, Any]]:
    if batch.keys == KEYS:
        yield from iterate_rows(batch, RECORDS, INDEX_COLUMNS)
        return
    for row in iterate_rows(batch, RECORDS, tuple(records_schema().names)):
        keys = derive_keys(decode_record(row))
        yield {
            **row,
            **{"mih": keys.mih, "text_key": keys.text, "subject_key": keys.subject, "sender_key": keys.sender},
            **{"sender_name_key": keys.sender_name, "content_key": keys.content},
        }


def _as_rows(table: Any, columns: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    values = [table.column(name).to_pylist() for name in columns]
    return (dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True))


def _natural(locator: str) -> tuple[Any, ...]:
    digits = "".join(c if c.isdigit() else " " for c in locator).split()
    return (tuple(int(d) for d in digits[:4]), locator)


def _seconds(at: datetime | None) -> float:
    return 0.0 if at is None else (at.replace(tzinfo=UTC) - _EPOCH) / timedelta(seconds=1)


def _iso(at: float) -> str:
    return (_EPOCH + timedelta(seconds=at)).isoformat()
