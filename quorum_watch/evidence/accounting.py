"""The account of every record: found = rows + duplicates + ignored + restricted + quarantined, per source and in total.

>>> one = SourceCount("inbox/a.mbox", "00", "mbox", 3, 2, 1, 0, 0, 0)
>>> Coverage((one,)).to_json()["totals"]
{'found': 3, 'rows': 2, 'duplicates': 1, 'ignored': 0, 'restricted': 0, 'quarantined': 0}
>>> Coverage((SourceCount("inbox/b.mbox", "00", "mbox", 3, 2, 0, 0, 0, 0),)).check()
Traceback (most recent call last):
    ...
quorum_watch.errors.EvidenceError: QW-E224  The account of a source does not add up: 3 found, 2 accounted for.
  where: inbox/b.mbox
  do:    Report this as a fault of the program, with the numbers above.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from quorum_watch.errors import EvidenceError, Fault

UNBALANCED = "QW-E224"
COUNTS = ("found", "rows", "duplicates", "ignored", "restricted", "quarantined")
_FEW = 10
_REMEDY = "Report this as a fault of the program, with the numbers above."


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What became of the items of one source file. ``reasons`` and ``defects`` are (code, count), sorted by code."""

    file: str
    sha256: str
    kind: str
    found: int
    rows: int
    duplicates: int
    ignored: int
    restricted: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...] = ()
    defects: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract's form of one source."""
        numbers = {name: getattr(self, name) for name in COUNTS}
        return {
            **{"file": self.file, "sha256": self.sha256, "kind": self.kind},
            **numbers,
            **{"reasons": dict(self.reasons), "defects": dict(self.defects)},
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """The account of all evidence, with the rows per channel, the period they span, and copies per matching tier."""

    sources: tuple[SourceCount, ...]
    channels: tuple[tuple[str, int], ...] = ()
    period: tuple[str, str] | None = None
    copies: tuple[tuple[str, int], ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """The six numbers over all sources."""
        return {name: sum(getattr(s, name) for s in self.sources) for name in COUNTS}

    @property
    def reasons(self) -> dict[str, int]:
        """Why items did not become rows, over all sources."""
        total: Counter[str] = Counter()
        for source in self.sources:
            total.update(dict(source.reasons))
        return dict(sorted(total.items()))

    def check(self) -> Coverage:
        """The coverage itself; raises ``EvidenceError`` (QW-E224) naming every source whose numbers do not add up."""
        faults = []
        for s in self.sources:
            parts = s.rows + s.duplicates + s.ignored + s.restricted + s.quarantined
            if s.found != parts:
                what = f"The account of a source does not add up: {s.found} found, {parts} accounted for."
                faults.append(Fault(UNBALANCED, what, s.file, _REMEDY))
        if faults:
            raise EvidenceError.of(faults)
        return self

    def to_json(self) -> dict[str, Any]:
        """The contract's ``coverage``, as far as evidence knows it (accounts and members need the roster)."""
        return {
            "sources": [s.to_json() for s in self.sources],
            "totals": self.totals,
            "channels": dict(self.channels),
            "period": list(self.period) if self.period else [],
            "copies": dict(self.copies),
        }

    def to_text(self) -> str:
        """A table: one line a source, the totals, and the reasons of what was not analysed.

        Folders of many one-message files (maildir, ``.eml``) take one line a kind; the JSON form lists every file.
        """
        head = ("source", "kind", *COUNTS)
        lines = [head, *((s.file, s.kind, *(str(getattr(s, c)) for c in COUNTS)) for s in _fold(self.sources))]
        lines.append(("total", "", *(str(n) for n in self.totals.values())))
        widths = [max(len(_shown(line[i])) for line in lines) for i in range(len(head))]
        table = []
        for line in lines:
            names = [_shown(v).ljust(w) for v, w in zip(line[:2], widths[:2], strict=True)]
            numbers = [v.rjust(w) for v, w in zip(line[2:], widths[2:], strict=True)]
            table.append("  ".join((*names, *numbers)))
        table.insert(1, "-" * max(map(len, table)))
        table.insert(-1, table[1])
        if self.reasons:
            table.append("not analysed: " + ", ".join(f"{reason} {n}" for reason, n in self.reasons.items()))
        if self.copies:
            table.append("copies, by rule: " + ", ".join(f"{rule} {n}" for rule, n in self.copies))
        return "\n".join(table)


def _fold(sources: tuple[SourceCount, ...]) -> list[SourceCount]:
    """Sources with folders of more than a few single-item files of one kind added up."""
    folders: dict[tuple[str, str], list[SourceCount]] = {}
    for s in sources:
        if s.found == 1:
            folders.setdefault((s.file.rpartition("/")[0], s.kind), []).append(s)
    crowds = {key: many for key, many in folders.items() if len(many) > _FEW}
    lines: list[SourceCount] = []
    for s in sources:
        key = (s.file.rpartition("/")[0], s.kind)
        if s.found != 1 or key not in crowds:
            lines.append(s)
            continue
        many = crowds[key]
        if s is many[0]:
            numbers = {name: sum(getattr(m, name) for m in many) for name in COUNTS}
            lines.append(SourceCount(f"{key[0]}/ ({len(many)} files)", "", s.kind, **numbers))
    return lines


def _shown(text: str) -> str:
    """File names are written by strangers: nothing in them may move the cursor or turn the writing direction."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
