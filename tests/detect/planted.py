"""Planted histories: one pattern hidden in everyday traffic, and the same people without it.

``plant(name, seed)`` gives a board of nine, the pattern's people, and versions in which something essential is undone:
``reversed`` in time (where order matters), ``slow`` (a step after the window), ``broken`` (a middle step missing) and
``one_way`` (nobody answers).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from quorum_watch.detect import detect
from quorum_watch.vocabulary import Audience, Channel, Pattern
from tests.detect.histories import SETTINGS, Said, shard

BOARD = "ABCDEFGHI"
HOUR = 1 / 24


@dataclass(frozen=True)
class Planted:
    """A pattern's lines, its members, and its undone versions (None where a version makes no sense)."""

    lines: list[Said]
    members: str
    undone: dict[str, list[Said]]


def _told(by: str, to: str, acts: str, **more) -> list[Said]:
    """A statement and, an hour later, thanks from each of its readers: an exchange in which one view moves."""
    return [Said(by, to, 0, acts, **more), *(Said(p, by, HOUR, "social", **more) for p in to)]


def _in_order(rng: random.Random, steps: list[list[Said]]) -> list[Said]:
    """Steps half a day apart or so, inside one window."""
    lines, start = [], rng.uniform(0, 0.5)
    for step in steps:
        lines += [replace(line, day=start + line.day + n * HOUR / 60) for n, line in enumerate(step)]
        start += rng.uniform(0.2, 5.5 / len(steps))
    return lines


def _versions(rng: random.Random, steps: list[list[Said]], middle: int, *, order_matters: bool = True) -> dict:
    def late(lines: list[Said], first_late: int) -> list[Said]:
        return [line if n < first_late else replace(line, day=line.day + 9) for n, line in enumerate(lines)]

    before = sum(len(s) for s in steps[:middle])
    alone = [[line for line in step if line.acts != "social"] for step in steps]
    undone = {
        "slow": late(_in_order(rng, steps), before),
        "broken": _in_order(rng, steps[:middle] + steps[middle + 1 :]),
        "one_way": _in_order(rng, alone),
    }
    if order_matters:
        undone["reversed"] = _in_order(rng, steps[::-1])
    return undone


def daisy_chain(rng: random.Random, people: str) -> Planted:
    steps = [_told(a, b, "commit" if n == 0 else "relay", about=None) for n, (a, b) in enumerate(pairwise(people))]
    return Planted(_in_order(rng, steps), people, _versions(rng, steps, rng.randrange(1, len(steps) - 1)))


def hub_and_spoke(rng: random.Random, people: str) -> Planted:
    hub, spokes = people[0], people[1:]
    half = len(spokes) // 2
    steps = [_told(p, hub, "commit") for p in spokes[:half]] + [_told(hub, p, "relay") for p in spokes[half:]]
    return Planted(_in_order(rng, steps), people, _versions(rng, steps, rng.randrange(1, len(steps) - 1)))


def intermediary(rng: random.Random, people: str) -> Planted:
    half = len(people) // 2
    steps = [_told(p, "s", "commit") for p in people[:half]] + [_told("s", p, "relay") for p in people[half:]]
    return Planted(_in_order(rng, steps), people, _versions(rng, steps, rng.randrange(1, len(steps) - 1)))


def split_groups(rng: random.Random, people: str) -> Planted:
    middle = len(people) // 2
    first, second = people[: middle + 1], people[middle:]
    steps = [_told(first[0], first[1:], "opinion"), _told(second[0], second[1:], "relay")]
    undone = _versions(rng, steps, 1)
    calls = [[Said(g[0], g[1:], 0, "deliberate", Channel.CALL)] for g in (first, second)]
    undone["broken"] = _in_order(rng, [calls[0], [Said(second[1], second[2:], 0, "deliberate", Channel.CALL)]])
    lines = _in_order(rng, steps if rng.random() < 0.5 else calls)
    return Planted(lines, people, undone)


def _thread(rng: random.Random, people: str, acts: str, speakers: int, **more) -> list[Said]:
    said = [Said(p, people.replace(p, ""), 0, acts, thread="t", **more) for p in people[:speakers]]
    return _in_order(rng, [[line] for line in said])


def conversation(rng: random.Random, people: str, acts: str = "deliberate", **more) -> Planted:
    half = len(people) // 2
    lines = _thread(rng, people, acts, rng.randrange(2, len(people)), **more)
    # Who is addressed only by the first message and never again shares nothing with what comes after the window.
    slow = [Said(people[0], people[1], 0, acts, thread="t", **more)]
    slow += [Said(people[0], p, 9.0 * n, acts, thread="t", **more) for n, p in enumerate(people[2:], 1)]
    slow += [replace(line, by=line.to, to=line.by, day=line.day + HOUR) for line in slow]
    parts = _thread(rng, people[:half], acts, half, **more) + _thread(
        rng, people[half:], acts, len(people) - half, **more
    )
    return Planted(lines, people, {"slow": slow, "broken": parts, "one_way": _thread(rng, people, acts, 1, **more)})


def decision_by_message(rng: random.Random, people: str) -> Planted:
    return conversation(rng, people, "decide")


