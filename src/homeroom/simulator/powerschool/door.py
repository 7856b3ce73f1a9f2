"""The HTTP door: every call passes the faults, the token and the plug-in's level, then its handler; what went by is noted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from homeroom.simulator.powerschool import endpoints, events, faults, wire
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.tokens import Unauthorized
from homeroom.simulator.powerschool.world import World

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
STEERING = "/__simulator"
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>PowerSchool page unavailable</title></head>"
    "<body><h1>PowerSchool is currently unavailable</h1><p>The server is down for maintenance.</p></body></html>"
)
DOWN_AT = "https://message.powerschool.com/?server="
PAUSE = 2
"""Seconds that `Retry-After` asks for."""


def app(world: World) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The server as an ASGI application. A slash at the end of a path changes nothing."""
    rooms: dict[str | None, Starlette] = {None: _room(world, ())}

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/") or "/"
            scope = {**scope, "path": path}
        beginning = endpoints.room(path)
        if beginning is not None and beginning not in rooms:
            rooms[beginning] = _room(world, endpoints.ROOMS[beginning]())
        await rooms[beginning](scope, receive, send)

    return outer


def _room(world: World, answered: Sequence[Endpoint]) -> Starlette:
    routes = [Route(e.path, _answering(world, e), methods=[e.method]) for e in answered]
    made = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_allowed})
    made.router.redirect_slashes = False
    return made


async def _not_found(request: Request, error: Exception) -> Response:
    return _json({"message": "Resource not found"}, 404)


async def _not_allowed(request: Request, error: Exception) -> Response:
    return _json({"message": "Method Not Allowed"}, 405)


def _json(body: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(wire.as_json(body), status, headers=dict(headers or {}), media_type="application/json")


def _answering(world: World, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        began = time.perf_counter()
        call = await _call(request)
        struck: str | None = None
        if endpoint.path.startswith(STEERING):
            steered = _handled(world, endpoint, call)
            return _sent(world, _response(world, call, await steered.body if steered.form == "later" else steered))
        world.faults.calls += 1
        if slow := world.faults.set.get("slow"):
            await asyncio.sleep(slow)
        struck = _before(world)
        if struck == "drop":
            world.journal.note(call.method, call.path, request.url.query, 0, struck, time.perf_counter() - began, 0)
            return Dropped()
        response = _struck(world, struck) if struck else _response(world, call, _allowed(world, endpoint, call))
        if not struck and (struck := world.faults.due(faults.AFTER)):
            response = await _spoiled(struck, response)
        size = len(response.body) if hasattr(response, "body") else 0
        world.journal.note(
            call.method, call.path, request.url.query, response.status_code, struck, time.perf_counter() - began, size
        )
        return _sent(world, response)

    return answer


_deliveries: set[asyncio.Task[None]] = set()


def _sent(world: World, response: Response) -> Response:
    """The answer; events that the call raised go out beside it."""
    task = events.start_delivery(world)
    if task is not None:
        _deliveries.add(task)  # the loop alone would let a task be forgotten half done
        task.add_done_callback(_deliveries.discard)
    return response


class Dropped(Response):
    """The fault `drop`: the connection ends in the middle of an answer; the server's own complaint about it is kept off the log."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Promise more than is sent, and end."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def _call(request: Request) -> Call:
    return Call(
        method=request.method,
        path=request.url.path,
        parts=dict(request.path_params),
        query=dict(request.query_params),
        headers={k.lower(): v for k, v in request.headers.items()},
        body=await request.body(),
    )


def _before(world: World) -> str | None:
    if world.faults.has("down"):
        return "down"
    return "429" if world.throttled(time.monotonic()) else world.faults.due(faults.BEFORE)


def _struck(world: World, name: str) -> Response:
    """The answer of a server that does nothing: too many calls, broken, away, down for maintenance."""
    if name == "down":
        return Response(status_code=302, headers={"Location": DOWN_AT + world.url.partition("//")[2]})
    if name == "429":
        again = {"message": f"Too many requests. Try again in {PAUSE} seconds."}
        return _json(again, 429, {"Retry-After": str(PAUSE)})
    if name == "500":
        return _json({"message": "An unexpected error occurred"}, 500)
    return Response(MAINTENANCE, 503, media_type="text/html", headers={"Retry-After": str(PAUSE)})


async def _spoiled(name: str, response: Response) -> Response:
    """What was answered, lost on its way."""
    kind = response.headers.get("content-type", "application/json")
    if name == "html":
        return Response(MAINTENANCE, 200, media_type="text/html")
    body = await _whole(response) if isinstance(response, StreamingResponse) else bytes(response.body)
    kept = body[: len(body) // 2] if name == "truncate" else b""
    return Response(kept, response.status_code, headers={"Content-Type": kind})


async def _whole(response: StreamingResponse) -> bytes:
    return b"".join([bytes(piece) async for piece in response.body_iterator if not isinstance(piece, str)])


def _allowed(world: World, endpoint: Endpoint, call: Call) -> Answer:
    """The handler's answer, or why there is none."""
    if endpoint.open:
        return _handled(world, endpoint, call)
    if call.path.startswith(world.plugin.closed):
        return Answer({"message": "Method Not Allowed"}, 405)
    try:
        if not world.plugin.enabled:
            world.tokens.revoke()
        world.tokens.calls = world.faults.number("expire")
        world.tokens.check(call.headers.get("authorization", ""))
        if endpoint.path.startswith("/ws/v1"):
            _level(world, endpoint)
        if endpoint.path.startswith("/ws/contacts") and world.faults.has("contactsclosed"):
            raise Trouble(403, "Forbidden")
    except Unauthorized as no:
        return Answer(no.body, 401, headers={"WWW-Authenticate": no.challenge})
    except Trouble as no:
        return Answer(no.body, no.status)
    return _handled(world, endpoint, call)


def _level(world: World, endpoint: Endpoint) -> None:
    """Raises Trouble 401 where the plug-in's level for `/ws/v1` is too low: its own message, no challenge."""
    level = "NONE" if world.faults.has("v1closed") else world.plugin.v1
    writes = endpoint.method == "POST"
    if level == "NONE" or (writes and level != "FULL"):
        wanted = "FULL" if writes and level != "NONE" else "READ"
        raise Trouble(401, None, errorMessage={"message": f"Plugin is missing required accessLevelV1Api {wanted} permission"})


def _handled(world: World, endpoint: Endpoint, call: Call) -> Answer:
    try:
        return endpoint.handler(world, call)
    except Trouble as no:
        return Answer(no.body, no.status)


def _response(world: World, call: Call, answer: Answer) -> Response:
    if answer.form == "none":
        return Response(status_code=answer.status, headers=dict(answer.headers))
    if answer.form == "stream":
        return StreamingResponse(_pieces(answer.body), answer.status, dict(answer.headers), "application/json")
    if answer.form == "bytes":
        return Response(answer.body, answer.status, dict(answer.headers))
    if answer.form == "tree" and _wants_xml(world, call):
        return Response(wire.as_xml(answer.body), answer.status, dict(answer.headers), "application/xml")
    body = wire.translated(answer.body) if answer.form == "tree" else answer.body
    return _json(body, answer.status, answer.headers)


def _wants_xml(world: World, call: Call) -> bool:
    accept = call.headers.get("accept", "")
    return "json" not in accept and ("xml" in accept or world.switches.default_format == "xml")


async def _pieces(body: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces one by one, with room between for other calls."""
    for piece in body:
        yield piece
        await asyncio.sleep(0)
