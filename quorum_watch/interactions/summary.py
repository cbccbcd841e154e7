"""What resolution could not say, counted: accounts nobody knows, members nobody heard of; and tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quorum_watch.model import Interaction, PersonId
from quorum_watch.roster import Roster

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class UnknownAccount:
    """An account that means nobody in the roster, and in how many messages it stands as sender or addressee."""

    account: str
    messages: int


def unknown_accounts(interactions: Iterable[Interaction]) -> tuple[UnknownAccount, ...]:
    """Every unknown account, the most frequent first. A name stands for itself where no address was given."""
    counts: Counter[str] = Counter()
    for event in interactions:
        accounts = {c.address or c.raw for c in event.contacts if c.person is None}
        if event.sender is None:
            accounts.add(event.sender_address or event.sender_raw)
        counts.update(accounts - {""})
    return tuple(UnknownAccount(a, n) for a, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def period(interactions: Sequence[Interaction], zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last local day of the interactions; ``None`` where there are none."""
    if not interactions:
        return None
    times = [event.at for event in interactions]
    return min(times).astimezone(zone).date(), max(times).astimezone(zone).date()


def members_without_records(
    interactions: Sequence[Interaction], roster: Roster, zone: ZoneInfo
) -> tuple[PersonId, ...]:
    """Who held a voting seat during the period of the interactions and appears in none of them, by id."""
    span = period(interactions, zone)
    if span is None:
        return ()
    first, last = span
    seen = {event.sender for event in interactions} | {c.person for event in interactions for c in event.contacts}
    seated = {
        term.person_id
        for term in roster.memberships
        if term.seated and (term.start is None or term.start <= last) and (term.end is None or first <= term.end)
    }
    return tuple(sorted(seated - {p for p in seen if p is not None}))


def to_frame(interactions: Iterable[Interaction]) -> pd.DataFrame:
    """One row per interaction for people who explore; people as ``;`` separated ids, times in UTC, no message text."""
    import pandas as pd

    columns = [
        *("id", "at", "precision", "channel", "audience", "event", "sender", "sender_address", "to", "unknown"),
        *("subject", "thread", "in_reply_to", "file", "locator", "copies", "defects"),
    ]
    rows = [
        (
            event.id,
            event.at,
            event.precision.value,
            event.channel.value,
            event.audience.value,
            event.event,
            event.sender or "",
            event.sender_address,
            ";".join(event.persons()),
            sum(c.person is None for c in event.contacts),
            event.subject,
            event.thread,
            event.in_reply_to or "",
            event.source.file,
            event.source.locator,
            len(event.copies),
            ";".join(d.value for d in event.defects),
        )
        for event in interactions
    ]
    return pd.DataFrame(rows, columns=columns)
