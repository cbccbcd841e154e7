"""``quorum-watch review``: open the attorney's notebooks; list, record and export decisions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import emit, received, short, table
from quorum_watch.errors import InputError, UsageError
from quorum_watch.vocabulary import Disposition

if TYPE_CHECKING:
    from quorum_watch.notebook import OpenRun
    from quorum_watch.notebook.finding import FindingView
    from quorum_watch.review.log import ReviewLog

NOTEBOOKS = "notebooks"


class _DeskGroup(click.Group):
    """Lets options stand after WORKSPACE as well as before it, as people type them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((k for k, a in enumerate(args) if k and a in self.commands), len(args))
        valued = {o for p in self.params if isinstance(p, click.Option) and not p.is_flag for o in p.opts}
        front: list[str] = []
        rest: list[str] = []
        head = iter(args[:first])
        for word in head:
            if not word.startswith("-"):
                rest.append(word)
                continue
            front.append(word)
            if word in valued:
                front += [value] if (value := next(head, None)) is not None else []
        return super().parse_args(ctx, [*front, *rest, *args[first:]])


@click.group("review", cls=_DeskGroup, invoke_without_command=True)
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--by", "actor", default="", help="Who decides; by default the account's name.")
@click.option("--review", "place", metavar="PLACE", help="Where decisions are kept: a path or postgresql:// address.")
@click.option("--no-browser", is_flag=True, help="Start JupyterLab without opening a browser.")
@click.option("--port", type=int, help="Port for JupyterLab on this computer.")
@click.pass_context
def command(
    ctx: click.Context, workspace: Path, actor: str, place: str | None, no_browser: bool, port: int | None
) -> None:
    """Open the notebooks of WORKSPACE in JupyterLab, or work on its decisions with a subcommand.

    \b
    quorum-watch review my-city                       opens JupyterLab there
    quorum-watch review my-city list
    quorum-watch review my-city record QW-7F3A no_concern --basis "one-way notice" --not-privileged
    quorum-watch review my-city export --cleared --out released.json
    """
    ctx.obj = {"workspace": workspace, "actor": actor, "place": place}
    if ctx.invoked_subcommand is None:
        _open_lab(workspace, browser=not no_browser, port=port)


def lay_out(workspace: Path) -> tuple[Path, ...]:
    """Put the notebooks that are not there yet into the workspace's folder ``notebooks``; returns what was added."""
    target = workspace / NOTEBOOKS
    target.mkdir(exist_ok=True)
    shipped = Path(str(resources.files("quorum_watch"))) / "notebook_files"
    if not shipped.is_dir():  # a checkout, not an installed wheel
        shipped = Path(str(resources.files("quorum_watch"))).parent / NOTEBOOKS
    found = sorted(shipped.glob("*.ipynb"))
    if not found:
        raise InputError("QW-E267", "The notebooks are not part of this installation.", "quorum_watch/notebook_files",
                         "Install the package again.")  # fmt: skip
    added = []
    for book in found:
        if not (target / book.name).exists():  # what somebody wrote into a notebook is never overwritten
            shutil.copyfile(book, target / book.name)
            added.append(target / book.name)
    return tuple(added)


def _open_lab(workspace: Path, *, browser: bool, port: int | None) -> None:
    import importlib.util

    from quorum_watch.workspace import Workspace

    Workspace.open(workspace)
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError("QW-E116", "JupyterLab is not installed.", "quorum-watch review",
                         "Install it: pip install 'quorum-watch[review]'")  # fmt: skip
    added = lay_out(workspace)
    if added:
        click.echo(f"{len(added)} notebooks put into {short(workspace / NOTEBOOKS)}", err=True)
    args = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={workspace}", "--ServerApp.ip=127.0.0.1",
            "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    args += [] if browser else ["--no-browser"]
    args += [f"--ServerApp.port={port}"] if port else []
    code = subprocess.run(args, check=False, env=_without_news(workspace / ".cache" / "jupyter")).returncode
    if code:
        raise InputError("QW-E268", "JupyterLab ended with an error.", f"exit code {code}", "Read its messages above.")


