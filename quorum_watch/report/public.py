"""The public edition: counts, patterns, method, coverage and law; no person but the office to ask, no message.

It is built from :class:`~quorum_watch.report.content.Facts`, which has no field for a message, a member or a decision,
and from a release list: finding ids with a status word that an attorney cleared. This module may not import the review
database (an import contract).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from quorum_watch.report import sections as part
from quorum_watch.report.blocks import Block, Edition, Grid, Heading, Inline, Para, row
from quorum_watch.report.content import Facts, Released
from quorum_watch.report.period import long_date
from quorum_watch.report.small import publish, shown
from quorum_watch.wording import say

KIND = "public"


@dataclass(frozen=True, slots=True)
class Guarded:
    """Numbers with the small ones withheld."""

    minimum: int

    def one(self, group: str, name: str, count: int) -> Inline:  # noqa: ARG002
        """The number, or words for a small one."""
        return shown(count, self.minimum)

    def group(self, group: str, counts: Mapping[str, int]) -> Mapping[str, Inline]:  # noqa: ARG002
        """The numbers of a group, those withheld that could name somebody."""
        return publish(counts, self.minimum)


def build_public(facts: Facts, on: date, released: Sequence[Released] = (), list_hash: str = "") -> Edition:
    """The public edition; ``on`` is the day for which seats are shown, ``list_hash`` the release list's SHA-256."""
    counts = Guarded(facts.options.minimum)
    blocks: list[Block] = [
        *part.cover(facts, say("report.audience.public")),
        *part.summary(facts, counts),
        *part.since_last(facts, counts),
        *part.bodies(facts, counts, on),
        *part.patterns(facts, counts),
        *part.over_time(facts, counts),
        *_early(facts),
        *_released(released, list_hash),
        *_left_out(facts),
        *examples(facts),
        *part.method(facts, *part.METHOD[:-1], "small", part.METHOD[-1]),
        *part.coverage(facts),
        *part.unseen(facts, counts),
        *part.law(facts),
        *part.glossary(part.GLOSSARY),
        *part.questions(facts),
    ]
    title = facts.options.title or say("report.edition.public")
    c = facts.cover
    return Edition(KIND, title, f"{c.city}, {c.period.spoken}", c.city, c.period.until.isoformat(), tuple(blocks))


def _early(facts: Facts) -> list[Block]:
    """Subjects of agendas with the day of notice, public facts; what members wrote before it only as a total."""
    blocks: list[Block] = [part.head("matters"), Para((say("report.matters.lead"),))]
    if not facts.matters:
        return [*blocks, Para((say("report.matters.none"),))]
    early = sum(m.before > 0 for m in facts.matters)
    values = {"matters": len(facts.matters), "early": shown(early, facts.options.minimum)}
    columns = tuple(say(f"report.matters.{k}") for k in ("subject", "body", "noticed", "meeting"))
    rows = tuple(
        row(f"{m.title} ({m.matter})", ", ".join(m.bodies), moment(m.noticed), moment(m.meeting)) for m in facts.matters
    )
    grid = Grid("matters", say("report.matters.caption"), columns, rows)
    return [*blocks, Para((say("report.matters.sum", values),)), grid, part.note("report.matters.counts")]


def moment(at: datetime | None) -> str:
    """A time as people write it, or that it is not known."""
    return f"{long_date(at.date())}, {at:%H:%M}" if at else say("report.matters.unknown")


def _released(released: Sequence[Released], list_hash: str) -> list[Block]:
    if not released:
        return [part.head("released"), Para((say("report.released.none"),))]
    columns = (say("report.released.id"), say("report.released.status"))
    rows = tuple(row(r.finding, r.status) for r in released)
    grid = Grid("released", say("report.released.caption"), columns, rows)
    signed = say("report.released.signed", {"hash": list_hash})
    return [part.head("released"), Para((say("report.released.lead"),)), grid, Para((signed,), "note")]


_CLASSES = ("residents", "members", "words", "findings", "decisions", "small", "restricted")


def _left_out(facts: Facts) -> list[Block]:
    """What a reader does not find here, by class, and why: it is not in the file at all."""
    values = {"minimum": facts.options.minimum, "n": facts.account.totals["restricted"]}
    columns = (say("report.left.what"), say("report.left.why"))
    rows = tuple(row(say(f"report.left.{c}.what", values), say(f"report.left.{c}.why", values)) for c in _CLASSES)
    grid = Grid("left-out", say("report.left.caption"), columns, rows)
    return [part.head("left_out"), Para((say("report.left.lead"),)), grid]


def examples(facts: Facts) -> list[Block]:
    """Invented teaching examples of the kinds that this period shows often, filled up in the order of the settings.

    A kind whose count is withheld is not chosen for its count, so that an example gives no count away.
    """
    found = publish(facts.tally.pattern, facts.options.minimum)
    often = [n for n, c in facts.tally.pattern.items() if c and found[n] == str(c)]
    often.sort(key=lambda n: (-facts.tally.pattern[n], n))
    chosen = list(dict.fromkeys([*often, *facts.options.example_order]))[: facts.options.examples]
    blocks: list[Block] = [part.head("examples"), Para((say("report.examples.lead"),))]
    for name in chosen:
        blocks.append(Heading(3, say(f"report.example.{name}.title"), f"example-{name.replace('_', '-')}"))
        blocks.append(Para((say(f"report.example.{name}.story"),)))
        words = say(f"report.example.{name}.instead")
        blocks.append(Para((say("report.examples.instead", {"words": words}),)))
    return blocks
