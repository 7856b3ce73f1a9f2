"""The OneRoster provider: an ASGI application for applications that read rosters, 1.1 and 1.2, and their tokens.

It speaks ASGI itself: between the socket and the roster stands nothing that costs as much as reading a page. On an embedded
store light pages are read where the request is, without a change of thread (SQLite answers from memory in less time than the
change takes); everything that may take longer, and every PostgreSQL store, goes to a small pool of threads.

The log has one line per request, with the template of the path and never the path, the query or a body (law 10).
"""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import structlog

from homeroom.doors.rest import oauth, paths, wire
from homeroom.doors.rest.answering import Answer, Plan, Request, answer, plan
from homeroom.doors.rest.paths import Named
from homeroom.doors.rest.problems import BadValue, Broken, Busy, NotAllowed, NotKnown, NotThere, Problem, WrongMethod, body
from homeroom.doors.rest.readings import ReadingBook
from homeroom.doors.rest.scopes import opens
from homeroom.doors.rest.shelves import Shelves
from homeroom.doors.rest.tokens import Desk, Reader
from homeroom.roster.faults import TryAgain
from homeroom.store.stores import Stores

Observe = Callable[[str, str, int, float], None]
"""Hears of every answered request: method, template of the path, status, seconds."""

THREADS = 4
BELIEVED_OPEN = timedelta(seconds=1)
"""After so long is asked again which districts are shut."""
TOKEN_PATHS = ("/oauth/token", "/token")

_log = structlog.stdlib.get_logger("homeroom.rest")


@dataclass(slots=True)
class _Told:
    """What the log line says of a request."""

    route: str = "-"
    app: str = "-"
    district: str = "-"


