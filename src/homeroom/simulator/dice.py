"""Chance that falls the same on every machine and every Python: built on `Random.random()` alone, the one promised stable."""

from __future__ import annotations

import hashlib
import random
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


@cache
def _steps(weights: tuple[float, ...]) -> list[float]:
    return list(accumulate(weights))


class Dice:
    """A stream of chance named by its seed words; streams with other words are independent of it."""

    def __init__(self, *seed: int | str) -> None:
        digest = hashlib.sha256("\x1f".join(map(str, seed)).encode()).digest()
        self._roll = random.Random(int.from_bytes(digest, "big")).random  # noqa: S311 made-up people, no secret

    def chance(self, share: float) -> bool:
        """True in `share` (0 to 1) of the calls."""
        return self._roll() < share

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._roll() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, each as likely."""
        return items[int(self._roll() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of the items, as likely as its weight says."""
        steps = _steps(tuple(weights))
        return items[min(bisect(steps, self._roll() * steps[-1]), len(items) - 1)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = int(self._roll() * (last + 1))
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items (all of them where there are fewer), in random order."""
        return self.shuffled(items)[:count] if count * 3 > len(items) else self._few(items, count)

    def _few(self, items: Sequence[T], count: int) -> list[T]:
        places: dict[int, None] = {}
        while len(places) < count:
            places[int(self._roll() * len(items))] = None
        return [items[p] for p in places]
