"""The invented sentences: 792 lines in the voices of council mail, half of them near misses of the act they test."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from quorum_watch.language.acts.threads import ThreadContext, ThreadMessage, names_of, read_thread

CORE = ("poll", "commit", "relay", "decide")
PEOPLE = {
    "bob": "Robert Kowalski",
    "dana": "Dana Ruiz",
    "earl": "Earl Tibbs",
    "marge": "Marge Olson",
    "jo": "Joann Speck",
    "pat": "Patricia Lund",
}
MATTERS = (
    ("m1", "Rezoning of 1420 Mill Road from R-1 to R-3"),
    ("m2", "Fire department overtime, budget amendment 4"),
    ("m3", "Repeal of the leaf burning ban"),
)
OPENERS = {
    "-": "The Mill Road rezoning, the overtime amendment and the leaf burning repeal are in the packet for Monday.",
    "poll": "Where are you on the Mill Road rezoning?",
    "ballot": "The pump is down. Please vote by reply today on the Mill Road purchase order.",
    "sign": "We need ten signatures on the Mill Road petition. Will you sign it?",
    "social": "Pizza and bowling on Friday, anybody?",
    "opinion": "The overtime number is too high in my opinion.",
}


def sentences() -> list[dict[str, str]]:
    """Rows of the data file: act, label (yes or no), what the sentence comes after, text."""
    with (Path(__file__).parent / "invented_sentences.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def acts_of(text: str, after: str) -> set[str]:
    """Acts of a sentence written by one member in answer to another."""
    context = ThreadContext(names_of(PEOPLE), frozenset(PEOPLE), MATTERS)
    thread = [ThreadMessage(OPENERS[after], "pat", ("jo",)), ThreadMessage(text, "jo", ("pat",), reply_to=0)]
    return {str(a.act) for a in read_thread(thread, context)[1].acts}


def grade() -> dict[str, tuple[float, float, list[str]]]:
    """Per act: precision and recall over its own sentences, and the sentences read wrongly."""
    right: Counter[str] = Counter()
    many: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {}
    for row in sentences():
        act, found = row["act"], row["act"] in acts_of(row["text"], row["after"])
        if row["label"] == "yes":
            right[act] += found
            missed[act] += not found
        else:
            many[act] += found
        if found != (row["label"] == "yes"):
            wrong.setdefault(act, []).append(f"{row['label']}: {row['text']}")
    return {
        act: (right[act] / max(1, right[act] + many[act]), right[act] / (right[act] + missed[act]), wrong.get(act, []))
        for act in sorted(set(right) | set(missed))
    }


def test_enough_and_balanced() -> None:
    rows = sentences()
    counts = Counter((r["act"], r["label"]) for r in rows)
    assert len(rows) >= 600
    assert all(counts[act, "yes"] == counts[act, "no"] for act, _ in counts)
    assert len({(r["act"], r["text"]) for r in rows}) == len(rows)


GRADES = grade()


@pytest.mark.parametrize("act", sorted(GRADES))
def test_precision_and_recall(act: str) -> None:
    precision, recall, wrong = GRADES[act]
    least = (0.95, 0.9) if act in CORE else (0.85, 0.8)
    assert precision >= least[0], wrong
    assert recall >= least[1], wrong
