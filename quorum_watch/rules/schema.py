"""The strict loader: a rule file becomes a :class:`Sheet`, or every fault in it is reported at once.

What is refused: unknown entries, unknown parameters, a value without a reference, a start date that is not a date, two
values on one date, an impossible share, a value of the wrong type, an authority nobody defined, and in an overlay any
attempt to change state law.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any

from quorum_watch.errors import Fault, LawError
from quorum_watch.rules.reading import Page, read_yaml
from quorum_watch.rules.shapes import SHAPES, BadShapeError, names, parse_date, text
from quorum_watch.vocabulary import FactorKind

SCHEMA = "quorum-watch/law/1"


class Stage(StrEnum):
    """How far a profile has come; a test and ``docs/law.md`` explain each."""

    VERIFIED = "verified"  # a named attorney read every rule and signed
    TEXT_CHECKED = "text-checked"  # controlling words read at their source, rule by rule; no attorney signed
    DRAFT = "draft"  # compiled from notes; some rules rest on secondary sources


class Status(StrEnum):
    """What was read for one rule."""

    VERIFIED = "verified"  # the controlling words, at the address given
    SECONDARY = "secondary"  # only what somebody else wrote about them
    UNVERIFIED = "unverified"  # general knowledge; nothing confirming it was read
    INFERENCE = "inference"  # this project's own arithmetic or setting


@dataclass(frozen=True, slots=True)
class Authority:
    """A source of law or policy; ``quote`` is its words, ``says`` a paraphrase where the words were not read."""

    key: str
    cite: str
    title: str
    status: Status
    url: str = ""
    document: str = ""
    quote: str = ""
    says: str = ""
    read_on: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a day on. ``known_start`` is false where the text was merely seen in force by that day."""

    start: date
    value: Any
    raw: Any
    known_start: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One rule: what it says in a sentence, its unit, its dated values and where it stands."""

    name: str
    description: str
    unit: str
    references: tuple[str, ...]
    status: Status
    values: tuple[Dated, ...]
    not_used: str
    unsettled: str
    origin: str
    where: str


@dataclass(frozen=True, slots=True)
class FactorRule:
    """What a factor of the assessment rests on."""

    key: str
    name: str
    kind: FactorKind
    description: str
    references: tuple[str, ...]
    origin: str
    where: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rule file as read."""

    id: str
    kind: str
    title: str
    extends: str
    stage: Stage
    verified_by: str
    verified_on: str
    as_of: str
    banner: str
    jurisdiction: str
    checked_by: str
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    factors: Mapping[str, FactorRule] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the catalogue of parameters."""

    name: str
    shape: str
    options: tuple[str, ...]
    needed: bool
    local: bool
    overlay_only: bool


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Row]:
    """The parameters the program can read (``catalogue.yaml``)."""
    body = resources.files("quorum_watch.rules").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    page = read_yaml(body, "catalogue.yaml")
    return {
        name: Row(name, row["shape"], tuple(row.get("options") or ()), bool(row.get("needed")),
                  bool(row.get("local")), bool(row.get("overlay_only")))
        for name, row in page.data["parameters"].items()
    }


def row_for(name: str) -> Row | None:
    """The catalogue row of a parameter: its own, or that of its family."""
    rows = catalogue()
    return rows.get(name) or rows.get(name.rpartition(".")[0] + ".*")


def nearest(word: str, known: list[str]) -> str:
    """`` Did you mean '...'?`` where something similar exists, else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


