"""A labelling sheet: messages for a person to label, and precision and recall with intervals once they have.

The sheet shows no guess of the program, so that nobody is led. Messages are drawn by a hash of their id: the same
workspace gives the same sheet, and nobody can choose which messages are measured.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from math import sqrt

from quorum_watch.errors import Fault, InputError
from quorum_watch.model import Interaction, Reading
from quorum_watch.vocabulary import Scope

COLUMNS = ("id", "when", "subject", "text", "topics", "scope")
#: Normal quantile of a two-sided interval of 95 %.
Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of one message: its topics (possibly none) and its scope (``None`` if left blank)."""

    id: str
    topics: frozenset[str]
    scope: Scope | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A share with its 95 % interval (Wilson): ``right`` of ``of``."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """The share itself; 0 where there is nothing to count."""
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end; the whole range where there is nothing to count.

        >>> [round(x, 2) for x in Measure(9, 10).interval]
        [0.6, 0.98]
        """
        n = self.of
        if not n:
            return 0.0, 1.0
        p, z2 = self.share, Z95 * Z95
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall of the topics on labelled messages, per topic and in all, and how often scope held."""

    labelled: int
    precision: Measure
    recall: Measure
    per_topic: tuple[tuple[str, Measure, Measure], ...]
    scope: Measure
    unknown_ids: tuple[str, ...] = ()


def draw_messages(interactions: Sequence[Interaction], count: int) -> list[Interaction]:
    """``count`` messages with words in them, drawn by a hash of their id, in order of time."""
    spoken = [i for i in interactions if i.text.strip() and i.coded is None]
    drawn = sorted(spoken, key=lambda i: hashlib.sha256(i.id.encode()).digest())[:count]
    return sorted(drawn, key=lambda i: (i.at, i.id))


def write_sheet(messages: Sequence[Interaction]) -> str:
    """The sheet as CSV: one row per message, ``topics`` (``;`` between several, or ``none``) and ``scope`` blank."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for i in messages:
        writer.writerow([i.id, i.at.isoformat(), _cell(i.subject), _cell(i.text), "", ""])
    return out.getvalue()


def _cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def read_sheet(text: str, codes: Sequence[str], where: str) -> tuple[Label, ...]:
    """Read a sheet somebody filled in; rows with neither topics nor scope were not labelled and are left out.

    Raises:
        InputError: QW-E218 columns are missing, QW-E219 a topic or scope nobody knows; every fault at once.
    """
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    missing = [c for c in ("id", "topics", "scope") if c not in (reader.fieldnames or ())]
    if missing:
        remedy = "Use the sheet written by: quorum-watch topics label"
        raise InputError("QW-E218", f"The sheet has no column {', '.join(missing)}.", where, remedy)
    labels, faults = [], []
    for n, row in enumerate(reader, start=2):
        named = [t.strip().lower() for t in (row["topics"] or "").replace(",", ";").split(";") if t.strip()]
        scope = (row["scope"] or "").strip().lower()
        unknown = [t for t in named if t not in codes and t != "none"]
        if unknown:
            remedy = f"Use: {', '.join(codes)}, none."
            faults.append(Fault("QW-E219", f"Unknown topic {unknown[0]!r}.", f"{where} line {n}", remedy))
        if scope and scope not in {s.value for s in Scope}:
            remedy = "Use business, not_business or unclear."
            faults.append(Fault("QW-E219", f"Unknown scope {scope!r}.", f"{where} line {n}", remedy))
        if not faults and (named or scope):
            topics = frozenset(t for t in named if t != "none")
            labels.append(Label(row["id"], topics, Scope(scope) if scope else None, row.get("text") or ""))
    if faults:
        raise InputError.of(faults)
    return tuple(labels)


def measure(labels: Sequence[Label], readings: Mapping[str, Reading]) -> Quality:
    """Compare labels with readings by interaction id."""
    both = [(label, readings[label.id]) for label in labels if label.id in readings]
    right: dict[str, int] = {}
    shown: dict[str, int] = {}
    wanted: dict[str, int] = {}
    held = scoped = 0
    for label, reading in both:
        got = {t.topic for t in reading.topics}
        for topic in got | label.topics:
            right[topic] = right.get(topic, 0) + (topic in got and topic in label.topics)
            shown[topic] = shown.get(topic, 0) + (topic in got)
            wanted[topic] = wanted.get(topic, 0) + (topic in label.topics)
        if label.scope is not None:
            scoped += 1
            held += reading.scope in (label.scope, Scope.UNCLEAR)
    per = tuple((t, Measure(right[t], shown[t]), Measure(right[t], wanted[t])) for t in sorted(right))
    return Quality(
        len(both),
        Measure(sum(right.values()), sum(shown.values())),
        Measure(sum(right.values()), sum(wanted.values())),
        per,
        Measure(held, scoped),
        tuple(label.id for label in labels if label.id not in readings),
    )
