"""Scenarios a lawyer can read (``cases/*.yaml``), turned into plain facts and into the files of a workspace.

A scenario says who sits where, what was pending, who contacted whom and which meetings were noticed, and what is
expected of it; its variants change one fact each. Nothing here judges: numbers and notice are checked by the tests of
this package, findings by those of the assessment.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from quorum_watch.errors import Fault, LawError
from quorum_watch.rules.arithmetic import BodyFacts
from quorum_watch.rules.notice import MeetingFacts
from quorum_watch.rules.reading import Page, read_yaml

SCHEMA = "quorum-watch/cases/1"
_RANGE = re.compile(r"([A-Za-z]+)([0-9]+)-\1([0-9]+)")
_SCENARIO = ("name", "golden", "basis", "bodies", "people", "vacant", "elect", "matter", "interactions", "exchanges",
             "meetings", "overlay", "profile", "on", "expected", "variants", "without", "id", "changes")
_EXPECTED = ("at_least", "at_most", "test", "pattern", "body", "bodies", "policy", "numbers", "reached", "not_reached",
             "notice", "why", "attendance")


@dataclass(frozen=True, slots=True)
class CaseBody:
    """A body of a scenario; ``members`` hold its voting seats, ``presiding`` breaks ties, ``elect`` wait for theirs."""

    body_id: str
    name: str
    kind: str
    seats: int
    members: tuple[str, ...]
    presiding: str = ""
    parent: str = ""
    quorum: str = ""
    vote_rule: str = ""
    bargaining: bool = False
    elect: tuple[str, ...] = ()
    elect_from: str = ""
    ex_officio: tuple[str, ...] = ()

    def facts(self) -> BodyFacts:
        """The body as the arithmetic needs it."""
        return BodyFacts(self.body_id, self.kind, self.seats, len(self.members), quorum=self.quorum or None,
                         vote_rule=self.vote_rule or None, presiding_tie_break=bool(self.presiding),
                         bargaining=self.bargaining)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One set of facts with what is expected of it.

    ``people`` maps a person to role and household; ``interactions`` are rows of the interchange format; ``expected`` is
    the plain mapping of the file (see ``docs/law.md``). ``variant_of`` names the scenario a variant was made from and
    ``changes`` says in a sentence which fact was changed.
    """

    id: str
    name: str
    profile: str
    overlay: str
    on: str
    basis: str
    golden: int | None
    people: Mapping[str, Mapping[str, str]]
    bodies: tuple[CaseBody, ...]
    matter: Mapping[str, Any]
    interactions: tuple[Mapping[str, Any], ...]
    meetings: tuple[MeetingFacts, ...]
    expected: Mapping[str, Any]
    timezone: str
    variant_of: str = ""
    changes: str = ""
    where: str = field(default="", compare=False)

    def body(self, body_id: str) -> CaseBody:
        """A body by its id."""
        return next(b for b in self.bodies if b.body_id == body_id)


def load_cases(name: str) -> tuple[Scenario, ...]:
    """The scenarios of a shipped file (``us-wi``), each followed by its variants, in the order of the file."""
    text = resources.files("quorum_watch.rules").joinpath("cases", f"{name}.yaml").read_text(encoding="utf-8")
    return read_cases(text, f"cases/{name}.yaml")


def read_cases(text: str, source: str) -> tuple[Scenario, ...]:
    """Scenarios from YAML text; raises :class:`~quorum_watch.errors.LawError` with every fault found."""
    page = read_yaml(text, source)
    faults = _check(page)
    if faults:
        raise LawError.of(faults)
    found: list[Scenario] = []
    for key, entry in page.data["scenarios"].items():
        base = _merged({"people": {}, "bodies": []}, entry)
        found.append(_scenario(key, base, page, ""))
        for variant in entry.get("variants") or ():
            found.append(_scenario(f"{key}/{variant['id']}", _merged(base, variant), page, key))
    return tuple(found)


