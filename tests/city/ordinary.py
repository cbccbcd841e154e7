"""The rest of the year: what a city writes when nobody is deciding anything out of sight.

Members do talk to one another here, about cabins and about business, but never in numbers that matter: on any one
matter at most one pair of members writes about it, and only where two is below every number of every body they share.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.city.people import YEAR_END, YEAR_START, Person, numbers
from tests.city.traffic import Note, Stage

SPAN = (YEAR_END - YEAR_START).days


def _alder(s: Stage) -> Person:
    return s.dice.pick(s.city.sitting(s.city.council, s.day))


def _pending(s: Stage) -> bool:
    """Put a matter on stage that is open that day, if there is one and people feel like mentioning it."""
    open_now = [m for m in s.docket.matters if m.opened <= s.day <= m.vote_on]
    s.about = s.dice.pick(open_now) if open_now else None
    return s.about is not None


def _dept(s: Stage, name: str) -> Person:
    return s.city.role({"administration": "administrator"}.get(name, name))


def complaint(s: Stage) -> None:
    """A resident writes; one alder answers and brings in the department."""
    resident, alder = s.dice.pick(s.city.residents()), _alder(s)
    slots = s.docket_words()
    whole = s.dice.chance(0.3)
    first = s.mail(
        resident,
        [s.city.bodies[s.city.council]] if whole else [alder],
        s.say("complaint_open", **slots),
        s.say("complaint_subject", **slots),
    )
    if s.dice.chance(0.75):
        s.wait(30, 400)
        dept = _dept(s, slots["dept"])
        answer = s.mail(alder, [resident], s.say("complaint_reply", **slots), reply=first, cc=[dept])
        if s.dice.chance(0.5):
            s.wait(30, 300)
            s.mail(dept, [resident], s.say("dept_reply", **slots), reply=answer, cc=[alder])
    if whole and s.dice.chance(0.25):
        s.wait(1, 2)
        other = _alder(s)
        s.mail(other, [resident], s.say("auto"), s.say("auto_subject", subject=first.subject), reply=first)


def resident_view(s: Stage) -> None:
    """A resident urges the council; at most one alder says thank you."""
    if not _pending(s):
        return complaint(s)
    resident = s.dice.pick(s.city.residents())
    first = s.mail(
        resident,
        [s.city.bodies[s.city.council]],
        s.say("resident_view", act=s.dice.pick(["support", "oppose", "reject", "approve", "think twice about"])),
        s.title(),
    )
    if s.dice.chance(0.5):
        s.wait(60, 700)
        s.mail(_alder(s), [resident], s.say("resident_ack"), reply=first)
    return None


def staff_update(s: Stage) -> None:
    """A department tells the council something; nobody need answer."""
    words = s.docket_words()
    sender = _dept(s, words["dept"])
    note = s.mail(
        sender,
        [s.city.bodies[s.city.council]],
        s.say("update", **words),
        s.say("update_subject", **words),
        attachment=s.dice.pick(["", "", "notes.pdf"]),
    )
    if s.dice.chance(0.3):
        s.wait(10, 300)
        s.mail(_alder(s), [sender], s.say("thanks"), reply=note)


def staff_question(s: Stage) -> None:
    """An alder asks staff, staff answers."""
    _pending(s)
    alder, words = _alder(s), s.slots()
    staff = _dept(s, words["dept"])
    ask = s.mail(
        alder,
        [staff],
        s.say("staff_question", **words),
        s.title() if s.about else "Question",
        cc=[s.city.role("administrator")] if s.dice.chance(0.2) else [],
    )
    s.wait(20, 500)
    answer = s.mail(staff, [alder], s.say("staff_answer", **words), reply=ask)
    if s.dice.chance(0.4):
        s.wait(5, 100)
        s.mail(alder, [staff], s.say("thanks"), reply=answer)


def scheduling(s: Stage) -> None:
    """The clerk asks one body about a date; some answer the clerk."""
    body = s.dice.pick([b for b in s.city.bodies.values() if b.id != "bargaining-team"])
    clerk = s.dice.pick([s.city.role("clerk"), s.city.role("deputy")])
    ask = s.mail(clerk, [body], s.say("schedule", body=body.name), s.say("schedule_subject", body=body.name))
    for member in s.dice.sample(s.city.sitting(body.id, s.day), s.dice.between(1, 4)):
        s.wait(5, 200)
        s.mail(member, [clerk], s.say("schedule_yes" if s.dice.chance(0.8) else "schedule_no"), reply=ask)


def logistics(s: Stage) -> None:
    """An alder and the clerk about paper, doors and typing errors."""
    _pending(s)
    alder, clerk = _alder(s), s.city.role("clerk")
    ask = s.mail(alder, [clerk], s.say("logistics"), s.say("logistics_subject"))
    if s.dice.chance(0.8):
        s.wait(10, 300)
        s.mail(clerk, [alder], s.say("logistics_reply"), reply=ask)


def social(s: Stage) -> None:
    """Two colleagues who are also neighbours."""
    a, b = s.dice.sample(s.city.sitting(s.city.council, s.day), 2)
    kind = s.dice.weighted([("social", 5), ("condolence", 1), ("birthday", 1)])
    if s.dice.chance(0.5):
        thread = f"sms-{a.id}-{b.id}"
        first = s.chat(a, [b], s.say("text_social"), thread=thread, acts="social")
        s.wait(1, 60)
        s.chat(b, [a], s.say(s.dice.pick(["social_reply", "text_social"])), thread=thread, reply=first, acts="social")
        return
    subject = (
        s.say(f"{kind}_subject", name=b.first)
        if kind != "social"
        else s.dice.pick(["Hi", "Weekend", "Friday", "(no subject)"])
    )
    first = s.mail(a, [b], s.say(kind, name=b.first, he=b.he), subject, private=s.dice.chance(0.5), acts="social")
    if s.dice.chance(0.7):
        s.wait(20, 600)
        s.mail(b, [a], s.say("social_reply"), reply=first, private=first.private, acts="social")


def texts(s: Stage) -> None:
    """Short messages about doors and parking."""
    a, b = s.dice.sample([*s.city.sitting(s.city.council, s.day), s.city.role("clerk"), s.city.role("mayor")], 2)
    s.chat(a, [b], s.say("text_logistics"), thread=f"sms-{a.id}-{b.id}", acts="ministerial")


def vendor(s: Stage) -> None:
    """Somebody has something to sell."""
    seller = s.dice.pick([p for p in s.city.people.values() if p.role in ("vendor", "lobbyist")])
    staff = s.dice.pick(s.city.staff())
    words = s.slots(thing=s.words.say("vendor_thing", {}), business=s.docket_words()["business"])
    offer = s.mail(seller, [staff], s.say("vendor", **words), s.say("vendor_subject", **words))
    if s.dice.chance(0.35):
        s.wait(60, 900)
        s.mail(staff, [seller], s.say("vendor_reply"), reply=offer)


def press(s: Stage) -> None:
    """The paper asks the mayor or an alder."""
    _pending(s)
    reporter = s.dice.pick([p for p in s.city.people.values() if p.role == "reporter"])
    asked = s.city.role("mayor") if s.dice.chance(0.5) else _alder(s)
    ask = s.mail(reporter, [asked], s.say("press"), s.say("press_subject"))
    if s.dice.chance(0.6):
        s.wait(30, 400)
        s.mail(asked, [reporter], s.say("press_reply"), reply=ask)


def newsletter(s: Stage) -> None:
    """A bulletin to whoever subscribed."""
    sender = s.dice.pick([p for p in s.city.people.values() if p.role == "lobbyist"])
    to = s.dice.sample(
        [*s.city.sitting(s.city.council, s.day), s.city.role("clerk"), s.city.role("mayor")], s.dice.between(1, 5)
    )
    words = s.slots(thing=s.words.say("newsletter_thing", {}))
    s.mail(sender, [to[0]], s.say("newsletter", **words), s.say("newsletter_subject", **words), bcc=to[1:], raw=True)


def internal(s: Stage) -> None:
    """Staff among themselves."""
    sender, *others = s.dice.sample(s.city.staff(), s.dice.between(2, 5))
    note = s.mail(sender, others, s.say("internal"), s.say("internal_subject"))
    if s.dice.chance(0.6):
        s.wait(5, 200)
        s.mail(others[0], [sender], s.say("internal_reply"), reply=note)


def pair_business(s: Stage) -> None:
    """Two members exchange views on a matter: lawful, because two are below every number of theirs."""
    free = [m for m in s.docket.matters if m.opened <= s.day <= m.vote_on and m.id in s.docket.open_to_pairs]
    if not free:
        return social(s)
    s.about = s.dice.pick(free)
    pair = pair_for(s)
    if pair is None:
        return social(s)
    a, b = pair
    note = s.mail(
        a,
        [b],
        s.say("opinion_for" if s.dice.chance(0.5) else "opinion_against", "opinion_seek"),
        s.title(),
        acts="opinion",
    )
    for n in range(s.dice.between(1, 3)):
        s.wait(10, 300)
        me, other = (b, a) if n % 2 == 0 else (a, b)
        key = s.dice.pick(["opinion_for", "opinion_against", "deliberate", "defer", "disagree"])
        note = s.mail(me, [other], s.say(key, name=other.first), reply=note, acts="opinion")
    return None


def pair_for(s: Stage) -> tuple[Person, Person] | None:
    """The one pair of a matter, the same whenever it is asked for; None where two would already be a number."""
    matter = s.about
    if matter is None:
        return None
    steady = [
        p for p in s.city.sitting(s.city.council, matter.opened) if p in s.city.sitting(s.city.council, matter.vote_on)
    ]
    order = s.dice.__class__(matter.id, "pair").shuffled(steady)
    for a in order:
        for b in order:
            both = [
                body for body in s.city.bodies if a in s.city.sitting(body, s.day) and b in s.city.sitting(body, s.day)
            ]
            if a != b and all(numbers(s.city, body, s.day, matter.rule).watch > 2 for body in both):
                return a, b
    return None


def phone_call(s: Stage) -> None:
    """A call the clerk noted."""
    alder = _alder(s)
    other = s.dice.pick(
        [s.city.role("clerk"), s.city.role("administrator"), s.city.role("mayor"), s.city.role("public works")]
    )
    s.spoken(alder, [other], s.say("call_notes"), coded={"coded_acts": "ministerial"} if s.dice.chance(0.2) else None)


def hallway(s: Stage) -> None:
    """A talk at the counter."""
    alder, other = _alder(s), s.dice.pick(s.city.staff())
    s.spoken(alder, [other], s.say("hall_notes"), channel="in_person", precision=s.dice.pick(["day", "exact"]))


def page(s: Stage) -> None:
    """The city's page: a post, residents under it, now and then one alder with a telephone number."""
    thread = f"fb-{len(s.traffic.notes):05d}"
    official = s.dice.chance(0.5)
    author = s.city.role("deputy") if official else s.dice.pick(s.city.residents())
    post = s.chat(
        author,
        [],
        s.say("post_city" if official else "post_resident"),
        channel="social_post",
        audience="public",
        thread=thread,
    )
    for _ in range(s.dice.between(0, 3)):
        s.wait(5, 200)
        s.chat(
            s.dice.pick(s.city.residents()),
            [author],
            s.say("comment_resident"),
            channel="social_comment",
            audience="public",
            thread=thread,
            reply=post,
        )
    if s.dice.chance(0.3):
        s.wait(5, 60)
        s.chat(
            _alder(s),
            [author],
            s.say("comment_member"),
            channel="social_comment",
            audience="public",
            thread=thread,
            reply=post,
        )
    if s.dice.chance(0.3):
        s.wait(5, 60)
        s.chat(_alder(s), [author], "like", channel="social_reaction", audience="public", thread=thread, reply=post)


