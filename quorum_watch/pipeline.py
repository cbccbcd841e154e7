"""``analyze``: the one place where the stages meet. Everything above it reads a :class:`Run`; nothing below knows it.

inbox -> evidence -> interactions -> readings -> episodes -> findings. The run is a function of the evidence, the
roster, the workspace's settings, the law profile and the program's version; its id is the hash of those.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from quorum_watch import __version__, evidence, language, runs, stories
from quorum_watch.assess.assess import assess
from quorum_watch.assess.concern import fingerprint_of_rules
from quorum_watch.assess.gates import Known, without_subject
from quorum_watch.assess.result import Assessed
from quorum_watch.assess.unseen import Collected
from quorum_watch.evidence.accounting import Coverage
from quorum_watch.findings import fingerprint, local, since, to_json
from quorum_watch.interactions import members_without_records, resolve, unknown_accounts
from quorum_watch.language.lexicon import load_lexicon
from quorum_watch.model import Finding, Interaction, Reading
from quorum_watch.roster.roster import Roster
from quorum_watch.rules import Profile, load_profile
from quorum_watch.workspace import Workspace

Progress = Callable[[str, int, int], None]


def _quiet(stage: str, done: int, total: int) -> None:  # noqa: ARG001
    return None


@dataclass(frozen=True)
class Case:
    """A workspace opened: settings, roster and law, each checked; nothing has been read yet."""

    workspace: Workspace
    roster: Roster
    profile: Profile


@dataclass(frozen=True)
class Run:
    """One analysis: what was read, what it means, what was found, and what could not be seen.

    ``document`` is the contract's JSON object; ``assessed`` holds the findings with what is needed to ask "what if".
    """

    id: str
    case: Case
    known: Known
    interactions: tuple[Interaction, ...]
    readings: tuple[Reading, ...]
    assessed: tuple[Assessed, ...]
    findings: tuple[Finding, ...]
    coverage: dict[str, Any]
    document: dict[str, Any]
    collected: Coverage

    def find(self, name: str) -> Assessed | None:
        """The finding with this id (case does not matter, the ``QW-`` may be left out), or ``None``."""
        wanted = name.upper() if name.upper().startswith("QW-") else f"QW-{name.upper()}"
        return next((a for a in self.assessed if a.finding.id == wanted), None)


def open_case(path: Path | str, *, law: str | None = None) -> Case:
    """Open a workspace with its roster and law; ``law`` replaces the profile the workspace names.

    Raises
    ------
    WorkspaceError, RosterError, LawError
        With every fault at once.
    """
    workspace = Workspace.open(path)
    roster = Roster.read(workspace)
    overlay = None if law else (workspace.policy_path or workspace.policy or None)
    return Case(workspace, roster, load_profile(law or workspace.jurisdiction, overlay=overlay))


def collect(case: Case, progress: Progress = _quiet, *, received: dict[str, str] | None = None) -> evidence.Evidence:
    """Ingest what is new in the inbox, then load all evidence with copies recognised."""
    ws = case.workspace
    settings = ws.settings
    reading = evidence.Reading(
        timezone=ws.timezone,
        limits=settings.limits,
        answers=settings.ingest,
        restricted=settings.restricted,
        restricted_addresses=settings.restricted_addresses,
    )
    evidence.ingest(
        ws.inbox,
        ws.evidence,
        reading,
        received=received,
        progress=lambda p: progress("reading", p.files_done, p.files_total),
    )
    return evidence.load(ws.evidence)


def read(
    case: Case, stored: evidence.Evidence, progress: Progress = _quiet
) -> tuple[tuple[Interaction, ...], tuple[Reading, ...]]:
    """Resolve people as of each day, then read what each interaction is about and does."""
    interactions = resolve(stored, case.roster, case.workspace)
    return interactions, interpret(case, interactions, progress)


def interpret(case: Case, interactions: Sequence[Interaction], progress: Progress = _quiet) -> tuple[Reading, ...]:
    """What each interaction is about and does, with the city's people, bodies, matters and words."""
    return language.read_interactions(
        interactions,
        people=language_people(case.roster),
        bodies=tuple((b.body_id, b.name) for b in case.roster.bodies),
        members=sorted({m.person_id for m in case.roster.memberships if m.seated}),
        matters=case.workspace.matters,
        lexicon_overlay=case.workspace.topics if case.workspace.topics.exists() else None,
        model=topic_model(case.workspace),
        cache=case.workspace.root / ".cache",
        on_progress=lambda done, total: progress("language", done, total),
    )


def topic_model(workspace: Workspace) -> Path | None:
    """The folder of the topic model that ``topics learn`` installed in the workspace, if it did."""
    folder = workspace.root / "language" / "model"
    return folder if folder.is_dir() else None


def language_people(roster: Roster) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """People as the language stage wants them: id, name, other spellings of the name."""
    aliases: dict[str, list[str]] = {}
    for account in roster.accounts:
        if account.kind.value == "name":
            aliases.setdefault(account.person_id, []).append(account.raw or account.value)
    return tuple((p.person_id, p.name, tuple(aliases.get(p.person_id, ()))) for p in roster.people)


