"""Every sentence a person reads, in one file a language (``en.toml``), found by a dotted key.

>>> say("concern.look_first")
'look first'
>>> say("count.members", {"n": 1})
'1 member'
>>> say("count.members", {"n": 4})
'4 members'
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _sentences(language: str) -> dict[str, str]:
    raw = tomllib.loads(resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    flat: dict[str, str] = {}

    def walk(table: Mapping[str, object], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, Mapping):
                walk(value, f"{prefix}{key}.")
            else:
                flat[f"{prefix}{key}"] = str(value)

    walk(raw, "")
    return flat


def say(key: str, values: Mapping[str, object] | None = None, *, language: str = "en") -> str:
    """The sentence under ``key`` with ``{name}`` slots filled; a count ``n`` picks ``key.one`` or ``key.many``.

    Raises
    ------
    KeyError
        If the wording file has no such sentence (a programming error, caught by the tests).
    """
    sentences = _sentences(language)
    values = values or {}
    if key not in sentences and "n" in values:
        key = f"{key}.one" if values["n"] == 1 else f"{key}.many"
    return sentences[key].format_map(values)


def has(key: str, *, language: str = "en") -> bool:
    """Whether the wording file has a sentence (or a pair ``one``/``many``) under ``key``."""
    sentences = _sentences(language)
    return key in sentences or f"{key}.one" in sentences


def keys(*, language: str = "en") -> tuple[str, ...]:
    """Every key, sorted."""
    return tuple(sorted(_sentences(language)))
