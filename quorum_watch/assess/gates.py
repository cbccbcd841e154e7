"""The gates: two members of one body, a subject in that body's realm, outside a noticed meeting.

What passes is sorted into *episodes*: one body, one subject, one stretch of time. What does not pass is counted, so
that a finding can say what was left out and why. Every body with two or more of the participants is asked on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from quorum_watch.assess.sight import Seating, Sight
from quorum_watch.model import Event, Interaction, InteractionId, Reading, Subject, Threshold
from quorum_watch.roster.records import Body
from quorum_watch.roster.roster import Roster
from quorum_watch.rules.notice import About, MeetingFacts, clears
from quorum_watch.rules.profile import Profile
from quorum_watch.vocabulary import (
    Act,
    Audience,
    BodyKind,
    Channel,
    Scope,
    ThresholdName,
    TimePrecision,
    TimeSource,
    VoteRule,
)
from quorum_watch.workspace.records import Matter, Meeting

#: Bodies that govern a place and take up whatever concerns it.
_GENERAL = frozenset(
    {
        BodyKind.COMMON_COUNCIL,
        BodyKind.VILLAGE_BOARD,
        BodyKind.TOWN_BOARD,
        BodyKind.COUNTY_BOARD,
        BodyKind.SCHOOL_BOARD,
    }
)


#: Least precise first: what is known only by its order or day stands before what has an hour.
_PRECISIONS = (TimePrecision.ORDER, TimePrecision.DAY, TimePrecision.EXACT)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Episode:
    """One body, one subject, one stretch: the contacts that passed the gates, and what was left out.

    ``sights`` are in time order and each involves at least one member of the day. ``elsewhere`` holds ids of contacts
    at a meeting that was noticed for another body only, ``late`` those at a meeting whose notice came late.
    """

    body: Body
    subject: Subject
    matter: Matter | None
    sights: tuple[Sight, ...]
    routine: int
    noticed: int
    elsewhere: frozenset[str]
    late: frozenset[str]
    realm_known: bool

    @property
    def vote_rule(self) -> VoteRule | None:
        """The voting rule of the matter, else of the body; ``None`` where neither says."""
        if self.matter and self.matter.vote_rule:
            return self.matter.vote_rule
        return self.body.vote_rule

    @property
    def last_day(self) -> date:
        """The local day of the last contact: the day whose roster and law count."""
        return self.sights[-1].day


@dataclass(frozen=True)
class Known:
    """What the gates ask: who sat where, what was pending, what was noticed, and the law of the place."""

    roster: Roster
    matters: Mapping[str, Matter]
    meetings: Sequence[Meeting]
    profile: Profile
    zone: ZoneInfo
    windows: Mapping[str, timedelta] = field(default_factory=dict)
    topic_bodies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    law_as_of: date | None = None
    _worked_out: dict[Any, tuple[Threshold, ...]] = field(default_factory=dict, repr=False, compare=False)

    def law_day(self, day: date) -> date:
        """The day whose law is applied to contacts of ``day``: that day, unless one date was asked for."""
        return self.law_as_of or day

    def handles(self, body: Body, topics: Sequence[str]) -> bool:
        """Whether a body takes up a bare topic: it governs generally, is the only body, or is named after the topic."""
        if body.kind in _GENERAL or len(self.roster.bodies) == 1:
            return True
        name = body.name.lower()
        return any(term in name or name in term for t in topics for term in self.topic_bodies.get(t, ()))

    def meetings_near(self, day: date) -> tuple[Meeting, ...]:
        """Meetings that begin the day before, the day itself or the day after."""
        return tuple(m for m in self.meetings if abs((m.start.astimezone(self.zone).date() - day).days) <= 1)

    def thresholds(self, body_id: str, vote_rule: VoteRule | None, day: date) -> tuple[Threshold, ...]:
        """The numbers of the law for a body as it sat on a day; worked out once for each composition and day."""
        key = (self.roster.body_facts(body_id, day), vote_rule, self.law_day(day))
        if key not in self._worked_out:
            self._worked_out[key] = self.profile.thresholds(*key)
        return self._worked_out[key]

    def quorum(self, body_id: str, day: date) -> int:
        """The body's quorum that day; the lower number where the base is not settled."""
        found = self.thresholds(body_id, None, day)
        return min((t.value for t in found if t.name is ThresholdName.QUORUM), default=0)

    def duration(self, name: str, day: date) -> timedelta:
        """A time setting: the workspace's own where it has one, else the profile's for that day."""
        found = self.windows.get(name.removeprefix("detection."))
        return found if found is not None else self.profile.duration(name, self.law_day(day))


