"""Rosters from elsewhere, turned into the five tables for a person to review.

What can be read: Legistar's persons, bodies and office records (JSON as its web service returns it), Popolo and Open
Civic Data (JSON), OpenStates people (YAML), and lists of members in CSV. Which one a file is, its content decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from quorum_watch.errors import Fault, InputError
from quorum_watch.roster.importing import legistar, popolo, sheet
from quorum_watch.roster.importing.draft import Draft

__all__ = ["Draft", "import_files"]

UNREADABLE = "QW-E247"
_SUFFIXES = (".json", ".yml", ".yaml", ".csv")
_REMEDY = "Known are: Legistar JSON, Popolo or Open Civic Data JSON, OpenStates YAML, and CSV with a column name."


def import_files(paths: Iterable[Path]) -> Draft:
    """Read files (and the files of folders) into one draft.

    Raises :class:`~quorum_watch.errors.InputError` with every file that cannot be used; nothing is half imported.
    """
    draft = Draft()
    faults: list[Fault] = []
    objects: list[dict[str, Any]] = []
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise InputError(UNREADABLE, "There is no file to import.", "roster import", _REMEDY)
    for file in files:
        if file.suffix.lower() == ".csv":
            faults += sheet.add(draft, file)
            continue
        found = _parse(file)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        rows = _objects(found)
        known = [row for row in rows if legistar.kind_of(row) or _popolo_kind(row)]
        if not known:
            faults.append(Fault(UNREADABLE, "Nothing in the file looks like a roster.", file.name, _REMEDY))
        objects += known
    if faults:
        raise InputError.of(faults)
    _add(draft, objects)
    return draft


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in _SUFFIXES)
    return [path]


def _parse(file: Path) -> Any | Fault:
    """The file's content, or why it cannot be used."""
    import yaml

    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        return Fault(UNREADABLE, f"The file cannot be opened: {error.strerror or 'unknown'}.", file.name, "Check it.")
    except UnicodeDecodeError:
        return Fault(UNREADABLE, "The file is not UTF-8 text.", file.name, "Export it again as UTF-8.")
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        return Fault(UNREADABLE, "The file is neither valid JSON nor valid YAML.", file.name, "Export it again.")


def _objects(value: Any) -> list[dict[str, Any]]:
    """Every record in a parsed file: a list of them, one of them, or lists under names such as ``persons``."""
    if isinstance(value, list):
        return [row for row in value if isinstance(row, dict)]
    if not isinstance(value, dict):
        return []
    if legistar.kind_of(value) or _popolo_kind(value):
        return [value]
    found: list[dict[str, Any]] = []
    for key, rows in value.items():
        if isinstance(rows, list):
            found += [{**row, "_list": key.lower()} for row in rows if isinstance(row, dict)]
    return found


def _popolo_kind(row: dict[str, Any]) -> str:
    """``person``, ``organization``, ``membership`` or ``openstates``; ``""`` for anything else."""
    named = str(row.get("_type") or row.get("@type") or row.get("_list") or "").lower().rstrip("s")
    if named in ("person", "people", "organization", "membership"):
        return "person" if named == "people" else named
    identity = str(row.get("id") or row.get("_id") or "")
    if identity.startswith("ocd-person/"):
        return "openstates" if isinstance(row.get("roles"), list) else "person"
    if identity.startswith("ocd-organization/"):
        return "organization"
    if "organization_id" in row and "person_id" in row:
        return "membership"
    return "openstates" if "name" in row and isinstance(row.get("roles"), list) else ""


def _add(draft: Draft, objects: Sequence[dict[str, Any]]) -> None:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in objects:
        groups.setdefault("legistar" if legistar.kind_of(row) else _popolo_kind(row), []).append(row)
    if "legistar" in groups:
        legistar.add(draft, groups["legistar"])
    if groups.keys() & {"person", "organization", "membership"}:
        parts = [groups.get(kind, []) for kind in ("person", "organization", "membership")]
        popolo.add(draft, *parts)
    for row in groups.get("openstates", []):
        popolo.add_openstates(draft, row)
