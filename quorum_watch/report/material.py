"""From a run to the facts of a report: counted here once, so that every edition prints the same numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from quorum_watch.model import Interaction, Reading
from quorum_watch.report.content import (
    LEVELS,
    POLICY,
    Account,
    BodyRow,
    Cover,
    Facts,
    Finding,
    KindRow,
    MatterRow,
    OwnMessage,
    OwnReach,
    Rule,
    Tally,
    TrendRow,
    document_hash,
    options,
    within,
)
from quorum_watch.report.period import Period, slices
from quorum_watch.roster import Roster
from quorum_watch.rules import Profile
from quorum_watch.vocabulary import Channel, Pattern, Scope, SinceLast, Test, TimePrecision
from quorum_watch.workspace import Workspace
from quorum_watch.workspace.records import Meeting

if TYPE_CHECKING:
    from quorum_watch.pipeline import Run

_COUNTS = ("found", "rows", "duplicates", "ignored", "restricted", "quarantined")


@dataclass(frozen=True)
class Material:
    """A run as reports use it. ``before`` holds the findings of the run it is compared with, ``drawn`` pictures."""

    document: Mapping[str, Any]
    workspace: Workspace
    roster: Roster
    profile: Profile
    interactions: tuple[Interaction, ...] = ()
    readings: tuple[Reading, ...] = ()
    before: tuple[Finding, ...] = ()
    drawn: dict[str, list[Any]] = field(default_factory=dict, compare=False, repr=False)
    _sitting: dict[tuple[str, date], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def bodies_of(self, person: str, day: date) -> frozenset[str]:
        """The bodies on which a person holds a voting seat that day."""
        key = (person, day)
        if key not in self._sitting:
            self._sitting[key] = frozenset(self.roster.bodies_of(person, day))
        return self._sitting[key]


def material_of(run: Run, before: Sequence[Finding] = ()) -> Material:
    """A run as reports use it; ``before`` are the findings of the previous run, where there is one."""
    case = run.case
    return Material(
        run.document, case.workspace, case.roster, case.profile, run.interactions, run.readings, tuple(before)
    )


def collected_days(material: Material) -> tuple[date, date] | None:
    """First and last day of the collection in the city's zone; ``None`` where nothing was collected."""
    period = material.document["coverage"]["period"]
    return (date.fromisoformat(period[0][:10]), date.fromisoformat(period[1][:10])) if period else None


def _in_period(material: Material, period: Period) -> int:
    zone = material.workspace.zone
    return sum(period.holds(i.at.astimezone(zone).date()) for i in material.interactions)


@dataclass(frozen=True, slots=True)
class Issue:
    """What the person who issues the edition adds: the audit head, what was allowed, what is corrected."""

    audit_head: str = ""
    marks: tuple[str, ...] = ()
    corrects: str = ""
    correction: int = 0


def facts_of(material: Material, period: Period, issue: Issue | None = None) -> Facts:
    """Count everything the editions print for the period."""
    chosen = within(material.document["findings"], period)
    contacts = _contacts(material)
    unverified = tuple(material.document["run"]["unverified_rules"])
    bodies = _bodies(material, period)
    return Facts(
        cover=_cover(material, period, issue or Issue()),
        account=_account(material),
        bodies=bodies,
        tally=_tally(material, chosen, period),
        trend=_trend(material, period, contacts),
        matters=_matters(material, period, contacts),
        rules=_rules(bodies),
        unverified=unverified,
        in_period=_in_period(material, period),
        options=options(material.workspace.settings),
    )


def _cover(material: Material, period: Period, issue: Issue) -> Cover:
    run, ws = material.document["run"], material.workspace
    found = material.document["coverage"]["period"]
    return Cover(
        city=run["city"],
        period=period,
        timezone=run["timezone"],
        program=run["program"],
        run=run["id"],
        findings=document_hash(material.document),
        evidence=run["evidence"],
        roster=run["roster"],
        roster_checked=ws.settings.roster_checked,
        profile=run["profile"]["title"],
        stage=run["profile"]["stage"],
        banner=run["profile"]["banner"],
        contact=ws.contact,
        collected=(found[0][:10], found[1][:10]) if found else (),
        audit_head=issue.audit_head,
        marks=issue.marks,
        corrects=issue.corrects,
        correction=issue.correction,
    )


