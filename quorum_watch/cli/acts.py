"""``quorum-watch acts``: explain what a text does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quorum_watch.language.acts.explain import Explanation


@click.group("acts")
def command() -> None:
    """Explain what a text does."""


@command.command("explain")
@click.argument("text")
@click.option("--after", multiple=True, help="A message before it; repeat for several, the oldest first.")
@click.option("--person", multiple=True, help="Full name of a member the text may speak of; may be repeated.")
@click.option("--matter", multiple=True, help="Title of a pending matter; may be repeated.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result.")
def explain(text: str, after: tuple[str, ...], person: tuple[str, ...], matter: tuple[str, ...], form: str) -> None:
    """Show the acts of TEXT, the words that show them and every rule that fired. Nothing is saved."""
    from quorum_watch.language.acts.explain import explain_text

    found = explain_text(text, after=after, people=person, matters=matter)
    if form == "json":
        click.echo(json.dumps(_plain(text, found), indent=2, ensure_ascii=False))
        return
    for line in found.lines:
        click.echo(f"read as: {line.strip('| ')}")
    if not found.acts:
        click.echo("No act: nothing here is a poll, a position, a fact, a date or a courtesy that a rule knows.")
    for act in found.acts:
        who = f" about {act.attributed_to}" if act.attributed_to else ""
        way = "" if act.polarity == "none" else f", {act.polarity}"
        click.echo(f"{act.act}{way}{who}: “{act.exact}”  [{act.rule}, {act.confidence}]")
    for reason in found.reasons:
        click.echo(f"  words that counted most: {reason}")
    if not found.aided:
        click.echo("  The weights of the aid are missing (aid_weights.json): only the rules spoke.")
    kept = {(a.act, a.rule) for a in found.acts}
    for cue in found.cues:
        if (cue.act, cue.rule) not in kept:
            click.echo(f"  not counted here: {cue.act} “{text[cue.start : cue.end]}”  [{cue.rule}, {cue.where}]")
    if found.state.question:
        click.echo(f"left open for an answer: {found.state.question}")


def _plain(text: str, found: Explanation) -> dict[str, object]:
    return {
        "schema": "quorum-watch/acts-explain/1",
        "read_as": [line.strip("| ") for line in found.lines],
        "acts": [
            {
                "act": a.act,
                "start": a.start,
                "end": a.end,
                "exact": a.exact,
                "polarity": a.polarity,
                "attributed_to": a.attributed_to,
                "rule": a.rule,
                "confidence": a.confidence,
            }
            for a in found.acts
        ],
        "cues": [
            {"act": c.act, "start": c.start, "end": c.end, "exact": text[c.start : c.end], "rule": c.rule}
            for c in found.cues
        ],
        "left_open": found.state.question,
    }
