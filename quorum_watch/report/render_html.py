"""An edition as one HTML file that needs nothing else: no script, no request; for screen, paper and screen reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from quorum_watch.report import charts
from quorum_watch.report.blocks import Block, Bullets, Edition, Grid, Heading, Para, Picture, Terms, address
from quorum_watch.report.text import visible
from quorum_watch.wording import say

_KINDS = {Heading: "heading", Para: "para", Bullets: "bullets", Terms: "terms", Grid: "grid", Picture: "picture"}


def render_html(edition: Edition) -> bytes:
    """The page in UTF-8; the same edition gives the same bytes."""
    css = "".join(_read(f"templates/{name}") for name in ("base.css", "edition.css"))
    page = _template().render(
        edition={"title": edition.title, "subtitle": edition.subtitle, "blocks": [_block(b) for b in edition.blocks]},
        css=Markup(css),
        say=say,
    )
    return page.encode()


def _read(name: str) -> str:
    return resources.files("quorum_watch.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("quorum_watch.report"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"shown": visible, "href": address}
    return environment.get_template("edition.html")


def _block(block: Block) -> Mapping[str, Any]:
    found: dict[str, Any] = {name: getattr(block, name) for name in block.__dataclass_fields__}
    found["kind"] = _KINDS[type(block)]
    if isinstance(block, Picture):
        found["svg"] = _inline(block)
    return found


def _inline(picture: Picture) -> Markup:
    """The drawing with a spoken name; its own words stay hidden from a screen reader, which hears the name."""
    drawn = charts.svg(picture)
    label = Markup('<svg role="img" aria-label="{}" ').format(visible(picture.alt))
    return label + Markup(drawn.removeprefix("<svg "))
