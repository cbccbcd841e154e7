"""``quorum-watch topics``: explain a text, survey a workspace, learn from its agenda, measure with a labelled sheet."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import progress, visible

if TYPE_CHECKING:
    from quorum_watch.language.learn import Learned, Scores
    from quorum_watch.language.sheet import Measure
    from quorum_watch.model import Interaction, Reading
    from quorum_watch.pipeline import Case

#: Where a workspace keeps what it learned, beside its topics.toml.
MODEL = Path("language") / "model"
LABELS = Path("language") / "labels.csv"
_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")


@click.group("topics")
def command() -> None:
    """Explain, learn and prune topics."""


@command.command("explain")
@click.argument("text")
@click.option("--workspace", type=click.Path(path_type=Path), help="Use this workspace's topics and matters.")
@_FORMAT
def explain(text: str, workspace: Path | None, form: str) -> None:
    """Show which words of TEXT point to which topic or matter, and why nothing more was said."""
    from quorum_watch.language.explain import explain_text

    matters: tuple[Any, ...] = ()
    overlay = None
    if workspace is not None:
        from quorum_watch.workspace import Workspace

        place = Workspace.open(workspace)
        matters, overlay = place.matters, place.topics if place.topics.exists() else None
    told = explain_text(text, matters=matters, lexicon_overlay=overlay)
    if form == "json":
        click.echo(json.dumps(asdict(told), ensure_ascii=False))
        return
    for line in told.lines():
        click.echo(visible(line))


def _read(path: Path) -> tuple[Case, tuple[Interaction, ...], tuple[Reading, ...]]:
    from quorum_watch import pipeline

    case = pipeline.open_case(path)
    told = progress()
    return case, *pipeline.read(case, pipeline.collect(case, told), told)


@command.command("report")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--most", default=25, show_default=True, help="Terms and phrases to list.")
@_FORMAT
def report(workspace: Path, most: int, form: str) -> None:
    """Coverage, silence, the terms that fire most with examples, and frequent phrases nothing explains.

    Prints words from messages: for the desk of whoever keeps the word list.
    """
    from quorum_watch.language.lexicon import load_lexicon
    from quorum_watch.language.survey import survey

    case, interactions, readings = _read(workspace)
    found = survey(interactions, readings, load_lexicon(case.workspace.topics), most=most)
    if form == "json":
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    n = max(1, found.messages)
    click.echo(f"{found.messages} messages")
    for label, count in (
        ("topic by their own words", found.with_topic),
        ("topic from what they answer", found.inherited_only),
        ("no topic", found.abstained),
        ("linked to a matter", found.linked),
        ("possible matters listed", found.possible),
        *((f"scope {s}", c) for s, c in found.scopes),
        *((o, c) for o, c in found.outcomes),
    ):
        click.echo(f"  {label:28} {count:7}  {count / n:5.0%}")
    click.echo("topics: " + ", ".join(f"{t} {c}" for t, c in found.topics))
    click.echo("terms that fired most")
    for term in found.terms:
        click.echo(f"  {term.count:6}  {term.topic:22} {term.term}")
        for example in term.examples:
            click.echo(visible(f"            … {example} …"))
    click.echo("frequent phrases in messages without a topic")
    for phrase, count in found.unexplained:
        click.echo(visible(f"  {count:6}  {phrase}"))
    click.echo(f"{found.never_fired} terms of the lexicon never fired here")


@command.command("learn")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--agenda", type=click.Path(path_type=Path), help="CSV of titles and topics or committees [matters.csv].")
@click.option("--dry-run", is_flag=True, help="Train and judge, install nothing.")
@_FORMAT
def learn(workspace: Path, agenda: Path | None, dry_run: bool, form: str) -> None:
    """Train a topic model on the city's own agenda, test it on the latest part, install it only if it is better."""
    from quorum_watch.language.learn import learn as train
    from quorum_watch.language.learn import read_agenda
    from quorum_watch.language.lexicon import load_lexicon
    from quorum_watch.language.topicmodel import save_model
    from quorum_watch.workspace import Workspace

    place = Workspace.open(workspace)
    lexicon = load_lexicon(place.topics)
    done = train(read_agenda(agenda or place.root / "matters.csv", lexicon), lexicon, informal=_informal(place.root))
    installed = done.model is not None and not dry_run
    if done.model is not None and installed:
        save_model(done.model, place.root / MODEL)
    if form == "json":
        click.echo(json.dumps(_plain(done, installed=installed), ensure_ascii=False))
        return
    click.echo(f"{len(done.agenda.examples)} agenda items; {done.split or 'not tested'}")
    for label, topic in done.agenda.mapped:
        click.echo(f"  {label} -> {topic or 'no topic; left out'}")
    for name, scores in (("lexicon", done.lexicon), ("trained model", done.trained)):
        click.echo(f"  {name:22} {_scores(scores)}")
    if done.informal_lexicon is not None and done.informal_trained is not None:
        before, after = done.informal_lexicon.accuracy, done.informal_trained.accuracy
        click.echo(f"  labelled messages: {before:.3f} before, {after:.3f} with it")
    verdict = "Installed" if installed else "Would be installed" if done.accepted else "Refused"
    click.echo(f"{verdict}: {done.reason}.")


