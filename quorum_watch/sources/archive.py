"""Zip containers, read member by member and never unpacked by name.

Every member is checked before it is opened (its name, its declared size, encryption) and while it is read (its real
size and ratio); each refusal is one coded item. Two members of one name are both read, each under its position in the
archive's directory. A member is written to a private temporary file under a name of ours, read by whichever reader its
content calls for, and removed.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, ClassVar

from quorum_watch.errors import EvidenceError
from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.beside import BESIDE_BYTES
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, join_locator, locate_bytes, split_locator
from quorum_watch.sources.mbox import count_messages
from quorum_watch.vocabulary import Defect, Outcome, Reason

_DEVICE = re.compile(r"(?i)^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)", re.I)
_SYMLINK = 0o120000
PIECE = 64 * 1024
#: Members kept at hand for their neighbours.
KEPT = 8
_EMPTY = hashlib.sha256(b"").hexdigest()


class Refused(Exception):
    """A member or an archive is not read: why, and a detail without content."""

    def __init__(self, reason: Reason, detail: str = "", outcome: Outcome = Outcome.QUARANTINED) -> None:
        self.reason, self.detail, self.outcome = reason, detail, outcome
        super().__init__(f"{reason.value}: {detail}")


@dataclass(slots=True)
class Budget:
    """What one archive may still unpack, nested ones included."""

    limits: Limits
    unpacked: int = 0
    members: int = 0


class ZipReader:
    """A zip file that no other reader knows as its own kind of export."""

    kind: ClassVar[str] = "zip"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """The signature of a zip; readers of particular exports claim more."""
        return 50 if file.head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """The items of every member, in the order of the archive's directory."""
        yield from _read_archive(file, context, Budget(context.limits), depth=1)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes a locator names inside the archive. Raises :class:`EvidenceError` where it names none."""
        pieces = split_locator(locator)
        if not pieces or pieces[0][0] != "member":
            return file.path.read_bytes()
        name, rest = pieces[0][1], pieces[1:]
        with zipfile.ZipFile(file.path) as archive, tempfile.TemporaryDirectory() as folder:
            infos = archive.infolist()
            if rest and rest[0][0] == "index":
                info, rest = infos[int(rest[0][1])], rest[1:]
            else:
                found = next((i for i in infos if i.orig_filename == name), None)
                if found is None:
                    raise EvidenceError(
                        "QW-E273",
                        "A locator names no member.",
                        f"{file.path.name}: {name[:80]}",
                        "Ingest the file again.",
                    )
                info = found
            path = Path(folder) / "member"
            _unpack(archive, info, path, Budget(Limits()))
            if not rest:
                return path.read_bytes()
            neighbours = ArchiveNeighbours(archive, file.name, Limits())
            member = replace(_open_member(path, file.name, name), neighbours=neighbours)
            reader = registry.detect(member)
            if reader is None:
                return path.read_bytes()
            return reader.fetch(member, join_locator(*rest))


def _read_archive(file: SourceFile, context: Context, budget: Budget, depth: int) -> Iterator[Item]:
    whole = locate_bytes(0, file.size)
    try:
        archive = zipfile.ZipFile(file.path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield Rejected(
            whole, hash_file(file.path), Outcome.QUARANTINED, Reason.TRUNCATED, "the archive's directory cannot be read"
        )
        return
    with archive, tempfile.TemporaryDirectory() as folder:
        infos = archive.infolist()
        refusal = _refuse_archive(infos, file, budget, depth)
        if refusal is not None:
            yield Rejected(whole, hash_file(file.path), Outcome.QUARANTINED, refusal.reason, refusal.detail)
            return
        names = Counter(i.orig_filename for i in infos)
        neighbours = ArchiveNeighbours(archive, file.name, context.limits)
        path = Path(folder) / "member"
        for index, info in enumerate(infos):
            if info.is_dir():
                continue
            name = info.orig_filename
            prefix = [("member", name)]
            if names[name] > 1:
                prefix.append(("index", str(index)))
            yield from _read_member(
                archive, info, prefix, path, file, context, budget, depth, neighbours, doubled=names[name] > 1
            )
        if not any(not i.is_dir() for i in infos):
            yield Rejected(whole, hash_file(file.path), Outcome.IGNORED, Reason.SIDECAR, "empty archive")


def _refuse_archive(infos: list[zipfile.ZipInfo], file: SourceFile, budget: Budget, depth: int) -> Refused | None:
    limits = budget.limits
    if depth > limits.nesting:
        return Refused(Reason.NESTING, f"archives nested deeper than {limits.nesting}")
    budget.members += len(infos)
    if budget.members > limits.members:
        return Refused(Reason.TOO_MANY_MEMBERS, f"more than {limits.members} members")
    if sum(i.compress_size for i in infos) > file.size:
        return Refused(Reason.BOMB_RATIO, "members overlap")
    return None


def _read_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    prefix: list[tuple[str, str]],
    path: Path,
    file: SourceFile,
    context: Context,
    budget: Budget,
    depth: int,
    neighbours: ArchiveNeighbours,
    *,
    doubled: bool,
) -> Iterator[Item]:
    name = info.orig_filename
    digest = _EMPTY
    try:
        if _JUNK.search(name):
            digest = _unpack(archive, info, path, budget)
            raise Refused(Reason.SYSTEM_FILE, "", Outcome.IGNORED)
        _check_name(info)
        if info.flag_bits & 1:
            raise Refused(Reason.ENCRYPTED, "a password is needed")
        digest = _unpack(archive, info, path, budget)
    except Refused as refused:
        yield Rejected(join_locator(*prefix), digest, refused.outcome, refused.reason, refused.detail)
        return
    member = replace(_open_member(path, file.name, name), neighbours=neighbours)
    reader = registry.detect(member) if member.size else None
    if isinstance(reader, ZipReader):
        items = _read_archive(member, context, budget, depth + 1)
    else:
        items = registry.read_items(member, context)
    for item in items:
        located = replace(item, locator=f"{join_locator(*prefix)};{item.locator}")
        if doubled and isinstance(located, Record):
            located = replace(located, defects=(*located.defects, Defect.DUPLICATE_MEMBER))
        yield located


class ArchiveNeighbours:
    """The members of one archive, for a reader that needs another file of its export."""

    def __init__(self, archive: zipfile.ZipFile, outer: str, limits: Limits) -> None:
        self._archive, self._limits, self._prefix = archive, limits, f"{outer}/"
        self._infos = {f"{outer}/{i.orig_filename}": i for i in archive.infolist() if not i.is_dir()}
        self._kept: dict[str, bytes] = {}

    def names(self, folder: str) -> tuple[str, ...]:
        """The files of one folder of the archive, sorted."""
        found = (PurePosixPath(name) for name in self._infos)
        return tuple(sorted(p.name for p in found if p.parent.as_posix() == folder))

    def size(self, name: str) -> int:
        """The size one member declares; 0 where there is no such member."""
        info = self._infos.get(name)
        return info.file_size if info is not None else 0

    def read(self, name: str, limit: int = BESIDE_BYTES) -> bytes:
        """The bytes of one member; none where there is no such member, or a limit stands against it."""
        info = self._infos.get(name)
        if info is None or info.file_size > limit:
            return b""
        if name not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "member"
                try:
                    _unpack(self._archive, info, path, Budget(self._limits))
                    self._kept[name] = path.read_bytes() if path.stat().st_size <= limit else b""
                except Refused:
                    self._kept[name] = b""
        return self._kept[name]


def _open_member(path: Path, outer: str, name: str) -> SourceFile:
    safe = PurePosixPath(name.replace("\\", "/").replace("\x00", "")).as_posix().lstrip("/")
    with path.open("rb") as stream:
        head = stream.read(registry.HEAD_BYTES)
    return SourceFile(path, f"{outer}/{safe}", path.stat().st_size, head)


def _check_name(info: zipfile.ZipInfo) -> None:
    """Refuse a name that, unpacked anywhere, could land outside or mean a device. Nothing here is written by name."""
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    unsafe = (
        name.startswith(("/", "\\"))
        or ".." in parts
        or "\\" in name
        or "\x00" in name
        or re.match(r"[A-Za-z]:", name)
        or any(_DEVICE.match(p) for p in parts)
        or (info.external_attr >> 16) & 0o170000 == _SYMLINK
    )
    if unsafe or not name:
        raise Refused(Reason.PATH_ESCAPE, "the member's name leaves the archive, or is no file name")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, budget: Budget) -> str:
    """Write one member to ``path`` and return its SHA-256; raises :class:`Refused` at the first limit reached."""
    limits = budget.limits
    digest = hashlib.sha256()
    written = 0
    try:
        with archive.open(info) as source, path.open("wb") as target:
            while piece := _read_piece(source):
                written += len(piece)
                budget.unpacked += len(piece)
                if written > limits.member_bytes:
                    raise Refused(Reason.OVERSIZE, f"member larger than {limits.member_bytes} bytes")
                if budget.unpacked > limits.total_bytes:
                    raise Refused(Reason.OVERSIZE, f"archive larger than {limits.total_bytes} bytes when unpacked")
                if written > limits.ratio_after_bytes and written > limits.ratio * max(info.compress_size, 1):
                    raise Refused(Reason.BOMB_RATIO, f"unpacks to more than {limits.ratio} times its size")
                digest.update(piece)
                target.write(piece)
    except (zipfile.BadZipFile, EOFError, zlib.error, ValueError, OSError) as error:
        raise Refused(Reason.TRUNCATED, f"member cannot be unpacked ({type(error).__name__})") from error
    except (NotImplementedError, RuntimeError) as error:
        encrypted = isinstance(error, RuntimeError) and info.flag_bits & 1
        reason = Reason.ENCRYPTED if encrypted else Reason.UNREADABLE_FILE
        raise Refused(reason, f"member cannot be unpacked ({type(error).__name__})") from error
    return digest.hexdigest()


def _read_piece(source: IO[bytes]) -> bytes:
    return source.read(PIECE)


def count_mailboxes(path: Path, limits: Limits) -> int | None:
    """Messages in the mailbox members of a zip file; ``None`` where it has none or cannot be read."""
    total: int | None = None
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            budget = Budget(limits)
            for info in archive.infolist()[: limits.members]:
                if info.orig_filename.lower().endswith((".mbox", ".mbx")):
                    box = Path(folder) / "member"
                    _unpack(archive, info, box, budget)
                    total = (total or 0) + count_messages(box, limits)
    except (Refused, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return total
    return total
