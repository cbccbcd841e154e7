"""``quorum-watch compare``: two runs, or one collection under two laws or two dates of law."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import emit, paragraph, progress, received
from quorum_watch.errors import InputError

if TYPE_CHECKING:
    from quorum_watch.comparing import Change


@click.command("compare")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--run", "run_id", help="An earlier run to compare the newest with (default: the one before it).")
@click.option("--law", metavar="PROFILE", help="Compare today's law with this profile on the same records.")
@click.option("--law-as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="Compare with the law as of this day.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@click.option("--all", "everything", is_flag=True, help="List unchanged findings too.")
def command(
    workspace: Path, run_id: str | None, law: str | None, as_of: datetime | None, form: str, everything: bool
) -> None:
    """What changed in WORKSPACE since another run, or under another law, and why."""
    from quorum_watch.comparing import compare_documents, law_changes

    before, after = _documents(workspace, run_id, law, as_of)
    changes = compare_documents(before, after)
    moved = law_changes(before, after)
    if form == "json":
        click.echo(json.dumps(_as_json(before, after, moved, changes), ensure_ascii=False, indent=2))
        return
    for line in moved:
        emit(line)
    counts = {state: sum(c.state == state for c in changes) for state in ("new", "updated", "unchanged", "absent")}
    emit(", ".join(f"{n} {state}" for state, n in counts.items()))
    for c in changes:
        if everything or c.state != "unchanged":
            name = c.after or c.before
            emit(f"\n{c.state}: {name}")
            emit(paragraph(c.headline))
            for line in c.why:
                emit(paragraph(f"- {line}", "    "))


def _documents(
    workspace: Path, run_id: str | None, law: str | None, as_of: datetime | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    from quorum_watch import pipeline, runs
    from quorum_watch.workspace import Workspace

    if law or as_of:
        run = pipeline.analyze(workspace, progress=progress(), received=received())
        other = pipeline.reassess(run, law=law, law_as_of=as_of.date() if as_of else None)
        return run.document, other.document
    ws = Workspace.open(workspace)
    newest = runs.latest(ws.runs)
    if newest is None:
        raise runs.no_run(ws.runs)
    after = runs.load(ws.runs, newest)
    earlier = run_id or after["run"]["previous"]
    if earlier is None:
        raise InputError("QW-E275", "There is only one run.", f"{ws.root.name}/runs", "Name a run, or use --law.")
    return runs.load(ws.runs, earlier), after


def _as_json(before: Any, after: Any, moved: tuple[str, ...], changes: tuple[Change, ...]) -> dict[str, Any]:
    rows = [
        {"state": c.state.value, "before": c.before, "after": c.after, "headline": c.headline, "why": list(c.why)}
        for c in changes
    ]
    return {
        "schema": "quorum-watch/comparison/1", "before": before["run"]["id"], "after": after["run"]["id"],
        "law": list(moved), "changes": rows,
    }  # fmt: skip
