"""An edition as PDF/UA-1, by typst: tagged, titled, its language set, header cells marked, pictures described.

typst refuses what would not be accessible (no title, a picture without words, a skipped heading level, a letter that no
font can show), so a broken file is never written. The template gets data only: no text of a message is ever markup.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from quorum_watch.errors import InputError
from quorum_watch.report import charts
from quorum_watch.report.blocks import (
    Block,
    Bullets,
    Edition,
    Grid,
    Heading,
    Inline,
    Para,
    Picture,
    Terms,
    address,
    plain,
)
from quorum_watch.report.text import visible
from quorum_watch.wording import say

_STANDARD = "ua-1"
_LINE, _LINE_DENSE, _WIDE, _LONGEST_WORD = 92, 118, 60, 18
_BOLD = 1.15
_WHOLE, _DENSE = 9, 7
_LETTER_INCHES = 7.0
_PICTURE = 72  # percent of its own size: two fit on a page beside their text


def render_pdf(edition: Edition) -> bytes:
    """The file; the same edition gives the same bytes.

    Raises
    ------
    InputError
        ``QW-E277`` if typst refuses the document, with its reason.
    """
    return compile_pdf(_template(), data_of(edition))


def compile_pdf(template: bytes, data: Mapping[str, Any]) -> bytes:
    """Set ``data`` with ``template``; raises :class:`~quorum_watch.errors.InputError` (``QW-E277``) if refused."""
    import typst

    compiler: Any = typst.compile
    dated = data["dated"]
    try:
        made = compiler(
            template,
            font_paths=[str(_fonts())],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[_STANDARD],
            timestamp=_noon(dated),
        )
    except typst.TypstError as error:
        raise InputError(
            "QW-E277",
            f"The PDF was refused because it would not be accessible: {error.message[:160]}",
            "quorum_watch/report/templates/edition.typ",
            "Report this line; the HTML edition can be issued meanwhile with --format html.",
        ) from None
    return bytes(made)


def _noon(dated: Sequence[int]) -> int:
    """Noon of the document's day in seconds since 1970: what the file says of its making."""
    from datetime import UTC, datetime

    return int(datetime(dated[0], dated[1], dated[2], 12, tzinfo=UTC).timestamp())


@cache
def _template() -> bytes:
    return resources.files("quorum_watch.report").joinpath("templates/edition.typ").read_bytes()


@cache
def _fonts() -> Path:
    """The DejaVu fonts that come with matplotlib: the same on every machine."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _glyphs() -> frozenset[int]:
    """The characters both cuts of the font can show."""
    from matplotlib.ft2font import FT2Font

    found = [set(FT2Font(str(_fonts() / name)).get_charmap()) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return frozenset(found[0] & found[1])


def showable(text: str) -> str:
    r"""Text that the font can show and a voice can read: what it lacks becomes its Unicode name.

    >>> showable("ok \N{THUMBS UP SIGN} caf\N{LATIN SMALL LETTER E WITH ACUTE}")
    'ok [thumbs up sign] café'
    """
    return "".join(_shown(c) for c in unicodedata.normalize("NFC", visible(text)))


def _shown(c: str) -> str:
    if c.isspace():
        return " " if c != "\u00a0" else c
    if ord(c) in _glyphs() and c.isprintable():
        return c
    if unicodedata.category(c) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(c, ""):
        return ""
    return f"[{unicodedata.name(c, f'U+{ord(c):04X}').lower()}]"


# --- data -------------------------------------------------------------------------------------------------------------


def data_of(edition: Edition) -> dict[str, Any]:
    """The edition as the template reads it: plain texts, lists and numbers."""
    anchors = _anchors(edition)
    return {
        "name": showable(f"{edition.title}: {edition.subtitle}"),
        "title": showable(edition.title),
        "subtitle": showable(edition.subtitle),
        "author": showable(edition.city),
        "lang": "en",
        "dated": [int(part) for part in edition.dated.split("-")],
        "page": say("report.page.number"),
        "of": say("report.page.of"),
        "blocks": [_block(b, anchors) for b in edition.blocks],
    }


def _anchors(edition: Edition) -> frozenset[str]:
    found = {b.anchor for b in edition.blocks if isinstance(b, Heading)}
    return frozenset(found | {a for g in edition.grids() for a in g.anchors if a})


def _run(parts: Sequence[Inline], anchors: frozenset[str]) -> list[Any]:
    """Words and links; a link that leads nowhere in this file is plain words."""
    out: list[Any] = []
    for w in parts:
        if isinstance(w, str):
            out.append(showable(w))
        elif not address(w.to) or (w.to.startswith("#") and w.to[1:] not in anchors):
            out.append(showable(w.text))
        else:
            out.append({"text": showable(w.text), "to": w.to})
    return out


def _block(block: Block, anchors: frozenset[str]) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": showable(block.text), "anchor": block.anchor}
        case Para():
            return {"kind": "para", "style": block.style, "words": _run(block.words, anchors)}
        case Bullets():
            entries = [_run(item, anchors) for item in block.items]
            return {"kind": "bullets", "ordered": block.ordered, "entries": entries}
        case Terms():
            return {"kind": "terms", "rows": [[showable(t), showable(m)] for t, m in block.rows]}
        case Grid():
            return {
                "kind": "grid",
                "caption": showable(block.caption),
                "head": [showable(h) for h in block.head],
                "rows": [[_run(c, anchors) for c in r] for r in block.rows],
                "numeric": sorted(block.numeric),
                "anchors": list(block.anchors),
                "widths": _widths(block),
                "whole": len(block.rows) <= _WHOLE,
                "dense": len(block.head) >= _DENSE,
            }
        case Picture():
            drawn = charts.svg(block)
            return {
                "kind": "picture",
                "svg": drawn,
                "alt": showable(block.alt),
                "caption": showable(block.caption),
                "share": min(100, round(_inches(drawn) / _LETTER_INCHES * _PICTURE)),
            }


def _inches(svg: str) -> float:
    """The width of a drawing in inches, from its ``width`` in points."""
    return float(svg.split('width="', 1)[1].split("pt", 1)[0]) / 72


def _widths(grid: Grid) -> list[int]:
    """Shares of the page for the columns: room for the longest word of each, the rest by the usual length of a cell."""
    floor, want = [], []
    for k, title in enumerate(grid.head):
        cells = [plain(r[k]) for r in grid.rows]
        bold = _longest([title, *(cells if k == 0 else [])]) * _BOLD
        floor.append(round(min(max(bold, _longest(cells)), _LONGEST_WORD)) + 2)
        usual = sorted(len(c) for c in cells)[len(cells) * 3 // 4] if cells else 1
        want.append(max(min(usual, _WIDE) + 2 - floor[-1], 0))
    spare = max((_LINE_DENSE if len(grid.head) >= _DENSE else _LINE) - sum(floor), 0)
    return [f * 10 + (spare * 10 * w // sum(want) if sum(want) else 0) for f, w in zip(floor, want, strict=True)]


def _longest(texts: Sequence[str]) -> int:
    """The longest run of letters that does not break at the end of a line."""
    return max((len(w) for text in texts for w in text.split()), default=1)
