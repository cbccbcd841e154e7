"""A workspace: one folder per city, opened once, its settings, paths, matters and meetings as frozen values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quorum_watch.errors import Fault, WorkspaceError
from quorum_watch.model import MatterId
from quorum_watch.vocabulary import Reason
from quorum_watch.workspace.calendar import read_calendar
from quorum_watch.workspace.records import Matter, Meeting, read_matters, read_meetings
from quorum_watch.workspace.settings import Restriction, Settings, WhoToCall, read_settings
from quorum_watch.workspace.tables import Codes, Spec, read_csv, read_sheets

NO_FOLDER, TWO_CALENDARS, NO_POLICY = "QW-E201", "QW-E241", "QW-E243"
_BODIES = Spec("bodies", ("body_id", "name"))
_UNUSED = Codes("QW-E207", "QW-E208", "QW-E209")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A city's folder. Paths follow the contract; nothing below ``inbox/`` is ever written.

    ``calendar_unmatched`` holds the titles of calendar events that name no body of the roster and were left out.
    """

    root: Path
    settings: Settings
    matters: tuple[Matter, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    calendar_unmatched: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: Path | str) -> Workspace:
        """Open a workspace folder.

        Raises :class:`~quorum_watch.errors.WorkspaceError` with every fault of ``workspace.toml``, ``matters.csv``
        and the meetings at once.
        """
        root = Path(path)
        if not root.is_dir():
            what = "This is a file, not a workspace folder." if root.exists() else "There is no such folder."
            raise WorkspaceError(NO_FOLDER, what, str(path), "Check the name, or make one with: quorum-watch init DIR")
        settings, faults = read_settings(root)
        zone = ZoneInfo(settings.timezone) if settings else ZoneInfo("UTC")
        matters, more = read_matters(root)
        faults += more
        meetings, unmatched, more = _meetings(root, zone)
        faults += more
        policy = settings.policy if settings else ""
        if _looks_like_file(policy) and not (root / policy).is_file():
            remedy = "Put the file into the workspace folder, or remove the setting policy."
            faults.append(Fault(NO_POLICY, "The local policy file is not there.", policy, remedy))
        if faults or settings is None:
            raise WorkspaceError.of(faults)
        return cls(root, settings, matters, meetings, unmatched)

    # --- settings -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the city or body."""
        return self.settings.name

    @property
    def jurisdiction(self) -> str:
        """The law profile, such as ``us-wi``."""
        return self.settings.jurisdiction

    @property
    def timezone(self) -> str:
        """The city's time zone by name."""
        return self.settings.timezone

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.settings.timezone)

    @property
    def contact(self) -> WhoToCall:
        """The office to ask."""
        return self.settings.contact

    @property
    def policy(self) -> str:
        """The local policy overlay: as written, else ``policy.yaml`` where the folder has one, else ``""``."""
        return self.settings.policy or ("policy.yaml" if (self.root / "policy.yaml").is_file() else "")

    @property
    def policy_path(self) -> Path | None:
        """The overlay's file, where ``policy`` names a file of the workspace and not an overlay of the package."""
        return self.root / self.policy if _looks_like_file(self.policy) else None

    @property
    def windows(self) -> Mapping[str, timedelta]:
        """Lengths of time that replace the profile's, by name."""
        return dict(self.settings.windows)

    def roster_stale(self, on: date) -> bool | None:
        """Whether the roster was last checked too long before a day; ``None`` where nobody said when it was checked."""
        checked = self.settings.roster_checked
        return None if checked is None else (on - checked).days > self.settings.roster_max_age_days

    def restriction(self, name: str) -> Reason | None:
        """Why a file of ``inbox/`` must be counted and not read, or ``None``; the first matching pattern decides."""
        found: Restriction | None = next((r for r in self.settings.restricted if r.matches(name)), None)
        return found.reason if found else None

    def matter(self, matter_id: MatterId) -> Matter | None:
        """The matter of that id."""
        return next((m for m in self.matters if m.matter_id == matter_id), None)

    @property
    def times_assumed(self) -> int:
        """How many meetings carry a time that was read in the workspace's zone because it had no offset."""
        return sum(m.zone_assumed for m in self.meetings)

    def fingerprint(self) -> str:
        """SHA-256 of everything that can change a result: settings, matters, meetings; not of the folder's place."""
        content = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "root"}
        return hashlib.sha256(json.dumps(content, default=_plain, sort_keys=True).encode()).hexdigest()

    # --- paths --------------------------------------------------------------------------------------------------------

    @property
    def inbox(self) -> Path:
        """Source files as received."""
        return self.root / "inbox"

    @property
    def evidence(self) -> Path:
        """Immutable batches."""
        return self.root / "evidence"

    @property
    def runs(self) -> Path:
        """Analysis runs."""
        return self.root / "runs"

    @property
    def reports(self) -> Path:
        """Issued editions."""
        return self.root / "reports"

    @property
    def review_db(self) -> Path:
        """People's decisions: the only irreplaceable file."""
        return self.root / "review.sqlite"

    @property
    def topics(self) -> Path:
        """Local additions to the topic lexicon; the file need not exist."""
        return self.root / "topics.toml"

    @property
    def roster(self) -> Path:
        """The roster's folder, or ``roster.xlsx`` where the workspace keeps a workbook instead."""
        book = self.root / "roster.xlsx"
        folder = self.root / "roster"
        inner = folder / "roster.xlsx"
        if folder.is_dir() and not inner.is_file():
            return folder
        return inner if inner.is_file() else book if book.is_file() else folder


def _looks_like_file(policy: str) -> bool:
    return policy.endswith((".yaml", ".yml")) or "/" in policy


def _plain(value: object) -> object:
    """JSON form of the values a workspace holds; nested records by field name, so that order of definition is free."""
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: getattr(value, f.name) for f in fields(value) if f.name != "where"}  # type: ignore[arg-type]
    return str(value)


def _meetings(root: Path, zone: ZoneInfo) -> tuple[tuple[Meeting, ...], tuple[str, ...], list[Fault]]:
    calendar = root / "meetings.ics"
    if not calendar.exists():
        meetings, faults = read_meetings(root, zone)
        return meetings, (), faults
    if (root / "meetings.csv").exists():
        remedy = "Keep the one that is complete and rename the other."
        fault = Fault(TWO_CALENDARS, "There are both meetings.csv and meetings.ics.", "meetings.ics", remedy)
        return (), (), [fault]
    return read_calendar(calendar, zone, _body_names(root))


def _body_names(root: Path) -> dict[str, str]:
    """Ids and names of the roster's bodies as far as they can be read; the roster reports what is wrong there."""
    for book in (root / "roster" / "roster.xlsx", root / "roster.xlsx"):
        if book.is_file():
            tables = read_sheets(book, book.name, (_BODIES,), _UNUSED)
            break
    else:
        tables = {"bodies": read_csv(root / "roster" / "bodies.csv", "roster/bodies.csv", _BODIES, _UNUSED)}
    rows = tables["bodies"].rows if "bodies" in tables else ()
    return {row.get("body_id"): row.get("name") for row in rows}
