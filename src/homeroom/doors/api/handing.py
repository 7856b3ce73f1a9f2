"""An import that a call begins: handed to the workers, answered at once, or awaited for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from starlette.concurrency import run_in_threadpool

from homeroom.doors.api.routes import Asked
from homeroom.sync import taking_up

LOOK = 0.1
"""Seconds between two looks at an import that is awaited; each look after the first waits a little longer."""
LONGEST_LOOK = 1.0


async def started(asked: Asked, begin: Callable[[], int], action: str, wait: float, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Begin an import and hand it over; the answer tells its number, and how it stands once the wait is over."""
    return await told(asked, await run_in_threadpool(_handed, asked, begin, action), wait, notes)


async def told(asked: Asked, number: int, wait: float, notes: Sequence[str] = ()) -> dict[str, Any]:
    """What is answered about an import that was handed over: how it stands once the wait is over."""
    status = await ended(asked, number, wait)
    url = f"/api/v1/districts/{asked.slug}/imports/{number}"
    return {"import": number, "url": url, "status": status, "notes": list(notes)}


async def ended(asked: Asked, number: int, wait: float) -> str:
    """Wait for the end of an import, at most so many seconds; the status at the end of the wait."""
    until, pause = monotonic() + wait, LOOK
    while True:
        status = (await run_in_threadpool(asked.entry, number)).status
        left = until - monotonic()
        if status != "running" or left <= 0:
            return status
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_LOOK)


def _handed(asked: Asked, begin: Callable[[], int], action: str) -> int:
    number = begin()
    asked.audit(action, **{"import": number})
    taking_up.hand_over(asked.house, asked.office.jobs, asked.slug, number)
    return number
