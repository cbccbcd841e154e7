"""The identity desk: what the roster does not explain in the records, with suggestions a person may follow.

Nothing here changes how an account is resolved. A suggestion says whom an account *might* mean and why it looks so; it
takes effect only when somebody writes it into the roster.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quorum_watch.interactions.summary import members_without_records, period, unknown_accounts
from quorum_watch.model import Interaction, PersonId
from quorum_watch.roster import Roster
from quorum_watch.roster.identity import normalise_name
from quorum_watch.vocabulary import AccountKind
from quorum_watch.workspace import Workspace

#: Below this likeness (of 100) a name is not worth a person's time; it only shortens a list of suggestions.
_LIKE_ENOUGH = 80
_AT_MOST = 3
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom an account might mean, why it looks so, and how alike the spellings are (0 to 100)."""

    person: PersonId
    why: str
    likeness: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """One account that is unresolved (``unknown``, ``ambiguous``) or resolved by its name alone (``name_only``)."""

    account: str
    messages: int
    kind: str
    suggestions: tuple[Suggestion, ...] = ()
    resolved_to: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to look after: its subject (a body, person or list), what was seen, what to do."""

    subject: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything the desk has to say about a workspace, each part in a fixed order."""

    unknown: tuple[Doubt, ...]
    doubtful: tuple[Doubt, ...]
    stale: tuple[Note, ...]
    silent: tuple[PersonId, ...]
    lists: tuple[Note, ...]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to look after."""
        return not (self.unknown or self.doubtful or self.stale or self.silent or self.lists)


def diagnose(interactions: Sequence[Interaction], roster: Roster, workspace: Workspace, today: date) -> Diagnosis:
    """Compare what the records say with what the roster knows; ``today`` is only used for the roster's age."""
    span = period(interactions, workspace.zone)
    names = _names_seen(interactions)
    unknown = tuple(
        Doubt(u.account, u.messages, *_kind(u.account, names[u.account], roster, today))
        for u in unknown_accounts(interactions)
    )
    stale = (*_age(workspace, today), *(_vacant(roster, *span) if span else ()))
    stale += tuple(_after_term(interactions, roster, workspace))
    lists = tuple(_empty_lists(roster, span)) + tuple(_may_be_lists(unknown, workspace, roster))
    silent = members_without_records(interactions, roster, workspace.zone)
    return Diagnosis(unknown, tuple(_by_name(interactions, roster)), stale, silent, lists)


def _names_seen(interactions: Sequence[Interaction]) -> dict[str, set[str]]:
    """Account -> the names it was written with."""
    seen: dict[str, set[str]] = defaultdict(set)
    for event in interactions:
        pairs = [(event.sender_address, event.sender_raw)] if event.sender is None else []
        pairs += [(c.address, c.raw) for c in event.contacts if c.person is None]
        for address, raw in pairs:
            name = re.sub(r"<[^>]*>", "", raw).strip().strip("\"'").strip()
            if name and name.lower() != address:
                seen[address or raw].add(name)
    return seen


def _kind(account: str, names: set[str], roster: Roster, on: date) -> tuple[str, tuple[Suggestion, ...]]:
    known = roster.resolve(AccountKind.EMAIL if "@" in account else AccountKind.NAME, account, on)
    if known.how == "ambiguous":
        why = "the roster has this name or list more than once"
        return "ambiguous", tuple(Suggestion(p, why, 100) for p in known.candidates)
    return "unknown", suggest(account, frozenset(names), roster)


def suggest(account: str, names: frozenset[str], roster: Roster) -> tuple[Suggestion, ...]:
    """Up to three people an unknown account might mean, the likeliest first; often none."""
    from rapidfuzz import fuzz

    local = account.partition("@")[0] if "@" in account[1:] else ""
    words = " ".join(re.findall(r"[^\W\d_]+", local))
    spelled = {normalise_name(name) for name in names} | ({normalise_name(account)} if not local else set())
    owners = {a.value: a.person_id for a in roster.accounts if a.kind is AccountKind.EMAIL}
    aliases: dict[PersonId, set[str]] = defaultdict(set)
    for listed in roster.accounts:
        if listed.kind is AccountKind.NAME:
            aliases[listed.person_id].add(listed.value)
    untagged = re.sub(r"\+[^@]*", "", account)
    found: list[Suggestion] = []
    for person in roster.people:
        full = {normalise_name(person.name)} | aliases[person.person_id]
        options = [(int(fuzz.token_sort_ratio(a, b)), "the name written with it") for a in spelled for b in full]
        if words:
            options += [(int(fuzz.token_sort_ratio(words, b)), "the address spells the name") for b in full]
            options += [(100, "the address is built from the name") for b in full if _built_from(local, b)]
        if untagged != account and owners.get(untagged) == person.person_id:
            options.append((100, "a known address with a tag"))
        likeness, why = max(options, default=(0, ""))
        if likeness >= _LIKE_ENOUGH:
            found.append(Suggestion(person.person_id, why, likeness))
    return tuple(sorted(found, key=lambda s: (-s.likeness, s.person))[:_AT_MOST])


