"""Calendar files (``.ics``): one item for each event, and for each occurrence of one that repeats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from quorum_watch.model import Rejected
from quorum_watch.sources.calendar_events import read_calendar
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, locate_bytes, read_range
from quorum_watch.vocabulary import Outcome, Reason


class CalendarReader:
    """A file that begins as a calendar."""

    kind: ClassVar[str] = "calendar"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """``BEGIN:VCALENDAR`` on the first line."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:40].upper()
        return 95 if head.startswith(b"BEGIN:VCALENDAR") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Events in file order."""
        if file.size > context.limits.member_bytes:
            whole = locate_bytes(0, file.size)
            yield Rejected(
                whole, hash_file(file.path), Outcome.QUARANTINED, Reason.OVERSIZE, "calendar larger than the limit"
            )
            return
        yield from read_calendar(file.path.read_bytes(), locate_bytes(0, file.size), context, ranges=True)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one event."""
        return read_range(file.path, locator)
