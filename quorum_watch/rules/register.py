"""The register of what is modelled (``register.yaml``): one list for the command line and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from quorum_watch.rules.reading import read_yaml


@dataclass(frozen=True, slots=True)
class Entry:
    """One profile of the register."""

    id: str
    name: str
    stage: str
    verified_by: str
    verified_on: str
    modelled: tuple[str, ...]
    gaps: tuple[str, ...]


@lru_cache(maxsize=1)
def _register() -> dict[str, Any]:
    body = resources.files("quorum_watch.rules").joinpath("register.yaml").read_text(encoding="utf-8")
    return read_yaml(body, "register.yaml").data


def register() -> tuple[Entry, ...]:
    """The profiles of the register, in its order."""
    return tuple(
        Entry(key, e["name"], e["stage"], e["verified_by"] or "", e["verified_on"] or "", tuple(e["modelled"]),
              tuple(e["gaps"]))
        for key, e in _register()["profiles"].items()
    )


def stages() -> dict[str, str]:
    """What each stage means, in a sentence."""
    return dict(_register()["stages"])


def overlays() -> dict[str, dict[str, Any]]:
    """The shipped overlays: what they extend and what they lack."""
    return dict(_register()["overlays"])
