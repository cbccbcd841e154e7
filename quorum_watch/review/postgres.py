"""The review database on an office's PostgreSQL server, for several reviewers at once.

The tables, guards, chain and checks are those of ``review.sqlite``; only the dialect differs. A password belongs in the
server's usual places (``~/.pgpass``, ``PGPASSFILE``, a service file) and is never repeated in an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from quorum_watch.errors import EvidenceError, InputError
from quorum_watch.review.db import BUSY, CHANGED, NO_ACCESS, NOT_SAVED, PATIENCE_SECONDS, Database

_BUSY = ("55P03", "40001", "40P01")
_FULL = ("53100", "53200", "58030")
_DENIED = ("42501", "25006", "28000", "28P01")


class PostgresDatabase(Database):
    """One connection to a PostgreSQL database used for reviews."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.where = f"database {parts.path.lstrip('/') or '(default)'} on {parts.hostname or 'this machine'}"
        try:
            import psycopg
        except ImportError:
            raise InputError(
                NO_ACCESS,
                "Reviewing on a PostgreSQL server needs one more package.",
                self.where,
                "Install it: pip install 'quorum-watch[postgres]'",
            ) from None
        self._error = psycopg.Error
        try:
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=int(PATIENCE_SECONDS))
        except psycopg.Error as error:
            raise InputError(
                NO_ACCESS,
                f"The review server cannot be reached ({type(error).__name__}).",
                self.where,
                "Check the address, that the server runs, and that you may connect.",
            ) from None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows."""
        with self._told():
            found = self._connection.execute(sql.replace("?", "%s").encode(), tuple(values) or None)
            return list(found.fetchall()) if found.description else []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; writers queue for the log."""
        with self._told(), self._connection.transaction():
            self._connection.execute(f"set local lock_timeout = '{int(PATIENCE_SECONDS * 1000)}ms'".encode())
            self._connection.execute(b"select pg_advisory_xact_lock(hashtext('quorum_watch review'))")
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One moment of the database."""
        with self._told(), self._connection.transaction():
            self._connection.execute(b"set transaction isolation level repeatable read, read only")
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            state = getattr(error, "sqlstate", None) or ""
            if state in _BUSY:
                what, remedy = "Somebody else is writing to the review database.", "Wait a moment and try again."
                raise InputError(BUSY, what, self.where, remedy) from None
            if state in _FULL:
                what = "The entry was not saved: the server's disk is full or failed. Nothing earlier was lost."
                remedy = "Ask the server's keeper to make room, then record it again."
                raise InputError(NOT_SAVED, what, self.where, remedy) from None
            if state in _DENIED or state.startswith("08") or not state:
                what = f"The review server did not allow this or went away ({type(error).__name__})."
                raise InputError(NO_ACCESS, what, self.where, "Check the connection and your rights there.") from None
            what = f"The review database refused an entry ({type(error).__name__})."
            remedy = "Keep the database as it is and run: quorum-watch audit verify"
            raise EvidenceError(CHANGED, what, self.where, remedy) from None

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return bool(self.rows("select 1 where to_regclass(?) is not null", (name,)))

    def guards(self) -> dict[str, str]:
        """The triggers present and enabled."""
        found = self.rows(
            "select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal and tgenabled <> 'D' "
            "order by tgname"
        )
        return {str(name): str(text) for name, text in found}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
