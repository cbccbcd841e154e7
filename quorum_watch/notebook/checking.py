"""How well it works on a city whose answers are known: each planted chain and each look-alike beside what was found."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quorum_watch.errors import InputError
from quorum_watch.vocabulary import Concern

if TYPE_CHECKING:
    import pandas as pd

    from quorum_watch.notebook.run import OpenRun

KEY = "answer_key.json"


def against_key(run: OpenRun, key: Path | str | None = None) -> pd.DataFrame:
    """One row per planted chain and look-alike of an invented city: what should be shown, what was, whether it fits.

    A finding belongs to the episode that most of its steps are part of, matched by moment and sender. Columns: ``id``,
    ``kind``, ``planted``, ``wanted`` (least concern for a chain, most for a look-alike), ``shown`` (highest concern
    found, ``none`` where nothing was), ``finding``, ``fits``. Policy findings are left out.

    Raises ``InputError`` (QW-E264) where there is no key: a real city has none.
    """
    import pandas as pd

    path = Path(key) if key else run.case.workspace.root / KEY
    try:
        episodes = json.loads(path.read_text(encoding="utf-8"))["episodes"]
        found = [_row(e, run, _index(episodes)) for e in episodes]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "QW-E264",
            f"There is no answer key that can be read ({type(error).__name__}).",
            path.name,
            "Only invented cities have one; try the sample city (quorum-watch demo).",
        ) from None
    return pd.DataFrame(found, columns=["id", "kind", "planted", "wanted", "shown", "finding", "fits"])


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0).isoformat()


def _index(episodes: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    return {(_moment(m["at"]), who): e["id"] for e in episodes for m in e["messages"] for who in (m["sender"], "")}


def _row(e: dict[str, Any], run: OpenRun, index: dict[tuple[str, str], str]) -> tuple[Any, ...]:
    levels = ["none", *(c.value for c in Concern)]
    best, name = "none", ""
    for f in run.document["findings"]:
        hits = Counter(at for s in f["steps"] if (at := index.get((_moment(s["at"]), s["from"] or ""))))
        home = min(hits, key=lambda x: (-hits[x], x)) if hits else ""
        if f["test"] != "policy" and home == e["id"] and levels.index(f["concern"]) > levels.index(best):
            best, name = f["concern"], f["id"]
    wanted, got = levels.index(e["concern"]), levels.index(best)
    return e["id"], e["kind"], e["planted"], e["concern"], best, name, got >= wanted if e["planted"] else got <= wanted