def episodes(interactions: Sequence[Interaction], readings: Sequence[Reading], known: Known) -> tuple[Episode, ...]:
    """Every episode with contacts among at least two members of a body, by body, subject and time."""
    events = in_time_order([Event(i, r) for i, r in zip(interactions, readings, strict=True)])
    subjects = _by_subject(events, known)
    found: list[Episode] = []
    for body in sorted(known.roster.bodies, key=lambda b: b.body_id):
        seating = Seating(known.roster.seats_ever(body.body_id))
        people = {s.person for s in seating.seats}
        for subject, chosen in subjects:
            relevant = [e for e in chosen if _touches(e, people)]
            if len({p for e in relevant for p in _people(e)} & people) >= 2:
                found += _episodes_of(body, subject, relevant, seating, known)
    return tuple(found)


def without_subject(
    interactions: Sequence[Interaction], readings: Sequence[Reading], known: Known
) -> tuple[InteractionId, ...]:
    """Contacts on some merits among two members of one body that name no topic and no matter: in no finding, so listed.

    Not counted are social talk and what no two members took part in.
    """
    seatings = [Seating(known.roster.seats_ever(b.body_id)) for b in known.roster.bodies]
    found = []
    for i, r in zip(interactions, readings, strict=True):
        if r.topics or r.matter is not None or r.scope is Scope.NOT_BUSINESS:
            continue
        day = i.at.astimezone(known.zone).date()
        sights = (Sight(Event(i, r), day, seating) for seating in seatings)
        if any(s.merits and len(s.members) >= 2 for s in sights):
            found.append(i.id)
    return tuple(found)


def in_time_order(events: Sequence[Event]) -> list[Event]:
    """Events by time; at one instant an answer after what it answers, else as they stand in their file.

    Chats often keep minutes only, and a diary may know no more than the order: there the place in the file is the
    evidence of the order, and an arbitrary one could make a question come after its answer.
    """
    above = {e.interaction.id: e.interaction.in_reply_to for e in events}

    def depth(name: str) -> int:
        chain = [name]
        while (parent := above.get(chain[-1])) is not None and parent not in chain:
            chain.append(parent)
        return len(chain)

    def key(event: Event) -> tuple[datetime, int, str, tuple[int, ...], int, str, tuple[int, ...], str]:
        i = event.interaction
        place = i.source.file, tuple(int(n) for n in _NUMBER.findall(i.source.locator))
        rank = _PRECISIONS.index(i.precision)
        if i.precision is TimePrecision.ORDER and i.time_source is TimeSource.NONE:
            rank = len(_PRECISIONS)  # it has the time of what it answers: right after it
        by_place = place if i.precision is TimePrecision.ORDER and rank == 0 else ("", ())
        return i.at, rank, *by_place, depth(i.id), *place, i.id

    return sorted(events, key=key)


def _by_subject(events: Sequence[Event], known: Known) -> list[tuple[Subject, list[Event]]]:
    table: dict[str, tuple[Subject, list[Event]]] = {}
    for event in events:
        for subject in _subjects(event.reading, known.matters):
            table.setdefault(subject.key, (subject, []))[1].append(event)
    return [table[key] for key in sorted(table)]


def _subjects(reading: Reading, matters: Mapping[str, Matter]) -> list[Subject]:
    topics = tuple(sorted({t.topic for t in reading.topics}))
    if reading.matter is not None:
        matter = matters.get(reading.matter)
        named = tuple(sorted({*topics, *([matter.topic] if matter and matter.topic else [])}))
        label = matter.title if matter else reading.matter
        return [Subject(label, named if not matter or not matter.topic else (matter.topic,), reading.matter)]
    return [Subject(t.replace("_", " "), (t,)) for t in topics]


def _people(event: Event) -> Iterable[str]:
    i = event.interaction
    yield from (c.person for c in i.contacts if c.person is not None)
    if i.sender is not None:
        yield i.sender


def _touches(event: Event, people: set[str]) -> bool:
    return any(p in people for p in _people(event))


def _episodes_of(
    body: Body, subject: Subject, events: Sequence[Event], seating: Seating, known: Known
) -> list[Episode]:
    sights = [Sight(e, e.interaction.at.astimezone(known.zone).date(), seating) for e in events]
    sights = [s for s in sights if s.members]
    # A matter is one subject however long it pends; a bare topic is a different subject by next week.
    pause = "detection.episode_gap" if subject.matter else "detection.answer_window"
    stretches: list[list[Sight]] = []
    for sight in sights:
        previous = stretches[-1][-1].event.interaction.at if stretches else None
        if previous is None or sight.event.interaction.at - previous > known.duration(pause, sight.day):
            stretches.append([])
        stretches[-1].append(sight)
    made = (_gated(body, subject, part, known) for stretch in stretches for part in _as_composed(stretch))
    return [e for e in made if e is not None]


