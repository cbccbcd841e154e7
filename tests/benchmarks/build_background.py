"""Rebuild ``quorum_watch/language/background.json``: in how many public texts each word stem occurs.

    python tests/benchmarks/build_background.py

Counted over council bills to 2021, agenda items to 2022 and resident comments (see ``docs/topics.md`` for sources).
The counts tell how telling a word is that a message shares with a matter's title; no text is kept.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import spacy

from quorum_watch.language.words import stem

HERE = Path(__file__).resolve()
DATA = HERE.parents[2].parent / "shared" / "language"
TARGET = HERE.parents[2] / "quorum_watch" / "language" / "background.json"


def read_texts() -> Iterator[str]:
    with (DATA / "nyc_bills.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["year"] <= "2021":
                yield row["name"]
    with (DATA / "dallas_items.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["date"] < "2023":
                yield row["title"].split(" - ")[0][:300]
    with (DATA / "resident_comments.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield row["text"]
    with (DATA / "asks_something.txt").open(encoding="utf-8", errors="replace") as file:
        for line in file:
            yield line.partition("\t")[2]


def main() -> None:
    nlp = spacy.blank("en")
    counts: Counter[str] = Counter()
    texts = 0
    for text in read_texts():
        texts += 1
        counts.update({stem(t.text) for t in nlp.make_doc(text) if t.is_alpha and len(t.text) < 30})
    kept = {word: n for word, n in sorted(counts.items()) if n >= 3}
    TARGET.write_text(json.dumps({"texts": texts, "counts": kept}, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
