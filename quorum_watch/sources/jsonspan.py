"""JSON exports item by item, each with the range of bytes it stands in.

An export is one document with a few long arrays in it. The document is walked once by its brackets and quotes, so that
every item of a wanted array has its own bytes (and its own hash), a broken item costs only itself, and a file that
breaks off keeps what came before the break. Nothing is decoded until an item is asked for.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quorum_watch.limits import Limits
from quorum_watch.model import Rejected
from quorum_watch.sources.interface import SourceFile
from quorum_watch.sources.locators import hash_file, locate_bytes
from quorum_watch.vocabulary import Outcome, Reason

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\],]|"', re.S)
_KEY = re.compile(rb"\s*:\s*")
_SPACE = re.compile(rb"\s*")
#: What is read of the document around its arrays; more than this is not the head of an export.
HEAD_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Span:
    """One item of an array: where it stands, how deep it goes, its array's name and its place in it."""

    array: str
    index: int
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Value:
    """One item with its bytes, or the reason why there is no value in them."""

    span: Span
    raw: bytes
    data: Any
    reason: Reason | None = None
    detail: str = ""

    @property
    def locator(self) -> str:
        """The way back to the bytes."""
        return locate_bytes(self.span.start, self.span.end)

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    def refuse(self, reason: Reason, detail: str = "", outcome: Outcome = Outcome.QUARANTINED) -> Rejected:
        """The item as one that is no row."""
        return Rejected(self.locator, self.sha256, outcome, reason, detail)


@dataclass(frozen=True, slots=True)
class Document:
    """The document around its arrays (each standing empty in ``head``), and the spans of their items.

    ``broken`` is where the brackets stopped making sense, or ``-1``; ``head`` is then ``{}``.
    """

    head: Any
    spans: tuple[Span, ...]
    broken: int


def scan(data: bytes | mmap.mmap, arrays: frozenset[str], start: int = 0) -> Document:
    """Find the items of the named arrays of the outermost object; ``""`` names an outermost array.

    ``start`` is where the document begins: the archives of some platforms assign it to a name first, or wrap it.

    >>> text = b'{"title": "t", "messages": [{"a": [1]}, 2]}'
    >>> found = scan(text, frozenset({"messages"}))
    >>> found.head, [text[s.start:s.end] for s in found.spans]
    ({'title': 't', 'messages': []}, [b'{"a": [1]}', b'2'])
    """
    size = len(data)
    opener = _SPACE.match(data, start + 3 if data[start : start + 3] == b"\xef\xbb\xbf" else start)
    begun, start = start > 0, opener.end() if opener else start
    spans: list[Span] = []
    holes: list[tuple[int, int]] = []
    stack = bytearray()
    array: str | None = None
    at = item = deepest = 0
    index = 0
    word = b""
    for token in _TOKEN.finditer(data, start):
        char = token[0]
        if len(char) > 1:
            word = char if len(stack) == 1 and array is None else b""
            at = token.start()
            continue
        level = len(stack)
        if char in b"{[":
            if array is None and char == b"[" and _wanted(data, word, at, token.start(), level, arrays):
                array = json.loads(word) if level else ""
                item, index, deepest = token.end(), 0, 0
                holes.append((token.end(), token.end()))
            stack += char
            deepest = max(deepest, len(stack))
            word = b""
        elif char == b'"':
            break  # a quote that never closes
        elif char == b",":
            if array is not None and level == _floor(array):
                spans.append(_trim(data, array, index, item, token.start(), deepest - level))
                item, index, deepest = token.end(), index + 1, level
        else:
            if not stack or (stack[-1] == 0x7B) != (char == b"}"):
                break
            if array is not None and level == _floor(array):
                last = _trim(data, array, index, item, token.start(), deepest - level)
                if last.end > last.start or index:
                    spans.append(last)
                holes[-1] = (holes[-1][0], token.start())
                array = None
            stack.pop()
            if not stack:
                rest = _SPACE.match(data, token.end())
                tail = rest.end() if rest else token.end()
                if data[tail : tail + 1] in (b"", b";") or (begun and data[tail : tail + 1] == b"}"):
                    return Document(_read_head(data, start, token.end(), holes), tuple(spans), -1)
                return Document({}, tuple(spans), tail)
    broken = item if array is not None else (spans[-1].end if spans else 0)
    return Document({}, tuple(spans), min(broken, size))


