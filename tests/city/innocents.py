"""Look-alikes: traffic with the outline of a chain and none of its substance.

``Played.concern`` is here the most that may be shown: ``none``, ``note`` or ``look``. None may be ``look_first``.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from tests.city.matters import next_meeting
from tests.city.people import Person, numbers
from tests.city.plots import CONVENING, EITHER, WALKING, Play, Played, cast, cast_apart, chair_of, exchange, open_matter
from tests.city.traffic import Note, Stage, count_word, first_names

SOME = (
    "reconstruction",
    "bikelanes",
    "solar",
    "courts",
    "registry",
    "tif",
    "squad",
    "ems",
    "mural",
    "food_trucks",
    "meters",
)


def _council(
    s: Stage, people: list[Person], ceiling: str, tests: tuple[str, ...], why: str, pattern: str = "conversation"
) -> Played:
    return Played(s.city.council, tuple(people), (pattern,), tests, ceiling, s.about, why)


def packet_one_way(s: Stage) -> Played:
    """The clerk's packet to everybody, unanswered."""
    open_matter(s, *SOME)
    s.mail(
        s.city.role("clerk"),
        [s.city.bodies[s.city.council]],
        s.say("packet", body="council"),
        s.title(),
        attachment="packet.pdf",
        acts="inform",
    )
    return _council(s, s.city.sitting(s.city.council, s.day), "note", CONVENING, "one way from staff", "broadcast")


def packet_opinion(s: Stage) -> Played:
    """The packet again, and one member answers all with a view; silence follows."""
    played = packet_one_way(s)
    s.wait(60, 200)
    me = cast(s, 1)[0]
    s.mail(me, [s.city.bodies[s.city.council]], s.say("opinion_against"), reply=s.notes[0], acts="opinion")
    return _council(s, list(played.members), "note", CONVENING, "one spoke, the others only received", "broadcast")


def scheduling_poll(s: Stage) -> Played:
    """Can you make Thursday, and everybody says."""
    council = s.city.bodies[s.city.council]
    ask = s.mail(
        s.city.role("clerk"),
        [council],
        s.say("schedule", body=council.name),
        s.say("schedule_subject", body=council.name),
        acts="schedule",
    )
    people = s.city.sitting(s.city.council, s.day)
    for member in people:
        s.wait(2, 50)
        s.mail(
            member,
            [ask.sender, council],
            s.say(s.dice.pick(["schedule_yes", "schedule_yes", "schedule_no"])),
            reply=ask,
            acts="schedule",
        )
    return _council(s, people, "none", CONVENING, "arranging a time is not business")


def birthday_thread(s: Stage) -> Played:
    """Forty messages of cake."""
    people = cast(s, max(3, numbers(s.city, s.city.council, s.day).quorum + 1))
    star, note = people[0], None
    for _ in range(40):
        me = s.dice.pick(people)
        note = s.mail(
            me,
            people,
            s.say("birthday_reply" if me == star else "birthday", name=star.first),
            "" if note else s.say("birthday_subject", name=star.first),
            reply=note,
            acts="social",
        )
        s.wait(2, 20)
    return _council(s, people, "none", CONVENING, "a social thread")


def agenda_request(s: Stage) -> Played:
    """A passing number asks for an item and says nothing about it."""
    open_matter(s, *SOME)
    lead, *rest = people = cast(s, max(3, numbers(s.city, s.city.council, s.day).passing))
    clerk = s.city.role("clerk")
    note = s.mail(
        lead, rest, s.say("agenda_request"), "Request for an agenda item", cc=[clerk], acts="ministerial sign"
    )
    for member in rest:
        s.wait(20, 120)
        s.mail(member, [lead], s.say("signed", me=member.name), reply=note, cc=[clerk], acts="sign")
    return _council(s, people, "look", WALKING, "asking for an item takes no position")


