"""Locators: the way back from a row to its exact bytes.

A locator is a list of ``name=value`` pieces joined by ``;``. ``bytes=START-END`` is the half-open range [START, END) of
the file; ``member=NAME`` goes into an archive first (with ``index=N``, the position in the archive's directory, where
two members share a name); ``part=PATH`` is a decoded MIME part of the bytes before it; anything else (``node``,
``occurrence``, ``row``) is for the reader that wrote it. ``%``, ``;`` and control characters of a value are
percent-encoded.

>>> join_locator(("member", "a;b.mbox"), ("bytes", "0-10"))
'member=a%3Bb.mbox;bytes=0-10'
>>> split_locator("member=a%3Bb.mbox;bytes=0-10")
[('member', 'a;b.mbox'), ('bytes', '0-10')]
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

from quorum_watch.errors import EvidenceError

_UNSAFE = re.compile(r"[%;\x00-\x1f\x7f]")


def join_locator(*pieces: tuple[str, str]) -> str:
    """One locator from its pieces."""
    return ";".join(f"{name}={_UNSAFE.sub(lambda m: f'%{ord(m[0]):02X}', value)}" for name, value in pieces)


def split_locator(locator: str) -> list[tuple[str, str]]:
    """The pieces of a locator, values decoded."""
    return [(n, unquote(v)) for n, _, v in (piece.partition("=") for piece in locator.split(";"))]


def locate_bytes(start: int, end: int) -> str:
    """The locator of a plain byte range."""
    return f"bytes={start}-{end}"


def read_range(path: Path, locator: str) -> bytes:
    """The bytes of a file a ``bytes=`` locator names. Raises :class:`EvidenceError` where it names none."""
    match = re.search(r"(?:^|;)bytes=(\d+)-(\d+)(?:;|$)", locator)
    if match is None:
        raise EvidenceError(
            "QW-E273", "A locator names no byte range.", f"{path.name}: {locator[:80]}", "Ingest the file again."
        )
    start, end = int(match[1]), int(match[2])
    with path.open("rb") as file:
        file.seek(start)
        return file.read(max(0, end - start))


def hash_file(path: Path) -> str:
    """SHA-256 of a whole file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
