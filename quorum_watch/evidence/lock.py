"""One writer at a time: an operating-system lock on ``evidence/.lock``.

The lock belongs to the open file, so the system itself releases it when a process is killed: nothing goes stale and no
process id has to be guessed alive. The holder's process id is written into the file only so that the error can name it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quorum_watch.errors import EvidenceError

LOCKED = "QW-E220"
NAME = ".lock"


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold the only right to write into an existing evidence folder.

    Raises ``EvidenceError`` (QW-E220) at once when another process holds it; ``OSError`` where the folder is read-only.
    """
    handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(handle):
            raise EvidenceError(
                LOCKED,
                f"Another quorum-watch process is writing evidence{_holder(handle)}.",
                f"{folder.name}/{NAME}",
                "Wait until it has finished, then run the command again.",
            )
        os.ftruncate(handle, 0)
        os.lseek(handle, 1, os.SEEK_SET)  # Windows locks the first byte against reading too
        os.write(handle, str(os.getpid()).encode())
        try:
            yield
        finally:
            _unlock(handle)
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    try:
        os.lseek(handle, 1, os.SEEK_SET)
        pid = os.read(handle, 20).decode("ascii", "replace").strip("\x00 ")
    except OSError:  # Windows refuses to read a locked byte
        return ""
    return f" (process {pid})" if pid.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
