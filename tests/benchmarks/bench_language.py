"""How many short messages a second the language stage reads, beside a bare tokenizer pass in the same run.

    python tests/benchmarks/bench_language.py [MESSAGES]

Prints messages a second on one core for the bare tokenizer, the topic pipeline, and the whole stage (topics, matters,
scope, acts, conversations), then resident memory before and after reading the messages again and again.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import spacy

from quorum_watch.language.pipeline import build_pipeline
from quorum_watch.language.voice import Reader
from quorum_watch.model import Contact, Interaction, SourceRef
from quorum_watch.vocabulary import Audience, Channel, Role, TimePrecision


@dataclass(frozen=True)
class Item:
    matter_id: str
    title: str
    topic: str


SUBJECTS = (
    ("Rezoning of 1420 Mill Road from R-1 to R-3", "zoning"),
    ("Class B liquor license for the Rusty Anchor", "licensing"),
    ("Water rate increase of 4 percent", "utilities"),
    ("Purchase of a ladder truck", "procurement"),
    ("Skate park on Elm Street", "parks"),
    ("2027 budget amendment for snow removal", "budget"),
    ("Landlord registration ordinance", "housing"),
    ("Crosswalk at Third and Oak", "streets"),
)
FRAMES = (
    "hey where are you on the {} tonight, i think we have four but not sure about dan",
    "I plan to vote for the {} unless staff finds another forty thousand dollars somewhere",
    "agreed, do it",
    "my concern with the {} is what it does to the neighbors over on the east side of town",
    "can you make 5 on tuesday at the library, bring the packet and the map if you have it",
    "dana told me she is a yes on the {} and bob will go along if the hours are cut back",
)
MATTERS = tuple(
    Item(f"m{n}", f"{title} no. {n}" if n >= len(SUBJECTS) else title, topic)
    for n, (title, topic) in ((n, SUBJECTS[n % len(SUBJECTS)]) for n in range(40))
)


def invent(count: int) -> Iterator[Interaction]:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    for n in range(count):
        subject = SUBJECTS[(n // 6) % len(SUBJECTS)][0].lower()
        text = FRAMES[n % 6].format(subject)
        to = (Contact("b", "b@x.example", "b", Role.TO), Contact("c", "c@x.example", "c", Role.TO))
        yield Interaction(
            f"i{n}",
            start + timedelta(minutes=n),
            TimePrecision.EXACT,
            Channel.TEXT,
            Audience.PRIVATE,
            "a",
            "a",
            "a@x.example",
            to,
            "",
            f"{text} {n}",
            (),
            f"i{n - 1}" if n % 6 else None,
            f"t{n // 6}",
            None,
            "message",
            SourceRef("f", "0", "l"),
        )


def clock(label: str, count: int, work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    rate = count / (time.process_time() - begin)
    print(f"{label:34} {rate:9,.0f} messages a second")
    return rate


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12_000
    messages = list(invent(count))
    texts = [m.text for m in messages]
    blank = spacy.blank("en")
    begin = time.process_time()
    nlp = build_pipeline(matters=MATTERS)
    reader = Reader(people=(("a", "Ann Lee", ()), ("b", "Bob Ray", ()), ("d", "Dana Fox", ())), matters=MATTERS)
    print(
        f"loading {time.process_time() - begin:.2f} s, words a message {sum(len(t.split()) for t in texts) / count:.1f}"
    )
    threads = [messages[n : n + 6] for n in range(0, count, 6)]
    bare = clock("bare tokenizer (nlp.pipe)", count, lambda: sum(1 for _ in blank.pipe(texts)))
    clock("topics, matters, scope (nlp.pipe)", count, lambda: sum(1 for _ in nlp.pipe(texts)))
    whole = clock("whole stage with acts and threads", count, lambda: [reader.read_thread(t) for t in threads])
    print(f"share of the bare tokenizer's pace {whole / bare:.2f}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        for thread in threads:
            reader.read_thread(thread)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak resident memory {before / 1024:.0f} MB, after {3 * count:,} more messages {after / 1024:.0f} MB")


if __name__ == "__main__":
    main()
