"""The sentences of the law model, kept in ``phrases.yaml`` so that no sentence stands in Python."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from quorum_watch.rules.reading import read_yaml


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[str, str]]:
    body = resources.files("quorum_watch.rules").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return read_yaml(body, "phrases.yaml").data


def phrase(group: str, key: str, **words: object) -> str:
    """A sentence with its blanks filled in.

    >>> phrase("step", "base", of=12, base=phrase("base", "seats"))
    'Base: 12 authorised seats.'
    """
    return _phrases()[group][key].format(**words)


def phrases() -> dict[str, dict[str, str]]:
    """All sentences, by group and key."""
    return _phrases()
