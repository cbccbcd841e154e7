"""Interactions attached by hand, read exactly as the interchange format is, and assessed with everything else."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from quorum_watch import pipeline
from quorum_watch.errors import Fault, UsageError
from quorum_watch.findings import fingerprint
from quorum_watch.interactions import resolve
from quorum_watch.model import Record, Rejected, SourceRef, Stored
from quorum_watch.review.log import HandCoded
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context

UNREADABLE = "QW-E115"
#: What stands for a file in the provenance of an attached interaction.
PLACE = "review.sqlite"


def attach_rows(run: pipeline.Run, kept: Sequence[HandCoded]) -> pipeline.Run:
    """The run assessed again with the attached interactions in it. Writes nothing.

    Raises ``UsageError`` (QW-E115) with every row that cannot be read and what is wrong with it.
    """
    case = run.case
    stored = read_rows(case, kept)
    added = resolve(stored, case.roster, case.workspace)
    readings = pipeline.interpret(case, added)
    evidence_id = fingerprint(run.document["run"]["evidence"], *(s.record.sha256 for s in stored))
    return pipeline.assess_case(
        case, (*run.interactions, *added), (*run.readings, *readings), run.collected, evidence_id=evidence_id
    )


def read_rows(case: pipeline.Case, kept: Sequence[HandCoded]) -> tuple[Stored, ...]:
    """Rows of the interchange format as stored events whose source is the decision log."""
    faults: list[Fault] = []
    found: list[Stored] = []
    with tempfile.TemporaryDirectory() as folder:
        for k, hand in enumerate(kept):
            path = Path(folder) / f"interactions-{k}.jsonl"
            path.write_text(json.dumps(dict(hand.row), ensure_ascii=True) + "\n", encoding="utf-8")
            context = Context(timezone=case.workspace.timezone, limits=case.workspace.settings.limits)
            for item in registry.read_items(registry.open_source(path, Path(folder)), context):
                if isinstance(item, Rejected):
                    what = f"An attached interaction cannot be read: {item.detail or item.reason.value}."
                    faults.append(Fault(UNREADABLE, what, hand.name, "Correct the field, then attach it again."))
                else:
                    found.append(_stored(item, hand))
    if faults:
        raise UsageError.of(faults)
    return tuple(found)


def _stored(record: Record, hand: HandCoded) -> Stored:
    locator = f"interaction_note={hand.seq}"
    source = SourceRef(PLACE, record.sha256, locator, record.sha256)
    return Stored(replace(record, locator=locator), source, (), f"{hand.name}")
