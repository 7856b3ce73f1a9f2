"""The console: an ASGI application of plain pages for people.

One line of the log for each request, with the template of the path and never the path, the query or a body (law 10).
"""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError

from homeroom.desk.viewer import Viewer
from homeroom.doors.console import assets, frame, receiving, rendering, request, showing, words
from homeroom.doors.console.answering import Case, Desk, broken
from homeroom.doors.console.answers import Live
from homeroom.doors.console.gate import Gate
from homeroom.doors.console.page import Page, Pages
from homeroom.doors.console.pages import PAGES
from homeroom.doors.console.request import Request
from homeroom.doors.console.sending import ALWAYS, NO_STORE, Receive, Reply, Scope, Send, event, send_reply
from homeroom.roster.faults import TryAgain
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs

THREADS = 8
FORM_SECONDS = 60.0
"""For so long a form without files may take to come."""
FILES_SECONDS = 3600.0
LIVE_SECONDS = 300.0
"""For so long a stream of live parts lives; then the browser asks anew."""
LIVE_STEP = 1.0
MOST_LIVE = 100

Observe = Callable[[str, str, int, float], None]
"""Hears of every answered request: method, template of the path, status, seconds."""
_T = TypeVar("_T")
log = structlog.stdlib.get_logger("homeroom.console")


@dataclass(slots=True)
class _Told:
    """What the log line says of a request."""

    route: str = "-"
    role: str = "-"
    status: int = 0


