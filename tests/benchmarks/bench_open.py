"""How long the desk takes to open a run and show its first finding, with few messages and with a hundred thousand.

Run: python tests/benchmarks/bench_open.py [MESSAGES]     (default 100000)

Unrelated messages are added as hand-coded small talk between members and outsiders, so that the language stage is not
what is measured. Opening is timed warm: the third opening in a fresh process, best of five.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from quorum_watch import pipeline
from tests.city.fixtures import small_city

OPEN = """
import sys, time
def once():
    start = time.perf_counter()
    from quorum_watch.notebook import open_run
    run = open_run(sys.argv[1])
    page = run.findings[0]._repr_html_()
    assert page
    return time.perf_counter() - start
first = once()
once()
print(first, min(once() for _ in range(5)))
"""


def add_small_talk(city: Path, count: int) -> None:
    """``count`` messages about nothing between a member and people outside, one every five minutes."""
    with (city / "roster" / "memberships.csv").open(encoding="utf-8-sig", newline="") as f:
        members = sorted({r["person_id"] for r in csv.DictReader(f)})
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with (city / "inbox" / "small-talk-interactions.csv").open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["id", "time", "channel", "from", "to", "text", "coded_acts"])
        for k in range(count):
            at = (start + timedelta(minutes=5 * k)).isoformat()
            friend = f"friend{k % 500}@example.org"
            writer.writerow([f"s{k}", at, "text", members[k % len(members)], friend, "Hi", "social"])


def measure(count: int) -> None:
    """One line: messages, bytes kept beside the run, seconds to open in a fresh process and warm."""
    with tempfile.TemporaryDirectory() as folder:
        city, _ = small_city(Path(folder))
        if count:
            add_small_talk(city, count)
        start = time.perf_counter()
        run = pipeline.analyze(city)
        took = time.perf_counter() - start
        size = sum(p.stat().st_size for p in (city / "runs" / run.id).iterdir())
        done = subprocess.run([sys.executable, "-c", OPEN, str(city)], capture_output=True, text=True, check=True)
        first, warm = map(float, done.stdout.split()[:2])
        sys.stdout.write(
            f"{len(run.interactions):>7} interactions, {len(run.findings)} findings (analysed in {took:.0f} s): "
            f"run folder {size:,} bytes; first finding {first:.2f} s in a fresh process, {warm:.3f} s warm\n"
        )


if __name__ == "__main__":
    measure(0)
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
