"""Words folded before comparison: case, curly quotes, chat spelling and plural endings; never the text itself.

A folded word is what the lexicon and the matter titles are compared by. Lookup lemmatizers turn *parking* into *park*
and *housing* into *house* and so mix topics; folding plurals only does not.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib import resources

import snowballstemmer

#: Typographic marks that mean the same as a plain one. One code point each, so offsets stay.
PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00a0": " ",
        "\u2007": " ",
        "\u2009": " ",
        "\u202f": " ",
    }
)

#: Longest word that is folded; longer ones (base64, a keyboard held down) are compared as they stand.
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class FoldRules:
    """Irregular plurals, words never folded, chat spellings."""

    never: frozenset[str]
    irregular: dict[str, str]
    spelling: dict[str, str]


@functools.cache
def load_rules() -> FoldRules:
    """Read the folding rules shipped with the package (``norm.toml``)."""
    raw = tomllib.loads((resources.files(__package__) / "norm.toml").read_text("utf-8"))
    return FoldRules(frozenset(raw["never_fold"]), dict(raw["irregular"]), dict(raw["spelling"]))


def flatten(text: str) -> str:
    """``text`` with typographic quotes, dashes and spaces made plain; same length, so offsets stay.

    >>> flatten("the city’s “plan”")
    'the city\\'s "plan"'
    """
    return text if text.isascii() else text.translate(PLAIN)


@functools.lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The form by which a word is compared.

    >>> [fold(w) for w in ("Taxes", "parking", "libraries", "BUSES", "rd", "ethics")]
    ['tax', 'parking', 'library', 'bus', 'road', 'ethics']
    """
    low = flatten(word).lower()
    if not low.isascii():
        low = unicodedata.normalize("NFKC", low)
    if len(low) > LONGEST_WORD:
        return low
    rules = load_rules()
    low = rules.spelling.get(low, low)
    if low in rules.irregular:
        return rules.irregular[low]
    if low.endswith("'s") and len(low) > 3:
        low = low[:-2]
    return low if low in rules.never else _singular(low)


def _singular(low: str) -> str:
    if len(low) < 4 or not low.endswith("s") or low.endswith(("ss", "us", "is")) or not low[-2].isalpha():
        return low
    if low.endswith("ies"):
        return low[:-3] + "y" if len(low) > 4 else low[:-1]
    if low.endswith(("sses", "shes", "ches", "xes", "zes")):
        return low[:-2]
    return low[:-1]


_STEMMER = snowballstemmer.stemmer("english")


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A shorter form, for comparing with the titles of matters only: *rezoning* and *rezone* meet.

    >>> stem("Rezoning"), stem("rezone"), stem("amended")
    ('rezon', 'rezon', 'amend')
    """
    folded = fold(word)
    if len(folded) > LONGEST_WORD or not folded.isascii():
        return folded
    return str(_STEMMER.stemWord(folded))