class _Reader:
    """Reads one page and collects faults instead of stopping at the first."""

    HEAD = ("schema", "id", "kind", "title", "stage", "as_of")
    HEAD_OPTIONAL = ("extends", "verified_by", "verified_on", "banner", "jurisdiction", "summary",
                     "authorities", "parameters", "factors", "checked_by")

    def __init__(self, page: Page, inherited: Mapping[str, Authority]) -> None:
        self.page = page
        self.inherited = inherited
        self.faults: list[Fault] = []
        self.kind = str(page.data.get("kind", ""))
        self.id = str(page.data.get("id", ""))
        self.authorities: dict[str, Authority] = {}

    def fault(self, code: str, what: str, path: tuple[str | int, ...], remedy: str) -> None:
        self.faults.append(Fault(code, what, self.page.where(*path), remedy))

    def entries(self, value: Any, path: tuple[str | int, ...], required: tuple[str, ...],
                optional: tuple[str, ...] = ()) -> dict[str, Any]:
        label = ".".join(str(p) for p in path) or "the file"
        if not isinstance(value, dict):
            self.fault("QW-E425", f"{label} does not hold named entries.", path, f"Expected {', '.join(required)}.")
            return {}
        known = [*required, *optional]
        for key in value:
            if key not in known:
                self.fault("QW-E423", f"Unknown entry '{key}' in {label}.{nearest(key, known)}", (*path, key),
                           f"Known here: {', '.join(known)}.")
        for key in required:
            if value.get(key) is None:
                self.fault("QW-E427" if key == "reference" else "QW-E424", f"{label} has no '{key}'.", path,
                           "Name the authority the value rests on." if key == "reference" else f"Add '{key}'.")
        return value

    def shaped(self, read: Callable[[Any], Any], value: Any, path: tuple[str | int, ...], default: Any = None) -> Any:
        try:
            return read(value)
        except BadShapeError as error:
            code = "QW-E426" if read is parse_date else "QW-E425"
            self.fault(code, f"{'.'.join(str(p) for p in path)}: {error}.", (*path, *error.path),
                       "Write the day as YYYY-MM-DD, the first on which the text is known to have been in force."
                       if read is parse_date else "Correct the value; docs/law.md shows one of each shape.")
            return default

    def words(self, entries: dict[str, Any], key: str, path: tuple[str | int, ...]) -> str:
        value = entries.get(key)
        return "" if value is None else self.shaped(text, value, (*path, key), "")

    def one_of(self, kind: type[StrEnum], value: Any, path: tuple[str | int, ...], default: Any) -> Any:
        try:
            return kind(value)
        except ValueError:
            self.fault("QW-E425", f"{'.'.join(str(p) for p in path)} is not a known word.", path,
                       f"Use one of {', '.join(kind)}.")
            return default

    def sheet(self) -> Sheet:
        head = self.entries(self.page.data, (), self.HEAD, self.HEAD_OPTIONAL)
        if head.get("schema") not in (None, SCHEMA):
            self.fault("QW-E425", "The file is of another schema.", ("schema",), f"This version reads '{SCHEMA}'.")
        if self.kind and self.kind not in ("profile", "settings", "overlay"):
            self.fault("QW-E425", f"Unknown kind '{self.kind}'.", ("kind",), "Use profile or overlay.")
        if self.kind == "overlay" and not head.get("extends"):
            self.fault("QW-E424", "An overlay has no 'extends'.", (), "Add, for example, 'extends: us-wi'.")
        stage = self.one_of(Stage, head.get("stage", Stage.DRAFT), ("stage",), Stage.DRAFT)
        if stage is Stage.VERIFIED and not (head.get("verified_by") and head.get("verified_on")):
            self.fault("QW-E424", "A verified profile names nobody who verified it.", ("stage",),
                       "Add verified_by and verified_on, or use another stage.")
        if "as_of" in head and head["as_of"] is not None:
            self.shaped(parse_date, head["as_of"], ("as_of",))
        for key, value in self.table("authorities"):
            self.authorities[key] = self.authority(key, value)
        parameters = {key: self.parameter(key, value) for key, value in self.table("parameters")}
        factors = {key: self.factor(key, value) for key, value in self.table("factors")}
        return Sheet(
            id=self.words(head, "id", ()), kind=self.kind, title=self.words(head, "title", ()),
            extends=self.words(head, "extends", ()), stage=stage, verified_by=self.words(head, "verified_by", ()),
            verified_on=self.words(head, "verified_on", ()), as_of=self.words(head, "as_of", ()),
            banner=self.words(head, "banner", ()), jurisdiction=self.words(head, "jurisdiction", ()),
            checked_by=self.words(head, "checked_by", ()),
            authorities=self.authorities, parameters=parameters, factors=factors, source=self.page.source,
        )

    def table(self, name: str) -> list[tuple[str, Any]]:
        value = self.page.data.get(name)
        if value is None:
            return []
        if not isinstance(value, dict):
            self.fault("QW-E425", f"'{name}' does not hold named entries.", (name,), "Give every entry a name.")
            return []
        return list(value.items())

    def authority(self, key: str, value: Any) -> Authority:
        path = ("authorities", key)
        e = self.entries(value, path, ("cite", "title", "status"),
                         ("url", "document", "quote", "says", "read_on"))
        status = self.one_of(Status, e.get("status", Status.UNVERIFIED), (*path, "status"), Status.UNVERIFIED)
        if status in (Status.VERIFIED, Status.SECONDARY) and e and not (e.get("url") or e.get("document")):
            self.fault("QW-E427", f"The authority '{key}' was read, but not where.", path, "Add url or document.")
        if status is Status.VERIFIED and e and not (e.get("quote") or e.get("says")):
            self.fault("QW-E427", f"The authority '{key}' is verified without its words.", path, "Add quote or says.")
        if e.get("read_on") is not None:
            self.shaped(parse_date, e["read_on"], (*path, "read_on"))
        return Authority(key, self.words(e, "cite", path), self.words(e, "title", path), status,
                         self.words(e, "url", path), self.words(e, "document", path), self.words(e, "quote", path),
                         self.words(e, "says", path), self.words(e, "read_on", path))

    def references(self, value: Any, path: tuple[str | int, ...]) -> tuple[str, ...]:
        if value is None:
            return ()
        keys: tuple[str, ...] = self.shaped(names, value, (*path, "reference"), ())
        known = {**self.inherited, **self.authorities}
        for n, key in enumerate(keys):
            if key not in known:
                self.fault("QW-E427", f"No authority is named '{key}'.{nearest(key, sorted(known))}",
                           (*path, "reference", n), "Add it under 'authorities' with cite, title, status and url.")
        return tuple(k for k in keys if k in known)

    def parameter(self, name: str, value: Any) -> Parameter:
        path = ("parameters", name)
        e = self.entries(value, path, ("description", "unit", "reference", "values"),
                         ("status", "not_used", "unsettled"))
        row = row_for(name)
        if row is None:
            self.fault("QW-E429", f"No code reads a parameter '{name}'.{nearest(name, sorted(catalogue()))}", path,
                       "Correct the name; catalogue.yaml lists the names.")
        elif self.kind == "overlay" and not row.local:
            self.fault("QW-E425", f"'{name}' is state law; a local overlay cannot change it.", path,
                       "Remove it, or propose a change of the state profile.")
        elif row.overlay_only and self.kind != "overlay":
            self.fault("QW-E425", f"'{name}' is local policy; it belongs in an overlay.", path, "Move it.")
        references = self.references(e.get("reference"), path)
        known = {**self.inherited, **self.authorities}
        default = known[references[0]].status if references else Status.UNVERIFIED
        status = self.one_of(Status, e["status"], (*path, "status"), default) if e.get("status") else default
        return Parameter(name, self.words(e, "description", path), self.words(e, "unit", path), references, status,
                         self.dated(e.get("values"), path, row), self.words(e, "not_used", path),
                         self.words(e, "unsettled", path), self.id, self.page.where(*path))

    def dated(self, value: Any, path: tuple[str | int, ...], row: Row | None) -> tuple[Dated, ...]:
        path = (*path, "values")
        if value is None:
            return ()
        if not isinstance(value, dict) or not value:
            self.fault("QW-E425", f"{'.'.join(str(p) for p in path)} holds no dated value.", path,
                       "Write a date, a colon and {value: ...}.")
            return ()
        found = []
        for day, entry in value.items():
            here = (*path, day)
            e = self.entries(entry, here, (), ("value", "starts", "note"))
            start = self.shaped(parse_date, day, here)
            if e and "value" not in e:
                self.fault("QW-E424", f"{day} has no 'value'.", here, "Add one; a repeal is 'value: null'.")
            starts = e.get("starts", "on")
            if starts not in ("on", "by"):
                self.fault("QW-E426", "'starts' is neither 'on' nor 'by'.", (*here, "starts"),
                           "'on': the text took effect that day. 'by': it was seen in force by that day.")
            raw = e.get("value")
            shaped = None if raw is None or row is None else self.value(row, raw, (*here, "value"))
            if start is not None:
                found.append(Dated(start, shaped, raw, starts == "on", self.words(e, "note", here)))
        return tuple(sorted(found, key=lambda d: d.start))

    def value(self, row: Row, raw: Any, path: tuple[str | int, ...]) -> Any:
        value = self.shaped(SHAPES[row.shape], raw, path)
        if row.options and value is not None:
            for word in value if isinstance(value, tuple) else (value,):
                if word not in row.options:
                    self.fault("QW-E425", f"'{word}' is not a value of this parameter."
                               f"{nearest(str(word), list(row.options))}", path, f"Use {', '.join(row.options)}.")
        return value

    def factor(self, key: str, value: Any) -> FactorRule:
        path = ("factors", key)
        e = self.entries(value, path, ("name", "kind", "description", "reference"))
        kind = self.one_of(FactorKind, e.get("kind", FactorKind.LAW), (*path, "kind"), FactorKind.LAW)
        if e and (kind is FactorKind.POLICY) != (self.kind == "overlay"):
            self.fault("QW-E425", f"The factor '{key}' is of kind {kind} in a file of kind {self.kind}.", path,
                       "A policy factor stands in an overlay and a law factor in a profile; neither becomes the other.")
        return FactorRule(key, self.words(e, "name", path), kind, self.words(e, "description", path),
                          self.references(e.get("reference"), path), self.id, self.page.where(*path))


def read_sheet(page: Page, inherited: Mapping[str, Authority] | None = None) -> Sheet:
    """One rule file from its plain data; ``inherited`` holds the authorities of what it extends.

    Raises :class:`~quorum_watch.errors.LawError` (exit code 4) with every fault: what, where (file, line), what to do.
    """
    reader = _Reader(page, inherited or {})
    sheet = reader.sheet()
    if reader.faults:
        raise LawError.of(reader.faults)
    return sheet