def _built_from(local: str, name: str) -> bool:
    """Whether a mail name is one of the usual short forms of a full name: ``jdoe``, ``janed``, ``doej``, ``doe``."""
    parts = name.split()
    plain = re.sub(r"[^a-z]", "", local.lower())
    if len(parts) < 2:
        return False
    first, last = parts[0], parts[-1]
    return plain in {f"{first[0]}{last}", f"{first}{last[0]}", f"{last}{first[0]}", f"{last}{first}", last}


def _by_name(interactions: Sequence[Interaction], roster: Roster) -> Iterator[Doubt]:
    """People who were recognised by a name alone, without the roster listing that spelling as theirs."""
    counts: dict[tuple[str, PersonId], int] = defaultdict(int)
    for event in interactions:
        pairs = {(c.raw, c.person) for c in event.contacts if c.person and not c.address and not c.via}
        if event.sender and not event.sender_address:
            pairs.add((event.sender_raw, event.sender))
        for raw, person in pairs:
            stated = roster.resolve(AccountKind.NAME, raw, date.min, known_names=False)
            if person and raw != person and person not in (stated.person, roster.resolver.handle(raw).person):
                counts[raw, person] += 1
    for (raw, person), count in sorted(counts.items()):
        yield Doubt(raw, count, "name_only", (), person)


def _age(workspace: Workspace, today: date) -> Iterator[Note]:
    stale = workspace.roster_stale(today)
    if stale is None:
        what = "Nobody has written down when the roster was last checked."
        yield Note("roster", what, "Set roster_checked in workspace.toml to the day you compared it with the minutes.")
    elif stale:
        what = f"The roster was last checked on {workspace.settings.roster_checked}."
        yield Note("roster", what, "Compare it with the minutes and set roster_checked in workspace.toml.")


def _vacant(roster: Roster, first: date, last: date) -> Iterator[Note]:
    """Stretches of the period in which a body had empty seats: real vacancies, or terms missing from the roster."""
    for body in sorted(roster.bodies, key=lambda b: b.body_id):
        days = {first}
        for term in roster.terms(body.body_id):
            days |= {d for d in (term.start, term.end + _ONE_DAY if term.end and term.end < date.max else None) if d}
        changes = sorted(d for d in days if first <= d <= last)
        for day, following in zip(changes, [*changes[1:], last + _ONE_DAY], strict=True):
            filled = roster.in_office(body.body_id, day)
            if filled < body.seats:
                what = f"{filled} of {body.seats} seats filled from {day} to {following - _ONE_DAY}."
                remedy = "If that is a vacancy, nothing is to do. If not, a term is missing in memberships."
                yield Note(body.body_id, what, remedy)


def _after_term(interactions: Sequence[Interaction], roster: Roster, workspace: Workspace) -> Iterator[Note]:
    """People who still write as the records end although every term the roster gives them is over."""
    latest: dict[PersonId, date] = {}
    for event in interactions:
        if event.sender is not None:
            day = event.at.astimezone(workspace.zone).date()
            latest[event.sender] = max(latest.get(event.sender, day), day)
    for person, day in sorted(latest.items()):
        ends = [term.end for term in roster.terms_of(person) if term.seated]
        closed = [end for end in ends if end is not None]
        if closed and len(closed) == len(ends) and max(closed) < day:
            what = f"Last term ended on {max(closed)}; the last message is of {day}."
            yield Note(person, what, "If the person was elected again, add the new term as a new row.")


def _empty_lists(roster: Roster, span: tuple[date, date] | None) -> Iterator[Note]:
    for address in sorted({entry.address for entry in roster.lists}):
        days = span or ((date.max, date.max))
        empty = [day for day in dict.fromkeys(days) if not roster.expand(address, day)]
        if empty and span:
            what = f"The list reaches nobody on {' and '.join(str(day) for day in empty)}."
            yield Note(address, what, "Check the terms of the body it points at, or add the people it reaches.")


def _may_be_lists(unknown: Sequence[Doubt], workspace: Workspace, roster: Roster) -> Iterator[Note]:
    """Unknown addresses of the city's own domains that carry the name of a body or a word for everybody."""
    words = {w for body in roster.bodies for w in normalise_name(body.name).split() if len(w) > len("city")}
    words |= {"all", "everyone", "alders", "council", "board", "committee", "members", "trustees", "group", "list"}
    names = {normalise_name(body.name) for body in roster.bodies}
    names |= {entry.address.partition("@")[0] for entry in roster.lists}
    for doubt in unknown:
        local, _, domain = doubt.account.partition("@")
        if not domain and normalise_name(local) in names:
            what = f"A name without an address that may stand for a whole body or list ({doubt.messages} messages)."
            yield Note(doubt.account, what, "If the address behind it is known, ask for an export that shows it.")
        if domain in workspace.settings.own_domains and words & set(re.split(r"[^a-z]+", local)):
            what = f"An address of the city that may reach several people ({doubt.messages} messages)."
            yield Note(doubt.account, what, "If it is a list, add it to lists with the body or the people it reaches.")
