"""Detection beside published libraries: the same answers where definitions coincide, and how long each takes.

    python tests/benchmarks/crosscheck_detect.py [--tglib PYTHON] [--reticula PYTHON]

``PYTHON`` is the interpreter of a throw-away environment with ``temporalgraphlib`` or ``reticula`` in it (reticula
needs Python 3.12 or later). Without them only networkx and the plain Python reference are compared.

Where definitions differ, and what is done about it:

* TGLib gives an edge a duration; with a duration of one tick, strictly later means the same as here, and an arrival at
  ``t`` is reported as ``t + 1``. It has no gathered views; it is asked, at every moment compared, for the earliest
  arrivals from each of the 16 members in the interval from ``t - D`` to ``t + 1``.
* reticula's ``limited_waiting_time`` limits the wait between two steps, not the length of the chain, so with a window
  it answers another question. It is compared with a wait as long as the data and a window as long as the data, where
  both say: whoever is reached by anything a person ever said. A step may follow an equal time there only if it is
  strictly later, as here.
* networkx has no temporal reach; ``quorum_watch.graph.reach`` over its ``MultiDiGraph`` is what is timed.
* A holder's own words count in gathered views here and nowhere else; they are left out of the comparison.
"""

from __future__ import annotations

import argparse
import json
import mailbox
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()


def worker_tglib(job: dict) -> dict:
    """Counts of members heard at each moment, by 16 earliest-arrival passes per moment."""
    import pytglib

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edges.tg"
        path.write_text("".join(f"{a} {b} {t} 1\n" for a, b, t in job["edges"]))
        edges = pytglib.load_ordered_edge_list(str(path))
    inner = edges.getNodeMap()  # original -> internal
    start = time.perf_counter()
    never, answers = (1 << 61), []
    for v, t in job["moments"]:
        heard = 0
        for u in range(job["members"]):
            if u != v and u in inner:
                arrivals = pytglib.earliest_arrival_times(edges, inner[u], (t - job["window"], t + 1))
                heard += arrivals[inner[v]] <= min(t + 1, never)
        answers.append(heard)
    return {"seconds": time.perf_counter() - start, "answers": answers}


def worker_reticula(job: dict) -> dict:
    """Pairs (u, v) such that something u said reached v, from the exact out-cluster of every event."""
    import reticula

    edge = reticula.directed_temporal_edge[reticula.int64, reticula.int64]
    network = reticula.directed_temporal_network[reticula.int64, reticula.int64](
        [edge(a, b, t) for a, b, t in job["edges"]]
    )
    wait = reticula.temporal_adjacency.limited_waiting_time[edge](dt=job["span"])
    start = time.perf_counter()
    clusters = reticula.out_clusters(network, wait)
    seconds = time.perf_counter() - start
    pairs = {(e.mutator_verts()[0], v) for e, cluster in clusters for v in cluster.interval_sets()}
    return {"seconds": seconds, "answers": sorted(p for p in pairs if p[0] != p[1])}


def edges_of(arrays) -> list[tuple[int, int, int]]:
    """Single contacts in whole seconds; contacts of one second are simultaneous."""
    import numpy as np

    row = np.repeat(np.arange(len(arrays)), np.diff(arrays.offsets))
    seconds = arrays.time[row] // 1_000_000
    return list(zip(arrays.sender[row].tolist(), arrays.recipient.tolist(), seconds.tolist(), strict=True))


def from_edges(edges, people: int, members: int):
    """Arrays of single contacts."""
    import numpy as np

    from quorum_watch.detect import EventArrays

    n = len(edges)
    sender, recipient = (np.array([e[i] for e in edges], np.int32) for i in (0, 1))
    when = np.array([e[2] for e in edges], np.int64) * 1_000_000
    return EventArrays(
        time=when,
        group=np.cumsum(np.concatenate([[0], np.diff(when) > 0])).astype(np.int32),
        sender=sender,
        speaks=np.where(sender < members, sender, -1).astype(np.int32),
        layers=np.full(n, 7, np.uint8),
        source=np.arange(n, dtype=np.int32),
        claimed=np.zeros(n, np.bool_),
        doubt=np.zeros(n, np.bool_),
        offsets=np.arange(n + 1, dtype=np.int64),
        recipient=recipient,
        hears=np.where(recipient < members, recipient, -1).astype(np.int32),
        owner=np.arange(people, dtype=np.int32),
        persons=tuple(f"p{i}" for i in range(people)),
        members=tuple(f"p{i}" for i in range(members)),
    )


