"""What every answer of every HTTP door carries, in front of all of them: a door or page that is added later has it from the first day.

A door that says one of these headers itself is left alone: pages for people may load styles and scripts, what lies under the console's
`/static/` may be kept. Everything else is no page, is shown in no frame, tells no other site where somebody came from, and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
BY_HTTPS: tuple[tuple[bytes, bytes], ...] = ((b"strict-transport-security", b"max-age=31536000"),)
"""Said where people reach Homeroom by https: a browser then never asks by http again."""


def wrapped(inside: Application, public_url: str | None) -> Application:
    """The application, with these headers on whatever it answers."""
    wanted = ALWAYS + (BY_HTTPS if (public_url or "").startswith("https://") else ())

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said = list(message.get("headers", ()))
                named = {bytes(name).lower() for name, _ in said}
                message = {**message, "headers": [*said, *(pair for pair in wanted if pair[0] not in named)]}
            await send(message)

        await inside(scope, receive, sending)

    return answer
