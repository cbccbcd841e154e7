"""Measure the acts on labelled threads, with the rules of ``score_threads.py``, without building workspaces.

    python -m tests.benchmarks.eval_acts THREADS.jsonl [--misses] [--only held|seen|all] [--act ACT]

``held`` is the fixed fifth of the threads whose text nobody read while the rules were written.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

from quorum_watch.language.acts.threads import MessageActs, ThreadContext, ThreadMessage, names_of, read_thread

CORE = ("poll", "commit", "relay", "seek_support", "decide")
SWAP = {"commit": {"opinion"}, "opinion": {"commit"}}


def held_out(ids: list[str], *, second_look: bool = True) -> set[str]:
    """The fixed fifth: shuffled by seed, without the two threads shown in the file's first lines."""
    order = list(ids)
    random.Random(20261122).shuffle(order)
    fifth = [i for i in order if i not in ("A001", "A002")][: len(order) // 5]
    return set(fifth[: len(fifth) // 2]) if second_look else set(fifth)


def read(thread: dict) -> tuple[MessageActs, ...]:
    """One labelled thread through the thread reader."""
    people = {p: v["name"] for p, v in thread["people"].items()}
    members = frozenset(p for p, v in thread["people"].items() if v["role"] == "member")
    context = ThreadContext(names_of(people), members, tuple((m["id"], m["title"]) for m in thread["matters"]))
    place = {m["id"]: n for n, m in enumerate(thread["messages"])}
    messages = [
        ThreadMessage(
            m["text"],
            m["from"],
            tuple(m["to"]),
            place.get(m["in_reply_to"]) if m["in_reply_to"] else None,
            quoted=quoted(m["text"]),
        )
        for m in thread["messages"]
    ]
    return read_thread(messages, context)


def read_by_stage(thread: dict) -> list[tuple]:
    """One labelled thread through the whole language stage: the acts of each message."""
    from datetime import UTC, datetime
    from types import SimpleNamespace

    from quorum_watch.language.read import read_interactions
    from quorum_watch.model import Contact, Interaction, SourceRef
    from quorum_watch.vocabulary import Audience, Channel, Role, TimePrecision

    rows = [
        Interaction(
            id=f"m{m['id']}",
            at=datetime(2026, 3, 2, 16, int(m["id"]), tzinfo=UTC),
            precision=TimePrecision.EXACT,
            channel=Channel(thread["channel"]),
            audience=Audience.PRIVATE,
            sender=m["from"],
            sender_raw=m["from"],
            sender_address=m["from"],
            contacts=tuple(Contact(p, p, p, Role.TO) for p in m["to"]),
            subject="",
            text=m["text"],
            quoted=(),
            in_reply_to=f"m{m['in_reply_to']}" if m["in_reply_to"] else None,
            thread=thread["id"],
            coded=None,
            event="message",
            source=SourceRef("x", "", ""),
        )
        for m in thread["messages"]
    ]
    people = [(p, v["name"], ()) for p, v in thread["people"].items()]
    matters = [SimpleNamespace(matter_id=m["id"], title=m["title"], topic=m["topic"]) for m in thread["matters"]]
    found = read_interactions(rows, people=people, matters=matters)
    return [SimpleNamespace(acts=r.acts, state=SimpleNamespace(question="", business=r.scope)) for r in found]


def quoted(text: str) -> tuple[tuple[int, int, None], ...]:
    """Lines that begin with ``>``."""
    spans, position = [], 0
    for line in text.splitlines(keepends=True):
        if line.startswith(">"):
            spans.append((position, position + len(line.rstrip("\n")), None))
        position += len(line)
    return tuple(spans)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("threads", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--only", default="all")
    parser.add_argument("--act", default="")
    parser.add_argument("--stage", action="store_true", help="through the whole language stage")
    args = parser.parse_args()
    threads = [json.loads(line) for line in args.threads.read_text("utf-8").splitlines()]
    held = held_out([t["id"] for t in threads])
    tp: dict[str, int] = defaultdict(int)
    fp: dict[str, int] = defaultdict(int)
    fn: dict[str, int] = defaultdict(int)
    spans = right = 0
    for thread in threads:
        if (args.only == "held") != (thread["id"] in held) and args.only != "all":
            continue
        for message, answer in zip(
            thread["messages"], read_by_stage(thread) if args.stage else read(thread), strict=True
        ):
            gold = {(a["act"], a["polarity"]) for a in message["gold"]["acts"]}
            want = {a for a, _ in gold}
            soft = set().union(*(SWAP.get(a, set()) for a, p in gold if p == "none" and a in SWAP), set())
            got = {str(a.act) for a in answer.acts}
            bad = []
            for act in got & want:
                tp[act] += 1
                directions = {p for a, p in gold if a == act and p != "none"}
                if act in ("commit", "relay", "decide") and directions:
                    spans += 1
                    right += bool(directions & {str(a.polarity) for a in answer.acts if a.act == act})
            for act in got - want - soft:
                fp[act] += 1
                bad.append("+" + act)
            for act in want - got:
                if not (any(p == "none" for x, p in gold if x == act) and SWAP.get(act, set()) & got):
                    fn[act] += 1
                    bad.append("-" + act)
            if args.misses and any(
                not args.act or b[1:] == args.act or (args.act == "core" and b[1:] in CORE) for b in bad
            ):
                print(thread["id"], message["id"], " ".join(bad), "|", message["text"][:300].replace("\n", " / "))
                print(
                    "      got:",
                    "; ".join(f"{a.act}<{a.rule}>" for a in answer.acts),
                    "| want:",
                    " ".join(sorted(want)),
                    "| Q",
                    answer.state.question,
                    answer.state.business,
                )
    print(f"{'act':14} {'n':>5} {'precision':>9} {'recall':>7}")
    for act in sorted(set(tp) | set(fp) | set(fn), key=lambda a: (a not in CORE, a)):
        print(
            f"{act:14} {tp[act] + fn[act]:5} {tp[act] / max(1, tp[act] + fp[act]):9.3f}"
            f" {tp[act] / max(1, tp[act] + fn[act]):7.3f}"
        )
    core = [sum(d[a] for a in CORE) for d in (tp, fp, fn)]
    every = [sum(d.values()) for d in (tp, fp, fn)]
    for name, (a, b, c) in (("core", core), ("all", every)):
        print(
            f"{name} precision {a / max(1, a + b):.3f} recall {a / max(1, a + c):.3f}"
            f" ({a} right, {b} too many, {c} missed)"
        )
    print(f"polarity right {right}/{spans}")


if __name__ == "__main__":
    main()
