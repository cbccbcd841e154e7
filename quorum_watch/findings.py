"""Findings as the contract writes them, their identity, and how they stand to the previous run.

The *seed* fingerprint (body, test, subject, first step) stays the same when a chain grows next month; the *full* one
changes with every step. The speakable id is the start of the seed, lengthened for both where two findings of a run
would share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from quorum_watch.model import Citation, Factor, Finding, Reached, Step
from quorum_watch.vocabulary import SinceLast

SCHEMA = "quorum-watch/finding/1"
_ID_HEX = 4


def fingerprint(*parts: str) -> str:
    """SHA-256 over the parts, in order, as 64 hex digits.

    >>> fingerprint("council", "budget")[:8]
    'f906c4ea'
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def name_all(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give every finding its speakable id, unique in the run, from its seed fingerprint.

    Findings that would share an id are all lengthened until they differ: an id written down last month may become
    unknown, but it never comes to name another finding.
    """
    seeds = [f.seed.upper() for f in findings]
    named = []
    for finding, seed in zip(findings, seeds, strict=True):
        size = _ID_HEX
        while size < len(seed) and sum(other.startswith(seed[:size]) for other in seeds) > 1:
            size += 1
        named.append(replace(finding, id=f"QW-{seed[:size]}"))
    return tuple(named)


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order for reading: concern, confidence, whether a number was reached, newest first. Threads, never people."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                -f.concern.rank,
                -f.confidence.rank,
                -sum(r.reached for r in f.thresholds),
                -f.last.timestamp(),
                f.seed,
            ),
        )
    )


def since(previous: Mapping[str, Mapping[str, Any]], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Mark each finding new, unchanged or updated against the previous run (its findings as JSON, by seed)."""

    def state(finding: Finding) -> SinceLast:
        before = previous.get(finding.seed)
        if before is None:
            return SinceLast.NEW
        same = before["fingerprint"]["full"] == finding.full and before["concern"] == finding.concern
        return SinceLast.UNCHANGED if same else SinceLast.UPDATED

    return tuple(replace(f, since_last=state(f)) for f in findings)


def to_json(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """One finding in the contract's form; times in the city's zone with their offset."""
    return {
        "schema": SCHEMA,
        "id": finding.id,
        "fingerprint": {"seed": finding.seed, "full": finding.full},
        "since_last": finding.since_last.value,
        "test": finding.test.value,
        "pattern": finding.pattern.value,
        "concern": finding.concern.value,
        "confidence": finding.confidence.value,
        "body": finding.body,
        "subject": {
            "topics": list(finding.subject.topics),
            "matter": finding.subject.matter,
            "label": finding.subject.label,
        },
        "headline": finding.headline,
        "story": list(finding.story),
        "why_this_concern": finding.why_this_concern,
        "members": {
            "spoke": list(finding.members.spoke),
            "received": list(finding.members.received),
            "could_have_seen": list(finding.members.could_have_seen),
        },
        "non_members": list(finding.non_members),
        "thresholds": [_threshold(r, zone) for r in finding.thresholds],
        "reach": finding.reach,
        "first": local(finding.first, zone),
        "last": local(finding.last, zone),
        "steps": [_step(s, zone) for s in finding.steps],
        "pivotal": list(finding.pivotal),
        "factors": [_factor(f) for f in finding.factors],
        "unseen": list(finding.unseen),
        "unverified": list(finding.unverified),
    }


def local(at: datetime, zone: ZoneInfo) -> str:
    """ISO 8601 with the city's offset, to the second."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def _threshold(reached: Reached, zone: ZoneInfo) -> dict[str, Any]:
    t = reached.threshold
    return {
        "name": t.name.value,
        "value": t.value,
        "of": t.of,
        "base": t.base.value,
        "vote_rule": t.vote_rule.value if t.vote_rule else None,
        "as_of": t.as_of.isoformat(),
        "rule": t.rule,
        "citation": t.citation.cite,
        "verified": t.citation.verified,
        "inference": t.inference,
        "unsettled": t.unsettled,
        "arithmetic": list(t.steps),
        "not_used": [{"reading": label, "value": value} for label, value in t.alternatives],
        "reached": reached.reached,
        "crossed_at": local(reached.crossed_at, zone) if reached.crossed_at else None,
    }


def _step(step: Step, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "n": step.n,
        "at": local(step.at, zone),
        "time_precision": step.precision.value,
        "interaction": step.interaction,
        "from": step.sender or step.sender_label,
        "to": list(step.to),
        "channel": step.channel.value,
        "reached_after": step.reached_after,
        "evidence": [
            {
                "start": e.start,
                "end": e.end,
                "exact": e.exact,
                "prefix": e.prefix,
                "suffix": e.suffix,
                "says": e.says,
                "polarity": e.polarity.value,
                "about": e.attributed_to,
                "by_hand": e.by_hand,
                "field": e.field,
            }
            for e in step.evidence
        ],
        "source": {
            "file": step.source.file,
            "sha256": step.source.sha256,
            "locator": step.source.locator,
        }
        if step.source
        else None,
    }


def _factor(factor: Factor) -> dict[str, Any]:
    return {
        "name": factor.name,
        "weighs": factor.weighs.value,
        "because": factor.because,
        "kind": factor.kind.value,
        "citation": factor.citation.cite,
        "verified": factor.citation.verified,
        "url": factor.citation.url,
        "evidence": list(factor.evidence),
    }


def citations(finding: Finding) -> tuple[Citation, ...]:
    """Every citation a finding rests on, once, in order of use."""
    seen: dict[str, Citation] = {}
    for r in finding.thresholds:
        seen.setdefault(r.threshold.citation.cite, r.threshold.citation)
    for f in finding.factors:
        seen.setdefault(f.citation.cite, f.citation)
    return tuple(seen.values())
