"""How many calls one caller may make: a bucket that fills with time. What is not in it any more is asked to come later."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_CALLERS = 10_000
"""So many callers are remembered; the one that was quiet longest is forgotten first."""


@dataclass(slots=True)
class _Bucket:
    left: float
    seen: float


class Brake:
    """Buckets for callers of one kind: `burst` calls at once, and `each_second` more with every second."""

    def __init__(self, burst: float, each_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._rate, self._clock = burst, each_second, clock
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def lets(self, caller: Hashable) -> bool:
        """Whether a caller may make one more call now; it is counted if so."""
        now = self._clock()
        bucket = self._buckets.pop(caller, None) or _Bucket(self._burst, now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.seen) * self._rate)
        bucket.seen = now
        self._buckets[caller] = bucket
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
