"""How long a client tries, how fast it asks, and what it makes of a server that tells it to wait."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LEAST_WAITED_FOR = 15.0
"""Seconds that every server gets for an answer: a busy one that is told nothing takes a few."""
_SECONDS = re.compile(rb"(\d+(?:\.\d+)?)\s*second")


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of trying, in seconds but for `attempts`, which counts the tries of one call.

    `first_wait` doubles from try to try up to `longest_wait`, which also caps what a server may ask us to wait. `answer`: how
    long one answer may take to begin; queries over 100,000 rows take minutes. `whole`: after so long no further try of a call is
    begun, however many are left: a server that takes calls and says nothing would cost `answer` for each.
    """

    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 60.0
    connect: float = 20.0
    answer: float = 180.0
    passes: int = 4
    """How often a list is read again when its pages do not agree."""
    whole: float | None = None

    @classmethod
    def of(cls, seconds: float) -> Patience:
        """Patience of so many seconds for one call: some twelve tries, spread over them, and no answer waited for any longer."""
        usual, whole = cls(), max(LEAST_WAITED_FOR, seconds)
        return cls(
            attempts=12,
            first_wait=min(0.5, seconds / 500),
            longest_wait=min(60.0, seconds / 6),
            connect=min(usual.connect, whole),
            answer=min(usual.answer, whole),
            whole=whole,
        )


def asked_to_wait(header: str | None, body: bytes, now: datetime | None = None) -> float | None:
    """Seconds that a server asks us to wait: `Retry-After` as seconds or a date, else `... in n seconds` in its message.

    >>> asked_to_wait("7", b""), asked_to_wait(None, b'{"message":"Try again in 3 seconds."}'), asked_to_wait(None, b"")
    (7.0, 3.0, None)
    """
    if header:
        if header.strip().replace(".", "", 1).isdigit():
            return float(header)
        try:
            return max(0.0, (parsedate_to_datetime(header) - (now or datetime.now(UTC))).total_seconds())
        except (TypeError, ValueError):
            return None
    found = _SECONDS.search(body[:500])
    return float(found[1]) if found else None


class Pace:
    """Keeps calls apart. A server that says 429 makes the distance grow, one that answers lets it shrink again."""

    def __init__(
        self, *, most: float = 5.0, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`most` bounds the distance, in seconds, which never exceeds 5: waiting between calls counts against a call's patience."""
        self._most, self._clock, self._sleep = min(5.0, most), clock, sleep
        self._lock = threading.Lock()
        self._distance = 0.0
        self._next = 0.0

    @property
    def distance(self) -> float:
        """Seconds between two calls at the moment."""
        return self._distance

    def wait(self) -> None:
        """Wait for this call's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._distance
        if turn > now:
            self._sleep(turn - now)

    def slower(self, seconds: float) -> None:
        """The server refused a call that came too early: wait so long now, and keep calls further apart from now on."""
        with self._lock:
            self._distance = min(self._most, max(0.05, self._distance * 2))
            self._next = max(self._next, self._clock() + seconds)

    def answered(self) -> None:
        """The server answered: a little faster, down to no distance."""
        with self._lock:
            self._distance = self._distance * 0.9 if self._distance > 0.01 else 0.0