def calendar(s: Stage) -> None:
    """An invitation to office hours or a staff meeting."""
    a, b = s.dice.sample(s.city.staff(), 2)
    s.chat(
        a,
        [b, _alder(s)],
        s.dice.pick(
            ["Office hours", "Ride along with public works", "Budget software training", "Tour of the well house"]
        ),
        channel="calendar",
        thread="",
    )


def family(s: Stage) -> None:
    """Home."""
    a, b = s.city.role("spouse_of"), s.city.role("spouse")
    first = s.mail(a, [b], s.say("family"), s.dice.pick(["tonight", "milk", "Saturday"]), private=True, acts="social")
    s.wait(5, 100)
    s.mail(b, [a], s.say("family_reply"), reply=first, acts="social")


def forward_staff(s: Stage) -> None:
    """An alder passes a resident's letter to the department."""
    resident, alder, words = s.dice.pick(s.city.residents()), _alder(s), s.docket_words()
    first = s.mail(resident, [alder], s.say("complaint_open", **words), s.say("complaint_subject", **words))
    s.wait(30, 500)
    s.mail(
        alder,
        [_dept(s, words["dept"])],
        s.dice.pick(
            [
                "Can you look into this?",
                "For your list please.",
                "See below.",
                "From what I hear this is the third time.",
            ]
        ),
        forward=first,
    )