def staff_briefings(s: Stage) -> Played:
    """The administrator briefs every member separately and carries nothing between them."""
    open_matter(s, *SOME)
    admin, people = s.city.role("administrator"), s.city.sitting(s.city.council, s.day)
    for n, member in enumerate(people):
        if n and n % 5 == 0:
            s.at((s.now.date() - s.day).days + 1, 9)
        note = s.mail(admin, [member], s.say("update"), s.title(), acts="inform")
        s.wait(10, 40)
        if s.dice.chance(0.6):
            s.mail(
                member, [admin], s.say(s.dice.pick(["thanks", "staff_question", "defer"])), reply=note, acts="social"
            )
        s.wait(5, 20)
    return _council(s, people, "look", WALKING, "one-way briefings without a relay", "intermediary")


def opinion_seeking(s: Stage) -> Played:
    """One member asks colleagues in twos and threes what they think; nobody promises anything."""
    open_matter(s, *SOME)
    me, *others = people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).deciding))
    while others:
        group, others = others[:2], others[2:]
        note = s.mail(me, group, s.say("opinion_against", "opinion_seek"), s.title(), acts="opinion")
        for member in group:
            s.wait(30, 200)
            if s.dice.chance(0.6):
                s.mail(member, [me], s.say("defer"), reply=note, acts="inform")
        s.at((s.now.date() - s.day).days + 1, 17)
    return _council(s, people, "look", WALKING, "asking for views and deferring is not agreement", "hub_and_spoke")


def _chain(s: Stage, people: list[Person], *, days: int, backwards: bool) -> None:
    """Pair after pair with a promise, in an order or at a pace in which nothing can travel."""
    pairs = list(pairwise(people))
    for n, (a, b) in enumerate(reversed(pairs) if backwards else pairs):
        s.at(n * days, 10 if days else 8 + n)
        s.mail(a, [b], s.say("opinion_for" if n % 2 else "opinion_seek"), s.title(), acts="opinion")
        s.wait(5, 30)


def reversed_chain(s: Stage) -> Played:
    """D hears from C before C hears from B: A's view goes nowhere."""
    open_matter(s, *SOME)
    people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).deciding))
    _chain(s, people, days=0, backwards=True)
    return _council(s, people, "look", WALKING, "the order is wrong for anything to travel", "daisy_chain")


def slow_chain(s: Stage) -> Played:
    """A link every eighteen days."""
    s.about = s.docket.make(s.day, tags=SOME, vote_on=next_meeting(s.city, s.city.council, s.day + timedelta(80)))
    people = cast_apart(s, min(5, max(3, numbers(s.city, s.city.council, s.day).deciding)))
    _chain(s, people, days=18, backwards=False)
    return _council(s, people, "note", WALKING, "the links are weeks apart", "daisy_chain")


def noticed_meeting(s: Stage) -> Played | None:
    """The council meets where and when it said it would."""
    meeting = next((m for m in s.meetings if s.city.council in m.bodies[:1] and m.start.date() >= s.day), None)
    if meeting is None:
        return None
    s.day = meeting.start.date()
    people = s.city.sitting(s.city.council, s.day)
    s.now = meeting.start + timedelta(minutes=5)
    s.spoken(
        s.city.role("clerk"),
        people,
        "Regular council meeting, roll call taken, agenda items discussed and voted.",
        channel="in_person",
        acts="deliberate",
    )
    return _council(s, people, "none", CONVENING, "a noticed meeting")


def possible_quorum(s: Stage) -> Played | None:
    """Half the council at a committee meeting whose notice named the council too."""
    meeting = next((m for m in s.meetings if len(m.bodies) == 2 and m.start.date() >= s.day), None)
    if meeting is None:
        return None
    s.day = meeting.start.date()
    body = meeting.bodies[0]
    matter = open_matter(s, *SOME, body=body)
    seated = s.city.sitting(body, s.day)
    guests = cast(s, numbers(s.city, s.city.council, s.day).half, avoid=seated)
    s.now = meeting.start + timedelta(minutes=15)
    s.spoken(
        chair_of(s, body),
        [*seated, *guests],
        f"Committee discussion of {matter.title}; other alders sat in.",
        channel="in_person",
        acts="deliberate",
        coded={"coded_acts": "deliberate", "coded_matter": matter.id},
    )
    return _council(s, guests, "note", CONVENING, "the notice named the council", "attendance")


