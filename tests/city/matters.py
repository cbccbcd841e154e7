"""What the invented city decides and when it meets: the rows of ``matters.csv`` and ``meetings.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.city.dice import Dice
from tests.city.grammar import load
from tests.city.people import YEAR_END, YEAR_START, City

ZONE = ZoneInfo("America/Chicago")
USES = (
    "plow trucks",
    "sidewalk repair",
    "turnout gear",
    "the pool heater",
    "voting machines",
    "tree planting",
    "road salt",
    "the server room",
    "the senior van",
    "crosswalk beacons",
    "storm sewers",
    "the salt shed",
    "library shelving",
    "the skate park",
    "the fire siren",
    "bridge railings",
    "the dispatch console",
    "bus shelters",
    "the boat launch",
    "office carpeting",
    "the band shell",
    "traffic signals",
    "leaf vacuums",
    "the archive room",
    "water fountains",
    "the farmers market",
    "park restrooms",
    "the clock tower",
)
FUNDS = ("Contingency", "Unassigned Fund Balance", "the Equipment Fund", "the Room Tax Fund", "the Capital Reserve")
PREFIX = {"Resolution": "R", "Ordinance": "O", "Application": "A", "Loan": "L", "Confirmation": "C"}


@dataclass(frozen=True, slots=True)
class Matter:
    """One pending item: its row, short names people use for it, and what its topic gives them to say."""

    id: str
    title: str
    tag: str
    topic: str
    rule: str
    bodies: tuple[str, ...]
    opened: date
    vote_on: date
    refs: tuple[str, ...]
    said: dict[str, str]

    def slots(self, dice: Dice) -> dict[str, str]:
        """Fresh words for one message about it."""
        topic = load("topics")[self.topic]
        pro, con = dice.pick(topic["pro"]), dice.pick(topic["con"])
        return {
            **self.said,
            "ref": dice.pick(self.refs),
            "pro": pro,
            "con": con,
            "reason": dice.pick([pro, con]),
            "fact": dice.pick(topic["fact"]),
            "fact2": dice.pick(topic["fact"]),
            "ask": dice.pick(topic["ask"]),
            "complaint": dice.pick(topic["complaint"]),
            "dept": topic["dept"],
            "topic": self.topic,
            "day": self.vote_on.strftime("%A"),
            "yes": "yes",
            "no": "no",
        }


@dataclass(frozen=True, slots=True)
class Meeting:
    """One noticed meeting."""

    id: str
    bodies: tuple[str, ...]
    start: datetime
    end: datetime
    posted: datetime
    matters: tuple[str, ...]
    subject: str


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of the city's clock."""
    return datetime.combine(day, time(hour, minute), ZONE)


