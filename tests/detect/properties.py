"""Properties of detection over random small histories; the suite runs a few, the campaign script many."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import strategies as st

from quorum_watch.detect import Settings, components, encode, gathered, pivot, two_way
from quorum_watch.detect import reference as plain
from quorum_watch.detect.context import make_context
from quorum_watch.detect.engine import exchanges
from quorum_watch.detect.search import _series
from quorum_watch.detect.series import find_series
from quorum_watch.detect.timeline import microseconds
from quorum_watch.vocabulary import Channel
from tests.detect import oracle
from tests.detect.histories import MONDAY, Said, shard

PEOPLE = "ABCDEst"


@st.composite
def histories(draw, lines=9, people=PEOPLE):
    """Up to ``lines`` utterances in time order: ties, groups, calls, staff who relay or answer, reported positions."""
    found = []
    day = 0
    for _ in range(draw(st.integers(1, lines))):
        day += draw(st.sampled_from([0, 1, 1, 1, 2, 5]))
        if found and draw(st.booleans()):  # an answer, so that exchanges are frequent
            before = draw(st.sampled_from(found))
            by = draw(st.sampled_from(before.to))
            to = before.by
        else:
            by = draw(st.sampled_from(people))
            others = [p for p in people if p != by]
            to = "".join(draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True)))
        channel = draw(st.sampled_from([Channel.EMAIL] * 5 + [Channel.CALL]))
        acts = draw(st.sampled_from(["opinion", "opinion", "relay"]))
        about = draw(st.sampled_from([None, None, *people])) if acts == "relay" else None
        thread = draw(st.sampled_from(["", "", "m1", "m2"]))
        found.append(Said(by, to, day, acts, channel, thread, about=None if about == by else about))
    return found


spans = st.integers(1, 12)


@st.composite
def cases(draw, lines=9):
    """A history with a window, an answer window and the letters of the members."""
    return draw(histories(lines)), draw(spans), draw(spans), draw(st.sampled_from(["ABC", "ABCD", "ABCDE"]))


def check_measures(history, window, rho, members):
    """Both engines give what the oracle gives (gathered, pivot, answered contacts); the measures contain each other."""
    days, answer = timedelta(days=window), timedelta(days=rho)
    arrays = encode(shard(history, members), answer_window=answer)
    for cut, said in (
        (arrays, oracle.words(history, members)),
        (exchanges(arrays, answer_window=answer, layer="contact"), None),
    ):
        if said is None:
            said = oracle.answered(oracle.words(history, members), rho)
            slow = exchanges(arrays, answer_window=answer, layer="contact", engine="python")
            assert cut.recipient.tolist() == slow.recipient.tolist()
            assert cut.source.tolist() == slow.source.tolist()
        rows = plain.rows_of(cut)
        names = [cut.members[i] for i in range(len(cut.members))]
        sets, via = oracle.held(said, members, window), oracle.through(said, members, window)
        expected = _by_line(len(history), ((w.line, max(map(len, s), default=0)) for w, s in sets.items()))
        fast = gathered(cut, window=days)
        assert _by_line(len(history), zip(cut.source, fast.count, strict=True)) == expected
        for moment in plain.gathered(rows, int(days / timedelta(microseconds=1))):
            who = frozenset(names[u] for u in moment.members)
            assert not who or any(who in s for w, s in sets.items() if w.line == rows[moment.row].source)
        assert fast.count.tolist() == gathered(cut, window=days, engine="python").count.tolist()
        expected = _by_line(len(history), ((w.line, len(s)) for w, s in via.items()))
        swift = pivot(cut, window=days)
        assert _by_line(len(history), zip(cut.source, swift.count, strict=True)) == expected
        slow_pivot = pivot(cut, window=days, engine="python")
        assert swift.count.tolist() == slow_pivot.count.tolist()
        assert swift.start.tolist() == slow_pivot.start.tolist()
        for number in range(2, len(members) + 1):
            first = fast.crossing(number)
            reached = [(w.at, w.line) for w, s in sets.items() if max(map(len, s), default=0) >= number]
            assert (None if first is None else int(cut.source[first])) == min(reached, default=(None, None))[1]
    size = components(arrays, window=days)
    assert size.tolist() == components(arrays, window=days, engine="python").tolist()
    one_way, (exchanged, kept) = gathered(arrays, window=days), two_way(arrays, window=days, answer_window=answer)
    inward = gathered(kept, window=days)
    place = {int(s): int(c) for s, c in zip(arrays.source, one_way.count, strict=True)}
    for source, count in zip(kept.source.tolist(), inward.count.tolist(), strict=True):
        assert count <= max(one_way.count[arrays.source == source]), place
    assert one_way.largest <= size.max(initial=0)
    assert exchanged.largest <= max(size.max(initial=0), pivot(arrays, window=days).largest)
    assert all(c <= s for c, s in zip(one_way.count, size, strict=True))


def _by_line(lines, pairs):
    found = [0] * lines
    for line, count in pairs:
        found[line] = max(found[line], int(count))
    return found


def check_evidence(history, window, rho, members):
    """Chains found are the largest there are; their evidence is as small as can be, and every step is needed."""
    settings = Settings(timedelta(days=window), timedelta(days=rho), timedelta(days=365), timedelta(days=3))
    context = make_context(shard(history, members), range(2, len(members) + 1), settings, "python", None)
    found = list(find_series(context, "contact"))
    whole = oracle.tied(history, range(len(history)), members, window, rho)
    assert max((len(s.members) for s in found), default=0) == (whole if whole > 1 else 0)
    for series in found:
        who, events = "".join(series.members), series.smallest.events
        assert oracle.counted(history, events, members, who, window, rho) == len(who)
        for gone in events:
            rest = [e for e in events if e != gone]
            assert oracle.counted(history, rest, members, who, window, rho) < len(who)
        # Evidence is for the earliest moment at which the set is tied: events far from it do not serve.
        near = [n for n, line in enumerate(history) if _close(series.begin, line.day, window, rho)]
        assert set(series.pool) <= set(near)
        best = oracle.smallest(history, near, members, who, window, rho)
        assert series.smallest.optimal
        assert len(events) == best
        candidate = _series(context, series)
        assert candidate.reached_after[-1] == len(who)
        assert list(candidate.reached_after) == sorted(candidate.reached_after)
        for number, at in candidate.crossings:
            prefix = [oracle.counted(history, range(n + 1), members, who, window, rho) for n in range(len(history))]
            assert at == next(n for n, reached in enumerate(prefix) if reached >= number)


def _close(start, day, window, rho):
    """Whether a line is inside a window that begins at ``start`` (microseconds) or answers something in it."""
    begin = (start - microseconds(MONDAY)) / (86_400 * 1_000_000)
    return begin - rho <= day <= begin + window + rho


def check_monotone(history, window, rho, members):
    """More events, a longer window, a longer answer window or more members never tie fewer."""

    def most(lines, days, answer, people):
        arrays = encode(shard(lines, people), answer_window=timedelta(days=answer))
        if not len(arrays):
            return 0
        reach, _ = two_way(arrays, window=timedelta(days=days), answer_window=timedelta(days=answer))
        return reach.largest

    now = most(history, window, rho, members)
    assert most(history[:-1], window, rho, members) <= now
    assert most(history, window + 1, rho, members) >= now
    assert most(history, window, rho + 1, members) >= now
    assert most(history, window, rho, members + "F") >= now


def check_renaming(history, window, rho, members, shift):
    """Other names give the same sets under the other names; the order of lines at one instant does not matter."""
    other = dict(zip("ABCDE", "ABCDE"[shift:] + "ABCDE"[:shift], strict=True))

    def rename(line):
        return replace(
            line,
            by=other.get(line.by, line.by),
            to="".join(other.get(p, p) for p in line.to),
            about=None if line.about is None else other.get(line.about, line.about),
        )

    def sizes(lines, people):
        arrays = encode(shard(lines, people), answer_window=timedelta(days=rho))
        if not len(arrays):
            return [], 0
        reach, _ = two_way(arrays, window=timedelta(days=window), answer_window=timedelta(days=rho))
        return np.sort(reach.count).tolist(), reach.largest

    before = sizes(history, members)
    assert sizes([rename(line) for line in history], "".join(other[m] for m in members)) == before
    assert sizes(sorted(history, key=lambda line: (line.day, line.to, line.by)), members) == before
