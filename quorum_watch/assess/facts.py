"""From one episode to named facts: plain whole numbers that the rules of ``concern.yaml`` compare.

Series measures are bounded by the window of the profile, agreement by its longer one.
Each measure therefore comes with the slice of the episode it was taken on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from quorum_watch.assess.exchanges import gatherings
from quorum_watch.assess.gates import Episode
from quorum_watch.assess.measure import MEASURES, Ground, add_up, largest_exchange
from quorum_watch.assess.numbers import Numbers
from quorum_watch.assess.series import Series, carries_outward
from quorum_watch.assess.sight import Sight
from quorum_watch.rules import Practice

Slice = tuple[int, int]
_SERIES = ("carried", "union", "briefed")
_AGREEMENT = ("positions", "voted", "asked")


@dataclass(frozen=True)
class Facts:
    """Every fact of one episode, the numbers, and the slice each measure was taken on."""

    values: Mapping[str, int]
    numbers: Numbers
    slices: Mapping[str, Slice]


#: Answers of a profile by which a series of contacts reaches the law without words of agreement.
_NO_AGREEMENT = frozenset({"none", "deliberation"})


def practice_facts(practice: Practice) -> dict[str, int]:
    """What the law of the place makes of contacts, as facts the rules can compare."""
    counted = practice.serial_counted.value == "yes"
    return {
        "series_enough": int(counted and practice.serial_element.value in _NO_AGREEMENT),
        "opinion_enough": int(practice.unilateral_opinion.value == "reaches"),
        "reply_barred": int(practice.direct_reply.value == "prohibited"),
        "reactions_count": int(practice.reactions.value == "count"),
        "listening_counts": int(practice.passive_in_convening.value != "ignored"),
    }


def facts_of(
    episode: Episode,
    ground: Ground,
    numbers: Numbers,
    practice: Practice,
    least: int,
    margin: int,
    windows: Mapping[str, timedelta],
) -> Facts:
    """Compute every fact of an episode.

    Parameters
    ----------
    least, margin
        The fewest members there can be a meeting of; how many short of a number is still worth watching.
    windows
        ``series`` and ``agreement``: how long a series may run and how long a position counts.
    """
    sights = episode.sights
    slices: dict[str, Slice] = {name: (0, len(sights)) for name in MEASURES}
    sums = _Sums(sights, ground)
    slices |= _best_slices(sights, sums, windows["series"], _SERIES)
    slices |= _best_slices(sights, sums, windows["agreement"], _AGREEMENT)
    exchange = largest_exchange(sights, ground)
    together = gatherings(sights)
    tied = sums.of(slices["carried"])
    agreed = sums.of(slices["positions"])
    asked = sums.of(slices["asked"]).asking
    apart = sums.of(slices["union"])
    briefed = sums.of(slices["briefed"])
    law = practice_facts(practice)
    open_talk = MEASURES["public_engaged"](sights, ground)
    values = law | {
        "social_deciding": numbers.social,
        "public_engaged": open_talk.count,
        "told": MEASURES["told"](sights, ground).count,
        "deciding": numbers.deciding,
        "controlling": numbers.controlling,
        "watch": max(least, numbers.deciding - margin),
        "near": max(least, numbers.controlling - margin),
        "least": least,
        "if_special": numbers.if_special,
        "gathered": max((len(g.present) for g in together if sights[g.event].id not in episode.late), default=0),
        "gathered_speaking": max(
            (len(g.present) for g in together if sights[g.event].merits and sights[g.event].id not in episode.late),
            default=0,
        ),
        "quorum": numbers.quorum,
        "gathered_apart": max(
            (len(g.present) for g in together if sights[g.event].id not in episode.late | episode.elsewhere), default=0
        ),
        "late_gathered": max((len(g.present) for g in together), default=0),
        "engaged": len(exchange.engaged if law["listening_counts"] else exchange.spoke) if exchange else 0,
        "engaged_cc": len(exchange.engaged_with_copies) if exchange else 0,
        "spoke": len(exchange.spoke) if exchange else 0,
        "views": len({sights[n].member_sender for n in exchange.events if sights[n].merits}) if exchange else 0,
        "turns": exchange.turns if exchange else 0,
        "answered": int(exchange.answered) if exchange else 0,
        "matter_known": int(episode.matter is not None),
        "realm_known": int(episode.realm_known),
        "positions": len(agreed.agreement.members),
        "explicit": len(agreed.agreement.explicit) + len(agreed.agreement.reported),
        "tacit": len(agreed.agreement.tacit),
        "signed": MEASURES["signed"](sights, ground).count,
        "voted": len(sums.of(slices["voted"]).voted),
        "one_proposal": int(episode.matter is not None or _one_talk(sights[slice(*slices["positions"])], agreed)),
        "relayed": int(any(carries_outward(s) for s in sights)),
        "carried": len(tied.carried),
        "chain": 0,
        "union": len(apart.union),
        "contacts": len(apart.union_events),
        "spoken_contacts": apart.spoken_contacts,
        "asked": len(asked.asked) if asked else 0,
        "agreed_after": len(asked.agreed) if asked else 0,
        "briefed": len(briefed.briefed),
        "sittings": len(briefed.briefing_events),
    }
    # Looking for chains is the dearest question, so it is asked only where enough members were in contact at all.
    if values["union"] >= min(values["near"], values["controlling"]) or values["carried"] >= values["near"]:
        values["chain"] = MEASURES["chain"](sights, ground).count
    return Facts(values, numbers, slices)


def _one_talk(sights: Sequence[Sight], total: Series) -> bool:
    """Whether statements without a matter still concern one proposal: one conversation, or answers to one person."""
    threads = {sights[n].event.interaction.thread for n in total.agreement.events}
    asked = total.asking.asked if total.asking else frozenset()
    return bool(threads) and (len(threads) == 1 or set(total.agreement.members) <= asked)


class _Sums:
    """The sums of each slice of one episode, each added up once."""

    def __init__(self, sights: Sequence[Sight], ground: Ground) -> None:
        self._sights, self._ground = sights, ground
        self._known: dict[Slice, Series] = {}

    def of(self, part: Slice) -> Series:
        """The series measures of the contacts ``part[0]`` to ``part[1] - 1``."""
        if part not in self._known:
            self._known[part] = add_up(self._sights[part[0] : part[1]], self._ground)
        return self._known[part]


def _count(total: Series, name: str) -> int:
    if name == "positions":
        return len(total.agreement.members)
    if name == "asked":
        return len(total.asking.asked) if total.asking else 0
    return len({"carried": total.carried, "union": total.union, "briefed": total.briefed, "voted": total.voted}[name])


def _best_slices(sights: Sequence[Sight], sums: _Sums, window: timedelta, names: Sequence[str]) -> dict[str, Slice]:
    """For each measure the run of contacts inside one window on which it counts most people; the earliest of equals."""
    times = [s.event.interaction.at for s in sights]
    if not times or times[-1] - times[0] <= window:
        return {name: (0, len(sights)) for name in names}
    best: dict[str, tuple[int, Slice]] = dict.fromkeys(names, (-1, (0, 0)))
    hi, previous = 0, 0
    for lo in range(len(sights)):
        while hi < len(sights) and times[hi] - times[lo] <= window:
            hi += 1
        if hi == previous:  # contained in the window before it
            continue
        previous = hi
        within = len(frozenset().union(*(s.members for s in sights[lo:hi])))
        if all(within <= best[name][0] for name in names):
            continue
        total = sums.of((lo, hi))
        for name in names:
            count = _count(total, name)
            if count > best[name][0]:
                best[name] = (count, (lo, hi))
    return {name: chosen for name, (_, chosen) in best.items()}
