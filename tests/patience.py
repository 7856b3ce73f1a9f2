"""How long tests wait for what comes by itself: long enough for a machine that is many times slower, and the same everywhere.

A test never looks once, right after an act, at what the act brings about: it waits for the thing itself, and only gives up here. Nothing
is slower for it: whoever waits goes on as soon as the thing is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 120
"""So long a test waits before it fails: for a page, a thread, a process, a line in a log."""


def until(holds: Callable[[], object], what: str = "", pause: float = 0.05) -> None:
    """Wait until something holds that another thread or process does; `pause` seconds lie between two looks."""
    give_up = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < give_up, f"it did not come to pass in time: {what or holds}"
        time.sleep(pause)
