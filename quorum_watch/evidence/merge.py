"""One event from its copies: which copy speaks, whom the others add, what they contradict, and a name that lasts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from quorum_watch.evidence.codec import decode_parties
from quorum_watch.evidence.duplicates import CONTENT, MESSAGE_ID, SUSPECTED, Group, Row
from quorum_watch.evidence.keys import name_key
from quorum_watch.model import Party, Record
from quorum_watch.vocabulary import Defect, Role, TimeSource

_ZONES = [s.value for s in (TimeSource.OFFSET, TimeSource.ZONE_NAME, TimeSource.WORKSPACE, TimeSource.NONE)]
_ROLES = list(Role)
_CLOCK_SLACK = 90


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the row that speaks for it, the other rows with the rule that joined them, and its id."""

    best: Row
    copies: tuple[tuple[Row, str], ...]
    id: str
    reused: bool


def choose_events(groups: Sequence[Group], zone: Callable[[Row], str]) -> list[Event]:
    """Every group as an event, in the order of time and id; events without a time come last.

    The copy with the most explicit zone speaks; then one with a native id, the most recipients, the smallest hash.
    ``zone`` tells the time source of a row.
    """
    events = []
    for group, name in zip(groups, _name_events(groups), strict=True):
        best, *others = sorted(group.rows, key=lambda row: _rank(row, zone(row)))
        copies = sorted(others, key=lambda row: row.order)
        events.append(Event(best, tuple((row, _rule(best, row, group)) for row in copies), name, group.reused))
    return sorted(events, key=lambda e: (not e.best.dated, e.best.at, e.id))


def merge_copies(event: Event, record: Record) -> tuple[Record, tuple[tuple[str, ...], ...]]:
    """The best record with the recipients of all copies, and for each copy what differs there.

    ``record`` is the record of ``event.best``. A difference is one of ``subject``, ``text``, ``sender``,
    ``message_id``, ``time+SECONDS`` and, per role, ``bcc+2`` (the copy names two the best one does not) or ``cc-1``
    (it lacks one).
    """
    defects = dict.fromkeys(record.defects)
    if event.reused:
        defects.setdefault(Defect.ID_REUSED)
    own = record.recipients
    union = list(own)
    differs: list[tuple[str, ...]] = []
    for row, _ in event.copies:
        theirs = own if row.recipients == event.best.recipients else decode_parties(row.recipients)
        found = _differences(event.best, row, own, theirs)
        differs.append(found)
        if theirs is not own:
            union = _unite(union, theirs)
        if abs(row.at - event.best.at) > _CLOCK_SLACK:
            defects.setdefault(Defect.DATE_CONFLICT)
    extra = union[len(own) :]
    united = (*union[: len(own)], *sorted(extra, key=lambda p: (_ROLES.index(p.role), p.address, p.name, p.raw)))
    if united == record.recipients and tuple(defects) == record.defects:
        return record, tuple(differs)
    return replace(record, recipients=united, defects=tuple(defects)), tuple(differs)


def index_names(events: Sequence[Event]) -> Mapping[tuple[int, str], str]:
    """(source number, native id) to event id, for replies that name what they answer; copies included."""
    found: dict[tuple[int, str], str] = {}
    for event in events:
        for row in (event.best, *(row for row, _ in event.copies)):
            if row.key:
                found.setdefault((row.source, row.key), event.id)
    return found


def _rank(row: Row, zone: str) -> tuple[int, bool, int, str, tuple[str, str]]:
    place = _ZONES.index(zone) if zone in _ZONES else len(_ZONES)
    return (place, not row.key, -len(decode_parties(row.recipients)), row.sha256, row.order)


def _rule(best: Row, row: Row, group: Group) -> str:
    if best.mih and row.mih == best.mih:
        return MESSAGE_ID
    return CONTENT if group.strong[row.n] == group.strong[best.n] else SUSPECTED


def _differences(best: Row, row: Row, own: Sequence[Party], theirs: Sequence[Party]) -> tuple[str, ...]:
    found = []
    if row.subject != best.subject:
        found.append("subject")
    if row.text != best.text:
        found.append("text")
    if row.sender != best.sender:
        found.append("sender")
    if row.key and best.key and row.key != best.key:
        found.append("message_id")
    if row.at != best.at:
        found.append(f"time{round(row.at - best.at):+d}")
    if own is not theirs:
        for role in _ROLES:
            mine, other = _People(own, role), _People(theirs, role)
            more = sum(1 for p in other.parties if not mine.has(p))
            less = sum(1 for p in mine.parties if not other.has(p))
            found += [f"{role.value}{n:+d}" for n in (more, -less) if n]
    return tuple(found)


def _unite(union: list[Party], theirs: Sequence[Party]) -> list[Party]:
    """Add who is missing; a bare name is replaced by the same name with an address."""
    result = list(union)
    known = _People(union)
    bare = {_words(p): i for i, p in reversed(list(enumerate(union))) if not p.address}
    for party in theirs:
        if not known.has(party):
            known.add(party)
            result.append(party)
        elif party.address and party.address.casefold() not in known.addresses:
            place = bare[_words(party)]
            result[place] = replace(party, role=result[place].role)
            known.add(party)
    return result


class _People:
    """A list of participants one can ask whether it names somebody, by address or, where one side has none, by name."""

    def __init__(self, parties: Sequence[Party], role: Role | None = None) -> None:
        self.parties: list[Party] = []
        self.addresses: set[str] = set()
        self.names: set[str] = set()
        self.bare: set[str] = set()
        for party in parties:
            if role is None or party.role is role:
                self.add(party)

    def add(self, party: Party) -> None:
        self.parties.append(party)
        self.names.add(_words(party))
        if party.address:
            self.addresses.add(party.address.casefold())
        else:
            self.bare.add(_words(party))

    def has(self, party: Party) -> bool:
        words = _words(party)
        if not party.address:
            return words != "" and words in self.names
        return party.address.casefold() in self.addresses or (words != "" and words in self.bare)


def _words(party: Party) -> str:
    return name_key(party.name or ("" if party.address else party.raw))


def _name_events(groups: Sequence[Group]) -> list[str]:
    """Ids from content alone; an interchange row's own id where no other event claims it."""
    owned = [_own_id(group) for group in groups]
    claims = Counter(name for name in owned if name)
    names = [name if claims[name] == 1 else "" for name in owned]
    derived = [_derive(group) for group in groups]
    taken = set(names) - {""}
    clash = Counter(d for d, name in zip(derived, names, strict=True) if not name)
    for i, name in enumerate(names):
        if name:
            continue
        chosen = derived[i]
        if clash[chosen] > 1 or chosen in taken:
            # Two events look exactly alike (one file lists both): native ids, then places, tell them apart.
            first = min(groups[i].rows, key=lambda row: (row.key, row.order))
            chosen = _short(chosen, first.key, *((first.order) if not first.key else ()))
        while chosen in taken:
            chosen = _short(chosen, "again")
        taken.add(chosen)
        names[i] = chosen
    return names


def _own_id(group: Group) -> str:
    return min((row.key for row in group.rows if row.own_id and row.key), default="")


def _derive(group: Group) -> str:
    mih = min((row.mih for row in group.rows if row.mih), default="")
    if mih and not group.reused:
        return _short("mih", mih)
    return _short("content", mih, min(row.content for row in group.rows))


def _short(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
