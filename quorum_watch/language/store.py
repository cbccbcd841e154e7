"""Readings kept between runs, by content and by version of the stage; never different from a fresh reading."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from quorum_watch.model import ActSpan, Interaction, MatterLink, Reading, TopicSpan
from quorum_watch.vocabulary import Act, Confidence, Polarity, Scope


def conversation_key(thread: Sequence[Interaction]) -> str:
    """SHA-256 of everything of a conversation that the language stage looks at."""
    rows = []
    for i in thread:
        coded = i.coded and [i.coded.acts, i.coded.topic, i.coded.matter]
        quoted = [[q.start, q.end, q.kind] for q in i.quoted]
        to = [[c.person, c.role, c.raw] for c in i.contacts]
        rows.append(
            [
                i.id,
                i.at.isoformat(),
                i.channel,
                i.sender,
                i.sender_raw,
                to,
                i.subject,
                i.text,
                quoted,
                i.in_reply_to,
                i.event,
                coded,
            ]
        )
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True).encode()).hexdigest()


class Store:
    """A folder with one SQLite file per version of the stage; without a folder it keeps nothing."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    @classmethod
    def open(cls, folder: Path | None, version: str) -> Store:
        """Open (or create) the store of one version of the stage; files of other versions are left alone."""
        if folder is None:
            return cls(None)
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(folder / f"readings-{version[:16]}.sqlite")
        connection.execute(
            "create table if not exists readings (key text primary key, value text not null) without rowid"
        )
        return cls(connection)

    @property
    def active(self) -> bool:
        """Whether anything is kept."""
        return self._connection is not None

    def get(self, key: str) -> tuple[Reading, ...] | None:
        """The readings kept under a key, if any."""
        if self._connection is None:
            return None
        row = self._connection.execute("select value from readings where key = ?", (key,)).fetchone()
        return None if row is None else tuple(from_plain(r) for r in json.loads(row[0]))

    def put(self, key: str, readings: Sequence[Reading]) -> None:
        """Keep readings under a key."""
        if self._connection is not None:
            value = json.dumps([asdict(r) for r in readings], ensure_ascii=False, separators=(",", ":"))
            self._connection.execute("insert or replace into readings values (?, ?)", (key, value))

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.commit()
            self._connection.close()


def from_plain(plain: dict[str, Any]) -> Reading:
    """A reading again from its JSON form."""
    acts = tuple(
        ActSpan(
            **(
                a
                | {"act": Act(a["act"]), "polarity": Polarity(a["polarity"]), "confidence": Confidence(a["confidence"])}
            )
        )
        for a in plain["acts"]
    )
    links = tuple(MatterLink(c["matter"], c["score"], tuple(c["because"])) for c in plain["candidates"])
    topics = tuple(TopicSpan(**t) for t in plain["topics"])
    return Reading(**(plain | {"acts": acts, "topics": topics, "candidates": links, "scope": Scope(plain["scope"])}))
