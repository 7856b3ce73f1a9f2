"""`/healthz`, `/readyz` and `/metrics`, in front of another application or alone.

`/healthz` answers as long as the process does. `/readyz` looks at what the work needs; its answer is kept for a few seconds, so that
asking often costs nothing. Both say codes only and are open to all. `/metrics` is told to whoever has the token; where no token is
set, only to programs on the same machine that come without a proxy, since behind a proxy everybody seems to be on the same machine.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from homeroom.sync.readiness import SLOW, Trouble

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PATHS = ("/healthz", "/readyz", "/metrics")
KEPT_SECONDS = 2.0
"""For so long the answer of `/readyz` is told again."""
LONGEST_SECONDS = 5.0
"""For so long a look may take before the answer is that it is not ready."""
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"})
_JSON = "application/json; charset=utf-8"


class Door:
    """An ASGI application. `look` finds what keeps the program from working, `expose` gives the metrics and their content type.

    `behind` answers every other path; without it they are unknown. Both functions are called in threads.
    """

    def __init__(
        self,
        look: Callable[[], Sequence[Trouble]],
        expose: Callable[[], tuple[bytes, str]],
        token: str | None,
        behind: Application | None = None,
    ) -> None:
        self._look = look
        self._expose = expose
        self._token = token
        self._behind = behind
        self._looking: asyncio.Task[Sequence[Trouble]] | None = None
        self._found: tuple[float, Sequence[Trouble]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "http" and scope["path"] in PATHS:
            await self._answer(scope, send)
        elif self._behind is not None:
            await self._behind(scope, receive, send)
        elif scope["type"] == "http":
            await _reply(scope, send, 404, _said("not-found"))

    async def _answer(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _reply(scope, send, 405, _said("wrong-method"), (("allow", "GET, HEAD"),))
        elif scope["path"] == "/healthz":
            await _reply(scope, send, 200, _said("alive"))
        elif scope["path"] == "/readyz":
            troubles = await self._troubles()
            body = {"status": "ready" if not troubles else "not-ready", "troubles": [t.as_json() for t in troubles]}
            await _reply(scope, send, 503 if troubles else 200, json.dumps(body).encode())
        elif not self._may(scope):
            refusal = (401, (("www-authenticate", "Bearer"),)) if self._token else (403, ())
            await _reply(scope, send, refusal[0], _said("not-allowed"), refusal[1])
        else:
            body_of, kind = await asyncio.to_thread(self._expose)
            await _reply(scope, send, 200, body_of, (), kind)

    async def _troubles(self) -> Sequence[Trouble]:
        if self._looking is None or self._looking.done():
            if self._found is not None and time.monotonic() - self._found[0] <= KEPT_SECONDS:
                return self._found[1]
            self._looking = asyncio.create_task(self._look_once())
        # A store that hangs must not make whoever asks hang too; one look at a time, however many ask.
        done, _ = await asyncio.wait({self._looking}, timeout=LONGEST_SECONDS)
        return self._looking.result() if done else (SLOW,)

    async def _look_once(self) -> Sequence[Trouble]:
        found = await asyncio.to_thread(self._look)
        self._found = (time.monotonic(), found)
        return found

    def _may(self, scope: Scope) -> bool:
        """Whether a request may see the metrics."""
        headers = dict(scope["headers"])
        if self._token is not None:
            kind, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
            return kind.lower() == "bearer" and hmac.compare_digest(given.encode(), self._token.encode())
        return not _FORWARDED & headers.keys() and _is_here(scope.get("client"))


def _is_here(client: Sequence[Any] | None) -> bool:
    """Whether a peer is on this machine."""
    try:
        return client is not None and ipaddress.ip_address(str(client[0]).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _said(status: str) -> bytes:
    return json.dumps({"status": status}).encode()


async def _reply(
    scope: Scope, send: Send, status: int, body: bytes, more: Sequence[tuple[str, str]] = (), kind: str = _JSON
) -> None:
    listed = [("content-type", kind), ("content-length", str(len(body))), ("cache-control", "no-store")]
    headers = [(name.encode(), value.encode()) for name, value in (*listed, ("x-content-type-options", "nosniff"), *more)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
