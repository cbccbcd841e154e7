"""A throw-away PostgreSQL server for tests, run by an unprivileged account; and how to skip where there is none."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    other = shutil.which("initdb")
    if other:
        return Path(other).parent
    pytest.skip("PostgreSQL is not installed (Debian package postgresql); the same tests ran on SQLite")


def _unprivileged() -> tuple[int, int] | None:
    """The server refuses to run as root; use the package's own account, or nobody."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return account.pw_uid, account.pw_gid
    pytest.skip("PostgreSQL does not run as root and there is no unprivileged account")


@contextmanager
def postgres_server() -> Iterator[str]:
    """A running server's address without a database name: unix socket only, no network port, removed afterwards."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    programs, who = _programs(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="qwpg"))
    if who:
        os.chown(folder, *who)
    account = {"user": who[0], "group": who[1], "extra_groups": []} if who else {}

    def run(program: str, *args: str) -> None:
        subprocess.run(
            [programs / program, *args], check=True, cwd=folder, capture_output=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}, **account,
        )  # fmt: skip

    data = folder / "data"
    try:
        run("initdb", "-D", str(data), "-U", "reviewer", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://reviewer@/%s?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
