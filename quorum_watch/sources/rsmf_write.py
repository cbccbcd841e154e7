"""Writing RSMF 2.0: records as one short message file that review platforms open.

What the format has no place for (roles other than the usual, events of other kinds, the native thread) stands in its
custom properties, so that :mod:`quorum_watch.sources.rsmf` reads back what was written. The bytes depend on the records
alone: participants, conversations and events are sorted, the archive carries no clock.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from quorum_watch.model import Party, Record
from quorum_watch.sources.rsmf import MANIFEST
from quorum_watch.vocabulary import AccountKind, Channel, Defect, Role

VERSION = "2.0.0"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLATFORMS = {
    AccountKind.PHONE: "sms",
    AccountKind.SLACK: "slack",
    AccountKind.TEAMS: "teams",
    AccountKind.WHATSAPP: "whatsapp",
    AccountKind.FACEBOOK: "facebook",
    AccountKind.X: "twitter",
    AccountKind.INSTAGRAM: "instagram",
    AccountKind.EMAIL: "email",
}


def build_manifest(records: Iterable[Record]) -> dict[str, Any]:
    """The manifest of some records. Records without a sender or a time of their own that answer nothing are left out.

    A reaction without a time stands with the message it answers, as the format wants it.
    """
    return _Builder(sorted(records, key=_order)).manifest()


def write_rsmf(records: Iterable[Record], custodian: str = "") -> bytes:
    """Records as one ``.rsmf`` file: a mail with the packed manifest. The same records give the same bytes."""
    manifest = build_manifest(records)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # stored: every zlib gives the same bytes
        archive.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), json.dumps(manifest, indent=1, ensure_ascii=False))
    stamps = [e["timestamp"] for e in manifest["events"]]
    head = [
        "MIME-Version: 1.0",
        f"X-RSMF-Version: {VERSION}",
        "X-RSMF-Generator: quorum-watch",
        f"X-RSMF-EventCount: {len(stamps)}",
        *([f"X-RSMF-BeginDate: {min(stamps)}", f"X-RSMF-EndDate: {max(stamps)}"] if stamps else []),
        *([f"X-RSMF-Custodian: {_header(custodian)}"] if custodian else []),
        'Content-Type: multipart/mixed; boundary="rsmf-part"',
    ]
    coded = base64.encodebytes(packed.getvalue()).decode("ascii")
    body = (
        '--rsmf-part\nContent-Type: text/plain; charset="utf-8"\n\nShort messages.\n\n--rsmf-part\n'
        'Content-Type: application/zip; name="rsmf.zip"\nContent-Transfer-Encoding: base64\n'
        f'Content-Disposition: attachment; filename="rsmf.zip"\n\n{coded}--rsmf-part--\n'
    )
    return ("\n".join(head) + "\n\n" + body).replace("\n", "\r\n").encode("ascii")


def _header(value: str) -> str:
    text = " ".join(value.split())
    return text if text.isascii() else f"=?utf-8?B?{base64.b64encode(text.encode()).decode('ascii')}?="


def _order(record: Record) -> tuple[str, str, str]:
    return (record.when.at.isoformat() if record.when else "", record.key, record.locator)


class _Builder:
    def __init__(self, records: list[Record]) -> None:
        self.records = [r for r in records if r.sender is not None]
        people = {_who(p): p for r in reversed(self.records) for p in (r.sender, *r.recipients) if p and _is_person(p)}
        self.people = {who: (f"P{n}", people[who]) for n, who in enumerate(sorted(people), 1)}
        self.talks: dict[tuple[str, ...], str] = {}
        self.entries: list[dict[str, Any]] = []
        self.used: set[str] = set()
        self.by_key: dict[str, dict[str, Any]] = {}

    def manifest(self) -> dict[str, Any]:
        """The three lists."""
        timed = [r for r in self.records if r.when is not None]
        keys = {self._talk_key(r) for r in timed}
        self.talks = {key: f"C{n}" for n, key in enumerate(sorted(keys), 1)}
        shown = {key: next(r for r in timed if self._talk_key(r) == key) for key in self.talks}
        for record in timed:
            self._add(record)
        for record in self.records:
            if record.when is None and record.event == "reaction" and record.in_reply_to in self.by_key:
                self._react(record)
        return {
            "version": VERSION,
            "participants": [self._participant(number, party) for number, party in self.people.values()],
            "conversations": [self._conversation(key, shown[key]) for key in self.talks],
            "events": self.entries,
        }

    def _number(self, party: Party) -> str:
        return self.people[_who(party)][0]

    def _others(self, record: Record) -> list[Party]:
        return [p for p in record.recipients if _is_person(p)]

    def _talk_key(self, record: Record) -> tuple[str, ...]:
        """One conversation per thread and set of people: a list of members can then say exactly whom each reached."""
        assert record.sender is not None
        moved = record.event in ("join", "leave")
        who = [] if moved else sorted({self._number(p) for p in (record.sender, *self._others(record))})
        return (record.thread, record.channel.value, record.audience.value, "moved" if moved else "", *who)

    def _participant(self, number: str, party: Party) -> dict[str, Any]:
        told: dict[str, Any] = {"id": number, "display": party.name or party.raw or party.address or number}
        if party.kind is AccountKind.EMAIL and party.address:
            told["email"] = party.address
        elif party.address:
            told["account_id"] = party.address
            told["custom"] = [{"name": "account_kind", "value": party.kind.value}]
        return told

    def _conversation(self, key: tuple[str, ...], first: Record) -> dict[str, Any]:
        kinds = [p.kind for p in (first.sender, *first.recipients) if p is not None]
        platform = next((_PLATFORMS[k] for k in kinds if k in _PLATFORMS), "unknown")
        grouped = first.channel is Channel.GROUP_CHAT or key[3] == "moved"
        return {
            "id": self.talks[key],
            "platform": platform,
            "type": "channel" if grouped else "direct",
            "participants": list(key[4:]),
            "custom": _customs(
                thread=first.thread or f"rsmf:{self.talks[key]}",
                channel=first.channel.value,
                audience=first.audience.value,
            ),
        }

    def _add(self, record: Record) -> None:
        assert record.sender is not None
        assert record.when is not None
        usual = record.event in ("message", "join", "leave")
        own = record.key or f"E{len(self.entries) + 1}"
        while own in self.used:
            own += "'"
        self.used.add(own)
        others = self._others(record)
        talk = self._talk_key(record)
        entry: dict[str, Any] = {
            "id": own,
            "type": record.event if usual else "unknown",
            "participant": self._number(record.sender),
            "conversation": self.talks[talk],
            "timestamp": record.when.at.isoformat().replace("+00:00", "Z"),
            "body": record.text,
        }
        if record.in_reply_to:
            entry["parent"] = record.in_reply_to
        if Defect.DELETED in record.defects:
            entry["deleted"] = True
        if record.attachments:
            entry["attachments"] = [{"id": name, "display": name} for name in record.attachments]
        grouped = record.channel is Channel.GROUP_CHAT or len(talk) > 6
        default = Role.GROUP_MEMBER if grouped else Role.TO
        moved = record.event in ("join", "leave")
        odd = [] if moved else [f"{self._number(p)}={p.role.value}" for p in others if p.role is not default]
        custom = _customs(
            event="" if usual else record.event,
            roles=";".join(sorted(odd)),
            people=";".join(self._number(p) for p in others) if moved else "",
            subject=record.subject,
        )
        if custom:
            entry["custom"] = custom
        self.entries.append(entry)
        if record.key:
            self.by_key.setdefault(record.key, entry)

    def _react(self, record: Record) -> None:
        assert record.sender is not None
        listed = self.by_key[record.in_reply_to].setdefault("reactions", [])
        value = record.text or "reaction"
        found = next((r for r in listed if r["value"] == value), None)
        if found is None:
            found = {"value": value, "count": 0, "participants": []}
            listed.append(found)
        found["participants"].append(self._number(record.sender))
        found["count"] += 1


def _is_person(party: Party) -> bool:
    """Whether a party is somebody, not the group itself that a change of members names."""
    return party.evidence not in ("group", "conversation", "channel", "space")


def _who(party: Party) -> tuple[str, str]:
    return (party.kind.value if party.address else "", party.address.casefold() or party.name or party.raw)


def _customs(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items() if value]
