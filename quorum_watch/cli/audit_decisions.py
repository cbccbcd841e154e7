"""``quorum-watch audit verify | head | backup``: the decision log against itself, packets, and what was issued."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import emit, received, short

if TYPE_CHECKING:
    from quorum_watch.errors import Fault
    from quorum_watch.workspace import Workspace

_PLACE = click.option("--review", "place", metavar="PLACE", help="Where decisions are kept, if not in the workspace.")


@click.command("verify")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--head", "heads", multiple=True, metavar="HEAD", help="A head printed on an issued report. Repeatable.")
@click.option("--packet", "packets", multiple=True, type=click.Path(path_type=Path), help="An evidence packet.")
@click.option("--evidence/--no-evidence", "with_evidence", default=True, help="Check the collected evidence too.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result.")
@_PLACE
def verify(
    workspace: Path,
    heads: tuple[str, ...],
    packets: tuple[Path, ...],
    with_evidence: bool,
    form: str,
    place: str | None,
) -> None:
    """Check decisions, packets and evidence of WORKSPACE.

    The log is checked against itself, against every head in the register of issued reports, and against the heads
    given. Exit code 3 if anything differs.
    """
    from quorum_watch.errors import EvidenceError
    from quorum_watch.review.packet import verify_packet
    from quorum_watch.workspace import Workspace

    ws = Workspace.open(workspace)
    issued, faults = _issued_heads(ws)
    log, found = _log(ws, place, (*heads, *issued))
    faults += found
    rows: dict[str, Any] = {"decisions": log, "issued_heads": len(issued), "packets": []}
    for path in packets:
        checked = verify_packet(path, ws)
        faults += list(checked.faults)
        faults += _unlogged(ws, place, path) if not checked.faults else []
        counts = {"files": checked.files, "messages": checked.messages, "found_again": checked.found_again}
        rows["packets"].append({"packet": path.name} | counts)
    if with_evidence:
        from quorum_watch.evidence import audit_evidence

        audit = audit_evidence(Path(ws.inbox), Path(ws.evidence))
        faults += list(audit.faults)
        rows["evidence"] = {"batches": audit.batches, "sources": audit.sources, "rows": audit.rows,
                            "rows_checked": audit.rows_checked}  # fmt: skip
    if form == "json":
        told = [{"code": f.code, "what": f.what, "where": f.where, "do": f.remedy} for f in faults]
        click.echo(json.dumps({"schema": "quorum-watch/audit-verify/1", **rows, "faults": told}, ensure_ascii=False))
    else:
        _tell(rows, len(faults))
    if faults:
        raise EvidenceError.of(faults)


def _tell(rows: dict[str, Any], faults: int) -> None:
    log = rows["decisions"]
    if log is None:
        emit("No decisions were recorded yet.")
    else:
        emit(f"{log['entries']} entries and {log['rows']} rows in the decision log; head {log['head']}")
    emit(f"{rows['issued_heads']} heads of issued reports checked")
    for p in rows["packets"]:
        again = f"{p['found_again']} of {p['messages']} messages found in their sources"
        emit(f"{p['packet']}: {p['files']} files, {again}")
    if "evidence" in rows:
        e = rows["evidence"]
        whole = f"{e['batches']} batches, {e['sources']} source files, {e['rows']} rows"
        emit(f"{whole}, {e['rows_checked']} fetched again")
    emit("everything is as it was written" if not faults else f"{faults} faults")


def _log(ws: Workspace, place: str | None, heads: tuple[str, ...]) -> tuple[dict[str, Any] | None, list[Fault]]:
    from quorum_watch.errors import Fault
    from quorum_watch.review import audit
    from quorum_watch.review.db import is_server

    where: Path | str = place or ws.review_db
    if not is_server(where) and not Path(where).exists() and not Path(f"{where}-wal").exists():
        if heads:
            what = "There is no decision log, but reports were issued from one."
            remedy = "Restore the newest backup of review.sqlite."
            return None, [Fault("QW-E260", what, Path(where).name, remedy)]
        return None, []
    found = audit.verify(where, heads)
    return {"entries": found.entries, "rows": found.rows, "head": found.head}, list(found.faults)


def _issued_heads(ws: Workspace) -> tuple[tuple[str, ...], list[Fault]]:
    """Heads printed on issued reports, from their register; reports issued before any decision carry none."""
    from quorum_watch.errors import QuorumWatchError
    from quorum_watch.report.issue import read_register

    try:
        register = read_register(ws.reports / "issued")
    except QuorumWatchError as error:
        return (), list(error.faults)
    found = [str(e.get("audit_head") or "") for e in register]
    return tuple(dict.fromkeys(h for h in found if h)), []


def _unlogged(ws: Workspace, place: str | None, path: Path) -> list[Fault]:
    """A packet that the log does not know was made elsewhere, or altered together with its manifest."""
    from quorum_watch.errors import Fault, QuorumWatchError
    from quorum_watch.review.audit import entries
    from quorum_watch.review.db import connect

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        db = connect(place or ws.review_db, readonly=True)
    except QuorumWatchError:
        known: set[str] = set()
    else:
        try:
            known = {json.loads(e.body).get("sha256", "") for e in entries(db) if e.action == "write packet"}
        finally:
            db.close()
    if digest in known:
        return []
    what = "The decision log has no record of this packet as it is."
    remedy = "Make the packet again from the workspace, and compare it with this one."
    return [Fault("QW-E265", what, path.name, remedy)]


@click.command("head")
@click.argument("workspace", type=click.Path(path_type=Path))
@_PLACE
def head(workspace: Path, place: str | None) -> None:
    """Print the head of the decision log: number and hash of its newest entry."""
    from quorum_watch.review.audit import format_head, head_of
    from quorum_watch.review.db import connect
    from quorum_watch.workspace import Workspace

    db = connect(place or Workspace.open(workspace).review_db, readonly=True)
    try:
        emit(format_head(head_of(db)))
    finally:
        db.close()


@click.command("backup")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path), required=False)
@_PLACE
def backup(workspace: Path, target: Path | None, place: str | None) -> None:
    """Copy the decision log of WORKSPACE to TARGET while people work, and verify the copy.

    Without TARGET the copy is written beside the log, named by the time.
    """
    from quorum_watch.review.backup import back_up
    from quorum_watch.workspace import Workspace

    ws = Workspace.open(workspace)
    stamp = received()["at"][:19].replace(":", "").replace("-", "")
    chosen = target or ws.root / f"review-backup-{stamp}.sqlite"
    made = back_up(place or ws.review_db, chosen)
    emit(f"{made.entries} entries are in {short(chosen)}; head {made.head}")