def mail_edges(folder: Path) -> list[tuple[int, int, int]]:
    """Who answered whom, and who was addressed by name, in public mailing lists beside the checkout."""
    from email.utils import getaddresses, mktime_tz, parsedate_tz

    author: dict[str, str] = {}
    seen = {}
    for path in sorted(folder.glob("*.mbox")):
        for message in mailbox.mbox(path, create=False):
            parsed = parsedate_tz(str(message.get("Date", "")))
            who = [a.lower() for _, a in getaddresses([str(message.get("From", ""))]) if "@" in a]
            key = str(message.get("Message-ID", "")).strip()
            if parsed and who and key:
                author[key] = who[0]
                to = [a.lower() for h in ("To", "Cc") for _, a in getaddresses([str(message.get(h, ""))]) if "@" in a]
                seen[key] = (mktime_tz(parsed), who[0], str(message.get("In-Reply-To", "")).strip(), to)
    lines = []
    for when, who, parent, to in seen.values():
        people = {p for p in (*to, author.get(parent, who)) if p != who}
        lines += [(when, who, p) for p in people]
    count: dict[str, int] = {}
    for _, a, b in lines:
        count[a], count[b] = count.get(a, 0) + 1, count.get(b, 0) + 1
    number = {p: n for n, p in enumerate(sorted(count, key=lambda p: (-count[p], p)))}
    return [(number[a], number[b], t) for t, a, b in sorted(lines)]


def ask(python: str, worker: str, job: dict) -> dict:
    """Run a worker of this file under another interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job))
        done = subprocess.run(
            [python, str(HERE), "--worker", worker, str(path)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{worker} failed:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout)


def timed(call, repeat: int = 3):
    """Best of a few runs, and the last answer."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    return best, answer


