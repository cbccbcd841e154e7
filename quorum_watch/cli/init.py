"""``quorum-watch init``: write a commented workspace a clerk can fill in."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path())
@click.option("--name", default="", help="Name of the city, village, town, county or district.")
@click.option("--jurisdiction", default="", help="Law profile, such as us-wi (see: quorum-watch law).")
@click.option("--timezone", default="", help="Time zone, such as America/Chicago.")
@click.option("--xlsx", is_flag=True, help="One roster.xlsx with five sheets in place of five CSV files.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result.")
def command(folder: str, name: str, jurisdiction: str, timezone: str, xlsx: bool, form: str) -> None:
    """Write a commented workspace into DIR, which must be empty or not there yet.

    DIR then holds workspace.toml, README.txt with an explanation of every column, the tables of the roster with
    example rows (ignored by the program), and an empty inbox/.
    """
    from quorum_watch.workspace.template import create

    given = {"name": name, "jurisdiction": jurisdiction, "timezone": timezone}
    root = Path(folder)
    written = create(root, settings={k: v for k, v in given.items() if v}, xlsx=xlsx)
    files = [path.relative_to(root).as_posix() for path in written]
    if form == "json":
        click.echo(json.dumps({"schema": "quorum-watch/init/1", "workspace": folder, "files": files}))
        return
    click.echo(f"A new workspace is in {folder}:")
    for file in files:
        click.echo(f"  {file}")
    click.echo("  inbox/")
    roster = "roster.xlsx" if xlsx else "the tables in roster/"
    first = [] if name else ["Fill in the name in workspace.toml."]
    steps = [*first, f"Fill in {roster}; README.txt explains every column.", "Put copies of the mail into inbox/."]
    click.echo("What to do next:")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")
    click.echo(f"  {len(steps) + 1}. Run: quorum-watch roster check {folder}")
