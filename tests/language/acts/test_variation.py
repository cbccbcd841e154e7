"""The same words typed another way are read the same way."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import read_thread
from tests.shared import shared

VARIANTS: dict[str, Callable[[str], str]] = {
    "curly apostrophes": lambda t: t.replace("'", "’"),
    "no apostrophes": lambda t: t.replace("'", "").replace("’", ""),
    "capitals": str.upper,
    "small letters": str.lower,
    "curly quotes": lambda t: "".join("“" if c == '"' else c for c in t),
    "double spaces": lambda t: t.replace(" ", "  "),
    "no-break spaces": lambda t: t.replace(" ", "\u00a0"),
    "spaces around": lambda t: f"  {t} ",
}


@pytest.fixture(scope="module")
def threads() -> list[dict]:
    return [json.loads(line) for line in shared("language", "threads.jsonl").read_text("utf-8").splitlines()]


def labels(thread: dict, change: Callable[[str], str]) -> list[frozenset[str]]:
    people = {p: v["name"] for p, v in thread["people"].items()}
    context = ThreadContext(names_of(people), matters=tuple((m["id"], m["title"]) for m in thread["matters"]))
    place = {m["id"]: n for n, m in enumerate(thread["messages"])}
    messages = [
        ThreadMessage(change(m["text"]), m["from"], tuple(m["to"]), place.get(m["in_reply_to"]))
        for m in thread["messages"]
    ]
    return [frozenset(str(a.act) for a in m.acts) for m in read_thread(messages, context)]


@pytest.mark.parametrize("variant", sorted(VARIANTS))
@pytest.mark.corpus
def test_labels_stay_when_typing_varies(threads: list[dict], variant: str) -> None:
    same = total = 0
    for thread in threads:
        for plain, varied in zip(labels(thread, str), labels(thread, VARIANTS[variant]), strict=True):
            same += plain == varied
            total += 1
    assert same / total >= 0.99, f"{variant}: {same} of {total}"
