"""The glossary page, made from the vocabulary, its definitions and its sentences: ``python -m tests.docs.glossary``."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path

from quorum_watch import vocabulary
from quorum_watch.wording import has, say

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "glossary.md"
#: Words whose values readers meet: each member has a sentence under this heading of wording/en.toml.
SHOWN = {
    "Act": "act",
    "Channel": "channel",
    "Concern": "concern",
    "Confidence": "confidence",
    "Disposition": "review.disposition",
    "Edition": "report.edition",
    "Pattern": "pattern",
    "SinceLast": "since",
    "Test": "test",
    "ThresholdName": "threshold",
    "Verdict": "check.headline",
    "VoteRule": "vote_rule",
    "Weighs": "weighs",
}
_HEAD = """# Glossary

<!-- Made by `python -m tests.docs.glossary` (or `make pages`); a test compares the two. -->

Each word is defined once, in `quorum_watch/vocabulary.py` and `quorum_watch/wording/`. *Value* is what stands in files,
*shown as* what a reader sees.

"""


def words() -> dict[str, type[StrEnum]]:
    """Every enumeration of the vocabulary, in its order there."""
    found = {n: v for n, v in vars(vocabulary).items() if isinstance(v, type) and issubclass(v, StrEnum)}
    return {n: v for n, v in found.items() if v is not StrEnum}


def definitions() -> dict[str, dict[str, str]]:
    """What each value means."""
    text = (ROOT / "quorum_watch" / "wording" / "definitions.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    meanings = definitions()
    for name, kind in words().items():
        lead = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        heading = SHOWN.get(name, "")
        shown = bool(heading)
        rows = ["| value | shown as | meaning |", "|---|---|---|"] if shown else ["| value | meaning |", "|---|---|"]
        for member in kind:
            key = f"{heading}.{member.value}"
            seen = f" {say(key)} |" if shown and has(key) else " |" * shown
            rows.append(f"| `{member.value}` |{seen} {meanings.get(name, {}).get(member.value, '')} |")
        parts.append(f"## {name}\n\n{lead}\n\n" + "\n".join(rows) + "\n\n")
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