def analyze(
    path: Path | str, *, law: str | None = None, progress: Progress = _quiet, received: dict[str, str] | None = None
) -> Run:
    """The main job: ingest what is new, analyse everything, write the run's folder, return the run."""
    case = open_case(path, law=law)
    stored = collect(case, progress, received=received)
    interactions, readings = read(case, stored, progress)
    run = assess_case(
        case, interactions, readings, stored.coverage(), evidence_id=stored.fingerprint(), progress=progress
    )
    files = {runs.FINDINGS: runs.render(run.document), stories.MESSAGES: stories.render(run.assessed)}
    runs.save(case.workspace.runs, run.id, files, run.document["run"]["previous"])
    return run


def reopen(path: Path | str, progress: Progress = _quiet) -> Run:
    """The run of what is stored already: nothing is ingested and nothing written."""
    case = open_case(path)
    stored = evidence.load(case.workspace.evidence)
    interactions, readings = read(case, stored, progress)
    return assess_case(
        case, interactions, readings, stored.coverage(), evidence_id=stored.fingerprint(), progress=progress
    )


def assess_case(
    case: Case,
    interactions: Sequence[Interaction],
    readings: Sequence[Reading],
    coverage: Coverage,
    *,
    evidence_id: str,
    progress: Progress = _quiet,
    law_as_of: date | None = None,
) -> Run:
    """Assess what was read under the case's law and roster; writes nothing."""
    progress("assessing", 0, 1)
    ws, zone = case.workspace, case.workspace.zone
    known = Known(
        roster=case.roster,
        matters={m.matter_id: m for m in ws.matters},
        meetings=ws.meetings,
        profile=case.profile,
        zone=zone,
        windows=dict(ws.windows),
        law_as_of=law_as_of,
        topic_bodies={t.code: t.bodies for t in load_lexicon(ws.topics if ws.topics.exists() else None).topics},
    )
    totals = coverage.totals
    seen = {i.sender for i in interactions} | {c.person for i in interactions for c in i.contacts}
    collected = Collected(
        coverage.channels, frozenset(p for p in seen if p), totals["restricted"], totals["quarantined"]
    )
    assessed = assess(interactions, readings, known, collected)
    run_id = run_id_of(case, evidence_id, law_as_of)
    previous = runs.previous_of(ws.runs, run_id)
    before = {f["fingerprint"]["seed"]: f for f in runs.load(ws.runs, previous)["findings"]} if previous else {}
    findings = since(before, [a.finding for a in assessed])
    assessed = tuple(
        Assessed(f, a.episode, a.story, a.measure, a.number, a.facts, a.ground, a.sights)
        for a, f in zip(assessed, findings, strict=True)
    )
    account = account_of(case, interactions, readings, coverage)
    account["without_subject"] = len(without_subject(interactions, readings, known))
    document = {
        "schema": runs.SCHEMA,
        "run": describe(case, run_id, previous, evidence_id, interactions)
        | {"law_as_of": law_as_of.isoformat() if law_as_of else None},
        "coverage": account,
        "findings": [to_json(f, zone) for f in findings],
        "absent": [
            {"id": f["id"], "headline": f["headline"], "concern": f["concern"]}
            for seed, f in sorted(before.items())
            if seed not in {x.seed for x in findings}
        ],
    }
    progress("assessing", 1, 1)
    return Run(
        run_id, case, known, tuple(interactions), tuple(readings), assessed, findings, account, document, coverage
    )


def reassess(run: Run, *, law: str | None = None, law_as_of: date | None = None) -> Run:
    """The same interactions and readings under another profile, or under the law as of one day; nothing is written."""
    case = run.case if law is None else Case(run.case.workspace, run.case.roster, load_profile(law))
    evidence_id = run.document["run"]["evidence"]
    coverage = run.collected
    return assess_case(case, run.interactions, run.readings, coverage, evidence_id=evidence_id, law_as_of=law_as_of)


def run_id_of(case: Case, evidence_id: str, law_as_of: date | None = None) -> str:
    """Twelve hex digits over everything the run is a function of."""
    parts = (
        __version__,
        evidence_id,
        case.workspace.fingerprint(),
        case.roster.fingerprint(),
        law_fingerprint(case.profile),
        language_fingerprint(case.workspace),
        fingerprint_of_rules(),
        str(law_as_of or ""),
    )
    return fingerprint(*parts)[:12]


def law_fingerprint(profile: Profile) -> str:
    """SHA-256 over every dated value of the profile and its overlay."""
    rows = [f"{s.kind}:{s.id}:{s.stage}:{s.as_of}" for s in profile.joined.sheets]
    for name, parameter in sorted(profile.joined.parameters.items()):
        rows += [
            f"{name}={dated.start}:{json.dumps(dated.raw, sort_keys=True, default=str)}" for dated in parameter.values
        ]
    return fingerprint(*rows)


