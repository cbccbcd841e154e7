"""What a reader saw: the text of a message, chosen among its parts, with attached messages behind it.

Decisions, kept in one place:

- of alternatives, plain text is taken unless it is a mere stub of the HTML one;
- a text part is read unless it is marked as an attachment; any other part is an attachment, by name only;
- an attached message (``message/rfc822``) is an earlier message as much as a quoted one: its subject and text follow
  the body, and a span of kind ``attached`` covers them;
- calendar parts are handed on (:attr:`Body.calendars`), for they are events of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from quorum_watch.mail.headers import scan_headers
from quorum_watch.mail.html import read_html
from quorum_watch.mail.mime import Part, Walk, decode_body, read_part, read_text
from quorum_watch.vocabulary import Defect

STUB_CHARS = 100


@dataclass(frozen=True, slots=True)
class Embedded:
    """A message attached to another: its bytes, its part path, and the depth at which it stood."""

    raw: bytes
    path: str
    depth: int


@dataclass(slots=True)
class Body:
    """Text, spans quoted by HTML markup, attachments, calendar parts ``(path, bytes)``, attached messages."""

    text: str = ""
    marked: list[tuple[int, int]] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    calendars: list[tuple[str, bytes]] = field(default_factory=list)
    embedded: list[Embedded] = field(default_factory=list)
    report: str = ""

    def append(self, text: str, marked: tuple[tuple[int, int], ...] = ()) -> None:
        """Add a stretch of text, parts being separated by an empty line."""
        if not text.strip():
            return
        if self.text:
            self.text = self.text.rstrip("\n") + "\n\n"
        shift = len(self.text)
        self.text += text
        self.marked += [(a + shift, b + shift) for a, b in marked]

    def take(self, other: Body) -> None:
        """Everything of another body but its text."""
        self.attachments += other.attachments
        self.calendars += other.calendars
        self.embedded += other.embedded


def read_body(raw: bytes, part: Part, walk: Walk, depth: int = 0) -> Body:
    """The body of one message from its MIME tree."""
    body = Body()
    _collect(raw, part, body, walk, depth)
    return body


def _collect(raw: bytes, part: Part, body: Body, walk: Walk, depth: int) -> None:
    kind = part.kind
    if part.children:
        if kind == "multipart/alternative":
            _choose(raw, part, body, walk, depth)
            return
        if kind == "multipart/report":
            body.report = part.params.get("report-type", "").lower() or "report"
        for child in part.children:
            _collect(raw, child, body, walk, depth)
    elif kind in ("text/calendar", "application/ics"):
        body.calendars.append((part.path, decode_body(raw, part, walk)))
        body.attachments.append(part.filename or "calendar")
    elif kind == "message/rfc822" or kind == "message/global":
        body.embedded.append(Embedded(decode_body(raw, part, walk), part.path, depth + 1))
        body.attachments.append(part.filename or "message")
    elif (
        kind.startswith("text/") and kind not in ("text/rfc822-headers", "text/x-amp-html") and not _is_attachment(part)
    ):
        if kind == "text/html":
            text, marked, fallback = read_html(read_text(raw, part, walk))
            if fallback:
                walk.mark(Defect.MIME_DEFECT)
            body.append(text, marked)
        else:
            body.append(read_text(raw, part, walk))
    elif kind != "text/x-amp-html" and (part.filename or _is_attachment(part) or part.end > part.start):
        body.attachments.append(part.filename or kind)


def _is_attachment(part: Part) -> bool:
    if part.disposition == "attachment":
        return True
    return bool(part.filename) and (part.disposition != "inline" or part.kind not in ("text/plain", "text/html"))


def _choose(raw: bytes, part: Part, body: Body, walk: Walk, depth: int) -> None:
    """One of several forms of the same text; what else they carry (attachments, invitations) is kept from all."""
    forms: list[tuple[bool, Body]] = []
    lazy_html: Part | None = None
    for child in part.children:
        if (
            child.kind == "text/html"
            and any(b.text.strip() for plain, b in forms if plain)
            and not _is_attachment(child)
        ):
            lazy_html = child
            continue
        form = Body()
        _collect(raw, child, form, walk, depth)
        forms.append((child.kind != "text/html" and "html" not in _kinds(child), form))
    best = next((b for plain, b in forms if plain and b.text.strip()), None)
    if best is not None and lazy_html is not None and len(best.text.strip()) < STUB_CHARS:
        rich = Body()
        _collect(raw, lazy_html, rich, walk, depth)
        if len(rich.text.strip()) > 10 * len(best.text.strip()):
            best = rich
    if best is None:
        best = next((b for _, b in forms if b.text.strip()), None)
    if best is not None:
        body.append(best.text, tuple(best.marked))
    for _, form in forms:
        body.take(form)


def _kinds(part: Part) -> str:
    return " ".join(p.kind for p in part.walk())


def open_embedded(inner: Embedded, walk: Walk) -> Part:
    """The MIME tree of an attached message; its parts count against the limits of the message that carries it."""
    headers = scan_headers(inner.raw, 0, len(inner.raw), walk.limits.header_bytes)
    return read_part(inner.raw, headers, len(inner.raw), walk, path=inner.path, depth=inner.depth)