def spam(s: Stage) -> None:
    """Nobody answers."""
    sender = s.dice.pick([p for p in s.city.people.values() if p.role == "vendor"])
    s.mail(sender, [_alder(s)], s.say("spam"), s.say("spam_subject"), raw=True)


def conference(s: Stage) -> None:
    """Rides and rooms."""
    a, b = s.dice.sample(s.city.sitting(s.city.council, s.day), 2)
    first = s.mail(a, [b, s.city.role("clerk")], s.say("conference"), s.say("conference_subject"), acts="schedule")
    s.wait(20, 300)
    s.mail(b, [a], s.say("schedule_yes"), reply=first, acts="schedule")


KINDS: tuple[tuple[Callable[[Stage], None], int], ...] = (
    (complaint, 16),
    (resident_view, 14),
    (staff_update, 10),
    (staff_question, 12),
    (scheduling, 5),
    (logistics, 8),
    (social, 9),
    (texts, 5),
    (vendor, 7),
    (press, 4),
    (newsletter, 5),
    (internal, 9),
    (pair_business, 3),
    (phone_call, 6),
    (hallway, 3),
    (page, 4),
    (calendar, 1),
    (family, 2),
    (forward_staff, 5),
    (spam, 1),
    (conference, 1),
)


def play_ordinary(s: Stage) -> list[Note]:
    """One small exchange of everyday kind at an hour people write at; returns what it added."""
    hour = s.dice.weighted(
        [
            (7, 2),
            (8, 6),
            (9, 9),
            (10, 9),
            (11, 8),
            (12, 5),
            (13, 7),
            (14, 8),
            (15, 8),
            (16, 6),
            (19, 4),
            (20, 5),
            (21, 3),
        ]
    )
    s.at(0, hour, s.dice.below(60))
    s.dice.weighted(KINDS)(s)
    return s.notes


