"""Invented runs of any size: a legislature, forty bodies, nothing at all; and the reading grade of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from quorum_watch.findings import fingerprint
from quorum_watch.report.blocks import Bullets, Edition, Para, Terms, plain
from quorum_watch.report.content import Decision, LogEntry
from quorum_watch.report.editions import Reviewed
from quorum_watch.report.material import Material
from quorum_watch.roster import Roster
from quorum_watch.roster.records import Body, Membership, Person
from quorum_watch.rules import load_profile
from quorum_watch.vocabulary import BodyKind
from quorum_watch.workspace import Workspace
from quorum_watch.workspace.settings import Settings, WhoToCall

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_PATTERNS = ("daisy_chain", "hub_and_spoke", "conversation", "broadcast", "intermediary")
_LEVELS = ("look_first", "look", "note", "note")


def roster(sizes: Sequence[int]) -> Roster:
    """Bodies of the given sizes, each with members of its own."""
    people, bodies, terms = [], [], []
    for b, size in enumerate(sizes):
        kind = BodyKind.COMMON_COUNCIL if b == 0 else BodyKind.COMMITTEE
        bodies.append(Body(f"body-{b}", f"Invented Body {b + 1}", kind, size))
        for k in range(size):
            people.append(Person(f"p-{b}-{k}", f"Person {b} {k}"))
            terms.append(Membership(f"p-{b}-{k}", f"body-{b}"))
    return Roster(tuple(people), tuple(bodies), tuple(terms))


def finding(number: int, body: int, size: int, steps: int, at: datetime) -> dict[str, Any]:
    """One finding in the contract's form."""
    seed = fingerprint("invented", str(number))
    count = min(steps, size - 1)
    told = [
        {
            "n": n + 1, "at": (at + timedelta(hours=n)).isoformat(), "time_precision": "exact",
            "interaction": f"i-{number}-{n}", "from": f"p-{body}-{n}", "to": [f"p-{body}-{n + 1}"], "channel": "email",
            "reached_after": n + 2,
            "evidence": [{"start": 0, "end": 20, "exact": "I will vote for it.", "prefix": "", "suffix": "",
                          "says": "commit", "polarity": "for", "about": None, "by_hand": False, "field": "text"}],
            "source": {"file": "inbox/a.mbox", "sha256": "0" * 64, "locator": f"bytes={n}-{n + 9}"},
        }
        for n in range(count)
    ]  # fmt: skip
    number_of_law = {
        "name": "half", "value": size // 2, "of": size, "base": "in_office", "vote_rule": None,
        "as_of": at.date().isoformat(), "rule": "threshold.half", "citation": "Invented Stat. 1", "verified": False,
        "inference": False, "unsettled": False, "arithmetic": [], "not_used": [], "reached": True,
        "crossed_at": at.isoformat(),
    }  # fmt: skip
    factor = {"name": "participants", "weighs": "against", "because": "Two members only.", "kind": "law",
              "citation": "Invented Stat. 1", "verified": False, "url": "", "evidence": []}  # fmt: skip
    return {
        "schema": "quorum-watch/finding/1", "id": f"QW-{seed[:8].upper()}", "fingerprint": {"seed": seed, "full": seed},
        "since_last": "new", "test": "walking_quorum", "pattern": _PATTERNS[number % len(_PATTERNS)],
        "concern": _LEVELS[number % len(_LEVELS)], "confidence": "medium", "body": f"body-{body}",
        "subject": {"topics": ["budget"], "matter": None, "label": "budget"},
        "headline": f"Contact among {count + 1} of {size} members of the Invented Body {body + 1} about budget",
        "story": ["A series of contacts."], "why_this_concern": "Because the rules say so.",
        "members": {"spoke": [], "received": [], "could_have_seen": []}, "non_members": [],
        "thresholds": [number_of_law], "reach": count + 1, "first": told[0]["at"], "last": told[-1]["at"],
        "steps": told, "pivotal": [], "factors": [factor], "unseen": ["No calls were collected."], "unverified": [],
    }  # fmt: skip


