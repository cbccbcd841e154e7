"""The topic lexicon: reading ``topics.toml``, laying a workspace's own file over it, and saying all that is wrong.

A file holds one table per topic. In a workspace file a table named like a shipped topic adds terms to it; ``remove``
takes terms away and ``enabled = false`` switches the topic off; a table with a new name adds a topic.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from quorum_watch.errors import Fault, InputError

#: Points of evidence a term gives, by the list it stands in.
WEIGHTS: Mapping[str, int] = {"strong": 3, "normal": 2, "weak": 1, "bodies": 2, "case": 3}
_LISTS = ("strong", "normal", "weak", "bodies", "case", "not", "examples", "remove")
_PLAIN = ("name", "kind", "cap", "enabled")
KINDS = ("subject", "process")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its words by strength, and the phrases in which they do not count (``cancel``)."""

    code: str
    name: str
    kind: str
    strong: tuple[str, ...] = ()
    normal: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    case: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    cap: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    enabled: bool = True

    def terms(self) -> list[tuple[str, str]]:
        """Every term with the list it stands in, in file order."""
        return [(term, kind) for kind in WEIGHTS for term in getattr(self, kind)]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All topics, with the SHA-256 of the files they were read from and remarks that do not stop a run."""

    topics: tuple[Topic, ...]
    sha256: str
    language: str = "en"
    remarks: tuple[str, ...] = ()

    def __getitem__(self, code: str) -> Topic:
        return next(t for t in self.topics if t.code == code)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Lexicon:
        """The lexicon again from ``dataclasses.asdict`` of it, as read back from JSON."""
        topics = tuple(
            Topic(**{k: tuple(v) if isinstance(v, list) else v for k, v in topic.items()})  # type: ignore[arg-type]
            for topic in plain["topics"]
        )
        return cls(topics, plain["sha256"], plain["language"], tuple(plain["remarks"]))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the topics that are switched on."""
        return tuple(t.code for t in self.topics if t.enabled)


@dataclass(slots=True)
class _Draft:
    """One file being read: its text, for line numbers, and the faults so far."""

    text: str
    where: str
    faults: list[Fault] = field(default_factory=list)

    def line(self, section: str, needle: str = "") -> int:
        lines = self.text.splitlines()
        head = re.compile(rf"\s*\[topics\.(?:{re.escape(section)}|\"{re.escape(section)}\")\]")
        start = next((n for n, row in enumerate(lines) if head.match(row)), 0)
        if needle:
            for n in range(start, len(lines)):
                if n > start and lines[n].lstrip().startswith("[topics."):
                    break
                if needle in lines[n]:
                    return n + 1
        return start + 1

    def fault(self, code: str, what: str, line: int, remedy: str) -> None:
        self.faults.append(Fault(code, what, f"{self.where} line {line}", remedy))


def load_lexicon(overlay: Path | None = None) -> Lexicon:
    """Read the shipped lexicon and, if given, a workspace's ``topics.toml`` over it.

    Every fault of the overlay is reported at once.

    Raises:
        InputError: QW-E210 the file is not TOML, QW-E211 an unknown key or table, QW-E212 a value of the wrong kind,
            QW-E213 a term given twice in one topic, QW-E214 a term to remove that is not there.
    """
    shipped = (resources.files(__package__) / "topics.toml").read_text("utf-8")
    lexicon = read_lexicon(shipped, "topics.toml of the package")
    if overlay is None or not overlay.exists():
        return lexicon
    try:
        text = overlay.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "QW-E210", "The topic file could not be read.", overlay.name, "Save it as UTF-8 text."
        ) from error
    return read_lexicon(text, overlay.name, base=lexicon)


