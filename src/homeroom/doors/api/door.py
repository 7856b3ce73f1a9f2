"""The outermost part of the management API: who calls, how often, how much; and what every answer carries.

Every address under `/api/v1` asks for a token first, whether there is such an address or not. `/openapi.json` and `/docs` are for
everybody: they say nothing of this installation.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool

from homeroom.desk import tokens
from homeroom.desk.viewer import Viewer
from homeroom.doors.api import problems
from homeroom.doors.api.addresses import OPEN
from homeroom.doors.api.problems import MOST_BODY, NOT_SIGNED_IN, Problem
from homeroom.doors.brake import Brake
from homeroom.roster.faults import TryAgain
from homeroom.sync.house import House

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Observe = Callable[[str, str, int, float], None]
"""Hears of every answered call: method, template of the address, status, seconds."""

PER_TOKEN = (600.0, 50.0)
"""Calls of one token at once, and each second after that."""
PER_STRANGER = (30.0, 0.5)
"""The same for calls of one address without a good token."""
LONGEST_TOKEN = 200
MOST_DRAINED = 16 * MOST_BODY
"""Bytes of a body that is too large which are taken before the connection is cut."""
_SAFE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
)
_log = structlog.stdlib.get_logger("homeroom.api")


class ApiDoor:
    """An ASGI application in front of the one that answers."""

    def __init__(
        self,
        house: House,
        inside: Application,
        clock: Callable[[], datetime],
        observe: Observe,
        *,
        per_token: tuple[float, float] = PER_TOKEN,
        per_stranger: tuple[float, float] = PER_STRANGER,
    ) -> None:
        self._house, self._inside, self._clock, self._observe = house, inside, clock, observe
        self._callers, self._strangers = Brake(*per_token), Brake(*per_stranger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started, status = time.perf_counter(), 0

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _SAFE if pair[0] not in named)]
            await send(message)

        try:
            await self._answer(scope, receive, sending)
        except Exception as bug:  # noqa: BLE001 - an answer broke off while it was sent; the connection ends with it
            _log.error("answer-broke", error=type(bug).__name__, route=scope.get("homeroom.route", "-"))
        seconds = time.perf_counter() - started
        route, viewer = scope.get("homeroom.route", "-"), scope.get("homeroom.viewer")
        self._observe(scope["method"], route, status, seconds)
        token = viewer.token_id if viewer is not None else None
        _log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 2), token=token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = None
        if scope["path"] not in OPEN:
            problem = await self._known(scope)
        if problem is None and _told_length(scope) > MOST_BODY and not _is_form(scope):
            await _drain(receive, 0)
            problem = problems.too_large(MOST_BODY)
        if problem is not None:
            await problem.response()(scope, receive, send)
            return
        await self._inside(scope, receive if _is_form(scope) else _limited(receive), send)

    async def _known(self, scope: Scope) -> Problem | None:
        """Put who calls into the scope, or say why not."""
        kind, _, token = _header(scope, b"authorization").partition(" ")
        token = token.strip()
        viewer: Viewer | None = None
        if kind.lower() == "bearer" and 0 < len(token) <= LONGEST_TOKEN:
            try:
                viewer = await run_in_threadpool(tokens.viewer, self._house, token, self._clock())
            except TryAgain:
                return problems.later()
        if viewer is None:
            return NOT_SIGNED_IN if self._strangers.lets((scope.get("client") or ("",))[0]) else problems.too_many(10)
        scope["homeroom.viewer"] = viewer
        return None if self._callers.lets(viewer.token_id) else problems.too_many(5)


def _limited(receive: Receive) -> Receive:
    """The same body, which ends with a problem where it is too large."""
    size = 0

    async def taking() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BODY:
            await _drain(receive, size if message.get("more_body", False) else MOST_DRAINED)
            raise problems.too_large(MOST_BODY)
        return message

    return taking


async def _drain(receive: Receive, size: int) -> None:
    """Take what still comes of a body, up to a limit: a caller who is still sending would not read the answer."""
    while size < MOST_DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _is_form(scope: Scope) -> bool:
    return _header(scope, b"content-type").partition(";")[0].strip().lower() == "multipart/form-data"


def _told_length(scope: Scope) -> int:
    told = _header(scope, b"content-length")
    return int(told) if told.isascii() and told.isdigit() else 0


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
