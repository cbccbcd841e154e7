"""Issue an edition: write its files whole or not at all, enter it in the register, name what it replaces.

The register (``reports/issued/register.jsonl``) has one line an issue: edition, period, recipient, folder, the files
with their SHA-256, one hash over all of them, run, audit head, what it replaces, when and by whom. Issuing the same
content again writes the same bytes and no new line (a further format adds a line with all files). Other content for the
same edition, period and recipient is a correction: it gets its own folder and says on its cover which hash it replaces.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quorum_watch.errors import InputError
from quorum_watch.report.blocks import Block, Edition, Grid, Heading, Link, Picture

REGISTER = "register.jsonl"
SUMS = "SHA256SUMS.txt"
Write = Callable[[Edition], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """Which edition: kind, label of the period, recipient (``""`` for the public), and the folder it goes to."""

    kind: str
    period: str
    recipient: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edition stands among those issued.

    ``again`` says that the same content was issued before; then ``files`` are those already there, with their hashes,
    and ``audit_head`` is the head printed on them.
    """

    correction: int
    replaces: str
    folder: Path
    again: bool
    files: Mapping[str, str] = field(default_factory=dict)
    audit_head: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """What was written: the folder, the files in order, the hash over all, what it replaces, whether it is new."""

    folder: Path
    files: tuple[str, ...]
    hash: str
    replaces: str
    again: bool


def fingerprint(edition: Edition) -> str:
    """SHA-256 over everything an edition says, before it is known whether it corrects another."""
    rows = [edition.kind, edition.title, edition.subtitle, edition.dated]
    for block in edition.blocks:
        if isinstance(block, Picture):
            rows.append(f"picture {block.key} {block.alt}")
        elif isinstance(block, Heading):
            rows.append(f"heading {block.level} {block.text}")
        else:
            rows.append(f"{type(block).__name__} {_said(block)}")
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def _said(block: Block) -> str:
    if isinstance(block, Grid):
        chosen: list[Any] = [block.key, block.caption, block.head, block.rows]
    else:
        chosen = [getattr(block, name) for name in block.__dataclass_fields__]
    return json.dumps(chosen, default=lambda x: [x.text, x.to] if isinstance(x, Link) else sorted(x))


def read_register(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """Every issue so far, oldest first.

    Raises
    ------
    InputError
        ``QW-E235`` for a line that is not JSON: a register is never repaired in silence.
    """
    path = folder / REGISTER
    if not path.exists():
        return ()
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entries.append(json.loads(line))
        except ValueError:
            raise InputError(
                "QW-E235",
                "The register of issued reports has a line that cannot be read.",
                f"reports/issued/{REGISTER} line {number}",
                "Restore the file from a backup; each folder of reports/issued holds its own list of hashes.",
            ) from None
    return tuple(entries)


def place_of(register: Sequence[Mapping[str, Any]], request: Request, content: str) -> Place:
    """Whether this is a first issue, the same again, or a correction, and of what."""
    mine = [e for e in register if (e["edition"], e["period"], e["recipient"]) ==
            (request.kind, request.period, request.recipient)]  # fmt: skip
    if not mine:
        return Place(0, "", request.folder, again=False)
    last = mine[-1]
    again = last["content"] == content
    number = last["correction"] if again else last["correction"] + 1
    folder = request.folder.with_name(f"{request.folder.name}-correction-{number}") if number else request.folder
    if not again:
        return Place(number, last["hash"], folder, again=False)
    return Place(number, last["replaces"], folder, True, last["files"], last["audit_head"])


def issue(
    register_folder: Path, request: Request, place: Place, files: Mapping[str, bytes], about: Mapping[str, str]
) -> Issued:
    """Write the files and the register line.

    Parameters
    ----------
    files
        Name below the folder (``/`` separates) to bytes.
    about
        What else the register records: ``content``, ``run``, ``audit_head``, ``at``, ``by``.

    Raises
    ------
    InputError
        ``QW-E236`` if the folder cannot be written; nothing partial is left.
    """
    written = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    sums = dict(sorted({**place.files, **written}.items()))
    listing = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    whole = hashlib.sha256(listing.encode()).hexdigest()
    try:
        _lay_down(place.folder, {**files, SUMS: listing.encode()})
        if sums != dict(place.files):
            _enter(register_folder, request, place, sums, whole, about)
    except OSError as error:
        raise InputError(
            "QW-E236",
            f"The report could not be written: {error.strerror or type(error).__name__}.",
            place.folder.name,
            "Check that the folder may be written and has room, or name another with --out.",
        ) from error
    return Issued(place.folder, tuple(files), whole, place.replaces, place.again)


def _enter(
    folder: Path, request: Request, place: Place, sums: Mapping[str, str], whole: str, about: Mapping[str, str]
) -> None:
    """One line at the end of the register, flushed to disk before the command says it is done."""
    entry = {
        "schema": "quorum-watch/issued/1",
        "edition": request.kind,
        "period": request.period,
        "recipient": request.recipient,
        "folder": place.folder.name,
        "correction": place.correction,
        "replaces": place.replaces,
        "hash": whole,
        "files": dict(sums),
        **{k: about.get(k, "") for k in ("content", "run", "audit_head", "at", "by")},
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / REGISTER).open("a", encoding="utf-8", newline="\n") as f:
        f.write(json.dumps(entry, ensure_ascii=False) + "\n")
        f.flush()
        os.fsync(f.fileno())


def _lay_down(folder: Path, files: Mapping[str, bytes]) -> None:
    """All files into a new folder that then takes its name; into an existing one file by file, each whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as made:
        inner = Path(made) / "report"
        for name, data in files.items():
            target = inner / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if not folder.exists():
            inner.replace(folder)
            return
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (inner / name).replace(folder / name)
