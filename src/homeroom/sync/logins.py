"""The book of log-ins: what the SFTP door tells is written down beside it, and a storm of failures is written once a minute."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog

from homeroom.store.logins import Login
from homeroom.sync.house import House

ONCE_IN = timedelta(minutes=1)
"""Failures of one address at one account are written down once in this time: who guesses fills no table."""
REMEMBERED = 1000
IN = "in"


class Book:
    """Writes log-ins down in a thread of its own, since the door's event loop waits for no disk."""

    def __init__(self, house: House, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._house = house
        self._now = now
        self._failed: dict[tuple[str, str, str], datetime] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="logins")

    def heard(self, username: str, address: str, result: str) -> None:
        """Write one down soon; returns at once. Called from one thread."""
        at = self._now()
        if result == IN or self._first(username, address, result, at):
            self._writer.submit(self._write, username, Login(at, address, result))

    def close(self) -> None:
        """Write what was heard, and end."""
        self._writer.shutdown(wait=True)

    def _first(self, username: str, address: str, result: str, at: datetime) -> bool:
        """Whether such a failure was not written within `ONCE_IN`."""
        key = (username, address, result)
        last = self._failed.get(key)
        if last is not None and at - last < ONCE_IN:
            return False
        if len(self._failed) >= REMEMBERED:
            self._failed.clear()
        self._failed[key] = at
        return True

    def _write(self, username: str, login: Login) -> None:
        try:
            self._house.stores.control.logins.add(username, login)
        except Exception as trouble:  # noqa: BLE001
            # The log-in went on; that it is not in the list is told to whoever reads the log.
            structlog.get_logger("homeroom.logins").warning("login-not-written", account=username, kind=type(trouble).__name__)
