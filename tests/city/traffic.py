"""Messages of the invented city before they are written to any file, and a stage on which episodes are played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tests.city.dice import Dice
from tests.city.grammar import Words, load, voiced
from tests.city.matters import Docket, Matter, Meeting, local
from tests.city.people import Body, City, Person

NUMBER_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
)
Party = Person | Body
#: People a clerk has no reason to list: their addresses stay unknown to the program.
OUTSIDERS = ("resident", "reporter", "vendor", "lobbyist")
#: Share of replies that carry the earlier message below, by the mail program's habit.
QUOTES = 0.45


@dataclass(frozen=True, slots=True)
class Note:
    """One communication. ``key`` is its Message-ID or interchange id; ``acts`` is what its writer meant to do."""

    key: str
    at: datetime
    channel: str
    sender: Person
    to: tuple[Party, ...]
    cc: tuple[Party, ...] = ()
    bcc: tuple[Party, ...] = ()
    subject: str = ""
    body: str = ""
    quoted: str = ""
    reply_to: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""
    audience: str = "private"
    precision: str = "exact"
    private: bool = False
    attachment: str = ""
    coded: tuple[tuple[str, str], ...] = ()
    acts: tuple[str, ...] = ()
    episode: str = ""
    matter: str = ""
    topic: str = ""

    @property
    def text(self) -> str:
        """What was newly written and what was carried along."""
        return f"{self.body}\n\n{self.quoted}" if self.quoted else self.body


@dataclass(slots=True)
class Traffic:
    """Everything said in the year."""

    notes: list[Note] = field(default_factory=list)
    taken: set[tuple[datetime, str]] = field(default_factory=set)

    def free(self, at: datetime, sender: str) -> datetime:
        """The first second at or after ``at`` at which this person has not already spoken."""
        while (at, sender) in self.taken:
            at += timedelta(seconds=7)
        self.taken.add((at, sender))
        return at


def first_names(people: Sequence[Person]) -> str:
    """``Ada, Boyd and Clio``."""
    names = [p.first for p in people]
    return "".join(names) if len(names) < 2 else ", ".join(names[:-1]) + " and " + names[-1]


def count_word(n: int) -> str:
    """A small number in letters."""
    return NUMBER_WORDS[n] if n < len(NUMBER_WORDS) else str(n)


class Stage:
    """Where one episode is played: a clock, the cast, and ways to write to one another."""

    def __init__(
        self, city: City, docket: Docket, meetings: list[Meeting], traffic: Traffic, day: date, dice: Dice, episode: str
    ) -> None:
        self.city, self.docket, self.meetings, self.traffic = city, docket, meetings, traffic
        self.day, self.dice, self.episode = day, dice, episode
        self.words = Words(dice.child("words"))
        self.now = local(day, 9, dice.below(50))
        self.about: Matter | None = None
        self.notes: list[Note] = []

    # --- time -------------------------------------------------------------------------------------------------------

    def at(self, days: int, hour: int, minute: int | None = None) -> None:
        """Set the clock to an hour of the episode's n-th day."""
        minute = self.dice.below(40) if minute is None else minute
        self.now = local(self.day + timedelta(days), hour, minute) + timedelta(seconds=self.dice.below(60))

    def wait(self, low: int, high: int) -> None:
        """Let some minutes pass."""
        self.now += timedelta(minutes=self.dice.between(low, high), seconds=self.dice.below(60))

    # --- words ------------------------------------------------------------------------------------------------------

    def slots(self, **more: str) -> dict[str, str]:
        """Words for the matter on stage, or for none in particular."""
        base = self.about.slots(self.dice) if self.about else {**self.docket_words(), "ref": "it"}
        return {
            "city": self.city.name,
            "clerk": self.city.role("clerk").first,
            "time": self.dice.pick(["5:30", "6:00", "6:15", "6:30", "7:00"]),
            **base,
            **more,
        }

    def docket_words(self) -> dict[str, str]:
        """Words for talk about no matter: a street, a topic's facts and complaints."""
        topic = self.dice.pick(sorted(load("topics")))
        said = load("topics")[topic]
        names = load("names")
        return {
            "street": self.dice.pick(names["street"]),
            "business": self.dice.pick(names["business"]),
            "street2": self.dice.pick(names["street"]),
            "amt": f"{self.dice.between(12, 90)},000",
            "fact": self.dice.pick(said["fact"]),
            "fact2": self.dice.pick(said["fact"]),
            "topic": topic,
            "ask": self.dice.pick(said["ask"]),
            "complaint": self.dice.pick(said["complaint"]),
            "pro": self.dice.pick(said["pro"]),
            "con": self.dice.pick(said["con"]),
            "dept": said["dept"],
            "n": str(self.dice.between(3, 40)),
            "pct": str(self.dice.between(2, 40)),
            "house": str(self.dice.between(100, 1900)),
            "acres": "3.2",
            "day": self.dice.pick(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]),
        }

    def say(self, *keys: str, **more: str) -> str:
        """One phrase of each named list, as one paragraph."""
        said = " ".join(self.words.say(key, self.slots(**more)) for key in keys)
        return ". ".join(s[:1].upper() + s[1:] for s in said.split(". "))

    def title(self) -> str:
        """A subject line: one of the matter's short names."""
        ref = self.slots()["ref"]
        return ref[:1].upper() + ref[1:]

    def compose(self, sender: Person, to: Sequence[Party], text: str) -> str:
        """A mail body: greeting, text, signature, in the sender's manner."""
        voice, d = sender.voice, self.dice
        one = to[0] if len(to) == 1 and isinstance(to[0], Person) else None
        group = "greet_public" if sender.role in OUTSIDERS else "greet_all"
        greeting = self.words.say(f"greet_{voice}", {"first": one.first}) if one else self.words.say(group, {})
        greeting = greeting if d.chance(0.7) else ""
        text = voiced(text, voice, d)
        sign = {"formal": sender.name, "brisk": sender.first, "phone": d.pick(["", sender.first.lower(), ""])}[voice]
        if sender.role.startswith("staff"):
            sign = f"{sender.name}\n{sender.role.removeprefix('staff: ')}, City of {self.city.name}"
        elif sender.role in ("alder", "alder-elect") and voice == "formal" and d.chance(0.5):
            sign += f"\nAlder, District {sender.district}"
        parts = [p for p in (greeting, text, sign) if p]
        if voice == "formal" and d.chance(0.12):
            parts.append("-- \n" + self.words.say("disclaimer", {}))
        return "\n\n".join(parts)

    # --- speaking ---------------------------------------------------------------------------------------------------

    def mail(
        self,
        sender: Person,
        to: Iterable[Party],
        text: str,
        subject: str = "",
        *,
        reply: Note | None = None,
        forward: Note | None = None,
        cc: Iterable[Party] = (),
        bcc: Iterable[Party] = (),
        acts: str = "",
        private: bool = False,
        attachment: str = "",
        raw: bool = False,
    ) -> Note:
        """Send a mail; a reply or forward carries the subject, the references and perhaps the earlier words."""
        people = tuple(p for p in to if p != sender)
        carried, quoted = reply or forward, ""
        if carried is not None:
            base = carried.subject.removeprefix("Re: ").removeprefix("Fwd: ")
            subject = subject or ("Re: " if reply else "Fwd: ") + base
            if forward is not None:
                quoted = forwarded(carried)
            elif self.dice.chance(QUOTES):
                quoted = replied(carried, self.dice.chance(0.3))
        at = self.traffic.free(self.now, sender.id)
        key = f"<{at:%y%m%d%H%M%S}.{len(self.traffic.notes):05d}@mail.example.gov>"
        if private or sender.email.split("@")[1] != "example.gov":
            key = f"<{self.dice.between(10**9, 10**10 - 1):x}.{len(self.traffic.notes):05d}@mx.example.net>"
        body = text if raw else self.compose(sender, people, text)
        refs = (*carried.references, carried.key)[-4:] if carried and carried.channel == "email" else ()
        return self._keep(
            Note(
                key,
                at,
                "email",
                sender,
                people,
                tuple(cc),
                tuple(bcc),
                subject,
                body,
                quoted,
                reply.key if reply else "",
                refs,
                carried.thread if carried else key,
                private=private,
                attachment=attachment,
                acts=tuple(acts.split()),
                episode=self.episode,
            )
        )

    def chat(
        self,
        sender: Person,
        to: Iterable[Party],
        text: str,
        *,
        channel: str = "",
        thread: str = "",
        acts: str = "",
        reply: Note | None = None,
        audience: str = "private",
    ) -> Note:
        """Send a text, a group-chat line, or put a post, comment or reaction on a page."""
        people = tuple(p for p in to if p != sender)
        channel = channel or ("text" if len(people) == 1 else "group_chat")
        at = self.traffic.free(self.now, sender.id)
        key = f"v-{len(self.traffic.notes):06d}"
        if channel == "group_chat" and audience == "private":
            audience = "closed_group"
        return self._keep(
            Note(
                key,
                at,
                channel,
                sender,
                people,
                body=voiced(text, sender.voice, self.dice),
                reply_to=reply.key if reply else "",
                thread=thread or (reply.thread if reply else ""),
                audience=audience,
                acts=tuple(acts.split()),
                episode=self.episode,
            )
        )

    def spoken(
        self,
        sender: Person,
        to: Iterable[Party],
        text: str,
        *,
        channel: str = "call",
        precision: str = "exact",
        acts: str = "",
        coded: dict[str, str] | None = None,
    ) -> Note:
        """A call or a gathering, as the clerk wrote it down."""
        people = tuple(p for p in to if p != sender)
        at = self.traffic.free(self.now.replace(second=0), sender.id)
        key = f"log-{len(self.traffic.notes):05d}"
        return self._keep(
            Note(
                key,
                at,
                channel,
                sender,
                people,
                body=text,
                precision=precision,
                coded=tuple(sorted((coded or {}).items())),
                acts=tuple(acts.split()),
                episode=self.episode,
            )
        )

    def _keep(self, note: Note) -> Note:
        if self.about and not set(note.acts) <= {"social", "schedule"}:
            note = replace(note, matter=self.about.id, topic=self.about.topic)
        self.traffic.notes.append(note)
        self.notes.append(note)
        return note


