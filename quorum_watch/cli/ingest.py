"""``quorum-watch ingest``: read what is new in ``inbox/`` into ``evidence/`` and print the account of every record."""

from __future__ import annotations

import getpass
import json
import sys
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quorum_watch.evidence import IngestResult, Progress, Reading
    from quorum_watch.workspace import Workspace


@click.command("ingest")
@click.argument("workspace", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the account.")
@click.option("--quiet", is_flag=True, help="No progress, no summary line.")
def command(workspace: str, form: str, quiet: bool) -> None:
    """Read what is new in inbox/ into evidence/.

    Nothing in inbox/ is ever changed. Running it again reads only what is new, and stopping it at any moment keeps the
    evidence as it was.
    """
    from quorum_watch.evidence import load
    from quorum_watch.workspace import Workspace

    place = Workspace.open(workspace)
    result = ingest_workspace(place, show_progress=not quiet)
    coverage = load(place.evidence).coverage()
    if form == "json":
        told: dict[str, Any] = {"schema": "quorum-watch/ingest/1", "batch": result.batch}
        told |= {"new_files": len(result.added), "known_files": result.known, "coverage": coverage.to_json()}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if not coverage.sources:
        click.echo("inbox/ is empty. Put mail, exports or interactions.csv into it, then run this again.")
        return
    click.echo(coverage.to_text())
    if not quiet:
        click.echo(f"{len(result.added)} new files read, {result.known} already in evidence", err=True)


def ingest_workspace(place: Workspace, *, show_progress: bool) -> IngestResult:
    """Ingest an opened workspace, with a progress line on stderr if that is a terminal.

    The only place where the moment and the name of the account enter evidence; both stay outside its identity.
    """
    from quorum_watch.evidence import ingest

    received = {"received_at": datetime.now(UTC).isoformat(timespec="seconds"), "received_by": ""}
    with suppress(OSError, KeyError, ImportError):
        received["received_by"] = getpass.getuser()
    bar = _Bar() if show_progress and sys.stderr.isatty() else None
    with bar or nullcontext():
        return ingest(place.inbox, place.evidence, reading_of(place), progress=bar, received=received)


def reading_of(place: Workspace) -> Reading:
    """How the files of a workspace are to be read."""
    from quorum_watch.evidence import Reading

    settings = place.settings
    return Reading(
        timezone=settings.timezone,
        limits=settings.limits,
        answers=settings.ingest,
        restricted=settings.restricted,
        restricted_addresses=settings.restricted_addresses,
    )


class _Bar:
    """A count of items with their rate, and which file of how many is being read."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self._bar: Any = tqdm(unit=" items", file=sys.stderr, leave=False, delay=1)

    def __call__(self, progress: Progress) -> None:
        self._bar.update(progress.items - self._bar.n)
        place = min(progress.files_done + 1, progress.files_total)
        self._bar.set_postfix_str(f"file {place} of {progress.files_total}")

    def __enter__(self) -> _Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
