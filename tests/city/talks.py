"""Planted conversations: enough members in one exchange, whatever they say."""

from __future__ import annotations

from tests.city.people import numbers
from tests.city.plots import CONVENING, EITHER, Played, cast, chair_of, exchange, open_matter
from tests.city.traffic import Note, Stage


def conversation_block(s: Stage) -> Played | None:
    """A blocking number trades views on a budget amendment within an hour."""
    matter = open_matter(s, "budget_amendment")
    n = max(3, numbers(s.city, s.city.council, s.day, matter.rule).blocking)
    people = cast(s, n)
    s.at(0, 12)
    exchange(s, people, n + 9)
    return Played(
        s.city.council,
        tuple(people),
        ("conversation",),
        CONVENING,
        "look_first",
        matter,
        "enough members to stop a two-thirds vote talk like people in one room",
    )


def conversation_half(s: Stage) -> Played | None:
    """Half the council discusses an ordinary item in a group chat."""
    matter = open_matter(s, "reconstruction", "bikelanes", "tif", "carts", "trail")
    people = cast(s, numbers(s.city, s.city.council, s.day).half)
    s.at(0, 20)
    exchange(s, people, len(people) + 12, thread=f"chat-{s.episode.lower()}")
    return Played(
        s.city.council,
        tuple(people),
        ("conversation",),
        CONVENING,
        "look_first",
        matter,
        "half of the members in one lively chat raises the presumption",
    )


def conversation_vacancy(s: Stage) -> Played | None:
    """With one seat empty, one fewer can block the budget amendment."""
    if s.city.vacancy is None or not s.city.vacancy[0] <= s.day <= s.city.vacancy[1]:
        return None
    matter = open_matter(s, "budget_amendment")
    people = cast(s, max(3, numbers(s.city, s.city.council, s.day, matter.rule).blocking))
    s.at(0, 17)
    exchange(s, people, len(people) + 10)
    return Played(
        s.city.council,
        tuple(people),
        ("conversation",),
        CONVENING,
        "look_first",
        matter,
        "a blocking number on members elect while a seat is vacant",
    )


def decision_by_message(s: Stage) -> Played | None:
    """A small board votes by e-mail and means to ratify later."""
    body = "loan-board"
    matter = open_matter(s, "facade", body=body)
    people = s.city.sitting(body, s.day)
    chair = chair_of(s, body)
    clerk = s.city.role("clerk")
    s.at(0, 9)
    rest = [p for p in people if p != chair]
    ask = s.mail(chair, rest, s.say("decide_ask"), s.title(), cc=[clerk], acts="poll decide")
    for member in s.dice.shuffled(rest):
        s.wait(15, 120)
        s.mail(member, [p for p in people if p != member], s.say("decide_yes"), reply=ask, acts="decide")
    s.wait(20, 60)
    s.mail(chair, rest, s.say("decide_done"), reply=ask, cc=[clerk], acts="decide")
    return Played(
        body,
        tuple(people),
        ("decision_by_message", "conversation"),
        ("convening", "walking_quorum"),
        "look_first",
        matter,
        "the board exercised its authority by mail; ratifying later does not cure it",
    )


def board_pair(s: Stage) -> Played | None:
    """Two of three members of a board text about an application."""
    body = "cemetery-board"
    matter = open_matter(s, "burial_plots", body=body)
    pair = cast(s, 2, body=body)
    s.at(0, 19)
    note: Note | None = None
    for n in range(8):
        me, other = pair[n % 2], pair[1 - n % 2]
        key = s.dice.pick(["opinion_for", "opinion_against", "deliberate", "question_each"]) if n < 6 else "commit_for"
        note = s.chat(
            me,
            [other],
            s.say(key, name=other.first),
            thread=f"sms-{s.episode.lower()}",
            reply=note,
            acts=key.split("_")[0].replace("question", "deliberate"),
        )
        s.wait(1, 6)
    return Played(
        body, tuple(pair), ("conversation",), EITHER, "look_first", matter, "two of three are the board's quorum"
    )


def committee_reply_all(s: Stage) -> Played | None:
    """The clerk's note to the council becomes a talk among a quorum of one committee."""
    body = next(b for b in ("public-works", "finance") if b in s.city.bodies)
    matter = open_matter(s, "reconstruction", "bikelanes", "carts", "roundabout", body=body)
    law = numbers(s.city, body, s.day)
    people = cast(s, max(law.quorum, 2), body=body)
    clerk = s.city.role("clerk")
    s.at(0, 10)
    packet = s.mail(
        clerk,
        [s.city.bodies[s.city.council]],
        s.say("packet", body=s.city.bodies[body].name),
        s.title(),
        acts="inform",
        attachment="packet.pdf",
    )
    s.wait(20, 60)
    exchange(s, people, len(people) + 6, first=packet)
    return Played(
        body,
        tuple(people),
        ("conversation",),
        CONVENING,
        "look_first",
        matter,
        "a quorum of the committee inside a council mail, though few for the council itself",
    )