def public_thread(rng: random.Random, people: str) -> Planted:
    post = Said("s", "", 0, "inform", Channel.SOCIAL_POST, "p", audience=Audience.PUBLIC)

    def comment(p: str, day: float, thread: str, to: int) -> Said:
        return Said(p, "", day, "opinion", Channel.SOCIAL_COMMENT, thread, to, audience=Audience.PUBLIC)

    def comments(who: str, step: float) -> list[Said]:
        return [post, *(comment(p, step * n + rng.uniform(0, 0.1), "p", 0) for n, p in enumerate(who, 1))]

    half = len(people) // 2
    second = [
        replace(post, thread="q", day=0.01),
        *(replace(c, thread="q", reply_to=None) for c in comments(people[half:], 0.3)[1:]),
    ]
    return Planted(
        comments(people, 5 / len(people)),
        people,
        {"slow": comments(people, 4), "broken": comments(people[:half], 0.3) + second, "one_way": [post]},
    )


def attendance(rng: random.Random, people: str) -> Planted:
    def occasion(who: str, day: float) -> Said:
        return Said("s", who, day, "opinion", Channel.IN_PERSON)

    half = len(people) // 2
    day = rng.uniform(0, 3)
    return Planted(
        [occasion(people, day)],
        people,
        {
            "slow": [occasion(people[:half], day), occasion(people[half:], day + 9)],
            "broken": [occasion(people[:half], day), occasion(people[half:], day + 1)],
            "one_way": [replace(occasion(people, day), channel=Channel.MEMO)],
        },
    )


def broadcast(rng: random.Random, people: str) -> Planted:
    half = len(people) // 2
    whole = Said(people[0], people[1:], rng.uniform(0, 3), "opinion")
    first, second = replace(whole, to=people[1:half]), replace(whole, to=people[half:])
    return Planted(
        [whole],
        people,
        {
            "slow": [first, replace(second, day=whole.day + 9)],
            "broken": [first, replace(second, by=people[half], to=people[half + 1 :])],
        },
    )


PATTERNS: dict[Pattern, Callable[[random.Random, str], Planted]] = {
    Pattern.CONVERSATION: conversation,
    Pattern.DAISY_CHAIN: daisy_chain,
    Pattern.HUB_AND_SPOKE: hub_and_spoke,
    Pattern.SPLIT_GROUPS: split_groups,
    Pattern.INTERMEDIARY: intermediary,
    Pattern.PUBLIC_THREAD: public_thread,
    Pattern.DECISION_BY_MESSAGE: decision_by_message,
    Pattern.ATTENDANCE: attendance,
    Pattern.BROADCAST: broadcast,
}


def _noise(rng: random.Random, people: str, amount: int = 25) -> list[Said]:
    """Everyday traffic on the subject that moves no member's view: packets, scheduling, residents, other months."""
    lines = []
    for _ in range(amount):
        day = rng.uniform(-8, 14)
        kind = rng.randrange(4)
        if kind == 0:
            lines.append(Said("c", "".join(rng.sample(BOARD, 5)), day, "inform"))
        elif kind == 1:
            a, b = rng.sample([m for m in BOARD if m not in people], 2)
            lines += [Said(a, b, day, "schedule"), Said(b, a, day + HOUR, "schedule")]
        elif kind == 2:
            lines.append(Said("r", rng.choice(BOARD), day, "opinion"))
        else:
            lines.append(Said(rng.choice("rvw"), "s", day, "opinion"))
    a, b = rng.sample(BOARD, 2)
    lines += [Said(a, b, -60, "opinion"), Said(b, a, -60 + HOUR, "opinion")]
    return lines


def check(pattern: Pattern, seed: int) -> int:
    """The pattern is found with its members, lines and crossing; its undone versions (counted here) are not."""
    rng = random.Random(f"{pattern}/{seed}")
    people = "".join(rng.sample(BOARD, rng.randrange(5, 8)))
    planted = PATTERNS[pattern](rng, people)
    noise = _noise(rng, people)
    number = len(people)

    lines = planted.lines + noise
    order = sorted(range(len(lines)), key=lambda i: (lines[i].day, i))
    own = [n for n, i in enumerate(order) if i < len(planted.lines)]
    found = [c for c in _at_views(lines, number) if c.pattern is pattern and set(c.members) == set(people)]
    assert len(found) == 1, (pattern, seed, found)
    candidate = found[0]
    assert set(candidate.events) <= set(own)
    assert list(candidate.events) == sorted(candidate.events)
    assert candidate.reached_after[-1] == number
    expected = _completes(pattern, planted, own)
    assert candidate.crossings == ((number, expected),), (pattern, seed, candidate, expected)
    for version, undone in planted.undone.items():
        wrong = [c for c in _at_views(undone + noise, number) if c.crossings and _counts(c.pattern, pattern)]
        assert not wrong, (pattern, seed, version, wrong)
    return len(planted.undone)


def _at_views(lines: list[Said], number: int) -> list:
    return [c for c in detect(shard(lines, BOARD), [number], SETTINGS, engine="python") if c.layer == "views"]


def _counts(found: Pattern, pattern: Pattern) -> bool:
    """A one-way version may well be a broadcast; nothing but a broadcast may be found as one."""
    return found is not Pattern.BROADCAST or pattern is Pattern.BROADCAST


def _completes(pattern: Pattern, planted: Planted, own: list[int]) -> int:
    """The line that brings the last member in."""
    if pattern in (Pattern.CONVERSATION, Pattern.DECISION_BY_MESSAGE):
        return own[1]  # everybody is addressed at once; the second speaker makes it an exchange
    return own[-1]
