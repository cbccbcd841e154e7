"""What a check needs of a city, read once: roster, law profile, whom to call. No records, no runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from quorum_watch.model import PersonId
from quorum_watch.roster import Roster
from quorum_watch.rules.profile import Profile, load_profile
from quorum_watch.selfcheck.check import check_draft
from quorum_watch.selfcheck.draft import Advice, CheckSettings, Draft, OwnMessage
from quorum_watch.vocabulary import AccountKind
from quorum_watch.workspace import Workspace


@dataclass(frozen=True)
class Place:
    """A city as the self-check sees it."""

    workspace: Workspace
    roster: Roster
    profile: Profile

    @property
    def timezone(self) -> str:
        """The city's zone by name."""
        return self.workspace.timezone

    def settings(self, on: date) -> CheckSettings:
        """Whom to call, and whether the roster is too old on a day."""
        ws = self.workspace
        return CheckSettings(ws.contact, ws.roster_stale(on), ws.settings.roster_checked, ws.name)

    def person(self, who: str, on: date) -> PersonId | None:
        """Whom a person id, address or full name means; ``None`` if nobody or more than one."""
        if who in self.roster.by_id:
            return who
        kind = AccountKind.EMAIL if "@" in who else AccountKind.NAME
        return self.roster.resolve(kind, who, on).person

    def check(
        self, draft: Draft, *, asking: PersonId | None, on: date, own: Sequence[OwnMessage] = ()
    ) -> Advice:
        """:func:`~quorum_watch.selfcheck.check.check_draft` with this city's roster, law and settings."""
        return check_draft(
            draft,
            asking=asking,
            roster=self.roster,
            profile=self.profile,
            on=on,
            settings=self.settings(on),
            own=own,
        )


def open_place(folder: Path) -> Place:
    """Read a workspace for checking.

    Raises the errors of the workspace, the roster and the law profile, each with every fault at once.
    """
    workspace = Workspace.open(folder)
    roster = Roster.read(workspace)
    overlay = workspace.policy_path or workspace.policy or None
    return Place(workspace, roster, load_profile(workspace.jurisdiction, overlay=overlay))
