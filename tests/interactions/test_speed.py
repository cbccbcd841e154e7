"""Resolution keeps up with a city's mail."""

from __future__ import annotations

import time
from pathlib import Path

from quorum_watch.interactions import resolve
from tests.interactions.records import city, stored


def test_ten_thousand_records_take_seconds_at_most(tmp_path: Path) -> None:
    falls = city(tmp_path)
    records = [
        stored(
            f"m{n}",
            "ann@alderfalls.example",
            "council@alderfalls.example;who@y.example",
            minute=n,
            subject=f"S {n % 50}",
        )
        for n in range(10_000)
    ]
    begun = time.process_time()
    assert len(resolve(records, *falls)) == 10_000
    assert time.process_time() - begun < 10
