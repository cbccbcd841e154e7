"""Small invented histories for tests: a board, a few people, contacts coded by hand, assessed without files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from quorum_watch.assess.assess import assess
from quorum_watch.assess.gates import Known
from quorum_watch.assess.result import Assessed
from quorum_watch.assess.unseen import Collected
from quorum_watch.model import ActSpan, Contact, Interaction, Reading, SourceRef, TopicSpan
from quorum_watch.roster.records import Body, Membership, Person
from quorum_watch.roster.roster import Roster
from quorum_watch.rules import load_profile
from quorum_watch.vocabulary import (
    Act,
    Audience,
    BodyKind,
    Channel,
    Confidence,
    Polarity,
    Role,
    Scope,
    TimePrecision,
    VoteRule,
)
from quorum_watch.workspace.records import Matter

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
COLLECTED = Collected((("email", 1),), frozenset(), 0, 0)


@cache
def board(size: int = 7, law: str = "us-wi", rule: VoteRule | None = VoteRule.ORDINARY) -> Known:
    """A board of ``size`` (members m1 ...), with staff s1, s2 and a resident r1, and one pending matter."""
    members = [f"m{n}" for n in range(1, size + 1)]
    people = [Person(m, f"Member {m}", "member") for m in members]
    people += [Person("s1", "Staff One", "administrator"), Person("s2", "Staff Two", "clerk")]
    people += [Person("r1", "Resident One", "resident")]
    body = Body("board", "Board", BodyKind.BOARD, size)
    terms = [Membership(m, "board", start=date(2020, 1, 1)) for m in members]
    roster = Roster(people=tuple(people), bodies=(body,), memberships=tuple(terms), accounts=(), lists=())
    matter = Matter("M-1", "Rezoning of Mill Street", ("board",), "zoning", rule)
    return Known(roster, {"M-1": matter}, (), load_profile(law), ZONE)


def contact(
    n: int,
    sender: str,
    to: list[str],
    acts: list[tuple[Act, Polarity, str | None]],
    *,
    hours: float | None = None,
    channel: Channel = Channel.EMAIL,
    answers: int | None = None,
    thread: str = "",
    text: str = "words",
) -> tuple[Interaction, Reading]:
    """One contact on the matter, ``hours`` after the start (default: ``n``)."""
    i = Interaction(
        id=f"i{n:03}", at=START + timedelta(hours=n if hours is None else hours), precision=TimePrecision.EXACT,
        channel=channel, audience=Audience.PRIVATE, sender=sender, sender_raw=sender, sender_address=sender,
        contacts=tuple(Contact(p, p, p, Role.TO) for p in to), subject="", text=text, quoted=(), coded=None,
        in_reply_to=None if answers is None else f"i{answers:03}", thread=thread or f"t{n}", event="message",
        source=SourceRef("inbox/x", "0" * 64, "bytes=0-1"),
    )  # fmt: skip
    spans = tuple(ActSpan(a, 0, len(text), text, p, None, who, "test", Confidence.MEDIUM) for a, p, who in acts)
    topic = (TopicSpan("zoning", 0, len(text), text),)
    return i, Reading(i.id, spans, topic, Scope.BUSINESS, "M-1", by_hand=True)


def findings(known: Known, history: list[tuple[Interaction, Reading]]) -> tuple[Assessed, ...]:
    """Assess a history."""
    return assess([i for i, _ in history], [r for _, r in history], known, COLLECTED)
