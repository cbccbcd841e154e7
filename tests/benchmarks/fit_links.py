"""Fit the chances in ``[link]`` of ``settings.toml``: when is the best match the matter meant?

    python tests/benchmarks/fit_links.py

Examples are messages of the labelled threads (four of five; every fifth is kept out) compared with pools of 1, 8 and
all other matters, with and without their own matter in the pool, and first summary sentences of the 2021 bills with and
without their bill. Prints the weights of a logistic model and, by ten-fold prediction, precision and recall.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from quorum_watch.language.lexicon import load_lexicon
from quorum_watch.language.matters import Match, MatterIndex, features
from quorum_watch.language.pipeline import cut_words
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topicmodel import Featurizer

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "language"
NAMES = ("evidence", "score", "gap", "agree", "cover", "close", "length", "evidence_length")
FEATURES = Featurizer(load_lexicon())
RULES = load_settings().link


@dataclass(frozen=True)
class Item:
    matter_id: str
    title: str
    topic: str


def describe(matches: Sequence[Match], text: str, topics: dict[str, str]) -> list[float]:
    best = matches[0]
    rival = max((m.score for m in matches[1:] if set(m.words) & set(best.words)), default=0.0)
    gap = best.score - rival
    evidence = min(best.evidence, RULES.evidence_most)
    length = float(np.log1p(len(features(cut_words(text)))))
    agree = min(3, FEATURES.points(text).get(topics[best.matter], 0))
    return [evidence, best.score, gap, agree, best.cover, float(gap < RULES.close_gap), length, evidence * length]


def thread_examples() -> Iterator[tuple[list[float], bool]]:
    threads = [json.loads(line) for line in (DATA / "threads.jsonl").read_text("utf-8").splitlines()]
    kept = [t for n, t in enumerate(threads) if n % 5 != 3]
    items = {(t["id"], m["id"]): Item(t["id"] + m["id"], m["title"], m["topic"]) for t in kept for m in t["matters"]}
    topics = {i.matter_id: i.topic for i in items.values()}
    pick = np.random.default_rng(0)
    for thread in kept:
        own = [i for (t, _), i in items.items() if t == thread["id"]]
        rest = [i for (t, _), i in items.items() if t != thread["id"]]
        for message in thread["messages"]:
            words = cut_words(message["text"])
            for size in (1, 8, len(items)):
                pool = [rest[n] for n in pick.choice(len(rest), min(size, len(rest)), replace=False)]
                for present in (True, False):
                    index = MatterIndex([*pool[: size - 1], *own] if present else pool, cut_words)
                    matches = index.match(words)
                    if matches:
                        right = (
                            present
                            and bool(message["gold"]["topics"])
                            and matches[0].matter in {i.matter_id for i in own}
                        )
                        yield describe(matches, message["text"], topics), right


def bill_examples() -> Iterator[tuple[list[float], bool]]:
    with (DATA / "nyc_bills.tsv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["year"] == "2021"]
    pool = list({r["name"]: r for r in rows}.values())
    topics = {r["file"]: r["topic"].split("|")[0] for r in pool}
    index = MatterIndex([Item(r["file"], r["name"], topics[r["file"]]) for r in pool], cut_words)
    for row in pool:
        if row["summary"]:
            text = re.split(r"(?<=[.;])\s", row["summary"])[0][:400]
            matches = index.match(cut_words(text), most=5)
            for shown in (matches, [m for m in matches if m.matter != row["file"]]):
                if shown:
                    yield describe(shown, text, topics), shown[0].matter == row["file"]


def main() -> None:
    examples = [*thread_examples(), *bill_examples()]
    rows, right = np.array([e for e, _ in examples]), np.array([r for _, r in examples])
    model = LogisticRegression(C=3, max_iter=3000)
    chances = cross_val_predict(model, rows, right, cv=10, method="predict_proba")[:, 1]
    model.fit(rows, right)
    print(f"{len(right)} examples, {right.mean():.0%} right")
    print(f"base = {model.intercept_[0]:.3f}")
    for name, weight in zip(NAMES, model.coef_[0], strict=True):
        print(f"{name} = {weight:.3f}")
    for floor in (0.3, 0.5, 0.6, 0.7, 0.8):
        linked = chances >= floor
        print(f"at {floor}: precision {right[linked].mean():.3f}, recall {linked[right].mean():.3f}")


if __name__ == "__main__":
    main()
