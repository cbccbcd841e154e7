"""The definitions by brute force: every chain is written out. Slow, obvious, and sharing no code with the package.

It reads the same histories as the package does (``Said`` lines), so it also checks how events become contacts: calls,
ties in time, people outside the body who carry views only by a relay or inside one thread, and reported positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from quorum_watch.vocabulary import Channel
from tests.detect.histories import Said


@dataclass(frozen=True)
class Word:
    """Somebody says something to some people at ``(day, 1)``; what a relay reports was said at ``(day, 0)``."""

    line: int
    at: tuple[float, int]
    by: str
    to: frozenset[str]
    passes: str  # what its sender passes on: "all" they know, one "thread", or "nothing" but their own
    thread: str
    stands_for: bool = False


def words(history: Sequence[Said], members: str) -> list[Word]:
    """The utterances of a history, whose lines must be in time order."""
    found = []
    for n, line in enumerate(history):
        relay, acts = "relay" in line.acts, line.acts.split()
        for person in {line.about} - {None, line.by} if relay else ():
            found.append(Word(n, (line.day, 0), str(person), frozenset(line.by), "nothing", line.thread, True))
        everyone = [line.by, *(p for p in line.to if p != line.by)]
        for by in everyone if line.channel is Channel.CALL else everyone[:1]:
            passes = "all" if by in members or "relay" in acts else "thread" if line.thread else "nothing"
            found.append(Word(n, (line.day, 1), by, frozenset(everyone) - {by}, passes, line.thread))
    return found


def answered(said: Sequence[Word], rho: float) -> list[Word]:
    """Utterances cut down to the people who wrote to their sender within ``rho`` of them."""

    def back(word: Word, person: str) -> bool:
        return any(
            not o.stands_for and o.by == person and word.by in o.to and abs(o.at[0] - word.at[0]) <= rho for o in said
        )

    kept = [
        Word(w.line, w.at, w.by, frozenset(p for p in w.to if back(w, p)), w.passes, w.thread)
        for w in said
        if not w.stands_for
    ]
    real = {w.line for w in kept if w.to}
    kept += [w for w in said if w.stands_for and w.line in real]
    return sorted((w for w in kept if w.to), key=lambda w: (w.at, w.line))


def follows(first: Word, then: Word) -> bool:
    """Whether what ``first`` brought can be in ``then``."""
    if then.stands_for or then.by not in first.to or not first.at < then.at:
        return False
    return then.passes == "all" or (then.passes == "thread" and first.thread == then.thread)


def chains(said: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Every time-respecting chain of utterances."""
    found: list[tuple[Word, ...]] = []

    def extend(chain: tuple[Word, ...]) -> None:
        found.append(chain)
        for word in said:
            if follows(chain[-1], word):
                extend((*chain, word))

    for word in said:
        extend((word,))
    return found


def held(
    said: Sequence[Word], members: str, window: float, counted: str | None = None
) -> dict[Word, list[frozenset[str]]]:
    """For every utterance the sets of members (of those ``counted``) whose views they, reached by it, hold then."""
    every = chains(said)
    asked = set(members if counted is None else counted)
    result = {}
    for word in said:
        since = word.at[0] - window
        sets = []
        for v in sorted(word.to & asked):
            mine = {
                c[0].by
                for c in every
                if v in c[-1].to and c[0].at[0] >= since and c[-1].at <= word.at and c[0].by in asked
            }
            if any(w.by == v and not w.stands_for and since <= w.at[0] and w.at <= word.at for w in said):
                mine.add(v)
            sets.append(frozenset(mine))
        result[word] = sets
    return result


def through(
    said: Sequence[Word], members: str, window: float, counted: str | None = None
) -> dict[Word, frozenset[str]]:
    """For every utterance the largest set of members (of those ``counted``) tied through whoever makes it.

    A member who is not counted passes on everything all the same, but ties like a person outside the body.
    """
    every = chains(said)
    asked = set(members if counted is None else counted)
    result = {}
    for word in said:
        best: frozenset[str] = frozenset()
        begun = {word.at[0], *(c[0].at[0] for c in every)}
        for since in sorted(s for s in begun if word.at[0] - window <= s <= word.at[0]):
            came = {
                c[0].by
                for c in every
                if c[0].at[0] >= since and c[-1].at < word.at and c[0].by in asked and follows(c[-1], word)
            }
            if word.by in asked:
                came.add(word.by)
            went = {
                v
                for c in every
                if same_mouth(c[0], word, members) and c[0].at >= word.at and c[-1].at[0] <= since + window
                for v in c[-1].to & asked
            }
            if came and went:
                best = max(best, frozenset(came | went), key=len)
        result[word] = best
    return result


def same_mouth(first: Word, word: Word, members: str) -> bool:
    """Whether two utterances of one person pass on the same knowledge."""
    if first.stands_for or word.stands_for:
        return first is word
    if first.by != word.by:
        return False
    if word.by in members:
        return True
    if word.passes != first.passes:
        return False
    return word.passes == "all" or (word.passes == "thread" and word.thread == first.thread) or first is word


def tied(history: Sequence[Said], lines: Iterable[int], members: str, window: float, rho: float) -> int:
    """The most members tied by answered contacts, using only some lines of a history."""
    kept = set(lines)
    said = answered([w for w in words(history, members) if w.line in kept], rho)
    sizes = [len(s) for sets in held(said, members, window).values() for s in sets]
    sizes += [len(s) for s in through(said, members, window).values()]
    return max(sizes, default=0)


def counted(
    history: Sequence[Said], lines: Iterable[int], everyone: str, members: str, window: float, rho: float
) -> int:
    """As ``tied``, counting only ``members``; the other members of the body still pass on what they know."""
    kept = set(lines)
    said = answered([w for w in words(history, everyone) if w.line in kept], rho)
    sizes = [len(s) for sets in held(said, everyone, window, members).values() for s in sets]
    sizes += [len(s) for s in through(said, everyone, window, members).values()]
    return max(sizes, default=0)


def smallest(
    history: Sequence[Said], lines: Sequence[int], everyone: str, members: str, window: float, rho: float
) -> int | None:
    """How many of ``lines`` it takes to tie all of ``members``."""
    for size in range(1, len(lines) + 1):
        if any(counted(history, c, everyone, members, window, rho) >= len(members) for c in combinations(lines, size)):
            return size
    return None


def joined(said: Sequence[Word], members: str, window: float) -> dict[Word, int]:
    """For every utterance the members connected with its sender by contacts of the window that ends with it."""
    result = {}
    for word in said:
        graph = nx.Graph()
        for w in said:
            if word.at[0] - window <= w.at[0] and w.at <= word.at:
                graph.add_edges_from((w.by, p) for p in w.to)
        result[word] = len(nx.node_connected_component(graph, word.by) & set(members))
    return result
