"""``quorum-watch show``: one finding, step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from quorum_watch.cli.common import emit, paragraph, visible
from quorum_watch.vocabulary import Act

_ACTS = frozenset(Act)


@click.command("show")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("finding")
@click.option("--law", "with_law", is_flag=True, help="Print the quoted text of each rule used.")
@click.option("--run", "run_id", help="A run other than the newest.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
def command(workspace: Path, finding: str, with_law: bool, run_id: str | None, form: str) -> None:
    """Explain FINDING (such as QW-7F3A) of the newest run of WORKSPACE."""
    from quorum_watch import runs
    from quorum_watch.workspace import Workspace

    ws = Workspace.open(workspace)
    chosen = run_id or runs.latest(ws.runs)
    if chosen is None:
        raise runs.no_run(ws.runs)
    document = runs.load(ws.runs, chosen)
    wanted = finding.upper() if finding.upper().startswith("QW-") else f"QW-{finding.upper()}"
    found = next((f for f in document["findings"] if f["id"] == wanted), None)
    if found is None:
        raise runs.no_finding(wanted, [f["id"] for f in document["findings"]], f"run {chosen}")
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    emit(as_text(found, document, with_law=with_law))


def as_text(f: dict[str, Any], document: dict[str, Any], *, with_law: bool) -> str:
    """A finding for a terminal: story, steps with their words, numbers, both sides, what was not seen."""
    from quorum_watch.wording import say

    lines = [f"{f['id']}  {visible(f['headline'])}", ""]
    lines.append(
        f"{say('concern.' + f['concern'])} · {say('test.' + f['test'])} · {say('pattern.' + f['pattern'])} · "
        f"facts: {say('confidence.' + f['confidence'])} · {f['since_last']}"
    )
    lines += [paragraph(f"Why this concern: {f['why_this_concern']}", ""), ""]
    lines += [paragraph(line, "") for line in f["story"]]
    lines += ["", "Steps"]
    for s in f["steps"]:
        mark = "*" if s["n"] in f["pivotal"] else " "
        to = ", ".join(s["to"])
        doubt = "" if s["time_precision"] == "exact" else f" ({s['time_precision']} only)"
        when = s["at"].replace("T", " ")[:16] + doubt
        how = say(f"channel.{s['channel']}")
        lines.append(visible(f"{mark}{s['n']:>3}. {when}  {how}: {s['from']} to {to}  [{s['reached_after']}]"))
        for e in s["evidence"]:
            if not e["exact"].strip() or e["says"] not in _ACTS:
                continue
            by = "coded by hand: " if e["by_hand"] else ""
            words = e["exact"] if len(e["exact"]) <= 160 else e["exact"][:157] + "..."
            lines.append(paragraph(f"{by}{say('act.' + e['says'])}: “{words}”", "        "))
    if f["pivotal"]:
        lines.append("  * without this step the count stays below the number")
    if f["thresholds"]:
        lines += ["", "Numbers"]
        for t in f["thresholds"]:
            rule = f", {say('vote_rule.' + t['vote_rule'])}" if t["vote_rule"] else ""
            state = "reached" if t["reached"] else "not reached"
            marks = "".join(
                f" [{word}]"
                for word, on in (
                    ("not verified", not t["verified"]),
                    ("inference", t["inference"]),
                    ("unsettled", t["unsettled"]),
                )
                if on
            )
            what = say(f"threshold.{t['name']}")
            lines.append(f"  {t['value']:>3} of {t['of']}: {what}{rule}: {state}. {t['citation']}{marks}")
            if with_law:
                lines += [paragraph(a, "        ") for a in t["arithmetic"]]
    for weighs in ("for", "against", "unknown"):
        chosen = [x for x in f["factors"] if x["weighs"] == weighs]
        if chosen:
            lines += ["", say(f"weighs.{weighs}").capitalize()]
            for x in chosen:
                source = f" ({x['citation']}{'' if x['verified'] else ', not verified'}; {x['kind']})"
                lines.append(paragraph(f"- {x['because']}{source}"))
                if with_law and x["url"]:
                    lines.append(f"      {x['url']}")
    lines += ["", "Not seen", *(paragraph(f"- {u}") for u in f["unseen"])]
    if document["run"]["profile"]["banner"]:
        lines += ["", paragraph(document["run"]["profile"]["banner"], "")]
    return "\n".join(lines)
