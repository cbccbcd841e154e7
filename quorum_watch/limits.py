"""Limits for hostile input: every one is a setting, on by default, and every hit is a coded reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a stranger's file is taken in. Sizes in bytes; ``seconds`` is per item.

    Source of the defaults: the project's ingest specification, section 7.4.
    """

    member_bytes: int = 512 * 1024**2
    total_bytes: int = 20 * 1024**3
    ratio: int = 200
    ratio_after_bytes: int = 10 * 1024**2
    members: int = 100_000
    nesting: int = 3
    mime_depth: int = 50
    mime_parts: int = 1_000
    header_bytes: int = 256 * 1024
    addresses: int = 5_000
    json_depth: int = 200
    text_chars: int = 1_000_000
    seconds: float = 10.0
    reader_memory_bytes: int = 2 * 1024**3
    reader_seconds: float = 600.0
    occurrences: int = 400
    occurrence_days: int = 1_830