class Docket:
    """Makes matters, each with its own street, firm or purpose as far as they last."""

    def __init__(self, city: City, dice: Dice) -> None:
        self.city, self.dice = city, dice
        names = load("names")
        self._pools: dict[str, list[Any]] = {
            "street": names["street"],
            "business": names["business"],
            "use": list(USES),
            "fund": list(FUNDS),
        }
        self._left: dict[str, list[Any]] = {}
        self.matters: list[Matter] = []
        self.open_to_pairs: set[str] = set()  # matters two members may write about in ordinary traffic
        self.kinds = [(topic, kind) for topic, body in load("topics").items() for kind in body["kind"]]

    def _next(self, pool: str) -> str:
        if not self._left.get(pool):
            self._left[pool] = self.dice.shuffled(self._pools[pool])
        return str(self._left[pool].pop())

    def words(self, title: str) -> dict[str, str]:
        """Street, amounts, names: what a matter of this title is made of; a name is used up only where it is needed."""
        d = self.dice
        return {
            "street": self._next("street"),
            "street2": d.pick(self._pools["street"]),
            "business": self._next("business") if "{business}" in title else d.pick(self._pools["business"]),
            "use": self._next("use") if "{use}" in title else d.pick(self._pools["use"]),
            "fund": self._next("fund"),
            "amt": f"{d.between(24, 480)},{d.between(0, 9)}00",
            "acres": f"{d.between(2, 18)}.{d.between(1, 9)}",
            "n": str(d.between(3, 14)),
            "pct": str(d.between(4, 28)),
            "house": str(d.between(100, 2400)),
            "dept_title": d.pick(["Public Works", "Planning", "Parks and Recreation", "Finance", "Utilities"]),
        }

    def pending(self, opened: date, vote_on: date) -> list[Matter]:
        """Matters before the city at any time in a stretch, with a fortnight to either side."""
        margin = timedelta(14)
        return [m for m in self.matters if m.opened - margin <= vote_on and opened - margin <= m.vote_on]

    def make(self, day: date, *, tags: tuple[str, ...] = (), body: str = "", vote_on: date | None = None) -> Matter:
        """A matter opened three weeks before ``day``; its vote is ``vote_on`` or the body's next meeting but one.

        It is of one of the kinds named by ``tags``, if possible of a kind not pending then, so that two matters are
        not called by one name at one time.
        """
        body = body or self.city.council
        vote = vote_on or next_meeting(self.city, body, day + timedelta(8))
        opened = day - timedelta(21)
        rivals = self.pending(opened, vote)
        table = [(t, k) for t, k in self.kinds if (k["tag"] in tags if tags else not {"loan", "cemetery"} & set(k))]
        fresh = [(t, k) for t, k in table if k["tag"] not in {m.tag for m in rivals}]
        subject, kind = self.dice.pick(fresh or table)
        said = self.words(str(kind["title"]))
        head = str(kind["title"]).split()[0]
        code = f"{PREFIX[head]}-{len(self.matters) + 41}-{day.year}"
        said |= {"num": code, "year": str(day.year)}

        def put(text: str) -> str:
            for name, value in said.items():
                text = text.replace("{" + name + "}", value)
            return text

        bodies = (body, "plan-commission") if kind.get("plan") and body == self.city.council else (body,)
        refs = tuple(put(r).replace("the the ", "the ") for r in kind["refs"])
        taken = {r for m in rivals for r in m.refs}
        refs = tuple(r for r in refs if r not in taken) or refs
        title, tag, rule = put(kind["title"]), kind["tag"], kind["rule"]
        matter = Matter(code, title, tag, subject, rule, bodies, opened, vote, refs, said)
        self.matters.append(matter)
        return matter


def meeting_days(city: City, body: str) -> list[date]:
    """A body's regular days: the council's two a month, a committee's one, a board's every other month."""
    order = list(city.bodies)
    kind = city.bodies[body].kind
    days = []
    for month in range(12):
        year, number = (2025, 7 + month) if month < 6 else (2026, month - 5)
        first = date(year, number, 1)
        tuesday = first + timedelta((1 - first.weekday()) % 7)
        if body == city.council:
            days += [tuesday + timedelta(7), tuesday + timedelta(21)]
        elif kind in ("committee", "plan_commission") and body != "bargaining-team":
            shift = order.index(body) % 9
            days.append(tuesday + timedelta((shift // 3) * 7 + (-1, 1, 2)[shift % 3]))
        elif month % 2 == order.index(body) % 2:
            days.append(tuesday + timedelta(15))
    return [d for d in days if YEAR_START <= d <= YEAR_END]


def next_meeting(city: City, body: str, day: date) -> date:
    """The body's first regular day on or after ``day``; a fortnight on where the year has no more."""
    return next((d for d in meeting_days(city, body) if d >= day), day + timedelta(14))


def make_meetings(city: City, matters: list[Matter], dice: Dice) -> list[Meeting]:
    """Every regular meeting of the year with the matters voted that day, noticed some days before."""
    meetings = []
    for body_id, body in city.bodies.items():
        if body_id == "bargaining-team":
            continue
        for n, day in enumerate(meeting_days(city, body_id)):
            start = local(day, 19 if body_id == city.council else 18)
            shared = body.parent == city.council and body_id != city.council and n % 2 == 0
            subject = f"{body.name} regular meeting" + (" (possible quorum of the council)" if shared else "")
            matters_now = tuple(m.id for m in matters if body_id in m.bodies and m.vote_on == day)
            meetings.append(
                Meeting(
                    f"{body_id}-{day.isoformat()}",
                    (body_id, city.council) if shared else (body_id,),
                    start,
                    start + timedelta(hours=2),
                    start - timedelta(days=dice.between(2, 5), hours=4),
                    matters_now,
                    subject,
                )
            )
    return sorted(meetings, key=lambda m: (m.start, m.id))
