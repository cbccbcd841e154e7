"""The privileged edition, for the attorney: every finding with its evidence, decisions and the privilege log.

Facts and opinions are kept apart: the steps, numbers and factors of a finding come first, what a reviewer decided
stands below them under its own heading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from quorum_watch import plots
from quorum_watch.report import sections as part
from quorum_watch.report.blocks import Block, Bullets, Edition, Grid, Heading, Inline, Link, Para, Picture, joined, row
from quorum_watch.report.content import LEVELS, POLICY, Decision, Facts, Finding, LogEntry
from quorum_watch.report.period import long_date
from quorum_watch.report.public import moment
from quorum_watch.report.text import clip, visible
from quorum_watch.vocabulary import Act
from quorum_watch.wording import say

KIND = "privileged"
_ACTS = frozenset(a.value for a in Act)
_NOTE = LEVELS[-1]


@dataclass(frozen=True, slots=True)
class Opened:
    """Numbers that lead to the findings behind them; ``behind`` maps a group and a name to their ids."""

    behind: Mapping[tuple[str, str], Sequence[Inline]]
    used: dict[tuple[str, str], int] = field(default_factory=dict)

    def one(self, group: str, name: str, count: int) -> Inline:
        """The number, as a link where findings stand behind it."""
        if not self.behind.get((group, name)):
            return str(count)
        self.used.setdefault((group, name), count)
        return Link(str(count), f"#{anchor(group, name)}")

    def group(self, group: str, counts: Mapping[str, int]) -> Mapping[str, Inline]:
        """The numbers."""
        return {name: self.one(group, name, n) for name, n in counts.items()}


def anchor(group: str, name: str) -> str:
    """Where a number is opened."""
    return f"open-{group}-{name}".replace("_", "-")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The findings of the period and what was decided: ``decisions`` by seed, the newest first; ``gone`` are absent."""

    findings: Sequence[Finding]
    gone: Sequence[Finding]
    names: Mapping[str, str]
    decisions: Mapping[str, Sequence[Decision]]
    log: Sequence[LogEntry] = ()
    drawn: dict[str, list[Any]] = field(default_factory=dict)


def build_privileged(facts: Facts, on: date, chosen: Chosen, recipient: str) -> Edition:
    """The privileged edition for ``recipient``; ``on`` is the day for which seats are shown."""
    counts = Opened(_behind(facts, chosen))
    bodies = {b.body_id: b.name for b in facts.bodies}
    full = [f for f in chosen.findings if f["test"] != POLICY and f["concern"] != _NOTE]
    rest = [f for f in chosen.findings if f["test"] == POLICY or f["concern"] == _NOTE]
    decided = sum(bool(chosen.decisions.get(f["fingerprint"]["seed"])) for f in full)
    blocks: list[Block] = [
        *part.cover(facts, say("report.audience.privileged", {"recipient": recipient})),
        Para((say("report.privileged.mark"),), "banner"),
        *part.summary(facts, counts),
        Para((say("report.privileged.decided", {"decided": decided, "total": len(full)}),)),
        *part.since_last(facts, counts),
        *part.bodies(facts, counts, on),
        *part.patterns(facts, counts),
        *part.over_time(facts, counts),
        *_early(facts),
        part.head("findings"),
        *_list("findings", full, bodies, chosen),
    ]
    if len(full) > facts.options.pictures:
        blocks.append(part.note("report.finding.no_picture", {"n": facts.options.pictures}))
    for k, f in enumerate(full):
        blocks += _finding(f, chosen, facts.options.picture_steps if k < facts.options.pictures else 0)
    blocks += [part.head("notes"), Para((say("report.finding.notes_lead"),)), *_list("notes", rest, bodies, chosen)]
    blocks += [
        *_log(chosen.log),
        *_opened(counts),
        *part.method(facts, *part.METHOD),
        *part.coverage(facts),
        *part.unseen(facts, part.Plain()),
        *part.law(facts),
        *part.glossary(part.GLOSSARY),
        *part.questions(facts),
    ]
    title = facts.options.title or say("report.edition.privileged")
    c = facts.cover
    return Edition(KIND, title, f"{c.city}, {c.period.spoken}", c.city, c.period.until.isoformat(), tuple(blocks))


