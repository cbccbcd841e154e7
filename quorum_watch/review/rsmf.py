"""Chats of a finding as RSMF, the short message format that e-discovery programs open as a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from quorum_watch.model import Contact, Interaction, Party, Record, When
from quorum_watch.sources.rsmf_write import write_rsmf
from quorum_watch.vocabulary import SOCIAL, AccountKind, Channel, Role

#: Channels that travel as short messages.
CHATS = frozenset({Channel.TEXT, Channel.GROUP_CHAT, *SOCIAL})


def write_chats(chats: Sequence[Interaction]) -> bytes:
    """One RSMF file with every chat message given. Same messages, same bytes."""
    native = {i.id: i.native_id or i.id for i in chats}
    return write_rsmf([_record(i, native.get(i.in_reply_to or "", i.in_reply_to or "")) for i in chats])


def _record(i: Interaction, parent: str) -> Record:
    return Record(
        locator=i.source.locator,
        sha256=i.source.row_sha256,
        key=i.native_id or i.id,
        channel=i.channel,
        when=When(i.at, i.time_raw, i.precision, i.time_source),
        sender=_party(i.sender_raw, i.sender_address, i.sender or "", Role.TO),
        recipients=tuple(_contact(c) for c in i.contacts),
        subject=i.subject,
        text=i.text,
        audience=i.audience,
        event=i.event,
        in_reply_to=parent,
        thread=i.thread,
    )


def _contact(c: Contact) -> Party:
    return _party(c.raw, c.address, c.person or "", c.role)


def _party(raw: str, address: str, person: str, role: Role) -> Party:
    kind = AccountKind.NAME
    if "@" in address:
        kind = AccountKind.EMAIL
    elif address.startswith("+"):
        kind = AccountKind.PHONE
    return Party(raw, address, person or raw or address or "unknown", kind, role)
