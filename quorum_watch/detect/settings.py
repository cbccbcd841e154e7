"""The spans of time detection works with; every value comes from the law profile or the workspace, none from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MICROSECOND = timedelta(microseconds=1)


def to_microseconds(span: timedelta) -> int:
    """A span as a whole number of microseconds, the unit of every time inside the engine.

    >>> to_microseconds(timedelta(seconds=2))
    2000000
    """
    return span // MICROSECOND


@dataclass(frozen=True, slots=True)
class Settings:
    """How long things last.

    Parameters
    ----------
    window : timedelta
        D: views that meet must have been spoken within this span of each other.
    answer_window : timedelta
        ρ: a contact counts as two-way when the other side addressed its sender within this span of it.
    episode_gap : timedelta
        Events of one subject farther apart than this belong to different episodes.
    conversation_gap : timedelta
        Messages of one thread farther apart than this belong to different conversations.

    Raises
    ------
    ValueError
        If a span is not positive.
    """

    window: timedelta
    answer_window: timedelta
    episode_gap: timedelta
    conversation_gap: timedelta

    def __post_init__(self) -> None:
        for name in ("window", "answer_window", "episode_gap", "conversation_gap"):
            if getattr(self, name) <= timedelta(0):
                raise ValueError(f"{name} must be a positive span of time")