def _behind(facts: Facts, chosen: Chosen) -> dict[tuple[str, str], list[Inline]]:
    table: dict[tuple[str, str], list[Inline]] = defaultdict(list)
    table["since", "absent"] = [f"{f['id']}" for f in chosen.gone]
    for f in chosen.findings:
        if f["test"] == POLICY:
            table["policy", "policy"].append(Link(f["id"], f"#{f['id']}"))
            continue
        link = Link(f["id"], f"#{f['id']}")
        table["all", "all"].append(link)
        for group, name in (("concern", "concern"), ("body", "body"), ("pattern", "pattern"), ("since", "since_last")):
            table[group, f[name]].append(link)
        for r in facts.trend:
            if r.findings and r.holds(date.fromisoformat(f["first"][:10])):
                table["began", r.label].append(link)
    return {k: v for k, v in table.items() if k[0] != "began" or len(v) == _began(facts, k[1])}


def _began(facts: Facts, label: str) -> int:
    """Findings that began in a stretch of the trend; only a stretch that lies whole in the period can be opened."""
    return next((r.findings for r in facts.trend if r.label == label), 0)


def _early(facts: Facts) -> list[Block]:
    blocks: list[Block] = [part.head("matters"), Para((say("report.matters.lead"),))]
    if not facts.matters:
        return [*blocks, Para((say("report.matters.none"),))]
    early = sum(m.before > 0 for m in facts.matters)
    columns = tuple(say(f"report.matters.{k}") for k in ("subject", "body", "first", "noticed", "meeting", "before"))
    rows = tuple(
        row(f"{m.title} ({m.matter})", ", ".join(m.bodies),
            moment(m.first_contact) if m.first_contact else say("report.matters.no_contact"),
            moment(m.noticed), moment(m.meeting), f"{m.before} / {m.contacts}")
        for m in facts.matters
    )  # fmt: skip
    grid = Grid("matters", say("report.matters.caption"), columns, rows, frozenset({5}))
    values = {"matters": len(facts.matters), "early": early}
    return [*blocks, Para((say("report.matters.sum", values),)), grid, part.note("report.matters.counts")]


def _list(key: str, findings: Sequence[Finding], bodies: Mapping[str, str], chosen: Chosen) -> list[Block]:
    if not findings:
        return [Para((say("report.finding.none"),))] if key == "findings" else [Para((say("report.summary.none"),))]
    columns = ("id", "concern", "confidence", "test", "pattern", "body", "since", "what", "status")
    rows = []
    for f in findings:
        decided = chosen.decisions.get(f["fingerprint"]["seed"], ())
        name: Inline = Link(f["id"], f"#{f['id']}") if key == "findings" else f["id"]
        rows.append(
            row(name, say(f"concern.{f['concern']}"), say(f"confidence.{f['confidence']}"), say(f"test.{f['test']}"),
                say(f"pattern.{f['pattern']}"), bodies.get(f["body"], f["body"]), say(f"since.{f['since_last']}"),
                f["headline"], decided[0].disposition if decided else say("report.finding.undecided"))
        )  # fmt: skip
    anchors = tuple(f["id"] for f in findings) if key != "findings" else ()
    heads = tuple(say(f"report.finding.{c}") for c in columns)
    caption = say("report.finding.list") if key == "findings" else say("report.head.notes")
    return [Grid(key, caption, heads, tuple(rows), anchors=anchors)]