class Provider:
    """The application. `close` ends its threads and connections."""

    def __init__(self, stores: Stores, address: str | None, now: Callable[[], datetime], observe: Observe) -> None:
        self._observe = observe
        self.stores = stores
        self.address = address
        self.desk = Desk(stores.control.apps, now)
        self.shelves = Shelves(stores)
        self._districts = stores.control.deletions
        self._shut: frozenset[str] = frozenset()
        self._looked: datetime | None = None
        self._now = now
        self.readings = ReadingBook(stores.control.readings, now)
        self.embedded = stores.control.place.dialect == "sqlite"
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="rest")

    def ours(self, path: str) -> bool:
        """Whether a path belongs to this door; a larger application asks before it passes a request on."""
        return path in TOKEN_PATHS or paths.ours(path)

    async def __call__(self, scope: wire.Scope, receive: wire.Receive, send: wire.Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        started = perf_counter()
        request_id = secrets.token_hex(8)
        told = _Told()
        if scope["path"] in TOKEN_PATHS:
            told.route = "/oauth/token"
            status = await oauth.token(self.desk, self.threads, scope, receive, partial(wire.reply, send, request_id=request_id))
        else:
            status = await self._ims(scope, send, request_id, told)
        seconds = perf_counter() - started
        self._observe(scope["method"], told.route, status, seconds)
        milliseconds = round(seconds * 1000, 2)
        _log.info(
            "request",
            method=scope["method"],
            route=told.route,
            status=status,
            ms=milliseconds,
            app=told.app,
            district=told.district,
            request=request_id,
        )

    async def _ims(self, scope: wire.Scope, send: wire.Send, request_id: str, told: _Told) -> int:
        raw = scope.get("raw_path") or scope["path"].encode()
        named = paths.named(raw.partition(b"?")[0].decode("latin-1"))
        head = scope["method"] == "HEAD"
        try:
            made = await self._answer(scope, named, raw.decode("latin-1"), told)
        except Problem as problem:
            await wire.reply(send, problem.status, body(problem, named.version), problem.headers, request_id, head=head)
            return problem.status
        except Exception as bug:  # noqa: BLE001 - the outermost place of a request: every bug is told, none ends the server
            _log.error("request failed", error=type(bug).__name__, at=_frames(bug), route=told.route, request=request_id)
            broken = Broken(f"Something went wrong here. Tell the operator the request id {request_id}.")
            await wire.reply(send, 500, body(broken, named.version), (), request_id, head=head)
            return 500
        await wire.reply(send, 200, made.body, made.headers, request_id, head=head)
        return 200

    async def _answer(self, scope: wire.Scope, named: Named, raw: str, told: _Told) -> Answer:
        reader = await self._reader(scope)
        told.app = reader.client_id
        if named.matched is None:
            raise NotThere("There is no such path. The root is /ims/oneroster/rostering/v1p2 or /ims/oneroster/v1p1.")
        told.route = f"{named.version} {named.matched.endpoint.template}"
        if scope["method"] not in ("GET", "HEAD"):
            raise WrongMethod("This service is read only.")
        if not opens(reader.scopes, named.matched.endpoint.scopes):
            raise NotAllowed("The token's scopes do not include this path.")
        slug = told.district = self._district(named, reader, await self._shut_now())
        address = wire.outside(scope, self.address)
        request = Request(named.version, named.matched, scope["query_string"], address + named.prefix, address + raw)
        planned = plan(request)
        try:
            found = self._at_once(slug, request, planned) if self.embedded and planned.light else None
            if found is None:
                found = await asyncio.get_running_loop().run_in_executor(self.threads, self._read, slug, request, planned)
        except TryAgain:
            raise Busy("The roster cannot be read at this moment.") from None
        made, revision = found
        self.readings.heard(reader.client_id, slug, revision)
        return made

    async def _reader(self, scope: wire.Scope) -> Reader:
        given = wire.header(scope, b"authorization") or ""
        kind, _, token = given.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise NotKnown("Send the header Authorization: Bearer TOKEN.")
        known = self.desk.known(token)
        if known is not None:
            return known
        return await asyncio.get_running_loop().run_in_executor(self.threads, self.desk.reader, token)

    def _at_once(self, slug: str, request: Request, planned: Plan) -> tuple[Answer, int] | None:
        """Answer here and now, if nothing has to be counted first."""
        with self.shelves.look(slug) as look:
            if not request.matched.endpoint.single and not look.counted(planned.selection):
                return None
            return answer(request, planned, look), look.revision

    def _read(self, slug: str, request: Request, planned: Plan) -> tuple[Answer, int]:
        """The answer, and the revision that it is of."""
        with self.shelves.look(slug) as look:
            return answer(request, planned, look), look.revision

    async def _shut_now(self) -> frozenset[str]:
        """Districts that are to be deleted: known anew after `BELIEVED_OPEN`. Their connections are let go."""
        now = self._now()
        if self._looked is None or now - self._looked > BELIEVED_OPEN:
            if self.embedded:
                self._shut = self._districts.shut()
            else:
                self._shut = await asyncio.get_running_loop().run_in_executor(self.threads, self._districts.shut)
            self._looked = now
            self.shelves.forget(self._shut)
        return self._shut

    def _district(self, named: Named, reader: Reader, shut: frozenset[str]) -> str:
        """The district that is read: the one that the path names, or the only one of the app's share. None that is shut."""
        if named.slug is not None:
            if named.slug in shut or not self._shared(named.slug, reader):
                raise NotAllowed("This application has no share in a district of that name.")
            return named.slug
        slugs = [s for s in (reader.districts if reader.districts is not None else self._all()) if s not in shut]
        if not slugs:
            raise NotAllowed("This application has no share in any district.")
        if len(slugs) == 1:
            return slugs[0]
        raise BadValue("This application sees several districts. Put /d/DISTRICT in front of the path.")

    def _shared(self, slug: str, reader: Reader) -> bool:
        return slug in (reader.districts if reader.districts is not None else self._all())

    def _all(self) -> tuple[str, ...]:
        return tuple(d.slug for d in self.stores.control.districts.all())

    async def _lifespan(self, receive: wire.Receive, send: wire.Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def close(self) -> None:
        """End the threads and close the connections."""
        self.threads.shutdown(wait=True)
        self.readings.close()
        self.shelves.close()


def _frames(bug: Exception) -> list[str]:
    """Where a bug happened, as file:line. Its text stays out of the log: it may quote a record (law 10)."""
    return [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(bug.__traceback__)][-8:]


def create(
    stores: Stores,
    *,
    address: str | None = None,
    now: Callable[[], datetime] | None = None,
    observe: Observe = lambda method, route, status, seconds: None,
) -> Provider:
    """The provider over these stores.

    `address` is the outside address (`https://roster.example`), for hrefs and links; without it the Host header is believed.
    `now` is the clock, UTC.
    """
    return Provider(stores, address, now or (lambda: datetime.now(UTC)), observe)