def liked_post(s: Stage) -> Played:
    """A resident's post about a road, liked by eight members."""
    matter = open_matter(s, "reconstruction")
    people = cast(s, numbers(s.city, s.city.council, s.day).quorum)
    post = s.chat(
        s.dice.pick(s.city.residents()),
        [],
        f"When does {matter.refs[0]} start? Can't come soon enough.",
        channel="social_post",
        audience="public",
        thread=f"fb-{s.episode.lower()}",
    )
    for member in people:
        s.wait(5, 90)
        s.chat(member, [post.sender], "like", channel="social_reaction", audience="public", reply=post)
    return _council(s, people, "note", CONVENING, "a like is not assent", "public_thread")


def committee_pair(s: Stage) -> Played | None:
    """Two members of a committee talk about its business, below every number."""
    body = next(
        (
            b
            for b in ("public-works", "finance", "parks-recreation")
            if b in s.city.bodies and numbers(s.city, b, s.day).watch > 2
        ),
        "",
    )
    if not body:
        return None
    open_matter(s, "courts", "reconstruction", "carts", body=body)
    alders = [p for p in s.city.sitting(body, s.day) if p in s.city.sitting(s.city.council, s.day)]
    pair = s.dice.sample(alders, 2)
    shared = [b for b in s.city.bodies if all(p in s.city.sitting(b, s.day) for p in pair)]
    if any(numbers(s.city, b, s.day).watch < 3 for b in shared):
        return None
    exchange(s, pair, 5, gap=(10, 60))
    return Played(body, tuple(pair), ("conversation",), CONVENING, "note", s.about, "two are below any number")


def bargaining_talk(s: Stage) -> Played | None:
    """The bargaining team prepares; the law leaves such bodies out."""
    people = s.city.sitting("bargaining-team", s.day)
    if numbers(s.city, s.city.council, s.day).watch <= len(people):
        return None
    note: Note | None = None
    for _ in range(9):
        me = s.dice.pick(people)
        note = s.mail(me, people, s.say("bargaining"), "" if note else "Bargaining prep", reply=note, acts="deliberate")
        s.wait(3, 30)
    return Played("bargaining-team", tuple(people), ("conversation",), CONVENING, "note", None, "collective bargaining")


def critical_letter(s: Stage) -> Played:
    """Members and the mayor co-sign a letter of complaint that proposes no action."""
    lead, *rest = people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).half))
    note = s.mail(lead, [*rest, s.city.role("mayor")], s.say("critical_letter"), "Letter to the editor", acts="opinion")
    for member in rest:
        s.wait(20, 90)
        s.mail(member, [lead], s.say("signed", me=member.name), reply=note, acts="sign")
    return _council(s, people, "look", EITHER, "a letter without a proposal to vote on")


def past_votes(s: Stage) -> Played:
    """What the council did last night, retold the day after."""
    matter = open_matter(s, *SOME)
    day_after = matter.vote_on + timedelta(1)
    s.at((day_after - s.day).days, 9)
    people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).half))
    reporter = next(p for p in s.city.people.values() if p.role == "reporter")
    clerk = s.city.role("clerk")
    for member in people:
        note = s.mail(reporter, [member], s.say("press"), f"Last night: {matter.refs[0]}", acts="social")
        s.wait(5, 60)
        s.mail(member, [reporter], s.say("past_votes", name=people[0].first), reply=note, cc=[clerk], acts="inform")
        s.wait(5, 30)
    return _council(s, people, "look", WALKING, "votes already cast in public are retold", "intermediary")


def school_matter(s: Stage) -> Played:
    """Alders talk about the school district's referendum, which is not theirs to decide."""
    people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).half))
    note: Note | None = None
    for _ in range(len(people) + 6):
        me = s.dice.pick([p for p in people if note is None or p != note.sender])
        note = s.mail(me, people, s.say("school"), "" if note else "School news", reply=note, acts="opinion")
        s.wait(3, 40)
    return _council(s, people, "look", CONVENING, "outside the body's realm")


