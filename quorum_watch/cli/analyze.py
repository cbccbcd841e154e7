"""``quorum-watch analyze``: build the contact graph and list findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import emit, paragraph, progress, received, short, table

if TYPE_CHECKING:
    from quorum_watch.pipeline import Run

LEVELS = ("note", "look", "look_first")


@click.command("analyze")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", help="What to print.")
@click.option("--law", metavar="PROFILE", help="Use this law profile instead of the workspace's.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Exit with 1 if a finding has this concern or more.")
@click.option("--all", "everything", is_flag=True, help="List notes and policy findings too (text).")
def command(workspace: Path, form: str, law: str | None, fail_on: str | None, everything: bool) -> int:
    """Ingest what is new in WORKSPACE, analyse everything, and list contact patterns worth a lawyer's look."""
    from quorum_watch import pipeline, runs

    run = pipeline.analyze(workspace, law=law, progress=progress(), received=received())
    if form == "json":
        click.echo(runs.render(run.document), nl=False)
    elif form == "csv":
        emit(as_csv(run.document["findings"]))
    else:
        emit(as_text(run, everything=everything))
        emit(f"\nRun {run.id} is in {short(run.case.workspace.runs / run.id)}.")
        emit(f"Next: quorum-watch show {short(workspace)} QW-...   explains one finding step by step.")
    return fails(run.document["findings"], fail_on)


def fails(findings: list[dict[str, Any]], level: str | None) -> int:
    """1 if a finding reaches the level asked about, else 0."""
    if level is None:
        return 0
    return int(any(LEVELS.index(f["concern"]) >= LEVELS.index(level) for f in findings))


def as_text(run: Run, *, everything: bool) -> str:
    """The run as a clerk reads it in a terminal: account, findings, what was not seen."""
    from quorum_watch.wording import say

    document, lines = run.document, []
    about = document["run"]
    lines.append(f"{about['city']}: {about['profile']['title']}")
    if about["profile"]["banner"]:
        lines.append(paragraph(about["profile"]["banner"], ""))
    lines.append(say("coverage.sum", document["coverage"]["totals"]))
    period = document["coverage"]["period"]
    if period:
        lines.append(f"Period: {period[0][:10]} to {period[1][:10]}")
    unknown = document["coverage"]["unknown_accounts"]
    if unknown:
        lines.append(f"{len(unknown)} accounts are not in the roster (quorum-watch roster doctor lists them).")
    undated, bare = document["coverage"]["undated"], document["coverage"]["without_subject"]
    if undated:
        lines.append(f"{undated} rows have no time and cannot be placed: they are in no finding.")
    if bare:
        lines.append(f"{bare} contacts between members name no topic or matter: they are in no finding (see export).")
    findings = document["findings"]
    counts = {level: sum(f["concern"] == level and f["test"] != "policy" for f in findings) for level in LEVELS}
    policy = sum(f["test"] == "policy" for f in findings)
    lines.append("")
    lines.append(
        f"{counts['look_first']} to look at first, {counts['look']} to look at, {counts['note']} notes, "
        f"{policy} policy notes"
    )
    shown = [f for f in findings if everything or (f["concern"] != "note" and f["test"] != "policy")]
    if shown:
        rows = [
            (
                f["id"],
                say(f"concern.{f['concern']}"),
                say(f"confidence.{f['confidence']}"),
                say(f"test.{f['test']}"),
                say(f"pattern.{f['pattern']}"),
                f["since_last"],
                f["headline"],
            )
            for f in shown
        ]
        lines += ["", table(rows, ("finding", "concern", "facts", "test", "pattern", "since", "what"))]
    else:
        lines.append(paragraph(say("unseen.silence"), ""))
    if not everything and len(shown) < len(findings):
        lines.append(f"({len(findings) - len(shown)} notes not listed; --all lists them.)")
    return "\n".join(lines)


def as_csv(findings: list[dict[str, Any]]) -> str:
    """One row a finding for a spreadsheet; cells that a spreadsheet would run as a formula are made text."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["id", "test", "pattern", "concern", "confidence", "body", "subject", "reach", "first", "last", "headline"]
    )
    for f in findings:
        cells = [f["id"], f["test"], f["pattern"], f["concern"], f["confidence"], f["body"], f["subject"]["label"],
                 str(f["reach"]), f["first"], f["last"], f["headline"]]  # fmt: skip
        writer.writerow(["'" + c if c[:1] in "=+-@\t\r\0" else c for c in cells])
    return out.getvalue().rstrip("\n")