def run_of(sizes: Sequence[int], findings: int, *, steps: int = 4, days: int = 360) -> Material:
    """A run over bodies of the given sizes with so many findings spread over so many days."""
    people = roster(sizes)
    found = [
        finding(n, n % len(sizes), sizes[n % len(sizes)], steps, START + timedelta(days=n * days / max(findings, 1)))
        for n in range(findings)
    ]
    counts = {"found": 120, "rows": 100, "duplicates": 15, "ignored": 2, "restricted": 1, "quarantined": 2}
    settings = Settings("Invented City", "us-wi", "America/Chicago", contact=WhoToCall("City Attorney", "555-0100"),
                        roster_checked=START.date())  # fmt: skip
    law = load_profile("us-wi")
    document = {
        "run": {
            "id": "abcdef012345", "city": "Invented City", "timezone": "America/Chicago",
            "program": "quorum_watch test", "unverified_rules": ["a.rule: Somewhere (draft)"],
            "profile": {"id": law.id, "title": law.title, "stage": str(law.stage), "banner": law.banner, "overlay": ""},
            "evidence": "1" * 64, "roster": "2" * 64, "interactions": 100,
            "previous": None,
        },
        "coverage": {
            "sources": [{"file": "inbox/a.mbox", "kind": "mbox", **counts, "reasons": {"privileged": 1, "no_date": 2},
                         "defects": {}}],
            "totals": counts, "channels": {"email": 100}, "members_without_records": ["p-0-0"],
            "period": [START.isoformat(), (START + timedelta(days=days)).isoformat()],
            "unknown_accounts": [{"account": "someone@example.com", "messages": 4}],
            "language": {"outcomes": {"analysed": 98, "other_language": 2}},
        },
        "findings": found,
        "absent": [],
    }  # fmt: skip
    return Material(document, Workspace(Path("city"), settings), people, law)


def reviewed(material: Material) -> Reviewed:
    """A decision about the first finding, and a log entry."""
    seeds = [f["fingerprint"]["seed"] for f in material.document["findings"][:1]]
    decision = Decision("no concern", "2026-05-01T10:00:00+00:00", "J. Doe, attorney", "one-way notice", "a note", True)
    log = LogEntry("QW-1", "2026-05-01", "decision", "J. Doe", "City Attorney", "legal advice", "Decision.")
    return Reviewed(dict.fromkeys(seeds, (decision,)), (log,))


def sentences(edition: Edition) -> str:
    """The running text of an edition: paragraphs, list items and meanings; not tables, hashes or the law's words."""
    lines, skipped = [], False
    for block in edition.blocks:
        if hasattr(block, "anchor"):
            skipped = block.anchor in ("about", "law", "unverified")
        if skipped:
            continue
        if isinstance(block, Para) and block.style != "banner":
            lines.append(plain(block.words))
        elif isinstance(block, Bullets):
            lines += [plain(item) for item in block.items]
        elif isinstance(block, Terms):
            lines += [f"{term} means this. {meaning}" for term, meaning in block.rows]
    return "\n".join(lines)


def grade(text: str) -> float:
    """Flesch-Kincaid grade of a text."""
    parts = [s for s in re.split(r"[.!?:;\n]+", text) if re.search(r"[a-z]", s, re.IGNORECASE)]
    found = re.findall(r"[A-Za-z]+(?:'[a-z]+)?", text)
    syllables = 0
    for word in found:
        word = word.lower()
        groups = len(re.findall(r"[aeiouy]+", word))
        if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
            groups -= 1
        if word.endswith("ed") and not word.endswith(("ted", "ded")) and groups > 1:
            groups -= 1
        syllables += max(groups, 1)
    return 0.39 * len(found) / len(parts) + 11.8 * syllables / len(found) - 15.59
