"""The member edition: one member's own messages to other members, and what to do next time.

Nothing in it depends on what anybody else wrote or on any finding: it says what the member already holds. This module
may not import the review database (an import contract).
"""

from __future__ import annotations

from collections.abc import Sequence

from quorum_watch.report import sections as part
from quorum_watch.report.blocks import Block, Bullets, Edition, Grid, Para, row
from quorum_watch.report.content import Cover, Facts, Options, OwnMessage, OwnReach
from quorum_watch.report.public import moment
from quorum_watch.wording import say

KIND = "member"
_GLOSSARY = ("body", "member", "contact", "quorum", "notice", "roster", "run", "hash")


def build_member(facts: Facts, member: str, messages: Sequence[OwnMessage], sent: int) -> Edition:
    """The edition for one member, by name; ``sent`` counts everything of theirs in the period."""
    c = facts.cover
    blocks: list[Block] = [
        *part.cover(facts, say("report.audience.member", {"recipient": member}), findings=False),
        part.head("summary"),
        Para((say("report.member.sum", {"all": sent, "listed": len(messages)}),)),
        Para((say("report.member.meaning"),)),
        *_instead(messages, c, facts.options),
        *_messages(messages, facts.options),
        *part.coverage(facts),
        *part.law(facts, findings=False),
        *part.glossary(_GLOSSARY),
        *part.questions(facts),
    ]
    title = say("report.edition.member")
    return Edition(KIND, title, f"{member}, {c.period.spoken}", c.city, c.period.until.isoformat(), tuple(blocks))


def _instead(messages: Sequence[OwnMessage], cover: Cover, options: Options) -> list[Block]:
    """Each piece of advice once, those that follow from the member's own words first."""
    keys = dict.fromkeys(k for m in messages for k in advice(m, options) if k != "fine")
    lines = [(say(f"report.advice.{k}"),) for k in _order(options) if k in keys]
    lines.append((say("report.member.clerk"),))
    if cover.contact.name:
        lines.append((say("report.member.ask", {"name": cover.contact.name}),))
    lines.append((say("report.member.keep"),))
    return [part.head("instead"), Bullets(tuple(lines))]


def _order(options: Options) -> list[str]:
    return [*dict.fromkeys(options.advice.values()), "many"]


def advice(message: OwnMessage, options: Options) -> tuple[str, ...]:
    """Which advice fits one message, by what its words do and how many members it went to."""
    found = [options.advice[a] for a in message.acts if a in options.advice]
    if any(r.number is not None for r in message.reach):
        found.append("many")
    return tuple(k for k in _order(options) if k in found) or ("fine",)


def _messages(messages: Sequence[OwnMessage], options: Options) -> list[Block]:
    if not messages:
        return [part.head("messages"), Para((say("report.member.none"),))]
    columns = tuple(say(f"report.member.{k}") for k in ("when", "how", "to", "does", "subject", "next"))
    rows = []
    for m in messages:
        to = " ".join(_sent_to(r) for r in m.reach)
        does = ", ".join(say(f"act.{a}") for a in m.acts) or say("report.member.plain_words")
        subject = part.topic_words(m.topics) or say("report.member.unknown_subject")
        tips = " ".join(say(f"report.advice.{k}") for k in advice(m, options))
        rows.append(row(moment(m.at), say(f"channel.{m.channel}"), to, does, subject, tips))
    return [part.head("messages"), Grid("messages", say("report.member.caption"), columns, tuple(rows))]


def _sent_to(r: OwnReach) -> str:
    values = {"others": r.others, "body": r.body, "reached": r.reached, "of": r.of}
    said = say("report.member.reached" if r.others > 1 else "report.member.reached_one", values)
    return said if r.number is None else f"{said} {say('report.member.number', {'number': r.number})}"
