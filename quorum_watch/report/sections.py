"""The parts that editions share, each made from :class:`~quorum_watch.report.content.Facts` alone.

How a count is printed is the edition's own business: a :class:`Counts` turns numbers into words, as the public edition
does by withholding small ones and the privileged edition by linking each to the findings behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from quorum_watch.report.blocks import (
    Block,
    Bullets,
    Grid,
    Heading,
    Inline,
    Link,
    Para,
    Picture,
    Terms,
    row,
)
from quorum_watch.report.charts import trend
from quorum_watch.report.content import LEVELS, BodyRow, Facts, TrendRow
from quorum_watch.report.period import long_date
from quorum_watch.vocabulary import ThresholdName, VoteRule
from quorum_watch.wording import has, say

_SHORT = 16


class Counts(Protocol):
    """How an edition prints numbers."""

    def one(self, group: str, name: str, count: int) -> Inline:
        """A number that stands by itself."""

    def group(self, group: str, counts: Mapping[str, int]) -> Mapping[str, Inline]:
        """Numbers whose total is printed too."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Numbers as they are."""

    def one(self, group: str, name: str, count: int) -> Inline:  # noqa: ARG002
        """The number."""
        return str(count)

    def group(self, group: str, counts: Mapping[str, int]) -> Mapping[str, Inline]:
        """The numbers."""
        return {name: self.one(group, name, n) for name, n in counts.items()}


def head(name: str) -> Heading:
    """The heading of a section, with its anchor."""
    return Heading(2, say(f"report.head.{name}"), name.replace("_", "-"))


def note(key: str, values: Mapping[str, object] | None = None) -> Para:
    """What the numbers above count, in small print."""
    return Para((say(key, values),), "note")


def cover(facts: Facts, audience: str, *, findings: bool = True) -> list[Block]:
    """What the edition is: period, roster, law, hashes; the banner and whatever was allowed against the default.

    Without ``findings`` no hash is printed that other people's messages would change.
    """
    c = facts.cover
    checked = long_date(c.roster_checked) if c.roster_checked else say("report.term.unchecked")
    rows = [
        (say("report.term.city"), c.city),
        (say("report.term.period"), c.period.spoken),
        (say("report.term.audience"), audience),
        (say("report.term.collected"), _collected(c.collected)),
        (say("report.term.roster_checked"), checked),
        (say("report.term.roster"), c.roster[:_SHORT]),
        (say("report.term.law"), c.profile),
        (say("report.term.stage"), say(f"report.stage.{c.stage}")),
        (say("report.term.run"), c.run),
        *([(say("report.term.findings"), c.findings)] if findings else []),
        *([(say("report.term.evidence"), c.evidence[:_SHORT])] if findings else []),
        (say("report.term.audit"), c.audit_head or say("report.term.audit_none")),
        (say("report.term.program"), c.program),
        (say("report.term.zone"), c.timezone),
    ]  # fmt: skip
    if c.corrects:
        replaced = say("report.term.replaced", {"number": c.correction, "hash": c.corrects})
        rows.insert(0, (say("report.term.replaces"), replaced))
    blocks: list[Block] = [Para((say("report.cover.screen"),), "lead")]
    if c.banner:
        blocks.append(Para((c.banner,), "banner"))
    blocks += [Para((say(f"report.mark.{m}"),), "banner") for m in c.marks]
    blocks += _uncovered(facts)
    return [*blocks, head("about"), Terms(tuple(rows))]


def _uncovered(facts: Facts) -> list[Block]:
    """A word of warning where the records do not reach over the whole period: silence is not absence."""
    period, days = facts.cover.period, facts.cover.collected
    if days and date.fromisoformat(days[0]) <= period.since and date.fromisoformat(days[1]) >= period.until:
        return []
    known = days and date.fromisoformat(days[0]) <= period.until and date.fromisoformat(days[1]) >= period.since
    return [Para((say("report.mark.partial" if known else "report.mark.outside"),), "banner")]


def _collected(days: tuple[str, str] | tuple[()]) -> str:
    if not days:
        return say("report.term.collected_none")
    first, last = (long_date(date.fromisoformat(d)) for d in days)
    return say("report.term.span", {"first": first, "last": last})


