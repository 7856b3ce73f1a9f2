"""What leaves by the wire, always with the same headers (console.md, 13)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[str, str]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS: tuple[Header, ...] = (
    ("content-security-policy", POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)
NO_STORE: Header = ("cache-control", "no-store")
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, or one whose chunks follow (`rest`)."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    kind: str = HTML
    cache: str = NO_STORE[1]
    rest: Iterator[bytes] | None = field(default=None, compare=False)

    def listed(self) -> list[tuple[bytes, bytes]]:
        """Its headers on the wire."""
        own: list[Header] = [("cache-control", self.cache), *ALWAYS, *self.headers]
        if self.status not in (204, 304):
            own.insert(0, ("content-type", self.kind))
        if self.rest is None and self.status not in (204, 304):
            own.append(("content-length", str(len(self.body))))
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in own]


async def send_reply(send: Send, reply: Reply, *, head: bool = False) -> None:
    """Send an answer; chunks are read in threads as they are taken."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.listed()})
    if head or reply.rest is None:
        await send({"type": "http.response.body", "body": b"" if head else reply.body})
        return
    await send({"type": "http.response.body", "body": reply.body, "more_body": True})
    while (chunk := await asyncio.to_thread(next, reply.rest, None)) is not None:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def attachment(name: str) -> Header:
    """The header that makes a browser save a file under that name, without the folders that a district's name for it may have."""
    name = name.replace("\\", "/").rpartition("/")[2] or "file"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name)
    return "content-disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def address(to: str) -> str:
    """A path as a header may carry it."""
    return quote(to, safe="/?&=#%:+,;@!~*'()[]$-._")


def see_other(to: str, *more: Header) -> Reply:
    """303 to a path."""
    return Reply(303, headers=(("location", address(to)), *more))


def event(name: str, html: str) -> bytes:
    """A server-sent event."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"event: {name}\n{lines}\n".encode()
