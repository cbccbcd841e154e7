"""Strict reading of YAML: plain data with line numbers, and every fault at once.

Only the harmless part of YAML is taken in: mappings with distinct text keys, lists, and scalars. Anchors, aliases,
tags, duplicate keys, several documents and too deep nesting are refused, so that a file of a few hundred bytes cannot
grow to gigabytes and no key can silently replace another. Dates stay text (``1976-07-02`` is not turned into a date
object), and so do fractions, times and the words YAML 1.1 would read as booleans.

>>> page = read_yaml("a: 1976-07-02\\nb: [no, true, 3]\\n", "example.yaml")
>>> page.data
{'a': '1976-07-02', 'b': ['no', True, 3]}
>>> page.where("b", 0)
'example.yaml line 2'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from quorum_watch.errors import Fault, LawError
from quorum_watch.limits import Limits

#: What a page holds: text, whole numbers, true/false, null, lists and mappings of the same.
Plain = Any
Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_LIMITS = Limits()
#: Longest run of digits read as a number; Python itself refuses to convert very long ones.
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Page:
    """One YAML file as plain data; ``lines`` maps a path inside it to its 1-based line."""

    data: dict[str, Plain]
    source: str
    lines: Mapping[Path, int] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """``file line N`` of the entry at ``path``, or of the nearest enclosing entry that is there."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return f"{self.source} line {self.lines[path[:end]]}"
        return self.source


def read_yaml(text: str, source: str) -> Page:
    """Read one mapping from ``text``; ``source`` is the name used in faults.

    Raises :class:`~quorum_watch.errors.LawError` (``QW-E420`` .. ``QW-E423``) that lists every fault found.
    """
    if len(text) > _LIMITS.text_chars:
        raise LawError("QW-E420", "The file is too large for a rule file.", source,
                       f"Keep it under {_LIMITS.text_chars} characters.")
    builder = _Builder(source)
    try:
        for event in _events(text):
            if not builder.take(event):
                break
    except (yaml.YAMLError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "the text is not YAML"
        builder.faults.append(Fault("QW-E420", f"The file is not well-formed YAML: {problem}.", source + line,
                                    "Check indentation, colons and quotation marks on that line."))
    if not builder.faults and not isinstance(builder.root, dict):
        builder.faults.append(Fault("QW-E420", "The file does not hold named entries at its top level.", source,
                                    "Start with lines such as 'schema: ...' and 'extends: ...'."))
    if builder.faults:
        raise LawError.of(builder.faults)
    return Page(builder.root, source, builder.lines)


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


class _Builder:
    """Builds plain data from parser events with an explicit stack, so that deep nesting cannot exhaust Python's."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Plain = None
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self.documents = 0
        self.stack: list[tuple[Plain, Path]] = []  # open containers, innermost last
        self.keys: list[str | None] = []  # the key waiting for its value, per open container

    def take(self, event: Any) -> bool:
        """Add one event; ``False`` stops the reading because going on would be of no use."""
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._fault("QW-E420", "The file holds several documents.", line, "Keep one; remove the '---' line.")
                return False
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._fault("QW-E421", "Anchors and aliases (& and *) are not read in rule files.", line,
                        "Write the entry out in full.")
            return False
        if getattr(event, "tag", None):
            self._fault("QW-E421", "Tags (!) are not read in rule files.", line, "Remove the tag.")
            return False
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            return self._open({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        return True

    def _open(self, container: Plain, line: int) -> bool:
        if self._expects_key():
            self._fault("QW-E420", "A name here is a list or a mapping.", line, "Names must be plain text.")
            return False
        if len(self.stack) >= _LIMITS.json_depth:
            self._fault("QW-E421", "Entries are nested too deeply.", line, "Rule files need only a few levels.")
            return False
        path = self._place(container, line)
        self.stack.append((container, path))
        self.keys.append(None)
        return True

    def _scalar(self, event: Any, line: int) -> None:
        if self._expects_key():
            key = str(event.value)
            container, path = self.stack[-1]
            if key in container:
                first = self.lines[(*path, key)]
                dated = bool(path) and path[-1] == "values"
                what = f"Two values on one date: {key}." if dated else f"Two entries named {key}."
                self._fault("QW-E422", what, line, f"Keep one of lines {first} and {line}.")
            self.lines.setdefault((*path, key), line)
            self.keys[-1] = key
            return
        self._place(_scalar(event.value) if event.implicit[0] else str(event.value), line)

    def _expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.keys[-1] is None

    def _place(self, value: Plain, line: int) -> Path:
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        container, path = self.stack[-1]
        if isinstance(container, dict):
            key = self.keys[-1]
            assert key is not None  # _expects_key was false
            self.keys[-1] = None
            container.setdefault(key, value)
            return (*path, key)
        container.append(value)
        here = (*path, len(container) - 1)
        self.lines[here] = line
        return here

    def _fault(self, code: str, what: str, line: int, remedy: str) -> None:
        self.faults.append(Fault(code, what, f"{self.source} line {line}", remedy))


def _scalar(text: str) -> Plain:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _DIGITS and _INTEGER.fullmatch(text):
        return int(text)
    return text
