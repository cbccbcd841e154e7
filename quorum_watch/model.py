"""The frozen records passed between stages, in the order in which data flows.

::

    Record | Rejected   sources       one item of one file, as written
    Interaction         interactions  one event, copies merged, people resolved as of its day
    Reading             language      what it is about and what it does, as spans
    Event, Shard        detect        what one body could have discussed on one subject
    Candidate           detect        a set of members whose views could have met, and the steps that carried them
    Finding             assess        a story with two sides, numbers and law

Times are aware and in UTC; the original text of a time is kept beside it. Text offsets count Unicode code points of
``Interaction.text`` unless a span says ``field="subject"``. Nothing here reads a clock, a file or the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from quorum_watch.vocabulary import (
    AccountKind,
    Act,
    Audience,
    Base,
    Channel,
    Concern,
    Confidence,
    Defect,
    FactorKind,
    Outcome,
    Pattern,
    Polarity,
    Reason,
    Role,
    Scope,
    SinceLast,
    Test,
    ThresholdName,
    TimePrecision,
    TimeSource,
    VoteRule,
    Weighs,
)

PersonId = str
BodyId = str
MatterId = str
InteractionId = str


# --- sources ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class When:
    """A time as far as it is known: the instant in UTC, its raw text, its precision and where its zone came from."""

    at: datetime
    raw: str
    precision: TimePrecision = TimePrecision.EXACT
    source: TimeSource = TimeSource.OFFSET


@dataclass(frozen=True, slots=True)
class Party:
    """One participant as the source wrote it.

    ``address`` is the normalised account (e-mail in lower case, phone in E.164, handle without ``@``) or ``""`` where
    only a name was given; ``evidence`` says where it stood (``header``, ``envelope``, ``recipient_table``,
    ``group_membership``, ``quoted`` ...).
    """

    raw: str
    address: str
    name: str
    kind: AccountKind
    role: Role = Role.TO
    evidence: str = "header"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quoted or forwarded block inside a message: a *claimed* earlier message, of low trust.

    ``start`` and ``end`` are offsets in the text that carries it; ``kind`` is ``reply``, ``forward`` or ``attached``.
    ``person`` is who the claimed sender is, filled in when people are resolved; ``None`` where unknown.
    """

    start: int
    end: int
    kind: str
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    when: When | None = None
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """A person's own coding of an interaction; it replaces the language stage and is shown as "coded by hand"."""

    acts: tuple[Act, ...] | None
    topic: str | None
    matter: MatterId | None


@dataclass(frozen=True, slots=True)
class Record:
    """One communication as its source file tells it, before anybody is resolved or any copy merged.

    ``locator`` returns to the exact bytes whose SHA-256 is ``sha256`` (``bytes=START-END``, prefixed by
    ``member=NAME;`` inside an archive). ``key`` is the native identifier (a Message-ID with its angle brackets, a
    platform's id) or ``""``. ``event`` names what happened (``message``, ``reaction``, ``edit``, ``join`` ...).
    """

    locator: str
    sha256: str
    key: str
    channel: Channel
    when: When | None
    sender: Party | None
    recipients: tuple[Party, ...]
    subject: str = ""
    text: str = ""
    audience: Audience = Audience.PRIVATE
    event: str = "message"
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""
    quoted: tuple[Quoted, ...] = ()
    coded: Coded | None = None
    attachments: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """One item that did not become a row, with its coded reason; ``detail`` never contains message text."""

    locator: str
    sha256: str
    outcome: Outcome
    reason: Reason
    detail: str = ""


