"""HTML bodies as the text a reader saw, with the stretches their writer's program marked as quoted."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

_TAG = re.compile(r"<[^<>]{0,2000}>")
_RULE = re.compile(r"<hr\b[^<>]{0,500}>", re.I)
_HIDDEN = re.compile(r"<(script|style|head|title)\b", re.I)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|hr)\b[^<>]{0,200}>", re.I)
_BLANKS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
#: More tags than this are not read as a document but stripped: layout would cost more than it tells.
MAX_TAGS = 20_000

_QUOTES = {
    "blockquote": ["quote"],
    "div#class=gmail_quote": ["quote"],
    "div#class=yahoo_quoted": ["quote"],
    "div#class=moz-cite-prefix": ["cite"],
}


def read_html(source: str) -> tuple[str, tuple[tuple[int, int], ...], bool]:
    """Text of an HTML body, spans of it that stood in a quoting element, and whether the plain fallback was used.

    >>> read_html("<p>Yes.</p><blockquote>Will you vote for it?</blockquote>")[0].split()
    ['Yes.', 'Will', 'you', 'vote', 'for', 'it?']
    """
    if source.count("<") <= MAX_TAGS:
        try:
            return *_read_document(source), False
        except Exception:  # a third party's parser on a stranger's bytes: whatever it raises, the text is still wanted
            pass
    return strip_tags(source), (), True


def _read_document(source: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    from inscriptis import get_annotated_text

    source = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source).replace("\x00", "")
    if not source.strip():
        return "", ()
    source = _RULE.sub("<br><br>", source)  # a drawn line parts what follows from what precedes
    found = get_annotated_text(source, _make_config())
    text: str = found["text"]
    spans = tuple(sorted((int(a), int(b)) for a, b, label in found["label"] if label == "quote" and text[a:b].strip()))
    return text, _outermost(spans)


@cache
def _make_config() -> Any:
    """Made once: it is only read afterwards, and making it costs more than most documents."""
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig

    return ParserConfig(css=CSS_PROFILES["strict"].copy(), annotation_rules=_QUOTES)


def _outermost(spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for a, b in spans:
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], b))
        else:
            out.append((a, b))
    return tuple(out)


def strip_tags(source: str) -> str:
    """Text without markup by pattern alone: for documents no parser takes."""
    text = _BREAK.sub("\n", _drop_hidden(source))
    text = html.unescape(_TAG.sub("", text))
    return _BLANKS.sub("\n\n", text).strip()


def _drop_hidden(source: str) -> str:
    """Leave out what no reader sees; an element that never closes is kept, for it may hold the message."""
    lower = source.lower()
    out: list[str] = []
    unclosed: set[str] = set()
    at = 0
    for match in _HIDDEN.finditer(source):
        name = match[1].lower()
        if match.start() < at or name in unclosed:
            continue
        close = lower.find(f"</{name}", match.end()) if len(lower) == len(source) else -1
        if close < 0:
            unclosed.add(name)
            continue
        out.append(source[at : match.start()])
        at = close
    out.append(source[at:])
    return " ".join(out)
