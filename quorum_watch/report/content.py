"""What the editions may be made from: counts and public facts for all of them, and what only the attorney's adds.

:class:`Facts` is the whole of what the public edition gets. It has no field for a message, a resident, a member or a
decision, so no template can print one. :class:`Decision` and :class:`LogEntry` are how decisions reach the privileged
edition; they are plain records filled at the edge, and only :mod:`quorum_watch.report.privileged` takes them.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from quorum_watch.errors import Fault, WorkspaceError
from quorum_watch.model import Threshold
from quorum_watch.report.period import Period
from quorum_watch.vocabulary import Concern
from quorum_watch.workspace.settings import Settings, WhoToCall

Finding = Mapping[str, Any]
POLICY = "policy"
LEVELS = tuple(c.value for c in reversed(Concern))


@dataclass(frozen=True, slots=True)
class Options:
    """What may be set: the smallest count the public edition prints, how many pictures and examples, the title."""

    minimum: int
    pictures: int
    picture_steps: int
    examples: int
    trend_months: int
    title: str
    example_order: tuple[str, ...]
    advice: Mapping[str, str]


@cache
def _defaults() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("settings.toml").read_text(encoding="utf-8"))


def options(settings: Settings | None = None) -> Options:
    """The options of a workspace: its ``[report]`` section over what ships with the program.

    Raises
    ------
    WorkspaceError
        ``QW-E204`` for every setting nobody knows and ``QW-E206`` for every number that is not one.
    """
    found, faults = dict(_defaults()), []
    known = {k: v for k, v in found.items() if isinstance(v, int | str)}
    for key, value in settings.report if settings else ():
        where = f"workspace.toml, [report] {key}"
        if key not in known:
            faults.append(
                Fault("QW-E204", "This is not a setting of reports.", where, f"Known here: {', '.join(sorted(known))}.")
            )
        elif isinstance(known[key], str):
            found[key] = value
        elif value.isascii() and value.isdigit():
            found[key] = int(value)
        else:
            remedy = f"For example: {key} = {known[key]}"
            faults.append(Fault("QW-E206", "This must be a whole number, nought or more.", where, remedy))
    if faults:
        raise WorkspaceError.of(faults)
    return Options(
        minimum=found["minimum_count"],
        pictures=found["pictures_at_most"],
        picture_steps=found["picture_steps_at_most"],
        examples=found["examples"],
        trend_months=found["trend_months_at_most"],
        title=found["title"],
        example_order=tuple(found["example_order"]),
        advice=found["advice"],
    )


@dataclass(frozen=True, slots=True)
class Cover:
    """What every edition states about itself.

    ``marks`` names what was allowed against the default (``stale_roster``, ``unchecked_roster``, ``draft_law``);
    ``corrects`` is the hash of the issued edition this one replaces, with its number, or ``""``.
    """

    city: str
    period: Period
    timezone: str
    program: str
    run: str
    findings: str
    evidence: str
    roster: str
    roster_checked: date | None
    profile: str
    stage: str
    banner: str
    contact: WhoToCall
    collected: tuple[str, str] | tuple[()]
    audit_head: str = ""
    marks: tuple[str, ...] = ()
    corrects: str = ""
    correction: int = 0


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of source: files, and what became of each record found in them."""

    kind: str
    files: int
    found: int
    rows: int
    duplicates: int
    ignored: int
    restricted: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Account:
    """Every record accounted for, by kind of source; reasons for what was kept out; what was not collected."""

    kinds: tuple[KindRow, ...]
    totals: Mapping[str, int]
    reasons: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]
    channels_missing: tuple[str, ...]
    unknown_accounts: int
    unknown_messages: int
    without_records: int
    not_analysed: int
    days_only: int


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A public body on the last day of the period: seats, who fills them (a number), and the numbers of the law."""

    body_id: str
    name: str
    seats: int
    in_office: int
    vacant: int
    numbers: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of findings in the period; policy findings are counted apart and never among the others."""

    total: int
    policy: int
    concern: Mapping[str, int]
    body: Mapping[str, int]
    pattern: Mapping[str, int]
    test: Mapping[str, int]
    since: Mapping[str, int]
    compared: bool


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One month or quarter of the collection: contacts between members, and findings that began in it."""

    label: str
    since: date
    until: date
    inside: bool
    contacts: int
    findings: int
    concern: Mapping[str, int]

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A subject of an agenda: when the public was told, when it was met on, and what members wrote before that."""

    matter: str
    title: str
    bodies: tuple[str, ...]
    noticed: datetime | None
    meeting: datetime | None
    first_contact: datetime | None
    before: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of law used in a number: what it is called, where it stands, whether somebody read it there."""

    name: str
    citation: str
    url: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the public edition may know, and the part that all editions share."""

    cover: Cover
    account: Account
    bodies: tuple[BodyRow, ...]
    tally: Tally
    trend: tuple[TrendRow, ...]
    matters: tuple[MatterRow, ...]
    rules: tuple[Rule, ...]
    unverified: tuple[str, ...]
    in_period: int
    options: Options


@dataclass(frozen=True, slots=True)
class Released:
    """One line of a release list: a finding whose status word may appear in the public edition."""

    finding: str
    status: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer recorded for a finding: for the privileged edition alone.

    ``at`` is ISO 8601; ``changed`` says that the finding has changed since the decision.
    """

    disposition: str
    at: str
    by: str
    basis: str = ""
    note: str = ""
    privileged: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row of the privilege log, in the columns e-discovery practice expects."""

    id: str
    date: str
    kind: str
    author: str
    recipients: str
    basis: str
    description: str


@dataclass(frozen=True, slots=True)
class OwnReach:
    """How many members of one body a message went to: ``others``, and with the sender ``reached`` of ``of``.

    ``number`` is the highest number of the law that this reaches, or ``None``.
    """

    body: str
    others: int
    reached: int
    of: int
    number: int | None


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message of the member a member edition is for: when, how, to how many members, and what its words do.

    Nothing of what anybody else wrote, and no words: the member has the message.
    """

    at: datetime
    channel: str
    reach: tuple[OwnReach, ...]
    acts: tuple[str, ...]
    topics: tuple[str, ...]


def within(findings: Sequence[Finding], period: Period) -> tuple[Finding, ...]:
    """The findings one of whose steps lies in the period, in reading order."""
    return tuple(f for f in findings if any(period.holds(_day(s["at"])) for s in f["steps"]) or _spans(f, period))


def _spans(finding: Finding, period: Period) -> bool:
    """A finding without steps (none is known to the program) is placed by its first and last day."""
    return not finding["steps"] and _day(finding["first"]) <= period.until and _day(finding["last"]) >= period.since


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of a run's findings and coverage as JSON: the hash printed on the cover."""
    chosen = {"coverage": document["coverage"], "findings": document["findings"]}
    return hashlib.sha256(json.dumps(chosen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
