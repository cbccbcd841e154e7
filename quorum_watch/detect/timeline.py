"""Where events stand in time when some times are known only to the day.

Exact events stand where they happened; events at one instant form one turn and pass nothing on to each other. An
event known only to its day is stamped with noon of it and could have happened at any moment of it, so both orders with
everything else of that day are possible. The wider answer is used: the event takes a place before, between and after
the exact events of the day that touch the same people, and where several such events meet, each place is repeated
often enough that every order of them occurs. A vector clock merges by maximum, so saying the same thing at several
places is the union over all admissible orders. Where nothing but the order is known and all events of the day are of
that kind, the order given is the order used; a reaction without a time of its own stands right after what it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quorum_watch.detect.layers import is_reaction
from quorum_watch.detect.settings import MICROSECOND
from quorum_watch.model import Event
from quorum_watch.vocabulary import TimePrecision

DAY = timedelta(days=1) // MICROSECOND
HALF = DAY // 2
#: Rows one day's doubtful events may take. Beyond it long chains inside a single moment may be missed.
ROWS_A_DAY = 200_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """An aware instant as microseconds since 1970 in UTC.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (at - _EPOCH) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of one event: its time, its turn among equals of that time, and whether its order is doubtful."""

    time: int
    turn: int
    event: int
    doubt: bool


def lay_out(events: Sequence[Event]) -> list[Slot]:
    """Every place every event takes, in processing order.

    Events of equal ``(time, turn)`` are simultaneous. ``at`` of a day-precision event is noon of its day.
    """
    times = [microseconds(e.interaction.at) for e in events]
    vague = [e.interaction.precision is not TimePrecision.EXACT and not is_reaction(e) for e in events]
    slots: list[Slot] = []
    for first, last in _clusters(times, vague):
        inside = list(range(first, last))
        if not any(vague[i] for i in inside):
            slots.extend(Slot(times[i], int(is_reaction(events[i])), i, False) for i in inside)
        elif all(events[i].interaction.precision is TimePrecision.ORDER for i in inside):
            slots.extend(Slot(times[i], n, i, False) for n, i in enumerate(inside))
        else:
            slots.extend(_widen(events, inside, times, vague))
    return slots


def _clusters(times: Sequence[int], vague: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of events whose possible times touch; exact events outside any doubtful day stand alone."""
    found: list[tuple[int, int]] = []
    end = -1  # up to where a doubtful event before this one may have happened
    # A doubtful event may have happened half a day before its stamp, so it reaches back over events before it.
    reach = [t - HALF if v else t for t, v in zip(times, vague, strict=True)]
    for i in range(len(reach) - 2, -1, -1):
        reach[i] = min(reach[i], reach[i + 1])
    for i, time in enumerate(times):
        if found and (time < end or reach[i] <= times[i - 1]):
            found[-1] = (found[-1][0], i + 1)
        else:
            found.append((i, i + 1))
        if vague[i]:
            end = max(end, time + HALF)
    return found


def _people(event: Event) -> set[str]:
    i = event.interaction
    return {i.sender or i.sender_address or i.sender_raw} | {c.person or c.address or c.raw for c in i.contacts}


def _widen(events: Sequence[Event], inside: list[int], times: Sequence[int], vague: Sequence[bool]) -> list[Slot]:
    doubtful = [i for i in inside if vague[i]]
    concerned = set().union(*(_people(events[i]) for i in doubtful))
    moments = {times[i] - HALF for i in doubtful} | {times[i] + HALF - 1 for i in doubtful}
    moments |= {times[i] for i in inside if not vague[i] and _people(events[i]) & concerned}
    exact: dict[int, list[int]] = {}
    for i in inside:
        if not vague[i]:
            exact.setdefault(times[i], []).append(i)
    slots: list[Slot] = []
    for moment in sorted(moments | set(exact)):
        here = [i for i in doubtful if times[i] - HALF <= moment < times[i] + HALF] if moment in moments else []
        # One round per link of the longest chain these events can form: no chain needs one person's events twice.
        rounds = min(len(here), len(set().union(*(_people(events[i]) for i in here)))) if here else 0
        rounds = min(rounds, max(1, ROWS_A_DAY // (2 * len(moments) * len(here)))) if here else 0
        turn = 0
        for _ in range(rounds if moment in exact else 0):
            for i in here:
                slots.append(Slot(moment, turn, i, True))
                turn += 1
        if moment in exact:
            slots.extend(Slot(moment, turn + int(is_reaction(events[i])), i, False) for i in exact[moment])
            turn += 2
        for _ in range(rounds):
            for i in here:
                slots.append(Slot(moment, turn, i, True))
                turn += 1
    return slots