def _account(material: Material) -> Account:
    coverage = material.document["coverage"]
    table: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: Counter[str] = Counter()
    for s in coverage["sources"]:
        table[s["kind"]].update({"files": 1} | {c: s[c] for c in _COUNTS})
        reasons.update(s["reasons"])
    used = coverage["channels"]
    outcomes = coverage.get("language", {}).get("outcomes", {})
    return Account(
        kinds=tuple(KindRow(k, table[k]["files"], *(table[k][c] for c in _COUNTS)) for k in sorted(table)),
        totals=coverage["totals"],
        reasons=tuple(sorted(reasons.items())),
        channels=tuple((c.value, used[c.value]) for c in Channel if used.get(c.value)),
        channels_missing=tuple(c.value for c in Channel if not used.get(c.value)),
        unknown_accounts=len(coverage["unknown_accounts"]),
        unknown_messages=sum(u["messages"] for u in coverage["unknown_accounts"]),
        without_records=len(coverage["members_without_records"]),
        not_analysed=sum(n for name, n in outcomes.items() if name not in ("analysed", "coded")),
        days_only=sum(i.precision is not TimePrecision.EXACT for i in material.interactions),
    )


def _bodies(material: Material, period: Period) -> tuple[BodyRow, ...]:
    day = _roster_day(material, period)
    rows = []
    for body in material.roster.bodies:
        facts = material.roster.body_facts(body.body_id, day)
        numbers = material.profile.fresh().thresholds(facts, None, day)
        vacant = material.roster.vacancies(body.body_id, day)
        rows.append(BodyRow(body.body_id, body.name, body.seats, facts.in_office, vacant, numbers))
    return tuple(sorted(rows, key=lambda b: (-b.seats, b.name, b.body_id)))


def _roster_day(material: Material, period: Period) -> date:
    """The day the seats are shown for: the last of the period, or the last of the collection if that is earlier."""
    days = collected_days(material)
    return max(period.since, min(period.until, days[1])) if days else period.until


def roster_day(material: Material, period: Period) -> date:
    """The day for which seats and numbers are shown."""
    return _roster_day(material, period)


def _rules(bodies: Sequence[BodyRow]) -> tuple[Rule, ...]:
    found = {
        (t.rule, c.cite): Rule(t.rule, c.cite, c.url, c.verified and not t.inference)
        for b in bodies
        for t in b.numbers
        for c in (t.citation,)
    }
    return tuple(found[k] for k in sorted(found))


def _tally(material: Material, chosen: Sequence[Finding], period: Period) -> Tally:
    law = [f for f in chosen if f["test"] != POLICY]
    compared = material.document["run"]["previous"] is not None
    now = {f["fingerprint"]["seed"] for f in material.document["findings"]}
    gone = [f for f in within(material.before, period) if f["test"] != POLICY and f["fingerprint"]["seed"] not in now]
    since = Counter(f["since_last"] for f in law) + Counter({SinceLast.ABSENT.value: len(gone)})
    per_body = Counter(f["body"] for f in law)
    return Tally(
        total=len(law),
        policy=len(chosen) - len(law),
        concern={level: sum(f["concern"] == level for f in law) for level in LEVELS},
        body={b.body_id: per_body[b.body_id] for b in material.roster.bodies},
        pattern=_counted(law, "pattern", [p.value for p in Pattern]),
        test=_counted(law, "test", [t.value for t in Test if t.value != POLICY]),
        since={s.value: since[s.value] for s in SinceLast},
        compared=compared,
    )


def _counted(findings: Sequence[Finding], key: str, names: Sequence[str]) -> dict[str, int]:
    found = Counter(f[key] for f in findings)
    return {name: found[name] for name in names}


# --- contacts between members -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Contact:
    """One interaction in which at least two members of a body took part, on business or possibly so."""

    at: datetime
    matter: str | None
    bodies: frozenset[str]


def _contacts(material: Material) -> tuple[_Contact, ...]:
    zone, found = material.workspace.zone, []
    for i, r in zip(material.interactions, material.readings, strict=True):
        if i.sender is None or r.scope is Scope.NOT_BUSINESS:
            continue
        at = i.at.astimezone(zone)
        own = material.bodies_of(i.sender, at.date())
        shared = frozenset(
            b for p in i.persons() for b in material.bodies_of(p, at.date()) if b in own
        ) if own else own  # fmt: skip
        if shared:
            found.append(_Contact(at, r.matter, shared))
    return tuple(found)


