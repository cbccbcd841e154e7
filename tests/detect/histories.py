"""Small invented histories for tests: a few letters for people, hours or days for time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quorum_watch.detect import Settings
from quorum_watch.model import (
    ActSpan,
    Contact,
    Event,
    Interaction,
    Reading,
    Seat,
    Shard,
    SourceRef,
    Subject,
)
from quorum_watch.vocabulary import Act, Audience, Channel, Role, Scope, TimePrecision

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

#: The spans used all over the tests of detection; in the program they come from the law profile.
SETTINGS = Settings(
    window=timedelta(days=7),
    answer_window=timedelta(days=3),
    episode_gap=timedelta(days=14),
    conversation_gap=timedelta(days=3),
)


@dataclass(frozen=True)
class Said:
    """One line of a history: ``Said("A", "BC", 1.5, "commit")`` is A writing to B and C at noon of the second day."""

    by: str
    to: str
    day: float
    acts: str = "opinion"
    channel: Channel = Channel.EMAIL
    thread: str = ""
    reply_to: int | None = None
    precision: TimePrecision = TimePrecision.EXACT
    about: str | None = None
    audience: Audience = Audience.PRIVATE
    cc: str = ""
    event: str = "message"


def shard(history: Iterable[Said], members: Sequence[str] = "ABCDEFG", *, seats: Sequence[Seat] = ()) -> Shard:
    """A shard of a body whose members are the letters given (capital letters; staff in small ones)."""
    lines = list(history)
    order = sorted(range(len(lines)), key=lambda i: (_stamp(lines[i]), i))
    place = {old: new for new, old in enumerate(order)}
    events = tuple(_event(place[i], lines[i], place) for i in order)
    held = tuple(seats) or tuple(Seat(m, None, None) for m in members)
    return Shard("council", Subject("rezoning", ("zoning",)), events, held)


def _event(n: int, line: Said, place: dict[int, int]) -> Event:
    contacts = tuple(Contact(p, f"{p}@x.test", _person(p), Role.TO) for p in line.to)
    contacts += tuple(Contact(p, f"{p}@x.test", _person(p), Role.CC) for p in line.cc)
    interaction = Interaction(
        id=f"i{n}",
        at=MONDAY + timedelta(days=_stamp(line)),
        precision=line.precision,
        channel=line.channel,
        audience=line.audience,
        sender=_person(line.by),
        sender_raw=line.by,
        sender_address=f"{line.by}@x.test",
        contacts=contacts,
        subject="",
        text="",
        quoted=(),
        in_reply_to=None if line.reply_to is None else f"i{place[line.reply_to]}",
        thread=line.thread,
        coded=None,
        event=line.event,
        source=SourceRef("inbox/a.jsonl", "0" * 64, f"bytes={n}-{n}"),
    )
    acts = tuple(ActSpan(Act(a), 0, 0, "", attributed_to=line.about) for a in line.acts.split())
    return Event(interaction, Reading(f"i{n}", acts, (), Scope.BUSINESS))


def _stamp(line: Said) -> float:
    """When an event is said to have happened: noon, where only its day is known."""
    return int(line.day // 1) + 0.5 if line.precision is TimePrecision.DAY else line.day


def _person(letter: str) -> str | None:
    return None if letter == "?" else letter


def exchange(a: str, b: str, day: float, acts: str = "opinion", **more: object) -> list[Said]:
    """``a`` writes to ``b`` and is answered an hour later."""
    return [Said(a, b, day, acts, **more), Said(b, a, day + 1 / 24, acts, **more)]  # type: ignore[arg-type]
