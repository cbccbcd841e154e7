"""What the thread reader is given and what a message leaves behind: plain frozen records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quorum_watch.language.acts.signs import TITLE_STOP
from quorum_watch.model import ActSpan, MatterId, PersonId
from quorum_watch.vocabulary import Act, Polarity, Scope

#: The acts that decide open-meetings cases.
CORE = frozenset({Act.POLL, Act.COMMIT, Act.RELAY, Act.SEEK_SUPPORT, Act.DECIDE})


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """What the reader of a conversation knows besides its words.

    ``names`` maps spoken names in lower case to person ids (``names_of``); ``members`` holds those with a seat (empty:
    everybody); ``matters`` the pending matters ``(id, title)``, the likeliest first.
    """

    names: Mapping[str, PersonId] = field(default_factory=dict)
    members: frozenset[PersonId] = frozenset()
    matters: tuple[tuple[MatterId, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a conversation, in time order.

    ``text`` is the sender's own words (other zones blanked by spaces of equal length); ``quoted`` holds ``(start, end,
    person)`` of quoted words, which are read from ``raw`` (the text as written) where ``text`` has them blanked.
    ``reply_to`` is the index of the message answered, ``None`` if not recorded. ``scope`` and ``matter`` are what the
    topic stage knows, ``None`` where it does not.
    """

    text: str
    sender: PersonId | None = None
    recipients: tuple[PersonId, ...] = ()
    reply_to: int | None = None
    scope: Scope | None = None
    matter: MatterId | None = None
    quoted: tuple[tuple[int, int, PersonId | None], ...] = ()
    raw: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What a message leaves to those that answer it.

    ``business``: it is about City business, and ``clear`` says that words show it. ``question`` is what is open:
    ``poll``, ``ballot``, ``seek``, ``sign``, ``time``, ``fact``, ``social`` or ``""``; ``asked`` says whether the
    message itself asked, ``asker`` who did. ``polarity`` is the way its own position or question points. ``balloted``:
    a vote by message is under way.
    """

    business: bool
    clear: bool = True
    question: str = ""
    asked: bool = False
    polarity: Polarity = Polarity.NONE
    matter: MatterId | None = None
    acts: frozenset[Act] = frozenset()
    balloted: bool = False
    asker: PersonId | None = None


@dataclass(frozen=True, slots=True)
class MessageActs:
    """The acts of one message, the state it leaves, and the words by which the aid spoke (``aid.py``)."""

    acts: tuple[ActSpan, ...]
    state: State
    reasons: tuple[str, ...] = ()


def stem(word: str) -> str:
    """A crude stem: enough for "rezoning"/"rezone", "bonds"/"bond", "fireworks"/"firework"."""
    word = word.lstrip("%")
    return word[:5] if len(word) > 5 else word.rstrip("s") if len(word) > 3 else word


def title_words(matters: Sequence[tuple[MatterId, str]]) -> dict[str, MatterId]:
    """Stems of the telling words of matter titles -> the first matter that has them."""
    stems: dict[str, MatterId] = {}
    for matter, title in matters:
        for word in re.findall(r"[^\W_]+(?:\.\d+)?", title.lower()):
            if word not in TITLE_STOP and (len(word) > 3 or (word.isdigit() and len(word) > 1)):
                stems.setdefault(stem(word), matter)
    return stems
