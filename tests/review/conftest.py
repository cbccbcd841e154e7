"""Where decisions are kept in these tests: a SQLite file, and a real PostgreSQL server where there is one."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quorum_watch.review.log import ReviewLog
from tests.review.servers import postgres_server

_number = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty place for a log."""
    if request.param == "sqlite":
        return tmp_path / "review.sqlite"
    import psycopg

    address = request.getfixturevalue("server")
    name = f"review{next(_number)}"
    with psycopg.connect(address % "postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return address % name


@pytest.fixture
def raw() -> Callable[..., None]:
    """Run SQL behind the program's back, as an insider with the file would."""

    def run(place: Path | str, *statements: str) -> None:
        if isinstance(place, Path):
            connection = sqlite3.connect(place, isolation_level=None)
            try:
                for statement in statements:
                    connection.execute(statement)
            finally:
                connection.close()
            return
        import psycopg

        with psycopg.connect(place, autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())

    return run


class Clock:
    """A clock that moves one minute each time it is asked."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(place: Path | str, clock: Clock) -> Iterator[ReviewLog]:
    with ReviewLog.open(place, actor="J. Doe, attorney", clock=clock) as opened:
        yield opened


def finding(name: str = "QW-7F3A", seed: str = "7f3a", full: str = "aaaa") -> dict[str, object]:
    return {"id": name, "fingerprint": {"seed": seed, "full": full}}