class Console:
    """The application. `stop` ends its live streams, `close` its threads."""

    def __init__(self, desk: Desk, now: Callable[[], datetime], observe: Observe) -> None:
        self._desk = desk
        self._now = now
        self._observe = observe
        self._assets = rendering.files()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="console")
        self._stopping = False
        self._living = 0

    def stop(self) -> None:
        """Let live streams end, so that the server can."""
        self._stopping = True

    def close(self) -> None:
        """End the threads."""
        self.stop()
        self._threads.shutdown(wait=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started, told = perf_counter(), _Told()
        asked = request.read(scope, self._desk.public_url)
        if asked.path.startswith(assets.PREFIX):
            told.route = "/static"
            await self._send(send, asked, self._asset(asked), told)
        else:
            await self._page(asked, receive, send, told)
        seconds = perf_counter() - started
        self._observe(asked.method, told.route, told.status, seconds)
        milliseconds = round(seconds * 1000, 1)
        log.info("request", method=_method(asked), route=told.route, status=told.status, ms=milliseconds, role=told.role)

    def _asset(self, asked: Request) -> Reply:
        found = self._assets.find(asked.path)
        if asked.method not in ("GET", "HEAD"):
            return Reply(405, headers=(("allow", "GET, HEAD"),))
        if found is None:
            return showing.bare(404, "Page not found", "There is no such file.")
        asset, lasting = found
        cache = assets.YEAR if lasting else "no-cache"
        tag = ("etag", asset.tag)
        if asset.tag in asked.headers.get("if-none-match", ""):
            return Reply(304, headers=(tag,), cache=cache)
        if asset.packed is not None and "gzip" in asked.headers.get("accept-encoding", ""):
            more = (tag, ("content-encoding", "gzip"), ("vary", "accept-encoding"))
            return Reply(200, asset.packed, more, asset.kind, cache)
        return Reply(200, asset.content, (tag, ("vary", "accept-encoding")), asset.kind, cache)

    async def _page(self, asked: Request, receive: Receive, send: Send, told: _Told) -> None:
        """Answer, whatever happens: a mistake of ours is noted under a code and told as one."""
        who: list[Viewer | None] = [None]
        try:
            reply = await self._answered(asked, receive, told, who)
            if isinstance(reply, tuple):
                await self._stream(receive, send, asked, told, *reply)
            elif reply is not None:
                await self._send(send, asked, reply, told)
        except Exception as bug:  # noqa: BLE001 - the outermost place of a request: every bug is told, none ends the server
            code = secrets.token_hex(4).upper()
            log.error("request failed", code=code, error=type(bug).__name__, at=_frames(bug), route=told.route)
            if told.status == 0:
                await self._send(send, asked, await self._run(self._broken, asked, who[0], code), told)

    async def _answered(
        self, asked: Request, receive: Receive, told: _Told, known: list[Viewer | None]
    ) -> Reply | tuple[Case, Live] | None:
        now = self._now()
        try:
            who = known[0] = await self._run(self._desk.viewer, asked, now)
            told.role = who.role if who else "-"
            case = await self._run(self._desk.judge, asked, who, now)
        except (TryAgain, OperationalError):
            return await self._run(self._busy, asked)
        found = self._desk.pages.find(asked.path)
        told.route = found[0].path if found else "-"
        if isinstance(case, Reply):
            return case
        if asked.method != "POST":
            return _with_case(case, await self._run(self._desk.answer, case, None))
        return await self._posted(case, receive)

    async def _posted(self, case: Case, receive: Receive) -> Reply | tuple[Case, Live] | None:
        work = self._desk.house.settings.work
        say = partial(self._run, self._desk.say, case.request, case.who)
        try:
            async with asyncio.timeout(FILES_SECONDS if case.page.files else FORM_SECONDS):
                form = await receiving.received(dict(case.request.headers), receive, case.page, work)
        except receiving.TooLarge:
            return _ended(await say(showing.TOO_LARGE, case.now))
        except receiving.NotAForm:
            return _ended(await say(showing.NOT_A_FORM, case.now))
        except (receiving.Gone, TimeoutError):
            return _ended(showing.bare(408, "Too slow", "The form did not come in time. Nothing was changed."))
        try:
            if not self._desk.genuine(case, form):
                return await say(showing.STALE, case.now)
            return _with_case(case, await self._run(self._desk.answer, case, form))
        finally:
            await self._run(form.close)

    async def _stream(self, receive: Receive, send: Send, asked: Request, told: _Told, case: Case, live: Live) -> None:
        """Send parts as they change. Ends when nothing more comes, when the browser goes, when the server stops."""
        if self._living >= MOST_LIVE or self._stopping:
            await self._send(send, asked, Reply(204), told)
            return
        self._living += 1
        gone = asyncio.create_task(_gone(receive))
        try:
            told.status = 200
            listed = [("content-type", "text/event-stream; charset=utf-8"), NO_STORE, ("x-accel-buffering", "no"), *ALWAYS]
            headers = [(name.encode(), value.encode()) for name, value in listed]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            last, until = b"", perf_counter() + LIVE_SECONDS
            while not self._stopping and not gone.done() and perf_counter() < until:
                chunk, more = await self._run(self._part, case, live)
                if chunk and chunk != last:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    last = chunk
                if not more:
                    break
                await asyncio.wait({gone}, timeout=LIVE_STEP)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._living -= 1
            gone.cancel()

    def _part(self, case: Case, live: Live) -> tuple[bytes, bool]:
        with words.spoken(showing.speech(self._desk.stage, case.request, case.who, case.slug, self._now())):
            part = live.look()
            if part is None:
                return b"", False
            html = showing.part(self._desk.stage, part.template, {"view": part.view})
            return event(part.event, html), not part.last

    def _broken(self, asked: Request, who: Viewer | None, code: str) -> Reply:
        try:
            return self._desk.say(asked, who, broken(code), self._now(), code=code)
        except Exception as bug:  # noqa: BLE001 - the page about a mistake may meet the same one
            log.error("request failed", code=code, error=type(bug).__name__, at=_frames(bug), route="error page")
            text = f"Nothing was changed. It has been noted as {code}; please try again or tell us that code."
            return showing.bare(500, "Something went wrong on our side", text)

    def _busy(self, asked: Request) -> Reply:
        """The page for a store that does not answer: nobody is known then, and nothing of it is asked."""
        return self._desk.say(asked, None, showing.BUSY, self._now())

    async def _send(self, send: Send, asked: Request, reply: Reply, told: _Told) -> None:
        told.status = reply.status
        await send_reply(send, reply, head=asked.method == "HEAD")

    async def _run(self, work: Callable[..., _T], *arguments: object, **named: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, partial(copy_context().run, work, *arguments, **named)
        )


def _with_case(case: Case, reply: Reply | Live) -> Reply | tuple[Case, Live]:
    return (case, reply) if isinstance(reply, Live) else reply


def _ended(reply: Reply) -> Reply:
    """An answer to a body that was not read to its end: it must not be taken for the next request of the connection."""
    return Reply(reply.status, reply.body, (*reply.headers, ("connection", "close")), reply.kind)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _method(asked: Request) -> str:
    return asked.method if asked.method in ("GET", "HEAD", "POST") else "other"


def _frames(bug: Exception) -> list[str]:
    """Where a mistake happened, as file:line. Its text stays out of the log: it may quote a record (law 10)."""
    return [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(bug.__traceback__)][-8:]


def create(
    house: House,
    jobs: Jobs | None,
    gate: Gate,
    *,
    pages: Iterable[Page] = PAGES,
    count: frame.Count = frame.no_counts,
    templates: tuple[Path, ...] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    observe: Observe = lambda method, route, status, seconds: None,
) -> Console:
    """The console of a house. `jobs` is the queue where this process has one; `count` tells the numbers in the tabs."""
    stage = showing.Stage(house, count, templates)
    return Console(Desk(house, jobs, gate, Pages(pages), stage, house.settings.public_url), now, observe)
