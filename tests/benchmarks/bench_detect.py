"""How fast detection is, on generated traffic, on one core.

    python tests/benchmarks/bench_detect.py [--quick]

Prints events a second for the measures by size, members and window, memory beyond the input, how time grows with the
number of events, what compiling costs the first time, and what a whole ``detect`` costs. Goals stand beside the
figures they concern. ``--quick`` leaves out 10 million events.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from quorum_watch.detect import Engine, EventArrays, components, detect, pivot, two_way
from quorum_watch.detect.engine import answered, gathered_rows
from tests.benchmarks.traffic import many_bodies, traffic
from tests.detect.histories import SETTINGS, Said, shard

WEEK = timedelta(days=7)


def best(call: Callable[[], Any], repeat: int = 3) -> float:
    """Seconds of the fastest of a few runs."""
    found = math.inf
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
    return found


def line(what: str, events: int, seconds: float, goal: str = "") -> None:
    """One figure."""
    print(f"{what:<58} {events / seconds / 1e6:8.2f} M events/s  {goal}", flush=True)


def compile_times() -> None:
    """Seconds to the first answer of a fresh process, with an empty cache and with a full one."""
    code = (
        "import time; from datetime import timedelta as d; from tests.benchmarks.traffic import traffic\n"
        "from quorum_watch.detect import two_way, components; a = traffic(1000, 16); s = time.perf_counter()\n"
        "two_way(a, window=d(days=7), answer_window=d(days=3)); components(a, window=d(days=7))\n"
        "print(f'{time.perf_counter() - s:.2f}')"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        root = Path(__file__).resolve().parents[2]
        run = [sys.executable, "-c", code]
        cold, warm = (
            subprocess.run(run, env=environment, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
            for _ in range(2)
        )
    print(f"first answer of a process: {cold} s with an empty cache (compiling), {warm} s from the cache")


def memory(arrays: EventArrays) -> None:
    """Bytes beyond the input: the clocks, the times inside the window, the results."""
    engine = Engine(width=len(arrays.members), window=WEEK)
    reach = engine.append(arrays)
    beyond = arrays.vertices * len(arrays.members) * 4 + reach.count.nbytes + reach.vertex.nbytes + reach.start.nbytes
    size = len(arrays)
    print(f"memory beyond the input at {size:,} events: {beyond / size:.1f} bytes an event (goal < 50)")
    print(f"state kept between batches: {engine.state_bytes / 1e6:.2f} MB")


def growth(sizes: list[int]) -> None:
    """Exponent of time in events when bodies grow with events (1,000 bodies at 10 million)."""
    points = []
    for size in sizes:
        bodies = many_bodies(size, max(1, size // 10_000), 16)
        seconds = best(lambda bodies=bodies: [gathered_rows(b, window=WEEK) for b in bodies], 2)
        points.append((math.log(size), math.log(seconds)))
        line(f"gathered, {size:,} events in {len(bodies):,} bodies of 16", size, seconds, "goal >= 5 at 10 M")
    (x0, y0), (x1, y1) = points[0], points[-1]
    print(f"growth exponent {(y1 - y0) / (x1 - x0):.3f} (goal <= 1.1)")


def whole_detection() -> None:
    """Everything from records to named candidates with evidence, on an invented year of one subject."""
    rng = random.Random(1)
    lines: list[Said] = []
    while len(lines) < 2_000:
        day = rng.uniform(0, 365)
        a, b = rng.sample("ABCDEFGHIJKLstuvwxyz", 2)
        acts = rng.choice(["inform", "inform", "schedule", "opinion", "social", "commit"])
        lines.append(Said(a, b, day, acts))
        if rng.random() < 0.4:
            lines.append(Said(b, a, day + 0.1, rng.choice(["inform", "opinion", "agree"])))
    made = shard(lines, "ABCDEFGHIJKL")
    for engine in ("numba", "python"):
        start = time.perf_counter()
        found = detect(made, [6, 7, 8], SETTINGS, engine=engine)
        seconds = time.perf_counter() - start
        print(f"detect, {len(lines):,} events, 12 members, engine={engine}: {seconds:.2f} s, {len(found)} candidates")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    compile_times()
    small = traffic(1_000, 16)
    two_way(small, window=WEEK, answer_window=SETTINGS.answer_window)
    components(small, window=WEEK)
    million = traffic(1_000_000, 16)
    for size, goal in ((100_000, ""), (1_000_000, "goal >= 10")):
        arrays = million if size == len(million) else traffic(size, 16)
        line(
            f"gathered, {size:,} events, 16 members, 7 days",
            size,
            best(lambda a=arrays: gathered_rows(a, window=WEEK)),
            goal,
        )
    for days in (1, 30, 365):
        seconds = best(lambda d=days: gathered_rows(million, window=timedelta(days=d)))
        line(f"gathered, 1,000,000 events, 16 members, {days} days", 1_000_000, seconds, "independent of the window")
    wide = traffic(1_000_000, 400)
    line(
        "gathered, 1,000,000 events, 400 members",
        1_000_000,
        best(lambda: gathered_rows(wide, window=WEEK)),
        "goal >= 2",
    )
    rho = SETTINGS.answer_window
    line("answered contacts, 1,000,000 events", 1_000_000, best(lambda: answered(million, answer_window=rho), 2))
    line("pivot, 1,000,000 events, 16 members", 1_000_000, best(lambda: pivot(million, window=WEEK), 2))
    both = best(lambda: two_way(million, window=WEEK, answer_window=rho), 2)
    line("two-way, 1,000,000 events, 16 members", 1_000_000, both)
    line("components, 1,000,000 events, 16 members", 1_000_000, best(lambda: components(million, window=WEEK), 2))
    memory(million)
    reference = traffic(20_000, 16)
    slow = best(lambda: gathered_rows(reference, window=WEEK, engine="python"), 1)
    line("gathered in plain Python, 20,000 events, 16 members", 20_000, slow)
    growth([100_000, 1_000_000] if args.quick else [100_000, 1_000_000, 10_000_000])
    whole_detection()
    if not args.quick:
        huge = traffic(10_000_000, 16)
        line(
            "gathered, 10,000,000 events in one body of 16",
            len(huge),
            best(lambda: gathered_rows(huge, window=WEEK), 2),
            "goal >= 2",
        )
        memory(huge)


if __name__ == "__main__":
    main()
