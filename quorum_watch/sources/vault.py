"""The files Google Vault puts beside its mailboxes: counts, errors, group members, checksums, metadata.

The mailboxes themselves are read as mailboxes. These files are accounted for, and used:

- ``results-count.csv`` and ``metadata.xml`` state how many messages there should be; the number in the mailboxes of the
  same folder is counted, and a difference is quarantined as ``count_mismatch``;
- ``error.csv``, ``account-exceptions.csv`` and ``failed-group-membership-lookups.csv`` name what could not be exported:
  each line is quarantined as ``export_error``, so that what the vendor lost shows in our coverage too;
- ``group-membership.csv`` says who was in which group since when: each line is a ``join`` event;
- the MD5 list is checked against the files of the folder; a difference is ``manifest_mismatch``.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar

from quorum_watch.mail.addresses import normalise_address
from quorum_watch.mail.charset import decode_text
from quorum_watch.mail.dates import read_date, read_local
from quorum_watch.model import Party, Record, Rejected
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, locate_bytes, read_range
from quorum_watch.sources.mbox import count_messages
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Outcome, Reason, Role

_COUNT = re.compile(r"(?:^|-)results-count\.csv$", re.I)
_ERRORS = re.compile(
    r"(?:^|-)(?:error|errors|account-exceptions|failed-group-membership-lookups|failed-group-lookups)\.csv$", re.I
)
_GROUPS = re.compile(r"(?:^|-)group-membership\.csv$", re.I)
_SUMS = re.compile(r"(?:\.md5|checksums?(?:\.txt|\.md5)?|md5(?:sums?)?\.txt)$", re.I)
_SUM_LINE = re.compile(
    r"^\s*(?P<a>[0-9a-f]{32})[\s,*]+(?P<n>\S.*?)\s*$|^\s*(?P<n2>\S.*?)[\s,:=]+(?P<b>[0-9a-f]{32})\s*$", re.I
)


class VaultReader:
    """Reads the sidecars of a Vault export."""

    kind: ClassVar[str] = "vault"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """Known file names whose content has the expected shape."""
        name = PurePosixPath(file.name).name
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(b"<") and b"DataInterchangeType" in head[:4000] and b"<Document" in file.head:
            return 90
        first = head.split(b"\n", 1)[0].lower()
        if _COUNT.search(name):
            return 90 if b"count" in first or b"account" in first else 30
        if _GROUPS.search(name):
            return 90 if b"group" in first or b"member" in first else 30
        if _ERRORS.search(name):
            return 90 if b"," in first else 30
        if _SUMS.search(name) and _SUM_LINE.match(decode_text(head.split(b"\n", 1)[0])[0]):
            return 90
        return 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """What the sidecar contributes to the accounting."""
        name = PurePosixPath(file.name).name
        if file.size > context.limits.member_bytes:
            yield _whole(file, Outcome.QUARANTINED, Reason.OVERSIZE, "sidecar larger than the limit")
        elif _GROUPS.search(name):
            yield from _read_groups(file, context)
        elif _ERRORS.search(name):
            yield from _read_errors(file)
        elif _SUMS.search(name):
            yield from _check_sums(file)
        elif _COUNT.search(name):
            total = sum(_count_of(row) for _, _, _, row in _rows(file))
            yield _compare(file, context, total)
        else:
            yield from _read_metadata(file, context)

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one line, or of the whole sidecar."""
        return read_range(file.path, locator)


def _whole(file: SourceFile, outcome: Outcome, reason: Reason, detail: str) -> Rejected:
    return Rejected(locate_bytes(0, file.size), hash_file(file.path), outcome, reason, detail)


def _rows(file: SourceFile) -> Iterator[tuple[int, int, bytes, dict[str, str]]]:
    """Each line after the header as (start, end, bytes, cells by lower-case column)."""
    names: list[str] | None = None
    at = 0
    with file.path.open("rb") as stream:
        for raw in stream:
            start, at = at, at + len(raw)
            text = decode_text(raw.removeprefix(b"\xef\xbb\xbf") if not start else raw)[0].strip("\r\n\x00")
            if not text.strip():
                continue
            try:
                cells = next(csv.reader([text]), [])
            except csv.Error:
                cells = text.split(",")
            if names is None:
                names = [c.strip().lower() for c in cells]
                continue
            yield start, at, raw, dict(zip(names, (c.strip() for c in cells), strict=False))


def _count_of(row: dict[str, str]) -> int:
    for name, value in row.items():
        if "count" in name or "messages" in name or "number" in name:
            digits = value.replace(",", "").strip()
            if digits.isdecimal() and len(digits) < 15:
                return int(digits)
    return 0


