"""Personal links: made by the clerk, signed, with an end, revocable at once. And one answer to who may do what.

A link is ``ID.PERSON.ROLE.END`` and a signature over it (HMAC-SHA256 with a key that never leaves the workspace). The
file beside the key lists the links made; one that is not listed, or is marked revoked, opens nothing. A session is a
shorter link of its own with the same id: revoking the link ends it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from quorum_watch.errors import InputError
from quorum_watch.model import PersonId

FILE = "links.json"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,600}\.[A-Za-z0-9_-]{43}")
_SEPARATOR = "\x1f"


class Role(StrEnum):
    """Who somebody is to the page."""

    NOBODY = "nobody"
    MEMBER = "member"
    CLERK = "clerk"


class Action(StrEnum):
    """What can be asked of the page."""

    OPEN = "open"  # sign-in page, static files, the manifest: nothing of the city in them
    READ = "read"  # guides
    CHECK = "check"
    STATUS = "status"


_MAY: dict[Role, frozenset[Action]] = {
    Role.NOBODY: frozenset({Action.OPEN}),
    Role.MEMBER: frozenset({Action.OPEN, Action.READ, Action.CHECK}),
    Role.CLERK: frozenset(Action),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at the page: what they are, who they are (``""`` where nobody signed in), and by which link."""

    role: Role
    person: PersonId = ""
    link: str = ""


NOBODY = Actor(Role.NOBODY)


def can(actor: Actor, action: Action) -> bool:
    """The one answer to every question of access; what is not listed is refused.

    >>> can(NOBODY, Action.CHECK), can(Actor(Role.MEMBER, "ann"), Action.CHECK), can(Actor(Role.MEMBER), Action.STATUS)
    (False, True, False)
    """
    return action in _MAY[actor.role]


@dataclass(frozen=True, slots=True)
class Link:
    """One link as listed: its id, whose it is, until when it opens (seconds since 1970, UTC), and if it still may."""

    id: str
    person: PersonId
    role: str
    ends: int
    revoked: bool = False


class Links:
    """The links of a workspace: a key and a list in one file that only its owner can read."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.path = folder / FILE
        self._now = now
        self._stamp: tuple[int, int] | None = None
        self._key = b""
        self._listed: dict[str, Link] = {}

    def make(self, person: PersonId, role: Role, seconds: int) -> str:
        """A new link's token; the list is written before the token exists."""
        self._load(create=True)
        link = Link(secrets.token_urlsafe(9), person, role.value, int(self._now()) + seconds)
        self._listed[link.id] = link
        self._save()
        return self._sign(link, "link")

    def revoke(self, which: str) -> int:
        """Revoke a link by its id, or all links of a person; how many were revoked."""
        self._load(create=True)
        hit = [k for k, v in self._listed.items() if which in (k, v.person) and not v.revoked]
        for key in hit:
            self._listed[key] = replace(self._listed[key], revoked=True)
        self._save()
        return len(hit)

    def listed(self) -> tuple[Link, ...]:
        """Every link ever made, by person and end."""
        self._load(create=False)
        return tuple(sorted(self._listed.values(), key=lambda v: (v.person, v.ends, v.id)))

    def counts(self) -> dict[str, int]:
        """How many links are valid, expired and revoked."""
        found = {"valid": 0, "expired": 0, "revoked": 0}
        for link in self.listed():
            state = "revoked" if link.revoked else "expired" if link.ends <= self._now() else "valid"
            found[state] += 1
        return found

    def session(self, token: str, seconds: int) -> str | None:
        """A session for a valid link, never longer than the link; ``None`` for any other token."""
        link = self._read(token, "link")
        if link is None:
            return None
        return self._sign(replace(link, ends=min(link.ends, int(self._now()) + seconds)), "session")

    def actor(self, token: str, kind: str) -> Actor:
        """Who a token (``link`` or ``session``) speaks for; nobody if forged, expired, revoked, of another kind."""
        link = self._read(token, kind)
        return Actor(Role(link.role), link.person, link.id) if link is not None else NOBODY

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _sign(self, link: Link, kind: str) -> str:
        body = _SEPARATOR.join((kind, link.id, link.person, link.role, str(link.ends)))
        payload = base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()
        return f"{payload}.{self._mac(payload)}"

    def _mac(self, payload: str) -> str:
        digest = hmac.new(self._key, payload.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _read(self, token: str, kind: str) -> Link | None:
        self._load(create=False)
        if not self._key or not _TOKEN.fullmatch(token):
            return None
        payload, _, mac = token.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(payload).encode()):
            return None
        try:
            body = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
            said, link_id, person, role, ends = body.split(_SEPARATOR)
            link = Link(link_id, person, Role(role).value, int(ends))
        except (ValueError, binascii.Error):
            return None
        known = self._listed.get(link_id)
        fits = known is not None and not known.revoked and (known.person, known.role) == (person, role)
        if said != kind or not fits or link.ends <= self._now():
            return None
        return link

    # --- the file -----------------------------------------------------------------------------------------------------

    def _load(self, *, create: bool) -> None:
        """Read the file again if it changed, so that a revocation holds at once."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._key, self._listed, self._stamp = (secrets.token_bytes(32) if create else b""), {}, None
            return
        if found.st_mode & 0o077:
            raise InputError("QW-E149", "Other users of this computer can read the links.", FILE, "chmod 600 the file.")
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp == self._stamp:
            return
        try:
            data: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
            self._key = bytes.fromhex(data["key"])
            self._listed = {d["id"]: Link(**d) for d in data["links"]}
        except (OSError, ValueError, KeyError, TypeError):
            self._key, self._listed = b"", {}
            remedy = "Restore it, or move it away and make new links."
            raise InputError("QW-E150", "The list of links cannot be read.", FILE, remedy) from None
        self._stamp = stamp

    def _save(self) -> None:
        data = {"key": self._key.hex(), "links": [asdict(link) for link in self.listed_now()]}
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
        beside.replace(self.path)
        self._stamp = None

    def listed_now(self) -> tuple[Link, ...]:
        """What is in memory, by id."""
        return tuple(v for _, v in sorted(self._listed.items()))
