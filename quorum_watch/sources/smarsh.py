"""The manifest (``.mf``) of a Smarsh or TeleMessage delivery, held against what was delivered.

Three checks, as the vendor asks for them: the stated count equals the number of messages, every name listed is there,
and no file is empty. The messages themselves are read as mail. Each name that is missing is an item of its own, so that
what was not delivered shows in the coverage too.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from quorum_watch.mail.charset import decode_text
from quorum_watch.model import Rejected
from quorum_watch.sources.beside import names_beside, size_beside
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.locators import locate_bytes, read_range
from quorum_watch.sources.tables import read_lines
from quorum_watch.vocabulary import Outcome, Reason

_COUNT = re.compile(rb"(?im)^\s*(?:Message|File|EML|Total)?\s*Count\s*[:=]\s*(\d{1,9})\s*$")
_NAME = re.compile(r"(?i)([^\s:=,;\"<>|*?][^:=,;\"<>|*?\r\n]{0,250}\.eml)\b")


class SmarshReader:
    """Checks one manifest."""

    kind: ClassVar[str] = "smarsh"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """A file of that ending that states a count."""
        named = PurePosixPath(file.name).suffix.lower() == ".mf"
        return 90 if named and _COUNT.search(file.head) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """The names that are missing or empty, then the verdict on the whole."""
        if file.size > context.limits.header_bytes * 256:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, "manifest larger than the limit")
            return
        there = _delivered(file)
        listed: set[str] = set()
        missing = empty = 0
        declared: int | None = None
        for number, start, end, raw in read_lines(file):
            count = _COUNT.match(raw)
            if count is not None:
                declared = int(count[1])
                continue
            match = _NAME.search(decode_text(raw)[0])
            if match is None:
                continue
            name = PurePosixPath(match[1].replace("\\", "/")).name
            listed.add(name)
            size = there.get(name)
            if size:
                continue
            missing, empty = missing + (size is None), empty + (size == 0)
            detail = f"line {number}: {'not delivered' if size is None else 'an empty file'}"
            digest = hashlib.sha256(raw).hexdigest()
            yield Rejected(locate_bytes(start, end), digest, Outcome.QUARANTINED, Reason.EXPORT_ERROR, detail)
        unlisted = len(set(there) - listed) if listed else 0
        detail = f"declares {declared}, lists {len(listed)}, {len(there)} delivered"
        detail += f", {missing} missing, {empty} empty, {unlisted} not listed"
        agrees = declared == len(there) and not (missing or empty or unlisted)
        if agrees:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, detail)
        else:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.MANIFEST_MISMATCH, detail)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one line, or of the manifest."""
        return read_range(file.path, locator)


def _delivered(file: SourceFile) -> dict[str, int]:
    """Messages beside the manifest with their sizes; those in the zip of its name where none lie open."""
    found = {n: size_beside(file, n) for n in names_beside(file) if n.lower().endswith(".eml")}
    if found:
        return found
    packed = file.path.with_suffix(".zip")
    if file.neighbours is None and packed.is_file():
        try:
            with zipfile.ZipFile(packed) as archive:
                infos = [i for i in archive.infolist() if i.filename.lower().endswith(".eml")]
                return {PurePosixPath(i.filename).name: i.file_size for i in infos}
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return {}
    return {}
