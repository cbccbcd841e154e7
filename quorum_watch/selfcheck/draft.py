"""What is handed to the self-check and what it hands back. Frozen records; nothing here reads or writes anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from quorum_watch.model import BodyId, Factor, PersonId, Threshold
from quorum_watch.vocabulary import Channel, Role, Verdict, VoteRule
from quorum_watch.workspace import WhoToCall

SCHEMA = "quorum-watch/advice/1"


@dataclass(frozen=True, slots=True)
class Address:
    """One entry of an address line as the person wrote it: an address, number, handle, name or person id.

    ``name`` is the display name beside it, ``role`` the line it stood in.
    """

    value: str
    role: Role = Role.TO
    name: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A quoted or forwarded stretch of the draft, in code points, and the people it shows."""

    start: int
    end: int
    sender: Address | None = None
    people: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """One message that is not sent yet, or a thread about to be answered.

    ``already`` are the people who hold the conversation without standing on an address line: those who wrote under a
    post, are in a group chat or sit at the table. ``outsiders`` are addresses the person declares to belong to nobody
    on a city body. ``received`` says that somebody else wrote the text, and the person is about to answer everybody.
    ``doubts`` are the defects found while reading it (words of :class:`~quorum_watch.vocabulary.Defect`).
    ``vote_rule`` is the vote the item needs, where the person knows.
    """

    recipients: tuple[Address, ...] = ()
    text: str = ""
    subject: str = ""
    sender: Address | None = None
    blocks: tuple[Block, ...] = ()
    channel: Channel = Channel.EMAIL
    already: tuple[Address, ...] = ()
    outsiders: tuple[str, ...] = ()
    received: bool = False
    doubts: tuple[str, ...] = ()
    attachments: int = 0
    vote_rule: VoteRule | None = None


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """One message of the person's own mailbox, read on their own machine: for counting, never for showing words."""

    at: datetime
    draft: Draft
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What the workspace adds: whom to call, and whether the roster was checked too long ago.

    ``stale`` is ``None`` where nobody wrote down when the roster was checked.
    """

    contact: WhoToCall = field(default_factory=WhoToCall)
    stale: bool | None = None
    checked: date | None = None
    city: str = ""


@dataclass(frozen=True, slots=True)
class BodyCount:
    """The arithmetic for one body: who of it is on the message, of how many, and the numbers of the law.

    ``people`` are the members on this message (the person who asks among them); ``deciding`` is the fewest who can
    decide business whose vote is not known, ``special`` a lower number of a special vote, if there is one.
    """

    body: BodyId
    name: str
    people: tuple[PersonId, ...]
    includes_asker: bool
    of: int
    deciding: int
    reached: bool
    special: Threshold | None
    numbers: tuple[Threshold, ...]
    awaiting: tuple[PersonId, ...] = ()
    from_own_mail: tuple[PersonId, ...] = ()
    sentence: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer: one verdict, what to do, why (both ways), what could not be seen, and the arithmetic behind it."""

    verdict: Verdict
    headline: str
    shape: str
    do: tuple[str, ...]
    why: tuple[Factor, ...]
    not_seen: tuple[str, ...]
    bodies: tuple[BodyCount, ...] = ()
    unknown: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    call: WhoToCall = field(default_factory=WhoToCall)
    law: str = ""
    banner: str = ""
    as_of: date | None = None
    unverified: tuple[str, ...] = ()

    @property
    def arithmetic(self) -> tuple[str, ...]:
        """One sentence for each body."""
        return tuple(b.sentence for b in self.bodies)


def advice_json(advice: Advice) -> dict[str, Any]:
    """The advice in the form of ``contract.md`` section 5, with the arithmetic beside it; plain values only."""
    return {
        "schema": SCHEMA,
        "verdict": advice.verdict.value,
        "headline": advice.headline,
        "shape": advice.shape,
        "do": list(advice.do),
        "why": [
            {
                "name": f.name,
                "weighs": f.weighs.value,
                "because": f.because,
                "kind": f.kind.value,
                "citation": f.citation.cite,
                "url": f.citation.url,
                "quote": f.citation.quote,
                "says": f.citation.says,
                "verified": f.citation.verified,
                "evidence": list(f.evidence),
            }
            for f in advice.why
        ],
        "not_seen": list(advice.not_seen),
        "bodies": [_body_json(b) for b in advice.bodies],
        "unknown": list(advice.unknown),
        "remove": list(advice.remove),
        "keep": list(advice.keep),
        "call": {"name": advice.call.name, "phone": advice.call.phone, "email": advice.call.email},
        "law": {
            "profile": advice.law,
            "banner": advice.banner,
            "as_of": advice.as_of.isoformat() if advice.as_of else None,
            "unverified": list(advice.unverified),
        },
    }


def _body_json(b: BodyCount) -> dict[str, Any]:
    return {
        "body": b.body,
        "name": b.name,
        "members_on_message": len(b.people),
        "includes_you": b.includes_asker,
        "of": b.of,
        "deciding": b.deciding,
        "reached": b.reached,
        "sentence": b.sentence,
        "thresholds": [
            {
                "name": t.name.value,
                "value": t.value,
                "of": t.of,
                "base": t.base.value,
                "vote_rule": t.vote_rule.value if t.vote_rule else None,
                "citation": t.citation.cite,
                "verified": t.citation.verified,
                "inference": t.inference,
                "unsettled": t.unsettled,
                "reached": len(b.people) >= t.value,
                "arithmetic": list(t.steps),
            }
            for t in b.numbers
        ],
    }
