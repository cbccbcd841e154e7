"""What every episode is played with: a cast, a matter, a conversation, and the answer that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.city.matters import Matter
from tests.city.people import Person, numbers
from tests.city.traffic import Note, Stage

CONVENING, WALKING, EITHER = ("convening",), ("walking_quorum",), ("walking_quorum", "convening")


@dataclass(frozen=True, slots=True)
class Played:
    """What an episode was: the answer that belongs to it."""

    body: str
    members: tuple[Person, ...]
    patterns: tuple[str, ...]
    tests: tuple[str, ...]
    concern: str
    matter: Matter | None
    why: str


Play = Callable[[Stage], Played | None]


def cast(s: Stage, n: int, *, body: str = "", avoid: Sequence[Person] = ()) -> list[Person]:
    """``n`` voting members of the body that day, in a random order."""
    return s.dice.sample([p for p in s.city.sitting(body or s.city.council, s.day) if p not in avoid], n)


def cast_apart(s: Stage, n: int) -> list[Person]:
    """Like ``cast``, of people too few to matter on any smaller body, as far as that can be had."""
    smaller = [b for b in s.city.bodies if b != s.city.council]
    sitting = {b: {p.id for p in s.city.sitting(b, s.day)} for b in smaller}
    watch = {b: numbers(s.city, b, s.day).watch for b in smaller}
    tries = [cast(s, n) for _ in range(200)]

    def crowded(people: list[Person]) -> int:
        return sum(len({p.id for p in people} & sitting[b]) >= watch[b] for b in smaller)

    return min(tries, key=crowded)


def chair_of(s: Stage, body: str) -> Person:
    """The chair of a body that day, or its first member while the chair is empty."""
    seats = [x for x in s.city.seats if x.body == body and x.capacity == "chair" and x.holds(s.day)]
    return s.city.person(seats[0].person) if seats else s.city.sitting(body, s.day)[0]


def open_matter(s: Stage, *tags: str, body: str = "") -> Matter:
    """Put a fresh matter of one of these kinds on stage."""
    s.about = s.docket.make(s.day, tags=tags, body=body)
    return s.about


def exchange(
    s: Stage,
    people: Sequence[Person],
    turns: int,
    *,
    gap: tuple[int, int] = (1, 4),
    first: Note | None = None,
    thread: str = "",
) -> list[Note]:
    """A conversation, everybody to everybody, in which each of the people speaks at least once."""
    order = [*s.dice.shuffled(people), *[s.dice.pick(people) for _ in range(max(0, turns - len(people)))]]
    notes: list[Note] = [first] if first else []
    for speaker in order[: max(turns, len(people))]:
        other = (
            notes[-1].sender
            if notes and notes[-1].sender != speaker
            else s.dice.pick([p for p in people if p != speaker])
        )
        key, acts = (
            s.dice.weighted(
                [
                    (("deliberate",), 4),
                    (("opinion_for",), 3),
                    (("opinion_against",), 3),
                    (("agree", "opinion_for"), 2),
                    (("disagree", "opinion_against"), 2),
                    (("question_each",), 2),
                ]
            ),
            "",
        )
        if not notes:
            key = ("opinion_for", "question_each")
        acts = " ".join(k.split("_")[0] for k in key).replace("question", "deliberate")
        text = s.say(*key, name=other.first)
        if thread:
            notes.append(
                s.chat(
                    speaker,
                    people,
                    text,
                    channel="group_chat",
                    thread=thread,
                    acts=acts,
                    reply=notes[-1] if notes else None,
                )
            )
        else:
            reply = notes[-1] if notes else None
            notes.append(s.mail(speaker, people, text, s.title() if reply is None else "", reply=reply, acts=acts))
        s.wait(*gap)
    return notes
