"""A database of somebody's device, opened so that nothing in it can do anything and nothing of it is changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

#: How often the guard is asked, in steps of the database's machine, and how many such stretches a reading may take.
_STRETCH, _STRETCHES = 100_000, 200_000
_VALUE_BYTES = 64 << 20


class DatabaseRefused(Exception):
    """The file is no database this program reads."""


class Database:
    """A private copy of a database, with its write-ahead log if there is one; a context manager."""

    def __init__(self, path: Path, log: bytes, tables: tuple[str, ...]) -> None:
        self._path, self._log, self._tables = path, log, tables
        self._columns: dict[str, frozenset[str]] = {}
        self._steps = 0

    def __enter__(self) -> Database:
        self._folder = tempfile.TemporaryDirectory()
        try:
            copy = Path(self._folder.name) / "copy.db"
            shutil.copyfile(self._path, copy)
            if self._log:
                (copy.parent / "copy.db-wal").write_bytes(self._log)
            # a log is only read where the database may lock; without one nothing at all is touched
            mode = "mode=ro" if self._log else "mode=ro&immutable=1"
            self._connection = sqlite3.connect(f"file:{copy}?{mode}", uri=True)
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES)
            self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            self._connection.execute("PRAGMA trusted_schema = OFF")
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.set_progress_handler(self._guard, _STRETCH)
            found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if not {name for (name,) in found}.issuperset(self._tables):  # a view of that name would run its own query
                raise DatabaseRefused("a table is missing")
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def _guard(self) -> int:
        self._steps += 1
        return int(self._steps > _STRETCHES)

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table; none where there is no such table."""
        if table not in self._columns:
            query = "SELECT p.name FROM sqlite_master s, pragma_table_info(s.name) p WHERE s.type='table' AND s.name=?"
            self._columns[table] = frozenset(name for (name,) in self._connection.execute(query, (table,)))
        return self._columns[table]

    def rows(self, query: str, *values: int) -> Iterator[tuple[list[str], tuple[Any, ...]]]:
        """The names and values of each row of a query."""
        cursor = self._connection.execute(query, values)
        names = [d[0] for d in cursor.description]
        for row in cursor:
            yield names, row


def dump_row(names: list[str], row: tuple[Any, ...]) -> bytes:
    """A row as bytes that depend on its content alone: JSON, columns by name, binary values as hexadecimal digits.

    >>> dump_row(["b", "a"], (b"\\x01", "x"))
    b'{"a": "x", "b": {"hex": "01"}}'
    """
    told = {n: {"hex": v.hex()} if isinstance(v, bytes) else v for n, v in zip(names, row, strict=True)}
    return json.dumps(told, sort_keys=True, ensure_ascii=True).encode("ascii")
