"""``quorum-watch demo``: the main job on the invented sample city."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from quorum_watch.cli.analyze import as_text
from quorum_watch.cli.common import emit, progress, received, short
from quorum_watch.errors import UsageError

#: Marks a folder made by ``demo``, so that running it again may renew the inputs and never touches anybody's work.
_MARK = ".quorum-watch-demo"


def sample_city() -> Path:
    """Where the sample workspace lies: beside the source tree, or inside an installed package."""
    package = Path(__file__).resolve().parents[1]
    for place in (package.parent / "data" / "sample", package / "sample_city"):
        if (place / "workspace.toml").exists():
            return place
    raise UsageError(
        "QW-E101",
        "The sample city is not installed.",
        "data/sample",
        "Install quorum_watch again from its source or wheel.",
    )


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
def command(folder: Path) -> None:
    """Copy the invented sample city to FOLDER (default: demo), analyse it, and say where to look."""
    from quorum_watch import pipeline
    from quorum_watch.report import write_overview

    prepare(folder)
    run = pipeline.analyze(folder, progress=progress(), received=received())
    emit(as_text(run, everything=False))
    page = write_overview(run.document, folder / "reports" / "overview.html", names_of(run.case))
    first = next((f["id"] for f in run.document["findings"]), "")
    emit("\nAll people, bodies and messages of this city are invented.")
    emit(f"Open in a browser:   {short(page)}")
    if first:
        emit(f"One finding in full: quorum-watch show {short(folder)} {first}")
    emit(f"The findings file:   {short(run.case.workspace.runs / run.id / 'findings.json')}")


def names_of(case: object) -> dict[str, str]:
    """Shown names by person id."""
    return {p.person_id: p.name for p in case.roster.people}  # type: ignore[attr-defined]


def prepare(folder: Path) -> None:
    """Lay the sample city into ``folder``; a folder with anything else in it is refused."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise UsageError(
            "QW-E102", "The folder is not empty and was not made by demo.", short(folder), "Name another folder."
        )
    source = sample_city()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Made by quorum-watch demo; may be deleted.\n", encoding="utf-8")
    for entry in sorted(source.iterdir()):
        target = folder / entry.name
        if entry.is_dir():
            shutil.copytree(entry, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(entry, target)
