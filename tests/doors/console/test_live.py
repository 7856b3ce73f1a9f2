"""Parts that are sent again as they change, while a page is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from console_kit import People, console, house_with
from homeroom.desk.viewer import Viewer
from homeroom.doors.console import crossing, living
from homeroom.doors.console.answers import Live, Part
from homeroom.doors.console.app import Console
from homeroom.doors.console.page import Page
from homeroom.sync.house import House
from patience import SECONDS

GALLERY = Path(__file__).parent / "gallery"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("house")) as made:
        yield made


def console_that(house: House, look: Callable[[], Part | None], people: People | None = None) -> Console:
    people = people or People()
    people.add("ada", "operator")
    return console(house, people, (Page("/live", "account", lambda asked: Live(look)),), templates=[GALLERY])


class Wire:
    """The two ends of one request: what was sent, and when the browser goes."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.gone = asyncio.Event()
        self.came = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.came.set()

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    def scope(self) -> dict[str, Any]:
        headers = [(b"cookie", f"{crossing.SESSION}=ada".encode())]
        return {"type": "http", "method": "GET", "path": "/live", "headers": headers, "scheme": "http", "query_string": b""}


def test_a_stream_ends_with_its_last_part(house: House) -> None:
    app = console_that(house, lambda: Part("done", "gallery/_progress.html", 100, last=True))

    async def listen() -> Wire:
        wire = Wire()
        await asyncio.wait_for(app(wire.scope(), wire.receive, wire.send), SECONDS)
        return wire

    wire = asyncio.run(listen())
    app.close()
    headers = {name.decode(): value.decode() for name, value in wire.sent[0]["headers"]}
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert wire.text.startswith("event: done\ndata: ")
    assert wire.text.endswith("\n\n")
    assert 'value="100"' in wire.text
    assert wire.sent[-1] == {"type": "http.response.body", "body": b""}


def test_what_stays_the_same_is_sent_once_and_a_browser_that_goes_ends_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(living, "STEP", 0.001)
    looks: list[int] = []
    enough = asyncio.Event()

    def look() -> Part:
        looks.append(1)
        if len(looks) == 5:
            loop.call_soon_threadsafe(enough.set)
        return Part("progress", "gallery/_progress.html", SECONDS)

    app = console_that(house, look)

    async def listen() -> Wire:
        nonlocal loop
        loop = asyncio.get_running_loop()
        wire = Wire()
        asked = asyncio.create_task(app(wire.scope(), wire.receive, wire.send))
        await asyncio.wait_for(enough.wait(), SECONDS)
        wire.gone.set()
        await asyncio.wait_for(asked, SECONDS)
        return wire

    loop: Any = None
    wire = asyncio.run(listen())
    app.close()
    assert wire.text.count("event: progress") == 1


def test_a_server_that_stops_does_not_wait_for_streams(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(living, "STEP", 0.001)
    app = console_that(house, lambda: Part("progress", "gallery/_progress.html", SECONDS))

    async def listen() -> list[Wire]:
        wire, late = Wire(), Wire()
        asked = asyncio.create_task(app(wire.scope(), wire.receive, wire.send))
        await asyncio.wait_for(wire.came.wait(), SECONDS)
        app.stop()
        await asyncio.wait_for(asked, SECONDS)
        await asyncio.wait_for(app(late.scope(), late.receive, late.send), SECONDS)
        return [wire, late]

    wire, late = asyncio.run(listen())
    app.close()
    assert wire.sent[-1] == {"type": "http.response.body", "body": b""}
    assert late.sent[0]["status"] == 204, "which tells the browser not to ask again"


def test_a_stream_ends_with_the_session_that_began_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signed out, was shut out or lost the role hears nothing more, also of a page that is open still."""
    monkeypatch.setattr(living, "STEP", 0.001)
    people, looks = People(), list[int]()

    def look() -> Part:
        looks.append(1)
        if len(looks) == 3:
            people.known.clear()
        return Part("progress", "gallery/_progress.html", len(looks))

    app = console_that(house, look, people)

    async def listen() -> Wire:
        wire = Wire()
        await asyncio.wait_for(app(wire.scope(), wire.receive, wire.send), SECONDS)
        return wire

    wire = asyncio.run(listen())
    app.close()
    assert len(looks) == 3
    assert wire.text.count("event: progress") == 3


def test_an_open_page_that_asks_by_itself_keeps_nobody_signed_in(house: House) -> None:
    kept: list[bool] = []

    class Noting(People):
        def viewer(self, house: House, cookie: str | None, now: datetime, *, keep: bool = True) -> Viewer | None:
            kept.append(keep)
            return super().viewer(house, cookie, now, keep=keep)

    app = console_that(house, lambda: Part("done", "gallery/_progress.html", 100, last=True), Noting())
    wire = Wire()
    scope = wire.scope()
    scope["headers"].append((b"accept", b"text/event-stream"))
    asyncio.run(asyncio.wait_for(app(scope, wire.receive, wire.send), SECONDS))
    app.close()
    assert kept
    assert not any(kept)
