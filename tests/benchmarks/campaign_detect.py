"""The properties of detection on many random histories, and the planted patterns on many more boards.

    python tests/benchmarks/campaign_detect.py [--measures 20000] [--evidence 3000] [--planted 200]

Prints one line per campaign: how many cases, how many seconds. A failure prints the smallest failing case and ends
with status 1. The test suite runs the same checks on fewer cases.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.detect import planted, properties


def run(name: str, examples: int, check: Callable[..., None], *strategies: st.SearchStrategy) -> None:
    """Draw and check cases, never the same stream twice in a row."""
    done = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(st.tuples(*strategies))
    def campaign(drawn):
        nonlocal done
        done += 1
        check(*drawn[0], *drawn[1:])

    start = time.perf_counter()
    campaign()
    print(f"{name:<44} {done:>7} cases  0 failures  {time.perf_counter() - start:7.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measures", type=int, default=20_000)
    parser.add_argument("--evidence", type=int, default=3_000)
    parser.add_argument("--planted", type=int, default=200)
    args = parser.parse_args()
    run("measures equal the oracle, containments", args.measures, properties.check_measures, properties.cases())
    run("evidence smallest, crossings first", args.evidence, properties.check_evidence, properties.cases(lines=7))
    run("monotone", args.evidence, properties.check_monotone, properties.cases())
    run("renaming and order", args.evidence, properties.check_renaming, properties.cases(), st.integers(1, 4))
    for pattern in planted.PATTERNS:
        start = time.perf_counter()
        versions = 0
        for seed in range(1_000, 1_000 + args.planted):
            versions += planted.check(pattern, seed)
        print(
            f"planted {pattern:<36} {args.planted:>7} found, {versions} undone versions not found"
            f"  {time.perf_counter() - start:7.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
