"""``quorum-watch law``: profiles, rules with their text, the arithmetic step by step, what moved, checking a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import emit, paragraph, table, visible
from quorum_watch.errors import UsageError
from quorum_watch.vocabulary import BodyKind, VoteRule

if TYPE_CHECKING:
    from quorum_watch.model import Citation, Threshold
    from quorum_watch.rules import BodyFacts, Profile, Value

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
_PROFILE = click.option("--profile", "name", default="us-wi", show_default=True, help="A profile or shipped overlay.")
_OVERLAY = click.option("--overlay", help="A city's overlay: a file, or the name of a shipped one.")
_AS_OF = click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]),
                      help="The day asked about; today if not given.")


@click.group("law")
def command() -> None:
    """Profiles, numbers and citations as of a date."""


@command.command("list")
@_FORMAT
def list_profiles(form: str) -> None:
    """List the profiles: how far each has come, what it covers, what it lacks."""
    from quorum_watch.rules.register import overlays, register, stages

    if form == "json":
        return _json({"profiles": [asdict(e) for e in register()], "stages": stages(), "overlays": overlays()})
    rows = [(e.id, e.name, e.stage, e.verified_by or "nobody", "; ".join(e.modelled)) for e in register()]
    emit(table(rows, ("profile", "state", "stage", "verified by", "covers")))
    emit("")
    for stage, meaning in stages().items():
        emit(paragraph(f"{stage}: {meaning}", ""))
    for key, entry in overlays().items():
        emit(f"overlay {key} extends {entry['extends']}: {entry['name']}")
    emit("\nKnown gaps of one profile: quorum-watch law show gaps --profile us-wi")
    return None


@command.command("show")
@click.argument("rule")
@_PROFILE
@_OVERLAY
@_AS_OF
@_FORMAT
def show_rule(rule: str, name: str, overlay: str | None, as_of: datetime | None, form: str) -> None:
    """Show one RULE with its text, dates and sources: a parameter (threshold.half), a factor (W2) or 'gaps'.

    A family such as 'quorum' lists what is below it.
    """
    from quorum_watch.rules.register import register

    profile, on = _profile(name, overlay), _day(as_of)
    if rule == "gaps":
        gaps = next(e.gaps for e in register() if e.id == profile.id)
        return _output(form, profile, {"gaps": list(gaps)}, [f"- {g}" for g in gaps])
    if rule in profile:
        value = profile.parameter(rule, on)
        shown = {"as_of": str(on), "rule": _value(profile, value)}
        return _output(form, profile, shown, _value_lines(profile, value, on))
    if any(f.key == rule for f in profile.factors()):
        factor = profile.factor(rule)
        sources = [profile.citation(key) for key in factor.references]
        data = {"factor": {"key": rule, "name": factor.name, "kind": str(factor.kind),
                           "description": factor.description, "references": [asdict(c) for c in sources]}}
        lines = [f"{rule}  {factor.name}  ({factor.kind})", factor.description, *_cited(sources)]
        return _output(form, profile, data, lines)
    below = [n for n in profile.names if n.startswith(rule + ".")]
    if not below:
        profile.parameter(rule, on)  # refuses it, and says which name is nearest
    values = [profile.parameter(n, on) for n in below]
    lines = [f"{v.rule}: {_words(v.raw)}  [{v.citation.cite}; {v.status}]" for v in values]
    return _output(form, profile, {"as_of": str(on), "rules": [_value(profile, v) for v in values]}, lines)


@command.command("numbers")
@click.option("--body", help="A kind of body (common_council), or with --workspace the id of a body.")
@click.option("--workspace", type=click.Path(path_type=Path), help="Take the facts from this workspace's roster.")
@click.option("--seats", type=click.IntRange(min=1), help="Authorised voting seats.")
@click.option("--in-office", type=click.IntRange(min=0), help="Voting members in office (default: all seats).")
@click.option("--present", type=click.IntRange(min=0), help="Members present and voting, if known.")
@click.option("--quorum", help="The body's own quorum: majority, two_thirds or a number.")
@click.option("--tie-break", is_flag=True, help="Somebody who is not counted, such as a mayor, votes on ties.")
@click.option("--vote-rule", type=click.Choice([v.value for v in VoteRule]), help="Without it, every rule.")
@_PROFILE
@_OVERLAY
@_AS_OF
@_FORMAT
def numbers(
    body: str | None,
    workspace: Path | None,
    seats: int | None,
    in_office: int | None,
    present: int | None,
    quorum: str | None,
    tie_break: bool,
    vote_rule: str | None,
    name: str,
    overlay: str | None,
    as_of: datetime | None,
    form: str,
) -> None:
    """Print how many members it takes, and the arithmetic step by step."""
    from quorum_watch.rules import BodyFacts

    on = _day(as_of)
    if workspace is not None:
        facts, profile = _from_workspace(workspace, body, on, present)
    else:
        if body is None or seats is None:
            raise UsageError("QW-E110", "It is not known which body is meant.", "law numbers",
                             "Give --body KIND and --seats N, or --workspace FOLDER and --body ID.")
        held = seats if in_office is None else in_office
        if held > seats:
            raise UsageError("QW-E111", "More members are in office than there are seats.", "law numbers",
                             "Correct --seats or --in-office.")
        if present is not None and present > held:
            raise UsageError("QW-E112", "More members are present than are in office.", "law numbers",
                             "Correct --present or --in-office.")
        facts = BodyFacts(body, body, seats, held, quorum=quorum, presiding_tie_break=tie_break, present=present)
        profile = _profile(name, overlay)
    rule = VoteRule(vote_rule) if vote_rule else None
    found = profile.thresholds(facts, rule, on)
    data = {"as_of": str(on), "body": asdict(facts), "vote_rule": vote_rule,
            "thresholds": [_threshold(t) for t in found],
            "unverified": list(profile.unverified({t.rule for t in found}))}
    _output(form, profile, data, _number_lines(profile, facts, found, rule, on))


@command.command("diff")
@click.argument("profile_name", metavar="PROFILE")
@click.argument("first", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("second", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--other", help="Compare with another profile on the second day.")
@_FORMAT
def diff(profile_name: str, first: datetime, second: datetime, other: str | None, form: str) -> None:
    """Show what moved in PROFILE between two days."""
    from quorum_watch.rules import load_profile
    from quorum_watch.rules.compare import compare

    profile = load_profile(profile_name)
    after = load_profile(other) if other else profile
    found = compare(profile, first.date(), after, second.date())
    changes = [{"rule": c.rule, "description": c.description, "before": c.before, "after": c.after,
                "since": str(c.since) if c.since else None, "citation": asdict(c.citation), "note": c.note}
               for c in found]
    lines = [f"{len(found)} rules differ between {first.date()} and {second.date()}."]
    for c in found:
        lines += ["", f"{c.rule}: {c.description}", f"  before: {_words(c.before)}",
                  f"  after:  {_words(c.after)}" + (f" (since {c.since})" if c.since else ""), *_cited([c.citation])]
        lines += [f"  note:   {c.note}"] if c.note else []
    _output(form, profile, {"from": str(first.date()), "to": str(second.date()), "changes": changes}, lines)


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@_FORMAT
def check(file: Path, form: str) -> None:
    """Check a rule FILE (a city's overlay, or a profile); every fault is reported at once, with exit code 4."""
    from quorum_watch.rules import check_file

    profile = check_file(file)
    top = profile.joined.sheets[-1]
    data = {"file": file.name, "id": top.id, "kind": top.kind, "extends": top.extends,
            "parameters": sorted(top.parameters), "factors": sorted(top.factors),
            "unverified": list(profile.unverified([*top.parameters, *top.factors]))}
    lines = [f"{file.name} can be used: {top.kind} {top.id}" + (f", extends {top.extends}" if top.extends else ""),
             f"It sets {len(top.parameters)} rules and {len(top.factors)} factors."]
    lines += [f"  unverified  {line}" for line in data["unverified"]]
    _output(form, profile, data, lines)


# --- shared ----------------------------------------------------------------------------------------------------------


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of is not None else date.today()


def _profile(name: str, overlay: str | None) -> Profile:
    from quorum_watch.rules import load_profile

    return load_profile(name, overlay=overlay)


def _from_workspace(folder: Path, body: str | None, on: date, present: int | None) -> tuple[BodyFacts, Profile]:
    from quorum_watch.roster import Roster
    from quorum_watch.rules import load_profile
    from quorum_watch.workspace import Workspace

    workspace = Workspace.open(folder)
    roster = Roster.read(workspace)
    known = sorted(roster.bodies_by_id)
    if body is None or body not in known:
        raise UsageError("QW-E110", "It is not known which body is meant.", "law numbers --body",
                         f"Use one of {', '.join(known)}.")
    profile = load_profile(workspace.jurisdiction, overlay=workspace.policy_path or workspace.policy or None)
    return roster.body_facts(body, on, present=present), profile


def _number_lines(profile: Profile, facts: BodyFacts, found: tuple[Threshold, ...], rule: VoteRule | None,
                  on: date) -> list[str]:
    lines = [f"{facts.body_id}: {facts.seats} seats, {facts.in_office} in office, on {on}"]
    if facts.kind not in set(BodyKind) and f"quorum.{facts.kind}" not in profile:
        lines.append(f"  kind of body: {facts.kind}")
    if not found:
        return [*lines, "This body is outside the law of the profile; no numbers apply."]
    if rule is None:
        lines.append("The proposal is not known, so every vote rule that could apply is shown; none is guessed.")
    for t in found:
        head = f"{t.name}" + (f" ({t.vote_rule})" if t.vote_rule else "")
        marks = [m for m, on_ in (("inference", t.inference), ("unsettled", t.unsettled),
                                  ("not verified", not t.citation.verified)) if on_]
        lines += ["", f"{head}: {t.value} of {t.of}" + (f"  [{', '.join(marks)}]" if marks else "")]
        lines += [f"    {step}" for step in t.steps]
        lines += [f"    other reading: {label}: {value}" for label, value in t.alternatives]
        lines.append(f"    {t.citation.cite}" + (f"  {t.citation.url}" if t.citation.url else ""))
        lines.append(f"    rule: {t.rule}")
    return lines


def _threshold(t: Threshold) -> dict[str, Any]:
    return {"name": str(t.name), "value": t.value, "of": t.of, "base": str(t.base),
            "vote_rule": str(t.vote_rule) if t.vote_rule else None, "as_of": str(t.as_of), "rule": t.rule,
            "citation": t.citation.cite, "verified": t.citation.verified, "url": t.citation.url,
            "steps": list(t.steps), "alternatives": [{"reading": a, "value": v} for a, v in t.alternatives],
            "inference": t.inference, "unsettled": t.unsettled}


def _value(profile: Profile, value: Value) -> dict[str, Any]:
    dated = [{"from": str(d.start), "value": d.raw, "starts": "on" if d.known_start else "by", "note": d.note}
             for d in profile.joined.parameters[value.name].values]
    return {"name": value.name, "description": value.description, "unit": value.unit, "value": value.raw,
            "status": str(value.status), "since": str(value.since) if value.since else None, "assumed": value.assumed,
            "values": dated, "not_used": value.not_used, "unsettled": value.unsettled, "origin": value.origin,
            "references": [asdict(c) for c in value.references]}


def _value_lines(profile: Profile, value: Value, on: date) -> list[str]:
    lines = [f"{value.name}  ({value.unit}; {value.status}; from {value.origin})", value.description, ""]
    lines.append(f"On {on}: {_words(value.raw)}")
    if value.assumed:
        lines.append(f"  The text was seen in force by {value.since}; nobody checked it for {on}.")
    for d in profile.joined.parameters[value.name].values:
        lines.append(f"  {'from' if d.known_start else 'seen in force by'} {d.start}: {_words(d.raw)}"
                     + (f" ({d.note})" if d.note else ""))
    lines += [f"Sources read by: {profile.checked_by}; looked for up to {profile.as_of}"]
    lines += [f"Not settled: {value.unsettled}"] if value.unsettled else []
    lines += [f"Reading not used: {value.not_used}"] if value.not_used else []
    return [*lines, *_cited(value.references)]


def _cited(sources: list[Citation] | tuple[Citation, ...]) -> list[str]:
    lines = []
    for c in sources:
        lines.append(f"  {c.cite}: {c.title}" + ("" if c.verified else "  (not verified)"))
        lines += [f"    “{c.quote}”"] if c.quote else []
        lines += [f"    {c.says}"] if c.says else []
        lines += [f"    {c.url}"] if c.url else []
    return lines


def _words(raw: Any) -> str:
    """A value as the file wrote it, in a reader's words."""
    if raw is None:
        return "not in force"
    if isinstance(raw, dict):
        return ", ".join(f"{k.replace('_', ' ')} {_words(v)}" for k, v in raw.items())
    if isinstance(raw, list):
        return ", ".join(_words(v) for v in raw)
    return "yes" if raw is True else "no" if raw is False else str(raw)


def _output(form: str, profile: Profile, data: dict[str, Any], lines: list[str]) -> None:
    """Print; a profile that no attorney verified says so on every output."""
    if form == "json":
        head = {"schema": "quorum-watch/law/1", "profile": profile.id, "title": profile.title,
                "stage": str(profile.stage), "overlay": profile.overlay_id, "banner": profile.banner}
        return _json({**head, **data})
    if profile.banner:
        emit(paragraph(profile.banner, "! "))
        emit("")
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        whole = "://" in line or not line.strip()  # an address must stay in one piece
        emit(visible(line) if whole else paragraph(line.lstrip(), indent))
    return None


def _json(data: dict[str, Any]) -> None:
    def plain(value: Any) -> str:
        return visible(str(value.total_seconds() if isinstance(value, timedelta) else value))

    emit(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, default=plain))