def _check(page: Page) -> list[Fault]:
    faults = []
    if page.data.get("schema") != SCHEMA or not isinstance(page.data.get("scenarios"), dict):
        remedy = f"Begin with 'schema: {SCHEMA}'."
        return [Fault("QW-E424", "The file is not a file of scenarios.", page.source, remedy)]
    for key, entry in page.data["scenarios"].items():
        parts = [((), entry), *((("variants", n), v) for n, v in enumerate(entry.get("variants") or ()))]
        for path, part in parts:
            at = ("scenarios", key, *path)
            for name in part:
                if name not in _SCENARIO:
                    faults.append(Fault("QW-E423", f"Unknown entry '{name}' in the scenario {key}.",
                                        page.where(*at, name), f"Known: {', '.join(_SCENARIO)}."))
            for name in part.get("expected") or {}:
                if name not in _EXPECTED:
                    faults.append(Fault("QW-E423", f"Unknown entry '{name}' in what {key} expects.",
                                        page.where(*at, "expected", name), f"Known: {', '.join(_EXPECTED)}."))
            for needed in ("name", "expected") if not path else ("id", "changes", "expected"):
                if not part.get(needed):
                    faults.append(Fault("QW-E424", f"The scenario {key} has no '{needed}'.", page.where(*at),
                                        f"Add '{needed}'."))
            for body in _list(part.get("bodies")):
                if body not in page.data.get("bodies", {}):
                    faults.append(Fault("QW-E424", f"No body '{body}' is defined.", page.where(*at, "bodies"),
                                        "Define it under 'bodies' at the top of the file."))
    return faults


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with the entries of ``change``; a matter and people are changed entry by entry, the rest as a whole."""
    merged = dict(base)
    for key, value in change.items():
        joins = key in ("matter", "people") and isinstance(value, dict)
        merged[key] = {**(merged.get(key) or {}), **value} if joins else value
    merged.pop("variants", None)
    return merged


def _people(value: Any) -> tuple[str, ...]:
    """``A1-A5`` is A1 to A5; lists may mix ranges and single people."""
    found: list[str] = []
    for item in _list(value):
        match = _RANGE.fullmatch(item)
        if match:
            found += [f"{match[1]}{n}" for n in range(int(match[2]), int(match[3]) + 1)]
        else:
            found.append(item)
    return tuple(dict.fromkeys(found))


def _scenario(key: str, entry: Mapping[str, Any], page: Page, variant_of: str) -> Scenario:
    zone = str(page.data.get("timezone", "America/Chicago"))
    profile = entry.get("profile") or page.data["profile"]
    bodies = tuple(_body(b, page.data["bodies"][b], entry) for b in _list(entry["bodies"]))
    rows = [*_rows(entry.get("interactions") or ()), *_exchanges(entry.get("exchanges") or ())]
    left_out = set(_people(entry.get("without")))
    rows = [r for r in rows if r["id"] not in left_out and r["from"] not in left_out]
    rows = [{**r, **{k: [p for p in r[k] if p not in left_out] for k in ("to", "cc", "bcc") if k in r}} for r in rows]
    matter = dict(entry.get("matter") or page.data.get("matter") or {})
    for row in rows:
        row["time"] = datetime.fromisoformat(row["time"]).replace(tzinfo=ZoneInfo(zone)).isoformat()
        elsewhere = row.pop("elsewhere", False)
        if matter and not elsewhere:
            row.setdefault("coded_matter", matter["id"])
            row.setdefault("coded_topic", matter.get("topic", ""))
    rows.sort(key=lambda r: (datetime.fromisoformat(r["time"]), r["id"]))
    people = {**(page.data.get("people") or {}), **(entry.get("people") or {})}
    meetings = tuple(_meeting(m, zone) for m in entry.get("meetings") or ())
    return Scenario(
        id=key, name=entry["name"], profile=profile, overlay=str(entry.get("overlay") or ""),
        on=str(entry.get("on") or page.data["on"]), basis=str(entry.get("basis") or ""), golden=entry.get("golden"),
        people={p: _person(v) for p, v in people.items()}, bodies=bodies, matter=matter, interactions=tuple(rows),
        meetings=meetings, expected=entry["expected"], timezone=zone, variant_of=variant_of,
        changes=str(entry.get("changes") or "") if variant_of else "", where=page.where("scenarios", key.split("/")[0]),
    )


def _person(value: Any) -> dict[str, str]:
    return {"role": value} if isinstance(value, str) else {k: str(v) for k, v in value.items()}


def _body(body_id: str, entry: Mapping[str, Any], scenario: Mapping[str, Any]) -> CaseBody:
    vacant = set(_people((scenario.get("vacant") or {}).get(body_id)))
    elect = (scenario.get("elect") or {}).get(body_id) or {}
    awaiting = _people(elect.get("people"))
    members = tuple(p for p in _people(entry["members"]) if p not in vacant and p not in awaiting)
    return CaseBody(
        body_id, entry["name"], entry["kind"], entry["seats"], members, presiding=entry.get("presiding") or "",
        parent=entry.get("parent") or "", quorum=str(entry.get("quorum") or ""), vote_rule=entry.get("vote_rule") or "",
        bargaining=bool(entry.get("bargaining")), elect=awaiting, elect_from=str(elect.get("from") or ""),
        ex_officio=_people(entry.get("ex_officio")),
    )


def _rows(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for n, entry in enumerate(entries, start=1):
        row: dict[str, Any] = {"id": entry.get("id", f"i{n:02d}"), "time": entry["at"], "channel": entry["channel"],
                               "from": entry["from"], "to": [p for p in _people(entry.get("to")) if p != entry["from"]]}
        for key in ("cc", "bcc"):
            if entry.get(key):
                row[key] = list(_people(entry[key]))
        row |= {new: entry[old] for old, new in _SAME.items() if entry.get(old) is not None}
        row["coded_acts"] = _list(entry.get("acts"))
        row |= {"elsewhere": True} if entry.get("matter") == "none" else {}
        rows.append(row)
    return rows


_SAME = {"says": "text", "subject": "subject", "thread": "thread", "answers": "in_reply_to", "audience": "audience",
         "topic": "coded_topic", "precision": "time_precision"}


def _exchanges(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``14 messages among A1-A5, every 3 minutes``: each to all the others, in turn, each answering the one before."""
    rows: list[dict[str, Any]] = []
    for n, e in enumerate(entries, start=1):
        among, acts = _people(e["among"]), _list(e["acts"])
        start = datetime.fromisoformat(e["at"])
        name = e.get("id", f"x{n}")
        for k in range(e["messages"]):
            speaker = among[k % len(among)]
            says = _list(e.get("says"))
            row: dict[str, Any] = {
                "id": f"{name}-{k + 1:02d}", "time": (start + timedelta(minutes=k * e["every_minutes"])).isoformat(),
                "channel": e["channel"], "from": speaker, "to": [p for p in among if p != speaker], "thread": name,
                "coded_acts": [acts[k % len(acts)]], "subject": e.get("subject", ""),
            }
            row |= {"in_reply_to": f"{name}-{k:02d}"} if k else {}
            row |= {"text": says[k % len(says)]} if says else {}
            row |= {new: e[old] for old, new in (("topic", "coded_topic"), ("audience", "audience")) if e.get(old)}
            row |= {"elsewhere": True} if e.get("matter") == "none" else {}
            rows.append(row)
    return rows


