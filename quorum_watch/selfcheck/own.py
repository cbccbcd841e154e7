"""The person's own mailbox, read on their own machine: whom they already wrote with on the same item.

Only what the person holds is counted, and only people are taken from it, never words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from quorum_watch.model import PersonId
from quorum_watch.roster import Roster
from quorum_watch.rules.profile import Profile
from quorum_watch.selfcheck.draft import Draft, OwnMessage
from quorum_watch.selfcheck.people import gather
from quorum_watch.selfcheck.words import read_words

_PREFIX = re.compile(r"^(?:\s*(?:re|fwd?|aw|sv)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\b[A-Z]{1,4}-\d{1,4}-\d{4}\b", re.IGNORECASE)
_AGREEMENT = "detection.agreement_window"


def related(
    draft: Draft, own: Sequence[OwnMessage], asking: PersonId, roster: Roster, on: date, profile: Profile
) -> frozenset[PersonId]:
    """People on the person's own messages about the same item, within the profile's window for positions.

    The same item is the same subject line (without ``Re:``), or the same item number.
    """
    if not own:
        return frozenset()
    window = profile.duration(_AGREEMENT, on) if _AGREEMENT in profile else timedelta.max
    title, numbers = subject_of(draft), numbers_of(draft)
    found: set[PersonId] = set()
    for message in own:
        if abs(message.at.date() - on) > window:
            continue
        same = bool(title) and subject_of(message.draft) == title
        if same or numbers & numbers_of(message.draft):
            if read_words(message.draft, {}, asking).scope.value == "not_business":
                continue
            found |= gather(message.draft, asking, roster, on).people
    return frozenset(found)


def subject_of(draft: Draft) -> str:
    """The subject line without its prefixes, in lower case.

    >>> subject_of(Draft(subject="RE: Fwd: Budget  amendment"))
    'budget amendment'
    """
    return " ".join(_PREFIX.sub("", draft.subject).lower().split())


def numbers_of(draft: Draft) -> frozenset[str]:
    """Item numbers a message names.

    >>> sorted(numbers_of(Draft(subject="r-112-2026", text="see also O-7-2026")))
    ['O-7-2026', 'R-112-2026']
    """
    return frozenset(n.upper() for n in _NUMBER.findall(f"{draft.subject}\n{draft.text}"))