def _without_news(folder: Path) -> dict[str, str]:
    """An environment in which JupyterLab neither fetches news nor asks whether it may."""
    import os

    page = folder / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}) + "\n")
    paths = [str(folder.resolve()), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH", "")])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


# --- decisions --------------------------------------------------------------------------------------------------------


def _run(ctx: click.Context) -> OpenRun:
    from quorum_watch.notebook import open_run

    return open_run(ctx.obj["workspace"], review=ctx.obj["place"])


def _log(ctx: click.Context, run: OpenRun) -> ReviewLog:
    from quorum_watch.review.log import ReviewLog

    return ReviewLog.open(run.review, actor=ctx.obj["actor"] or received()["by"])


def _find(run: OpenRun, name: str) -> FindingView:
    return run.findings[name]


@command.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@click.option("--open", "only_open", is_flag=True, help="Only findings without a decision that still fits.")
@click.pass_context
def list_decisions(ctx: click.Context, form: str, only_open: bool) -> None:
    """List findings with the decisions that stand, and decisions about findings no longer in the run."""
    run = _run(ctx)
    decided = run.decisions()
    rows = []
    for f in run.findings:
        d = decided.get(f.seed)
        changed = d is not None and d["full"] != f.full
        if not (only_open and d is not None and not changed):
            rows.append((f, d, changed))
    seeds = {f.seed for f in run.findings}
    gone = [d for seed, d in decided.items() if seed not in seeds]
    if form == "json":
        found = [{"finding": f.id, "concern": f.raw["concern"], "decision": d, "changed_since": c} for f, d, c in rows]
        click.echo(json.dumps({"schema": "quorum-watch/review/1", "run": run.id, "findings": found, "gone": gone},
                              ensure_ascii=False, indent=2))  # fmt: skip
        return
    shown = [
        (f.id, f.raw["concern"], d["disposition"] if d else "-", "changed since" if c else "", d["actor"] if d else "",
         f.headline)
        for f, d, c in rows
    ]  # fmt: skip
    emit(table(shown, ("finding", "concern", "decision", "", "by", "what")))
    for d in gone:
        emit(f"{d['finding']}: {d['disposition']} by {d['actor']} ({d['at'][:10]}); the finding is not in this run")


_PRIVILEGE = click.option("--privileged/--not-privileged", required=True, help="Whether it holds legal advice.")


@command.command("record")
@click.argument("finding")
@click.argument("disposition", type=click.Choice([d.value for d in Disposition]))
@click.option("--basis", required=True, help="What the decision rests on.")
@_PRIVILEGE
@click.option("--note", default="", help="A remark kept with the decision.")
@click.option("--second-reviewer", default="", help="Who else looked at it.")
@click.pass_context
def record(
    ctx: click.Context, finding: str, disposition: str, basis: str, privileged: bool, note: str, second_reviewer: str
) -> None:
    """Record a decision about FINDING."""
    run = _run(ctx)
    chosen = _find(run, finding)
    with _log(ctx, run) as log:
        made = log.record(chosen, disposition, basis=basis, privileged=privileged, note=note,
                          second_reviewer=second_reviewer, run=run.id)  # fmt: skip
        emit(f"Entry {made.seq}: {made.finding} {made.disposition.value}, by {made.actor}. Head {log.head()}")


@command.command("undo")
@click.argument("finding")
@click.pass_context
def undo(ctx: click.Context, finding: str) -> None:
    """Take back the decision about FINDING by a new entry; the one before it stands again."""
    run = _run(ctx)
    with _log(ctx, run) as log:
        stands = log.undo(_find(run, finding))
        emit(f"Taken back. What stands now: {stands.disposition.value if stands else 'no decision'}.")


@command.command("note")
@click.argument("finding")
@click.argument("text")
@_PRIVILEGE
@click.pass_context
def note(ctx: click.Context, finding: str, text: str, privileged: bool) -> None:
    """Add a remark about FINDING."""
    run = _run(ctx)
    with _log(ctx, run) as log:
        emit(f"Note {log.note(_find(run, finding), text, privileged=privileged).seq} is kept.")


@command.command("clear")
@click.argument("finding")
@click.option("--withdraw", is_flag=True, help="Take it off the release list.")
@click.pass_context
def clear(ctx: click.Context, finding: str, withdraw: bool) -> None:
    """Clear FINDING for the release list: its id and one status word may then be public."""
    run = _run(ctx)
    with _log(ctx, run) as log:
        chosen = _find(run, finding)
        if withdraw:
            log.withdraw_clearance(chosen)
            emit(f"{chosen.id} is off the release list.")
        else:
            emit(f"{chosen.id} is cleared as: {log.clear(chosen)}")


@command.command("hold")
@click.argument("name")
@click.option("--reason", required=True, help="Why the hold is placed or lifted.")
@click.option("--lift", is_flag=True, help="Lift the hold.")
@click.pass_context
def hold(ctx: click.Context, name: str, reason: str, lift: bool) -> None:
    """Place (or lift) a legal hold: while one is in force nothing is purged."""
    run = _run(ctx)
    with _log(ctx, run) as log:
        if lift:
            log.lift_hold(name, reason)
        else:
            log.place_hold(name, reason)
        emit("Holds in force: " + ("; ".join(h.name for h in log.holds()) or "none"))


@command.command("attach")
@click.argument("row", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--reason", required=True, help="How this contact is known, and from whom.")
@click.pass_context
def attach(ctx: click.Context, row: Path, reason: str) -> None:
    """Attach the interaction in the JSON file ROW as a note, and show what would move."""
    from quorum_watch.comparing import compare_documents

    run = _run(ctx)
    try:
        content = json.loads(row.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError
    except (OSError, ValueError):
        raise InputError("QW-E269", "This is not one interaction in JSON.", row.name,
                         "Write one object with the fields of the interchange format.") from None  # fmt: skip
    with _log(ctx, run) as log:
        again = run.attach(content, reason=reason, log=log)
        name = again.attached[-1].name
        emit(f"Attached as {name}. To take it back: review {short(run.case.workspace.root)} detach {name}")
        for c in compare_documents(run.document, again.document):
            if c.state != "unchanged":
                emit(f"{c.state}: {c.after or c.before}  {c.headline}")


@command.command("detach")
@click.argument("name")
@click.pass_context
def detach(ctx: click.Context, name: str) -> None:
    """Take back an attached interaction by its NAME (hand-...)."""
    run = _run(ctx)
    with _log(ctx, run) as log:
        log.detach(name)
        emit("Attached interactions: " + (", ".join(h.name for h in log.attached()) or "none"))


@command.command("purge-runs")
@click.option("--keep", type=click.IntRange(min=1), default=10, show_default=True, help="How many runs to keep.")
@click.pass_context
def purge(ctx: click.Context, keep: int) -> None:
    """Delete old runs, which can be made again. Refused while a legal hold is in force."""
    from quorum_watch.review.backup import purge_runs

    run = _run(ctx)
    with _log(ctx, run) as log:
        gone = purge_runs(run.case.workspace.runs, log, keep=keep)
        emit(f"{len(gone)} runs deleted.")


@command.command("export")
@click.option("--cleared", "what", flag_value="cleared", help="The signed release list, for the public edition.")
@click.option("--privilege-log", "what", flag_value="privilege-log", help="The privilege log, as CSV.")
@click.option("--packet", "finding", metavar="FINDING", help="The evidence packet of one finding, as ZIP.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write (standard output for lists).")
@click.pass_context
def export(ctx: click.Context, what: str | None, finding: str | None, out: Path | None) -> None:
    """Export the release list, the privilege log, or the evidence packet of one finding."""
    from quorum_watch.review.exports import privilege_log, release_list

    if (what is None) == (finding is None):
        raise click.UsageError("Choose one of --cleared, --privilege-log, --packet FINDING.")
    run = _run(ctx)
    with _log(ctx, run) as log:
        if finding is not None:
            _packet(run, log, finding, out)
            return
        if what == "cleared":
            text = release_list(log, run.document, at=received()["at"])
        else:
            text = privilege_log(log, run.document)
        log.note_act(f"export {what}", out.name if out else "standard output", {"run": run.id})
    if out is None:
        click.echo(text, nl=False)
    else:
        _write(out, text)
        emit(f"Written: {short(out)}")


def _packet(run: OpenRun, log: ReviewLog, name: str, out: Path | None) -> None:
    import hashlib

    from quorum_watch.review.packet import write_packet

    chosen = _find(run, name)
    told = run.stories.get(chosen.id)
    if told is None:
        raise InputError("QW-E274", "This run kept no messages.", f"run {run.id}", "Run: quorum-watch analyze")
    path = out or Path(f"{chosen.id}-packet.zip")
    made: dict[str, Any] = write_packet(
        run.case.workspace, chosen.raw, told.steps, path, run=run.id, head=log.head()
    )
    log.note_act("write packet", chosen.id, {
        "run": run.id, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "file": path.name,
    })  # fmt: skip
    emit(f"{len(made['files'])} files in {short(path)}; {len(made['missing'])} messages could not be fetched")


def _write(path: Path, text: str) -> None:
    try:
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        raise InputError("QW-E269", f"The file cannot be written ({type(error).__name__}).", path.name,
                         "Check the folder and the disk.") from None  # fmt: skip