def address_line(party: Party, *, private: bool = False) -> str:
    """``Name <address>`` as a header shows it."""
    if isinstance(party, Body):
        return f"{party.name} <{party.list_address}>"
    return f"{party.name} <{party.private_email if private else party.email}>"


def replied(note: Note, block: bool) -> str:
    """The earlier message below an answer: with angle brackets, or as the block some programs write."""
    lines = note.body.splitlines()[:8]
    if block:
        to = "; ".join(p.name for p in note.to)
        head = f"From: {note.sender.name}\nSent: {note.at:%A, %B} {note.at.day}, {note.at:%Y %I:%M %p}\nTo: {to}\n"
        return f"________________________________\n{head}Subject: {note.subject}\n\n" + "\n".join(lines)
    head = f"On {note.at:%a, %b} {note.at.day}, {note.at:%Y} at {note.at:%I:%M %p} {address_line(note.sender)} wrote:"
    return head + "\n" + "\n".join(f"> {x}".rstrip() for x in lines)


def forwarded(note: Note) -> str:
    """The earlier message inside a forward, with whatever it carried itself."""
    to = ", ".join(address_line(p) for p in note.to)
    when = f"{note.at:%a, %b} {note.at.day}, {note.at:%Y} at {note.at:%I:%M %p}"
    return (
        f"---------- Forwarded message ---------\nFrom: {address_line(note.sender)}\nDate: {when}\n"
        f"Subject: {note.subject}\nTo: {to}\n\n{note.text}"
    )
