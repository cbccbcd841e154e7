"""How the self-check answers the labelled threads: every message, on its own, as a draft of one alder to another.

    python tests/benchmarks/eval_selfcheck.py

Two numbers matter: messages that go to the merits of business and would get "no concern" (must be near none), and
messages that only schedule, greet or handle logistics and would be held back (a nuisance).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from quorum_watch.selfcheck.reading import compose
from quorum_watch.vocabulary import MERITS, Act
from tests.selfcheck.city import TODAY, place_of

QUIET = {Act.SCHEDULE, Act.MINISTERIAL, Act.SOCIAL, Act.CAUTION}


def answers(path: Path) -> dict[str, Counter[str]]:
    """Verdicts by what the label says a message does."""
    found: dict[str, Counter[str]] = {"merits": Counter(), "quiet": Counter(), "other": Counter()}
    for line in path.read_text("utf-8").splitlines():
        thread: dict[str, Any] = json.loads(line)
        for message in thread["messages"]:
            gold = message["gold"]
            acts = {Act(a["act"]) for a in gold["acts"]}
            kind = "other"
            if acts & MERITS and gold["scope"] == "business":
                kind = "merits"
            elif acts and acts <= QUIET:
                kind = "quiet"
            draft = compose(text=message["text"], subject=message.get("subject") or "", to=["gus-glen"])
            found[kind][place_of().check(draft, asking="eve-east", on=TODAY).verdict.value] += 1
    return found


if __name__ == "__main__":
    shared = Path(__file__).resolve().parents[2].parent / "shared" / "language" / "threads.jsonl"
    for kind, counts in answers(shared).items():
        total = sum(counts.values())
        print(kind, total, {k: f"{v} ({v / total:.1%})" for k, v in sorted(counts.items())})