# --- interactions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Chain of custody of one row: the file, its SHA-256, and the locator of the row's bytes inside it."""

    file: str
    sha256: str
    locator: str
    row_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another place where the same interaction was found, and by which rule it was recognised as the same."""

    source: SourceRef
    rule: str
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """One event as evidence keeps it: the chosen record, where it came from, its other copies, its stable id."""

    record: Record
    source: SourceRef
    copies: tuple[Copy, ...]
    id: InteractionId


@dataclass(frozen=True, slots=True)
class Contact:
    """One addressee of an interaction: as written, and as the roster of that day resolves it.

    ``person`` is ``None`` where the account is unknown; ``via`` names the list that was expanded, if one was.
    """

    raw: str
    address: str
    person: PersonId | None
    role: Role
    via: str = ""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One timed, directed contact, counted once however many copies of it were collected.

    ``sender`` is ``None`` where the account is unknown (``sender_address`` still names it). For ``call`` and
    ``in_person`` every contact took part.
    """

    id: InteractionId
    at: datetime
    precision: TimePrecision
    channel: Channel
    audience: Audience
    sender: PersonId | None
    sender_raw: str
    sender_address: str
    contacts: tuple[Contact, ...]
    subject: str
    text: str
    quoted: tuple[Quoted, ...]
    in_reply_to: InteractionId | None
    thread: str
    coded: Coded | None
    event: str
    source: SourceRef
    copies: tuple[Copy, ...] = ()
    defects: tuple[Defect, ...] = ()
    time_raw: str = ""
    time_source: TimeSource = TimeSource.OFFSET
    native_id: str = ""

    def persons(self, *roles: Role) -> tuple[PersonId, ...]:
        """Known addressees in the given roles (all roles if none given), in order, without repeats or the sender."""
        seen: dict[PersonId, None] = {}
        for c in self.contacts:
            if c.person is not None and c.person != self.sender and (not roles or c.role in roles):
                seen.setdefault(c.person)
        return tuple(seen)


# --- language --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActSpan:
    """Words that do something: which act, where, which way, about whom.

    ``attributed_to`` is the person whose position a relay reports; ``rule`` names the pattern that fired, and
    ``confidence`` is ``low`` for hypotheticals, sarcasm and bare replies. ``about`` is a matter id where known.
    """

    act: Act
    start: int
    end: int
    exact: str
    polarity: Polarity = Polarity.NONE
    about: MatterId | None = None
    attributed_to: PersonId | None = None
    rule: str = ""
    confidence: Confidence = Confidence.MEDIUM
    field: str = "text"


@dataclass(frozen=True, slots=True)
class TopicSpan:
    """Words that show a topic; ``inherited`` when it comes from the message answered (then a zero-width span)."""

    topic: str
    start: int
    end: int
    exact: str
    inherited: bool = False
    rule: str = ""
    weight: float = 1.0
    field: str = "text"


