"""Who was in a chat when a message was written, from the joins and leaves that were recorded.

Exports list the members of the day of the export. Where a conversation also records who joined and who left, the
members at any moment follow: before a recorded join nobody is in, after a recorded leave nobody is in, and whoever is
not mentioned by any event is taken as listed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from quorum_watch.interactions.threads import party_key
from quorum_watch.model import Party, Record, Stored
from quorum_watch.vocabulary import Role

JOIN, LEAVE = "join", "leave"
#: Events by which a conversation changes its members; they carry nobody's words.
MEMBERSHIP_EVENTS = frozenset({JOIN, LEAVE})


def subjects_of(record: Record) -> tuple[Party, ...]:
    """Who joined or left: the people the event names, else its sender. The group itself is not who joined."""
    named = tuple(p for p in record.recipients if p.role is not Role.GROUP_MEMBER)
    return named or ((record.sender,) if record.sender else ())


class Memberships:
    """The joins and leaves of every conversation, asked by conversation and moment."""

    def __init__(self, ordered: Iterable[Stored], conversations: dict[str, str]) -> None:
        self._events: dict[str, dict[str, list[tuple[datetime, bool]]]] = defaultdict(lambda: defaultdict(list))
        self._parties: dict[str, dict[str, Party]] = defaultdict(dict)
        for stored in ordered:
            record = stored.record
            if record.event not in MEMBERSHIP_EVENTS or record.when is None:
                continue
            conversation = conversations[stored.id]
            for party in subjects_of(record):
                key = party_key(party)
                self._events[conversation][key].append((record.when.at, record.event == JOIN))
                self._parties[conversation].setdefault(key, party)
        for people in self._events.values():
            for events in people.values():
                events.sort(key=lambda event: (event[0], not event[1]))  # joined and left at once: out

    def known(self, conversation: str) -> bool:
        """Whether the conversation recorded any join or leave."""
        return conversation in self._events

    def at(self, conversation: str, when: datetime, listed: tuple[Party, ...]) -> tuple[Party, ...]:
        """The group members at a moment, given those the source lists; sorted additions come last."""
        events = self._events.get(conversation)
        if not events:
            return listed
        kept = [p for p in listed if _inside(events.get(party_key(p)), when, assumed=True)]
        present = {party_key(p) for p in listed}
        added = sorted(
            key for key, changes in events.items() if key not in present and _inside(changes, when, assumed=False)
        )
        return (*kept, *(_as_member(self._parties[conversation][key]) for key in added))


def _inside(changes: list[tuple[datetime, bool]] | None, when: datetime, *, assumed: bool) -> bool:
    """Whether somebody was in: the last change up to the moment decides, else the opposite of the first after it."""
    if not changes:
        return assumed
    position = bisect_right([moment for moment, _ in changes], when)
    if position:
        return changes[position - 1][1]
    return not changes[0][1]


def _as_member(party: Party) -> Party:
    return Party(party.raw, party.address, party.name, party.kind, Role.GROUP_MEMBER, "join_events")
