"""What the decision log gives back: frozen records of what stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quorum_watch.vocabulary import Disposition


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that stands: what, why, by whom, and the fingerprints of the finding it was made about."""

    seq: int
    at: str
    actor: str
    seed: str
    full: str
    finding: str
    run: str
    disposition: Disposition
    basis: str
    privileged: bool
    note: str
    second_reviewer: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a finding stands: the decision about it, if any, and whether it changed since (steps were added or lost)."""

    decision: Decision | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a finding."""

    seq: int
    at: str
    actor: str
    finding: str
    privileged: bool
    text: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold in force: while there is one, nothing is purged."""

    seq: int
    at: str
    actor: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class HandCoded:
    """An interaction a person attached: one row of the interchange format, why, and by whom."""

    seq: int
    at: str
    actor: str
    name: str
    row: Mapping[str, Any]
    reason: str
