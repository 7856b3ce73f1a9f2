"""`POST /notices/SECRET`, in front of another application. The secret in the path is all that tells who calls.

Systems that send notices sign nothing and were never seen to send a credential, so the address itself is the secret: it is kept as
SHA-256 alone, never logged, and who has it can do no more than make Homeroom read records again. Whatever is not an open door gets
one answer. Of a body only the paths of records in it are read, and none of it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from homeroom.doors.brake import Brake
from homeroom.roster.faults import TryAgain
from homeroom.sync import noticing
from homeroom.sync.house import House

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/notices/"
MOST_BYTES = 256 * 1024
"""A notice is small; a body over this is turned away unread."""
LONGEST_SECONDS = 20.0
"""For so long a body may take to come."""
LONGEST_SECRET = 200
PER_SOURCE = (2000.0, 100.0)
"""Calls of one source at once, and each second after that."""
PER_STRANGER = (60.0, 1.0)
"""The same for calls of one address that open no door."""

log = structlog.get_logger("homeroom.notices")


class NoticesDoor:
    """An ASGI application. `behind` answers every other path."""

    def __init__(
        self,
        house: House,
        behind: Application,
        *,
        per_source: tuple[float, float] = PER_SOURCE,
        per_stranger: tuple[float, float] = PER_STRANGER,
        longest_seconds: float = LONGEST_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._house = house
        self._behind = behind
        self._sources = Brake(*per_source)
        self._strangers = Brake(*per_stranger)
        self._longest = longest_seconds
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hear one notice, or hand the request on."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._behind(scope, receive, send)
            return
        try:
            status = await self._heard(scope, receive)
        except (TryAgain, SQLAlchemyError) as trouble:
            log.error("notice-not-kept", kind=type(trouble).__name__)
            status = 503
        await _reply(send, status)

    async def _heard(self, scope: Scope, receive: Receive) -> int:
        secret = scope["path"][len(PREFIX) :]
        source = await asyncio.to_thread(noticing.source_behind, self._house, secret[:LONGEST_SECRET])
        if source is None:
            return 404 if self._strangers.lets((scope.get("client") or ("",))[0]) else 429
        if scope["method"] != "POST":
            return 405
        if not self._sources.lets(source.id):
            return 429
        try:
            async with asyncio.timeout(self._longest):
                body = await _body(scope, receive)
        except TimeoutError:
            return 408
        if body is None:
            return 413
        await asyncio.to_thread(noticing.hear, self._house, source, body, self._clock())
        return 200


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None for one that is too large, or says that it will be."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    if told.isdigit() and int(told) > MOST_BYTES:
        return None
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def _reply(send: Send, status: int) -> None:
    more: Sequence[tuple[str, str]] = {
        405: (("allow", "POST"),),
        429: (("retry-after", "10"),),
        503: (("retry-after", "10"),),
    }.get(status, ())
    listed = [("content-length", "0"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer"), *more]
    # What is not read of a body must not be taken for the next request of the connection.
    listed += [("connection", "close")] if status in (408, 413) else []
    headers = [(name.encode(), value.encode()) for name, value in listed]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
