"""One table: topics and matter links on the given labelled sets, beside the published baselines.

    python tests/benchmarks/eval_topics.py [--learn]

The lexicon was written and tuned on bills to 2021, agenda items to 2022 and the labelled comments; the later bills and
items were not read. ``--learn`` also trains on the older part of each agenda and tests on the later one (a minute).
Baseline figures are those of the shared language notes, measured there on other splits of the same sources.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quorum_watch.language.learn import learn, read_agenda
from quorum_watch.language.lexicon import load_lexicon
from quorum_watch.language.matters import MatterIndex, decide, features, weigh_matches
from quorum_watch.language.pipeline import cut_words
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topicmodel import Featurizer
from quorum_watch.language.topics import choose_topics, rank_topics

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "language"
LEXICON = load_lexicon()
FEATURES = Featurizer(LEXICON)
RULES = load_settings().topics
Row = dict[str, str]


@dataclass(frozen=True)
class Item:
    matter_id: str
    title: str
    topic: str


def read_rows(name: str) -> list[Row]:
    quoting = csv.QUOTE_MINIMAL if name == "resident_comments.tsv" else csv.QUOTE_NONE
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=quoting))


def score_formal(rows: Sequence[Row], text: Callable[[Row], str]) -> str:
    """Accuracy and macro-F1 of the first topic among the classes of the set; coverage."""
    classes = sorted({t for r in rows for t in r["topic"].split("|")})
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    said: Counter[str] = Counter()
    covered = 0
    for row in rows:
        gold = row["topic"].split("|")
        found = FEATURES.best(text(row), classes)
        covered += bool(found)
        label = found if found in gold else gold[0]
        seen[label] += 1
        said[found] += 1
        right[label] += found == label
    f1 = [2 * right[c] / max(1, seen[c] + said[c]) for c in sorted(seen)]
    n = len(rows)
    return f"{sum(right.values()) / n:.3f} / {sum(f1) / len(f1):.3f}   coverage {covered / n:.2f}   n {n}"


def score_comments(rows: Sequence[Row], floor: int) -> str:
    hit = covered = total = abstained = none = shown = wanted = both = 0
    process = FEATURES.process
    for row in rows:
        gold = set(row["topics"].split(",")) - {"", "none"}
        points = FEATURES.points(row["text"])
        chosen = choose_topics(points, floor=floor, share=RULES.share)
        first = next((t for t in rank_topics(points, process, discount=RULES.process_discount) if t in chosen), "")
        if not gold:
            if row["topics"]:
                none += 1
                abstained += not first
            continue
        total += 1
        covered += bool(first)
        hit += first in gold
        both += len(gold & set(chosen))
        shown += len(chosen)
        wanted += len(gold)
    return (
        f"hit {hit / total:.3f}  coverage {covered / total:.2f}  precision when covered {hit / max(1, covered):.3f}  "
        f"all topics P {both / max(1, shown):.2f} R {both / wanted:.2f}  abstains {abstained}/{none}  n {total}"
    )


def score_links(rows: Sequence[Row]) -> str:
    """A bill's first summary sentence against all bills of its year; then again with the bill taken away."""
    pool = list({r["name"]: r for r in rows}.values())
    topics = {r["file"]: r["topic"].split("|")[0] for r in pool}
    index = MatterIndex([Item(r["file"], r["name"], topics[r["file"]]) for r in pool], cut_words)
    first = third = asked = linked = wrong = false = 0
    on, off = [], []
    for row in pool:
        if not row["summary"]:
            continue
        text = re.split(r"(?<=[.;])\s", row["summary"])[0][:400]
        words = cut_words(text)
        found = weigh_matches(index.match(words, most=5), len(features(words)), FEATURES.points(text), topics)
        without = [m for m in found if m.matter != row["file"]]
        asked += 1
        first += bool(found) and found[0].matter == row["file"]
        third += row["file"] in {m.matter for m in found[:3]}
        link = decide(found)[0]
        linked += link is not None and link.matter == row["file"]
        wrong += link is not None and link.matter != row["file"]
        false += decide(without)[0] is not None
        on.append(found[0].chance if found else 0.0)
        off.append(without[0].chance if without else 0.0)
    keep = float(np.quantile(on, 0.2))
    auc = float(np.mean([np.mean(np.array(off) < x) + np.mean(np.array(off) == x) / 2 for x in on]))
    return (
        f"R@1 {first / asked:.3f}  R@3 {third / asked:.3f}  AUC on/off agenda {auc:.3f}  false links at 80 % kept "
        f"{np.mean(np.array(off) >= keep):.3f}  at the threshold: right {linked / asked:.2f} wrong {wrong / asked:.3f} "
        f"false {false / asked:.3f}  pool {len(pool)} n {asked}"
    )


def main() -> None:
    nyc, dallas, comments = (read_rows(f) for f in ("nyc_bills.tsv", "dallas_items.tsv", "resident_comments.tsv"))
    later = [r for r in nyc if r["year"] > "2021"]
    print("set and split                         ours (accuracy / macro-F1)                  baselines")
    for name, rows, text, base in (
        ("bills 2022-23, name", later, lambda r: r["name"], "lexicon .51/.47, grown .57/.52"),
        (
            "bills 2022-23, name + summary",
            [r for r in later if r["summary"]],
            lambda r: f"{r['name']} {r['summary']}",
            "lexicon .61/.53",
        ),
        (
            "agenda items 2023",
            [r for r in dallas if r["date"] >= "2023"],
            lambda r: r["title"],
            "lexicon .55/.50, grown .66/.59",
        ),
    ):
        print(f"{name:37} {score_formal(rows, text)}   {base}")
    for floor in (2, RULES.floor, 4):
        print(f"comments, floor {floor}: {score_comments(comments, floor)}  baseline .70 (no downloads), .81 (MiniLM)")
    for year in ("2022", "2023"):
        print(f"links, bills of {year}: {score_links([r for r in nyc if r['year'] == year])}")
    print(
        "  baselines: R@1/R@3 .79/.88 BM25, .83/.92 fusion (2022); AUC .84; goal: at most .10 false links at 80 % kept"
    )
    if "--learn" in sys.argv:
        for name in ("nyc_bills.tsv", "dallas_items.tsv"):
            done = learn(read_agenda(DATA / name, LEXICON), LEXICON)
            print(
                f"learned, {name}: {done.trained.accuracy:.3f} / {done.trained.macro_f1:.3f}, lexicon there "
                f"{done.lexicon.accuracy:.3f} / {done.lexicon.macro_f1:.3f} ({done.split})  SVC .71/.64, .81/.77"
            )


if __name__ == "__main__":
    main()
