"""Forgetting: what the stages remember of texts to be quick within a run must not outlive one check of a draft.

Bounded caches of the package are keyed by text somebody wrote; unbounded ones hold files of the package and stay.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from quorum_watch.selfcheck.words import forget_words

_PACKAGE = "quorum_watch"
#: Parts that read texts and addresses; the caches of others hold the law and the wording.
_PARTS = tuple(f"{_PACKAGE}.{part}" for part in ("language", "mail", "roster", "selfcheck"))
_known: dict[str, int] = {}
_clear: list[Callable[[], None]] = []


def forget() -> None:
    """Empty every cache that may hold words or addresses of a draft."""
    loaded = sum(1 for name in sys.modules if name.startswith(_PACKAGE))
    if _known.get("loaded") != loaded:
        _known["loaded"] = loaded
        _clear[:] = list(_bounded_caches())
    for clear in _clear:
        clear()
    forget_words()


def _bounded_caches() -> Iterator[Callable[[], None]]:
    for name, module in sorted(sys.modules.items()):
        if name.startswith(_PARTS):
            for thing in list(vars(module).values()):
                parameters: Any = getattr(thing, "cache_parameters", None)
                if parameters is not None and parameters()["maxsize"] is not None:
                    yield thing.cache_clear