def _trend(material: Material, period: Period, contacts: Sequence[_Contact]) -> tuple[TrendRow, ...]:
    """The whole collection in months, or in quarters where the report is of a quarter or the collection is long."""
    days = collected_days(material)
    if days is None:
        return ()
    most = options(material.workspace.settings).trend_months
    months = slices(*days, "month")
    chosen = slices(*days, "quarter") if "Q" in period.label or len(months) > most else months
    wrote: Counter[date] = Counter(c.at.date() for c in contacts)
    began: dict[date, list[Finding]] = defaultdict(list)
    for f in material.document["findings"]:
        if f["test"] != POLICY:
            began[date.fromisoformat(f["first"][:10])].append(f)
    rows = []
    for s in chosen:
        here = [f for day, group in began.items() if s.holds(day) for f in group]
        inside = s.since <= period.until and s.until >= period.since
        n = sum(count for day, count in wrote.items() if s.holds(day))
        level = {name: sum(f["concern"] == name for f in here) for name in LEVELS}
        rows.append(TrendRow(s.label, s.since, s.until, inside, n, len(here), level))
    return tuple(rows)


def _matters(material: Material, period: Period, contacts: Sequence[_Contact]) -> tuple[MatterRow, ...]:
    """Subjects that came to a meeting in the period: the first meeting that lists each, and contacts before its notice.

    A contact in a noticed meeting of the body is none of these: what counts is what members wrote outside.
    """
    zone = material.workspace.zone
    first: dict[str, Meeting] = {}
    for meeting in material.workspace.meetings:
        for matter in meeting.matter_ids:
            first.setdefault(matter, meeting)
    by_matter: dict[str, list[_Contact]] = defaultdict(list)
    for c in contacts:
        if c.matter is not None:
            by_matter[c.matter].append(c)
    names = {b.body_id: b.name for b in material.roster.bodies}
    rows = []
    for m in material.workspace.matters:
        held = first.get(m.matter_id)
        if held is None or not period.holds(held.start.astimezone(zone).date()):
            continue
        posted = held.notice_posted.astimezone(zone) if held.notice_posted else None
        bodies = m.body_ids or held.body_ids
        wrote = sorted(c.at for c in by_matter[m.matter_id] if c.bodies & set(bodies))
        before = [at for at in wrote if posted is not None and at < posted]
        shown = tuple(names.get(b, b) for b in bodies)
        rows.append(
            MatterRow(m.matter_id, m.title, shown, posted, held.start.astimezone(zone),
                      wrote[0] if wrote else None, len(before), len(wrote))
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda r: (r.meeting.isoformat() if r.meeting else "", r.matter)))


# --- one member's own messages ----------------------------------------------------------------------------------------


def own_messages(material: Material, person: str, period: Period) -> tuple[OwnMessage, ...]:
    """What one person sent in the period to other members of a body they sit on, on business or possibly so.

    Computed from those messages, the roster and the law alone: what others wrote, and whether any finding exists,
    changes nothing here (a test asserts it).
    """
    zone, found = material.workspace.zone, []
    for i, r in zip(material.interactions, material.readings, strict=True):
        at = i.at.astimezone(zone)
        if i.sender != person or r.scope is Scope.NOT_BUSINESS or not period.holds(at.date()):
            continue
        reach = []
        for body in sorted(material.bodies_of(person, at.date())):
            others = sum(body in material.bodies_of(p, at.date()) for p in i.persons())
            if others:
                reach.append(_reach(material, at.date(), body, others))
        if reach:
            acts = tuple(dict.fromkeys(a.act.value for a in r.acts))
            topics = tuple(dict.fromkeys(t.topic for t in r.topics if not t.inherited))
            found.append(OwnMessage(at, i.channel.value, tuple(reach), acts, topics))
    return tuple(sorted(found, key=lambda m: (m.at, m.channel)))


def _reach(material: Material, on: date, body: str, others: int) -> OwnReach:
    law = material.profile.fresh()
    numbers = law.thresholds(material.roster.body_facts(body, on), None, on)
    met = [t.value for t in law.serial_targets(numbers, on) if t.value <= others + 1]
    name, of = material.roster.body(body).name, material.roster.in_office(body, on)
    return OwnReach(name, others, others + 1, of, max(met, default=None))


def sent_in_all(material: Material, person: str, period: Period) -> int:
    """How many collected messages of the period were sent by this person, whatever they are about."""
    zone = material.workspace.zone
    return sum(i.sender == person and period.holds(i.at.astimezone(zone).date()) for i in material.interactions)
