"""The review database as the rest of the package sees it: a place, reading, and one writer at a time.

``review.sqlite`` is the only file of a workspace that cannot be made anew. It is created whole or not at all, opened
with checks, never readable by others on the machine, and written in transactions that a crash cannot split. An office
with several reviewers may give a ``postgresql://`` address instead (:mod:`quorum_watch.review.postgres`).
"""

from __future__ import annotations

import os
import sqlite3
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from quorum_watch.errors import EvidenceError, InputError, QuorumWatchError

DAMAGED, NEWER, CHANGED, NOT_SAVED = "QW-E251", "QW-E252", "QW-E253", "QW-E254"
BUSY, NO_ACCESS, MISSING, NOT_OURS = "QW-E255", "QW-E256", "QW-E257", "QW-E258"
#: Marks a file as a review database in SQLite's header ("QWRL").
APPLICATION = 0x5157524C
#: How long a writer waits for another one.
PATIENCE_SECONDS = 10.0
_RESTORE = "Restore the newest backup (quorum-watch audit backup makes them), keep the damaged file, and verify both."
_PREFIXES = ("postgresql://", "postgres://")
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CLOSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)


class Database(ABC):
    """One open review database. SQL uses ``?`` for bound values; every value is bound, none is pasted in."""

    dialect: str
    where: str

    @abstractmethod
    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows (none for a statement without rows)."""

    @abstractmethod
    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; no other writer is inside at the same time; all of it is kept or nothing."""

    @abstractmethod
    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever others write meanwhile."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""

    @abstractmethod
    def guards(self) -> dict[str, str]:
        """The triggers present: name -> normalised definition."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""


def is_server(place: Path | str) -> bool:
    """Whether a place is a PostgreSQL address.

    >>> is_server("postgresql://office/review"), is_server("my-city/review.sqlite")
    (True, False)
    """
    return str(place).startswith(_PREFIXES)


def connect(place: Path | str, *, readonly: bool = False) -> Database:
    """Open an existing database (or a server's) without changing it. No schema check is made here.

    Raises
    ------
    InputError, EvidenceError
        QW-E257 where there is none, QW-E251 where it is damaged, QW-E256 where it may not be opened.
    """
    if is_server(place):
        from quorum_watch.review.postgres import PostgresDatabase

        return PostgresDatabase(str(place))
    return SqliteDatabase(Path(place), readonly=readonly)


class SqliteDatabase(Database):
    """``review.sqlite``: write-ahead log, full synchronisation, foreign keys on, nothing in the schema trusted."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.where = path.name
        self.path = path
        _check_file(path)
        with told(self.where):
            uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rw'}"
            self._connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None)
        try:
            with told(self.where):
                self._settle(readonly=readonly)
        except QuorumWatchError:
            self._connection.close()
            raise

    def _settle(self, *, readonly: bool) -> None:
        for pragma in ("foreign_keys = on", "trusted_schema = off", "synchronous = full", "secure_delete = on"):
            self.rows(f"pragma {pragma}")
        mark = self.rows("pragma application_id")[0][0]
        if mark != APPLICATION:
            raise InputError(
                NOT_OURS,
                "This file is not a review database.",
                self.where,
                "Check the path; a review database is made by this program and called review.sqlite.",
            )
        found = self.rows("pragma integrity_check(1)")[0][0]
        if found != "ok":
            raise EvidenceError(DAMAGED, "The review database is damaged.", self.where, _RESTORE)
        if not readonly:
            close_to_others(self.path)
            if self.rows("pragma journal_mode")[0][0] != "wal":
                self.rows("pragma journal_mode = wal")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows."""
        with told(self.where):
            return self._connection.execute(sql, tuple(values)).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One exclusive transaction; a failure of any kind leaves the file as it was."""
        self.rows("begin immediate")
        try:
            yield
            self.rows("commit")
        except BaseException:
            with suppress(QuorumWatchError):
                if self._connection.in_transaction:
                    self.rows("rollback")
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One moment of the file."""
        self.rows("begin")
        try:
            yield
        finally:
            with suppress(QuorumWatchError):
                self.rows("rollback")

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return bool(self.rows("select 1 from sqlite_master where type = 'table' and name = ?", (name,)))

    def guards(self) -> dict[str, str]:
        """The triggers present."""
        found = self.rows("select name, sql from sqlite_master where type = 'trigger' order by name")
        return {name: " ".join(sql.split()) for name, sql in found}

    def copy_to(self, target: Path) -> None:
        """Copy the whole database, as of one moment, while others go on working."""
        with told(target.name):
            out = sqlite3.connect(target)
            try:
                self._connection.backup(out)
            finally:
                out.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def make_sqlite(path: Path) -> Path:
    """Begin a new, empty database beside ``path``; :func:`put_in_place` makes it the real one once it is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.new")
    part.unlink(missing_ok=True)
    with told(path.name):
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            connection = sqlite3.connect(part)
        except OSError as error:
            raise _no_access(path.name, error) from None
        connection.execute(f"pragma application_id = {APPLICATION}")
        connection.execute("pragma journal_mode = wal")
        connection.close()
    return part


def put_in_place(part: Path, path: Path) -> bool:
    """Give a finished database its name, unless another process was first; says whether this one was taken."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        part.rename(path)
    finally:
        for leftover in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
    return True


def close_to_others(path: Path) -> None:
    """Take the file and its journals away from other users of the machine, where that is ours to do."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with suppress(OSError):
            if stat.S_IMODE(name.stat().st_mode) & 0o077:
                name.chmod(0o600)


def _check_file(path: Path) -> None:
    journal = path.with_name(path.name + "-wal")
    if not path.exists():
        if journal.exists():
            raise EvidenceError(DAMAGED, "The review database is gone but its journal is there.", path.name, _RESTORE)
        raise InputError(
            MISSING,
            "There are no decisions yet.",
            path.name,
            "The file is made when the first decision is recorded; if there were decisions, restore a backup.",
        )
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _no_access(path.name, error) from None
    if size == 0:  # SQLite would take an emptied file for a new one and every decision would be gone without a word
        raise EvidenceError(DAMAGED, "The review database has been emptied.", path.name, _RESTORE)


def _no_access(where: str, error: OSError) -> InputError:
    what = f"The review database may not be opened ({type(error).__name__})."
    return InputError(NO_ACCESS, what, where, "Check who may read and write the folder, and that the disk is there.")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn SQLite's errors into the project's: damaged, full, busy, closed; never with the values being written."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind = type(error).__name__
        if code in _BROKEN:
            raise EvidenceError(DAMAGED, "The review database is damaged.", where, _RESTORE) from None
        if code in _FULL:
            raise InputError(
                NOT_SAVED,
                "The entry was not saved: the disk is full or failed. Nothing earlier was lost.",
                where,
                "Make room on the disk, then record it again.",
            ) from None
        if code in _LOCKED:
            raise InputError(
                BUSY,
                "Somebody else is writing to the review database.",
                where,
                "Wait a moment and try again; close other programs that hold the file.",
            ) from None
        if code in _CLOSED:
            raise InputError(
                NO_ACCESS,
                f"The review database may not be opened or written ({kind}).",
                where,
                "Check who may read and write the folder; the file must not be on a read-only disk.",
            ) from None
        raise EvidenceError(CHANGED, f"The review database refused an entry ({kind}).", where, _RESTORE) from None
