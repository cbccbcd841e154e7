"""A roster in the making: tables collected from somebody else's data, with notes on everything a person must decide."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date, datetime
from pathlib import Path

from quorum_watch.errors import InputError
from quorum_watch.roster.load import SPECS
from quorum_watch.workspace.tables import parse_date
from quorum_watch.workspace.template import NOT_WRITABLE

NOT_EMPTY = "QW-E246"
#: Mail names of offices: the address outlives the person, so it becomes a list row and not an account.
_OFFICES = (
    r"(?:the)?(?:mayor|clerk|council|citycouncil|commoncouncil|board|trustees|president|chair|administrator|manager|"
    r"attorney|cityattorney|info|contact|admin|office|city|village|town|county|planning|district\d+|ward\d+|alder\d+|"
    r"(?:city|village|town)of[a-z]+)"
)
_KINDS = (
    (r"(?:common|city) council", "common_council"),
    (r"village board|board of trustees", "village_board"),
    (r"town board", "town_board"),
    (r"county board|board of supervisors|county council", "county_board"),
    (r"school board|board of education|school committee", "school_board"),
    (r"plan(?:ning)? commission", "plan_commission"),
    (r"committee", "committee"),
    (r"commission", "commission"),
    (r"board|authority|council", "board"),
)
_CAPACITIES = (
    (r"elect\b", "member_elect"),
    (r"alternate", "alternate"),
    (r"ex[ -]?officio|non-?voting|liaison|staff", "ex_officio"),
    (r"vice", "member"),
    (r"mayor|village president", "presiding"),
    (r"chair|president", "chair"),
)


class Draft:
    """Rows of the five tables in order of arrival, ids made from names, and notes for the person who reviews them."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, str]]] = {spec.name: [] for spec in SPECS}
        self.notes: list[str] = []
        self._people: dict[str, str] = {}
        self._bodies: dict[str, str] = {}
        self._ids: set[str] = set()

    def note(self, text: str) -> None:
        """Something a person must decide; each note is kept once."""
        if text not in self.notes:
            self.notes.append(text)

    def person(self, source_id: str, name: str, role: str = "") -> str:
        """The person_id for a person of the source, added at the first call; names are never used to merge people."""
        name = " ".join(name.split())
        if source_id not in self._people:
            self._people[source_id] = person_id = self._new_id(name)
            self.tables["people"].append(
                {"person_id": person_id, "name": name, "role": role, "household": "", "source_id": source_id}
            )
            same = [p["person_id"] for p in self.tables["people"] if p["name"].casefold() == name.casefold()]
            if len(same) > 1:
                self.note(
                    f"People {', '.join(same)} have the same name. If they are one person, merge the rows by hand."
                )
        elif role:
            row = next(p for p in self.tables["people"] if p["person_id"] == self._people[source_id])
            row["role"] = row["role"] or role
        return self._people[source_id]

    def body(self, source_id: str, name: str, seats: int | None = None, parent: str = "") -> str:
        """The body_id for a body of the source, added at the first call; its kind is read from its name."""
        name = " ".join(name.split())
        if source_id not in self._bodies:
            self._bodies[source_id] = body_id = self._new_id(name)
            kind = next((kind for words, kind in _KINDS if re.search(words, name.lower())), "")
            if not kind:
                self.note(f"Fill in kind for body {body_id}: its name does not say what it is.")
            if not seats:
                self.note(f"Fill in seats for body {body_id}: the source does not say how many it has by law.")
            row = {"body_id": body_id, "name": name, "kind": kind, "seats": str(seats or ""), "parent_id": parent}
            self.tables["bodies"].append(row | {"source_id": source_id})
        return self._bodies[source_id]

    def term(self, person_id: str, body_id: str, title: str, start: date | None, end: date | None) -> None:
        """One term; the capacity is read from the title, and what the title leaves open is noted."""
        capacity = next((word for words, word in _CAPACITIES if re.search(words, title.lower())), "member")
        if capacity == "presiding":
            self.note(f"{person_id} presides over {body_id}: set voting to yes if the office counts as a member there.")
        if start is None:
            self.note(f"The term of {person_id} on {body_id} has no first day: it is read as open into the past.")
        row = {"person_id": person_id, "body_id": body_id, "capacity": capacity, "voting": ""}
        row |= {"start": start.isoformat() if start else "", "end": end.isoformat() if end else "", "title": title}
        if row not in self.tables["memberships"]:
            self.tables["memberships"].append(row)

    def account(self, person_id: str, kind: str, value: str) -> None:
        """One account. An address of an office becomes a list row: it will belong to the next holder too."""
        value = value.strip()
        if not value:
            return
        local = value.partition("@")[0].lower() if kind == "email" else ""
        if local and re.fullmatch(_OFFICES, re.sub(r"[._-]", "", local)):
            self.note(
                f"{value} is an address of an office. It was put into lists; change the row when the holder changes."
            )
            self.mailing_list(value, person_id=person_id)
            return
        row = {"person_id": person_id, "kind": kind, "value": value}
        if row not in self.tables["accounts"]:
            self.tables["accounts"].append(row)

    def mailing_list(self, address: str, *, person_id: str = "", body_id: str = "") -> None:
        """One list row."""
        row = {"address": address.strip().lower(), "person_id": person_id, "body_id": body_id}
        if row not in self.tables["lists"]:
            self.tables["lists"].append(row)

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write the five tables and ``REVIEW.txt`` into an empty or absent folder; nothing is overwritten."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            remedy = "Choose a new folder with --to, review the tables there, then copy the rows you want into roster/."
            raise InputError(NOT_EMPTY, "The folder for the imported tables is not empty.", str(folder), remedy)
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for spec in SPECS:
                path = folder / f"{spec.name}.csv"
                path.write_text(self._csv(spec.name, spec.columns), encoding="utf-8", newline="")
                written.append(path)
            review = folder / "REVIEW.txt"
            lines = [f"{number}. {note}" for number, note in enumerate(self.notes, 1)] or ["Nothing was doubtful."]
            review.write_text(
                "What to look at before these rows go into roster/\n\n" + "\n".join(lines) + "\n", "utf-8"
            )
        except OSError as error:
            what = f"The folder cannot be written: {error.strerror or 'unknown reason'}."
            raise InputError(NOT_WRITABLE, what, str(folder), "Choose a folder you may write to.") from error
        return (*written, review)

    def _csv(self, name: str, columns: tuple[str, ...]) -> str:
        rows = self.tables[name]
        extra = sorted({key for row in rows for key in row} - set(columns))
        out = io.StringIO()
        writer = csv.DictWriter(out, [*columns, *extra], restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)
        return "\ufeff" + out.getvalue()

    def _new_id(self, name: str) -> str:
        base = slug(name)
        candidate, number = base, 2
        while candidate in self._ids:
            candidate, number = f"{base}-{number}", number + 1
        self._ids.add(candidate)
        return candidate


def slug(name: str) -> str:
    """An id from a name.

    >>> slug("Ald. José O'Neil")
    'ald-jose-oneil'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "unnamed"


def harmless(cell: str) -> str:
    """A cell no spreadsheet program runs as a formula; reading a roster undoes this.

    >>> harmless("+16085550142")
    "'+16085550142"
    """
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def read_day(value: object) -> date | None:
    """A day from what exports write: a date, or a local midnight with or without a false ``Z``; ``0001-01-01`` is none.

    >>> read_day("2019-04-16T00:00:00Z"), read_day("0001-01-01T00:00:00Z"), read_day("2026-04")
    (datetime.date(2019, 4, 16), None, None)
    """
    if isinstance(value, datetime):
        day: date | None = value.date()
    elif isinstance(value, date):
        day = value
    else:
        day = parse_date(str(value or "")[:10])
    return day if day is not None and day.year >= 1800 else None
