"""What the commands share: progress on a terminal, text tables, output."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tqdm import tqdm

#: Replaced in every text that strangers wrote, before it reaches a terminal: control and direction-changing characters.
_UNSEEN = {
    *range(0x20),
    0x7F,
    *range(0x80, 0xA0),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
}


def visible(text: str) -> str:
    r"""Text by strangers with control and bidi characters made visible.

    >>> visible("a\x1b[2Jb\u202ec")
    'a⟨1B⟩[2Jb⟨202E⟩c'
    """
    return "".join(f"⟨{ord(c):02X}⟩" if ord(c) in _UNSEEN else c for c in text)


def received() -> dict[str, str]:
    """When and by whom files were received: the clock and the account are read here, at the edge, and nowhere below."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):
        who = ""
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": who}


def progress() -> Callable[[str, int, int], None]:
    """A progress bar for each stage, on a terminal only."""
    if not sys.stderr.isatty():
        return _no_progress
    bars: dict[str, tqdm[Any]] = {}

    def update(stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage not in bars:
            bars[stage] = tqdm(total=total, desc=stage, leave=False, delay=2, file=sys.stderr)
        bar = bars[stage]
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return update


def _no_progress(stage: str, done: int, total: int) -> None:
    """Nobody is watching."""


def table(rows: Iterable[Sequence[str]], head: Sequence[str]) -> str:
    """A plain text table; the last column is wrapped to the terminal."""
    lines = [tuple(visible(c) for c in row) for row in rows]
    widths = [max(len(line[k]) for line in [tuple(head), *lines]) for k in range(len(head) - 1)]
    room = max(24, shutil.get_terminal_size((100, 24)).columns - sum(widths) - 2 * len(widths))
    out = []
    for line in [tuple(head), *lines]:
        cells = [c.ljust(w) for c, w in zip(line, widths, strict=False)]
        wrapped = textwrap.wrap(line[-1], room) or [""]
        out.append("  ".join([*cells, wrapped[0]]).rstrip())
        out += [" " * (sum(widths) + 2 * len(widths)) + more for more in wrapped[1:]]
    return "\n".join(out)


def emit(text: str) -> None:
    """Write to standard output, whatever the console's encoding can show."""
    try:
        click.echo(text)
    except UnicodeEncodeError:
        click.echo(text.encode("ascii", "backslashreplace").decode())


def paragraph(text: str, indent: str = "  ") -> str:
    """Text wrapped to the terminal under an indent."""
    width = min(110, shutil.get_terminal_size((100, 24)).columns)
    return textwrap.fill(visible(text), width, initial_indent=indent, subsequent_indent=indent)


def short(path: str | os.PathLike[str]) -> str:
    """A path as the user typed it or below the current folder."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
