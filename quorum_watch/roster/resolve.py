"""Whom an account means on a day: equality of normalised accounts and names, lists expanded as of that day.

Likeness never decides here. What is not equal to something the roster says stays unknown; what equals two people's
names stays ambiguous.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from quorum_watch.model import PersonId
from quorum_watch.roster.identity import normalise, normalise_name
from quorum_watch.roster.records import Account, ListEntry, Membership, Person, Resolution
from quorum_watch.vocabulary import AccountKind, Capacity, Confidence

_UNKNOWN = Resolution()
#: Chat systems that also name people by e-mail address or telephone number.
_ALSO = {
    AccountKind.SLACK: (AccountKind.EMAIL,),
    AccountKind.TEAMS: (AccountKind.EMAIL,),
    AccountKind.WHATSAPP: (AccountKind.PHONE,),
    AccountKind.PHONE: (AccountKind.WHATSAPP,),
    AccountKind.FACEBOOK: (),
    AccountKind.NAME: (AccountKind.EMAIL, AccountKind.PHONE),
}
_PLATFORMS = (
    AccountKind.FACEBOOK,
    AccountKind.X,
    AccountKind.INSTAGRAM,
    AccountKind.NEXTDOOR,
    AccountKind.YOUTUBE,
)


class Resolver:
    """Indexes over a roster's accounts, names and lists; built once, asked often."""

    def __init__(
        self,
        people: tuple[Person, ...],
        memberships: tuple[Membership, ...],
        accounts: tuple[Account, ...],
        lists: tuple[ListEntry, ...],
        area_code: str = "",
    ) -> None:
        self._area_code = area_code
        self._ids = {p.person_id for p in people}
        self._accounts: dict[tuple[AccountKind, str], PersonId] = {
            (a.kind, a.value): a.person_id for a in accounts if a.kind is not AccountKind.NAME
        }
        self._stated: dict[str, set[PersonId]] = defaultdict(set)
        for account in accounts:
            if account.kind is AccountKind.NAME:
                self._stated[account.value].add(account.person_id)
        self._names: dict[str, set[PersonId]] = defaultdict(set)
        for person in people:
            self._names[normalise_name(person.name)].add(person.person_id)
        for name, owners in self._stated.items():
            self._names[name] |= owners
        self._lists: dict[str, list[ListEntry]] = defaultdict(list)
        for entry in lists:
            self._lists[entry.address].append(entry)
        self._terms: dict[str, list[Membership]] = defaultdict(list)
        for term in memberships:
            if term.capacity is not Capacity.MEMBER_ELECT:
                self._terms[term.body_id].append(term)
        self._expanded: dict[tuple[str, date], tuple[PersonId, ...]] = {}

    def resolve(self, kind: AccountKind, value: str, on: date, *, known_names: bool = True) -> Resolution:
        """Whom ``value`` means on a day.

        In this order: an account of that kind; a list that passes to exactly one person (a role address such as
        ``mayor@``); for ``name`` a person id, then a full name. ``known_names=False`` believes only spellings the
        roster lists as accounts of kind ``name``: on a public page a stranger may share a member's name.
        """
        account = self.account(kind, value)
        if account is not None:
            return Resolution(account, "", Confidence.HIGH, (), "account")
        if kind is not AccountKind.NAME and "@" not in value:
            return _UNKNOWN
        role = self._role(value, on)
        if role is not None:
            return role
        if kind is not AccountKind.NAME:
            return _UNKNOWN
        if value.strip() in self._ids:
            return Resolution(value.strip(), "", Confidence.HIGH, (), "person_id")
        return self.named(value, known_names=known_names)

    def account(self, kind: AccountKind, value: str) -> PersonId | None:
        """The owner of an account, if the roster lists exactly this one."""
        for other in (kind, *_ALSO.get(kind, ())):
            if other is AccountKind.NAME or (other is not kind and not _fits(other, value)):
                continue
            found = self._accounts.get((other, normalise(other, value, self._area_code)))
            if found is not None:
                return found
        return None

    def named(self, name: str, *, known_names: bool = True) -> Resolution:
        """The one person of a full name; ambiguous where several bear it, unknown where none does."""
        plain = normalise_name(name)
        owners = (self._names if known_names else self._stated).get(plain, set()) if plain else set()
        if len(owners) == 1:
            stated = plain in self._stated
            return Resolution(next(iter(owners)), "", Confidence.HIGH if stated else Confidence.MEDIUM, (), "name")
        if owners:
            return Resolution(None, "", Confidence.LOW, tuple(sorted(owners)), "ambiguous")
        return _UNKNOWN

    def handle(self, value: str) -> Resolution:
        """The owner of a handle whose platform was not written down: the one person who has it on any platform."""
        owners = {self._accounts.get((kind, normalise(kind, value, self._area_code))) for kind in _PLATFORMS} - {None}
        known = tuple(sorted(owner for owner in owners if owner is not None))
        if len(known) == 1:
            return Resolution(known[0], "", Confidence.MEDIUM, (), "account")
        return Resolution(None, "", Confidence.LOW, known, "ambiguous") if known else _UNKNOWN

    def is_list(self, address: str) -> bool:
        """Whether the roster lists the address as one that expands."""
        return normalise(AccountKind.EMAIL, address) in self._lists

    def expand(self, address: str, on: date) -> tuple[PersonId, ...] | None:
        """Everybody a list reached on a day, by id; ``None`` where it is no list.

        A body's list reaches everybody who sat with the body that day, with or without a vote; not a member-elect.
        """
        plain = normalise(AccountKind.EMAIL, address)
        if plain not in self._lists:
            return None
        key = (plain, on)
        if key not in self._expanded:
            self._expanded[key] = tuple(sorted(self._reach(plain, on, frozenset())))
        return self._expanded[key]

    def _reach(self, address: str, on: date, above: frozenset[str]) -> set[PersonId]:
        if address in above:
            return set()
        found: set[PersonId] = set()
        for entry in self._lists.get(address, ()):
            if entry.person_id:
                found.add(entry.person_id)
            elif entry.body_id:
                found |= {m.person_id for m in self._terms[entry.body_id] if m.covers(on)}
            elif entry.nested:
                found |= self._reach(entry.nested, on, above | {address})
        return found

    def _role(self, value: str, on: date) -> Resolution | None:
        """A list used by one person: whoever the roster says answers it. A body's list is nobody's own address."""
        address = normalise(AccountKind.EMAIL, value)
        entries = self._lists.get(address)
        if not entries or any(not entry.person_id for entry in entries):
            return None
        owners = self.expand(address, on) or ()
        if len(owners) == 1:
            return Resolution(owners[0], address, Confidence.MEDIUM, (), "list")
        return Resolution(None, address, Confidence.LOW, owners, "ambiguous")


def _fits(kind: AccountKind, value: str) -> bool:
    """Whether a value could be an account of another kind at all."""
    if kind is AccountKind.EMAIL:
        return "@" in value[1:]
    digits = sum(c.isdigit() for c in value)
    return digits >= len("5550142") and not any(c.isalpha() for c in value)
