"""How long the report of a big year takes, without the analysis: every edition in every format.

``python tests/benchmarks/bench_report.py [MESSAGES] [FINDINGS]`` (default 100000 and 400).
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from quorum_watch.model import Contact, Interaction, Reading, SourceRef
from quorum_watch.report.editions import KINDS, build_report
from quorum_watch.report.formats import FORMATS, write
from quorum_watch.report.material import Material
from quorum_watch.report.period import parse_period
from quorum_watch.vocabulary import Audience, Channel, Role, Scope, TimePrecision
from tests.report.invented import START, reviewed, run_of


def with_messages(material: Material, count: int) -> Material:
    """So many messages over a year, every third one to another member."""
    people = [p.person_id for p in material.roster.people]
    interactions, readings = [], []
    for k in range(count):
        sender, to = people[k % len(people)], people[(k + 1) % len(people)] if k % 3 == 0 else None
        interactions.append(
            Interaction(
                f"i-{k}",
                START + timedelta(minutes=k * 520_000 / count),
                TimePrecision.EXACT,
                Channel.EMAIL,
                Audience.PRIVATE,
                sender,
                sender,
                sender,
                (Contact(to or "x", to or "x", to, Role.TO),),
                "s",
                "t",
                (),
                None,
                "",
                None,
                "message",
                SourceRef("inbox/a.mbox", "0" * 64, "bytes=0-1"),
            )
        )
        readings.append(Reading(f"i-{k}", (), (), Scope.BUSINESS))
    return replace(material, interactions=tuple(interactions), readings=tuple(readings))


def main() -> None:
    """Print seconds and sizes."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    findings = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    material = with_messages(run_of([12, *[7] * 11], findings, steps=8), messages)
    whole, year = 0.0, parse_period("2026")
    for kind in KINDS:
        began = time.perf_counter()
        who = "p-0-1" if kind == "member" else ""
        edition = build_report(material, year, kind, recipient=who, reviewed=reviewed(material))
        spent = [f"build {time.perf_counter() - began:.2f} s"]
        whole += time.perf_counter() - began
        for form in FORMATS:
            began = time.perf_counter()
            files = write(edition, (form,), "r")
            took = time.perf_counter() - began
            whole += took
            spent.append(f"{form} {took:.2f} s {sum(map(len, files.values())) // 1024} KiB")
        print(f"{kind}: {', '.join(spent)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{messages} messages, {findings} findings: all editions and formats {whole:.1f} s, peak {peak} MiB")


if __name__ == "__main__":
    main()
