"""The access token: fetched once, kept until shortly before its end, renewed by one thread while the others wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MARGIN = 60.0
"""Seconds before its end at which a token counts as spent; of a token that lives shorter, a tenth of its life."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and when it ends, on the clock of the keeper."""

    value: str
    ends: float

    def __repr__(self) -> str:
        return "Token(...)"  # never in a log or a traceback


class Tokens:
    """Keeps one token for all threads of a client."""

    def __init__(self, fetch: Callable[[], tuple[str, float]], clock: Callable[[], float] = time.monotonic) -> None:
        """`fetch` brings a token and its life in seconds."""
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> str:
        """The token to use now; fetched where there is none, or it is about to end."""
        with self._lock:
            if self._token is None or self._clock() >= self._token.ends:
                self._token = self._new()
            return self._token.value

    def spent(self, value: str) -> None:
        """The server does not accept this token any more; the next call fetches another, once for all threads."""
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._token = None

    def _new(self) -> Token:
        value, life = self._fetch()
        return Token(value, self._clock() + life - min(MARGIN, life / 10))
