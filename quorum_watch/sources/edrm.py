"""EDRM XML (1.x), the exchange format of e-discovery: documents with tags, files, custodians.

Each ``Document`` is cut out by its own bytes and parsed alone. Of documents of type ``Message`` the tags (``#From``,
``#To``, ``#DateSent`` ...) become a message; their text may stand in a file beside the XML. Google Vault writes the
same format as a sidecar of its mailboxes; that one is left to the reader of Vault exports.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import refuse_file
from quorum_watch.sources.load_rows import QUESTION, Place, build_row
from quorum_watch.sources.locators import locate_bytes, read_range
from quorum_watch.vocabulary import Outcome, Reason

_ROOT = re.compile(rb"<(?:\w+:)?Root\b[^<>]{0,4000}DataInterchangeType", re.S)
_TAGS = re.compile(rb"TagName\s*=\s*[\"']#(?:From|To|DateSent|Subject)[\"']")
_VAULT = re.compile(rb"(?i)TagName\s*=\s*[\"'](?:Labels|RFC822\w*)[\"']|\.mbox[\"']")
_BEGIN = re.compile(rb"<((?:\w+:)?Document)(?=[\s/>])")
_MOST = 256 << 20


class EdrmReader:
    """Reads the messages of an EDRM XML file."""

    kind: ClassVar[str] = "edrm"
    version: ClassVar[str] = "1"
    reads_beside: ClassVar[bool] = True
    reads_above: ClassVar[bool] = True

    def claims(self, file: SourceFile) -> int:
        """The root element, and tags of messages that Vault does not write."""
        if not _ROOT.search(file.head[:8192]) or _VAULT.search(file.head):
            return 0
        return 94 if _TAGS.search(file.head) else 60

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each document."""
        if file.size > context.limits.member_bytes:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.OVERSIZE, "larger than the limit")
            return
        if b"<!ENTITY" in file.head:
            yield refuse_file(file, Outcome.QUARANTINED, Reason.XML_ENTITY, "the file declares entities")
            return
        found = 0
        with file.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for start, end, whole in _cut(data):
                found += 1
                raw = data[start:end]
                place = Place(file, locate_bytes(start, end), hashlib.sha256(raw).hexdigest())
                if not whole:
                    yield place.refuse(Outcome.QUARANTINED, Reason.TRUNCATED, "the document is not closed")
                    continue
                cells = _read_tags(raw)
                if isinstance(cells, Reason):
                    yield place.refuse(Outcome.QUARANTINED, cells, "the document is not well formed")
                else:
                    yield build_row(cells, place, context, context.answer(QUESTION))
        if not found:
            yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "no documents")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one document."""
        return read_range(file.path, locator)


def _cut(data: mmap.mmap) -> Iterator[tuple[int, int, bool]]:
    at = 0
    while (match := _BEGIN.search(data, at)) is not None:
        at = match.end()
        closing = b"</" + match[1] + b">"
        following = _BEGIN.search(data, at)
        bound = following.start() if following else len(data)
        end = data.find(closing, at, bound)
        empty = re.compile(rb"[^<>]{0,100000}/>").match(data, at, bound)
        if empty is not None:
            at = empty.end()
            yield match.start(), at, True
        elif end < 0:
            at = bound
            yield match.start(), bound, False
        else:
            at = end + len(closing)
            yield match.start(), at, True


def _read_tags(raw: bytes) -> dict[str, str] | Reason:
    """The tags of one document by name, with what its files and places add; repeated tags are joined."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if len(raw) > _MOST:
        return Reason.OVERSIZE
    text = raw.decode("utf-8", "replace")
    text = re.sub(r"<(/?)\w+:(?=\w)", r"<\1", text)  # prefixes are declared outside of the piece
    text = re.sub(r"(\s)\w+:(\w+\s*=)", r"\1\2", text)
    try:
        root: Any = ElementTree.fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        return Reason.XML_ENTITY
    except (ElementTree.ParseError, ValueError, RecursionError):
        return Reason.XML_INVALID
    found: dict[str, list[str]] = {}
    for node in root.iter():
        if node.tag == "Tag":
            found.setdefault(node.attrib.get("TagName", ""), []).append(node.attrib.get("TagValue", node.text or ""))
        elif node.tag == "ExternalFile":
            kind = "text path" if _is_text(root, node) else "native path"
            path = f"{node.attrib.get('FilePath', '')}/{node.attrib.get('FileName', '')}"
            found.setdefault(kind, [path.strip("/")])
        elif node.tag == "InlineContent" and node.text:
            found.setdefault("text", [node.text])
        elif node.tag == "Custodian" and node.text:
            found.setdefault("custodian", []).append(node.text.strip())
    found.setdefault("docid", [root.attrib.get("DocID", "")])
    found.setdefault("recordtype", [root.attrib.get("DocType", "")])
    return {name: "; ".join(v for v in values if v) for name, values in found.items()}


def _is_text(root: Any, node: Any) -> bool:
    for file in root.iter("File"):
        if any(child is node for child in file.iter()):
            return str(file.attrib.get("FileType", "")).lower() in ("text", "extracted text")
    return False
