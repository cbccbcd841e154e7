"""The shape of a chain: who exchanged with whom in its evidence, in time order."""

from __future__ import annotations

from dataclasses import dataclass

from quorum_watch.detect.context import Context


@dataclass(frozen=True, slots=True)
class Contact:
    """One person addressing another in one event."""

    event: int
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The contacts of an evidence set among the people it ties and those who carry their views.

    ``meetings`` holds everybody taking part in each event of three people or more, of whom at least two are these.
    """

    contacts: tuple[Contact, ...]
    members: frozenset[str]
    carriers: frozenset[str]
    holder: str
    meetings: tuple[tuple[int, frozenset[str]], ...]

    def pairs(self) -> dict[frozenset[str], int]:
        """Pairs of people in contact, with the event of their first contact."""
        found: dict[frozenset[str], int] = {}
        for c in self.contacts:
            found.setdefault(frozenset((c.sender, c.to)), c.event)
        return found


def shape_of(
    context: Context, events: tuple[int, ...], members: tuple[str, ...], carriers: tuple[str, ...], holder: str
) -> Shape:
    """The shape of an evidence set."""
    people = frozenset(members) | frozenset(carriers)
    contacts: list[Contact] = []
    meetings: list[tuple[int, frozenset[str]]] = []
    for i in events:
        present = [p for p in (context.sender[i], *context.to[i]) if p in people]
        for speaker in present if context.synchronous(i) else present[:1]:
            if speaker == context.sender[i] or context.synchronous(i):
                contacts.extend(Contact(i, speaker, p) for p in present if p != speaker)
        if len(present) > 1 and len(context.to[i]) > 1:
            meetings.append((i, frozenset((context.sender[i], *context.to[i]))))
    return Shape(tuple(contacts), frozenset(members), frozenset(carriers), holder, tuple(meetings))
