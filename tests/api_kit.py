"""The management API over a small installation, for tests that call it as a program does: tokens that people made, real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import uvicorn

from desk_kit import NOON, Somebody, somebody
from homeroom.desk import sessions, tokens
from homeroom.desk.letters import Say, in_english
from homeroom.doors.api.app import create
from homeroom.doors.api.door import ApiDoor
from homeroom.sync import imports
from homeroom.sync.house import House
from patience import SECONDS

KINDS = ("plain", "records", "settings")


class WalkingJobs:
    """A queue that walks in a thread of its own, one import after the other."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._threads = ThreadPoolExecutor(1)
        self._inside: set[tuple[str, int]] = set()

    def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
        """Walk it soon."""
        self._inside.add((slug, number))
        self._threads.submit(self._walk, slug, number)

    def _walk(self, slug: str, number: int) -> None:
        try:
            imports.run(self._house, slug, number)
        finally:
            self._inside.discard((slug, number))

    def unfinished(self) -> set[tuple[str, int]]:
        """What is not walked yet."""
        return set(self._inside)

    def adopt(self, alive: Callable[[str], bool]) -> int:
        """Nothing is ever left behind."""
        return 0

    def close(self) -> bool:
        """Wait for the last walk."""
        self._threads.shutdown(wait=True)
        return True


@contextmanager
def listening(application: Any) -> Iterator[str]:
    """An application behind a real socket, in a thread; the address of it."""
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, log_config=None, access_log=False, lifespan="off", date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Api:
    """An installation with its API; `now` is its clock."""

    house: House
    url: str
    client: httpx2.Client
    door: ApiDoor
    loop: asyncio.AbstractEventLoop
    jobs: WalkingJobs
    clock: list[datetime]
    people: dict[str, Somebody] = field(default_factory=dict)
    texts: dict[tuple[str, str, str | None], str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """What the API takes for now."""
        return self.clock[0]

    def person(self, role: str, email: str | None = None, **more: Any) -> Somebody:
        """Somebody with a role; made once."""
        name = email or f"{role}@vendor.example"
        if name not in self.people:
            self.people[name] = somebody(self.house, role, name, now=self.now, **more)
        return self.people[name]

    def token(self, who: Somebody, kind: str = "plain", slug: str | None = "pinewood") -> str:
        """The text of a token: plain, or with the elevated role of a kind for a district."""
        key = (who.person.email, kind, slug)
        if key not in self.texts:
            cookie = self.cookies.get(who.person.email) or self.cookies.setdefault(
                who.person.email, sessions.begin(self.house, who.person, who.now)
            )
            asking = who.viewer(cookie) if kind == "plain" else who.elevated(cookie, kind, slug)
            made = tokens.make(self.house, asking, kind, 30, who.code(), who.now, elevated=kind != "plain")
            self.texts[key] = made.text
        return self.texts[key]

    def call(self, token: str | None, method: str, path: str, **more: Any) -> httpx2.Response:
        """One call. `path` begins behind `/api/v1`."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def at_once(
        self, token: str | None, method: str, path: str, body: bytes = b""
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        """One call without a socket, for tests that make thousands: status, body, headers."""
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())] if body else []
        raw = f"/api/v1{path}".encode()
        scope = {"type": "http", "method": method, "path": raw.decode(), "raw_path": raw, "query_string": b"", "headers": headers}
        sent: list[Any] = []
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if given:
                return given.pop()
            await asyncio.Event().wait()  # nobody hangs up
            raise AssertionError

        async def send(message: Any) -> None:
            sent.append(message)

        self.loop.run_until_complete(self.door({**scope, "client": ("127.0.0.1", 1), "app": None, "state": {}}, receive, send))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], content, sorted(sent[0]["headers"])

    def ask(self, token: str, method: str, path: str, **more: Any) -> Any:
        """The same, and the document of a good answer."""
        answer = self.call(token, method, path, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@contextmanager
def api(house: House, say: Say = in_english, **brakes: tuple[float, float]) -> Iterator[Api]:
    """The API of an installation, behind a real socket."""
    clock, jobs = [NOON], WalkingJobs(house)
    door: ApiDoor = create(
        house, jobs, clock=lambda: clock[0], say=say, **{"per_token": (1e6, 1e6), "per_stranger": (1e6, 1e6), **brakes}
    )
    try:
        with (
            closing(asyncio.new_event_loop()) as loop,
            listening(door) as url,
            httpx2.Client(base_url=url, timeout=SECONDS) as client,
        ):
            yield Api(house, url, client, door, loop, jobs, clock)
    finally:
        jobs.close()


def lines(answer: httpx2.Response) -> list[dict[str, Any]]:
    """The documents of an NDJSON answer."""
    return [json.loads(line) for line in answer.text.splitlines()]


__all__ = ["KINDS", "NOON", "UTC", "Api", "api", "lines"]