def _plain(done: Learned, *, installed: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {"schema": "quorum-watch/topics-learn/1", "accepted": done.accepted, "installed": installed}
    plain |= {"reason": done.reason, "split": done.split, "items": len(done.agenda.examples)}
    return plain | {
        "lexicon": asdict(done.lexicon),
        "trained": asdict(done.trained),
        "left_out": dict(done.agenda.left_out),
    }


def _scores(scores: Scores) -> str:
    return f"accuracy {scores.accuracy:.3f}  macro-F1 {scores.macro_f1:.3f}  ({scores.n} items)"


def _informal(root: Path) -> list[tuple[str, frozenset[str]]]:
    from quorum_watch.language.lexicon import load_lexicon
    from quorum_watch.language.sheet import read_sheet

    path = root / LABELS
    if not path.exists():
        return []
    labels = read_sheet(path.read_text("utf-8"), load_lexicon(root / "topics.toml").codes, path.name)
    return [(label.text, label.topics) for label in labels if label.text]


@command.command("suggest")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--agenda", type=click.Path(path_type=Path), help="CSV of titles and topics or committees [matters.csv].")
@click.option("--most", default=15, show_default=True, help="Phrases per topic.")
@_FORMAT
def suggest(workspace: Path, agenda: Path | None, most: int, form: str) -> None:
    """List phrases of the agenda that mark a topic and are not in the word list yet, for a clerk to accept."""
    from quorum_watch.language.learn import read_agenda
    from quorum_watch.language.lexicon import load_lexicon
    from quorum_watch.language.survey import suggest_terms
    from quorum_watch.workspace import Workspace

    place = Workspace.open(workspace)
    lexicon = load_lexicon(place.topics)
    items = read_agenda(agenda or place.root / "matters.csv", lexicon).examples
    found = suggest_terms([(e.text, e.topic) for e in items], lexicon, most=most)
    if form == "json":
        click.echo(json.dumps([asdict(s) for s in found], ensure_ascii=False))
        return
    topic = ""
    for s in found:
        if s.topic != topic:
            topic = s.topic
            click.echo(f"[topics.{topic}]")
        click.echo(visible(f"  {s.phrase:34} here {s.count:4}, elsewhere {s.elsewhere:4}   {s.example[:70]}"))
    if not found:
        click.echo("Nothing stands out that the word list does not have.")


@command.command("label")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write a sheet of messages to label.")
@click.option("--in", "filled", type=click.Path(path_type=Path, exists=True), help="Read a sheet somebody filled in.")
@click.option("--count", default=200, show_default=True, help="Messages on the sheet.")
@_FORMAT
def label(workspace: Path, out: Path | None, filled: Path | None, count: int, form: str) -> None:
    """Write a sheet of messages to label (--out), or measure with one that was filled in (--in)."""
    from quorum_watch.errors import UsageError
    from quorum_watch.language.lexicon import load_lexicon
    from quorum_watch.language.sheet import draw_messages, measure, read_sheet, write_sheet

    if (out is None) == (filled is None):
        raise UsageError("QW-E103", "Say what to do with the sheet.", "topics label", "Give --out FILE or --in FILE.")
    case, interactions, readings = _read(workspace)
    if out is not None:
        drawn = draw_messages(interactions, count)
        out.write_text(write_sheet(drawn), "utf-8-sig")
        click.echo(f"{len(drawn)} messages written. Fill in topics (none, or codes with ;) and scope.", err=True)
        return
    assert filled is not None
    text = filled.read_text("utf-8-sig")
    labels = read_sheet(text, load_lexicon(case.workspace.topics).codes, filled.name)
    quality = measure(labels, {r.interaction: r for r in readings})
    kept = case.workspace.root / LABELS
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(text, "utf-8")
    if form == "json":
        rows = {t: {"precision": _measured(p), "recall": _measured(r)} for t, p, r in quality.per_topic}
        told = {
            "labelled": quality.labelled,
            "precision": _measured(quality.precision),
            "recall": _measured(quality.recall),
        }
        click.echo(json.dumps(told | {"scope": _measured(quality.scope), "topics": rows}))
        return
    click.echo(f"{quality.labelled} labelled messages")
    click.echo(f"  precision {_shown(quality.precision)}   recall {_shown(quality.recall)}")
    click.echo(f"  scope not contradicted {_shown(quality.scope)}")
    for topic, precision, recall in quality.per_topic:
        click.echo(f"  {topic:24} precision {_shown(precision)}   recall {_shown(recall)}")
    if quality.unknown_ids:
        click.echo(f"{len(quality.unknown_ids)} rows name messages this workspace does not have", err=True)


def _shown(m: Measure) -> str:
    low, high = m.interval
    return f"{m.share:.2f} ({low:.2f} to {high:.2f}; {m.right} of {m.of})" if m.of else "no cases"


def _measured(m: Measure) -> dict[str, Any]:
    low, high = m.interval
    return {"share": round(m.share, 4), "low": round(low, 4), "high": round(high, 4), "right": m.right, "of": m.of}
