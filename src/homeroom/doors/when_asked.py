"""A door that is made when somebody first comes to it: to load it takes as long as to load everything else, and many never need it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Lock
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class WhenAsked:
    """An ASGI application that `make` makes for the first request, once, while the others go on being answered."""

    def __init__(self, make: Callable[[], Application]) -> None:
        self._make = make
        self._made: Application | None = None
        self._guard = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the first waits until there is something to answer it."""
        inside = self._made
        if inside is None:
            inside = await asyncio.to_thread(self._there)
        await inside(scope, receive, send)

    def _there(self) -> Application:
        with self._guard:
            if self._made is None:
                self._made = self._make()
            return self._made
