"""From the bytes of one message to the items a reader yields: a row, or a coded reason why not.

What is decided here: a draft is ignored by rule; a message without a sender, or without any time it can be ordered by,
is quarantined; bounces, read receipts and automatic replies are rows with their own ``event``. Calendar parts become
further items after the message.
"""

from __future__ import annotations

import hashlib

from quorum_watch.mail.message import LimitReached, parse_parts
from quorum_watch.model import Record, Rejected
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import Defect, Outcome, Reason


def read_message(raw: bytes, locator: str, context: Context, *, unescape: bool = False) -> list[Item]:
    """Every item of one message: first the message itself, then its calendar parts. Raises nothing."""
    try:
        parsed = parse_parts(raw, locator=locator, timezone=context.timezone, limits=context.limits, unescape=unescape)
    except LimitReached as stop:
        return [reject(raw, locator, stop.reason, stop.detail)]
    except (MemoryError, RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        return [reject(raw, locator, Reason.READER_FAILED, type(error).__name__)]
    items: list[Item] = [judge(parsed.record)]
    if parsed.calendars:
        from quorum_watch.sources.calendar_events import read_calendar

        for path, data in parsed.calendars:
            items += read_calendar(data, f"{locator};part={path}", context)
    return items


def judge(record: Record) -> Item:
    """The record itself where it can be a row, else the reason why it cannot."""
    known = record.key or record.subject or record.text.strip()
    if record.sender is None and record.when is None and not record.recipients and not (known and record.key):
        return _refuse(record, Outcome.QUARANTINED, Reason.NOT_A_MESSAGE)
    if record.event == "draft":
        return _refuse(record, Outcome.IGNORED, Reason.DRAFT)
    if record.when is None:
        bad = Defect.BAD_DATE in record.defects
        return _refuse(record, Outcome.QUARANTINED, Reason.BAD_DATE if bad else Reason.NO_DATE)
    if record.sender is None:
        return _refuse(record, Outcome.QUARANTINED, Reason.NO_SENDER)
    return record


def _refuse(record: Record, outcome: Outcome, reason: Reason) -> Rejected:
    return Rejected(record.locator, record.sha256, outcome, reason)


def reject(raw: bytes, locator: str, reason: Reason, detail: str = "") -> Rejected:
    """A quarantined item with the hash of its bytes."""
    return Rejected(locator, hashlib.sha256(raw).hexdigest(), Outcome.QUARANTINED, reason, detail)
