"""Which messages belong to one conversation, and which message one answers.

The first half of Zawinski's threading (references, replies, then subjects), reduced to what is asked here: a stable
conversation id and a parent. Messages are joined through the ids they name even where the named message was never
collected. A subject joins a reply to an earlier message only where the reply names no message at all and its writer
took part in the earlier one: equal subjects alone ("Agenda") join nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from posixpath import dirname
from typing import Protocol, runtime_checkable

from quorum_watch.model import InteractionId, Party, SourceRef, Stored
from quorum_watch.vocabulary import Channel

_MARK = re.compile(r"^\s*(?:(?:re|fw|fwd|aw|wg|antw|sv|vs|tr|rv)\s*(?:\[\d+\])?\s*:|\[[^\]]{1,60}\])\s*", re.IGNORECASE)
_REPLY = re.compile(
    r"^\s*(?:\[[^\]]{1,60}\]\s*)?(?:re|fw|fwd|aw|wg|antw|sv|vs|tr|rv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)
#: Exports that keep one conversation in several files of one folder.
_SPREAD = (".json", ".js", ".html")


@runtime_checkable
class Finder(Protocol):
    """Somebody who also knows the native ids of copies that were merged away; evidence does."""

    def find(self, key: str, source: SourceRef) -> InteractionId | None:
        """The event a native id names, as a record of ``source`` would name it."""


class Links:
    """Native ids of everything collected, to find what an id names: in the same file first, else where it is unique."""

    def __init__(self, records: Iterable[Stored], finder: Finder | None = None) -> None:
        self._finder = finder
        self._by_file: dict[tuple[str, str], set[InteractionId]] = defaultdict(set)
        self._anywhere: dict[str, set[InteractionId]] = defaultdict(set)
        for stored in records:
            key = stored.record.key
            if key:
                self._anywhere[key].add(stored.id)
                for source in (stored.source, *(copy.source for copy in stored.copies)):
                    self._by_file[source.file, key].add(stored.id)

    def find(self, stored: Stored, key: str) -> InteractionId | None:
        """The interaction a native id names, seen from a record; ``None`` if not collected or not unique."""
        if not key:
            return None
        for source in (stored.source, *(copy.source for copy in stored.copies)):
            found = self._by_file.get((source.file, key), set()) - {stored.id}
            if len(found) == 1:
                return next(iter(found))
        everywhere = self._anywhere.get(key, set()) - {stored.id}
        if len(everywhere) == 1:
            return next(iter(everywhere))
        found_by_copy = self._finder.find(key, stored.source) if self._finder is not None and not everywhere else None
        return found_by_copy if found_by_copy != stored.id else None

    def parent(self, stored: Stored) -> InteractionId | None:
        """What a record answers: its ``in_reply_to``, else the last of its references that was collected."""
        record = stored.record
        for key in (record.in_reply_to, *reversed(record.references)):
            found = self.find(stored, key)
            if found is not None:
                return found
        return None


def name_threads(ordered: Sequence[Stored], links: Links) -> dict[InteractionId, str]:
    """The conversation of every record: the id of its earliest record. ``ordered`` is in time order."""
    groups = _Groups()
    for stored in ordered:
        node = ("id", stored.id)
        record = stored.record
        for key in (record.key, record.in_reply_to, *record.references):
            if key:
                groups.join(node, _key_node(stored, key))
        if record.thread:
            groups.join(node, ("thread", _scope(stored), record.thread))
        parent = links.parent(stored)
        if parent is not None:
            groups.join(node, ("id", parent))
    _join_subjects(ordered, groups)
    first: dict[tuple[str, ...], str] = {}
    named: dict[InteractionId, str] = {}
    for stored in ordered:
        named[stored.id] = first.setdefault(groups.find(("id", stored.id)), stored.id)
    return named


def base_subject(subject: str) -> str:
    """A subject without reply marks and list tags, in lower case.

    >>> base_subject("RE: [council] Fwd: Budget ")
    'budget'
    """
    while (found := _MARK.match(subject)) is not None and found.end() < len(subject):
        subject = subject[found.end() :]
    return " ".join(subject.casefold().split())


def party_key(party: Party) -> str:
    """One participant as a comparable word: the address, else the name as written."""
    return party.address.casefold() or " ".join((party.name or party.raw).casefold().split())


def _key_node(stored: Stored, key: str) -> tuple[str, ...]:
    """Message-IDs are unique in the world; other ids only inside the file they stand in."""
    return ("key", key) if key.startswith("<") else ("key", stored.source.file, key)


def _scope(stored: Stored) -> str:
    if stored.record.channel is Channel.EMAIL and not stored.source.file.endswith((".jsonl", ".csv", ".xlsx")):
        return ""
    return dirname(stored.source.file) if stored.source.file.endswith(_SPREAD) else stored.source.file


def _join_subjects(ordered: Sequence[Stored], groups: _Groups) -> None:
    latest: dict[tuple[str, str], InteractionId] = {}
    for stored in ordered:
        record = stored.record
        subject = base_subject(record.subject)
        if record.channel is not Channel.EMAIL or not subject or record.sender is None:
            continue
        sender = party_key(record.sender)
        named = record.in_reply_to or record.references or record.thread
        if not named and _REPLY.match(record.subject):
            earlier = latest.get((subject, sender))
            if earlier is not None:
                groups.join(("id", stored.id), ("id", earlier))
        for party in (record.sender, *record.recipients):
            latest[subject, party_key(party)] = stored.id


class _Groups:
    """Disjoint sets with path halving; the result does not depend on the order of joins."""

    def __init__(self) -> None:
        self._above: dict[tuple[str, ...], tuple[str, ...]] = {}

    def find(self, node: tuple[str, ...]) -> tuple[str, ...]:
        above = self._above.setdefault(node, node)
        while above != node:
            self._above[node] = self._above[above]
            node = self._above[node]
            above = self._above[node]
        return node

    def join(self, one: tuple[str, ...], other: tuple[str, ...]) -> None:
        a, b = self.find(one), self.find(other)
        if a != b:
            self._above[max(a, b)] = min(a, b)
