"""Invented interactions for the tests of the language stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from quorum_watch.model import Coded, Contact, Interaction, Quoted, SourceRef
from quorum_watch.vocabulary import Audience, Channel, Role, TimePrecision

START = datetime(2026, 3, 2, 16, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    matter_id: str
    title: str
    topic: str
    closed: date | None = None


REZONING = Item("m1", "Rezoning of 1420 Mill Road from R-1 to R-3", "zoning")
LICENSE = Item("m2", "Class B liquor license for the Rusty Anchor, 212 Dock Street", "licensing")
TRUCK = Item("m3", "Purchase of a ladder truck", "procurement")
RATES = Item("m4", "Ordinance 24-19: water rate increase", "utilities")


def message(
    n: int,
    text: str,
    *,
    thread: str = "t",
    reply: int | None = None,
    sender: str = "ann",
    subject: str = "",
    coded: Coded | None = None,
    quoted: Sequence[Quoted] = (),
    minutes: int | None = None,
) -> Interaction:
    """One invented message; ``n`` is its number and, unless ``minutes`` is given, its minute."""
    to = (Contact("bob", "bob@x.example", "bob", Role.TO), Contact("cyn", "cyn@x.example", "cyn", Role.TO))
    return Interaction(
        id=f"i{n}",
        at=START + timedelta(minutes=n if minutes is None else minutes),
        precision=TimePrecision.EXACT,
        channel=Channel.TEXT,
        audience=Audience.PRIVATE,
        sender=sender,
        sender_raw=sender,
        sender_address=f"{sender}@x.example",
        contacts=to,
        subject=subject,
        text=text,
        quoted=tuple(quoted),
        in_reply_to=None if reply is None else f"i{reply}",
        thread=thread,
        coded=coded,
        event="message",
        source=SourceRef("inbox/a.jsonl", "0" * 64, "line=1"),
    )
