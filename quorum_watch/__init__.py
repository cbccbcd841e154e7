"""Find contact among members of a public body that a lawyer should look at.

``analyze("my-city")`` gives an open run: ``run.findings`` is what deserves a look, ``run.coverage`` what was read.
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
    "Disposition": "vocabulary",
    "ReviewLog": "review.log",
    "analyze": "notebook",
    "compare": "notebook",
    "compare_documents": "comparing",
    "load_profile": "rules",
    "open_case": "pipeline",
    "open_panel": "notebook.panel",
    "open_run": "notebook",
    "plots": "plots",
    "reassess": "pipeline",
    "say": "wording",
}

__all__ = [
    "Citation",
    "Disposition",
    "Evidence",
    "Factor",
    "Finding",
    "Interaction",
    "Profile",
    "Reading",
    "ReviewLog",
    "Roster",
    "Run",
    "Step",
    "Threshold",
    "Workspace",
    "analyze",
    "compare",
    "compare_documents",
    "load_profile",
    "open_case",
    "open_panel",
    "open_run",
    "plots",
    "reassess",
    "say",
]

if TYPE_CHECKING:
    from quorum_watch import plots
    from quorum_watch.comparing import compare_documents
    from quorum_watch.model import Citation, Evidence, Factor, Finding, Interaction, Reading, Step, Threshold
    from quorum_watch.notebook import analyze, compare, open_run
    from quorum_watch.notebook.panel import open_panel
    from quorum_watch.pipeline import Run, open_case, reassess
    from quorum_watch.review.log import ReviewLog
    from quorum_watch.roster.roster import Roster
    from quorum_watch.rules import Profile, load_profile
    from quorum_watch.vocabulary import Disposition
    from quorum_watch.wording import say
    from quorum_watch.workspace import Workspace


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module = importlib.import_module(f"quorum_watch.{_HOMES[name]}")
        return module if name == _HOMES[name] else getattr(module, name)
    raise AttributeError(f"quorum_watch has no public name {name!r}")


def __dir__() -> list[str]:
    return sorted({*_HOMES, "__version__"})
