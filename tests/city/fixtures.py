"""A tiny city for fast tests."""

from __future__ import annotations

from pathlib import Path

from tests.city.generate import generate
from tests.city.key import AnswerKey


def small_city(tmp_path: Path, *, seed: int = 5, size: int = 30) -> tuple[Path, AnswerKey]:
    """A workspace of a five-member board with one planted poll and a few dozen ordinary messages, and its key.

    The folder is ``tmp_path/city``; the planted chain is ``hub_poll``, the look-alike ``packet_one_way``.
    """
    out = tmp_path / "city"
    return out, generate(seed, size, out, council=5, plants=["hub_poll"], innocents=["packet_one_way"])
