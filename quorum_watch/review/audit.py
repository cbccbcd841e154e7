"""The chained log: every entry carries the hash of the one before it, so that no entry can be altered unseen.

A chain does not notice that its end was cut off. The head (number and hash of the newest entry) is therefore printed
on every issued report: given that head, a shortened log is found out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quorum_watch.errors import Fault, InputError, QuorumWatchError
from quorum_watch.review.db import CHANGED, Database, connect
from quorum_watch.review.migrations import ACTIONS, COLUMNS, applied, missing_guards, refuse_newer

START = "0" * 64
CUT, NO_HEAD = "QW-E260", "QW-E261"
_KEEP = "Keep this file as it is, compare it with the newest backup, and tell whoever keeps the records."
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One act of one person, as logged. ``body`` is canonical JSON; ``at`` is UTC, to the second."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    body: str
    previous: str
    hash: str

    def true_hash(self) -> str:
        """What the hash must be, from everything else."""
        return hash_of(self.seq, self.at, self.actor, self.action, self.subject, self.body, self.previous)


def hash_of(seq: int, at: str, actor: str, action: str, subject: str, body: str, previous: str) -> str:
    """SHA-256, as 64 hex digits, over an entry written as one JSON array.

    >>> hash_of(1, "2026-10-20T12:00:00+00:00", "attorney", "note", "QW-7F3A", "{}", START)[:12]
    'd6f1638add36'
    """
    text = json.dumps([seq, at, actor, action, subject, body, previous], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(values: Mapping[str, Any]) -> str:
    """The one way a body is written."""
    return json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def head_of(db: Database) -> tuple[int, str]:
    """Number and hash of the newest entry; ``(0, START)`` where there is none."""
    found = db.rows("select seq, hash from audit_event order by seq desc limit 1")
    return (int(found[0][0]), str(found[0][1])) if found else (0, START)


def format_head(head: tuple[int, str]) -> str:
    """The head as it is printed: the number of the newest entry and its hash.

    >>> format_head((3, "ab" * 32))[:12]
    '3:ababababab'
    """
    return f"{head[0]}:{head[1]}"


def parse_head(text: str) -> tuple[int, str]:
    """A printed head read again.

    >>> parse_head("3:" + "ab" * 32)[0]
    3
    """
    number, _, digest = text.strip().partition(":")
    digest = digest.strip().lower()
    if not number.isdigit() or len(digest) != 64 or any(c not in "0123456789abcdef" for c in digest):
        raise InputError(
            NO_HEAD,
            "This is not the head of a decision log.",
            text[:80],
            "Copy it whole from the report: a number, a colon, and 64 letters and digits.",
        )
    return int(number), digest


def entries(db: Database) -> Iterator[Entry]:
    """Every entry in order."""
    after = -(2**62)
    while found := db.rows(
        "select seq, at, actor, action, subject, body_json, prev_hash, hash from audit_event where seq > ? "
        "order by seq limit ?",
        (after, _BATCH),
    ):
        for row in found:
            yield Entry(int(row[0]), *(str(v) for v in row[1:]))
        after = int(found[-1][0])


@dataclass(frozen=True, slots=True)
class LogAudit:
    """What was checked: entries, rows, the head found, and everything wrong."""

    entries: int
    rows: int
    head: str
    faults: tuple[Fault, ...]


def verify(place: Path | str, heads: Sequence[str] = ()) -> LogAudit:
    """Check a review database against itself and against heads printed on what was issued.

    Parameters
    ----------
    place
        Path of ``review.sqlite`` or a ``postgresql://`` address.
    heads
        Heads as printed on issued reports; each must stand in the chain.
    """
    wanted = [parse_head(h) for h in heads]
    try:
        db = connect(place, readonly=True)
    except QuorumWatchError as error:
        return LogAudit(0, 0, format_head((0, START)), error.faults)
    try:
        refuse_newer(db)
        return check(db, wanted)
    except QuorumWatchError as error:
        return LogAudit(0, 0, format_head((0, START)), error.faults)
    finally:
        db.close()


def check(db: Database, heads: Sequence[tuple[int, str]] = ()) -> LogAudit:
    """Check an open database, as of one moment; see :func:`verify`."""
    with db.reading():
        return _check(db, heads)


def _check(db: Database, heads: Sequence[tuple[int, str]]) -> LogAudit:
    if not applied(db):
        fault = Fault(CHANGED, "The review database has no tables.", db.where, _KEEP)
        return LogAudit(0, 0, format_head((0, START)), (fault,))
    faults: list[Fault] = []
    bodies: dict[str, dict[int, str]] = {table: {} for table in COLUMNS}
    hashes: dict[int, str] = {}
    previous, number = START, 0
    for e in entries(db):
        place = f"{db.where}, entry {e.seq}"
        if e.seq != number + 1:
            what = f"Entries are missing between {number} and {e.seq} of the decision log."
            faults.append(Fault(CHANGED, what, place, _KEEP))
        if e.previous != previous:
            faults.append(Fault(CHANGED, "An entry of the decision log does not follow the one before.", place, _KEEP))
        if e.true_hash() != e.hash:
            faults.append(Fault(CHANGED, "An entry of the decision log was altered.", place, _KEEP))
        if e.action in ACTIONS:
            bodies[ACTIONS[e.action]][e.seq] = e.body
        hashes[e.seq] = e.hash
        previous, number = e.hash, e.seq
    rows = 0
    for table, logged in bodies.items():
        count, found = _check_rows(db, table, logged)
        rows += count
        faults += found
    for name in missing_guards(db):
        what = "A guard against changes is missing from the review database."
        faults.append(Fault(CHANGED, what, f"{db.where}, trigger {name}", _KEEP))
    for seq, digest in heads:
        if hashes.get(seq) != digest and (seq, digest) != (0, START):
            cut = seq > number
            what = (
                f"The end of the decision log was cut off: it has {number} entries, a report was issued at {seq}."
                if cut
                else "The decision log is not the one a report was issued from."
            )
            faults.append(Fault(CUT, what, f"{db.where}, entry {seq}", _KEEP))
    return LogAudit(len(hashes), rows, format_head((number, previous)), tuple(faults))


def _check_rows(db: Database, table: str, logged: dict[int, str]) -> tuple[int, list[Fault]]:
    columns = COLUMNS[table]
    faults = []
    seen = set()
    for row in db.rows(f"select seq, {', '.join(columns)} from {table} order by seq"):
        seq = int(row[0])
        seen.add(seq)
        place = f"{db.where}, {table} {seq}"
        if seq not in logged:
            faults.append(Fault(CHANGED, "A row has no entry in the decision log.", place, _KEEP))
        elif canonical(dict(zip(columns, row[1:], strict=True))) != logged[seq]:
            faults.append(Fault(CHANGED, "A row differs from its entry in the decision log.", place, _KEEP))
    for seq in sorted(logged.keys() - seen):
        faults.append(Fault(CHANGED, "A row was removed.", f"{db.where}, {table} {seq}", _KEEP))
    return len(seen), faults
