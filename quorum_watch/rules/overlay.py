"""Finding rule files and joining them: a profile on its settings, a city's overlay on its state's profile.

Joining never merges inside a parameter: an overlay's parameter replaces the whole parameter, with its own description,
dates and reference, so that what is printed beside a number is always what one author wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from quorum_watch.errors import Fault, LawError
from quorum_watch.rules.reading import read_yaml
from quorum_watch.rules.schema import Authority, FactorRule, Parameter, Sheet, catalogue, nearest, read_sheet

_ROOT = "quorum_watch.rules"
#: The settings every profile extends; it is no profile itself.
_SETTINGS = "_settings"


@dataclass(frozen=True, slots=True)
class Joined:
    """Sheets joined, the most general first; later entries win."""

    sheets: tuple[Sheet, ...]
    authorities: dict[str, Authority]
    parameters: dict[str, Parameter]
    factors: dict[str, FactorRule]

    @property
    def state(self) -> Sheet:
        """The state's profile among the sheets."""
        return next(s for s in self.sheets if s.kind == "profile")


def shipped(folder: str) -> tuple[str, ...]:
    """Names of the rule files that come with the package, in order: ``profiles``, ``overlays`` or ``cases``."""
    found = (p.name for p in resources.files(_ROOT).joinpath(folder).iterdir())
    return tuple(sorted(n.removesuffix(".yaml") for n in found if n.endswith(".yaml") and not n.startswith("_")))


def shipped_text(folder: str, name: str) -> str:
    """Text of a shipped rule file; ``name`` must be one that :func:`shipped` lists (or a settings file)."""
    return resources.files(_ROOT).joinpath(folder, f"{name}.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _shipped_sheet(folder: str, name: str) -> Joined:
    if name not in (*shipped(folder), _SETTINGS):
        raise _unknown(name, f"jurisdiction {name}")
    return _extended(shipped_text(folder, name), f"{folder}/{name}.yaml")


def _extended(body: str, source: str) -> Joined:
    page = read_yaml(body, source)
    extends = page.data.get("extends")
    below = Joined((), {}, {}, {})
    if isinstance(extends, str) and extends:
        if extends not in (*shipped("profiles"), _SETTINGS):
            raise _unknown(extends, page.where("extends"))
        below = _shipped_sheet("profiles", extends)
    sheet = read_sheet(page, below.authorities)
    _refuse_foreign(sheet, below, source)
    return Joined((*below.sheets, sheet), {**below.authorities, **sheet.authorities},
                  {**below.parameters, **sheet.parameters}, {**below.factors, **sheet.factors})


def _refuse_foreign(sheet: Sheet, below: Joined, source: str) -> None:
    if sheet.kind != "overlay":
        return
    faults = [Fault("QW-E425", f"The authority '{key}' is already one of state law.", source,
                    "Give the local authority a name of its own.")
              for key in sheet.authorities if key in below.authorities]
    faults += [Fault("QW-E425", f"The factor '{key}' is already one of state law.", f.where,
                     "Give the policy factor a name of its own.")
               for key, f in sheet.factors.items() if key in below.factors]
    if faults:
        raise LawError.of(faults)


def _unknown(name: str, where: str) -> LawError:
    known = shipped("profiles")
    return LawError("QW-E428", f"There is no law profile named '{name}'.{nearest(name, list(known))}", where,
                    f"Use one of {', '.join(known)}.")


def join(name: str, overlay: Path | str | None = None) -> Joined:
    """The sheets of a shipped profile (or shipped overlay) ``name``, with a local overlay on top where one is given.

    ``overlay`` is a path, or the name of a shipped overlay. Raises :class:`~quorum_watch.errors.LawError`.
    """
    if overlay is None and name in shipped("overlays"):
        joined = _shipped_sheet("overlays", name)
    else:
        joined = _shipped_sheet("profiles", name)
    if overlay is not None:
        on_top = read_file(overlay)
        top = on_top.sheets[-1]
        if top.kind != "overlay" or on_top.state.id != name:
            raise LawError("QW-E428", f"The overlay '{top.id}' extends '{top.extends}', not '{name}'.", top.source,
                           f"Write 'extends: {name}', or change the jurisdiction of the workspace.")
        joined = on_top
    missing = [row.name for row in catalogue().values() if row.needed and not _present(row.name, joined.parameters)]
    if missing:
        raise LawError("QW-E424", f"The profile lacks {', '.join(missing)}.", joined.sheets[-1].source,
                       "Add them; every profile must answer these, if only with 'unclear'.")
    return joined


def _present(name: str, parameters: dict[str, Parameter]) -> bool:
    if name.endswith(".*"):
        return any(p.startswith(name[:-1]) for p in parameters)
    return name in parameters


def read_file(path: Path | str) -> Joined:
    """Read an overlay (or profile) from a file, or a shipped overlay by name, together with what it extends."""
    if str(path) in shipped("overlays"):
        return _shipped_sheet("overlays", str(path))
    path = Path(path)
    try:
        body = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise LawError("QW-E428", "The rule file could not be opened.", path.name,
                       "Check the path; a shipped overlay is named without '.yaml'.") from None
    except UnicodeDecodeError:
        raise LawError("QW-E420", "The rule file is not UTF-8 text.", path.name, "Save it as UTF-8.") from None
    joined = _extended(body, path.name)
    if not any(s.kind == "profile" for s in joined.sheets):
        raise LawError("QW-E424", "The file is no profile and extends none.", path.name, "Add 'extends: us-wi'.")
    return joined
