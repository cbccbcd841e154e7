"""``quorum-watch roster``: check, show, doctor, import."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quorum_watch.errors import Fault
    from quorum_watch.interactions.doctor import Diagnosis, Doubt
    from quorum_watch.roster import Roster

#: Rows of a long list shown as text; JSON always has all of them.
_SHOWN = 40
_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result."
)
_ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day asked about; today if not given.")


@click.group("roster")
def command() -> None:
    """People, terms, accounts, lists: what is missing or doubtful."""


@command.command("check")
@click.argument("workspace", type=click.Path())
@_ON
@_FORMAT
def check(workspace: str, on: datetime | None, form: str) -> None:
    """Report every fault of the workspace's tables at once, then what is worth a look."""
    from quorum_watch.roster.advice import advise

    roster = _open(workspace)
    found = advise(roster, _day(on))
    counts = {name: len(getattr(roster, name)) for name in ("people", "bodies", "memberships", "accounts", "lists")}
    if form == "json":
        _print_json("roster-check/1", {"counts": counts, "advice": [asdict(item) for item in found]})
        return
    click.echo("The roster can be used: " + ", ".join(f"{n} {name}" for name, n in counts.items()) + ".")
    if found:
        click.echo("Worth a look:")
    for item in found:
        click.echo(f"  {item.subject}: {item.what} {item.remedy}")


@command.command("show")
@click.argument("workspace", type=click.Path())
@_ON
@_FORMAT
def show(workspace: str, on: datetime | None, form: str) -> None:
    """Show who sat on each body on a day, and which seats were empty."""
    roster, day = _open(workspace), _day(on)
    bodies = [_body(roster, body.body_id, day) for body in sorted(roster.bodies, key=lambda b: b.body_id)]
    if form == "json":
        _print_json("roster-show/1", {"on": day.isoformat(), "bodies": bodies})
        return
    click.echo(f"On {day}:")
    for body in bodies:
        click.echo(f"\n{body['name']} ({body['body_id']}): {len(body['members'])} of {body['seats']} seats filled")
        for title, key in (("", "members"), ("without a vote: ", "others"), ("not yet in office: ", "awaiting")):
            for seat in body[key]:
                note = "" if seat["capacity"] == "member" else f", {seat['capacity'].replace('_', ' ')}"
                click.echo(f"  {title}{roster.name(seat['person'])} ({seat['person']}){note}")


@command.command("doctor")
@click.argument("workspace", type=click.Path())
@_FORMAT
@click.option("--quiet", is_flag=True, help="No progress.")
def doctor(workspace: str, form: str, quiet: bool) -> None:
    """List accounts nobody knows, doubtful ones with suggestions, stale terms, silent members and empty lists.

    New files of inbox/ are read first. No suggestion is ever applied: write what is right into the roster.
    """
    from quorum_watch.cli.ingest import ingest_workspace
    from quorum_watch.evidence import load
    from quorum_watch.interactions import find_undated, resolve
    from quorum_watch.interactions.doctor import diagnose
    from quorum_watch.roster import Roster
    from quorum_watch.workspace import Workspace

    place = Workspace.open(workspace)
    roster = Roster.read(place)
    ingest_workspace(place, show_progress=not quiet)
    evidence = load(place.evidence)
    interactions = resolve(evidence, roster, place)
    undated = len(find_undated(evidence))
    diagnosis = diagnose(interactions, roster, place, _day(None))
    if form == "json":
        told = {"interactions": len(interactions), "undated": undated, **asdict(diagnosis)}
        _print_json("roster-doctor/1", told)
        return
    click.echo(f"{len(interactions)} interactions were compared with the roster.")
    if undated:
        click.echo(f"{undated} records have no date and could not be placed.")
    _print_diagnosis(diagnosis, roster)


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--to", "target", default="roster-import", show_default=True, help="New folder for the tables.")
@_FORMAT
def import_(files: tuple[str, ...], target: str, form: str) -> None:
    """Turn Legistar, Popolo, Open Civic Data or OpenStates files, or a CSV list, into tables to review.

    The tables and REVIEW.txt go into a new folder. Nothing is put into a workspace: copy over what is right.
    """
    from quorum_watch.roster.importing import import_files

    draft = import_files([Path(file) for file in files])
    written = draft.write(Path(target))
    counts = {name: len(rows) for name, rows in draft.tables.items()}
    if form == "json":
        names = [path.name for path in written]
        _print_json("roster-import/1", {"to": target, "files": names, "counts": counts, "notes": draft.notes})
        return
    click.echo(f"Written to {target}: " + ", ".join(f"{n} {name}" for name, n in counts.items()) + ".")
    click.echo(f"{len(draft.notes)} things to look at; they are listed in {target}/REVIEW.txt.")


