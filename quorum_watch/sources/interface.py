"""What every reader of a file kind offers, and what it is handed.

A reader never decides what a record *means*; it says what the file says. It never raises for bad content: an item that
cannot be read becomes a :class:`~quorum_watch.model.Rejected` with a coded reason, and a file that cannot be read at
all becomes exactly one. ``found`` is therefore the number of things a reader yields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected

if TYPE_CHECKING:
    from quorum_watch.sources.beside import Neighbours

Item = Record | Rejected


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as received. ``name`` is its path below ``inbox/`` with forward slashes; ``head`` its first 64 KiB.

    ``neighbours`` reaches the other members where the file is a member of an archive (see
    :mod:`quorum_watch.sources.beside`).
    """

    path: Path
    name: str
    size: int
    head: bytes
    neighbours: Neighbours | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may know beside the file: the city's time zone, the limits, and answers to questions it must ask.

    ``answers`` comes from ``[ingest]`` in ``workspace.toml`` (for instance ``whatsapp_date_order = "month_first"``);
    ``custodian`` names whose device or account a file came from, where the folder says so.
    """

    timezone: str
    limits: Limits = field(default_factory=Limits)
    answers: tuple[tuple[str, str], ...] = ()
    custodian: str = ""

    def answer(self, question: str) -> str:
        """The workspace's answer to a reader's question, or ``""``."""
        return dict(self.answers).get(question, "")


@runtime_checkable
class Reader(Protocol):
    """Reads one kind of file.

    ``kind`` is the word that appears in coverage; ``version`` is bumped when the same bytes would yield other records.
    ``claims`` looks at content first (``head``) and at the name only to break a tie; it returns 0 (not mine) to 100
    (certain). ``read`` yields in file order.
    """

    kind: ClassVar[str]
    version: ClassVar[str]

    def claims(self, file: SourceFile) -> int:
        """How certain this reader is that the file is of its kind, 0 to 100."""

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Every item of the file, in order."""

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The exact bytes a locator points at; their SHA-256 equals the row's."""