def one_body(name: str, edges, members: int, window: int, args) -> None:
    """K at moments of one body: compiled, reference, networkx, TGLib."""
    from datetime import timedelta

    from quorum_watch.detect.engine import gathered_rows

    people = max(max(e[:2]) for e in edges) + 1
    arrays = from_edges(edges, people, members)
    span = timedelta(seconds=window)
    gathered_rows(arrays, window=span)
    ours, reach = timed(lambda: gathered_rows(arrays, window=span))
    plain, slow = timed(lambda: gathered_rows(arrays, window=span, engine="python"), 1)
    assert reach.count.tolist() == slow.count.tolist()
    arriving = [i for i, e in enumerate(edges) if e[1] < members]
    step = max(1, len(arriving) // 200)
    asked = arriving[::step]
    moments = [(edges[i][1], edges[i][2]) for i in asked]
    mine = [_others(edges, arrays, i, window) for i in asked]
    print(f"{name}: {len(edges)} contacts, {members} members, {len(arriving)} moments")
    print(f"  compiled {ours:.5f} s for all moments   plain Python {plain:.3f} s ({plain / ours:.0f} times)")
    start = time.perf_counter()
    theirs = _networkx(edges, moments[:40], members, window)
    each = (time.perf_counter() - start) / 40
    assert theirs == mine[:40], "networkx disagrees"
    print(
        f"  networkx {each * len(arriving):.1f} s (from 40 moments; {each * len(arriving) / ours:.0f} times), "
        "same answers"
    )
    if args.tglib:
        job = {"edges": edges, "moments": moments, "members": members, "window": window}
        answer = ask(args.tglib, "tglib", job)
        whole = answer["seconds"] / len(moments) * len(arriving)
        same = sum(a == b for a, b in zip(answer["answers"], mine, strict=True))
        print(
            f"  TGLib    {whole:.3f} s (from {len(moments)} moments; {whole / ours:.0f} times), "
            f"same at {same} of {len(moments)}"
        )


def _others(edges, arrays, moment: int, window: int) -> int:
    """Members other than the holder whose views it holds at a moment, from the engine's own clocks."""
    import numpy as np

    from quorum_watch.detect import compiled

    end = int(np.searchsorted(arrays.group, arrays.group[moment], side="right"))
    begin = int(np.searchsorted(arrays.time, arrays.time[moment] - window * 1_000_000))
    part = arrays.take(np.arange(begin, end))
    clock = np.full((part.vertices, len(part.members)), -1, np.int32)
    out = np.zeros(len(part), np.int32), np.zeros(len(part), np.int32)
    compiled.compiled(compiled.gather_kernel)(
        part.time, part.group, part.sender, part.speaks, part.offsets, part.recipient, part.hears,
        clock, np.empty(0, np.int64), window * 1_000_000, *out,
    )  # fmt: skip
    holder = edges[moment][1]
    return int((np.delete(clock[holder], holder) >= 0).sum())


def _networkx(edges, moments, members: int, window: int) -> list[int]:
    from datetime import UTC, datetime, timedelta

    import networkx as nx

    from quorum_watch.graph import reach

    answers = []
    for v, t in moments:
        graph = nx.MultiDiGraph()
        for n, (a, b, at) in enumerate(edges):
            if t - window <= at <= t:
                graph.add_edge(a, b, key=n, at=datetime.fromtimestamp(at, UTC))
        answers.append(sum(v in reach(graph, u, window=timedelta(seconds=window)) for u in range(members) if u != v))
    return answers


def all_sources(name: str, edges, args) -> None:
    """Whom anything a person ever said has reached, for every person."""
    import numpy as np

    from quorum_watch.detect import compiled

    people = max(max(e[:2]) for e in edges) + 1
    span = edges[-1][2] - edges[0][2] + 1
    arrays = from_edges(edges, people, people)
    kernel = compiled.compiled(compiled.gather_kernel)

    def pairs():
        clock = np.full((people, people), -1, np.int32)
        out = np.zeros(len(arrays), np.int32), np.zeros(len(arrays), np.int32)
        kernel(
            arrays.time, arrays.group, arrays.sender, arrays.speaks, arrays.offsets, arrays.recipient, arrays.hears,
            clock, np.empty(0, np.int64), span * 1_000_000, *out,
        )  # fmt: skip
        return clock

    ours, clock = timed(pairs)
    mine = sorted((int(u), int(v)) for v, u in np.argwhere(clock >= 0) if u != v)
    print(f"{name}: {len(edges)} contacts, all {people} people, no window: {len(mine)} pairs in {ours:.5f} s")
    answer = ask(args.reticula, "reticula", {"edges": edges, "span": span})
    same = [tuple(p) for p in answer["answers"]] == mine
    ratio = answer["seconds"] / ours
    print(f"  reticula exact {answer['seconds']:.2f} s ({ratio:.0f} times), {'same' if same else 'OTHER'} answers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tglib", default="")
    parser.add_argument("--reticula", default="")
    parser.add_argument("--worker", nargs=2, metavar=("NAME", "JOB"))
    args = parser.parse_args()
    if args.worker:
        job = json.loads(Path(args.worker[1]).read_text())
        print(json.dumps({"tglib": worker_tglib, "reticula": worker_reticula}[args.worker[0]](job)))
        return
    sys.path.insert(0, str(HERE.parents[2]))
    from tests.benchmarks.traffic import traffic

    generated = edges_of(traffic(10_000, 16, people=400, days=60))
    sets = [("generated", sorted(generated, key=lambda e: e[2]))]
    lists = HERE.parents[2].parent / "shared" / "corpora" / "ponymail"
    if lists.exists():
        sets.insert(0, ("mailing lists", mail_edges(lists)))
    for name, edges in sets:
        one_body(name, edges, 16, 7 * 86_400, args)
    if args.reticula:
        for name, edges in sets:
            all_sources(name, edges[:4_000], args)


if __name__ == "__main__":
    main()
