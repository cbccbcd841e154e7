"""Short invented conversations in which nothing is said plainly: core acts found and not overcalled.

Each block starts with a matter's title; each line is ``ACT|FROM>TO,TO [rN]: text``; ``rN`` names the line answered.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import CORE, ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import read_thread

PEOPLE = {"a": "Andrea Amdahl", "b": "Bernard Beck", "c": "Cecil Crane", "d": "Dee Dorsey"}
#: Other names used for the same four in the text.
ALSO = {"bee": "b", "betty": "b", "bernice": "b", "bev": "b", "barney": "b", "bud": "b", "b": "b"} | dict.fromkeys(
    ("cee", "cees", "carl", "clem", "constance", "cecilia", "cora", "cece", "c"), "c"
)


def conversations() -> list[tuple[str, list[str], list[ThreadMessage]]]:
    """(title, expected act of each message, messages) of every block."""
    result = []
    blocks = (Path(__file__).parent / "invented_threads.txt").read_text("utf-8").split("## ")[1:]
    for block in blocks:
        title, *lines = block.strip().splitlines()
        acts, messages = [], []
        for line in lines:
            act, rest = line.split("|", 1)
            match = re.match(r"(\w)>([\w,]+)(?: r(\d+))?: (.*)", rest)
            assert match is not None, line
            sender, to, answered, text = match.groups()
            parent = int(answered) - 1 if answered and int(answered) <= len(messages) else None
            acts.append(act)
            messages.append(ThreadMessage(text, sender, tuple(to.split(",")), parent))
        result.append((title, acts, messages))
    return result


def test_core_acts_of_oblique_conversations() -> None:
    right: Counter[bool] = Counter()
    many = missed = 0
    names = names_of(PEOPLE) | ALSO
    for title, acts, messages in conversations():
        context = ThreadContext(names, frozenset(PEOPLE), (("m1", title),))
        for act, message in zip(acts, read_thread(messages, context), strict=True):
            found = {str(a.act) for a in message.acts if a.act in CORE}
            core = act in {str(a) for a in CORE}
            right[True] += act in found
            missed += core and act not in found
            many += len(found - {act})
    assert right[True] / (right[True] + missed) >= 0.85
    assert right[True] / (right[True] + many) >= 0.85
