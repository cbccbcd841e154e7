"""Every file of ``inbox/``, in one fixed order, without ever leaving the folder.

Links that point outside, and things that are no files, are listed as findings of their own: silence would be a lost
source. Files an operating system leaves behind are listed too, as ignored by rule. Dot files are *not* junk by
themselves: a maildir keeps its subfolders under such names.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quorum_watch.errors import InputError
from quorum_watch.vocabulary import Reason

NO_INBOX = "QW-E230"
#: Names (whole path parts, case does not matter) of files no person wrote.
JUNK = (
    *(".ds_store", "._*", "__macosx", ".spotlight-v100", ".trashes", ".fseventsd", "thumbs.db", "desktop.ini"),
    *("$recycle.bin", "~$*", ".~lock.*#", ".gitkeep", ".gitignore", ".keep", ".directory"),
    *("dovecot*", "courierimap*", "maildirfolder"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing in the inbox: its path, its name below the inbox, and why it is not a file to read, if it is not."""

    path: Path
    name: str
    size: int
    modified_ns: int
    refused: Reason | None = None


def walk_inbox(inbox: Path) -> Iterator[Found]:
    """All files below the inbox, sorted by name (the order of code points, the same on every system).

    Raises ``InputError`` (QW-E230) where the folder is missing or may not be listed.
    """
    if not inbox.is_dir():
        raise InputError(
            NO_INBOX, "There is no inbox folder.", inbox.name, "Make the folder and put the source files into it."
        )
    root = inbox.resolve()
    try:
        names = sorted(_names(root, ""))
    except OSError as error:
        where = f"{inbox.name}/{Path(str(error.filename or '')).name}"
        what = f"A folder of the inbox could not be listed: {error.strerror or 'unknown reason'}."
        raise InputError(NO_INBOX, what, where, "Allow this account to read the folder, then run again.") from error
    for name in names:
        yield _look(root, name)


def is_junk(name: str) -> bool:
    """Whether a name below the inbox is one an operating system or a program leaves behind.

    >>> is_junk("box/.DS_Store"), is_junk("mail/.Sent/cur/1.eml")
    (True, False)
    """
    return any(fnmatch.fnmatchcase(part, pattern) for part in name.casefold().split("/") for pattern in JUNK)


def custodian_of(name: str) -> str:
    """Whose records a file belongs to: the first folder below the inbox, or ``""`` for a file that lies in none.

    >>> custodian_of("alder-moss/phone.xml"), custodian_of("list.mbox")
    ('alder-moss', '')
    """
    folder, slash, _ = name.partition("/")
    return folder if slash else ""


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _names(root: Path, below: str) -> Iterator[str]:
    with os.scandir(root / below) as entries:
        for entry in entries:
            name = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _names(root, name)
            else:
                yield name


def _look(root: Path, name: str) -> Found:
    path = root / name
    clean = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        if path.is_symlink():
            target = path.resolve(strict=True)
            if not target.is_relative_to(root) or target.is_dir():
                return Found(path, clean, 0, 0, Reason.PATH_ESCAPE)
        info = path.stat()
    except (OSError, RuntimeError):
        return Found(path, clean, 0, 0, Reason.UNREADABLE_FILE)
    if not stat.S_ISREG(info.st_mode):
        return Found(path, clean, 0, 0, Reason.UNREADABLE_FILE)
    return Found(path, clean, info.st_size, info.st_mtime_ns)
