"""What a report is made of, whatever its format: headings, paragraphs, lists, terms, tables and pictures.

An edition is a sequence of these blocks. The HTML, PDF, Word and CSV files are four ways to write the same sequence, so
none of them can say more than another. Text is plain text: a renderer escapes it and makes hidden characters visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere: ``#anchor`` inside the report, else an address (``https:``, ``mailto:``, ``tel:``)."""

    text: str
    to: str


_SCHEMES = ("#", "https://", "mailto:", "tel:")

Inline = str | Link
Words = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 2 opens a section, 3 a part of it (the title of the report is level 1)."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph; ``style`` is nothing, ``lead``, ``banner`` or ``note``."""

    words: Words
    style: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``ordered`` numbers it."""

    items: tuple[Words, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms with their meanings."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a caption, one header row, and a header cell at the start of each row.

    ``key`` names the table in file names and anchors, ``numeric`` holds the columns that are set to the right,
    ``anchors`` the anchor of each row (``""`` for none; empty for none at all). Tables with the same ``sheet`` share
    one CSV file, in which ``subject`` stands before each of their rows.
    """

    key: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    numeric: frozenset[int] = frozenset()
    anchors: tuple[str, ...] = ()
    sheet: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: ``alt`` says in words what it shows; the table with the same data stands beside it as a block.

    ``plate`` keeps what was drawn, so that several formats of one edition draw once.
    """

    key: str
    alt: str
    caption: str
    draw: Callable[[], Axes]
    plate: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


Block = Heading | Para | Bullets | Terms | Grid | Picture


@dataclass(frozen=True, slots=True)
class Edition:
    """A report ready to be written: who it is for, what it is called, its blocks, and the day its file is dated."""

    kind: str
    title: str
    subtitle: str
    city: str
    dated: str
    blocks: tuple[Block, ...]

    def grids(self) -> Iterator[Grid]:
        """Its tables, in order."""
        return (b for b in self.blocks if isinstance(b, Grid))


def words(*parts: Inline) -> Words:
    """One run of words."""
    return parts


def address(to: str) -> str:
    """A link's target if it is of a kind a report may hold, else nothing: no script, no file, no plain ``http``.

    >>> address("javascript:alert(1)"), address("#about")
    ('', '#about')
    """
    allowed = to.startswith(_SCHEMES) and not any(
        c.isspace() or ord(c) < 0x21 or 0xD800 <= ord(c) <= 0xDFFF for c in to
    )
    return to if allowed else ""


def row(*cells: Inline | int | Words) -> tuple[Words, ...]:
    """One row of a table: each cell a text, a number, a link, or several of them."""
    return tuple(c if isinstance(c, tuple) else (str(c) if isinstance(c, int) else c,) for c in cells)


def plain(found: Words) -> str:
    """The words without their links."""
    return "".join(w if isinstance(w, str) else w.text for w in found)


def joined(links: tuple[Inline, ...], between: str = ", ") -> Words:
    """Several words or links in one run, separated."""
    out: list[Inline] = []
    for k, link in enumerate(links):
        out += [between, link] if k else [link]
    return tuple(out)
