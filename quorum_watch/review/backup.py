"""Copies of the decision log made while people work, and the one rule about deleting: a hold stops it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from quorum_watch import runs
from quorum_watch.errors import EvidenceError, InputError
from quorum_watch.review.audit import LogAudit, check
from quorum_watch.review.db import MISSING, SqliteDatabase, connect, make_sqlite, put_in_place
from quorum_watch.review.log import ReviewLog
from quorum_watch.review.migrations import COLUMNS, migrate, refuse_newer

HELD, EXISTS = "QW-E262", "QW-E263"


def back_up(place: Path | str, target: Path) -> LogAudit:
    """Copy the log, as of one moment, into a new SQLite file and verify the copy. Others may go on working.

    A PostgreSQL log is copied into the same kind of file, so that it can be read and verified without the server.

    Raises
    ------
    InputError, EvidenceError
        QW-E263 if ``target`` exists (backups are never overwritten); QW-E253 if the copy does not verify.
    """
    if target.exists():
        raise InputError(EXISTS, "There is a file of that name already.", target.name, "Choose another name.")
    if not target.parent.is_dir():
        raise InputError(MISSING, "There is no such folder.", target.parent.name, "Make the folder first.")
    source = connect(place, readonly=True)
    part = make_sqlite(target)
    try:
        refuse_newer(source)
        if isinstance(source, SqliteDatabase):
            source.copy_to(part)
        else:
            _copy_rows(source, part)
        copy = connect(part)
        try:
            found = check(copy)
            if not found.faults:  # a copy of a log that was tampered with would pass for a good one later
                copy.rows("pragma wal_checkpoint(truncate)")
        finally:
            copy.close()
        if found.faults:
            raise EvidenceError.of(found.faults)
        if not put_in_place(part, target):
            raise InputError(EXISTS, "There is a file of that name already.", target.name, "Choose another name.")
    finally:
        source.close()
        for leftover in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
    target.chmod(0o600)
    return found


def _copy_rows(source: object, part: Path) -> None:
    from quorum_watch.review.postgres import PostgresDatabase

    assert isinstance(source, PostgresDatabase)
    copy = connect(part)
    try:
        with source.writing():  # nobody appends while the rows are read: the copy is of one moment
            stamp = source.rows("select max(at) from _migrations")[0][0]
            migrate(copy, stamp)
            columns = {"audit_event": ("at", "actor", "action", "subject", "body_json", "prev_hash", "hash"), **COLUMNS}
            with copy.writing():
                for table, names in columns.items():
                    listed = ", ".join(("seq", *names))
                    marks = ", ".join("?" * (len(names) + 1))
                    for row in source.rows(f"select {listed} from {table} order by seq"):
                        copy.rows(f"insert into {table} ({listed}) values ({marks})", row)
    finally:
        copy.close()


def purge_runs(folder: Path, log: ReviewLog, *, keep: int) -> tuple[str, ...]:
    """Delete all but the newest ``keep`` runs, which can be made anew; sources and decisions are never deleted.

    A run that a kept one was compared with stays too: the kept one could not be made again without it.

    Returns the runs deleted. Raises ``InputError`` (QW-E262) while any legal hold is in force.
    """
    held = log.holds()
    if held:
        names = "; ".join(h.name for h in held)
        raise InputError(
            HELD, "A legal hold is in force: nothing is deleted.", names[:200], "Lift the hold first, with its reason."
        )
    listed = runs.listed(folder)
    newest = set(listed[max(0, len(listed) - max(1, keep)) :])
    stay = newest | {runs.previous_of(folder, r) for r in newest}
    old = [r for r in listed if r not in stay and (folder / r).is_dir()]
    if old:
        log.note_act("purge runs", f"{len(old)} runs", {"runs": old})
    for run in old:
        gone = folder / f".gone-{os.getpid()}-{run}"
        (folder / run).rename(gone)
        shutil.rmtree(gone)
    return tuple(old)
