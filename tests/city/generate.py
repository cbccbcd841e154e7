"""Make a whole city: ``generate(seed, size, out)`` writes a workspace and hands back its answer key."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.city.dice import Dice
from tests.city.innocents import INNOCENTS
from tests.city.key import AnswerKey, Episode, heard
from tests.city.matters import Docket, Meeting, make_meetings
from tests.city.ordinary import SPAN, play_ordinary, play_packets, play_roll_calls
from tests.city.people import ELECTION, OFFICE, YEAR_START, City, build_city
from tests.city.plants import PLANTS
from tests.city.plots import Play, Played
from tests.city.traffic import Note, Stage, Traffic
from tests.city.workspace import write_calendar, write_roster, write_settings
from tests.city.writers import DEFAULT_FORMATS, OTHER_FORMATS, write_inbox

SAMPLE_SEED, SAMPLE_SIZE = 1848, 2500
COUNCILS = (5, 7, 9, 12, 15)


@dataclass(frozen=True, slots=True)
class Options:
    """What one city of a campaign is made with."""

    seed: int
    size: int
    council: int
    plants: tuple[str, ...]
    innocents: tuple[str, ...]


def vary(seed: int) -> Options:
    """Another city for another seed: its size, its council and which of the chains are in it."""
    dice = Dice(seed, "vary")
    council = dice.weighted([(12, 4), (5, 2), (7, 3), (9, 3), (15, 3)])
    plants = dice.sample(sorted(PLANTS), dice.between(6, 12))
    innocents = dice.sample(sorted(INNOCENTS), dice.between(8, 16))
    return Options(seed, dice.between(4, 14) * 100, council, tuple(plants), tuple(innocents))


def generate(
    seed: int,
    size: int,
    out: Path,
    *,
    council: int = 12,
    kind: str = "",
    plants: Sequence[str] | None = None,
    innocents: Sequence[str] | None = None,
    formats: frozenset[str] = DEFAULT_FORMATS,
) -> AnswerKey:
    """Write a workspace of about ``size`` ordinary messages, besides the planted and innocent episodes, into ``out``.

    ``council`` is the number of seats; ``plants`` and ``innocents`` name episodes (all of them where ``None``);
    ``formats`` may add ``sms``, ``ics``, ``messenger`` and ``rsmf``, or ask by ``coded`` for one file of the
    interchange format in which every planted message carries its acts and matter as if coded by hand. The same
    arguments give the same bytes. ``out`` is emptied of an earlier city first; the answer key is written to
    ``out/answer_key.json`` and returned.
    """
    unknown = [n for n in (plants or ()) if n not in PLANTS] + [n for n in (innocents or ()) if n not in INNOCENTS]
    if unknown or not formats <= DEFAULT_FORMATS | OTHER_FORMATS:
        raise ValueError(f"no such episode or format: {unknown or sorted(formats)}")
    dice = Dice(seed, f"city-{council}")
    city = build_city(seed, council, kind=kind)
    docket, traffic = Docket(city, dice.child("docket")), Traffic()
    first_meetings = make_meetings(city, [], dice.child("meetings"))
    chosen = [(True, n, PLANTS[n]) for n in (PLANTS if plants is None else plants)]
    chosen += [(False, n, INNOCENTS[n]) for n in (INNOCENTS if innocents is None else innocents)]
    episodes = []
    counts = {True: 0, False: 0}
    for planted, name, play, day in schedule(chosen, city, dice.child("schedule")):
        counts[planted] += 1
        label = f"{'P' if planted else 'I'}{counts[planted]:02d}"
        stage = Stage(city, docket, first_meetings, traffic, day, dice.child(name), label)
        played = play(stage)
        if played is not None:
            episodes.append(episode_of(label, name, played, stage, planted=planted))
    fill_docket(docket, dice.child("fill"), size)
    meetings = make_meetings(city, docket.matters, dice.child("meetings"))
    everyday = len(traffic.notes)
    play_packets(Stage(city, docket, meetings, traffic, YEAR_START, dice.child("packets"), ""))
    play_roll_calls(Stage(city, docket, meetings, traffic, YEAR_START, dice.child("roll calls"), ""))
    turn = 0
    while len(traffic.notes) - everyday < size:
        day = YEAR_START + timedelta(dice.below(SPAN))
        if day.weekday() > 4 and dice.chance(0.7):
            continue
        turn += 1
        play_ordinary(Stage(city, docket, meetings, traffic, day, dice.child(f"turn {turn}"), ""))
    notes = sorted(traffic.notes, key=lambda n: (n.at, n.key))
    key = AnswerKey(seed, council, city.council, len(notes), sum(not n.episode for n in notes), tuple(episodes))
    write_city(city, docket, out, notes, key, dice, meetings=meetings, formats=formats)
    return key


def schedule(chosen: Sequence[tuple[bool, str, Play]], city: City, dice: Dice) -> list[tuple[bool, str, Play, date]]:
    """A day for every episode: spread over the year, clear of the days on which seats change hands."""
    fixed = {
        "members_elect": ELECTION + timedelta(3),
        "conversation_vacancy": date(2025, 12, 3),
        "conversation_block": date(2025, 10, 13) + timedelta(dice.below(21)),
        "slow_chain": YEAR_START + timedelta(30),
        "holiday_party": date(2025, 12, 19),
    }
    loose = dice.shuffled([c for c in chosen if c[1] not in fixed])
    step = (SPAN - 40) / max(1, len(loose))
    edges = [OFFICE, *(city.vacancy or ())]
    dated = []
    for n, item in enumerate(loose):
        day = YEAR_START + timedelta(8 + int(n * step))
        if any(-6 <= (edge - day).days <= 1 for edge in edges) or any(0 <= (edge - day).days <= 6 for edge in edges):
            day += timedelta(9)
        while day.weekday() > 3:
            day -= timedelta(1)
        if date(2025, 12, 22) <= day <= date(2025, 12, 26):
            day = date(2025, 12, 29)
        dated.append((*item, day))
    dated += [(*c, fixed[c[1]]) for c in chosen if c[1] in fixed]
    return sorted(dated, key=lambda d: (d[3], d[1]))


def fill_docket(docket: Docket, dice: Dice, size: int) -> None:
    """Matters nobody plotted about, some of which two members may write to each other on."""
    for n in range(max(4, min(28, size // 90))):
        matter = docket.make(YEAR_START + timedelta(20 + dice.below(SPAN - 60)))
        if n % 3 == 0:
            docket.open_to_pairs.add(matter.id)


def episode_of(label: str, name: str, played: Played, stage: Stage, *, planted: bool) -> Episode:
    """The episode as the key states it."""
    notes: list[Note] = sorted(stage.notes, key=lambda n: (n.at, n.key))
    inside = [heard(n) for n in notes]
    members = tuple(sorted(p.id for p in played.members))
    said = {n.sender.id for n in notes}
    matter = played.matter
    return Episode(
        label,
        name,
        planted,
        played.body,
        members,
        tuple(m for m in members if m in said),
        played.patterns,
        played.tests,
        played.concern,
        matter.id if matter else "",
        matter.topic if matter else "",
        played.why,
        inside[0].at,
        inside[-1].at,
        tuple(inside),
    )


def write_city(
    city: City,
    docket: Docket,
    out: Path,
    notes: list[Note],
    key: AnswerKey,
    dice: Dice,
    *,
    meetings: list[Meeting],
    formats: frozenset[str],
) -> None:
    """Write the workspace; files of an earlier city are removed, nothing else is touched."""
    for part in ("inbox", "roster"):
        if (out / part).exists():
            shutil.rmtree(out / part)
    out.mkdir(parents=True, exist_ok=True)
    write_roster(city, out / "roster")
    write_calendar(sorted(docket.matters, key=lambda m: m.id), meetings, out)
    write_settings(city, out)
    write_inbox(notes, city, dice.child("custodians"), out / "inbox", formats)
    (out / "answer_key.json").write_text(key.to_json(), encoding="utf-8")