def _open(workspace: str) -> Roster:
    """The roster, or one error with the faults of the workspace and of the roster together."""
    from quorum_watch.errors import RosterError, WorkspaceError
    from quorum_watch.roster import Roster
    from quorum_watch.workspace import Workspace

    try:
        place = Workspace.open(workspace)
    except WorkspaceError as error:
        raise WorkspaceError.of((*error.faults, *_roster_faults(Path(workspace)))) from error
    roster, faults = Roster.examine(place)
    if roster is None:
        raise RosterError.of(faults)
    return roster


def _roster_faults(root: Path) -> tuple[Fault, ...]:
    from quorum_watch.roster.check import check as check_tables
    from quorum_watch.roster.load import load

    book = root / "roster.xlsx"
    path = book if book.is_file() else root / "roster"
    if not root.is_dir() or not path.exists():
        return ()
    tables = load(path)
    return (*tables.faults, *check_tables(tables))


def _day(on: datetime | None) -> date:
    return on.date() if on else date.today()  # the command line is where the clock is read


def _body(roster: Roster, body_id: str, day: date) -> dict[str, Any]:
    body = roster.body(body_id)
    return {
        "body_id": body_id,
        "name": body.name,
        "kind": body.kind.value,
        "seats": body.seats,
        "vacancies": roster.vacancies(body_id, day),
        "presiding": roster.presiding(body_id, day),
        "members": [_seat(seat) for seat in roster.members(body_id, day)],
        "others": [_seat(seat) for seat in roster.others(body_id, day)],
        "awaiting": [_seat(seat) for seat in roster.awaiting(body_id, day)],
    }


def _seat(seat: Any) -> dict[str, Any]:
    start, end = (day.isoformat() if day else None for day in (seat.start, seat.end))
    return {"person": seat.person, "capacity": seat.capacity, "start": start, "end": end}


def _print_diagnosis(diagnosis: Diagnosis, roster: Roster) -> None:
    if diagnosis.quiet:
        click.echo("Every account is known; nothing is doubtful or stale.")
    hinted = [_doubt(doubt, roster) for doubt in diagnosis.unknown if doubt.suggestions]
    plain = [_doubt(doubt, roster) for doubt in diagnosis.unknown if not doubt.suggestions]
    _section("Unknown accounts that may be somebody in the roster (nothing was assumed)", hinted)
    if len(plain) > _SHOWN:
        plain[_SHOWN:] = [f"and {len(plain) - _SHOWN} more; --format json lists all"]
    _section("Other unknown accounts", plain)
    by_name = [
        f"{d.account} ({d.messages} messages) was taken for {roster.name(d.resolved_to or '')} by the name alone"
        for d in diagnosis.doubtful
    ]
    _section("Recognised by name only: add the spelling to accounts as kind name if it is right", by_name)
    _section("Terms and dates", [f"{n.subject}: {n.what} {n.remedy}" for n in diagnosis.stale])
    _section("Members who appear in no record", [roster.name(p) for p in diagnosis.silent])
    _section("Lists", [f"{n.subject}: {n.what} {n.remedy}" for n in diagnosis.lists])


def _doubt(doubt: Doubt, roster: Roster) -> str:
    line = f"{doubt.account} ({doubt.messages} messages)"
    if doubt.kind == "ambiguous":
        return f"{line}: could be {' or '.join(roster.name(s.person) for s in doubt.suggestions)}; nobody was chosen"
    if doubt.suggestions:
        might = "; ".join(f"{roster.name(s.person)} ({s.why}, {s.likeness} of 100)" for s in doubt.suggestions)
        return f"{line}: perhaps {might}"
    return line


def _section(title: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"\n{title}:")
        for line in lines:
            click.echo(f"  {line}")


def _print_json(schema: str, content: dict[str, Any]) -> None:
    click.echo(json.dumps({"schema": f"quorum-watch/{schema}", **content}, ensure_ascii=False, default=str))
