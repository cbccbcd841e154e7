"""Reactions that arrive as text: a telephone of the other make shows ``Liked "..."`` where a thumb was pressed.

Read as words, such a line would put what it quotes into the mouth of whoever pressed the thumb. It becomes a reaction
event instead, tied to the message it quotes where that message is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN, _CLOSE = '["\u201c\u00ab]', '["\u201d\u00bb]'
_THIN = "[\u200a-\u200f\u2060\ufeff\\s]{0,6}"
_WORDS = r"Liked|Loved|Disliked|Laughed at|Emphasi[sz]ed|Questioned"
_THING = r"an? (?:image|photo|movie|video|attachment|message|sticker|audio message|location|link|contact)"
_WORDED = re.compile(rf"(?s){_THIN}({_WORDS}) (?:{_OPEN}(.*){_CLOSE}|{_THING}){_THIN}$")
_EMOJI = re.compile(
    rf"(?s){_THIN}(?:Reacted )?([^\x00-\x7f]\S{{0,11}}){_THIN} ?to {_THIN}(?:{_OPEN}(.*){_CLOSE}|{_THING}){_THIN}$"
)
_REMOVED = re.compile(
    rf"(?s){_THIN}Removed (?:an? )?(like|heart|dislike|laugh|exclamation|question mark|[^\x00-\x7f]\S{{0,11}}){_THIN} "
    rf"from (?:{_OPEN}(.*){_CLOSE}|{_THING}){_THIN}$"
)
#: What a quote is compared by: telephones cut long ones.
_COMPARED = 40


@dataclass(frozen=True, slots=True)
class Tapback:
    """A reaction in words: what was pressed, the quoted message (``""`` for a picture), whether it was taken back."""

    value: str
    quote: str
    removed: bool = False


def read_tapback(text: str) -> Tapback | None:
    """The reaction a text stands for, or ``None`` where it is a text.

    >>> read_tapback('Liked "See you at 6"').value, read_tapback("\\u200a\\u200b👍\\u200b to “Lunch”").quote
    ('Liked', 'Lunch')
    >>> read_tapback('Liked "the draft" more than I thought') is None, read_tapback("Removed a like from “ok”").removed
    (True, True)
    """
    if len(text) > 20_000:
        return None
    for pattern, removed in ((_WORDED, False), (_EMOJI, False), (_REMOVED, True)):
        match = pattern.match(text)
        if match is not None:
            return Tapback(match[1], match[2] or "", removed)
    return None


def quote_key(text: str) -> str:
    """What a message and a quote of it have in common: the first characters, without white space.

    >>> quote_key("See you  at 6") == quote_key("\\u200aSee you at 6\\u200a")
    True
    """
    return re.sub("[\\s\u200a-\u200f\u2060\ufeff]+", "", text).removesuffix("\u2026")[:_COMPARED].casefold()