@dataclass(frozen=True, slots=True)
class MatterLink:
    """A pending matter a message may concern, with its score and the words shared."""

    matter: MatterId
    score: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one interaction is about and does.

    ``matter`` is set only where the link is certain enough; ``candidates`` lists the possible others. ``language`` is
    an ISO 639 code, ``"und"`` where unknown; text in another language is *not analysed* and says so in ``outcome``.
    """

    interaction: InteractionId
    acts: tuple[ActSpan, ...]
    topics: tuple[TopicSpan, ...]
    scope: Scope
    matter: MatterId | None = None
    candidates: tuple[MatterLink, ...] = ()
    by_hand: bool = False
    language: str = "en"
    outcome: str = "analysed"
    segment: int = 0


# --- law -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule stands: the cite, its title and address, a short quote, and whether somebody verified it.

    ``quote`` holds words of the source and nothing else; ``says`` is a paraphrase, printed without quotation marks.
    """

    cite: str
    title: str = ""
    url: str = ""
    quote: str = ""
    verified: bool = False
    says: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of the law for one body on one day: how many members, of how many, and why.

    ``rule`` is the parameter id of the profile; ``steps`` is the arithmetic in words; ``alternatives`` holds readings
    that were computed and not used (unsettled law), as ``(label, value)``.
    """

    name: ThresholdName
    value: int
    of: int
    base: Base
    vote_rule: VoteRule | None
    as_of: date
    citation: Citation
    rule: str
    steps: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, int], ...] = ()
    inference: bool = False
    unsettled: bool = False


# --- detection -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """What a shard is about: a matter where one is linked, else a topic; ``label`` is what a reader sees."""

    label: str
    topics: tuple[str, ...] = ()
    matter: MatterId | None = None

    @property
    def key(self) -> str:
        """Stable identity of the subject: ``matter:ID`` or ``topic:NAME``."""
        return f"matter:{self.matter}" if self.matter else "topic:" + ",".join(self.topics)


@dataclass(frozen=True, slots=True)
class Event:
    """An interaction with its reading: what detection and assessment look at."""

    interaction: Interaction
    reading: Reading


@dataclass(frozen=True, slots=True)
class Seat:
    """One voting seat held: the person and the days on which they held it (``end`` inclusive, ``None`` if open)."""

    person: PersonId
    start: date | None
    end: date | None
    capacity: str = "member"
    voting: bool = True


@dataclass(frozen=True, slots=True)
class Shard:
    """Everything one body could have said on one subject: events in time order and the seats of the body."""

    body: BodyId
    subject: Subject
    events: tuple[Event, ...]
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A set of members whose views could have met, and the few events that carried them.

    ``layer`` is ``contact``, ``views`` or ``positions``; ``events`` are indices into ``Shard.events`` of the smallest
    evidence found, in time order, and ``reached_after[i]`` counts members reached once ``events[i]`` happened.
    ``crossings`` maps each number asked for to the index of the event at which it was reached. ``episode`` is the
    first and last event index of the stretch. ``optimal`` says whether the evidence is proven smallest.
    """

    pattern: Pattern
    layer: str
    members: tuple[PersonId, ...]
    holder: PersonId | None
    events: tuple[int, ...]
    reached_after: tuple[int, ...]
    crossings: tuple[tuple[int, int], ...]
    pivotal: tuple[int, ...]
    episode: tuple[int, int]
    carriers: tuple[PersonId, ...] = ()
    optimal: bool = True
    order_doubt: bool = False


# --- findings --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """Exact words, re-findable in the source: position and quote, with what they are evidence of."""

    interaction: InteractionId
    start: int
    end: int
    exact: str
    says: str
    polarity: Polarity = Polarity.NONE
    by_hand: bool = False
    attributed_to: PersonId | None = None
    prefix: str = ""
    suffix: str = ""
    field: str = "text"


@dataclass(frozen=True, slots=True)
class Step:
    """One interaction in a finding's story."""

    n: int
    at: datetime
    interaction: InteractionId
    sender: PersonId | None
    to: tuple[PersonId, ...]
    channel: Channel
    reached_after: int
    evidence: tuple[Evidence, ...] = ()
    precision: TimePrecision = TimePrecision.EXACT
    sender_label: str = ""
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A fact that counts for or against concern, tied to one citation; ``unknown`` is printed too."""

    name: str
    weighs: Weighs
    because: str
    kind: FactorKind
    citation: Citation
    evidence: tuple[InteractionId, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A threshold beside what happened: was it reached, and when."""

    threshold: Threshold
    reached: bool
    crossed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """Three counts that are never merged: who spoke, who received, who could have seen."""

    spoke: tuple[PersonId, ...]
    received: tuple[PersonId, ...]
    could_have_seen: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A contact pattern worth a lawyer's look: a story with two sides. At least one factor is against or unknown."""

    id: str
    seed: str
    full: str
    test: Test
    pattern: Pattern
    concern: Concern
    confidence: Confidence
    body: BodyId
    subject: Subject
    members: Members
    non_members: tuple[PersonId, ...]
    thresholds: tuple[Reached, ...]
    reach: int
    first: datetime
    last: datetime
    steps: tuple[Step, ...]
    pivotal: tuple[int, ...]
    factors: tuple[Factor, ...]
    unseen: tuple[str, ...]
    story: tuple[str, ...] = ()
    headline: str = ""
    since_last: SinceLast = SinceLast.NEW
    why_this_concern: str = ""
    unverified: tuple[str, ...] = field(default=())
