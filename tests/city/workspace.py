"""The spreadsheets and settings of a city's workspace, as a clerk would have filled them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.city.exports import handle
from tests.city.matters import Matter, Meeting
from tests.city.people import City
from tests.city.traffic import OUTSIDERS

TOPICS = """# Words of this city which the general list of topics does not know.
schema = 1

[topics.streets]
normal = ["the circle at", "milling", "detour signs"]

[topics.parks]
normal = ["mill pond shelter", "story walk"]

[topics.property]
normal = ["the depot", "columbarium"]
"""


def write_table(path: Path, head: list[str], rows: Iterable[Iterable[object]]) -> None:
    """A CSV file with LF line ends, blanks for what is not known."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(head)
    table.writerows([["" if v is None else v for v in row] for row in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(out.getvalue(), encoding="utf-8")


def write_roster(city: City, folder: Path) -> None:
    """The five roster files."""
    known = [p for p in city.people.values() if p.role not in OUTSIDERS]
    write_table(
        folder / "people.csv",
        ["person_id", "name", "role", "household"],
        [(p.id, p.name, p.role.removeprefix("staff: "), p.household) for p in known],
    )
    write_table(
        folder / "bodies.csv",
        ["body_id", "name", "kind", "seats", "parent_id", "quorum", "vote_rule", "bargaining"],
        [(b.id, b.name, b.kind, b.seats, b.parent, "", "", b.bargaining) for b in city.bodies.values()],
    )
    write_table(
        folder / "memberships.csv",
        ["person_id", "body_id", "capacity", "voting", "start", "end"],
        [(s.person, s.body, s.capacity, s.voting, iso(s.start), iso(s.end)) for s in city.seats],
    )
    accounts = []
    for p in known:
        accounts += [
            (p.id, "email", p.email),
            (p.id, "email", p.private_email),
            (p.id, "phone", p.phone),
            (p.id, "facebook", handle(p)),
            (p.id, "name", p.name),
        ]
    write_table(folder / "accounts.csv", ["person_id", "kind", "value"], list(dict.fromkeys(accounts)))
    lists = [(b.list_address, "", b.id) for b in city.bodies.values()]
    lists += [("department-heads@example.gov", p.id, "") for p in city.staff()]
    write_table(folder / "lists.csv", ["address", "person_id", "body_id"], lists)


def iso(day: date | None) -> str:
    """A date, or blank."""
    return day.isoformat() if day else ""


def write_calendar(matters: list[Matter], meetings: list[Meeting], out: Path) -> None:
    """``matters.csv`` and ``meetings.csv``."""
    write_table(
        out / "matters.csv",
        ["matter_id", "title", "body_ids", "topic", "vote_rule", "opened", "vote_on", "closed"],
        [(m.id, m.title, ";".join(m.bodies), m.topic, m.rule, m.opened, m.vote_on, m.vote_on) for m in matters],
    )
    write_table(
        out / "meetings.csv",
        ["meeting_id", "body_ids", "start", "end", "notice_posted", "matter_ids", "subject"],
        [
            (
                m.id,
                ";".join(m.bodies),
                m.start.isoformat(),
                m.end.isoformat(),
                m.posted.isoformat(),
                ";".join(m.matters),
                m.subject,
            )
            for m in meetings
        ],
    )


def write_settings(city: City, out: Path) -> None:
    """``workspace.toml`` and the city's own words in ``topics.toml``."""
    attorney = city.role("attorney")
    (out / "workspace.toml").write_text(
        f"# Settings of the invented {city.name}. Every person, address and number here is made up.\n"
        f'name = "{city.name}, Wisconsin (invented)"\njurisdiction = "us-wi"\ntimezone = "America/Chicago"\n'
        'policy = "stoughton-social-media-2019"\n'
        'own_domains = ["example.gov"]\narea_code = "608"\nroster_checked = 2026-06-30\n\n'
        f'[contact]\nname = "{attorney.name}, City Attorney"\nemail = "{attorney.email}"\nphone = "608-555-0102"\n',
        encoding="utf-8",
    )
    (out / "topics.toml").write_text(TOPICS, encoding="utf-8")
