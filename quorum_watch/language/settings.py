"""The numbers of the language stage, from ``settings.toml``; none of them is a number of the law."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """When a topic is shown."""

    floor: int
    share: float
    beside_matter: int


@dataclass(frozen=True, slots=True)
class MatterSettings:
    """When a message is linked to a matter."""

    floor: float
    floor_most: float
    evidence: float
    gap: float
    certain: float
    possible: float
    named: float
    pair: float
    number: float
    acronym: float
    pool_half: int
    pool_calibrate: int
    null_quantile: float
    null_share: float
    stop_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopeSettings:
    """When a message is City business."""

    business: int
    strong_terms: int
    procedure: int
    social: int
    social_topic: int


@dataclass(frozen=True, slots=True)
class ThreadSettings:
    """How subjects carry from message to message."""

    quiet_hours: int
    shift_points: int
    link_again: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them; ``text`` is the file as read, for the version of the stage."""

    topics: TopicSettings
    matters: MatterSettings
    scope: ScopeSettings
    thread: ThreadSettings
    text: str


@functools.cache
def load_settings() -> Settings:
    """Read the settings shipped with the package."""
    text = (resources.files(__package__) / "settings.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    matters = dict(raw["matters"], stop_words=tuple(raw["matters"]["stop_words"]))
    return Settings(
        TopicSettings(**raw["topics"]),
        MatterSettings(**matters),
        ScopeSettings(**raw["scope"]),
        ThreadSettings(**raw["thread"]),
        text,
    )
