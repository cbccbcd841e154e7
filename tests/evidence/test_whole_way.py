"""The whole way from files to evidence, with the real readers: speed, memory and damaged input, in small."""

from __future__ import annotations

from tests.benchmarks.bench_ingest import GOAL_MEMORY_MB, compare
from tests.benchmarks.mutate_ingest import campaign


def test_memory_on_a_small_box() -> None:
    """Speed and memory on large boxes are measured by ``tests/benchmarks/bench_ingest.py``."""
    assert compare(1_000)["peak_mb"] < GOAL_MEMORY_MB


def test_damaged_files_are_accounted_for_and_found_again() -> None:
    found = campaign(inputs=250, seed=4)
    assert found["rows"] > 50
    assert found["quarantined"] > 5
    assert found["slowest"] < 10
