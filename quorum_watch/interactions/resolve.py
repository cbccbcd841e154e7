"""From stored records to interactions: people as of the day, parents, conversations, in time order.

The result depends on the set of records and the roster alone, never on the order in which records arrive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from quorum_watch.interactions.groups import MEMBERSHIP_EVENTS, MailGroups, Memberships
from quorum_watch.interactions.people import People
from quorum_watch.interactions.threads import Finder, Links, name_threads
from quorum_watch.model import Contact, Interaction, InteractionId, Party, Stored, When
from quorum_watch.roster import Roster
from quorum_watch.vocabulary import Channel, Defect, Role, TimePrecision, TimeSource
from quorum_watch.workspace import Workspace

#: Events that answer one earlier event and are addressed to its author, not to everybody who could read.
_REACTIONS = frozenset({"reaction", "reaction_removed"})
_COMMENTS = frozenset({Channel.SOCIAL_COMMENT})
_RANK = {TimePrecision.ORDER: 0, TimePrecision.DAY: 1, TimePrecision.EXACT: 2}


def resolve(records: Iterable[Stored], roster: Roster, workspace: Workspace) -> tuple[Interaction, ...]:
    """Every dated event as an :class:`~quorum_watch.model.Interaction`, in time order.

    Lists are expanded as of the event's local day; reactions and comments address whom they answer; group chats reach
    who was in the group at the time. A reaction without a time of its own stands right after what it answers, with
    only its order known. Events without any time are left out here and listed by :func:`find_undated`.
    """
    finder = records if isinstance(records, Finder) else None
    return _Resolution(records, finder, roster, workspace.zone).interactions()


def find_undated(records: Iterable[Stored]) -> tuple[Stored, ...]:
    """The records :func:`resolve` cannot place in time, by id: they are shown, never guessed at."""
    kept = tuple(records)
    placed = _place(kept, Links(kept))
    return tuple(sorted((s for s in kept if s.id not in placed), key=lambda s: s.id))


def _place(records: tuple[Stored, ...], links: Links) -> dict[InteractionId, When]:
    """When each record happened: its own time, else (for answers) the time of what it answers, order only."""
    placed = {s.id: s.record.when for s in records if s.record.when is not None}
    waiting = sorted((s for s in records if s.record.when is None), key=lambda s: s.id)
    while waiting:
        left = []
        for stored in waiting:
            parent = links.parent(stored)
            if parent in placed and _is_reaction(stored):
                placed[stored.id] = When(placed[parent].at, "", TimePrecision.ORDER, TimeSource.NONE)
            else:
                left.append(stored)
        if len(left) == len(waiting):
            break
        waiting = left
    return placed


def _is_reaction(stored: Stored) -> bool:
    return stored.record.event in _REACTIONS or stored.record.channel is Channel.SOCIAL_REACTION


class _Resolution:
    """One run over all records; holds the indexes the single steps share."""

    def __init__(self, records: Iterable[Stored], finder: Finder | None, roster: Roster, zone: ZoneInfo) -> None:
        kept = tuple({s.id: s for s in records}.values())
        self._roster, self._zone = roster, zone
        self._links = Links(kept, finder)
        self._when = _place(kept, self._links)
        self._parents = {s.id: self._parent(s) for s in kept if s.id in self._when}
        depths = _depths(self._parents)
        self._ordered = sorted(
            (s for s in kept if s.id in self._when), key=lambda s: (_order(self._when[s.id], s), depths[s.id], s.id)
        )
        self._stored = {s.id: s for s in self._ordered}
        self._threads = name_threads(self._ordered, self._links)
        self._mail_groups = MailGroups(self._ordered)
        self._groups = Memberships(self._ordered, self._threads)

    def interactions(self) -> tuple[Interaction, ...]:
        """Every interaction, in order."""
        return tuple(self._interaction(stored) for stored in self._ordered)

    def _parent(self, stored: Stored) -> InteractionId | None:
        parent = self._links.parent(stored)
        return parent if parent in self._when else None

    def _interaction(self, stored: Stored) -> Interaction:
        record, when = stored.record, self._when[stored.id]
        people = People(
            self._roster, record, self._day(when.at), lambda address: self._mail_groups.members(address, when.at)
        )
        sender = people.sender(record.sender)
        parent = self._parents[stored.id]
        thread = self._threads[stored.id]
        contacts = people.contacts(self._addressed(stored, thread, when.at), sender)
        if parent is not None:
            contacts = self._answered(stored, contacts, sender)
        marks = [*record.defects, *people.marks]
        if (record.in_reply_to or record.references) and parent is None:
            marks.append(Defect.MISSING_PARENT)
        if self._groups.known(thread):
            marks = [mark for mark in marks if mark is not Defect.MEMBERSHIP_AT_EXPORT]
        if not contacts and record.event not in MEMBERSHIP_EVENTS and not record.channel.value.startswith("social"):
            marks.append(Defect.NO_RECIPIENTS)
        party = record.sender
        return Interaction(
            id=stored.id,
            at=when.at,
            precision=when.precision,
            channel=record.channel,
            audience=record.audience,
            sender=sender,
            sender_raw=(party.raw or party.name) if party else "",
            sender_address=party.address if party else "",
            contacts=contacts,
            subject=record.subject,
            text=record.text,
            quoted=people.quoted(record.quoted),
            in_reply_to=parent,
            thread=thread,
            coded=record.coded,
            event=record.event,
            source=stored.source,
            copies=stored.copies,
            defects=tuple(sorted(set(marks))),
            time_raw=when.raw,
            time_source=when.source,
            native_id=record.key,
        )

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _addressed(self, stored: Stored, thread: str, at: datetime) -> tuple[Party, ...]:
        """Whom the source says an event reached, before lists are expanded."""
        record = stored.record
        if record.event in MEMBERSHIP_EVENTS:
            return tuple(p for p in record.recipients if p.role is not Role.GROUP_MEMBER)
        if _is_reaction(stored) or record.channel in _COMMENTS:
            return tuple(p for p in record.recipients if p.role is not Role.GROUP_MEMBER)
        group = tuple(p for p in record.recipients if p.role is Role.GROUP_MEMBER)
        if not group and not self._groups.known(thread):
            return record.recipients
        named = tuple(p for p in record.recipients if p.role is not Role.GROUP_MEMBER)
        return (*named, *self._groups.at(thread, at, group))

    def _answered(self, stored: Stored, contacts: tuple[Contact, ...], sender: str | None) -> tuple[Contact, ...]:
        """A reaction or comment reaches the author of what it answers; a comment that names nobody, the poster too."""
        comment = stored.record.channel in _COMMENTS
        if not (comment or _is_reaction(stored)):
            return contacts
        chain = self._above(stored.id)
        targets = [chain[0], chain[-1]] if comment and not contacts else [chain[0]]
        found = dict.fromkeys(contacts)
        reached = {c.person for c in contacts if c.person} | {c.address for c in contacts if c.address}
        for target in dict.fromkeys(targets):
            contact = self._author(target)
            if contact is None or (contact.person or contact.address) in reached:
                continue
            if contact.person is None or contact.person != sender:
                found.setdefault(contact)
        return tuple(found)

    def _above(self, event: InteractionId) -> list[InteractionId]:
        """What an event answers, what that answers, and so on to the post itself."""
        chain: list[InteractionId] = []
        above = self._parents.get(event)
        while above is not None and above not in chain:
            chain.append(above)
            above = self._parents.get(above)
        return chain

    def _author(self, event: InteractionId) -> Contact | None:
        record = self._stored[event].record
        if record.sender is None:
            return None
        people = People(self._roster, record, self._day(self._when[event].at))
        party = record.sender
        return Contact(party.raw or party.name, party.address, people.sender(party), Role.TO)


def _depths(parents: dict[InteractionId, InteractionId | None]) -> dict[InteractionId, int]:
    """How many answers lie above each event: at the same instant, an answer comes after what it answers."""
    depths: dict[InteractionId, int] = {}
    for event in sorted(parents):
        path: list[InteractionId] = []
        on_path: set[InteractionId] = set()
        above: InteractionId | None = event
        while above is not None and above not in depths and above not in on_path:
            path.append(above)
            on_path.add(above)
            above = parents.get(above)
        depth = depths[above] + 1 if above in depths else 0
        for step in reversed(path):
            depths[step] = depth
            depth += 1
    return depths


def _order(when: When, stored: Stored) -> tuple[datetime, int, str, tuple[int, ...]]:
    """Time, then the least precise first; where only the order is known, records keep the order of their file."""
    if when.precision is TimePrecision.ORDER and stored.record.when is None:
        return when.at, len(_RANK), "", ()  # the time of what it answers: right after it
    if when.precision is TimePrecision.ORDER:
        numbers = tuple(int(n) for n in re.findall(r"\d+", stored.source.locator))
        return when.at, _RANK[when.precision], stored.source.file, numbers
    return when.at, _RANK[when.precision], "", ()
