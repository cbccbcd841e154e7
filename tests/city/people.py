"""The invented city: its people, bodies and seats, day by day, and the numbers of its votes.

The arithmetic here is written apart from the package's on purpose (from ``law.md`` 2.1-2.2), so that a planted chain
is as large as the law says and not as large as the program under test believes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from tests.city.dice import Dice
from tests.city.grammar import load

YEAR_START, YEAR_END = date(2025, 7, 1), date(2026, 6, 30)
ELECTION, OFFICE = date(2026, 4, 7), date(2026, 4, 21)  # first and third Tuesday of April
DOMAIN = "example.gov"
PRIVATE = ("example.org", "example.net", "example.com")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; ``email`` is the address their mail usually comes from."""

    id: str
    first: str
    last: str
    role: str
    email: str
    voice: str
    household: str = ""
    private_email: str = ""
    phone: str = ""
    district: int = 0

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def he(self) -> str:
        """The pronoun templates use."""
        return "she" if self.first in load("names")["she"] else "he"


@dataclass(frozen=True, slots=True)
class Body:
    """One public body."""

    id: str
    name: str
    kind: str
    seats: int
    parent: str = ""
    bargaining: str = ""
    list_address: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place on a body, from the first to the last day, both included."""

    person: str
    body: str
    capacity: str = "member"
    voting: str = "yes"
    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the seat is held on that day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(slots=True)
class City:
    """Everything that stands in the roster files."""

    name: str
    council: str
    people: dict[str, Person] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    seats: list[Seat] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    vacancy: tuple[date, date] | None = None

    def person(self, person_id: str) -> Person:
        """The person of that id."""
        return self.people[person_id]

    def role(self, role: str) -> Person:
        """Who holds a one-person post, such as ``clerk``."""
        return self.people[self.roles[role]]

    def sitting(self, body: str, day: date) -> list[Person]:
        """Voting members of a body on a day, in roster order, without members-elect and the mayor's chair."""
        held = [s for s in self.seats if s.body == body and s.voting == "yes" and s.capacity != "member_elect"]
        return [self.people[s.person] for s in held if s.holds(day)]

    def elect(self, day: date) -> list[Person]:
        """Members-elect of the council on a day."""
        held = [s for s in self.seats if s.body == self.council and s.capacity == "member_elect"]
        return [self.people[s.person] for s in held if s.holds(day)]

    def everyone_on(self, body: str, day: date) -> list[Person]:
        """Whoever a body's list address reaches on a day, voting or not."""
        return [self.people[s.person] for s in self.seats if s.body == body and s.holds(day)]

    def residents(self) -> list[Person]:
        """People of the city without a post."""
        return [p for p in self.people.values() if p.role == "resident"]

    def staff(self) -> list[Person]:
        """Everyone employed by the city."""
        return [p for p in self.people.values() if p.role.startswith("staff")]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one body on one day for one kind of vote (``law.md`` 2.2)."""

    members: int
    half: int
    quorum: int
    passing: int
    blocking: int

    @property
    def deciding(self) -> int:
        """The fewest who could settle the vote either way, never less than two."""
        return max(2, min(self.passing, self.blocking))

    @property
    def watch(self) -> int:
        """The fewest at which any of the legal numbers is reached."""
        return max(2, min(self.half, self.quorum, self.passing, self.blocking))


def numbers(city: City, body_id: str, day: date, rule: str = "ordinary") -> Numbers:
    """The numbers of a body on a day; a two-thirds quorum belongs to city councils of more than five alone."""
    body, members = city.bodies[body_id], len(city.sitting(body_id, day))
    two_thirds = body.kind == "common_council" and body.seats > 5
    quorum = -(-2 * body.seats // 3) if two_thirds else body.seats // 2 + 1
    share = {
        "two_thirds_of_members": Fraction(2, 3),
        "two_thirds_of_members_elect": Fraction(2, 3),
        "three_quarters_of_members": Fraction(3, 4),
    }.get(rule)
    passing = members // 2 + 1 if share is None else -int(-(share * members) // 1)
    return Numbers(members, -(-members // 2), quorum, passing, members - passing + 1)


STAFF = (
    ("clerk", "City Clerk"),
    ("attorney", "City Attorney"),
    ("administrator", "City Administrator"),
    ("finance", "Finance Director"),
    ("planning", "Planning Director"),
    ("public works", "Public Works Director"),
    ("police", "Police Chief"),
    ("fire", "Fire Chief"),
    ("utilities", "Utilities Director"),
    ("parks", "Parks Director"),
    ("library", "Library Director"),
    ("deputy", "Deputy Clerk"),
)
STANDING = (
    ("finance", "Finance Committee"),
    ("public-works", "Public Works Committee"),
    ("parks-recreation", "Parks and Recreation Committee"),
    ("community-affairs", "Community Affairs and Council Policy Committee"),
    ("public-safety", "Public Safety Committee"),
)


Maker = Callable[..., Person]


class _Names:
    """Hands out names, addresses and telephone numbers, none twice."""

    def __init__(self, dice: Dice) -> None:
        pool = load("names")
        self.first = dice.shuffled(pool["first"])
        heads, tails = dice.shuffled(pool["surname_head"]), dice.shuffled(pool["surname_tail"])
        paired = [(h, tails[(n + turn) % len(tails)]) for turn in range(len(tails)) for n, h in enumerate(heads)]
        self.last = [h + t for h, t in paired if h[-1] != t[0]]
        self.used = 0
        self.dice = dice

    def person(self, role: str, **more: str) -> Person:
        first = self.first[self.used % len(self.first)]
        last = self.last[self.used]
        area = ("608", "262", "414", "920", "715")[self.used // 100 % 5]
        phone = f"+1{area}5550{100 + self.used % 100}"
        self.used += 1
        private = f"{first}.{last}@{self.dice.pick(PRIVATE)}".lower()
        work = f"{first[0]}{last}@{DOMAIN}".lower()
        voice = self.dice.weighted([("formal", 3), ("brisk", 4), ("phone", 3)])
        if role.startswith("staff"):
            voice = "formal"
        official = role in ("alder", "mayor", "alder-elect", "former") or role.startswith("staff")
        return Person(
            f"{first}-{last}".lower(),
            first,
            last,
            role,
            work if official else private,
            voice,
            private_email=private,
            phone=phone,
            household=more.get("household", ""),
            district=int(more.get("district", "0")),
        )


def build_city(seed: int, council: int, *, kind: str = "", residents: int = 70) -> City:
    """A city of the given council size: ``kind`` is ``common_council`` unless five or fewer sit (a village board)."""
    dice = Dice(seed, "people")
    kind = kind or ("common_council" if council > 5 else "village_board")
    pool = load("names")
    top = "common-council" if kind == "common_council" else kind.replace("_", "-")
    city = City(f"{dice.pick(pool['city_head'])} {dice.pick(pool['city_tail'])}", top)
    names = _Names(dice.child("names"))

    def add(role: str, **more: str) -> Person:
        person = names.person(role, **more)
        city.people[person.id] = person
        return person

    title = {
        "common_council": "Common Council",
        "village_board": "Village Board",
        "school_board": "School Board",
        "town_board": "Town Board",
        "county_board": "County Board",
        "board": "Board",
    }[kind]
    city.bodies[top] = Body(top, title, kind, council, list_address=f"council@{DOMAIN}")
    mayor = add("mayor")
    city.roles["mayor"] = mayor.id
    for post, job in STAFF:
        city.roles[post] = add(f"staff: {job}").id
    for post in ("mayor", "clerk", "administrator"):
        holder = city.role(post)
        city.people[holder.id] = replace(holder, email=f"{post}@{DOMAIN}")
    _seat_council(city, dice, add, council)
    _seat_committees(city, dice, add)
    _seat_boards(city, dice, add)
    _set_household(city, dice, add)
    for _ in range(residents):
        add("resident")
    for role in ("reporter", "reporter", "vendor", "vendor", "vendor", "lobbyist"):
        add(role)
    return city


def _seat_council(city: City, dice: Dice, make: Maker, council: int) -> None:
    """Three-year staggered terms: a third is up each April; some of this year's leave, and one seat falls vacant."""
    top = city.council
    districts = next(d for d in (4, 3, 5, 1) if council % d == 0)
    alders = [make("alder", district=str(n % districts + 1)) for n in range(council)]
    up = alders[: council // 3 or 1]
    leaving = up[: max(1, len(up) // 2)]
    leaves = alders[-1]  # resigns in November; the council fills the seat in February
    gap = (date(2025, 11, 17), date(2026, 2, 9))
    for n, alder in enumerate(alders):
        third = min(2, n // max(1, council // 3))
        start = (date(2023, 4, 18), date(2024, 4, 16), date(2025, 4, 15))[third]
        end = (date(2026, 4, 20), date(2027, 4, 19), date(2028, 4, 17))[third]
        if alder is leaves and council > 5:
            city.seats.append(Seat(alder.id, top, start=start, end=gap[0] - timedelta(1)))
            heir = make("alder", district=str(alder.district))
            city.seats.append(Seat(heir.id, top, start=gap[1] + timedelta(1), end=end))
            city.vacancy = gap
            continue
        city.seats.append(Seat(alder.id, top, start=start, end=end))
        if alder in up and alder not in leaving:
            city.seats.append(Seat(alder.id, top, start=OFFICE, end=date(2029, 4, 16)))
        if alder in leaving:
            new = make("alder-elect", district=str(alder.district))
            city.seats.append(Seat(new.id, top, "member_elect", "no", ELECTION, OFFICE - timedelta(1)))
            city.seats.append(Seat(new.id, top, start=OFFICE, end=date(2029, 4, 16)))
    if city.bodies[top].kind == "common_council":
        city.seats.append(Seat(city.roles["mayor"], top, "presiding", "no", date(2024, 4, 16), date(2028, 4, 17)))


def _alder_seats(city: City, body: str, alders: list[Person], chair: bool) -> None:
    """Seats on a committee last as long as the council seat and pass to whoever follows in the district."""
    for n, alder in enumerate(alders):
        spans = [s for s in city.seats if s.person == alder.id and s.body == city.council and s.capacity == "member"]
        capacity = "chair" if chair and n == 0 else "member"
        first, last = spans[0], spans[-1]
        city.seats.append(Seat(alder.id, body, capacity, start=first.start, end=last.end))
        if last.end is not None and last.end <= YEAR_END:
            taken = {s.person for s in city.seats}
            after = [
                s
                for s in city.seats
                if s.body == city.council
                and s.capacity == "member"
                and s.start
                and s.start > last.end
                and s.person in taken
                and city.people[s.person].district == alder.district
                and s.person != alder.id
                and city.people[s.person].role in ("alder", "alder-elect")
                and s.start > date(2025, 7, 1)
            ]
            fresh = [
                s
                for s in after
                if not any(
                    o.body == city.council and o.person == s.person and o.start and o.start < date(2025, 7, 1)
                    for o in city.seats
                )
            ]
            if fresh:
                heir = min(fresh, key=lambda s: s.start or OFFICE)
                city.seats.append(Seat(heir.person, body, capacity, start=heir.start, end=heir.end))


def _seat_committees(city: City, dice: Dice, make: Maker) -> None:
    """Standing committees of a third of the council and up to two residents; personnel takes alders alone."""
    council = city.bodies[city.council].seats
    alders = city.sitting(city.council, YEAR_START)
    share = max(2, council // 3)
    count = {5: 2, 7: 2, 9: 3, 12: 5, 15: 5}.get(council, 3)
    turn = dice.shuffled(alders)
    turn = sorted(turn, key=lambda p: p.district)
    for n, (body, title) in enumerate((*STANDING[:count], ("personnel", "Personnel Committee"))):
        taken = max(3, share) if body == "personnel" else share  # two members alone would make every word a quorum
        stride = max(1, len(turn) // taken)
        chosen = [turn[(k * stride + n) % len(turn)] for k in range(taken)]
        lay = 0 if body == "personnel" else 2 if council >= 12 else 1 + n % 2
        city.bodies[body] = Body(body, title, "committee", taken + lay, city.council, list_address=f"{body}@{DOMAIN}")
        _alder_seats(city, body, chosen, chair=True)
        for _ in range(lay):
            citizen = make("committee resident")
            city.seats.append(Seat(citizen.id, body, start=date(2025, 5, 1), end=date(2027, 4, 30)))


def _seat_boards(city: City, dice: Dice, make: Maker) -> None:
    """The commissions and small boards."""
    top, mayor = city.council, city.roles["mayor"]
    staying = [
        p
        for p in city.sitting(top, YEAR_START)
        if any(s.person == p.id and s.body == top and (s.end or YEAR_END) >= YEAR_END for s in city.seats)
    ]
    plan: tuple[tuple[str, str, str, int, int, bool], ...] = (
        ("plan-commission", "Plan Commission", "plan_commission", 1, 5, True),
        ("utilities", "Utilities Committee", "committee", 2, 3, False),
        ("cemetery-board", "Cemetery Board", "board", 0, 3, False),
        ("loan-board", "Business Loan Board", "board", 1, 4, False),
        ("police-fire", "Police and Fire Commission", "commission", 0, 5, False),
    )
    for body, title, kind, alders, citizens, with_mayor in plan:
        seats = alders + citizens + with_mayor
        city.bodies[body] = Body(
            body, title, kind, seats, "" if kind != "committee" else top, list_address=f"{body}@{DOMAIN}"
        )
        if with_mayor:
            city.seats.append(Seat(mayor, body, start=date(2024, 4, 16), end=date(2028, 4, 17)))
        for alder in dice.sample(staying, alders):
            city.seats.append(Seat(alder.id, body, start=date(2025, 4, 15), end=date(2027, 4, 19)))
        for n in range(citizens):
            citizen = make("commissioner")
            first = "chair" if n == 0 else "member"
            city.seats.append(Seat(citizen.id, body, first, start=date(2024, 5, 1), end=date(2027, 4, 30)))
    city.bodies["bargaining-team"] = Body(
        "bargaining-team", "Bargaining Team", "committee", 3, top, "yes", f"bargaining@{DOMAIN}"
    )
    for alder in dice.sample(staying, 3):
        city.seats.append(Seat(alder.id, "bargaining-team", start=date(2025, 5, 1), end=date(2026, 12, 31)))


def _set_household(city: City, dice: Dice, make: Maker) -> None:
    """One alder's spouse, who sits on a committee the alder does not and knows the colleagues."""
    stays = [p for p in city.sitting(city.council, YEAR_START) if p in city.sitting(city.council, YEAR_END)]
    alder = dice.pick(stays)
    spouse = make("spouse of an alder", household="H1")
    city.roles["spouse"], city.roles["spouse_of"] = spouse.id, alder.id
    city.people[alder.id] = replace(alder, household="H1")
    home = next(
        (
            s
            for s in city.seats
            if city.people[s.person].role == "committee resident"
            and not any(t.person == alder.id and t.body == s.body for t in city.seats)
        ),
        None,
    )
    if home is not None:
        city.seats[city.seats.index(home)] = replace(home, person=spouse.id)
        del city.people[home.person]
