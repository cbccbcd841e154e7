"""One finding with everything it rests on, in one archive that other tools open and anybody can check.

Inside: ``finding.json``; each message's original bytes as they lay in the source, with hash and locator; the messages
as a table and in the interchange format; chats as RSMF; the contacts as GraphML and GEXF; and ``manifest.json`` with
the SHA-256 of every file. Names inside are made by this program, never taken from a message.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from quorum_watch.errors import EvidenceError, Fault, QuorumWatchError
from quorum_watch.findings import local
from quorum_watch.model import Event, Finding, Interaction, SourceRef
from quorum_watch.review.rsmf import CHATS, write_chats
from quorum_watch.review.tables import plain, to_csv
from quorum_watch.sources import registry
from quorum_watch.sources.locators import hash_file
from quorum_watch.vocabulary import Channel
from quorum_watch.wording import say
from quorum_watch.workspace import Workspace

SCHEMA = "quorum-watch/packet/1"
BAD, NOT_PACKET = "QW-E265", "QW-E266"
_MANIFEST = "manifest.json"
#: The earliest time an archive can carry; it says nothing, so that the bytes depend on the content alone.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_AGAIN = "Make the packet again from the workspace, and compare it with this one."
#: A packet is small; an archive that unpacks to more is not one.
_MOST_BYTES = 2_000_000_000
_COLUMNS = (
    "step", "id", "time", "channel", "from", "to", "cc", "bcc", "subject", "source_file", "source_sha256", "locator",
    "message_sha256", "file_in_packet",
)  # fmt: skip


def write_packet(
    workspace: Workspace, finding: Mapping[str, Any], events: Sequence[Event], path: Path, *, run: str, head: str = ""
) -> dict[str, Any]:
    """Write the packet of one finding; returns its manifest. Same finding, same sources, same log head: same bytes.

    Parameters
    ----------
    finding, events
        The finding as the contract writes it, and its messages in step order.
    run, head
        The run's id, and the head of the decision log when it was made.

    A message whose source file is gone or was changed is listed under ``missing`` with the reason; the rest is kept.
    """
    files: dict[str, bytes] = {}
    originals, missing = _originals(workspace, events, files)
    files["finding.json"] = _json(finding)
    files["messages.csv"] = ("\ufeff" + to_csv(_COLUMNS, _rows(workspace, events, originals))).encode()
    files["interactions.jsonl"] = "".join(_line(workspace, e) for e in events).encode("utf-8", "replace")
    chats = [e.interaction for e in events if e.interaction.channel in CHATS]
    if chats:
        files["chats.rsmf"] = write_chats(chats)
    files |= _graphs(finding, events)
    files["README.txt"] = "\n".join(
        [say("review.packet.title", {"id": finding["id"]}), "", say("review.packet.what"), say("review.packet.check"),
         say("review.packet.screen"), ""]
    ).encode()  # fmt: skip
    manifest = {
        "schema": SCHEMA,
        "finding": finding["id"],
        "fingerprint": finding["fingerprint"],
        "run": run,
        "audit_head": head,
        "files": {name: {"sha256": _hash(data), "bytes": len(data)} for name, data in sorted(files.items())},
        "messages": [
            {
                "step": n, "id": e.interaction.id, "file": originals.get(e.interaction.id, ""),
                "sha256": e.interaction.source.row_sha256, "source": e.interaction.source.file,
                "source_sha256": e.interaction.source.sha256, "locator": e.interaction.source.locator,
            }
            for n, e in enumerate(events, start=1)
        ],
        "missing": missing,
    }  # fmt: skip
    files[_MANIFEST] = _json(manifest)
    part = path.with_name(path.name + ".part")
    part.write_bytes(_zip(files))
    part.chmod(0o600)
    part.replace(path)
    return manifest


def _originals(
    workspace: Workspace, events: Sequence[Event], files: dict[str, bytes]
) -> tuple[dict[str, str], list[dict[str, str]]]:
    names: dict[str, str] = {}
    missing = []
    for n, e in enumerate(events, start=1):
        i = e.interaction
        try:
            data = fetch(workspace, i.source)
        except QuorumWatchError as error:
            missing.append({"id": i.id, "why": f"{error.code} {error.faults[0].what}"})
            continue
        end = "eml" if i.channel in (Channel.EMAIL, Channel.CALENDAR) and b":" in data[:200] else "bin"
        name = f"originals/{n:03d}-{i.source.row_sha256[:12]}.{end}"
        names[i.id] = name
        files[name] = data
    return names, missing


def fetch(workspace: Workspace, source: SourceRef) -> bytes:
    """The exact bytes of one message from its source file, checked against both hashes.

    Raises ``EvidenceError``: QW-E226 if the file is not there, QW-E225 if it was changed, QW-E227 if the row cannot be
    found again.
    """
    keep = "Put the original file back into inbox/ and keep it there."
    inbox = Path(workspace.inbox).resolve()
    path = (inbox / source.file.removeprefix("inbox/")).resolve()
    if not path.is_relative_to(inbox) or not path.is_file():
        raise EvidenceError("QW-E226", "A source file is missing.", plain(source.file), keep)
    if hash_file(path) != source.sha256:
        raise EvidenceError("QW-E225", "A source file is no longer the bytes that were read.", plain(source.file), keep)
    file = registry.open_source(path, inbox)
    reader = registry.detect(file)
    try:
        data = reader.fetch(file, source.locator) if reader else b""
    except Exception:  # whatever a reader stumbles over, the row was not found again
        data = b""
    if hashlib.sha256(data).hexdigest() != source.row_sha256:
        where = f"{plain(source.file)} at {plain(source.locator)}"
        raise EvidenceError("QW-E227", "A row cannot be found again in its source.", where, keep)
    return data


def _rows(workspace: Workspace, events: Sequence[Event], originals: Mapping[str, str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for n, e in enumerate(events, start=1):
        i = e.interaction
        rows.append(
            (
                n, i.id, local(i.at, workspace.zone), i.channel.value, i.sender or i.sender_raw, _roles(i, "to"),
                _roles(i, "cc"), _roles(i, "bcc"), i.subject, i.source.file, i.source.sha256, i.source.locator,
                i.source.row_sha256, originals.get(i.id, ""),
            )
        )  # fmt: skip
    return rows


def _roles(i: Interaction, column: str) -> str:
    chosen = [c for c in i.contacts if (c.role.value if c.role.value in ("cc", "bcc") else "to") == column]
    return "; ".join(c.person or c.address or c.raw for c in chosen)


def _line(workspace: Workspace, e: Event) -> str:
    i = e.interaction
    row = {
        "id": i.id, "time": local(i.at, workspace.zone), "time_precision": i.precision.value,
        "channel": i.channel.value, "from": i.sender_address or i.sender or i.sender_raw,
        **{k: _roles(i, k).split("; ") if _roles(i, k) else [] for k in ("to", "cc", "bcc")},
        "audience": i.audience.value, "in_reply_to": i.in_reply_to, "thread": i.thread, "subject": i.subject,
        "text": i.text,
    }  # fmt: skip
    return json.dumps(row, ensure_ascii=True) + "\n"


def _graphs(finding: Mapping[str, Any], events: Sequence[Event]) -> dict[str, bytes]:
    import networkx as nx

    from quorum_watch.graph import finding_graph, temporal_graph, write_gexf, write_graphml

    whole = temporal_graph([e.interaction for e in events], [e.reading for e in events])
    shape = SimpleNamespace(
        steps=[SimpleNamespace(interaction=s["interaction"], n=s["n"]) for s in finding["steps"]],
        members=SimpleNamespace(**finding["members"]),
        pivotal=finding["pivotal"],
    )
    graph = finding_graph(whole, cast(Finding, shape))
    # A name may hold characters that XML cannot carry.
    graph = nx.relabel_nodes(graph, {n: plain(n) for n in graph})
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("graph.graphml", write_graphml), ("graph.gexf", write_gexf)):
            path = Path(folder) / name
            write(graph, path)
            found[name] = path.read_bytes()
    return found


@dataclass(frozen=True, slots=True)
class PacketAudit:
    """What was checked in a packet: files, messages, messages found again in their sources, and everything wrong."""

    files: int
    messages: int
    found_again: int
    faults: tuple[Fault, ...]


def verify_packet(path: Path, workspace: Workspace | None = None) -> PacketAudit:
    """Check a packet against its manifest and, with a workspace, each message against its source."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(i.file_size for i in archive.infolist()) > _MOST_BYTES:
                raise ValueError("too large")
            contents = {i.filename: archive.read(i) for i in archive.infolist()}
            several = len(archive.infolist()) - len(contents)
        manifest = json.loads(contents.pop(_MANIFEST))
        if manifest["schema"] != SCHEMA:
            raise ValueError("another schema")
        listed = {name: about["sha256"] for name, about in manifest["files"].items()}
        messages = [(m["id"], m["file"], _source(m)) for m in manifest["messages"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, RuntimeError) as error:
        what = f"This is not an evidence packet that can be read ({type(error).__name__})."
        return PacketAudit(0, 0, 0, (Fault(NOT_PACKET, what, path.name, _AGAIN),))
    faults = []
    if several:
        faults.append(Fault(BAD, "A name stands twice in the packet.", path.name, _AGAIN))
    for name in sorted(contents.keys() | listed.keys()):
        where = f"{path.name}: {plain(name)[:100]}"
        if name not in contents:
            faults.append(Fault(BAD, "A file is missing from the packet.", where, _AGAIN))
        elif name not in listed:
            faults.append(Fault(BAD, "A file was added to the packet.", where, _AGAIN))
        elif _hash(contents[name]) != listed[name]:
            faults.append(Fault(BAD, "A file in the packet was altered.", where, _AGAIN))
    again = 0
    for name, file, source in messages:
        if file and _hash(contents.get(file, b"")) != source.row_sha256:
            where = f"{path.name}: {plain(file)[:100]}"
            faults.append(Fault(BAD, "A message is not the bytes its hash names.", where, _AGAIN))
        if workspace is not None and file:
            try:
                again += fetch(workspace, source) == contents.get(file)
            except QuorumWatchError as error:
                first = error.faults[0]
                faults.append(Fault(first.code, first.what, f"{path.name}: {plain(name)[:60]}", first.remedy))
    return PacketAudit(len(listed), len(messages), again, tuple(faults))


def _source(m: Mapping[str, str]) -> SourceRef:
    return SourceRef(m["source"], m["source_sha256"], m["locator"], m["sha256"])


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=True, indent=2) + "\n").encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o600 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