def _floor(array: str) -> int:
    return 2 if array else 1


def _wanted(data: bytes | mmap.mmap, word: bytes, at: int, bracket: int, level: int, arrays: frozenset[str]) -> bool:
    if level == 0:
        return "" in arrays
    if level != 1 or not word:
        return False
    key = _KEY.match(data, at + len(word))
    if key is None or key.end() != bracket:
        return False
    try:
        return json.loads(word) in arrays
    except ValueError:
        return False


def _trim(data: bytes | mmap.mmap, array: str, index: int, start: int, end: int, depth: int) -> Span:
    lead = _SPACE.match(data, start, end)
    start = lead.end() if lead else start
    while end > start and data[end - 1 : end].isspace():
        piece = data[max(start, end - 4096) : end]
        end -= len(piece) - len(piece.rstrip())
    return Span(array, index, start, end, depth)


def _read_head(data: bytes | mmap.mmap, start: int, end: int, holes: list[tuple[int, int]]) -> Any:
    pieces, at = [], start
    for a, b in holes:
        pieces.append((at, a))
        at = b
    pieces.append((at, end))
    if sum(b - a for a, b in pieces) > HEAD_BYTES:
        return {}
    return load_json(b"".join(data[a:b] for a, b in pieces))


def load_json(raw: bytes) -> Any:
    """The value of some JSON bytes, or ``{}`` where they are none."""
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"), strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return {}


def read_value(data: bytes | mmap.mmap, span: Span, limits: Limits) -> Value:
    """One item decoded. Too deep, too long and malformed items keep their bytes and say why."""
    raw = bytes(data[span.start : span.end])
    if span.depth > limits.json_depth:
        return Value(span, raw, None, Reason.JSON_INVALID, f"nested deeper than {limits.json_depth}")
    try:
        value = json.loads(raw.decode("utf-8", "surrogateescape"), strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return Value(span, raw, None, Reason.JSON_INVALID, "not valid JSON")
    return Value(span, raw, _clean(value))


def _clean(value: Any) -> Any:
    """Text without halves of surrogate pairs: they can be written nowhere, and are shown as the replacement mark."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value
    if isinstance(value, list):
        return [_clean(v) for v in value]
    if isinstance(value, dict):
        return {_clean(k): _clean(v) for k, v in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Export:
    """An opened export: the document around its arrays, and its items one by one."""

    file: SourceFile
    document: Document
    limits: Limits

    @property
    def head(self) -> dict[str, Any]:
        """The document with its long arrays empty."""
        return self.document.head if isinstance(self.document.head, dict) else {}

    def values(self, *arrays: str) -> Iterator[Value]:
        """The items of the named arrays (of all, if none is named), in file order."""
        if not self.document.spans:
            return
        with self.file.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for span in self.document.spans:
                if not arrays or span.array in arrays:
                    yield read_value(data, span, self.limits)

    def rest(self) -> Iterator[Rejected]:
        """What follows a break, as one item; nothing where the document is whole."""
        if self.document.broken >= 0:
            start = self.document.broken
            with self.file.path.open("rb") as stream:
                stream.seek(start)
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            reason = Reason.TRUNCATED if self.document.spans else Reason.JSON_INVALID
            detail = f"breaks off after {len(self.document.spans)} items"
            yield Rejected(locate_bytes(start, self.file.size), digest, Outcome.QUARANTINED, reason, detail)


def open_export(file: SourceFile, limits: Limits, *arrays: str, skip: int = 0) -> Export | Rejected:
    """Walk an export once. ``skip`` bytes before the document (``window.YTD... =``) are passed over."""
    if file.size > limits.member_bytes:
        return refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, f"larger than {limits.member_bytes} bytes")
    with file.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return Export(file, scan(data, frozenset(arrays), skip), limits)


def refuse_file(file: SourceFile, outcome: Outcome, reason: Reason, detail: str = "") -> Rejected:
    """The whole file as one item that is no row."""
    return Rejected(locate_bytes(0, file.size), hash_file(file.path), outcome, reason, detail)
