"""Making hostile text harmless before it is cut into words: same length, so that every offset stays true.

Control and direction characters become spaces, runs without a space longer than any word are blanked, and what lies
beyond the limit of a message is left out; each of these has a stated outcome.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from quorum_watch.language.words import flatten

#: Characters of one message that are read; the rest is counted in the outcome, not analysed.
READ_CHARS = 100_000
#: Longest run without a space that is cut into words; web addresses are shorter, encoded attachments longer.
LONGEST_RUN = 400

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
#: Pictographs in long rows say no more than the first few.
_PICTURES = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u20e3]{40,}")


@dataclass(frozen=True, slots=True)
class Tamed:
    """Text fit for cutting, of the same length as far as it is read, and what was done to it."""

    text: str
    outcome: str = "analysed"


def tame(text: str) -> Tamed:
    """``text`` with everything that could hurt replaced by spaces, offset for offset.

    >>> tame("hi\\u202e there").text
    'hi  there'
    >>> tame("x" * 500).outcome
    'analysed_in_part:unbroken_run'
    """
    outcome = "analysed"
    if len(text) > READ_CHARS:
        text, outcome = text[:READ_CHARS], "analysed_in_part:oversize"
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    if len(text) > 40 and not text.isascii():
        text = _PICTURES.sub(lambda m: m.group()[:8] + " " * (len(m.group()) - 8), text)
    if len(text) > LONGEST_RUN and _RUN.search(text):
        text = _RUN.sub(lambda m: " " * len(m.group()), text)
        outcome = "analysed_in_part:unbroken_run" if outcome == "analysed" else outcome
    return Tamed(flatten(text), outcome)