def fun_vote(s: Stage) -> Played:
    """A ballot about chili."""
    people = cast(s, numbers(s.city, s.city.council, s.day).quorum)
    lead, *rest = people
    ask = s.mail(
        lead, rest, "Ballots are open, reply with your pick.", s.say("fun_vote_subject"), private=True, acts="social"
    )
    for member in rest:
        s.wait(10, 120)
        s.mail(member, people, s.say("fun_vote"), reply=ask, private=True, acts="social")
    return _council(s, people, "none", WALKING, "family, church and sports", "hub_and_spoke")


def holiday_party(s: Stage) -> Played:
    """Most of the council at one party."""
    people = cast(s, numbers(s.city, s.city.council, s.day).quorum)
    s.at(0, 18)
    s.spoken(
        people[0],
        people,
        "Holiday open house at the mayor's; spouses and children; carols.",
        channel="in_person",
        acts="social",
        coded={"coded_acts": "social"},
    )
    return _council(s, people, "none", CONVENING, "a social gathering")


def constituent_answers(s: Stage) -> Played:
    """Each member answers one resident, and nobody else, how they mean to vote."""
    matter = open_matter(s, *SOME)
    resident = s.dice.pick(s.city.residents())
    people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).half))
    ask = s.mail(
        resident, [s.city.bodies[s.city.council]], s.say("resident_view", act="support"), matter.refs[0], acts="opinion"
    )
    for member in people:
        s.wait(60, 240)
        if s.now.hour >= 22:
            s.at((s.now.date() - s.day).days + 1, 8)
        text = s.say("constituent_position", side=s.dice.pick(["for", "against"]), why=s.slots()["reason"])
        s.mail(member, [resident], text, reply=ask, acts="commit")
    return _council(s, people, "look", WALKING, "answers to one resident who tells nobody", "intermediary")


def caution_stops(s: Stage) -> Played:
    """One member starts; the others say to keep it for the meeting."""
    open_matter(s, *SOME)
    lead, *rest = people = cast_apart(s, max(3, numbers(s.city, s.city.council, s.day).half))
    note = s.mail(lead, rest, s.say("opinion_for"), s.title(), acts="opinion")
    for member in s.dice.sample(rest, 3):
        s.wait(4, 40)
        s.mail(member, [lead], s.say("caution"), reply=note, acts="caution")
    return _council(s, people, "look", CONVENING, "the talk was stopped by its receivers", "broadcast")


def short_poll(s: Stage) -> Played | None:
    """A poll that ends one short of every number."""
    matter = open_matter(s, *SOME)
    n = numbers(s.city, s.city.council, s.day, matter.rule).watch - 2
    if n < 2:
        return None
    for _ in range(50):
        hub, *spokes = people = cast_apart(s, n)
        if all(
            sum(p in s.city.sitting(b, s.day) for p in people) < numbers(s.city, b, s.day).watch for b in s.city.bodies
        ):
            break
    else:
        return None
    for spoke in spokes:
        ask = s.mail(hub, [spoke], s.say("poll"), s.title(), acts="poll")
        s.wait(5, 60)
        s.mail(spoke, [hub], s.say("commit_for"), reply=ask, acts="commit")
        s.wait(30, 120)
    s.mail(hub, spokes[:1], s.say("relay", who=first_names(spokes), n=count_word(n)), "Count", acts="relay")
    return _council(s, people, "look", WALKING, "agreement among too few to matter", "hub_and_spoke")


INNOCENTS: dict[str, Play] = {
    p.__name__: p
    for p in (
        packet_one_way,
        packet_opinion,
        scheduling_poll,
        birthday_thread,
        agenda_request,
        staff_briefings,
        opinion_seeking,
        reversed_chain,
        slow_chain,
        noticed_meeting,
        possible_quorum,
        liked_post,
        committee_pair,
        bargaining_talk,
        critical_letter,
        past_votes,
        school_matter,
        fun_vote,
        holiday_party,
        constituent_answers,
        caution_stops,
        short_poll,
    )
}
