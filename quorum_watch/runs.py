"""A run on disk: disposable, reproducible, one folder a run under ``runs/``.

A run's id is the hash of everything it was made from, so the same input gives the same folder and the same bytes. Which
run it is compared with is fixed when the folder is first written: the newest other run at that time.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from quorum_watch.errors import InputError
from quorum_watch.workspace.template import not_writable

SCHEMA = "quorum-watch/run/1"
FINDINGS = "findings.json"
MANIFEST = "manifest.json"
_INDEX = "index.jsonl"


def render(document: Mapping[str, Any]) -> str:
    """The one way a run's JSON is written: two-space indent, keys in the order given, a final line end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def previous_of(runs: Path, run_id: str) -> str | None:
    """The run that ``run_id`` is compared with: as recorded if it was written before, else the newest other run."""
    entries = _index(runs)
    for entry in entries:
        if entry["run"] == run_id:
            return entry["previous"] or None
    return entries[-1]["run"] if entries else None


def load(runs: Path, run_id: str) -> dict[str, Any]:
    """A stored run as JSON.

    Raises
    ------
    InputError
        ``QW-E231`` if there is no such run, ``QW-E232`` if it cannot be read.
    """
    path = runs / run_id / FINDINGS
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(e["run"] for e in _index(runs)[-5:]) or "none"
        raise InputError(
            "QW-E231", f"There is no run '{run_id}'.", f"runs/ (known: {known})", "Run 'quorum-watch analyze' first."
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(
            "QW-E232",
            f"A stored run cannot be read ({type(error).__name__}).",
            f"runs/{run_id}/{FINDINGS}",
            "Delete that folder and run 'quorum-watch analyze' again; runs can always be made anew.",
        ) from error
    return found


def no_run(runs: Path) -> InputError:
    """The error where nothing was analysed yet: ``QW-E233``."""
    return InputError(
        "QW-E233", "This workspace has no run yet.", f"{runs.parent.name}/{runs.name}", "Run: quorum-watch analyze"
    )


def no_finding(wanted: str, known: Sequence[str], where: str = "") -> InputError:
    """The error where a run has no finding of that id: ``QW-E234``; names the first few it has."""
    some = ", ".join(known[:6]) or "none"
    return InputError(
        "QW-E234", f"There is no finding {wanted[:20]} here.", f"{where} (first: {some})".strip(), "Choose another id."
    )


def latest(runs: Path) -> str | None:
    """The id of the newest run, or ``None``."""
    entries = _index(runs)
    return entries[-1]["run"] if entries else None


def listed(runs: Path) -> tuple[str, ...]:
    """Every run entered in the index, oldest first."""
    return tuple(e["run"] for e in _index(runs))


def save(runs: Path, run_id: str, files: Mapping[str, str], previous: str | None) -> Path:
    """Write a run's folder (whole or not at all) and enter it in the index; writing it again changes nothing.

    Raises
    ------
    WorkspaceError
        ``QW-E245`` if the folder cannot be written.
    """
    try:
        return _save(runs, run_id, files, previous)
    except OSError as error:
        raise not_writable(f"{runs.name}/", error) from error


def _save(runs: Path, run_id: str, files: Mapping[str, str], previous: str | None) -> Path:
    runs.mkdir(parents=True, exist_ok=True)
    folder = runs / run_id
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=runs, prefix=".new-") as made:
            inner = Path(made) / "run"
            inner.mkdir()
            for name, text in files.items():
                (inner / name).write_text(text, encoding="utf-8", newline="\n")
            try:
                inner.replace(folder)
            except OSError:
                if not folder.is_dir():  # another process may have written the same run first: same bytes
                    raise
    else:
        for name, text in files.items():
            _replace(folder / name, text)
    if all(e["run"] != run_id for e in _index(runs)):
        with (runs / _INDEX).open("a", encoding="utf-8", newline="\n") as f:
            f.write(json.dumps({"run": run_id, "previous": previous}) + "\n")
    return folder


def _replace(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def _index(runs: Path) -> list[dict[str, str]]:
    path = runs / _INDEX
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:  # a torn last line after a power cut: that run is simply not listed
            continue
    return entries