def language_fingerprint(workspace: Workspace) -> str:
    """SHA-256 over the word lists and rules of the language stage as installed, and the city's own words and model."""
    rows = [workspace.topics.read_text(encoding="utf-8") if workspace.topics.exists() else ""]
    model = topic_model(workspace)
    rows += (
        [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(model.rglob("*")) if p.is_file()] if model else []
    )
    folders = [resources.files("quorum_watch.language")]
    while folders:
        for entry in sorted(folders.pop().iterdir(), key=lambda e: e.name):
            if entry.is_dir() and entry.name != "__pycache__":
                folders.append(entry)
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                rows.append(f"{entry.name}:{hashlib.sha256(entry.read_bytes()).hexdigest()}")
    return fingerprint(*rows)


def describe(
    case: Case, run_id: str, previous: str | None, evidence_id: str, interactions: Sequence[Interaction]
) -> dict[str, Any]:
    """The ``run`` object: what this run was made from, and what every output must print."""
    p, ws = case.profile, case.workspace
    return {
        "id": run_id,
        "city": ws.name,
        "timezone": ws.timezone,
        "program": f"quorum_watch {__version__}",
        "profile": {"id": p.id, "title": p.title, "stage": str(p.stage), "banner": p.banner, "overlay": p.overlay_id},
        "evidence": evidence_id,
        "roster": case.roster.fingerprint(),
        "interactions": len(interactions),
        "times_read_in_workspace_zone": sum(i.time_source == "workspace_zone" for i in interactions),
        "unverified_rules": list(p.unverified()),
        "previous": previous,
    }


def account_of(
    case: Case, interactions: Sequence[Interaction], readings: Sequence[Reading], coverage: Coverage
) -> dict[str, Any]:
    """The contract's ``coverage``: every record accounted for, and what the roster and the language stage add."""
    zone = case.workspace.zone
    found = coverage.to_json()
    times = [i.at for i in interactions]
    found["period"] = [local(min(times), zone), local(max(times), zone)] if times else []
    found["unknown_accounts"] = [{"account": u.account, "messages": u.messages} for u in unknown_accounts(interactions)]
    found["members_without_records"] = list(members_without_records(interactions, case.roster, zone))
    # Stored, but no time can be given to them: they are in the sums above and in no finding.
    found["undated"] = found["totals"]["rows"] - len(interactions)
    outcomes: dict[str, int] = {}
    for r in readings:
        outcomes[r.outcome] = outcomes.get(r.outcome, 0) + 1
    scopes: dict[str, int] = {}
    for r in readings:
        scopes[r.scope.value] = scopes.get(r.scope.value, 0) + 1
    found["language"] = {"outcomes": dict(sorted(outcomes.items())), "scope": dict(sorted(scopes.items()))}
    return found


def export(path: Path | str, progress: Progress = _quiet) -> Iterator[str]:
    """Every interaction as analysed, one JSON line each, in the interchange format (contract section 3)."""
    case = open_case(path)
    stored = collect(case, progress)
    interactions, readings = read(case, stored, progress)
    for interaction, reading in zip(interactions, readings, strict=True):
        yield json.dumps(_exported(case, interaction, reading), ensure_ascii=False)


def _exported(case: Case, i: Interaction, r: Reading) -> dict[str, Any]:
    def raw(role: str) -> list[str]:
        return list(dict.fromkeys((c.via or c.address or c.raw) for c in i.contacts if _column(c.role.value) == role))

    def persons(role: str) -> list[str | None]:
        return [c.person for c in i.contacts if _column(c.role.value) == role]

    return {
        "id": i.id,
        "time": local(i.at, case.workspace.zone),
        "time_precision": i.precision.value,
        "channel": i.channel.value,
        "from": i.sender_address or i.sender_raw,
        "to": raw("to"),
        "cc": raw("cc"),
        "bcc": raw("bcc"),
        "audience": i.audience.value,
        "in_reply_to": i.in_reply_to,
        "thread": i.thread,
        "subject": i.subject,
        "text": i.text,
        "from_person": i.sender,
        "to_persons": persons("to"),
        "cc_persons": persons("cc"),
        "bcc_persons": persons("bcc"),
        "acts": [
            {
                "act": a.act.value, "start": a.start, "end": a.end, "exact": a.exact, "polarity": a.polarity.value,
                "about": a.about, "attributed_to": a.attributed_to, "rule": a.rule, "confidence": a.confidence.value,
                "field": a.field,
            }
            for a in r.acts
        ],
        "topics": [
            {
                "topic": t.topic, "start": t.start, "end": t.end, "exact": t.exact, "inherited": t.inherited,
                "field": t.field,
            }
            for t in r.topics
        ],
        "scope": r.scope.value,
        "matter": r.matter,
        "by_hand": r.by_hand,
        "language": r.language,
        "outcome": r.outcome,
        "source": {"file": i.source.file, "sha256": i.source.sha256, "locator": i.source.locator},
        "copies": [
            {"file": c.source.file, "sha256": c.source.sha256, "locator": c.source.locator, "rule": c.rule,
             "differs": list(c.differs)}
            for c in i.copies
        ],
        "defects": [d.value for d in i.defects],
    }  # fmt: skip


def _column(role: str) -> str:
    return role if role in ("cc", "bcc") else "to"