def play_packets(s: Stage) -> None:
    """Before every meeting, the clerk's packet to the body."""
    clerk = s.city.role("clerk")
    for meeting in s.meetings:
        s.day = meeting.posted.date()
        s.now = meeting.posted + timedelta(minutes=s.dice.between(1, 50))
        body = s.city.bodies[meeting.bodies[0]]
        on = [m for m in s.docket.matters if m.id in meeting.matters]
        s.about = s.dice.pick(on) if on else None
        day = meeting.start.strftime("%A, %B ") + str(meeting.start.day)
        more = {} if on else {"ref": "the minutes and staff reports"}
        s.mail(
            clerk,
            [body],
            s.say("packet", body=body.name, day=day, **more),
            s.say("packet_subject", body=body.name, day=day),
            attachment="packet.pdf",
            acts="inform",
        )


def play_roll_calls(s: Stage) -> None:
    """For some noticed meetings, the clerk's note of who was there: the body itself, where and when it said."""
    for n, meeting in enumerate(s.meetings):
        body = s.city.bodies[meeting.bodies[0]]
        if n % 6 or body.kind == "plan_commission":
            continue
        s.day, s.now = meeting.start.date(), meeting.start + timedelta(minutes=2)
        chair, *others = s.city.sitting(body.id, s.day)
        s.spoken(chair, others, s.say("roll_call"), channel="in_person")