def _count_boxes(folder: Path, context: Context) -> int | None:
    """Messages in the mailboxes of a folder, those in its zip files included; ``None`` where there is no mailbox."""
    total: int | None = None
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        if path.suffix.lower() in (".mbox", ".mbx"):
            total = (total or 0) + count_messages(path, context.limits)
        elif path.suffix.lower() == ".zip":
            from quorum_watch.sources.archive import count_mailboxes

            inside = count_mailboxes(path, context.limits)
            total = total if inside is None else (total or 0) + inside
    return total


def _compare(file: SourceFile, context: Context, declared: int) -> Rejected:
    found = _count_boxes(file.path.parent, context)
    if found is None:
        detail = f"declares {declared} messages; no mailbox beside it to count"
        return _whole(file, Outcome.IGNORED, Reason.SIDECAR, detail)
    detail = f"declares {declared} messages; the mailboxes beside it hold {found}"
    if found == declared:
        return _whole(file, Outcome.IGNORED, Reason.SIDECAR, detail)
    return _whole(file, Outcome.QUARANTINED, Reason.COUNT_MISMATCH, detail)


def _read_errors(file: SourceFile) -> Iterator[Item]:
    found = False
    for number, (start, end, raw, _) in enumerate(_rows(file), 2):
        found = True
        digest = hashlib.sha256(raw).hexdigest()
        yield Rejected(
            locate_bytes(start, end),
            digest,
            Outcome.QUARANTINED,
            Reason.EXPORT_ERROR,
            f"line {number}: not exported by the vendor",
        )
    if not found:
        yield _whole(file, Outcome.IGNORED, Reason.SIDECAR, "no errors listed")


def _read_groups(file: SourceFile, context: Context) -> Iterator[Item]:
    found = False
    for number, (start, end, raw, row) in enumerate(_rows(file), 2):
        found = True
        locator, digest = locate_bytes(start, end), hashlib.sha256(raw).hexdigest()
        group = member = joined = role = ""
        for name, value in row.items():
            if "group" in name and "@" in value:
                group = group or normalise_address(value)
            elif "@" in value:
                member = member or normalise_address(value)
            elif "role" in name:
                role = value
            elif any(w in name for w in ("time", "date", "since", "when", "join")):
                joined = joined or value
        if not group or not member:
            yield Rejected(
                locator, digest, Outcome.QUARANTINED, Reason.BAD_FIELD, f"line {number}: no group or no member"
            )
            continue
        read = read_local(joined, context.timezone)
        if read.when is None:
            read = read_date(joined, context.timezone)
        if read.when is None:
            yield Rejected(
                locator, digest, Outcome.QUARANTINED, Reason.NO_DATE, f"line {number}: no usable time of joining"
            )
            continue
        yield Record(
            locator=locator,
            sha256=digest,
            key=f"{group};{member}",
            channel=Channel.EMAIL,
            when=read.when,
            sender=Party(member, member, "", AccountKind.EMAIL, Role.TO, "group_membership"),
            recipients=(Party(group, group, "", AccountKind.EMAIL, Role.GROUP_MEMBER, "group_membership"),),
            audience=Audience.CLOSED_GROUP,
            event="join",
            thread=group,
            defects=read.defects,
            extra=tuple((k, v) for k, v in (("role", role),) if v),
        )
    if not found:
        yield _whole(file, Outcome.IGNORED, Reason.SIDECAR, "no members listed")


def _check_sums(file: SourceFile) -> Iterator[Item]:
    bad = missing = good = 0
    with file.path.open("rb") as stream:
        for raw in stream:
            match = _SUM_LINE.match(decode_text(raw)[0].strip("\r\n"))
            if match is None:
                continue
            expected = (match["a"] or match["b"]).lower()
            listed_name = (match["n"] or match["n2"]).replace("\x00", "").replace("\\", "/")
            path = file.path.parent / PurePosixPath(listed_name).name
            if not path.is_file():
                missing += 1
                continue
            digest = hashlib.md5(usedforsecurity=False)
            with path.open("rb") as listed:
                while block := listed.read(1 << 20):
                    digest.update(block)
            good += digest.hexdigest() == expected
            bad += digest.hexdigest() != expected
    detail = f"{good} files agree, {bad} differ, {missing} are not here"
    outcome, reason = (Outcome.QUARANTINED, Reason.MANIFEST_MISMATCH) if bad else (Outcome.IGNORED, Reason.SIDECAR)
    yield _whole(file, outcome, reason, detail)


def _read_metadata(file: SourceFile, context: Context) -> Iterator[Item]:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    count = 0
    try:
        for _, element in ElementTree.iterparse(file.path, events=("end",)):
            if element.tag.rpartition("}")[2] == "Document":
                count += 1
                element.clear()
    except DefusedXmlException:
        yield _whole(file, Outcome.QUARANTINED, Reason.XML_ENTITY, "metadata declares entities")
        return
    except (ElementTree.ParseError, ValueError, LookupError):
        yield _whole(file, Outcome.QUARANTINED, Reason.XML_INVALID, f"metadata breaks off after {count} documents")
        return
    yield _compare(file, context, count)