def public_thread(s: Stage) -> Played | None:
    """Half the council argues under a post on the city's page."""
    matter = open_matter(s, "reconstruction", "bikelanes", "roundabout", "courts")
    people = cast(s, numbers(s.city, s.city.council, s.day).half)
    resident = s.dice.pick(s.city.residents())
    s.at(0, 18)
    thread = f"fb-{s.episode.lower()}"
    last = s.chat(resident, [], s.say("complaint_open"), channel="social_post", audience="public", thread=thread)
    order = [*people, *[s.dice.pick(people) for _ in range(len(people) + 2)]]
    for speaker in order:
        s.wait(2, 14)
        key = s.dice.pick(["opinion_for", "opinion_against", "deliberate", "disagree", "agree"])
        to = [last.sender] if last.sender != speaker else [s.dice.pick([p for p in people if p != speaker])]
        text = s.say(key, *(("opinion_for",) if key in ("agree", "disagree") else ()), name=to[0].first)
        last = s.chat(
            speaker,
            to,
            text,
            channel="social_comment",
            audience="public",
            thread=thread,
            reply=last,
            acts=key.split("_")[0],
        )
    return Played(
        s.city.council,
        tuple(people),
        ("public_thread", "conversation"),
        ("convening",),
        "look",
        matter,
        "members answer one another on city business; that anybody may read it is not notice",
    )


def attendance(s: Stage) -> Played | None:
    """Half the council sits in on the plan commission's hearing of a rezoning it will decide; no council notice."""
    body = "plan-commission"
    meeting = next((m for m in s.meetings if m.bodies == (body,) and m.start.date() >= s.day), None)
    if meeting is None or (meeting.start.date() - s.day).days > 45:
        return None
    s.day = meeting.start.date()
    matter = open_matter(s, "rezoning")
    commission = s.city.sitting(body, s.day)
    n = numbers(s.city, s.city.council, s.day).half
    own = [p for p in commission if p in s.city.sitting(s.city.council, s.day)]
    alders = [*own, *cast(s, n - len(own), avoid=own)]
    s.now = meeting.start.replace(minute=10)
    chair = chair_of(s, body)
    present = [*[p for p in commission if p != chair], *[p for p in alders if p not in own], s.city.role("planning")]
    s.spoken(
        chair,
        present,
        f"Plan commission public hearing on {matter.title}. Staff presentation, questions and "
        "discussion. Alders in the audience listed with the commissioners.",
        channel="in_person",
        acts="deliberate",
        coded={"coded_acts": "deliberate;inform", "coded_matter": matter.id, "coded_topic": "zoning"},
    )
    return Played(
        s.city.council,
        tuple(alders),
        ("attendance",),
        CONVENING,
        "look",
        matter,
        "half the members gather information on their own matter at another body's meeting",
    )


def birthday_turn(s: Stage) -> Played | None:
    """A birthday thread turns to the budget for six messages and back to cake."""
    matter = open_matter(s, "budget_amendment")
    law = numbers(s.city, s.city.council, s.day, matter.rule)
    people = cast(s, min(law.members, max(law.quorum + 1, law.blocking + 2)))
    star = people[0]
    talkers = people[1 : 1 + max(3, law.blocking)]
    s.at(0, 8)
    notes: list[Note] = []

    def cake(times: int) -> None:
        for _ in range(times):
            me = s.dice.pick(people)
            key = "birthday_reply" if me == star else "birthday"
            notes.append(
                s.mail(
                    me,
                    people,
                    s.say(key, name=star.first),
                    "" if notes else s.say("birthday_subject", name=star.first),
                    reply=notes[-1] if notes else None,
                    acts="social",
                )
            )
            s.wait(3, 35)

    cake(14)
    order = [*talkers, *talkers][: max(6, len(talkers))]
    for n, me in enumerate(order):
        key = (
            ("opinion_against", "question_each")
            if n == 0
            else (
                s.dice.pick(["deliberate", "opinion_for", "opinion_against", "agree", "deliberate"]),
                "opinion_against",
            )[: 1 + n % 2]
        )
        notes.append(
            s.mail(me, people, s.say(*key, name=notes[-1].sender.first), reply=notes[-1], acts=key[0].split("_")[0])
        )
        s.wait(1, 5)
    cake(18)
    return Played(
        s.city.council,
        tuple(talkers),
        ("conversation",),
        CONVENING,
        "look_first",
        matter,
        "only the stretch on the budget counts, not the cake around it",
    )
