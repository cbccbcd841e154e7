"""Stored records in a line, as evidence would hand them over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from quorum_watch.model import Copy, Party, Record, SourceRef, Stored, When
from quorum_watch.roster import Roster
from quorum_watch.sources.interchange import read_account
from quorum_watch.vocabulary import Channel, Role, TimePrecision
from quorum_watch.workspace import Workspace
from tests.workspace.fill import fill

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def city(root: Path, **files: str) -> tuple[Roster, Workspace]:
    """The invented city of the workspace tests, opened."""
    workspace = Workspace.open(fill(root, **files))
    return Roster.read(workspace), workspace


def mail(text: str, role: Role = Role.TO) -> Party:
    """An account, person id or name as the interchange format would write it."""
    return read_account(text, role)


def stored(
    id: str,
    sender: str,
    to: str = "",
    *,
    minute: float | None = 0,
    at: datetime | None = None,
    file: str = "a.mbox",
    copies: tuple[str, ...] = (),
    group: str = "",
    precision: TimePrecision = TimePrecision.EXACT,
    channel: Channel = Channel.EMAIL,
    **fields: Any,
) -> Stored:
    """One event: people as ``;`` separated accounts, time as minutes after a fixed start (``None`` for no time)."""
    moment = at or (START + timedelta(minutes=minute) if minute is not None else None)
    recipients = tuple(mail(t) for t in to.split(";") if t)
    recipients += tuple(mail(t, Role.GROUP_MEMBER) for t in group.split(";") if t)
    record = Record(
        locator=fields.pop("locator", f"line={id.strip('<>')}"),
        sha256="0" * 64,
        key=fields.pop("key", f"<{id}@x>"),
        channel=channel,
        when=When(moment, str(moment), precision) if moment else None,
        sender=mail(sender) if sender else None,
        recipients=recipients,
        **fields,
    )
    place = SourceRef(file, "0" * 64, record.locator)
    others = tuple(Copy(SourceRef(name, "1" * 64, "line=1"), "message_id") for name in copies)
    return Stored(record, place, others, id)