def summary(facts: Facts, counts: Counts) -> list[Block]:
    """What a mayor reads in a minute."""
    t = facts.tally
    lines: list[tuple[Inline, ...]] = [(say("report.summary.read", {"records": facts.in_period}),)]
    if t.total == 0:
        lines += [(say("report.summary.none"),), (say("report.summary.silence"),)]
    else:
        lines.append(_filled("report.summary.total", "total", counts.one("all", "all", t.total)))
        levels = {"look_first": "first", "look": "look", "note": "note"}
        shown = counts.group("concern", t.concern)
        lines += [_filled(f"report.summary.{levels[name]}", "n", shown[name]) for name in LEVELS]
        lines.append((say("report.summary.both"),))
        lines.append((say("report.summary.meaning"),))
    if t.policy:
        lines.append(_filled("report.summary.policy", "n", counts.one("policy", "policy", t.policy)))
    return [head("summary"), Bullets(tuple(lines))]


def _filled(key: str, slot: str, value: Inline) -> tuple[Inline, ...]:
    """A sentence around a number that may be a link."""
    before, after = say(key, {slot: "\x1f"}).split("\x1f")
    return (before, value, after)


def since_last(facts: Facts, counts: Counts) -> list[Block]:
    """New, unchanged, updated and absent findings against the last run."""
    shown = counts.group("since", facts.tally.since)
    rows = tuple(row(say(f"report.since.{name}"), shown[name]) for name in facts.tally.since)
    grid = Grid(
        "since",
        say("report.since.caption"),
        (say("report.since.state"), say("report.since.count")),
        rows,
        frozenset({1}),
    )
    blocks: list[Block] = [head("since"), grid, note("report.since.counts")]
    if not facts.tally.compared:
        blocks.append(note("report.since.first"))
    return blocks


def bodies(facts: Facts, counts: Counts, on: date) -> list[Block]:
    """Every body with its seats, vacancies, numbers of the law and findings."""
    if not facts.bodies:
        return [head("bodies"), Para((say("report.bodies.none"),))]
    shown = counts.group("body", facts.tally.body)
    columns = _columns(facts.bodies)
    names = [say(f"threshold.{name}") + (f", {say(f'vote_rule.{rule}')}" if rule else "") for name, rule in columns]
    top = [say(f"report.bodies.{k}") for k in ("body", "seats", "in_office", "vacant")]
    rows = []
    for b in facts.bodies:
        found = {(t.name.value, t.vote_rule.value if t.vote_rule else ""): t.value for t in b.numbers}
        values = [str(found[c]) if c in found else "–" for c in columns]
        if not b.numbers and columns:
            values = [say("report.bodies.outside"), *["–"] * (len(columns) - 1)]
        rows.append(row(b.name, b.seats, b.in_office, b.vacant, *values, shown[b.body_id]))
    numeric = frozenset(range(1, len(top) + len(columns) + 1))
    caption = say("report.bodies.caption", {"day": long_date(on)})
    grid = Grid(
        "bodies", caption, (*top, *(n.capitalize() for n in names), say("report.bodies.patterns")), tuple(rows), numeric
    )
    blocks: list[Block] = [head("bodies"), grid, note("report.bodies.counts")]
    if any(t.unsettled for b in facts.bodies for t in b.numbers):
        blocks.append(note("report.bodies.unsettled"))
    return blocks


def _columns(rows: Sequence[BodyRow]) -> list[tuple[str, str]]:
    """The numbers that are columns: not those of special votes, and not this project's inferences."""
    special = {v.value for v in VoteRule} - {VoteRule.ORDINARY.value}
    found = {
        (t.name.value, t.vote_rule.value if t.vote_rule else "")
        for b in rows
        for t in b.numbers
        if not t.inference and (t.vote_rule is None or t.vote_rule.value not in special)
    }
    order = [n.value for n in ThresholdName]
    return sorted(found, key=lambda c: (order.index(c[0]), c[1]))