def read_lexicon(text: str, where: str, base: Lexicon | None = None) -> Lexicon:
    """Read a lexicon from TOML; with ``base``, lay it over that one. Faults carry the line they stand on.

    >>> text = '[topics.ferry]\\nname = "Ferry"\\nkind = "subject"\\nstrong = ["ferry"]'
    >>> read_lexicon(text, "topics.toml").topics[0].strong
    ('ferry',)
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            "QW-E210", f"The topic file is not valid TOML ({error}).", where, "Correct the line named."
        ) from error
    draft = _Draft(text, where)
    for key in sorted(set(raw) - {"schema", "language", "topics"}):
        draft.fault("QW-E211", f"Unknown key {key!r}.", 1, "Use schema, language and [topics.NAME] tables only.")
    tables = raw.get("topics", {})
    known = {t.code: t for t in base.topics} if base else {}
    topics = dict(known)
    for code, table in tables.items():
        if not isinstance(table, dict):
            draft.fault("QW-E212", f"topics.{code} is not a table.", 1, f"Write it as [topics.{code}].")
            continue
        _check(draft, code, table)
        topics[code] = _merge(draft, code, table, known.get(code))
    if draft.faults:
        raise InputError.of(draft.faults)
    digest = hashlib.sha256(((base.sha256 if base else "") + text).encode()).hexdigest()
    language = str(raw.get("language", base.language if base else "en"))
    return Lexicon(tuple(topics.values()), digest, language, tuple(_remarks(topics)))


def _check(draft: _Draft, code: str, table: dict[str, Any]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code):
        line = draft.line(code)
        draft.fault("QW-E212", f"Topic code {code!r} is not usable.", line, "Use a-z, 0-9 and _ only.")
    for key, value in table.items():
        line = draft.line(code, key)
        if key in _LISTS:
            if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
                draft.fault("QW-E212", f"{key} of {code} is not a list of phrases.", line, 'Write ["one", "two"].')
        elif key not in _PLAIN:
            known = ", ".join(_PLAIN + _LISTS)
            draft.fault("QW-E211", f"Unknown key {key!r} in topic {code}.", line, f"Keys are: {known}.")
    if "kind" in table and table["kind"] not in KINDS:
        draft.fault("QW-E212", f"kind of {code} is unknown.", draft.line(code, "kind"), 'Use "subject" or "process".')
    if "enabled" in table and not isinstance(table["enabled"], bool):
        draft.fault(
            "QW-E212", f"enabled of {code} is not true or false.", draft.line(code, "enabled"), "Use true/false."
        )
    if "cap" in table and not (isinstance(table["cap"], list) and all(isinstance(c, int) for c in table["cap"])):
        draft.fault("QW-E212", f"cap of {code} is not a list of numbers.", draft.line(code, "cap"), "Write [14, 21].")


def _merge(draft: _Draft, code: str, table: dict[str, Any], old: Topic | None) -> Topic:
    topic = old or Topic(code, str(table.get("name", code)), str(table.get("kind", "subject")))
    removed = {_plain(t) for t in table.get("remove", []) if isinstance(t, str)}
    before = {_plain(t) for t, _ in topic.terms()}
    for term in table.get("remove", []):
        if isinstance(term, str) and _plain(term) not in before:
            line = draft.line(code, f'"{term}"')
            draft.fault("QW-E214", f"{term!r} is not a term of {code}.", line, "Take it out of remove.")
    changed: dict[str, Any] = {}
    seen: dict[str, str] = {_plain(t): kind for t, kind in topic.terms() if _plain(t) not in removed}
    for kind in WEIGHTS:
        kept = [t for t in getattr(topic, kind) if _plain(t) not in removed]
        for term in table.get(kind, []) if isinstance(table.get(kind, []), list) else []:
            if not isinstance(term, str):
                continue
            # Capitals matter in `case` only: BID and bid are different terms.
            mark = term if kind == "case" else _plain(term)
            if mark in seen:
                line = draft.line(code, f'"{term}"')
                draft.fault(
                    "QW-E213", f"{term!r} is in {code} twice ({seen[mark]}, {kind}).", line, "Keep one of them."
                )
                continue
            seen[mark] = kind
            kept.append(term)
        changed[kind] = tuple(kept)
    for key in ("name", "kind", "enabled"):
        if key in table:
            changed[key] = table[key]
    if isinstance(table.get("cap"), list):
        changed["cap"] = tuple(table["cap"])
    for key, target in (("not", "cancel"), ("examples", "examples")):
        extra = [t for t in table.get(key, []) if isinstance(t, str)] if isinstance(table.get(key, []), list) else []
        changed[target] = tuple(dict.fromkeys((*getattr(topic, target), *extra)))
    return replace(topic, **changed)


def _plain(term: str) -> str:
    return " ".join(term.lower().split())


def _remarks(topics: dict[str, Topic]) -> list[str]:
    """Terms that stand in several topics: allowed (a wetland is environment and zoning), but worth a look."""
    where: dict[str, list[str]] = {}
    for topic in topics.values():
        for term, kind in topic.terms():
            if kind in ("strong", "bodies"):
                where.setdefault(_plain(term), []).append(topic.code)
    return [f"{term!r} stands in {', '.join(codes)}" for term, codes in sorted(where.items()) if len(set(codes)) > 1]
