"""Repeatable chance: one seed, one stream per name, the same picks on every interpreter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of picks.

    Only ``Random.random`` is used, whose sequence Python guarantees for a given seed, so that a city made by one
    interpreter is made byte for byte by another.

    >>> Dice(7, "x").below(100) == Dice(7, "x").below(100)
    True
    """

    def __init__(self, seed: int | str, name: str = "") -> None:
        self._seed = f"{seed}/{name}"
        self._random = random.Random(self._seed)

    def child(self, name: str) -> Dice:
        """An independent stream: what is drawn from it does not disturb this one."""
        return Dice(self._seed, name)

    def below(self, n: int) -> int:
        """An integer in ``range(n)``; ``n`` must be positive."""
        return int(self._random.random() * n)

    def between(self, low: int, high: int) -> int:
        """An integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """True about ``share`` of the time."""
        return self._random.random() < share

    def pick(self, items: Sequence[T]) -> T:
        """One item."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]

    def sample(self, items: Sequence[T], n: int) -> list[T]:
        """``n`` different items (all of them, if there are fewer)."""
        return self.shuffled(items)[:n]

    def weighted(self, table: Sequence[tuple[T, int]]) -> T:
        """One item of ``(item, weight)`` pairs."""
        at = self.below(sum(w for _, w in table))
        for item, weight in table:
            if at < weight:
                return item
            at -= weight
        raise AssertionError("weights are positive")
