"""What the tests of readers share: reading one file as ingest does, packing an export as a zip, and damaging it."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

from quorum_watch.limits import Limits
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item

ZONE = "America/Chicago"


def read_file(path: Path, inbox: Path, kind: str = "", context: Context | None = None) -> list[Item]:
    """The items of one file of an inbox; every locator is checked to return the bytes that were hashed."""
    file = registry.open_source(path, inbox)
    reader = registry.detect(file)
    assert reader is not None, path.name
    if kind:
        assert reader.kind == kind
    items = list(registry.read_items(file, context or Context(ZONE)))
    assert items
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return items


def read(
    folder: Path,
    name: str,
    data: bytes,
    kind: str = "",
    *,
    answers: tuple[tuple[str, str], ...] = (),
    custodian: str = "",
    limits: Limits | None = None,
) -> list[Item]:
    """The items of some bytes under a name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return read_file(path, folder, kind, Context(ZONE, limits or Limits(), answers, custodian))


def read_export(folder: Path, files: Mapping[str, bytes], **context: str) -> dict[str, list[Item]]:
    """The items of every file of an export that lies in the inbox as a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return {name: read_file(folder / name, folder) for name in files}


def pack(files: Mapping[str, bytes]) -> bytes:
    """An export as one zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def rows(items: list[Item]) -> list[Record]:
    """The items that are rows."""
    return [i for i in items if isinstance(i, Record)]


def refused(items: list[Item]) -> list[tuple[str, str]]:
    """Outcome and reason of the items that are none."""
    return [(i.outcome.value, i.reason.value) for i in items if isinstance(i, Rejected)]


def damage(folder: Path, name: str, data: bytes, cases: int = 60, kind: str = "") -> set[str]:
    """Read damaged copies of a file: nothing raised, no reader fails, locators hold. The reasons met."""
    dice = random.Random(7)
    met: set[str] = set()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(cases):
        broken = bytearray(data)
        how = dice.randrange(6)
        at = dice.randrange(len(broken))
        if how == 0:
            broken = broken[:at]
        elif how == 1:
            for _ in range(dice.randrange(1, 12)):
                broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
        elif how == 2:
            end = min(len(broken), at + dice.randrange(1, 400))
            broken[at:at] = broken[at:end]
        elif how == 3:
            del broken[at : at + dice.randrange(1, 200)]
        elif how == 4:
            broken[at:at] = dice.choice([b"\0", b'"', b"{", b"]", b"<", b"\xff", b"9" * 40, b"null", b"[" * 300])
        else:
            broken = bytearray(bytes(broken).replace(b"\n", dice.choice([b"\r\n", b"\r", b" "])))
        path.write_bytes(bytes(broken))
        file = registry.open_source(path, folder)
        first, second = (list(registry.read_items(file, Context(ZONE))) for _ in range(2))
        assert first == second
        assert first
        reader = registry.detect(file)
        for item in first:
            if isinstance(item, Rejected):
                met.add(item.reason.value)
                assert item.reason.value != "reader_failed", (how, at, item.detail)
            if reader is not None and file.size and (not kind or reader.kind == kind):
                assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return met
