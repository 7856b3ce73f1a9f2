"""The book of what apps read last: written down beside the answers, for each app and district once a minute and at a new revision."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from homeroom.store.readings import Reading, Readings

ONCE_IN = timedelta(minutes=1)
"""A page that follows another within this time, of the same revision, says nothing new."""


class ReadingBook:
    """Writes readings down in a thread of its own: no answer waits for a disk. `now` is the clock."""

    def __init__(self, kept: Readings, now: Callable[[], datetime]) -> None:
        self._kept = kept
        self._now = now
        self._last: dict[tuple[str, str], tuple[datetime, int]] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="readings")

    def heard(self, app: str, district: str, revision: int) -> None:
        """Write down soon that an app read a district; returns at once."""
        at, last = self._now(), self._last.get((app, district))
        if last is not None and last[1] == revision and at - last[0] < ONCE_IN:
            return
        self._last[app, district] = (at, revision)
        self._writer.submit(self._write, Reading(app, district, at, revision))

    def close(self) -> None:
        """Write what was heard, and end."""
        self._writer.shutdown(wait=True)

    def _write(self, made: Reading) -> None:
        try:
            self._kept.put(made)
        except Exception as trouble:  # noqa: BLE001
            # The app has its page; that the list does not know is told to whoever reads the log, and the next minute says it again.
            structlog.get_logger("homeroom.rest").warning(
                "reading-not-written", district=made.district, kind=type(trouble).__name__
            )