def patterns(facts: Facts, counts: Counts) -> list[Block]:
    """How many findings of each kind, with what the kind is."""
    shown = counts.group("pattern", facts.tally.pattern)
    chosen = [name for name, n in facts.tally.pattern.items() if n]
    if not chosen:
        return [head("patterns"), Para((say("report.summary.none"),))]
    rows = tuple(row(say(f"pattern.{n}").capitalize(), shown[n], say(f"report.pattern_of.{n}")) for n in chosen)
    columns = tuple(say(f"report.patterns.{k}") for k in ("kind", "count", "meaning"))
    grid = Grid("patterns", say("report.patterns.caption"), columns, rows, frozenset({1}))
    tests = tuple((say(f"test_explained.{t}"),) for t, n in facts.tally.test.items() if n)
    return [head("patterns"), grid, note("report.patterns.counts"), Bullets(tests)]


def over_time(facts: Facts, counts: Counts) -> list[Block]:
    """The trend: a picture, and the table it is drawn from."""
    rows = facts.trend
    if not rows:
        return [head("trend"), Para((say("report.trend.none"),))]
    keys = [r.label for r in rows]
    began = counts.group("began", {r.label: r.findings for r in rows})
    wrote = counts.group("contacts", {r.label: r.contacts for r in rows})
    cells = tuple(
        row(r.label, wrote[r.label], began[r.label], say("report.trend.yes" if r.inside else "report.trend.no"))
        for r in rows
    )
    columns = tuple(say(f"report.trend.{k}") for k in ("label", "contacts", "patterns", "inside"))
    bars = [_number(began[k]) for k in keys]
    picture = Picture(
        "trend",
        _trend_words(rows, bars),
        say("report.trend.picture"),
        lambda: trend(keys, bars, [r.inside for r in rows]),
    )
    grid = Grid("trend", say("report.trend.caption"), columns, cells, frozenset({1, 2}))
    drawn = [picture] if any(bars) else []
    return [head("trend"), *drawn, grid, note("report.trend.counts")]


def _number(shown: Inline) -> int | None:
    text = shown if isinstance(shown, str) else shown.text
    return int(text) if text.isdigit() else None


def _trend_words(rows: Sequence[TrendRow], bars: Sequence[int | None]) -> str:
    """The picture in words, from the counts that are shown and no others."""
    most = max((b for b in bars if b), default=0)
    if most:
        peak = say("report.trend.peak", {"label": rows[list(bars).index(most)].label, "n": most})
    else:
        peak = say("report.trend.peak_none")
    return say("report.trend.alt", {"slices": len(rows), "first": rows[0].label, "last": rows[-1].label, "peak": peak})


def coverage(facts: Facts) -> list[Block]:
    """Every record accounted for, by kind of source."""
    a = facts.account
    if not a.kinds:
        return [head("coverage"), Para((say("report.coverage.none"),))]
    columns = ("kind", "files", "found", "rows", "duplicates", "ignored", "restricted", "quarantined")
    rows = [
        row(k.kind, k.files, k.found, k.rows, k.duplicates, k.ignored, k.restricted, k.quarantined) for k in a.kinds
    ]
    total = [a.totals[c] for c in columns[2:]]
    rows.append(row(say("report.coverage.total"), sum(k.files for k in a.kinds), *total))
    heads = tuple(say(f"report.coverage.{c}") for c in columns)
    grid = Grid("coverage", say("report.coverage.caption"), heads, tuple(rows), frozenset(range(1, len(columns))))
    blocks: list[Block] = [head("coverage"), grid, note("report.coverage.sum"), note("report.coverage.whole")]
    if a.channels:
        named = ", ".join(f"{say(f'channel.{c}')} {n}" for c, n in a.channels)
        blocks.append(Para((say("report.coverage.channels", {"channels": named}),)))
    if a.reasons:
        named = ", ".join(f"{r.replace('_', ' ')} {n}" for r, n in a.reasons)
        blocks.append(Para((say("report.coverage.reasons", {"reasons": named}),)))
    if a.unknown_accounts:
        values = {"accounts": a.unknown_accounts, "messages": a.unknown_messages}
        blocks.append(Para((say("report.coverage.unknown", values),)))
    return blocks


