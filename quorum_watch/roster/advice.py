"""What is no fault of a roster and yet worth a look: it loads, but will recognise or count less than it could."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quorum_watch.roster.roster import Roster


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at: its subject (a person or body id), what was seen, what to do."""

    subject: str
    what: str
    remedy: str


def advise(roster: Roster, on: date) -> tuple[Advice, ...]:
    """Members without any account, bodies nobody sits on, vacancies and bodies without a presiding person that day."""
    found: list[Advice] = []
    reachable = {a.person_id for a in roster.accounts} | {entry.person_id for entry in roster.lists}
    for body in sorted(roster.bodies, key=lambda b: b.body_id):
        members = roster.members(body.body_id, on)
        silent = [s.person for s in members if s.person not in reachable]
        for person in silent:
            what = f"A member of {body.body_id} has no account: only messages that give the full name are recognised."
            found.append(Advice(person, what, "Add e-mail addresses and telephone numbers to accounts."))
        if not members:
            what = f"Nobody is in office on {on}."
            found.append(Advice(body.body_id, what, "Add the terms, unless the body no longer exists."))
        elif roster.vacancies(body.body_id, on):
            what = f"{len(members)} of {body.seats} seats are filled on {on}."
            found.append(Advice(body.body_id, what, "If a term is missing, add it; a vacancy changes the numbers."))
    unique = {(advice.subject, advice.what): advice for advice in found}
    return tuple(unique.values())
