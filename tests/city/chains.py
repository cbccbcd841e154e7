"""Planted chains: contacts each too small to matter, through which promises travel."""

from __future__ import annotations

from collections.abc import Sequence

from tests.city.people import Person, numbers
from tests.city.plots import EITHER, WALKING, Played, cast, open_matter
from tests.city.traffic import Stage, count_word, first_names


def side(s: Stage, share_for: float = 0.65) -> tuple[str, bool]:
    """The key of a commitment and whether it is in favour: one side for a whole chain."""
    in_favour = s.dice.chance(share_for)
    return ("commit_for" if in_favour else "commit_against"), in_favour


def daisy_chain(s: Stage) -> Played | None:
    """A passes it to B, B to C ... each agreeing, until a quorum has agreed."""
    matter = open_matter(s, "rezoning", "tif", "bikelanes", "mill_lofts")
    people = cast(s, numbers(s.city, s.city.council, s.day).quorum)
    key, in_favour = side(s)
    ask = "poll" if in_favour else "poll_against"
    s.at(0, 8)
    note = s.mail(
        people[0],
        [people[1]],
        s.say(key, "opinion_for" if in_favour else "opinion_against", ask),
        s.title(),
        acts="commit opinion poll",
    )
    for n in range(1, len(people)):
        me, before = people[n], people[n - 1]
        s.wait(70, 260)
        if s.now.hour >= 21 or s.now.hour < 7:
            s.at((s.now.date() - s.day).days + (s.now.hour >= 21), 7)
        if n == len(people) - 1:
            note = s.mail(me, [before], s.say("agree", key, name=before.first), reply=note, acts="agree commit")
            break
        if s.dice.chance(0.5):
            s.mail(me, [before], s.say("agree", key, name=before.first), reply=note, acts="agree commit")
            s.wait(3, 20)
        note = s.mail(
            me,
            [people[n + 1]],
            s.say("agree", key, ask, name=before.first),
            forward=note,
            acts="agree commit poll relay",
        )
    return Played(
        s.city.council,
        tuple(people),
        ("daisy_chain",),
        WALKING,
        "look_first",
        matter,
        "each forward carries the earlier agreements on to the next member",
    )


def _poll(
    s: Stage,
    hub: Person,
    spokes: Sequence[Person],
    *,
    key: str,
    by_text: float,
    told_from: int,
    between: tuple[int, int] = (15, 90),
) -> None:
    """``hub`` asks one after another; each commits; the later ones also hear how the others stand."""
    relay = "relay" if key == "commit_for" else "relay_against"
    own = int(hub in s.city.sitting(s.city.council, s.day))
    for n, spoke in enumerate(spokes):
        if s.now.hour >= 21:
            s.at((s.now.date() - s.day).days + 1, 8)
        known = list(spokes[:n])
        told = bool(known) and n >= told_from
        slots = {
            "who": first_names(known),
            "n": count_word(len(known) + own),
            "name": known[-1].first if known else spoke.first,
            "he": known[-1].he if known else "they",
        }
        keys = ("poll", relay) if told else ("poll",)
        acts = "poll relay" if told else "poll"
        if s.dice.chance(by_text):
            ask = s.chat(
                hub,
                [spoke],
                s.say("poll_chat" if not told else "poll", *keys[1:], **slots),
                acts=acts,
                thread=f"sms-{s.episode.lower()}-{n}",
            )
            s.wait(2, 25)
            s.chat(spoke, [hub], s.say(f"{key}_chat"), acts="commit", reply=ask)
        else:
            ask = s.mail(hub, [spoke], s.say(*keys, **slots), s.title(), acts=acts)
            s.wait(5, 60)
            s.mail(spoke, [hub], s.say(key), reply=ask, acts="commit")
        s.wait(*between)


