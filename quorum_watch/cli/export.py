"""``quorum-watch export``: every interaction as analysed, in the interchange format."""

from __future__ import annotations

from pathlib import Path

import click

from quorum_watch.cli.common import progress


@click.command("export")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["jsonl"]), default="jsonl", help="What to write.")
@click.option("--output", type=click.Path(path_type=Path), help="A file instead of standard output.")
def command(workspace: Path, form: str, output: Path | None) -> None:  # noqa: ARG001
    """Ingest what is new in WORKSPACE, then write every interaction with people, acts, topics and provenance."""
    from quorum_watch import pipeline

    lines = pipeline.export(workspace, progress())
    if output is None:
        for line in lines:
            click.echo(line)
        return
    part = output.with_name(output.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as f:
        for line in lines:
            f.write(line + "\n")
    part.replace(output)
