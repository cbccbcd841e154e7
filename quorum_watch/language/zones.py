"""Zones of a message: which words are the writer's own, and which are quoted, forwarded, a signature or boilerplate.

Quoted words are evidence of what somebody else wrote; they never count as the writer's own. Every pattern is a plain
scan by lines, so time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from quorum_watch.language.courtesy import find_courtesies

#: Labels of zones that are not the writer's own words.
QUOTED, FORWARDED, SIGNATURE, DISCLAIMER, BOILERPLATE = "quoted", "forwarded", "signature", "disclaimer", "boilerplate"
#: Label of salutation lines.
GREETING = "greeting"


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of a text, in code points (``end`` exclusive), that is not the writer's own."""

    start: int
    end: int
    label: str


#: Plain signs of a zone, in lower case; a text with none of them is not looked at further.
_SIGNS = (
    *(
        ">",
        "wrote:",
        "writes:",
        "original message",
        "forwarded",
        "from: ",
        "--",
        "sent from my",
        "sent via",
        "get outlook for",
    ),
    *(
        "confidential",
        "intended recipient",
        "records law",
        "financing:",
        "revenue:",
        "recommendation of",
        "not to exceed",
    ),
    *("virus-free", "estimated amount", "total $", "______"),
)
_QUOTE = re.compile(r"^[ \t]{0,8}>.*$", re.MULTILINE)
_ATTRIBUTION = re.compile(
    r"^(?:on|am|le) [^\n]{3,200}\n?[^\n]{0,120}(?:wrote|writes):[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_REPLY_HEAD = re.compile(
    r"^[ \t]*(?:-{3,} ?original message ?-{3,}|_{10,}|from: [^\n]{1,200}\n(?:sent|date|to|subject): )",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD_HEAD = re.compile(
    r"^[ \t]*(?:-{3,} ?forwarded message ?-{3,}|begin forwarded message:|-{3,} ?forwarded by )",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(
    r"^(?:-- ?|sent from my [^\n]{1,40}|get outlook for [^\n]{1,20}|sent via [^\n]{1,40})$",
    re.IGNORECASE | re.MULTILINE,
)
_DISCLAIMER = re.compile(
    r"^[^\n]{0,200}(?:confidentiality notice|intended recipient|confidential and|contains? confidential"
    r"|may be confidential"
    r"|virus-free|subject to (?:the )?(?:wisconsin )?(?:open|public) records law)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: Phrases of agenda items that say how a thing is paid or recommended, not what it is about.
_BOILERPLATE = re.compile(
    r"(?:[-–;.][ \t]*)?(?:(?:financing|revenue|estimated revenue): [^\n]*$|not to exceed \$[\d,.]+"
    r"|total (?:not to exceed )?\$[\d,.]+"
    r"|estimated amount of \$[\d,.]+|recommendation of (?:staff|the committee)[^\n.;]{0,120})",
    re.IGNORECASE | re.MULTILINE,
)


def cut_zones(
    text: str, quoted: Sequence[tuple[int, int, str]] = (), names: Collection[str] = frozenset()
) -> tuple[Zone, ...]:
    """The zones of ``text`` that are not the writer's own, in order, not overlapping.

    ``quoted`` are blocks the source already knows, as (start, end, kind); they are taken as they are. ``names`` holds
    the words of known people's names in lower case, by which salutations and signatures are told.

    >>> [(z.label, z.start) for z in cut_zones("I agree.\\n> where are you on the levy?")]
    [('quoted', 9)]
    """
    found = [Zone(s, e, FORWARDED if k == "forward" else QUOTED) for s, e, k in quoted if 0 <= s < e <= len(text)]
    low = text.lower()
    if any(sign in low for sign in _SIGNS):
        found.extend(_scan(text))
    zones = _tidy(found)
    if "\n" not in text:
        return zones
    courtesies = find_courtesies(text, [(z.start, z.end) for z in zones], names)
    if not courtesies:
        return zones
    # The salutation, if there is one, comes first and begins before everything else that is the writer's own.
    own = [
        Zone(start, end, SIGNATURE if n or not _opens(text, start, zones) else GREETING)
        for n, (start, end) in enumerate(courtesies)
    ]
    return _tidy([*zones, *own])


def _opens(text: str, start: int, zones: Sequence[Zone]) -> bool:
    """Is there nothing of the writer's own before ``start``?"""
    before = text[:start]
    for zone in zones:
        if zone.start < start:
            before = before[: zone.start] + " " * (min(zone.end, start) - zone.start) + before[zone.end :]
    return not before.strip()


def _scan(text: str) -> list[Zone]:
    zones = [Zone(m.start(), m.end(), QUOTED) for m in _QUOTE.finditer(text)]
    zones += [Zone(m.start(), m.end(), QUOTED) for m in _ATTRIBUTION.finditer(text)]
    # What follows a client's reply or forward header is somebody else's message to its end.
    for pattern, label in ((_REPLY_HEAD, QUOTED), (_FORWARD_HEAD, FORWARDED)):
        head = pattern.search(text)
        if head is not None:
            zones.append(Zone(head.start(), len(text), label))
    for match in _SIGNATURE.finditer(text):
        end = len(text) if match.group().startswith("--") else match.end()
        zones.append(Zone(match.start(), end, SIGNATURE))
    zones += [Zone(m.start(), m.end(), DISCLAIMER) for m in _DISCLAIMER.finditer(text)]
    zones += [Zone(m.start(), m.end(), BOILERPLATE) for m in _BOILERPLATE.finditer(text)]
    return zones


def _tidy(zones: list[Zone]) -> tuple[Zone, ...]:
    kept: list[Zone] = []
    for zone in sorted(zones, key=lambda z: (z.start, -z.end)):
        if kept and zone.start < kept[-1].end:
            if zone.end > kept[-1].end:
                kept.append(Zone(kept[-1].end, zone.end, zone.label))
            continue
        kept.append(zone)
    return tuple(kept)
