"""The messages a run's findings rest on, kept beside the run so that a finding opens without reading all evidence.

``messages.jsonl`` holds each interaction of any finding once, then one line a finding: which of them are its steps, how
each was read, and what its rule counts. It grows with the findings, not with the mail. Like the rest of a run it can
always be made anew, and the same run gives the same bytes.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from quorum_watch.assess.measure import Ground, Windows
from quorum_watch.assess.result import Assessed
from quorum_watch.assess.sight import Seating, Sight
from quorum_watch.errors import InputError
from quorum_watch.model import Event, Interaction, PersonId, Reading, Seat

MESSAGES = "messages.jsonl"
SCHEMA = "quorum-watch/messages/1"


@dataclass(frozen=True, slots=True)
class Told:
    """One finding's material: every message its rule looked at, which of them are its steps, and what it counts.

    ``events`` are in time order; ``places`` gives for each step its index into them.
    """

    measure: str
    number: int
    windows: Windows
    reactions_count: bool
    days: tuple[date, ...]
    events: tuple[Event, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, a: Assessed) -> Told:
        """The material of a finding just assessed."""
        days, events = tuple(s.day for s in a.sights), tuple(s.event for s in a.sights)
        return cls(a.measure, a.number, a.ground.windows, a.ground.reactions_count, days, events, a.story.events)

    @property
    def steps(self) -> tuple[Event, ...]:
        """The messages that are steps, in order."""
        return tuple(self.events[k] for k in self.places)

    def sights(self, seats: Iterable[Seat]) -> tuple[Sight, ...]:
        """The messages as the body saw them, given its seats."""
        seating = Seating(tuple(seats))
        return tuple(Sight(e, day, seating) for e, day in zip(self.events, self.days, strict=True))

    def ground(self, roles: Mapping[PersonId, str]) -> Ground:
        """What measures need beside the messages."""
        return Ground(self.windows, roles, self.reactions_count)


def render(assessed: Iterable[Assessed]) -> str:
    """The text of ``messages.jsonl`` for the findings of a run."""
    stories = sorted(assessed, key=lambda a: a.finding.id)
    kept = {s.id: s.event.interaction for a in stories for s in a.sights}
    lines: list[dict[str, Any]] = [{"schema": SCHEMA, "messages": len(kept), "findings": len(stories)}]
    lines += [{"message": asdict(i)} for _, i in sorted(kept.items())]
    for a in stories:
        w = a.ground.windows
        lines.append(
            {
                "finding": a.finding.id,
                "measure": a.measure,
                "number": a.number,
                "windows": {f.name: getattr(w, f.name).total_seconds() for f in fields(w)},
                "reactions_count": a.ground.reactions_count,
                "steps": list(a.story.events),
                "seen": [{"day": s.day.isoformat(), "reading": asdict(s.event.reading), "of": s.id} for s in a.sights],
            }
        )
    return "".join(json.dumps(line, ensure_ascii=False, default=_plain, separators=(",", ":")) + "\n" for line in lines)


def load(folder: Path) -> dict[str, Told]:
    """The findings' material of a stored run, by finding id; empty where the run was written before it was kept.

    Raises ``InputError`` (QW-E232) where the file is damaged.
    """
    path = folder / MESSAGES
    if not path.exists():
        return {}
    messages: dict[str, Interaction] = {}
    found: dict[str, Told] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if "message" in row:
                    messages[row["message"]["id"]] = from_plain(Interaction, row["message"])
                elif "finding" in row:
                    found[row["finding"]] = _told(row, messages)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "QW-E232",
            f"A stored run cannot be read ({type(error).__name__}).",
            f"runs/{folder.name}/{MESSAGES}",
            "Delete that folder and run 'quorum-watch analyze' again; runs can always be made anew.",
        ) from None
    return found


def _told(row: Mapping[str, Any], messages: Mapping[str, Interaction]) -> Told:
    return Told(
        measure=row["measure"],
        number=row["number"],
        windows=Windows(**{name: timedelta(seconds=s) for name, s in row["windows"].items()}),
        reactions_count=row["reactions_count"],
        days=tuple(date.fromisoformat(s["day"]) for s in row["seen"]),
        events=tuple(Event(messages[s["of"]], from_plain(Reading, s["reading"])) for s in row["seen"]),
        places=tuple(row["steps"]),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(type(value).__name__)


@cache
def _shape(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def from_plain(kind: Any, value: Any) -> Any:
    """A frozen record of :mod:`quorum_watch.model` again from its JSON form; unknown fields are a ``KeyError``.

    >>> from quorum_watch.vocabulary import Channel
    >>> from_plain(tuple[Channel, ...], ["email", "call"])
    (<Channel.EMAIL: 'email'>, <Channel.CALL: 'call'>)
    """
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        (kind,) = (k for k in typing.get_args(kind) if k is not type(None))
        return from_plain(kind, value)
    if origin is tuple:
        inner = typing.get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(from_plain(inner[0], v) for v in value)
        return tuple(from_plain(k, v) for k, v in zip(inner, value, strict=True))
    if is_dataclass(kind):
        shape = _shape(kind)  # type: ignore[arg-type]
        return kind(**{name: from_plain(shape[name], v) for name, v in value.items()})  # type: ignore[operator]
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value
