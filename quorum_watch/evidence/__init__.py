"""Immutable batches of what was read, with provenance and accounting.

``ingest`` reads what is new in an inbox into one batch; ``load`` gives everything stored as events, each counted once
with its copies; ``audit_evidence`` checks both against the sources. See ``docs/evidence.md``.
"""

from __future__ import annotations

from quorum_watch.evidence.accounting import Coverage, SourceCount
from quorum_watch.evidence.audit import Audit, audit_evidence
from quorum_watch.evidence.duplicates import MatchRules
from quorum_watch.evidence.intake import IngestResult, Progress, Reading, ingest
from quorum_watch.evidence.keys import hash_message_id
from quorum_watch.evidence.store import Evidence, load

__all__ = [
    "Audit",
    "Coverage",
    "Evidence",
    "IngestResult",
    "MatchRules",
    "Progress",
    "Reading",
    "SourceCount",
    "audit_evidence",
    "hash_message_id",
    "ingest",
    "load",
]
