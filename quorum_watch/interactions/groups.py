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
from quorum_watch.vocabulary import Channel, Role

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


class MailGroups:
    """Mailing lists whose members an export names with the time each joined, such as Google Vault's group table."""

    def __init__(self, records: Iterable[Stored]) -> None:
        self._joined: dict[str, dict[str, list[tuple[datetime, bool]]]] = defaultdict(lambda: defaultdict(list))
        self._parties: dict[tuple[str, str], Party] = {}
        for stored in sorted(records, key=lambda s: s.id):
            record = stored.record
            if record.channel is not Channel.EMAIL or record.event not in MEMBERSHIP_EVENTS:
                continue
            if record.when is None or record.sender is None:
                continue
            key = party_key(record.sender)
            for group in record.recipients:
                if group.role is Role.GROUP_MEMBER and group.address:
                    self._joined[group.address][key].append((record.when.at, record.event == JOIN))
                    self._parties.setdefault((group.address, key), record.sender)
        for people in self._joined.values():
            for events in people.values():
                events.sort(key=lambda event: (event[0], not event[1]))

    def members(self, address: str, when: datetime) -> tuple[Party, ...] | None:
        """Who was on a list at a moment, by account; ``None`` where no export tells."""
        people = self._joined.get(address) if address else None
        if not people:
            return None
        inside = sorted(key for key, changes in people.items() if _inside(changes, when, assumed=False))
        return tuple(self._parties[address, key] for key in inside)


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
