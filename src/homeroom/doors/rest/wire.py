"""Headers and bytes of the door: what every answer carries, and how it is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ALWAYS = (
    (b"content-type", b"application/json; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
)
"""Answers hold children's data: no store on the way may keep them, no browser may show or guess at them."""

LARGEST_FORM = 16_384


def header(scope: Scope, name: bytes) -> str | None:
    """A request header's value; the first of several."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


async def reply(
    send: Send, status: int, body: bytes, headers: Iterable[tuple[str, str]], request_id: str, *, head: bool = False
) -> None:
    """Send an answer. `head`: only its headers (a HEAD request)."""
    listed = [*ALWAYS, (b"content-length", str(len(body)).encode()), (b"x-request-id", request_id.encode())]
    listed += [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": b"" if head else body})


async def form(receive: Receive) -> bytes | None:
    """The body of a request, or None when it is larger than any honest form."""
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts += message.get("body", b"")
        if len(parts) > LARGEST_FORM:
            return None
        if not message.get("more_body"):
            return bytes(parts)


def outside(scope: Scope, configured: str | None) -> str:
    """The address under which applications know this door, without a slash at the end.

    `configured` wins; otherwise the Host header is believed, and the scheme that the server saw (behind a proxy the
    server is told to trust its forwarding headers).
    """
    if configured:
        return configured.rstrip("/")
    host = header(scope, b"host")
    if host is None:
        name, port = scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else name
    return f"{scope['scheme']}://{host}"