def _finding(f: Finding, chosen: Chosen, most: int) -> list[Block]:
    """One finding in full: the story, pictures, steps with their words, numbers, both sides, what was not seen.

    ``most`` is the longest chain that is drawn; nothing is drawn where it is nought.
    """
    name = f["id"]
    concern = say(f"concern.{f['concern']}").capitalize()
    facts = say("report.finding.facts", {"level": say(f"confidence.{f['confidence']}")})
    blocks: list[Block] = [
        Heading(3, f"{name}: {f['headline']}", name),
        Para((f"{concern}. {f['why_this_concern']} {facts}",), "lead"),
        *(Para((line,)) for line in f["story"]),
    ]
    if most and f["steps"]:
        blocks += _pictures(f, chosen, most)
    if f["steps"]:
        blocks.append(_steps(f, chosen.names))
    if f["thresholds"]:
        blocks.append(_numbers(f))
    for weighs in ("for", "against", "unknown"):
        items = tuple((_factor(x),) for x in f["factors"] if x["weighs"] == weighs)
        if items:
            blocks += [Heading(4, say(f"weighs.{weighs}").capitalize(), f"{name}-{weighs}"), Bullets(items)]
    blocks.append(Heading(4, say("report.finding.unseen"), f"{name}-unseen"))
    blocks.append(Bullets(tuple((u,) for u in f["unseen"])))
    return [*blocks, *_sources(f), *_decisions(f, chosen)]


def _pictures(f: Finding, chosen: Chosen, most: int) -> list[Block]:
    """Both pictures of a finding; drawn once, also where the edition is built a second time with another cover."""
    name = f["id"]
    if name not in chosen.drawn:
        shown = {p: visible(n) for p, n in chosen.names.items()}
        ways: dict[str, Callable[[], Any]] = {
            "reach": lambda: plots.reach_curve(f),
        }
        if len(f["steps"]) <= most:
            ways["lane"] = lambda: plots.swimlane(f, names=shown)
        made = []
        for key, draw in ways.items():
            ax = draw()
            caption = say(f"report.finding.{key}_caption")
            made.append(Picture(f"{name}-{key}", plots.words_of(ax), caption, draw, {"axes": ax}))
        chosen.drawn[name] = made
    return list(chosen.drawn[name])


def _steps(f: Finding, names: Mapping[str, str]) -> Grid:
    columns = ("step", "when", "how", "from", "to", "reached", "words")
    rows = []
    for s in f["steps"]:
        at = moment(datetime.fromisoformat(s["at"]))
        if s["time_precision"] != "exact":
            at += f" ({say('report.finding.only', {'precision': s['time_precision']})})"
        step = f"{s['n']}, {say('report.finding.pivotal')}" if s["n"] in f["pivotal"] else str(s["n"])
        rows.append(
            row(step, at, say(f"channel.{s['channel']}"), names.get(s["from"], s["from"]),
                ", ".join(names.get(p, p) for p in s["to"]), s["reached_after"], _quotes(s["evidence"]))
        )  # fmt: skip
    heads = tuple(say(f"report.finding.{c}") for c in columns)
    caption = say("report.finding.steps", {"id": f["id"]})
    return Grid(f"{f['id']}-steps", caption, heads, tuple(rows), frozenset({5}), (), "steps", f["id"])


def _quotes(evidence: Sequence[Mapping[str, object]]) -> str:
    lines = []
    for e in evidence:
        exact = str(e["exact"])
        if e["says"] in _ACTS and exact.strip():
            by = f" ({say('report.finding.by_hand')})" if e["by_hand"] else ""
            lines.append(f"{say('act.' + str(e['says']))}{by}: “{clip(exact)}”")
    return "; ".join(lines)


