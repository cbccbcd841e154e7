"""Rosters and agendas that were put among the sources: named as what they are, and left to ``roster import``.

Legistar's tables, Popolo and Open Civic Data say who sat where and what was on an agenda. They are no interactions;
each file is one item, ignored by rule, with the way to use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.locators import read_range
from quorum_watch.vocabulary import Outcome, Reason

_ROSTER = re.compile(
    rb'"(?:OfficeRecordId|OfficeRecordPersonId|PersonFullName|BodyName|BodyTypeName)"\s*:|'
    rb'"(?:memberships|organization_id|post_id|on_behalf_of_id)"\s*:|"ocd-(?:person|organization|membership)/|'
    rb"^id: ocd-person/"
)
_AGENDA = re.compile(
    rb'"(?:EventId|EventBodyName|EventItemId|EventItemAgendaSequence|MatterId|MatterFile|VoteEventItemId)"\s*:|'
    rb'"ocd-(?:event|bill|vote)/'
)
_SAYS = "{}; use it with: quorum-watch roster import FILE"


class RosterFileReader:
    """Recognises rosters and agendas."""

    kind: ClassVar[str] = "roster_file"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """Field names only rosters and agendas have; any export of messages is surer of itself."""
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if head[:1] not in (b"{", b"[") and not head.startswith(b"id: ocd-"):
            return 0
        return 55 if _ROSTER.search(head) or _AGENDA.search(head) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:  # noqa: ARG002 - the interface gives it
        """One item that says what the file is."""
        if _ROSTER.search(file.head.removeprefix(b"\xef\xbb\xbf").lstrip()):
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, _SAYS.format("a roster"))
        else:
            detail = "an agenda: list its meetings in meetings.csv and its matters in matters.csv"
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, detail)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of the file."""
        return read_range(file.path, locator)
