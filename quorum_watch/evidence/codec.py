"""Records as columns and back: the one place that knows how a row of ``records.parquet`` looks.

Flat facts are typed columns that any Parquet reader understands; what nests (people, quoted blocks, hand coding) is
compact JSON arrays, so that the same record always makes the same bytes. Texts are valid Unicode: a lone
surrogate a damaged source contained becomes U+FFFD and the row is marked.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from json.encoder import encode_basestring
from typing import Any

from quorum_watch.evidence.keys import Keys
from quorum_watch.model import Coded, Party, Quoted, Record, Rejected, When
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
    TimeSource,
)

#: Version of the batch layout; a reader of another number refuses.
SCHEMA = 1

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SURROGATE = re.compile("[\ud800-\udfff]")
_FLAT = ("locator", "sha256", "key", "subject", "text", "event", "in_reply_to", "thread")
_AT = 1 + len(_FLAT) + 2  # where the only column that is neither text nor the source number stands
_JSON = ("sender", "recipients", "references", "quoted", "coded", "attachments", "defects", "extra")
#: Columns matching looks at; everything else is read only for what is shown.
KEY_COLUMNS = ("mih", "text_key", "subject_key", "sender_key", "sender_name_key", "content_key")
INDEX_COLUMNS = (
    *("source", "locator", "sha256", "key", "channel", "event", "at", "time_source", "recipients"),
    *KEY_COLUMNS,
)
REJECTED_COLUMNS = ("source", "locator", "sha256", "outcome", "reason", "detail")


@cache
def records_schema() -> Any:
    """The Arrow schema of ``records.parquet``."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [("source", pa.int32())]
        + [(name, text) for name in _FLAT]
        + [("channel", text), ("audience", text), ("at", pa.timestamp("us", tz="UTC"))]
        + [("time_raw", text), ("time_precision", text), ("time_source", text)]
        + [(name, text) for name in _JSON]
        + [(name, text) for name in KEY_COLUMNS]
    )


@cache
def rejected_schema() -> Any:
    """The Arrow schema of ``rejected.parquet``."""
    import pyarrow as pa

    return pa.schema([("source", pa.int32())] + [(name, pa.string()) for name in REJECTED_COLUMNS[1:]])


