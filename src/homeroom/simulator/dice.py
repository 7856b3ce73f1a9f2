"""Chance that falls the same on every machine and every Python: built on `Random.random()`, the one promised stable, or on a digest."""

from __future__ import annotations

import hashlib
import random
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from struct import unpack
from typing import TypeVar

T = TypeVar("T")
_SHARE = (2.0**-32).__mul__


@cache
def _steps(weights: tuple[float, ...]) -> list[float]:
    return list(accumulate(weights))


def _named(seed: tuple[int | str, ...]) -> bytes:
    return "\x1f".join(map(str, seed)).encode()


class Dice:
    """A stream of chance named by its seed words; streams with other words are independent of it."""

    def __init__(self, *seed: int | str) -> None:
        digest = hashlib.sha256(_named(seed)).digest()
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


def lots(*seed: int | str) -> tuple[float, ...]:
    """Sixteen numbers from 0 up to 1, drawn at once from a digest of the seed words: for the few facts of one record.

    Dice take longer to set up than such a record takes to make.
    """
    return tuple(map(_SHARE, unpack(">16I", hashlib.sha512(_named(seed)).digest())))
