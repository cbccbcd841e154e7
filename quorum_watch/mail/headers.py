"""The header block of a message, found by one pass over the bytes, and the structured values inside it.

A message from the wild may begin with a mailbox separator or a byte order mark, have lines in its header that are no
header, or use bare carriage returns. Each of these is read, and said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from quorum_watch.mail.charset import decode_header, decode_text, decode_words
from quorum_watch.vocabulary import Reason

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_SEPARATOR = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?:>?From [^\n]*\n)?")
_UNFOLD = re.compile(r"\r?\n[ \t]*|\r[ \t]*")
_PARAM = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(\"(?:[^\"\\]|\\.)*+\"|[^;]*)", re.S)
_SPACE = re.compile(r"\s+")


class LimitReached(Exception):
    """A message exceeds a limit for hostile input; carries the coded reason, and a detail without message text."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason.value}: {detail}")


@dataclass(slots=True)
class Headers:
    """Raw header values by lower-case name, in file order. ``body`` is where the body begins; ``broken`` if mended."""

    fields: dict[str, list[bytes]] = field(default_factory=dict)
    body: int = 0
    broken: bool = False

    def raw(self, name: str) -> bytes | None:
        """The first value of that name as bytes, folds included."""
        values = self.fields.get(name)
        return values[0] if values else None

    def texts(self, *names: str) -> list[str]:
        """Every value of those names as text, folds and encoded words still in it."""
        return [decode_header(v).strip() for n in names for v in self.fields.get(n, ())]

    def text(self, name: str) -> str:
        """The first value of that name, unfolded and with encoded words decoded; ``""`` where it is absent."""
        values = self.fields.get(name)
        if not values:
            return ""
        text = decode_header(values[0]).strip()
        if "\n" in text or "\r" in text:
            text = _UNFOLD.sub(" ", text)
        return decode_words(text).replace("\x00", "")


def scan_headers(raw: bytes, start: int, end: int, limit: int, *, part: bool = False) -> Headers:
    """Read the header block of ``raw[start:end]``; of a ``part`` an empty first line says that it has none.

    Raises :class:`LimitReached` where the block is longer than ``limit`` bytes.

    >>> found = scan_headers(b"From: a@x.example\\nTo: b@x.example,\\n c@x.example\\n\\nHello", 0, 54, 1000)
    >>> sorted(found.fields), found.body
    (['from', 'to'], 49)
    """
    out = Headers()
    fields = out.fields
    separator = None if part else _SEPARATOR.match(raw, start, end)
    at = separator.end() if separator else start
    begin = at
    while at < end:
        match = _FIELD.match(raw, at, end)
        if match is not None:
            name = match[1].decode("ascii").lower()
            if name in fields:
                fields[name].append(match[2])
            else:
                fields[name] = [match[2]]
            at = match.end()
        elif raw[at] == 10:
            at += 1
            break
        elif raw.startswith(b"\r\n", at):
            at += 2
            break
        else:
            out.broken = True
            after = raw.find(b"\n", at, end) + 1
            if not after or not fields or not _FIELD.match(raw, after, end):
                break  # the body begins without a blank line
            at = after
        if at - begin > limit:
            raise LimitReached(Reason.OVERSIZE, f"header block longer than {limit} bytes")
    out.body = min(at, end)
    return out


@dataclass(frozen=True, slots=True)
class Value:
    """A structured header value such as ``text/plain; charset=utf-8``: the main word and its parameters."""

    main: str
    params: dict[str, str]


@lru_cache(maxsize=1024)
def read_value(raw: bytes) -> Value:
    """Split a ``Content-Type`` or ``Content-Disposition`` value; continuations of RFC 2231 are put together.

    >>> read_value(b"attachment; filename*0*=utf-8''Caf%C3%A9; filename*1=.pdf").params["filename"]
    'Café.pdf'
    """
    text = _UNFOLD.sub(" ", decode_header(raw)).strip()
    main = text.partition(";")[0].strip().lower()
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAM.finditer(text, text.find(";") if ";" in text else len(text)):
        name, value = match[1].lower(), match[2].strip()
        if len(value) > 1 and value[0] == '"':
            value = re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
        if "*" not in name:
            plain.setdefault(name, decode_words(value))
            continue
        base, _, rest = name.partition("*")
        number = rest.rstrip("*")
        pieces.setdefault(base, []).append(
            (int(number) if number.isdecimal() and len(number) < 9 else 0, rest.endswith("*") or not rest, value)
        )
    for base, found in pieces.items():
        plain[base] = _join_pieces(sorted(found, key=lambda p: p[0]))
    return Value(main, plain)


def _join_pieces(pieces: list[tuple[int, bool, str]]) -> str:
    charset, data = "", b""
    for n, (_, encoded, value) in enumerate(pieces):
        if encoded:
            if n == 0 and value.count("'") >= 2:
                charset, _, value = value.split("'", 2)
            data += re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), value.encode("utf-8", "replace"))
        else:
            data += value.encode("utf-8", "replace")
    return decode_text(data, charset or "utf-8")[0]


def clean_line(text: str) -> str:
    """Text on one line with single spaces, as for a subject or a file name."""
    return _SPACE.sub(" ", text).strip()
