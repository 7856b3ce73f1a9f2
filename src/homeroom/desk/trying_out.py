"""Connections that people test: one of a district at a time, each for so long at most. A slow server holds up its own district alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

from homeroom.roster.faults import Misuse

AT_ONCE = 8
"""Tests of all districts together: each keeps a thread of the door, and there are others who want one."""
SECONDS = 90.0
"""So long whoever tests waits for an answer. Most servers give one within a few seconds."""
Found = TypeVar("Found")


class TookTooLong(Exception):
    """The other side had not answered when its time was over."""


class Turns:
    """Who tests now. A test that took too long keeps its district's place, and none of another's, until it ends by itself."""

    def __init__(self, at_once: int = AT_ONCE, seconds: float = SECONDS) -> None:
        self._at_once, self._seconds = at_once, seconds
        self._busy: set[str] = set()
        self._guard = threading.Lock()

    def take(self, slug: str, look: Callable[[], Found]) -> Found:
        """Do what tests a connection of a district. Raises what it raises, Misuse where it is no time for it, TookTooLong."""
        self._begin(slug)
        looked = _Look(look, lambda: self._end(slug))
        # A daemon: a server that does not answer must not keep the program from ending.
        threading.Thread(target=copy_context().run, args=(looked.run,), name=f"test-{slug}", daemon=True).start()
        return looked.wait(self._seconds)

    def _begin(self, slug: str) -> None:
        with self._guard:
            if slug in self._busy:
                raise Misuse(
                    "A connection of this district is being tested right now. Nothing was tried; test again when that one has "
                    "ended, in {seconds} seconds at most.",
                    seconds=str(round(self._seconds)),
                )
            if len(self._busy) >= self._at_once:
                raise Misuse("Many connections are being tested right now. Nothing was tried; test again in a minute.")
            self._busy.add(slug)

    def _end(self, slug: str) -> None:
        with self._guard:
            self._busy.discard(slug)


class _Look(Generic[Found]):
    """A look in a thread of its own, and what came of it."""

    def __init__(self, look: Callable[[], Found], then: Callable[[], None]) -> None:
        self._look, self._then = look, then
        self._over = threading.Event()
        self._found: list[Found] = []
        self._fault: BaseException | None = None

    def run(self) -> None:
        """Look, and keep what is found or what went wrong for whoever waits."""
        try:
            self._found.append(self._look())
        except BaseException as fault:  # noqa: BLE001
            self._fault = fault
        finally:
            self._then()
            self._over.set()

    def wait(self, seconds: float) -> Found:
        """What was found. Raises what went wrong, and TookTooLong."""
        if not self._over.wait(seconds):
            raise TookTooLong
        if self._fault is not None:
            raise self._fault
        return self._found[0]
