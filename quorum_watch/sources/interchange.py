"""The plain interchange format: ``interactions.jsonl`` and ``interactions.csv``, one interaction a line.

For everything without a reader of its own: a call log, a diary of hallway talks, a vendor's export. A bad line is
quarantined with its number and what is wrong with it (the field's name, never its words); the others are read. Times
without an offset are local to the city by the format's own definition.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, ClassVar

from quorum_watch.mail.addresses import normalise_address, split_addresses
from quorum_watch.mail.charset import decode_text
from quorum_watch.mail.dates import read_local
from quorum_watch.mail.quotes import find_quotes
from quorum_watch.model import Coded, Party, Record, Rejected, When
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.locators import hash_file, locate_bytes, read_range
from quorum_watch.vocabulary import (
    AccountKind,
    Act,
    Audience,
    Channel,
    Defect,
    Outcome,
    Reason,
    Role,
    TimePrecision,
)

FIELDS = frozenset(
    [
        "id",
        "time",
        "time_precision",
        "channel",
        "from",
        "to",
        "cc",
        "bcc",
        "audience",
        "in_reply_to",
        "thread",
        "subject",
        "text",
        "coded_acts",
        "coded_topic",
        "coded_matter",
    ]
)
REQUIRED = ("time", "channel", "from")
EVENTS = {
    Channel.SOCIAL_POST: "post",
    Channel.SOCIAL_COMMENT: "comment",
    Channel.SOCIAL_REACTION: "reaction",
    Channel.CALL: "call",
    Channel.CALENDAR: "calendar_invite",
}
#: A line longer than this is not a line of this format.
LINE_BYTES = 16 << 20
#: A CSV row that spreads over more lines than this has lost its closing quote.
ROW_LINES = 2000

_SLASHED = re.compile(r"\s*\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b")
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,20}")
_KINDS = "|".join(k.value for k in AccountKind)
_PREFIXED = re.compile(rf"({_KINDS}):\s*(\S.*)", re.I)


class BadLine(Exception):
    """What is wrong with one line: the coded reason and every fault found, by field name."""

    def __init__(self, reason: Reason, faults: list[str]) -> None:
        self.reason = reason
        self.faults = faults
        super().__init__("; ".join(faults))


class InterchangeReader:
    """Reads both spellings of the interchange format."""

    kind: ClassVar[str] = "interchange"
    version: ClassVar[str] = "1"

    def claims(self, file: SourceFile) -> int:
        """A first line that is a JSON object, or a CSV header, with the required fields; the name breaks a tie."""
        named = PurePosixPath(file.name).name.lower()
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(b"{"):
            for line in head.splitlines()[:20]:
                if _has_fields(line):
                    return 95
            return 60 if named.startswith("interactions") and named.endswith(".jsonl") else 0
        columns = set(_read_header(head)[0])
        if columns.issuperset(REQUIRED):
            return 95
        return 60 if named in ("interactions.csv", "interactions.jsonl") else 0

    def read(self, file: SourceFile, context: Context) -> Iterator[Item]:
        """Each line as a row or a coded reason."""
        seen: set[str] = set()
        head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        rows = _read_json(file, context) if head.startswith(b"{") or not _is_table(file, head) else _read_csv(file)
        found = False
        for number, start, end, raw, row in rows:
            found = True
            locator = locate_bytes(start, end)
            digest = hashlib.sha256(raw).hexdigest()
            try:
                if isinstance(row, BadLine):
                    raise row
                record = read_row(row, locator, digest, context)
                if record.key and record.key in seen:
                    raise BadLine(Reason.DUPLICATE_ID, ["id was used by an earlier line"])
            except BadLine as bad:
                detail = f"line {number}: {'; '.join(bad.faults)}"
                yield Rejected(locator, digest, Outcome.QUARANTINED, bad.reason, detail)
                continue
            if record.key:
                seen.add(record.key)
            yield record
        if not found:
            whole = locate_bytes(0, file.size)
            yield Rejected(whole, hash_file(file.path), Outcome.IGNORED, Reason.SIDECAR, "no lines")

    def fetch(self, file: SourceFile, locator: str) -> bytes:
        """The bytes of one line."""
        return read_range(file.path, locator)


_Row = tuple[int, int, int, bytes, "dict[str, Any] | BadLine"]


def _has_fields(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        # The head may end in the middle of a long line; its field names still show.
        return all(f'"{f}"'.encode() in line for f in REQUIRED)
    return isinstance(row, dict) and row.keys() >= set(REQUIRED)


def _is_table(file: SourceFile, head: bytes) -> bool:
    return PurePosixPath(file.name).suffix.lower() != ".jsonl" and bool(_read_header(head)[0])


def _read_json(file: SourceFile, context: Context) -> Iterator[_Row]:
    with file.path.open("rb") as stream:
        at = number = 0
        while line := stream.readline(LINE_BYTES):
            start, number = at, number + 1
            at += len(line)
            while len(line) == LINE_BYTES and not line.endswith(b"\n"):
                rest = stream.readline(LINE_BYTES)  # too long: what is left of it is passed over, and counted
                at += len(rest)
                if len(rest) < LINE_BYTES or rest.endswith(b"\n"):
                    break
            body = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not body.strip():
                continue
            if at - start > len(line):
                yield number, start, start + len(line), line, BadLine(Reason.OVERSIZE, ["line is too long"])
                continue
            yield number, start, at, line, _parse_json(body, context.limits.json_depth)


def _parse_json(line: bytes, depth: int) -> dict[str, Any] | BadLine:
    if _json_depth(line) > depth:
        return BadLine(Reason.JSON_INVALID, [f"nested deeper than {depth}"])
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return BadLine(Reason.JSON_INVALID, ["not valid JSON"])
    return row if isinstance(row, dict) else BadLine(Reason.JSON_INVALID, ["not a JSON object"])


def _json_depth(line: bytes) -> int:
    """An upper bound of the nesting, cheap where it is small."""
    opened = line.count(b"[") + line.count(b"{")
    if opened < 50:
        return opened
    depth = deepest = 0
    for char in re.sub(rb'"(?:[^"\\]|\\.)*+"', b"", line):
        if char in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in b"]}":
            depth -= 1
    return deepest


def _read_header(head: bytes) -> tuple[list[str], str]:
    """Column names of a table and its delimiter; no names where the first line has none of ours."""
    first = decode_text(head.split(b"\n", 1)[0])[0].strip()
    for delimiter in (",", ";", "\t"):
        names = [n.strip().strip('"').strip().lower() for n in first.split(delimiter)]
        if len(FIELDS.intersection(names)) >= 2:
            return names, delimiter
    return [], ","


def _read_csv(file: SourceFile) -> Iterator[_Row]:
    """Rows with the range of bytes they came from; a row whose quote never closes costs one line, not the rest."""
    csv.field_size_limit(LINE_BYTES)
    with file.path.open("rb") as stream:
        lines = stream.readlines()
    lead = 0
    while lead < len(lines) and not lines[lead].removeprefix(b"\xef\xbb\xbf").strip():
        lead += 1
    names, delimiter = _read_header(lines[lead].removeprefix(b"\xef\xbb\xbf") if lead < len(lines) else b"")
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    at = lead + 1
    while at < len(lines):
        if not lines[at].strip().strip(delimiter.encode()):
            at += 1
            continue
        taken, cells = _take_row(lines, at, delimiter)
        raw = b"".join(lines[at : at + taken])
        if isinstance(cells, list) and len(cells) > len(names) and any(c.strip() for c in cells[len(names) :]):
            cells = BadLine(Reason.CSV_INVALID, [f"{len(cells)} cells where the header has {len(names)}"])
            taken, raw = 1, lines[at]
        row = cells if isinstance(cells, BadLine) else dict(zip(names, cells, strict=False))
        yield at + 1, offsets[at], offsets[at + taken], raw, row
        at += taken


def _take_row(lines: list[bytes], at: int, delimiter: str) -> tuple[int, list[str] | BadLine]:
    used = 0

    def feed() -> Iterator[str]:
        nonlocal used
        for line in lines[at : at + ROW_LINES]:
            used += 1
            yield decode_text(line)[0]

    try:
        cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return 1, BadLine(Reason.CSV_INVALID, ["a quote is not closed, or text follows one"])
    return used, cells


def read_row(row: dict[str, Any], locator: str, digest: str, context: Context) -> Record:
    """One interaction from the fields of one line. Raises :class:`BadLine` with every fault of the line."""
    faults: list[tuple[Reason, str]] = []
    words = {k: _read_word(row, k, faults) for k in FIELDS - {"to", "cc", "bcc", "coded_acts"}}
    when, defects = _read_time(words, context, faults)
    channel = _read_choice(Channel, words["channel"], "channel", None, faults)
    audience = _read_choice(Audience, words["audience"], "audience", Audience.PRIVATE, faults)
    if not words["from"]:
        faults.append((Reason.NO_SENDER, "from is missing"))
    recipients: dict[tuple[str, str], Party] = {}
    for name, role in (("to", Role.TO), ("cc", Role.CC), ("bcc", Role.BCC)):
        for value in _read_list(row, name, faults):
            party = read_account(value, role)
            recipients.setdefault((party.address, party.name if not party.address else ""), party)
    coded = _read_coded(row, words, faults)
    if faults or channel is None or audience is None:
        raise BadLine(faults[0][0], [text for _, text in faults])
    text = words["text"].replace("\r\n", "\n")
    if len(text) > context.limits.text_chars:
        text = text[: context.limits.text_chars]
        defects.append(Defect.OVERSIZE_PART)
    written = channel in (Channel.EMAIL, Channel.MEMO)
    return Record(
        locator=locator,
        sha256=digest,
        key=words["id"],
        channel=channel,
        when=when,
        sender=read_account(words["from"], Role.TO),
        recipients=tuple(recipients.values()),
        subject=" ".join(words["subject"].split()),
        text=text,
        audience=audience,
        event=EVENTS.get(channel, "message"),
        in_reply_to=words["in_reply_to"],
        thread=words["thread"],
        quoted=find_quotes(text, context.timezone) if written else (),
        coded=coded,
        defects=tuple(
            defects if recipients or channel not in (Channel.EMAIL, Channel.TEXT) else [*defects, Defect.NO_RECIPIENTS]
        ),
        extra=tuple(sorted((k, _show(v)) for k, v in row.items() if k and k not in FIELDS and v not in (None, ""))),
    )


def _read_word(row: dict[str, Any], name: str, faults: list[tuple[Reason, str]]) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        faults.append((Reason.BAD_FIELD, f"{name} is not text"))
        return ""
    text = str(value).replace("\x00", "")
    return text if name == "text" else text.strip()


def _read_list(row: dict[str, Any], name: str, faults: list[tuple[Reason, str]]) -> list[str]:
    value = row.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list) or not all(isinstance(v, (str, int)) and not isinstance(v, bool) for v in value):
        faults.append((Reason.BAD_FIELD, f"{name} is not a list of accounts"))
        return []
    return [text for v in value if (text := str(v).strip())]


def _read_time(
    words: dict[str, str], context: Context, faults: list[tuple[Reason, str]]
) -> tuple[When | None, list[Defect]]:
    precision = _read_choice(TimePrecision, words["time_precision"], "time_precision", TimePrecision.EXACT, faults)
    if not words["time"]:
        faults.append((Reason.NO_DATE, "time is missing"))
        return None, []
    read = read_local(words["time"], context.timezone, precision or TimePrecision.EXACT)
    if read.when is None:
        if _SLASHED.match(words["time"]):
            faults.append(
                (Reason.AMBIGUOUS_DATE_ORDER, "time has day and month in an order nobody states; write YYYY-MM-DD")
            )
        else:
            faults.append((Reason.BAD_DATE, "time is not ISO 8601"))
        return None, []
    return read.when, list(read.defects)


def _read_choice(kind: Any, value: str, name: str, default: Any, faults: list[tuple[Reason, str]]) -> Any:
    if not value and default is not None:
        return default
    try:
        return kind(value.lower())
    except ValueError:
        faults.append(
            (
                Reason.BAD_FIELD,
                f"{name} is missing" if not value else f"{name} is none of {', '.join(k.value for k in kind)}",
            )
        )
        return None


def _read_coded(row: dict[str, Any], words: dict[str, str], faults: list[tuple[Reason, str]]) -> Coded | None:
    given = row.get("coded_acts")
    acts: tuple[Act, ...] | None = None
    if isinstance(given, list) or (isinstance(given, str) and given.strip()):
        acts = tuple(
            a for v in _read_list(row, "coded_acts", faults) if (a := _read_choice(Act, v, "coded_acts", None, faults))
        )
    elif given not in (None, ""):
        faults.append((Reason.BAD_FIELD, "coded_acts is not a list"))
    topic, matter = words["coded_topic"] or None, words["coded_matter"] or None
    return None if acts is None and topic is None and matter is None else Coded(acts, topic, matter)


def read_account(value: str, role: Role) -> Party:
    """An account or a person_id as the line wrote it; what is none of the known forms stays a name for the roster.

    >>> read_account("Dana@X.example", Role.TO).address, read_account("(608) 555-0142", Role.TO).kind.value
    ('dana@x.example', 'phone')
    >>> read_account("facebook:dana.lee", Role.TO).address, read_account("lee-dana", Role.TO).name
    ('dana.lee', 'lee-dana')
    """
    text = value.strip()
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed and prefixed[1].lower() not in ("email", "phone", "name"):
        return Party(text, prefixed[2].strip().lstrip("@").lower(), "", AccountKind(prefixed[1].lower()), role)
    if prefixed:
        text = prefixed[2].strip()
    if "@" in text.strip("@"):
        boxes = [b for b in split_addresses(text) if b.address]
        if len(boxes) == 1:
            return Party(value.strip(), normalise_address(boxes[0].address), boxes[0].name, AccountKind.EMAIL, role)
    elif _PHONE.fullmatch(text) and (number := _read_phone(text)):
        return Party(value.strip(), number, "", AccountKind.PHONE, role)
    return Party(value.strip(), "", text, AccountKind.NAME, role)


def _read_phone(text: str) -> str:
    import phonenumbers  # its tables take time to load

    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number) or len(re.sub(r"\D", "", text)) < 10:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
