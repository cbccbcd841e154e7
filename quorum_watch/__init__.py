"""Find contact among members of a public body that a lawyer should look at.

``analyze("my-city")`` gives a :class:`Run`: ``run.findings`` is what deserves a look, ``run.coverage`` what was read.
Names are loaded when first used, so that ``import quorum_watch`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: public name -> module that defines it
_HOMES: dict[str, str] = {
    "Citation": "model",
    "Evidence": "model",
    "Factor": "model",
    "Finding": "model",
    "Interaction": "model",
    "Profile": "rules",
    "Reading": "model",
    "Roster": "roster.roster",
    "Run": "pipeline",
    "Step": "model",
    "Threshold": "model",
    "Workspace": "workspace",
    "analyze": "pipeline",
    "compare_documents": "comparing",
    "load_profile": "rules",
    "open_case": "pipeline",
    "reassess": "pipeline",
    "say": "wording",
}

__all__ = [
    "Citation",
    "Evidence",
    "Factor",
    "Finding",
    "Interaction",
    "Profile",
    "Reading",
    "Roster",
    "Run",
    "Step",
    "Threshold",
    "Workspace",
    "analyze",
    "compare_documents",
    "load_profile",
    "open_case",
    "reassess",
    "say",
]

if TYPE_CHECKING:
    from quorum_watch.comparing import compare_documents
    from quorum_watch.model import Citation, Evidence, Factor, Finding, Interaction, Reading, Step, Threshold
    from quorum_watch.pipeline import Run, analyze, open_case, reassess
    from quorum_watch.roster.roster import Roster
    from quorum_watch.rules import Profile, load_profile
    from quorum_watch.wording import say
    from quorum_watch.workspace import Workspace


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"quorum_watch.{_HOMES[name]}"), name)
    raise AttributeError(f"quorum_watch has no public name {name!r}")


def __dir__() -> list[str]:
    return sorted({*_HOMES, "__version__"})
