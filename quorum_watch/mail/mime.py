"""The parts of a message, by offsets into its bytes.

The standard library's parser is recursive without a bound and checks every line against every open boundary, so a
crafted message can exhaust the stack or the clock. This one cuts by byte search, counts depth and parts before it goes
on, and copies nothing: cost is linear in the size for each level, and levels are limited.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from quorum_watch.limits import Limits
from quorum_watch.mail.charset import decode_base64, decode_text
from quorum_watch.mail.headers import Headers, LimitReached, Value, clean_line, read_value, scan_headers
from quorum_watch.vocabulary import Defect, Reason

_NO_VALUE = Value("", {})


@dataclass(slots=True)
class Part:
    """One node of the MIME tree: what it says it is, and where its body lies in the message."""

    path: str
    kind: str
    params: dict[str, str]
    disposition: str
    filename: str
    encoding: str
    start: int
    end: int
    headers: Headers
    children: list[Part] = field(default_factory=list)

    def walk(self) -> Iterator[Part]:
        """This part and everything below it, in file order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Walk:
    """What is shared while one message is read: limits, counts and the defects found."""

    limits: Limits
    parts: int = 0
    defects: dict[Defect, None] = field(default_factory=dict)

    def mark(self, defect: Defect) -> None:
        """Note a defect once."""
        self.defects[defect] = None


def read_part(
    raw: bytes, headers: Headers, end: int, walk: Walk, *, path: str = "", depth: int = 0, default: str = "text/plain"
) -> Part:
    """The MIME tree below a header block; ``end`` is where its bytes end.

    Raises :class:`LimitReached` where depth or number of parts exceed the limits.
    """
    walk.parts += 1
    if walk.parts > walk.limits.mime_parts:
        raise LimitReached(Reason.TOO_MANY_MEMBERS, f"more than {walk.limits.mime_parts} parts")
    if depth > walk.limits.mime_depth:
        raise LimitReached(Reason.NESTING, f"parts nested deeper than {walk.limits.mime_depth}")
    content = headers.raw("content-type")
    value = read_value(content) if content is not None else _NO_VALUE
    kind = value.main if "/" in value.main else default
    shown = headers.raw("content-disposition")
    disposition = read_value(shown) if shown is not None else _NO_VALUE
    encoding = headers.raw("content-transfer-encoding")
    part = Part(
        path or "1",
        kind,
        value.params,
        disposition.main,
        clean_line(disposition.params.get("filename") or value.params.get("name") or ""),
        encoding.split(b";")[0].strip().lower().decode("ascii", "replace") if encoding else "",
        headers.body,
        end,
        headers,
    )
    if kind.startswith("multipart/"):
        _read_children(raw, part, walk, path, depth)
    return part


def _read_children(raw: bytes, part: Part, walk: Walk, path: str, depth: int) -> None:
    boundary = part.params.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    spans = list(cut_multipart(raw, part.start, part.end, boundary, walk)) if boundary else []
    if not spans:
        walk.mark(Defect.MIME_DEFECT)  # says it has parts and shows none: what is there is read as text
        part.kind = "text/plain"
        return
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    for n, (start, end) in enumerate(spans, 1):
        headers = scan_headers(raw, start, end, walk.limits.header_bytes, part=True)
        if headers.broken:
            walk.mark(Defect.MIME_DEFECT)
        child_path = f"{path}.{n}" if path else str(n)
        part.children.append(read_part(raw, headers, end, walk, path=child_path, depth=depth + 1, default=default))


def cut_multipart(raw: bytes, start: int, end: int, boundary: bytes, walk: Walk) -> Iterator[tuple[int, int]]:
    """The spans between the delimiter lines of one boundary; a missing end delimiter is a defect, not a loss."""
    delimiter = b"--" + boundary
    begin = -1
    at = raw.find(delimiter, start, end)
    while at >= 0:
        after = at + len(delimiter)
        if at == start or raw[at - 1] in b"\n\r":
            eol = raw.find(b"\n", after, end)
            tail = raw[after : eol if eol >= 0 else end] if eol < 0 or eol - after < 200 else b"x"
            closing = tail.startswith(b"--")
            if closing or not tail.strip():
                if begin >= 0:
                    yield begin, _before_line_end(raw, begin, at)
                if closing:
                    return
                begin = eol + 1 if eol >= 0 else end
                after = max(after, begin - 1)
        at = raw.find(delimiter, after, end)
    if begin >= 0:
        walk.mark(Defect.MIME_DEFECT)
        yield begin, end


def _before_line_end(raw: bytes, begin: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if at > begin and raw[at - 1] == 10:
        at -= 1
    if at > begin and raw[at - 1] == 13:
        at -= 1
    return at


def decode_body(raw: bytes, part: Part, walk: Walk, limit: int | None = None) -> bytes:
    """The bytes of a leaf with its transfer encoding undone; what lies beyond ``limit`` is left out and marked."""
    end = part.end
    if limit is not None and end - part.start > 4 * limit:
        walk.mark(Defect.OVERSIZE_PART)
        end = part.start + 4 * limit
    data = raw[part.start : end]
    if part.encoding == "base64":
        data, bad = decode_base64(data)
        if bad:
            walk.mark(Defect.MIME_DEFECT)
    elif part.encoding == "quoted-printable":
        data = binascii.a2b_qp(data)
    elif part.encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        data = _decode_uu(data, walk)
    elif part.encoding not in ("", "7bit", "8bit", "binary", "none", "7-bit", "8-bit"):
        walk.mark(Defect.MIME_DEFECT)
    return data


def _decode_uu(data: bytes, walk: Walk) -> bytes:
    out = []
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            walk.mark(Defect.MIME_DEFECT)
    return b"".join(out)


_ENRICHED = re.compile(r"<(?:/?[A-Za-z][^<>]{0,60})>")


def read_text(raw: bytes, part: Part, walk: Walk) -> str:
    """The text of a text leaf with ``\\n`` line ends; the character set is guessed only where it has to be."""
    data = decode_body(raw, part, walk, walk.limits.text_chars)
    text, guessed = decode_text(data, part.params.get("charset", ""))
    if guessed:
        walk.mark(Defect.CHARSET_GUESSED)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", "")
    if part.kind in ("text/enriched", "text/richtext"):
        text = _ENRICHED.sub("", text).replace("<<", "<")
    if len(text) > walk.limits.text_chars:
        walk.mark(Defect.OVERSIZE_PART)
        text = text[: walk.limits.text_chars]
    return text
