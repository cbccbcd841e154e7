"""The first page anybody opens: one self-contained HTML file with every finding worth a look, two pictures each.

It is a working paper for the attorney, written next to the run; the editions a clerk issues are built elsewhere. All
text by strangers is escaped, and control and direction-changing characters are made visible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from quorum_watch import plots
from quorum_watch.report.text import clip, visible
from quorum_watch.vocabulary import Act
from quorum_watch.wording import say

_ACTS = frozenset(Act)


def write_overview(document: Mapping[str, Any], path: Path, names: Mapping[str, str]) -> Path:
    """Write the page for a run's JSON object; ``names`` maps person ids to the names shown. Returns ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(render_overview(document, names), encoding="utf-8", newline="\n")
    part.replace(path)
    return path


def render_overview(document: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The page as text; the same run gives the same bytes."""
    environment = _environment(names)
    listed = [_prepared(f, names) for f in document["findings"] if f["test"] != "policy" and f["concern"] != "note"]
    template = environment.get_template("overview.html")
    css = Markup(resources.files(__package__).joinpath("templates/base.css").read_text(encoding="utf-8"))
    return template.render(
        run=document["run"],
        coverage=document["coverage"],
        period=document["coverage"]["period"],
        sources=_grouped(document["coverage"]["sources"]),
        listed=listed,
        notes=len(document["findings"]) - len(listed),
        css=css,
        say=say,
    )


def _environment(names: Mapping[str, str]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("quorum_watch.report"), autoescape=True, undefined=jinja2.StrictUndefined
    )

    def person(p: str) -> str:
        return visible(names.get(p, p))

    def people(chosen: Sequence[str]) -> str:
        return ", ".join(person(p) for p in chosen) or "nobody known"

    environment.filters |= {"shown": visible, "clip": clip, "person": person, "people": people, "moment": _moment}
    return environment


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%B %Y, %H:%M}"


def _prepared(finding: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    shown = {p: visible(n) for p, n in names.items()}
    reach = plots.reach_curve(finding)
    lane = plots.swimlane(finding, names=shown)
    steps = [
        {**s, "words": [e for e in s["evidence"] if e["says"] in _ACTS and e["exact"].strip()]}
        for s in finding["steps"]
    ]
    return {
        **finding,
        "steps": steps,
        "reach_svg": _picture(reach, f"{finding['id']}-reach"),
        "reach_words": plots.words_of(reach),
        "lane_svg": _picture(lane, f"{finding['id']}-lane"),
        "lane_words": plots.words_of(lane),
    }


def _picture(ax: Any, name: str) -> Markup:
    """An inline SVG with a title that a screen reader speaks; ids are made unique for the page."""
    svg = plots.to_svg(ax, prefix=name)
    label = Markup('<svg role="img" aria-label="{}" ').format(plots.words_of(ax))
    return label + Markup(svg.removeprefix("<svg "))


def _grouped(sources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Folders of single messages are one line; every other file is its own."""
    counts = ("found", "rows", "duplicates", "ignored", "restricted", "quarantined")
    table: dict[tuple[str, str], dict[str, Any]] = {}
    for s in sources:
        folder = s["file"].rsplit("/", 1)[0] if s["kind"] in ("eml", "maildir") and "/" in s["file"] else ""
        key = (f"{folder}/ (single messages)" if folder else s["file"], s["kind"])
        row = table.setdefault(key, {"file": key[0], "kind": key[1], **dict.fromkeys(counts, 0)})
        for c in counts:
            row[c] += s[c]
    return [table[k] for k in sorted(table)]
