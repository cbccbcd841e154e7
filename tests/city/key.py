"""The answer key: what was planted, what only looks like it, and how many messages were ordinary."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Any

from tests.city.traffic import Note


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of an episode: its native id, its moment in UTC, who sent it, and what it was meant to do."""

    native: str
    at: str
    sender: str
    channel: str
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """A planted chain or an innocent look-alike.

    ``patterns`` and ``tests`` list every answer that counts as right, the best first. For a planted chain ``concern``
    is the least that must be shown; for an innocent one it is the most that may be (``none``: nothing at all).
    ``members`` are the members of ``body`` it ties together, ``spoke`` those among them whose words stand in it.
    """

    id: str
    kind: str
    planted: bool
    body: str
    members: tuple[str, ...]
    spoke: tuple[str, ...]
    patterns: tuple[str, ...]
    tests: tuple[str, ...]
    concern: str
    matter: str
    topic: str
    why: str
    first: str
    last: str
    messages: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What a generated city contains; never read by the program under test."""

    seed: int
    council: int
    body: str
    messages: int
    ordinary: int
    episodes: tuple[Episode, ...]

    @property
    def planted(self) -> tuple[Episode, ...]:
        """The chains that must be found."""
        return tuple(e for e in self.episodes if e.planted)

    @property
    def innocents(self) -> tuple[Episode, ...]:
        """The look-alikes that must not be shown high."""
        return tuple(e for e in self.episodes if not e.planted)

    def to_json(self) -> str:
        """The key as written to ``answer_key.json``."""
        return json.dumps({"schema": "quorum-watch/answer-key/1", **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> AnswerKey:
        """The key read back."""
        raw: dict[str, Any] = json.loads(text)
        raw.pop("schema")
        episodes = []
        for e in raw.pop("episodes"):
            heard = tuple(Heard(**{**m, "acts": tuple(m["acts"])}) for m in e.pop("messages"))
            lists = {k: tuple(e[k]) for k in ("members", "spoke", "patterns", "tests")}
            episodes.append(Episode(**{**e, **lists, "messages": heard}))
        return cls(episodes=tuple(episodes), **raw)


def heard(note: Note) -> Heard:
    """One note as the key remembers it."""
    at = note.at.replace(hour=0, minute=0, second=0) if note.precision == "day" else note.at
    return Heard(
        note.key, at.astimezone(UTC).isoformat().replace("+00:00", "Z"), note.sender.id, note.channel, note.acts
    )