def unseen(facts: Facts, counts: Counts) -> list[Block]:
    """What the report cannot see, with numbers where there are any."""
    a = facts.account
    lines: list[tuple[Inline, ...]] = []
    if a.channels_missing:
        named = ", ".join(say(f"channel.{c}") for c in a.channels_missing)
        lines.append((say("report.unseen.channels", {"channels": named}),))
    lines += [(say(f"report.unseen.{k}"),) for k in ("calls", "private", "deleted")]
    if a.unknown_accounts:
        lines.append((say("report.unseen.unknown"),))
    if a.without_records:
        lines.append(_filled("report.unseen.without", "n", counts.one("without", "without", a.without_records)))
    amounts = {
        "language": a.not_analysed,
        "quarantined": a.totals["quarantined"],
        "restricted": a.totals["restricted"],
        "days": a.days_only,
    }
    lines += [(say(f"report.unseen.{k}", {"n": n}),) for k, n in amounts.items() if n]
    lines += [(say("report.unseen.meaning"),), (say("report.unseen.silence"),)]
    return [head("unseen"), Bullets(tuple(lines))]


def law(facts: Facts, *, findings: bool = True) -> list[Block]:
    """The profile, the rules behind the numbers, and the rules nobody has checked at their source.

    Without ``findings`` the rules that only findings used are left out: they would tell that there are findings.
    """
    blocks: list[Block] = [head("law"), Para((say("report.law.profile", {"title": facts.cover.profile}),))]
    if facts.rules:
        rows = tuple(
            row(r.name, Link(r.citation, r.url) if r.url.startswith("https://") else r.citation,
                say("report.trend.yes" if r.verified else "report.trend.no"))
            for r in facts.rules
        )  # fmt: skip
        columns = tuple(say(f"report.law.{k}") for k in ("rule", "source", "read"))
        blocks.append(Grid("law", say("report.law.caption"), columns, rows))
    if not findings:
        return blocks
    if facts.unverified:
        blocks.append(Heading(3, say("report.law.unverified"), "unverified"))
        blocks.append(note("report.law.settings"))
        blocks.append(Bullets(tuple((line,) for line in facts.unverified)))
    else:
        blocks.append(Para((say("report.law.none"),)))
    return blocks


def method(facts: Facts, *steps: str) -> list[Block]:
    """How the counts are made, as a numbered list."""
    values = {"minimum": facts.options.minimum}
    return [head("method"), Bullets(tuple((say(f"report.method.{s}", values),) for s in steps), ordered=True)]


METHOD = ("one", "two", "three", "four", "five", "six", "policy", "same")


def glossary(names: Sequence[str]) -> list[Block]:
    """Words used here."""
    rows = [(say(f"report.label_of.{n}"), say(f"report.term_of.{n}")) for n in names]
    return [head("glossary"), Terms(tuple(rows))]


GLOSSARY = (
    "body", "member", "contact", "contact_pattern", "quorum", "half", "pass", "block", "notice", "roster",
    "look_first", "look", "note", "policy_finding", "run", "hash",
)  # fmt: skip


def questions(facts: Facts) -> list[Block]:
    """Whom to ask, how to correct, and what this is not."""
    c = facts.cover.contact
    if not c.name:
        lines: list[tuple[Inline, ...]] = [(say("report.questions.nobody"),)]
    else:
        lines = [(say("report.questions.ask", {"name": c.name}),)]
    if c.phone:
        digits = "".join(ch for ch in c.phone if ch.isdigit() or ch == "+")
        lines.append((f"{say('report.questions.phone')}: ", Link(c.phone, f"tel:{digits}")))
    if c.email:
        lines.append((f"{say('report.questions.email')}: ", Link(c.email, f"mailto:{c.email}")))
    lines += [(say(f"report.questions.{k}"),) for k in ("mistake", "records", "format")]
    return [head("questions"), Bullets(tuple(lines))]


def topic_words(topics: Sequence[str]) -> str:
    """Topics as a reader sees them."""
    named = [say(f"topic.{t}") if has(f"topic.{t}") else t.replace("_", " ") for t in topics]
    return ", ".join(named)
