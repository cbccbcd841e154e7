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
    beside_topic: int
    elsewhere: tuple[str, ...]
    process_discount: float


@dataclass(frozen=True, slots=True)
class MatterSettings:
    """How a message is compared with the titles of matters."""

    pair: float
    number: float
    acronym: float
    pool_half: int
    stop_words: tuple[str, ...]
    role_words: tuple[str, ...]
    lead_days: int
    pool_most: int


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """When a message is linked to a matter: thresholds, and the weights of a logistic model."""

    link: float
    again: float
    topic: float
    possible: float
    named: float
    base: float
    evidence: float
    evidence_most: float
    score: float
    gap: float
    agree: float
    cover: float
    close: float
    close_gap: float
    length: float
    evidence_length: float
    rank: float


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
    likely_matters: int


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """How a model is trained and when it is accepted."""

    least_examples: int
    least_test: int
    word_features: int
    char_features: int
    c: float
    floor: float
    informal_loss: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them; ``text`` is the file as read, for the version of the stage."""

    topics: TopicSettings
    matters: MatterSettings
    link: LinkSettings
    scope: ScopeSettings
    thread: ThreadSettings
    learn: LearnSettings
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
        LinkSettings(**raw["link"]),
        ScopeSettings(**raw["scope"]),
        ThreadSettings(**raw["thread"]),
        LearnSettings(**raw["learn"]),
        text,
    )
