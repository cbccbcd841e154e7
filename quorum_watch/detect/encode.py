"""From events to arrays: who speaks, who hears, and through which vertex.

A member of the body is one vertex: whoever writes to a member may have told everything they know. A person outside
the body ties members only by carrying their views, so an outsider is several vertices:

* ``person``: everything they were told; used as a sender only by an event with a ``relay`` act;
* ``(person, thread)``: what they were told in one thread; used by their other messages in that thread;
* a fresh one for everything else they write, which therefore carries nothing.

What an event quotes or reports (a relay attributed to somebody, a forwarded block whose author is known) becomes a
*claimed* row just before it: that person's view is with the sender, nothing else that person knew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from quorum_watch.detect.arrays import EventArrays
from quorum_watch.detect.layers import CONTACT, acts_of, is_reaction, layer_bits
from quorum_watch.detect.timeline import Slot, lay_out
from quorum_watch.model import Event, Interaction, PersonId, Shard
from quorum_watch.vocabulary import SOCIAL, SYNCHRONOUS, Act, Role

MembersAt = Callable[[datetime], Collection[PersonId]]

#: Platform events in which nobody says anything to anybody.
SILENT_EVENTS = frozenset(
    {
        "join",
        "leave",
        "create",
        "rename",
        "delete",
        "system",
        "calendar_cancel",
        "calendar_response",
        "reaction_removed",
        "bounce",
        "read_receipt",
        "auto_reply",
    }
)

#: Roles that name somebody in public, as against being able to read along.
_NAMED = frozenset({Role.TO, Role.CC, Role.BCC, Role.MENTIONED})


def members_by_seat(shard: Shard) -> MembersAt:
    """Who holds a voting seat at an instant, by the UTC date of it."""

    def members_at(at: datetime) -> frozenset[PersonId]:
        day = at.date()
        return frozenset(
            s.person
            for s in shard.seats
            if s.voting and (s.start is None or s.start <= day) and (s.end is None or day <= s.end)
        )

    return members_at


def key_of(person: PersonId | None, address: str, raw: str) -> str:
    """How a participant is called in the arrays: the person, or the account where nobody is known for it."""
    return person if person is not None else f"account:{address or raw}"


def sender_key(interaction: Interaction) -> str:
    """Who sent it."""
    return key_of(interaction.sender, interaction.sender_address, interaction.sender_raw)


def thread_roots(events: tuple[Event, ...]) -> list[str]:
    """The conversation each event belongs to: its thread, else the first message its reply links lead to."""
    by_id = {e.interaction.id: i for i, e in enumerate(events)}
    roots: list[str] = []
    for e in events:
        parent = by_id.get(e.interaction.in_reply_to) if e.interaction.in_reply_to else None
        if e.interaction.thread:
            roots.append(e.interaction.thread)
        elif parent is not None and parent < len(roots):
            roots.append(roots[parent])
        else:
            roots.append(f"id:{e.interaction.id}")
    return roots


def addressees(events: tuple[Event, ...], roots: list[str]) -> list[tuple[str, ...]]:
    """Whom each event addresses, without repeats or its sender.

    A post addresses those it names; a comment or reaction those it answers (the parent's author and the author of
    the post) and names; everything else everybody it was sent to (being mentioned in a letter is not receiving it).
    """
    by_id = {e.interaction.id: e.interaction for e in events}
    first: dict[str, str] = {}
    found = []
    for e, root in zip(events, roots, strict=True):
        interaction = e.interaction
        first.setdefault(root, sender_key(interaction))
        people: dict[str, None] = {}
        public = interaction.channel in SOCIAL
        if public or is_reaction(e):
            parent = by_id.get(interaction.in_reply_to) if interaction.in_reply_to else None
            if parent is not None:
                people.setdefault(sender_key(parent))
            if public:
                people.setdefault(first[root])
        if not (is_reaction(e) and people):
            for c in interaction.contacts:
                if (c.role in _NAMED) if public else (c.role is not Role.MENTIONED):
                    people.setdefault(key_of(c.person, c.address, c.raw))
        people.pop(sender_key(interaction), None)
        found.append(tuple(people))
    return found


def claims(events: tuple[Event, ...]) -> list[tuple[tuple[str, bool], ...]]:
    """Whose earlier view each event brings along, with whether its words relay it (else it is merely attached).

    A relay brings the persons it is attributed to and, with it, the known authors of quoted and forwarded blocks. A
    forwarded or attached block without a relay act is contact only; a reply's quotation of what it answers is neither.
    """
    known: dict[str, PersonId] = {}
    for e in events:
        i = e.interaction
        if i.sender is not None and i.sender_address:
            known.setdefault(i.sender_address, i.sender)
        for c in i.contacts:
            if c.person is not None and c.address:
                known.setdefault(c.address, c.person)
    found = []
    for e in events:
        own, relays = sender_key(e.interaction), Act.RELAY in acts_of(e)
        people: dict[str, bool] = {}
        for span in e.reading.acts:
            if span.act is Act.RELAY and span.attributed_to is not None:
                people[span.attributed_to] = True
        for block in e.interaction.quoted:
            author = known.get(block.sender.address) if block.sender is not None else None
            if author is not None and (relays or block.kind != "reply"):
                people[author] = people.get(author, False) or relays
        people.pop(own, None)
        found.append(tuple(sorted(people.items())))
    return found


def is_synchronous(interaction: Interaction) -> bool:
    """Whether everybody taking part hears everybody at once; a message left on a machine is heard one way."""
    return interaction.channel in SYNCHRONOUS and interaction.event != "voicemail"


class _Vertices:
    """Numbers persons and vertices in the order of first use."""

    def __init__(self) -> None:
        self.persons: dict[str, int] = {}
        self.table: dict[tuple[str, str], int] = {}
        self.owner: list[int] = []

    def of(self, person: str, kind: str) -> int:
        at = self.table.get((person, kind))
        if at is None:
            at = self.table[person, kind] = len(self.owner)
            self.owner.append(self.persons.setdefault(person, len(self.persons)))
        return at


def encode(shard: Shard, *, answer_window: timedelta, members_at: MembersAt | None = None) -> EventArrays:
    """Turn a shard into the arrays the engine runs on.

    Parameters
    ----------
    shard : Shard
        Events in time order.
    answer_window : timedelta
        How long after a question an "agreed" without a reply link still answers it (``layers.layer_bits``).
    members_at : callable, optional
        Members of the body at an instant; by default the voting seats of the shard on the UTC date.

    Returns
    -------
    EventArrays
        Rows in an order that serves every admissible order of events whose time is known only to the day.
    """
    events = shard.events
    member_at = members_at or members_by_seat(shard)
    seated = [frozenset(member_at(e.interaction.at)) for e in events]
    members = tuple(sorted(frozenset().union(*seated))) if seated else ()
    number = {m: i for i, m in enumerate(members)}
    roots, bits = thread_roots(events), layer_bits(events, answer_window)
    to, claimed = addressees(events, roots), claims(events)
    vertices = _Vertices()
    columns: list[tuple[int, int, int, int, int, int, bool, bool]] = []
    recipients: list[list[tuple[int, int]]] = []
    group = -1

    def say(slot: Slot, by: str, vertex: int, heard_by: list[str], layers: int, claim: bool) -> None:
        now, root = seated[slot.event], roots[slot.event]
        out = []
        for person in heard_by:
            if person in number:
                out.append((vertices.of(person, ""), number[person] if person in now else -1))
            if person not in now:
                out.append((vertices.of(person, "told"), -1))
                out.append((vertices.of(person, f"thread:{root}"), -1))
        speaks = number[by] if by in now else -1
        columns.append((slot.time, group, vertex, speaks, layers, slot.event, claim, slot.doubt))
        recipients.append(out)

    slots = [s for s in lay_out(events) if to[s.event] and events[s.event].interaction.event not in SILENT_EVENTS]
    for _, turn in groupby(slots, key=lambda s: (s.time, s.turn)):
        together = list(turn)
        # What is claimed was said earlier than the message that claims it, so it stands in a group of its own.
        for slot in together:
            group += bool(claimed[slot.event]) and slot is next(s for s in together if claimed[s.event])
            for person, relayed in claimed[slot.event]:
                layers = bits[slot.event] if relayed else CONTACT
                by = sender_key(events[slot.event].interaction)
                say(slot, person, vertices.of(person, f"claim:{slot.event}"), [by], layers, True)
        group += 1
        for slot in together:
            event, interaction = events[slot.event], events[slot.event].interaction
            everyone = [sender_key(interaction), *to[slot.event]]
            for speaker in everyone if is_synchronous(interaction) else everyone[:1]:
                if speaker in seated[slot.event]:
                    kind = ""
                elif Act.RELAY in acts_of(event):
                    kind = "told"
                elif interaction.thread or interaction.in_reply_to:
                    kind = f"thread:{roots[slot.event]}"
                else:
                    kind = f"fresh:{slot.event}"
                heard = [p for p in everyone if p != speaker]
                say(slot, speaker, vertices.of(speaker, kind), heard, bits[slot.event], False)
    return _pack(columns, recipients, vertices, members)


def _pack(
    columns: list[tuple[int, int, int, int, int, int, bool, bool]],
    recipients: list[list[tuple[int, int]]],
    vertices: _Vertices,
    members: tuple[PersonId, ...],
) -> EventArrays:
    time, group, sender, speaks, layers, source, claim, doubt = zip(*columns, strict=True) if columns else ((),) * 8
    offsets = np.zeros(len(columns) + 1, np.int64)
    np.cumsum([len(r) for r in recipients], out=offsets[1:])
    flat = [c for r in recipients for c in r]
    return EventArrays(
        time=np.array(time, np.int64),
        group=np.array(group, np.int32),
        sender=np.array(sender, np.int32),
        speaks=np.array(speaks, np.int32),
        layers=np.array(layers, np.uint8),
        source=np.array(source, np.int32),
        claimed=np.array(claim, np.bool_),
        doubt=np.array(doubt, np.bool_),
        offsets=offsets,
        recipient=np.array([v for v, _ in flat], np.int32),
        hears=np.array([m for _, m in flat], np.int32),
        owner=np.array(vertices.owner, np.int32),
        persons=tuple(vertices.persons),
        members=members,
    )