def _meeting(entry: Mapping[str, Any], zone: str) -> MeetingFacts:
    def when(text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))

    start = when(entry["start"])
    assert start is not None
    return MeetingFacts(entry["id"], _people(entry["bodies"]), start, when(entry.get("end")), when(entry.get("posted")),
                        tuple(_list(entry.get("matters"))), entry.get("subject") or "", bool(entry.get("good_cause")))


# --- a workspace in the contract's form ------------------------------------------------------------------------------


def as_files(scenario: Scenario) -> dict[str, str]:
    """The scenario as the files of a workspace: relative path to text. Nothing is written.

    People carry their id as their name, so that no invented name can be mistaken for a real one; interactions name them
    by id, as the interchange format allows.
    """
    seated = {p for b in scenario.bodies for p in (*b.members, *b.elect)}
    everyone = dict.fromkeys(sorted(seated))
    for row in scenario.interactions:
        everyone |= dict.fromkeys([row["from"], *row.get("to", ()), *row.get("cc", ()), *row.get("bcc", ())])
    everyone |= dict.fromkeys(b.presiding for b in scenario.bodies if b.presiding)
    people = [(p, p, scenario.people.get(p, {}).get("role", "member" if p in seated else "resident"),
               scenario.people.get(p, {}).get("household", "")) for p in everyone]
    accounts = [(p, "email", f"{p.lower()}@example.org") for p in everyone]
    here = {b.body_id for b in scenario.bodies}
    bodies = [(b.body_id, b.name, b.kind, b.seats, b.parent if b.parent in here else "",
               b.quorum, b.vote_rule, "yes" if b.bargaining else "")
              for b in scenario.bodies]
    terms = [t for b in scenario.bodies for t in _terms(b)]
    m = scenario.matter
    matters = [(m["id"], m["title"], ";".join(_list(m.get("bodies")) or [b.body_id for b in scenario.bodies]),
                m.get("topic", ""), m.get("vote_rule", ""), m.get("opened", ""), m.get("vote_on", ""))] if m else []
    meetings = [(x.meeting_id, ";".join(x.body_ids), x.start.isoformat(), x.end.isoformat() if x.end else "",
                 x.notice_posted.isoformat() if x.notice_posted else "", ";".join(x.matter_ids), x.subject,
                 "yes" if x.good_cause else "") for x in scenario.meetings]
    toml = [f'name = "{scenario.id}"', f'jurisdiction = "{scenario.profile}"', f'timezone = "{scenario.timezone}"']
    toml += [f'policy = "{scenario.overlay}"'] if scenario.overlay else []
    files = {
        "workspace.toml": "\n".join(toml) + "\n",
        "roster/people.csv": _csv("person_id name role household", people),
        "roster/bodies.csv": _csv("body_id name kind seats parent_id quorum vote_rule bargaining", bodies),
        "roster/memberships.csv": _csv("person_id body_id capacity voting start end", terms),
        "roster/accounts.csv": _csv("person_id kind value", accounts),
        "inbox/interactions.jsonl": "".join(json.dumps(r, sort_keys=True) + "\n" for r in scenario.interactions),
    }
    if matters:
        files["matters.csv"] = _csv("matter_id title body_ids topic vote_rule opened vote_on", matters)
    if meetings:
        head = "meeting_id body_ids start end notice_posted matter_ids subject good_cause"
        files["meetings.csv"] = _csv(head, meetings)
    return files


def _terms(body: CaseBody) -> Iterable[tuple[str, ...]]:
    opened = "2000-01-01"
    rows = [(p, body.body_id, "member", "yes", opened, "") for p in body.members]
    before = date.fromisoformat(body.elect_from) - timedelta(days=1) if body.elect_from else ""
    rows += [(p, body.body_id, "member_elect", "no", opened, str(before)) for p in body.elect]
    rows += [(p, body.body_id, "member", "yes", body.elect_from, "") for p in body.elect if body.elect_from]
    rows += [(body.presiding, body.body_id, "presiding", "no", opened, "")] if body.presiding else []
    return rows + [(p, body.body_id, "ex_officio", "no", opened, "") for p in body.ex_officio]


def _csv(head: str, rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head.split())
    writer.writerows(rows)
    return out.getvalue()
