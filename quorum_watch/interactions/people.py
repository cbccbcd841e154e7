"""From accounts as written to people as of the day: senders, addressees, lists, and claimed earlier senders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from quorum_watch.model import Contact, Party, PersonId, Quoted, Record
from quorum_watch.roster import Resolution, Roster
from quorum_watch.vocabulary import SOCIAL, AccountKind, Audience, Confidence, Defect

#: Who was on a mailing list at the moment in question, where an export tells.
Joined = Callable[[str], tuple[Party, ...] | None]
#: Chat systems whose names come from the organisation's own directory, not from whoever writes.
_DIRECTORIES = frozenset({AccountKind.SLACK, AccountKind.TEAMS})
#: Evidence of the owner of a device: the name beside the number is the folder's, given by whoever filed it.
_DEVICE = "device"
_LEGACY = "/o="  # Exchange addresses of people inside one organisation


class People:
    """Resolves the participants of one record; ``marks`` collects the defects found on the way."""

    def __init__(self, roster: Roster, record: Record, on: date, joined: Joined | None = None) -> None:
        self._roster, self._on, self._joined = roster, on, joined
        # on a public page a stranger may bear a member's name: there only spellings the roster lists as accounts count
        self._social = record.channel in SOCIAL
        self._known_names = not (self._social and record.audience is Audience.PUBLIC)
        self.marks: list[Defect] = []

    def sender(self, party: Party | None) -> PersonId | None:
        """Who wrote; a body's list as sender is nobody in particular."""
        return None if party is None else self._resolve(party).person

    def contacts(self, parties: Iterable[Party], sender: PersonId | None) -> tuple[Contact, ...]:
        """One contact per addressee without repeats, lists expanded as of the day; a list never reaches its sender."""
        found: dict[Contact, None] = {}
        for party in self._joined_names(tuple(parties)):
            for contact in self._contact(party, sender):
                found.setdefault(contact)
        return tuple(found)

    def quoted(self, blocks: tuple[Quoted, ...]) -> tuple[Quoted, ...]:
        """Quoted blocks with the claimed sender resolved; claims leave no marks on the message that carries them."""
        marks = list(self.marks)
        named = tuple(
            replace(block, person=self._resolve(block.sender).person) if block.sender is not None else block
            for block in blocks
        )
        self.marks = marks
        return named

    def _joined_names(self, parties: tuple[Party, ...]) -> Iterator[Party]:
        """Parties with names put together again that a comma split: ``Ames, Ann`` beside ``Berg, Ben``.

        Only the roster can tell a surname from a person. Two neighbours become one where neither means anybody alone
        and both together are exactly one person's full name.
        """
        waiting: Party | None = None
        for party in parties:
            if waiting is not None:
                whole = self._whole(waiting, party)
                if whole is not None:
                    yield whole
                    waiting = None
                    continue
                yield waiting
                waiting = None
            if _is_name(party) and not party.address and "," not in party.name:
                waiting = party
            else:
                yield party
        if waiting is not None:
            yield waiting

    def _whole(self, last: Party, first: Party) -> Party | None:
        if first.address or not _is_name(first) or first.role is not last.role or "," in first.name:
            return None
        if any(self._name(p.name or p.raw).how != "unknown" for p in (last, first)):
            return None
        name = f"{last.name or last.raw}, {first.name or first.raw}"
        return replace(last, raw=name, name=name) if self._name(name).person is not None else None

    def _name(self, name: str) -> Resolution:
        return self._roster.resolve(AccountKind.NAME, name, self._on, known_names=self._known_names)

    def _contact(self, party: Party, sender: PersonId | None) -> list[Contact]:
        raw = party.raw or party.name or party.address
        members = self._roster.expand(party.address, self._on) if party.address else None
        joined = self._joined(party.address) if party.address and self._joined is not None else None
        if members is None and joined is None:
            return [Contact(raw, party.address, self._resolve(party).person, party.role)]
        listed = [Contact(raw, party.address, p, party.role, party.address) for p in members or () if p != sender]
        for member in joined or ():
            person = self._resolve(member).person
            if person is None or (person != sender and person not in (members or ())):
                listed.append(Contact(member.raw, member.address, person, party.role, party.address))
        if not members and not joined:
            self.marks.append(Defect.LIST_NOT_EXPANDED)
            return [Contact(raw, party.address, None, party.role, party.address)]
        return listed

    def _resolve(self, party: Party) -> Resolution:
        found = Resolution()
        if party.address:
            found = self._roster.resolve(party.kind, party.address, self._on, known_names=self._known_names)
        if found.how == "unknown" and _is_name(party):
            name = party.name or party.address or party.raw
            found = self._name(name)
            if found.how == "name" and found.confidence is not Confidence.HIGH:
                self.marks.append(Defect.NAME_ONLY_RECIPIENT)
        if found.how == "unknown" and self._social and party.kind is AccountKind.NAME:
            found = self._roster.resolver.handle(party.address or party.name or party.raw)
        if found.how == "ambiguous":
            self.marks.append(Defect.AMBIGUOUS_IDENTITY)
        return found


def _is_name(party: Party) -> bool:
    """Whether nothing but a name was given. An address nobody knows is not a name, whatever name stands before it."""
    if not party.address or party.kind is AccountKind.NAME:
        return True
    if party.kind in _DIRECTORIES or party.evidence == _DEVICE:
        return bool(party.name)
    if party.kind is AccountKind.EMAIL:
        return "@" not in party.address and _LEGACY not in party.address.lower()
    return party.kind is not AccountKind.PHONE and " " in party.address and not any(c.isdigit() for c in party.address)
