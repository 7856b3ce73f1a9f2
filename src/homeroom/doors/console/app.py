"""The console: an ASGI application of plain pages for people.

One line of the log for each request, with the template of the path and never the path, the query or a body (law 10).
"""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
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
from homeroom.doors.console.living import Streams
from homeroom.doors.console.page import Page, Pages
from homeroom.doors.console.pages import PAGES
from homeroom.doors.console.request import Request
from homeroom.doors.console.sending import Receive, Reply, Scope, Send, event, send_reply
from homeroom.doors.console.words.speech import LANGUAGES
from homeroom.roster.faults import TryAgain
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs

THREADS = 8
FORM_SECONDS = 60.0
"""For so long a form without files may take to come."""
FILES_SECONDS = 3600.0

Observe = Callable[[str, str, int, float], None]
"""Hears of every answered request: method, template of the path, status, seconds."""
_T = TypeVar("_T")
log = structlog.stdlib.get_logger("homeroom.console")


@dataclass(slots=True)
class _Told:
    """What the log line says of a request, as far as it is known."""

    route: str = "-"
    who: Viewer | None = None
    status: int = 0


class Console:
    """The application. `stop` ends its live streams, `close` its threads."""

    def __init__(self, desk: Desk, now: Callable[[], datetime], observe: Observe) -> None:
        self._desk = desk
        self._now = now
        self._observe = observe
        self._assets = rendering.files()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="console")
        self._streams = Streams()

    def stop(self) -> None:
        """Let live streams end, so that the server can."""
        self._streams.stop()

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
            told.route = assets.PREFIX
            await self._send(send, asked, assets.reply(self._assets, asked.method, asked.path, asked.headers), told)
        else:
            await self._page(asked, receive, send, told)
        seconds = perf_counter() - started
        self._observe(asked.method, told.route, told.status, seconds)
        role = told.who.role if told.who else "-"
        log.info("request", method=_method(asked), route=told.route, status=told.status, ms=round(seconds * 1000, 1), role=role)

    async def _page(self, asked: Request, receive: Receive, send: Send, told: _Told) -> None:
        """Answer, whatever happens: a mistake of ours is noted under a code and told as one."""
        try:
            answer = await self._answered(asked, receive, told)
            if isinstance(answer, Reply):
                await self._send(send, asked, answer, told)
            elif self._streams.full:
                await self._send(send, asked, Reply(204), told)
            else:
                told.status = 200
                await self._streams.run(partial(self._run, self._part, asked, *answer), receive, send)
        except Exception as bug:  # noqa: BLE001 - the outermost place of a request: every bug is told, none ends the server
            code = secrets.token_hex(4).upper()
            log.error("request failed", code=code, error=type(bug).__name__, at=_frames(bug), route=told.route)
            if told.status == 0:
                await self._send(send, asked, await self._run(self._broken, asked, told.who, code), told)

    async def _answered(self, asked: Request, receive: Receive, told: _Told) -> Reply | tuple[Case, Live]:
        now = self._now()
        found = self._desk.pages.find(asked.path)
        told.route = found[0].path if found else "-"
        try:
            told.who = await self._run(self._desk.viewer, asked, now)
            case = await self._run(self._desk.judge, asked, told.who, now)
        except (TryAgain, OperationalError):
            return _unread(asked, await self._run(self._desk.busy, asked, now))
        if isinstance(case, Reply):
            return _unread(asked, case)
        answer = await (self._posted(case, receive) if asked.method == "POST" else self._run(self._desk.answer, case, None))
        return (case, answer) if isinstance(answer, Live) else answer

    async def _posted(self, case: Case, receive: Receive) -> Reply | Live:
        work = self._desk.house.settings.work
        say = partial(self._run, self._desk.say, case.request, case.who)
        ours = partial(self._desk.genuine, case)
        if not self._desk.from_here(case):
            return _unread(case.request, await say(showing.STALE, case.now))
        try:
            async with asyncio.timeout(FILES_SECONDS if case.page.files else FORM_SECONDS):
                form = await receiving.received(case.request.headers, receive, case.page, work, ours)
        except receiving.TooLarge:
            return _unread(case.request, await say(showing.TOO_LARGE, case.now))
        except receiving.NotAForm:
            return _unread(case.request, await say(showing.NOT_A_FORM, case.now))
        except receiving.NotOurs:
            return _unread(case.request, await say(showing.STALE, case.now))
        except (receiving.Gone, TimeoutError):
            return _unread(case.request, await say(showing.TOO_SLOW, case.now))
        try:
            return await self._run(self._desk.answer, case, form)
        finally:
            await self._run(form.close)

    def _part(self, asked: Request, case: Case, live: Live) -> tuple[bytes, bool]:
        """What a stream sends now. It ends with what let it begin: a session, a role, a district."""
        if not self._desk.goes_on(asked, case.who, self._now()):
            return b"", False
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

    async def _send(self, send: Send, asked: Request, reply: Reply, told: _Told) -> None:
        told.status = reply.status
        await send_reply(send, reply, head=asked.method == "HEAD")

    async def _run(self, work: Callable[..., _T], *arguments: object, **named: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **named))


def _unread(asked: Request, reply: Reply) -> Reply:
    """An answer before a body was read to its end: what is left of it must not be taken for the next request of the connection."""
    return replace(reply, headers=(*reply.headers, ("connection", "close"))) if asked.has_body else reply


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
    languages: Path = LANGUAGES,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    observe: Observe = lambda method, route, status, seconds: None,
) -> Console:
    """The console of a house. `jobs` is the queue where this process has one; `count` tells the numbers in the tabs; `languages` is the
    folder of translations."""
    stage = showing.Stage(house, count, templates, languages)
    return Console(Desk(house, jobs, gate, Pages(pages), stage, house.settings.public_url), now, observe)