def encode_column(values: Sequence[Any], kind: Any) -> Any:
    """One column of rows as an Arrow array.

    Made from plain buffers: the general way of making an array out of a Python sequence first loads pandas, which costs
    more time and memory than a small ingest.
    """
    import pyarrow as pa

    missing = None
    if pa.types.is_string(kind):
        pieces = [value.encode() for value in values]
        ends = array("i", accumulate(map(len, pieces), initial=0))
        return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(b"".join(pieces)))
    if pa.types.is_timestamp(kind):
        numbers = array("q", (0 if v is None else (v - _EPOCH) // _MICROSECOND for v in values))
        if None in values:
            bits = sum(1 << i for i, v in enumerate(values) if v is not None)
            missing = pa.py_buffer(bits.to_bytes((len(values) + 7) // 8, "little"))
    else:
        numbers = array("i", values)
    return pa.Array.from_buffers(kind, len(values), [missing, pa.py_buffer(numbers)])


def encode_record(record: Record, keys: Keys, source: int) -> tuple[Any, ...]:
    """One row, in the order of :func:`records_schema`; store it only if :func:`is_clean`."""
    when = record.when
    return (
        source,
        record.locator,
        record.sha256,
        record.key,
        record.subject,
        record.text,
        record.event,
        record.in_reply_to,
        record.thread,
        record.channel.value,
        record.audience.value,
        when.at if when else None,
        when.raw if when else "",
        when.precision.value if when else "",
        when.source.value if when else "",
        _dump_party(record.sender) if record.sender else "",
        f"[{','.join(map(_dump_party, record.recipients))}]",
        _dump_texts(record.references),
        _dump([_quoted(q) for q in record.quoted]) if record.quoted else "",
        _dump(_coded(record.coded)) if record.coded else "",
        _dump_texts(record.attachments),
        _dump_texts(record.defects),
        _dump(record.extra) if record.extra else "",
        keys.mih,
        keys.text,
        keys.subject,
        keys.sender,
        keys.sender_name,
        keys.content,
    )


def encode_rejected(item: Rejected, source: int) -> tuple[Any, ...]:
    """One row, in the order of :func:`rejected_schema`."""
    detail, locator = _SURROGATE.sub("\ufffd", item.detail), _SURROGATE.sub("\ufffd", item.locator)
    return (source, locator, item.sha256, item.outcome.value, item.reason.value, detail)


def decode_record(row: Mapping[str, Any]) -> Record:
    """A row of ``records.parquet`` (a mapping of column to value) as the record that was stored."""
    at: datetime | None = row["at"]
    when = None
    if at is not None:
        precision, source = TimePrecision(row["time_precision"]), TimeSource(row["time_source"])
        when = When(at.replace(tzinfo=UTC), row["time_raw"], precision, source)
    return Record(
        locator=row["locator"],
        sha256=row["sha256"],
        key=row["key"],
        channel=Channel(row["channel"]),
        when=when,
        sender=_to_party(json.loads(row["sender"])) if row["sender"] else None,
        recipients=decode_parties(row["recipients"]),
        subject=row["subject"],
        text=row["text"],
        audience=Audience(row["audience"]),
        event=row["event"],
        in_reply_to=row["in_reply_to"],
        references=_texts(row["references"]),
        thread=row["thread"],
        quoted=tuple(_to_quoted(q) for q in json.loads(row["quoted"])) if row["quoted"] else (),
        coded=_to_coded(json.loads(row["coded"])) if row["coded"] else None,
        attachments=_texts(row["attachments"]),
        defects=tuple(Defect(d) for d in _texts(row["defects"])),
        extra=tuple((k, v) for k, v in json.loads(row["extra"])) if row["extra"] else (),
    )


def decode_rejected(row: Mapping[str, Any]) -> Rejected:
    """A row of ``rejected.parquet`` as the rejection that was stored."""
    return Rejected(row["locator"], row["sha256"], Outcome(row["outcome"]), Reason(row["reason"]), row["detail"])


def decode_parties(column: str) -> tuple[Party, ...]:
    """The value of a ``recipients`` column."""
    return tuple(_to_party(p) for p in json.loads(column)) if column and column != "[]" else ()


def is_clean(row: tuple[Any, ...]) -> bool:
    """Whether every text of an encoded row is valid Unicode."""
    at = _AT
    joined = "".join(row[1:at]) + "".join(row[at + 1 :])
    if joined.isascii():
        return True
    try:
        joined.encode()
    except UnicodeEncodeError:
        return False
    return True


def clean_record(record: Record) -> Record:
    """The record without lone surrogates, marked as one whose characters had to be guessed."""
    cleaned: Record = _scrub(record)
    return replace(cleaned, defects=tuple(dict.fromkeys((*cleaned.defects, Defect.CHARSET_GUESSED))))


def _scrub(value: Any) -> Any:
    if type(value) is str:
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, tuple):
        return tuple(_scrub(v) for v in value)
    if isinstance(value, Record | Party | Quoted | When | Coded):
        return replace(value, **{name: _scrub(getattr(value, name)) for name in value.__dataclass_fields__})
    return value


def _dump(value: Any) -> str:
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=8192)
def _dump_party(party: Party) -> str:
    """The same few people are in most messages: their JSON is made once."""
    return _dump(_party(party))


def _dump_texts(texts: tuple[str, ...]) -> str:
    return f"[{','.join(map(encode_basestring, texts))}]" if texts else ""


def _party(party: Party) -> list[str]:
    return [party.raw, party.address, party.name, party.kind.value, party.role.value, party.evidence]


def _to_party(value: list[str]) -> Party:
    raw, address, name, kind, role, evidence = value
    return Party(raw, address, name, AccountKind(kind), Role(role), evidence)


def _quoted(block: Quoted) -> list[Any]:
    when = block.when
    time = [when.at.isoformat(), when.raw, when.precision.value, when.source.value] if when else None
    sender = _party(block.sender) if block.sender else None
    return [block.start, block.end, block.kind, sender, [_party(p) for p in block.recipients], time]


def _to_quoted(value: list[Any]) -> Quoted:
    start, end, kind, sender, recipients, time = value
    when = None
    if time is not None:
        when = When(datetime.fromisoformat(time[0]), time[1], TimePrecision(time[2]), TimeSource(time[3]))
    return Quoted(
        start, end, kind, _to_party(sender) if sender else None, tuple(_to_party(p) for p in recipients), when
    )


def _coded(coded: Coded) -> list[Any]:
    return [None if coded.acts is None else [a.value for a in coded.acts], coded.topic, coded.matter]


def _to_coded(value: list[Any]) -> Coded:
    acts, topic, matter = value
    return Coded(None if acts is None else tuple(Act(a) for a in acts), topic, matter)


def _texts(column: str) -> tuple[str, ...]:
    return tuple(json.loads(column)) if column else ()
