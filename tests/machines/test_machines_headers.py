"""Every HTTP door at once, as a process serves them: whatever is asked, the answer is not to be kept, framed, guessed at or told on."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest

from api_kit import WalkingJobs
from console_world import World, world
from homeroom.desk import sessions, tokens
from homeroom.doors.api.addresses import OPEN
from homeroom.doors.api.app import document
from homeroom.doors.console import assets, crossing
from homeroom.doors.console.pages import PAGES
from homeroom.doors.machines.door import PATHS
from homeroom.doors.machines.meters import Meters
from homeroom.doors.rest.endpoints import endpoints
from homeroom.doors.rest.provider import TOKEN_PATHS
from homeroom.serve import front
from homeroom.sync import apps

STRANGE = (
    "/",
    "/nowhere",
    "/notices/",
    "/notices/no-such-secret",
    "/d/pinewood/ims/oneroster/v1p1/nothing",
    "/favicon.ico",
    "/robots.txt",
)
METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("headers")) as made:
        yield made


def addresses() -> list[str]:
    """An address of every route there is; one that is added tomorrow is among them."""
    console = [re.sub(r"\{\w+\}", "x", re.sub(r"\{\w+:int\}", "1", page.path.replace("{slug}", "pinewood"))) for page in PAGES]
    api = [re.sub(r"\{\w+\}", "1", path.replace("{slug}", "pinewood")) for path in document()["paths"]]
    rest = [
        f"/d/pinewood/ims/oneroster/{'v1p1' if e.service is None else f'{e.service}/v1p2'}{re.sub(r'{[^}]+}', 's1', e.template)}"
        for e in endpoints()
    ]
    kept = assets.read()
    files = [kept.url(name) for name in kept.files] + [f"/static/{name}" for name in kept.files] + ["/static/none.js"]
    return sorted({*console, *api, *OPEN, *rest, *files, *PATHS, *TOKEN_PATHS, *STRANGE})


def faults(answer: httpx2.Response, path: str, *, https: bool) -> list[str]:
    """What is wrong with the headers of an answer."""
    said = [name.lower() for name, _ in answer.headers.multi_items()]
    wanted = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-resource-policy": "same-origin",
    }
    wrong = [f"{name}: {answer.headers.get(name)}" for name, value in wanted.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("content-security-policy", "")
    if not policy.startswith("default-src 'none'") or "frame-ancestors 'none'" not in policy or "unsafe" in policy:
        wrong.append(f"policy: {policy}")
    kept = answer.headers.get("cache-control", "")
    if kept != "no-store" and not (path.startswith("/static/") and kept in ("no-cache", "public, max-age=31536000, immutable")):
        wrong.append(f"cache: {kept}")
    if https and "max-age" not in answer.headers.get("strict-transport-security", ""):
        wrong.append("no strict-transport-security")
    wrong += [f"twice: {name}" for name in {*said} - {"set-cookie"} if said.count(name) > 1]
    return [f"{answer.status_code} {fault}" for fault in wrong]


async def head_of(app: Any, method: str, path: str, headers: dict[str, str], *, https: bool) -> httpx2.Response:
    """Status and headers of the answer to one request, without a client: it would take longer than most answers."""
    address, _, query = path.partition("?")
    given = {"host": "console.example", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https" if https else "http",
        "path": unquote(address),
        "raw_path": address.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 123),
        "server": ("console.example", 443 if https else 80),
    }
    waiting = [{"type": "http.request", "body": b"", "more_body": False}]
    told: list[Any] = []

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    with contextlib.suppress(Exception):  # of a broken answer only what was begun is seen
        await app(scope, receive, send)
    begun = next(message for message in told if message["type"] == "http.response.start")
    return httpx2.Response(begun["status"], headers=begun["headers"])


@pytest.mark.parametrize(("known", "https"), [(False, True), (True, False)])
def test_every_route_of_every_door_says_what_keeps_its_answer_safe(place: World, known: bool, https: bool) -> None:
    outside = "https://console.example" if https else None
    house = replace(place.house, settings=replace(place.house.settings, public_url=outside))
    jobs = WalkingJobs(house)
    ada = place.who("operator")
    try:
        app = front(house, jobs, place.console(jobs), Meters())

        async def walk() -> list[str]:
            found: list[str] = []
            for path in addresses():
                asking = who(path)
                for method in METHODS:
                    answer = await head_of(app, method, path, asking, https=https)
                    found += [f"{method} {path}: {fault}" for fault in faults(answer, path, https=https)]
            return found

        reader = _reader(app, house) if known else ""
        asking = ada.viewer(sessions.begin(house, ada.person, ada.now))
        text = tokens.make(house, asking, f"walk {https}", 1, ada.code(), ada.now).text if known else ""

        def who(path: str) -> dict[str, str]:
            """Who asks: by what each door knows people and programs."""
            if not known:
                return {}
            if path.startswith("/api/"):
                return {"authorization": f"Bearer {text}"}
            if "/ims/" in path:
                return {"authorization": f"Bearer {reader}"}
            cookie = sessions.begin(house, ada.person, ada.now)
            return {"cookie": f"{crossing.SESSION}={cookie}; __Host-{crossing.SESSION}={cookie}"}

        assert asyncio.run(walk()) == []
    finally:
        jobs.close()


def _reader(app: Any, house: Any) -> str:
    """The token of an application that reads the whole roster."""
    made = apps.add(house, "Reading Garden", ("pinewood",), ())

    async def ask() -> str:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://console.example") as client:
            form = {"grant_type": "client_credentials"}
            answer = await client.post("/oauth/token", data=form, auth=(made["client_id"], made["client_secret"]))
            return str(answer.json()["access_token"])

    return asyncio.run(ask())


def test_a_process_without_pages_says_them_too(place: World) -> None:
    app = front(place.house, None, None, Meters())

    async def ask(path: str) -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://probe.example") as client:
            return await client.get(path)

    for path in (*PATHS, "/", "/sign-in"):
        assert faults(asyncio.run(ask(path)), path, https=False) == [], path