def _as_composed(stretch: Sequence[Sight]) -> Iterator[list[Sight]]:
    """The stretch once for each set of its people who sat at one time, with what they did until then.

    Two people who held one seat in turn are never counted together. Usually nobody comes or goes, and the stretch is
    itself the only part. A set that still sat complete later is told with the later one.
    """
    seating, first, last = stretch[0].seating, stretch[0].day, stretch[-1].day
    people = frozenset().union(*(s.members for s in stretch))
    moves = {s.start for s in seating.seats if s.person in people and s.start}
    moves |= {s.end + timedelta(days=1) for s in seating.seats if s.person in people and s.end}
    starts = [first, *sorted(d for d in moves if first < d <= last)]
    ends = [*(d - timedelta(days=1) for d in starts[1:]), last]
    composed = [(seating.of(people, start), end) for start, end in zip(starts, ends, strict=True)]
    for k, (sitting, end) in enumerate(composed):
        if any(sitting <= later for later, _ in composed[k + 1 :]):
            continue
        if sitting == people:
            yield [s for s in stretch if s.day <= end]
            continue
        alone = Seating(tuple(s for s in seating.seats if s.person in sitting))
        part = [replace(s, seating=alone) for s in stretch if s.day <= end]
        part = [s for s in part if s.members]
        if part:
            yield part


def _gated(body: Body, subject: Subject, stretch: Sequence[Sight], known: Known) -> Episode | None:
    matter = known.matters.get(subject.matter or "")
    exempt = known.profile.word("social.public", known.law_day(stretch[-1].day)) == "exempt_if_all_public"
    kept: list[Sight] = []
    routine = noticed = 0
    elsewhere: set[str] = set()
    late: set[str] = set()
    for sight in stretch:
        if exempt and sight.event.interaction.audience is Audience.PUBLIC:
            continue  # the profile leaves exchanges open to everybody out of the law
        if not sight.business:
            # Logistics stay in the story only as a count; a reaction or a request to hide stays visible.
            routine += 1
            if not sight.reaction and not _keeps_a_mark(sight):
                continue
        if sight.synchronous:
            state = _notice(sight, body, subject, known)
            if state.cleared:
                noticed += 1
                continue
            if (
                state.elsewhere
                and known.profile.word("attendance_elsewhere", known.law_day(sight.day)) == "open_participation_ok"
            ):
                noticed += 1
                continue
            if state.elsewhere:
                elsewhere.add(sight.id)
            if state.late:
                late.add(sight.id)
        kept.append(sight)
    counted = [s for s in kept if s.business]
    if len(frozenset().union(*(s.members for s in counted))) < 2:
        return None
    realm = _realm(body, subject, matter, known)
    if realm is False:
        return None
    return Episode(
        body, subject, matter, tuple(kept), routine, noticed, frozenset(elsewhere), frozenset(late), realm is True
    )


def _keeps_a_mark(sight: Sight) -> bool:
    return bool(sight.acts & {Act.CONCEAL, Act.CAUTION, Act.SIGN})


@dataclass(frozen=True, slots=True)
class _State:
    cleared: bool = False
    late: bool = False
    elsewhere: bool = False


def _notice(sight: Sight, body: Body, subject: Subject, known: Known) -> _State:
    """What the noticed meetings of that time say about one call or gathering.

    A notice clears the meeting. A huddle of fewer than a quorum before it is called to order is not the meeting; nor
    is one known only by its day taken to be the meeting.
    """
    i = sight.event.interaction
    about = About(subject.matter or "", subject.label if subject.matter else "", subject.topics)
    late = elsewhere = False
    for meeting in known.meetings_near(sight.day):
        row = MeetingFacts(
            meeting.meeting_id, meeting.body_ids, meeting.start, meeting.end, meeting.notice_posted,
            meeting.matter_ids, meeting.subject, meeting.good_cause,
        )  # fmt: skip
        # Without an hour, a gathering on the day of the meeting may be the meeting; a call is a call.
        hourless = i.precision is not TimePrecision.EXACT and i.channel is not Channel.CALL
        same_day = meeting.start.astimezone(known.zone).date() == sight.day
        at = meeting.start if hourless and same_day else i.at
        answer = clears(
            known.profile, row, body_id=body.body_id, at=at, about=about,
            parent_id=body.parent_id or None, bargaining=bool(body.bargaining),
        )  # fmt: skip
        begun = meeting.start <= i.at or len(sight.members) >= known.quorum(body.body_id, sight.day)
        if answer.clears and begun:
            return _State(cleared=True)
        late = late or answer.reason == "late_notice"
        if answer.reason == "body_not_named" and meeting.body_ids:
            host = clears(known.profile, row, body_id=meeting.body_ids[0], at=at, about=about)
            elsewhere = elsewhere or host.clears
    return _State(late=late, elsewhere=elsewhere)


def _realm(body: Body, subject: Subject, matter: Matter | None, known: Known) -> bool | None:
    """Whether the subject belongs to the body: yes, no, or not known."""
    if matter is not None and matter.body_ids:
        if body.body_id in matter.body_ids:
            return True
        below = {b.body_id for b in known.roster.bodies if b.parent_id == body.body_id}
        return bool(below & set(matter.body_ids))
    return True if known.handles(body, subject.topics) else None if matter is not None else False
