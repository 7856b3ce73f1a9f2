"""Streams of parts that change while a page is open: server-sent events, for htmx-ext-sse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

from homeroom.doors.console.sending import ALWAYS, NO_STORE, Receive, Send

SECONDS = 300.0
"""For so long a stream lives; then the browser asks anew, and its rights are looked at again."""
STEP = 1.0
"""So many seconds lie between two looks."""
MOST = 100
"""So many streams are open at once; one more is told not to ask again."""

Next = Callable[[], Awaitable[tuple[bytes, bool]]]
"""Gives what is to be sent now, and whether something may follow."""


class Streams:
    """The open streams of a console."""

    def __init__(self) -> None:
        self._open = 0
        self._stopping = False

    @property
    def full(self) -> bool:
        """Whether no further stream may begin."""
        return self._stopping or self._open >= MOST

    def stop(self) -> None:
        """Let all of them end at their next step."""
        self._stopping = True

    async def run(self, look: Next, receive: Receive, send: Send) -> None:
        """Send parts as they change, until nothing more comes, the browser goes, or the server stops."""
        self._open += 1
        gone = asyncio.create_task(_gone(receive))
        try:
            listed = [("content-type", "text/event-stream; charset=utf-8"), NO_STORE, ("x-accel-buffering", "no"), *ALWAYS]
            headers = [(name.encode(), value.encode()) for name, value in listed]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._talk(look, gone, send)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._open -= 1
            gone.cancel()

    async def _talk(self, look: Next, gone: asyncio.Task[None], send: Send) -> None:
        last, more, until = b"", True, perf_counter() + SECONDS
        while more and not self._stopping and not gone.done() and perf_counter() < until:
            chunk, more = await look()
            if chunk and chunk != last:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                last = chunk
            if more:
                await asyncio.wait({gone}, timeout=STEP)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