def hub_poll(s: Stage) -> Played | None:
    """One alder collects promises one by one until the item has the votes."""
    matter = open_matter(s, "reconstruction", "wage_plan", "solar", "courts", "registry")
    law = numbers(s.city, s.city.council, s.day)
    hub, *spokes = cast(s, max(law.passing, 3))
    s.at(0, 10)
    _poll(s, hub, spokes, key="commit_for", by_text=0.3, told_from=len(spokes) // 2)
    s.wait(5, 40)
    s.mail(hub, [spokes[0]], s.say("tally", "conceal", n=count_word(len(spokes) + 1)), "Count", acts="relay conceal")
    return Played(
        s.city.council,
        (hub, *spokes),
        ("hub_and_spoke",),
        WALKING,
        "look_first",
        matter,
        "separate promises to one member add up to a passing number",
    )


def bcc_poll(s: Stage) -> Played | None:
    """One blind-copied question, and promises that come back to the asker alone."""
    matter = open_matter(s, "remote_rule", "food_trucks", "mural", "depot_sale")
    law = numbers(s.city, s.city.council, s.day)
    hub, *spokes = cast(s, max(law.passing, 3))
    s.at(0, 7)
    ask = s.mail(
        hub,
        [hub],
        s.say("opinion_for", "poll", "seek_support"),
        s.title(),
        bcc=spokes,
        acts="opinion poll seek_support",
    )
    for spoke in spokes:
        s.wait(10, 120)
        s.mail(spoke, [hub], s.say("commit_for"), reply=ask, acts="commit")
    s.wait(30, 60)
    s.mail(
        hub, spokes, s.say("relay", who=first_names(spokes), n=count_word(len(spokes) + 1)), "Thank you", acts="relay"
    )
    return Played(
        s.city.council,
        (hub, *spokes),
        ("hub_and_spoke", "conversation"),
        EITHER,
        "look_first",
        matter,
        "a blind copy hides that all were asked; the answers gather at one member",
    )


def mayor_polls(s: Stage) -> Played | None:
    """The mayor, who is not counted, asks half the alders one by one and gathers yeses."""
    if s.city.bodies[s.city.council].kind != "common_council":
        return None
    matter = open_matter(s, "appointment", "ems", "levy", "roundabout")
    spokes = cast(s, numbers(s.city, s.city.council, s.day, matter.rule).half)
    s.at(0, 9)
    _poll(s, s.city.role("mayor"), spokes, key="commit_for", by_text=0.2, told_from=2)
    return Played(
        s.city.council,
        tuple(spokes),
        ("intermediary", "hub_and_spoke"),
        WALKING,
        "look_first",
        matter,
        "the presiding officer polls and tells each how the others stand; a tie would be the mayor's to break",
    )


def administrator_relay(s: Stage) -> Played | None:
    """The administrator asks each member and reports that enough are yes."""
    matter = open_matter(s, "meters", "lift_station", "library_roof", "squad")
    admin = s.city.role("administrator")
    spokes = cast(s, max(3, numbers(s.city, s.city.council, s.day).passing))
    s.at(0, 9)
    asked = []
    for spoke in spokes:
        ask = s.mail(admin, [spoke], s.say("poll"), s.title(), acts="poll")
        s.wait(10, 60)
        asked.append(s.mail(spoke, [admin], s.say("commit_for"), reply=ask, acts="commit"))
        s.wait(5, 40)
    s.at((s.now.date() - s.day).days + 1, 8)
    for spoke, answer in zip(spokes, asked, strict=True):
        others = [p for p in spokes if p != spoke]
        s.mail(
            admin,
            [spoke],
            s.say("relay", who=first_names(others), n=count_word(len(spokes))),
            reply=answer,
            acts="relay",
        )
        s.wait(3, 15)
    return Played(
        s.city.council,
        tuple(spokes),
        ("intermediary",),
        WALKING,
        "look_first",
        matter,
        "staff carries each member's position to the others and reports the count",
    )


def spouse_relay(s: Stage) -> Played | None:
    """A household member carries positions between an alder and colleagues."""
    spouse, alder = s.city.role("spouse"), s.city.role("spouse_of")
    matter = open_matter(s, "budget_amendment")
    n = max(3, numbers(s.city, s.city.council, s.day, matter.rule).blocking)
    others = cast(s, n - 1, avoid=[alder])
    s.at(0, 18)
    told = s.mail(
        alder,
        [spouse],
        s.say("commit_against", "opinion_against"),
        "Dinner, and the meeting",
        private=True,
        acts="commit opinion",
    )
    known = [alder]
    for other in others:
        s.wait(40, 200)
        if s.now.hour >= 21 or s.now.hour < 7:
            s.at((s.now.date() - s.day).days + (s.now.hour >= 21), 8)
        last = known[-1]
        text = s.say("relay_against", name=last.first, he=last.he) + " " + s.say("poll_against")
        ask = s.mail(spouse, [other], text, s.title(), acts="relay poll")
        s.wait(10, 90)
        s.mail(other, [spouse], s.say("commit_against"), reply=ask, acts="commit")
        known.append(other)
    s.wait(20, 60)
    s.mail(
        spouse,
        [alder],
        s.say("tally_block", n=count_word(len(known))) + " " + first_names(others) + ".",
        reply=told,
        acts="relay",
    )
    return Played(
        s.city.council,
        tuple(known),
        ("intermediary",),
        WALKING,
        "look",
        matter,
        "a spouse is the agent between members below a blocking number each time",
    )


def split_groups(s: Stage) -> Played | None:
    """Small groups, each below any number, sharing one person, on one day, until a quorum is covered."""
    matter = open_matter(s, "downzoning", "depot_sale", "roundabout", "registry")
    law = numbers(s.city, s.city.council, s.day, matter.rule)
    size = max(2, min(4, law.deciding - 1))
    people = cast(s, law.quorum)
    s.at(0, 8)
    done = 1
    groups: list[list[Person]] = []
    while done < len(people):
        fresh = people[done : done + size - 1]
        groups.append([people[done - 1] if s.dice.chance(0.5) or not groups else people[0], *fresh])
        done += len(fresh)
    for n, group in enumerate(groups):
        lead, *rest = group
        relay = n > 0
        said = first_names(people[:2])
        text = s.say("commit_for", "opinion_for", *(("relay",) if relay else ()), "poll", who=said, n=count_word(2))
        note = s.mail(lead, rest, text, s.title(), acts="commit opinion poll" + " relay" * relay)
        for member in rest:
            s.wait(4, 18)
            note = s.mail(
                member,
                [p for p in group if p != member],
                s.say("agree", "commit_for", name=lead.first),
                reply=note,
                acts="agree commit",
            )
        s.wait(50, 110)
    return Played(
        s.city.council,
        tuple(people),
        ("split_groups", "daisy_chain", "hub_and_spoke"),
        WALKING,
        "look_first",
        matter,
        "groups kept one short of every number share a member and agree the same way on one day",
    )


def members_elect(s: Stage) -> Played | None:
    """People elected but not yet in office plan first votes with sitting members."""
    elect = s.city.elect(s.day)
    if not elect:
        return None
    matter = open_matter(s, "committee_seats")
    law = numbers(s.city, s.city.council, s.day)
    sitting = [
        p
        for p in cast(s, law.members)
        if any(
            x.person == p.id and x.body == s.city.council and x.holds(matter.vote_on) and x.voting == "yes"
            for x in s.city.seats
        )
    ][: max(2, law.passing - len(elect))]
    hub, rest = sitting[0], [*elect, *sitting[1:]]
    s.at(0, 19)
    for n, person in enumerate(rest):
        ask = s.mail(
            hub,
            [person],
            s.say(
                "poll",
                *(("relay",) if n > 1 else ()),
                "seek_support",
                who=first_names(rest[:n] or [hub]),
                n=count_word(n + 1),
            ),
            s.title(),
            acts="poll seek_support" + " relay" * (n > 1),
        )
        s.wait(10, 90)
        s.mail(person, [hub], s.say("commit_for"), reply=ask, acts="commit")
        s.wait(10, 60)
    return Played(
        s.city.council,
        (hub, *rest),
        ("hub_and_spoke", "conversation"),
        EITHER,
        "look",
        matter,
        "whether members elect count before they take office is not settled",
    )


def signed_pledge(s: Stage) -> Played | None:
    """A passing number signs a promise to vote for the item."""
    matter = open_matter(s, "solar", "trail", "ems", "registry")
    lead, *rest = cast(s, max(3, numbers(s.city, s.city.council, s.day).passing))
    s.at(0, 9)
    note = s.mail(lead, rest, s.say("sign_pledge", "signed", me=lead.name), s.title(), acts="sign commit")
    for member in rest:
        s.wait(30, 180)
        if s.now.hour >= 22:
            s.at((s.now.date() - s.day).days + 1, 8)
        s.mail(member, [lead], s.say("signed", "commit_for", me=member.name), reply=note, acts="sign commit")
    return Played(
        s.city.council,
        (lead, *rest),
        ("hub_and_spoke", "conversation"),
        EITHER,
        "look_first",
        matter,
        "a signed promise to vote is an agreement, unlike a request to place an item",
    )


def phone_tree(s: Stage) -> Played | None:
    """The administrator telephones each member, then calls back with the count; all of it is in the clerk's log."""
    matter = open_matter(s, "lift_station", "tif", "mill_lofts", "ems")
    admin = s.city.role("administrator")
    spokes = cast(s, max(3, numbers(s.city, s.city.council, s.day).passing))
    s.at(0, 9)

    def log(caller: Person, called: Person, text: str, act: str) -> None:
        coded = {"coded_acts": act, "coded_matter": matter.id, "coded_topic": matter.topic}
        s.spoken(caller, [called], text, acts=act, coded=coded)
        s.wait(3, 22)

    for spoke in spokes:
        log(admin, spoke, f"Called to ask how {spoke.first} will vote on {matter.refs[0]}.", "poll")
        log(spoke, admin, f"{spoke.first} said: {s.say('commit_for')}", "commit")
    s.at(1, 8)
    for spoke in spokes:
        log(admin, spoke, f"Called back: {count_word(len(spokes))} are yes on {matter.refs[0]}.", "relay")
    return Played(
        s.city.council,
        tuple(spokes),
        ("intermediary",),
        WALKING,
        "look_first",
        matter,
        "an agent polls by telephone and reports the count",
    )


def split_breakfasts(s: Stage) -> Played | None:
    """One host has everybody over in small tables on one day, each table short of every number."""
    matter = open_matter(s, "roundabout", "courts", "solar", "remote_rule")
    law = numbers(s.city, s.city.council, s.day, matter.rule)
    host, *guests = people = cast(s, law.quorum)
    table = max(1, law.deciding - 2)
    s.at(0, 7)
    while guests:
        now, guests = guests[:table], guests[table:]
        s.spoken(
            host,
            now,
            f"Coffee at {host.first}'s. Went over {matter.refs[0]} and what {first_names(now)} make of it.",
            channel="in_person",
            acts="deliberate opinion",
            coded={"coded_acts": "deliberate;opinion", "coded_matter": matter.id, "coded_topic": matter.topic},
        )
        s.wait(80, 150)
    return Played(
        s.city.council,
        tuple(people),
        ("split_groups", "hub_and_spoke"),
        ("walking_quorum", "convening"),
        "look",
        matter,
        "tables kept below the number cover a quorum in one day; whether they agreed is not shown",
    )