def _numbers(f: Finding) -> Grid:
    rows = []
    for t in f["thresholds"]:
        what = say(f"threshold.{t['name']}") + (f", {say('vote_rule.' + t['vote_rule'])}" if t["vote_rule"] else "")
        doubts = (("not_verified", not t["verified"]), ("inference", t["inference"]), ("unsettled", t["unsettled"]))
        marks = [say(f"report.finding.{m}") for m, on in doubts if on]
        source = t["citation"] + (f" ({', '.join(marks)})" if marks else "")
        met = say("report.trend.yes" if t["reached"] else "report.trend.no")
        rows.append(row(t["value"], t["of"], what, met, source))
    heads = tuple(say(f"report.finding.{c}") for c in ("number", "of", "meaning", "met", "rule"))
    day = long_date(date.fromisoformat(f["thresholds"][0]["as_of"]))
    caption = say("report.finding.numbers", {"id": f["id"], "day": day})
    return Grid(f"{f['id']}-numbers", caption, heads, tuple(rows), frozenset({0, 1}), (), "numbers", f["id"])


def _factor(x: Mapping[str, object]) -> str:
    marks = [str(x["citation"]), *([] if x["verified"] else [say("report.finding.not_verified")]), str(x["kind"])]
    return f"{x['because']} ({', '.join(marks)})"


def _sources(f: Finding) -> list[Block]:
    rows = [row(s["n"], s["source"]["file"], s["source"]["locator"]) for s in f["steps"] if s["source"]]
    if not rows:
        return []
    heads = tuple(say(f"report.finding.{c}") for c in ("step", "file", "place"))
    caption = say("report.finding.sources_caption", {"id": f["id"]})
    return [Grid(f"{f['id']}-sources", caption, heads, tuple(rows), frozenset({0}), (), "sources", f["id"])]


def _decisions(f: Finding, chosen: Chosen) -> list[Block]:
    found = chosen.decisions.get(f["fingerprint"]["seed"], ())
    title = Heading(4, say("report.finding.decisions", {"id": f["id"]}), f"{f['id']}-decisions")
    if not found:
        return [title, Para((say("report.finding.undecided"),))]
    columns = ("disposition", "at", "by", "basis", "note")
    rows = tuple(
        row(d.disposition, d.at, chosen.names.get(d.by, d.by), d.basis,
            " ".join(x for x in (d.note, say("report.finding.changed") if d.changed else "") if x))
        for d in found
    )  # fmt: skip
    heads = tuple(say(f"report.finding.{c}") for c in columns)
    return [title, Grid(f"{f['id']}-decisions", title.text, heads, rows, frozenset(), (), "decisions", f["id"])]


def _log(log: Sequence[LogEntry]) -> list[Block]:
    """The privilege log, in the usual columns."""
    if not log:
        return [part.head("log"), Para((say("report.log.none"),))]
    keys = ("id", "date", "kind", "author", "recipients", "basis", "description")
    columns = tuple(say(f"report.log.{k}") for k in keys)
    rows = tuple(row(e.id, e.date, e.kind, e.author, e.recipients, e.basis, e.description) for e in log)
    return [part.head("log"), Para((say("report.log.lead"),)), Grid("log", say("report.log.caption"), columns, rows)]


_GROUPS = {
    "all": "report.summary.total", "concern": "concern", "since": "since", "pattern": "pattern", "body": "",
    "began": "", "policy": "test",
}  # fmt: skip


def _opened(counts: Opened) -> list[Block]:
    """Every linked number with the findings it counts."""
    if not counts.used:
        return []
    rows, anchors = [], []
    for (group, name), n in counts.used.items():
        prefix = _GROUPS[group]
        shown = name if not prefix else say("report.patterns.count") if group == "all" else say(f"{prefix}.{name}")
        rows.append(row(shown.capitalize(), n, joined(tuple(counts.behind[group, name]))))
        anchors.append(anchor(group, name))
    columns = (say("report.opened.number"), say("report.patterns.count"), say("report.opened.findings"))
    grid = Grid("opened", say("report.opened.caption"), columns, tuple(rows), frozenset({1}), tuple(anchors))
    return [part.head("opened"), Para((say("report.opened.lead"),)), grid]
