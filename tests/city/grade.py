"""Compare the findings of a run with the answer key of a generated city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.city.key import AnswerKey, Episode

LEVELS = ("none", "note", "look", "look_first")
#: Share of a chain's members a finding must name (the issue's "right members").
OVERLAP = 0.8


@dataclass(frozen=True, slots=True)
class Miss:
    """A planted chain that was not found as it should be, with the nearest finding and what was wrong with it."""

    episode: str
    kind: str
    wanted: str
    nearest: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """How one run did on one city.

    ``found`` counts chains shown at ``look`` or above with the right body, pattern, test and members; ``met`` those of
    them shown at least at the planted concern. ``looks_ordinary`` counts findings at ``look`` or above that no episode
    explains, ``high`` all ``look_first`` ones and ``high_true`` those on a planted chain.
    """

    planted: int
    found: int
    met: int
    innocents: int
    innocents_high: int
    innocents_above: int
    high: int
    high_true: int
    looks_ordinary: int
    ordinary: int
    misses: tuple[Miss, ...]
    alarms: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Share of planted chains found; 1 where none was planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def recall_at_concern(self) -> float:
        """Share of planted chains found at the planted concern."""
        return self.met / self.planted if self.planted else 1.0

    @property
    def precision_high(self) -> float:
        """Share of ``look_first`` findings that lie on a planted chain; 1 where there is none."""
        return self.high_true / self.high if self.high else 1.0

    @property
    def looks_per_thousand(self) -> float:
        """False ``look`` or ``look_first`` findings per 1,000 ordinary messages."""
        return 1000 * self.looks_ordinary / self.ordinary if self.ordinary else 0.0

    def __str__(self) -> str:
        lines = [
            f"planted found {self.found}/{self.planted}, at the planted concern {self.met}/{self.planted}; "
            f"look_first {self.high_true}/{self.high} on planted chains; "
            f"innocents at look_first {self.innocents_high}, "
            f"above their ceiling {self.innocents_above} of {self.innocents}; "
            f"looks per 1,000 ordinary messages {self.looks_per_thousand:.2f}"
        ]
        lines += [
            f"  miss {m.episode} {m.kind}: wanted {m.wanted}; nearest {m.nearest}; lacks {', '.join(m.lacks)}"
            for m in self.misses
        ]
        return "\n".join([*lines, *(f"  alarm {a}" for a in self.alarms)])


def moment(text: str) -> str:
    """A time in UTC to the second, for comparing across zones."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0).isoformat()


def explain(finding: Mapping[str, Any], index: Mapping[tuple[str, str], str]) -> str:
    """The episode most of the finding's steps belong to; blank where none of them is part of any."""
    hits = Counter(found for step in finding["steps"] if (found := index.get((moment(step["at"]), step["from"] or ""))))
    return min(hits, key=lambda e: (-hits[e], e)) if hits else ""


def named(finding: Mapping[str, Any]) -> set[str]:
    """Whom a finding names: members who spoke or received, and others in it, such as members not yet in office."""
    return {*finding["members"]["spoke"], *finding["members"]["received"], *finding.get("non_members", [])}


def lacking(finding: Mapping[str, Any], episode: Episode) -> list[str]:
    """What keeps a finding from being the planted chain; empty where it is."""
    share = len(named(finding) & set(episode.members)) / len(episode.members)
    wrong = [] if finding["body"] == episode.body else [f"body ({finding['body']})"]
    wrong += [] if finding["test"] in episode.tests else [f"test ({finding['test']})"]
    wrong += [] if finding["pattern"] in episode.patterns else [f"pattern ({finding['pattern']})"]
    wrong += [] if share >= OVERLAP else [f"members ({share:.0%})"]
    return wrong + ([] if LEVELS.index(finding["concern"]) >= 2 else [f"concern ({finding['concern']})"])


def grade(run: Mapping[str, Any] | Sequence[Mapping[str, Any]], key: AnswerKey) -> Grade:
    """Grade the JSON of ``quorum-watch analyze --format json`` (or its list of findings) against the key.

    A finding belongs to the episode whose messages most of its steps are, matched by moment and sender. Findings of
    the city's own policy are left out: they are never law findings.
    """
    rows: Sequence[Mapping[str, Any]] = run["findings"] if isinstance(run, Mapping) else run
    rows = [f for f in rows if f["test"] != "policy" and f.get("since_last") != "absent"]
    index: dict[tuple[str, str], str] = {}
    for e in key.episodes:
        for m in e.messages:
            index[moment(m.at), m.sender] = index[moment(m.at), ""] = e.id  # the program may not know the sender
    home = [(f, explain(f, index)) for f in rows]
    episodes = {e.id: e for e in key.episodes}
    found = met = 0
    misses = []
    for e in key.planted:
        near = sorted(
            ((lacking(f, e), -LEVELS.index(f["concern"]), f["id"]) for f, at in home if at == e.id),
            key=lambda x: (len(x[0]), x[1], x[2]),
        )
        good = [-level for lacks, level, _ in near if not lacks]
        found += bool(good)
        met += bool(good) and max(good) >= LEVELS.index(e.concern)
        if not good or max(good) < LEVELS.index(e.concern):
            wanted = f"{e.concern} {'/'.join(e.patterns)} {e.body} ({len(e.members)})"
            nearest, lacks = ("nothing", ["any finding"]) if not near else (near[0][2], near[0][0] or ["concern"])
            misses.append(Miss(e.id, e.kind, wanted, nearest, tuple(lacks)))
    alarms: list[str] = []
    innocents_high: set[str] = set()
    innocents_above: set[str] = set()
    high = high_true = looks = 0
    for f, at in home:
        level = LEVELS.index(f["concern"])
        episode = episodes.get(at)
        planted = episode is not None and episode.planted
        high += level == 3
        high_true += level == 3 and planted
        if episode is None and level >= 2:
            looks += 1
            alarms.append(f"{f['id']} {f['concern']} {f['test']} {f['pattern']} {f['body']}: ordinary traffic")
        if episode is not None and not planted:
            if level == 3:
                innocents_high.add(at)
            if level > LEVELS.index(episode.concern):
                innocents_above.add(at)
                alarms.append(
                    f"{f['id']} {f['concern']} {f['test']} {f['pattern']} {f['body']}: {at} {episode.kind}, "
                    f"at most {episode.concern}"
                )
    return Grade(
        len(key.planted),
        found,
        met,
        len(key.innocents),
        len(innocents_high),
        len(innocents_above),
        high,
        high_true,
        looks,
        key.ordinary,
        tuple(misses),
        tuple(alarms),
    )
