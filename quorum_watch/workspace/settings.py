"""``workspace.toml``: every key with its meaning, every wrong key or value reported at once with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from quorum_watch.errors import Fault
from quorum_watch.limits import Limits
from quorum_watch.vocabulary import Reason
from quorum_watch.workspace.tables import parse_date, shorten

NO_FILE, NOT_TOML, UNKNOWN_KEY, MISSING_KEY, BAD_VALUE = "QW-E202", "QW-E203", "QW-E204", "QW-E205", "QW-E206"
FILE = "workspace.toml"
REQUIRED = {
    "name": "the name of the city or body, for headings",
    "jurisdiction": 'the law profile, for example "us-wi"',
    "timezone": 'for example "America/Chicago"',
}
#: Reasons a folder may be restricted for, as keys of ``[restricted]``.
RESTRICTIONS = (Reason.PERSONAL, Reason.PRIVILEGED, Reason.CLOSED_SESSION)
_TOP = (*REQUIRED, "policy", "own_domains", "area_code", "roster_checked", "roster_max_age_days")
_TABLES = ("contact", "windows", "ingest", "restricted", "limits", "report")
#: Lengths of time a workspace may set in place of the law profile's settings; ``detection.`` may stand before them.
WINDOWS = ("window", "answer_window", "episode_gap", "agreement_window", "conversation.burst_gap")
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}


@dataclass(frozen=True, slots=True)
class WhoToCall:
    """The office a member or reader is told to ask: its name, telephone and e-mail, each ``""`` where not given."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Restriction:
    """A pattern of files below ``inbox/`` that are counted and never read, and why."""

    pattern: str
    reason: Reason

    def matches(self, name: str) -> bool:
        """Whether a file (its path below ``inbox/``, forward slashes) falls under the pattern; case does not matter.

        >>> Restriction("inbox/personal/**", Reason.PERSONAL).matches("personal/2026/a.eml")
        True
        """
        return re.fullmatch(_pattern(self.pattern), _below_inbox(name), re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Settings:
    """``workspace.toml`` as read.

    ``policy`` names the local policy overlay (a file of the workspace, or one that ships with the package);
    ``windows`` are times that replace the profile's, by name without ``detection.``; ``ingest`` answers readers'
    questions; ``restricted`` is in the order of reading (the first match wins) and ``restricted_addresses`` are
    accounts whose messages are restricted; ``own_domains`` are the city's mail domains; ``area_code`` completes
    seven-digit telephone numbers.
    """

    name: str
    jurisdiction: str
    timezone: str
    policy: str = ""
    contact: WhoToCall = WhoToCall()
    windows: tuple[tuple[str, timedelta], ...] = ()
    ingest: tuple[tuple[str, str], ...] = ()
    restricted: tuple[Restriction, ...] = ()
    restricted_addresses: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    area_code: str = ""
    roster_checked: date | None = None
    roster_max_age_days: int = 0
    limits: Limits = field(default_factory=Limits)
    report: tuple[tuple[str, str], ...] = ()


def read_settings(root: Path) -> tuple[Settings | None, list[Fault]]:
    """The settings of a workspace folder, or ``None`` with the faults that prevent them."""
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        remedy = "Choose the folder that contains workspace.toml, or make one with: quorum-watch init DIR"
        return None, [Fault(NO_FILE, "The folder is not a workspace: it has no workspace.toml.", root.name, remedy)]
    except UnicodeDecodeError:
        return None, [Fault(NOT_TOML, "workspace.toml is not UTF-8 text.", FILE, "Save it again as UTF-8.")]
    except OSError as error:
        what = f"workspace.toml cannot be opened: {error.strerror or 'unknown reason'}."
        return None, [Fault(NO_FILE, what, FILE, "Check that it is a file and may be read.")]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        where = f"{FILE} line {found.group(1)}" if found else f"{FILE}, last line"
        remedy = 'Write settings as: key = "value". Texts need straight quotation marks; a comment begins with #.'
        return None, [Fault(NOT_TOML, "workspace.toml is not valid TOML.", where, remedy)]
    return _Parser(data, text).settings()


def parse_span(value: object) -> timedelta | None:
    """A length of time such as ``"36 hours"`` or ``"14 days"``; ``None`` for anything else.

    >>> parse_span("36 hours")
    datetime.timedelta(days=1, seconds=43200)
    """
    found = (
        re.fullmatch(r"(\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?", value.strip()) if isinstance(value, str) else None
    )
    if found is None:
        return None
    try:
        return timedelta(**{_UNITS[found.group(2)]: float(found.group(1))})
    except OverflowError:
        return None


def _pattern(glob: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", _below_inbox(glob))
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(part, re.escape(part)) for part in parts)


def _below_inbox(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./").removeprefix("inbox/")


def _default_settings() -> dict[str, Any]:
    return tomllib.loads(resources.files("quorum_watch.workspace").joinpath("defaults.toml").read_text("utf-8"))


class _Parser:
    """Takes a parsed TOML document apart, collecting faults."""

    def __init__(self, data: dict[str, Any], text: str) -> None:
        self.data, self.lines = data, text.splitlines()
        self.faults: list[Fault] = []

    def settings(self) -> tuple[Settings | None, list[Fault]]:
        self._unknown(self.data, "", (*_TOP, *_TABLES))
        for key, meaning in REQUIRED.items():
            if key not in self.data:
                self.faults.append(
                    Fault(MISSING_KEY, f"{key} is missing.", FILE, f"Add a line: {key} = … ({meaning}).")
                )
            elif isinstance(self.data[key], str) and not self.data[key].strip():
                self._fault("", key, f"{key} is empty.", f"Fill it in: {meaning}.", MISSING_KEY)
        defaults = _default_settings()
        area = str(self.data.get("area_code", ""))
        if area and not re.fullmatch(r"\d{3}", area):
            self._fault("", "area_code", "area_code is not three digits.", 'For example: area_code = "608"')
        contact = self._table("contact")
        self._unknown(contact, "contact", tuple(f.name for f in fields(WhoToCall)))
        settings = Settings(
            name=self._text(self.data, "", "name"),
            jurisdiction=self._text(self.data, "", "jurisdiction").lower(),
            timezone=self._timezone(),
            policy=self._text(self.data, "", "policy"),
            contact=WhoToCall(**{f.name: self._text(contact, "contact", f.name) for f in fields(WhoToCall)}),
            windows=self._windows(),
            ingest=self._pairs("ingest"),
            restricted=self._restricted(defaults["restricted"]),
            restricted_addresses=self._texts(self._table("restricted"), "restricted", "addresses"),
            own_domains=tuple(d.removeprefix("@") for d in self._texts(self.data, "", "own_domains")),
            area_code=area,
            roster_checked=self._checked(),
            roster_max_age_days=self._count(self.data, "", "roster_max_age_days", defaults["roster_max_age_days"]),
            limits=self._limits(),
            report=self._pairs("report"),
        )
        return (None if self.faults else settings), self.faults

    # --- values -------------------------------------------------------------------------------------------------------

    def _fault(self, section: str, key: str, what: str, remedy: str, code: str = BAD_VALUE) -> None:
        self.faults.append(Fault(code, what, self._where(section, key), remedy))

    def _where(self, section: str, key: str) -> str:
        """The line of a key inside its section, as far as plain text search can tell."""
        current = ""
        for number, line in enumerate(self.lines, 1):
            heading = re.match(r"\s*\[+\s*([\w.\-]+)\s*\]+", line)
            if heading:
                current = heading.group(1)
                if section == "" and current == key:
                    return f"{FILE} line {number}"
            elif current == section and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return f"{FILE} line {number}"
        return FILE

    def _unknown(self, table: Mapping[str, Any], section: str, known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                near = _nearest(key, known)
                hint = f"Did you mean {near}? " if near else ""
                place = f"[{section}] {key}" if section else key
                remedy = f"{hint}Known here: {', '.join(known)}."
                self._fault(section, key, f"{place} is not a known setting.", remedy, UNKNOWN_KEY)

    def _table(self, key: str) -> dict[str, Any]:
        value = self.data.get(key, {})
        if isinstance(value, dict):
            return value
        self._fault("", key, f"{key} must be a section.", f"Write [{key}] on a line of its own, settings below it.")
        return {}

    def _text(self, table: Mapping[str, Any], section: str, key: str) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self._fault(section, key, f"{key} must be text.", f'Put it in quotation marks: {key} = "…"')
        return ""

    def _texts(self, table: Mapping[str, Any], section: str, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(dict.fromkeys(item.strip().lower() for item in value if item.strip()))
        self._fault(section, key, f"{key} must be a list of texts.", f'Write it as: {key} = ["…", "…"]')
        return ()

    def _count(self, table: Mapping[str, Any], section: str, key: str, default: int) -> int:
        value = table.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self._fault(section, key, f"{key} must be a whole number above zero.", f"For example: {key} = {default}")
        return default

    def _pairs(self, section: str) -> tuple[tuple[str, str], ...]:
        """A free section: names and plain values, as texts in the order of their names."""
        found: list[tuple[str, str]] = []
        for key, value in sorted(self._table(section).items()):
            if isinstance(value, bool):
                found.append((key, "yes" if value else "no"))
            elif isinstance(value, str | int | float | date):
                found.append((key, str(value)))
            else:
                self._fault(section, key, f"[{section}] {key} must be a single value.", "Give one text or number.")
        return tuple(found)

    def _timezone(self) -> str:
        name = self._text(self.data, "", "timezone")
        if name:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                remedy = 'Use a name such as "America/Chicago" (region and city), not an abbreviation.'
                self._fault("", "timezone", f"timezone is not known: {shorten(name)}.", remedy)
        return name

    def _checked(self) -> date | None:
        value = self.data.get("roster_checked")
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        day = parse_date(value) if isinstance(value, str) else None
        if day is None and value != "":
            self._fault("", "roster_checked", "roster_checked is not a date.", "Write it as YYYY-MM-DD.")
        return day

    def _windows(self) -> tuple[tuple[str, timedelta], ...]:
        found = []
        for name, value in sorted(_flat(self._table("windows")).items()):
            span, short = parse_span(value), name.removeprefix("detection.")
            if short not in WINDOWS:
                near = _nearest(short, WINDOWS)
                hint = f"Did you mean {near}? " if near else ""
                what = f"[windows] {name} is not a known length of time."
                self._fault("windows", name.split(".")[0], what, f"{hint}Known: {', '.join(WINDOWS)}.", UNKNOWN_KEY)
            elif span is None or not span:
                self._fault(
                    "windows",
                    name.split(".")[0],
                    f"[windows] {name} is not a length of time.",
                    'Write "36 hours" or "14 days".',
                )
            else:
                found.append((short, span))
        return tuple(found)

    def _restricted(self, defaults: Mapping[str, list[str]]) -> tuple[Restriction, ...]:
        table = self._table("restricted")
        self._unknown(table, "restricted", (*RESTRICTIONS, "addresses"))
        own = [Restriction(pattern, reason) for reason in RESTRICTIONS for pattern in self._patterns(table, reason)]
        return (*own, *(Restriction(p, reason) for reason in RESTRICTIONS for p in defaults.get(reason, [])))

    def _patterns(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Patterns below ``inbox/``; a plain folder means everything in it."""
        found = self._texts(table, "restricted", key)
        return tuple(
            p if re.search(r"[*?]", p) or "." in p.rsplit("/", 1)[-1] else f"{p.rstrip('/')}/**" for p in found
        )

    def _limits(self) -> Limits:
        table = self._table("limits")
        known = tuple(f.name for f in fields(Limits))
        self._unknown(table, "limits", known)
        changes: dict[str, Any] = {}
        for name in known:
            value = table.get(name)
            if value is None:
                continue
            whole = isinstance(getattr(Limits(), name), int)
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value <= 0:
                self._fault("limits", name, f"[limits] {name} must be a number above zero.", "Correct or remove it.")
            else:
                changes[name] = value
        return replace(Limits(), **changes)


def _flat(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested sections as dotted names."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{above}{key}.")
        else:
            flat[f"{above}{key}"] = value
    return flat


def _nearest(word: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, 1)), "")
