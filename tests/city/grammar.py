"""Text from templates: ``[this|that]`` chooses, ``{slot}`` fills in, and a voice says it the way its person would.

>>> words = Words(Dice(1, "t"))
>>> words.fill("[I vote|I'll vote] for {ref}.", {"ref": "the mural"}).endswith("for the mural.")
True
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tests.city.dice import Dice

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
#: Longest run of earlier picks that is avoided, so that neighbours in a thread do not repeat each other.
MEMORY = 12
SHORTER = {"tomorrow": "tmrw", "please": "pls", "because": "bc", "thanks": "thx", "about": "abt", "meeting": "mtg"}


@cache
def load(name: str) -> dict[str, Any]:
    """One of the word files beside this module."""
    path = Path(__file__).parent / "words" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def phrases() -> dict[str, list[str]]:
    """Every named list of templates, of acts and of ordinary mail."""
    return {**load("acts"), **load("ordinary")}


class Words:
    """Says things; remembers what it said last so as not to repeat it."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self._recent: list[str] = []

    def choose(self, options: list[str]) -> str:
        """One template, if possible not one used just now."""
        fresh = [o for o in options if o not in self._recent] or options
        picked = self.dice.pick(fresh)
        self._recent = [*self._recent, picked][-MEMORY:]
        return picked

    def fill(self, template: str, slots: dict[str, str]) -> str:
        """The template with its choices made and its slots filled; a capitalised slot name gets a capital."""
        while CHOICE.search(template):
            template = CHOICE.sub(lambda m: self.dice.pick(m[1].split("|")), template, count=1)

        def value(m: re.Match[str]) -> str:
            name = m[1]
            if name in slots:
                return self.fill(slots[name], {k: v for k, v in slots.items() if k != name})
            text = self.fill(slots[name.lower()], slots)
            return text[:1].upper() + text[1:]

        return SLOT.sub(value, template)

    def say(self, key: str, slots: dict[str, str]) -> str:
        """One filled phrase of a named list."""
        return self.fill(self.choose(phrases()[key]), slots)


def voiced(text: str, voice: str, dice: Dice) -> str:
    """The text as a person of this voice types it: ``formal`` and ``brisk`` as written, ``phone`` thumbed in.

    >>> voiced("I'm a yes.", "formal", Dice(1))
    "I'm a yes."
    """
    if voice != "phone":
        return text
    if dice.chance(0.7):
        text = re.sub(r"(?:^|(?<=[.?!]\s))[A-Z](?=[a-z' ])", lambda m: m[0].lower(), text)
        text = re.sub(r"\bI\b(?!\.)", "i", text) if dice.chance(0.5) else text
    if dice.chance(0.6):
        text = re.sub(r"(?<=[A-Za-z])'(?=(?:m|ll|t|d|s|re|ve)\b)", "", text)
    if dice.chance(0.3):
        text = re.sub(r"\b[A-Za-z]+\b", lambda m: SHORTER.get(m[0].lower(), m[0]), text)
    text = text.replace("'", "\u2019") if dice.chance(0.3) else text  # telephones curl their apostrophes
    if dice.chance(0.25) and text.count(" ") > 5:  # a one-word answer keeps its one word
        text = typo(text, dice)
    return text.rstrip(".") if dice.chance(0.4) else text


def typo(text: str, dice: Dice) -> str:
    """The text with two neighbouring letters of one longer word swapped."""
    long_words = list(re.finditer(r"\b[a-z]{6,}\b", text))
    if not long_words:
        return text
    m = dice.pick(long_words)
    at = m.start() + dice.between(2, len(m[0]) - 2)
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
