"""What a message is about and what it does, as spans a lawyer can point at.

``read_interactions`` is the stage other parts call; it is imported on first use, as it brings spaCy along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quorum_watch.language.read import read_interactions

__all__ = ["read_interactions"]


def __getattr__(name: str) -> Any:
    if name == "read_interactions":
        from quorum_watch.language.read import read_interactions

        return read_interactions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
