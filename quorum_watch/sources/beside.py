"""What stands beside a file: in its folder, or beside a member in its archive.

Some exports keep in one file what another needs: the people of a chat system, the account an archive belongs to. A
reader that looks there says ``reads_beside = True`` (and ``reads_above = True`` for the folder above). Names are
relative to the file's own folder; ``../`` goes up, never above the inbox or the archive.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Protocol

from quorum_watch.sources.interface import SourceFile

#: More than this is not a list of people or channels.
BESIDE_BYTES = 64 << 20


class Neighbours(Protocol):
    """The other files of one export, by their names from its top."""

    def names(self, folder: str) -> tuple[str, ...]:
        """The files of one folder, sorted."""

    def read(self, name: str, limit: int = BESIDE_BYTES) -> bytes:
        """The bytes of one file; none where there is no such file, or it is too large."""

    def size(self, name: str) -> int:
        """The size of one file in bytes; 0 where there is no such file."""


class FolderNeighbours:
    """The files of the inbox, as far as they stand near one of them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, folder: str) -> tuple[str, ...]:
        """The files of one folder, sorted."""
        try:
            return tuple(sorted(p.name for p in (self._root / folder).iterdir() if p.is_file()))
        except OSError:
            return ()

    def read(self, name: str, limit: int = BESIDE_BYTES) -> bytes:
        """The bytes of one file; none where there is no such file, or it is too large."""
        path = self._root / name
        try:
            inside = path.resolve().is_relative_to(self._root.resolve())
            if not inside or not path.is_file() or path.stat().st_size > limit:
                return b""
            return path.read_bytes()
        except OSError:
            return b""

    def size(self, name: str) -> int:
        """The size of one file in bytes; 0 where there is no such file."""
        try:
            return (self._root / name).stat().st_size
        except OSError:
            return 0


def size_beside(file: SourceFile, relative: str) -> int:
    """The size of a file named from the folder of another; 0 where there is none."""
    name = _join(file.name, relative)
    return _neighbours(file).size(name) if name else 0


def read_beside(file: SourceFile, relative: str, limit: int = BESIDE_BYTES) -> bytes:
    """The bytes of a file named from the folder of another; none where there is none, or the name leaves the inbox."""
    name = _join(file.name, relative)
    return _neighbours(file).read(name, limit) if name else b""


def names_beside(file: SourceFile, relative: str = ".") -> tuple[str, ...]:
    """The names of the files of a folder, named from the folder of another file."""
    name = _join(file.name, f"{relative}/x")
    return _neighbours(file).names(PurePosixPath(name).parent.as_posix()) if name else ()


def _neighbours(file: SourceFile) -> Neighbours:
    if file.neighbours is not None:
        return file.neighbours
    root = file.path
    for _ in PurePosixPath(file.name).parts:
        root = root.parent
    return FolderNeighbours(root)


def _join(name: str, relative: str) -> str:
    parts = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(relative).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
