"""A console for tests: a real house with districts, people who are known by their cookie, and a browser's requests over ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from homeroom.desk.acts import ACTS
from homeroom.desk.rights import Allowed, Closed, Hidden, NeedsElevation
from homeroom.desk.viewer import Elevation, Kind, Person, Role, Viewer
from homeroom.doors.console import crossing
from homeroom.doors.console.app import Console, create
from homeroom.doors.console.frame import Count, no_counts
from homeroom.doors.console.gate import Verdict
from homeroom.doors.console.page import Page
from homeroom.sync.house import House, opened
from sync_house import settings

NOW = datetime(2026, 11, 20, 13, 12, tzinfo=UTC)
"""Friday, 7:12 AM in Pinewood."""
HERE = "http://console.example"


def person(role: Role, *districts: str, email: str = "", **more: Any) -> Person:
    """Somebody, by role."""
    return Person(1, email or f"{role}@vendor.example", "Somebody", role, districts, **more)


@dataclass
class People:
    """A gate over the real acts and the real viewer: cookies are names. Support access is on where `support` says so."""

    known: dict[str, Viewer] = field(default_factory=dict)
    support: set[str] = field(default_factory=set)

    def add(self, cookie: str, role: Role, *districts: str, **more: Any) -> str:
        """Let somebody be signed in."""
        self.known[cookie] = Viewer(person(role, *districts, **more), session=1)
        return cookie

    def elevate(self, cookie: str, kind: Kind, slug: str | None, reason: str = "Ticket 4471, a student is missing") -> None:
        """Turn the elevated role on for 12 minutes."""
        self.known[cookie] = replace(self.known[cookie], elevation=Elevation(1, kind, slug, reason, NOW + timedelta(minutes=12)))

    def viewer(self, house: House, cookie: str | None, now: datetime, *, keep: bool = True) -> Viewer | None:
        """Who has that cookie."""
        return self.known.get(cookie or "")

    def allows(self, house: House, asking: Viewer, act: str, slug: str | None, now: datetime) -> Verdict:
        """The table of acts, as rights reads it."""
        known = ACTS[act]
        there = {d.slug for d in house.stores.control.districts.all()}
        if asking.role not in known.roles or (known.of_district and (slug not in there or not asking.sees(slug or ""))):
            return Hidden()
        if known.support and asking.person.staff and slug not in self.support:
            return Closed(slug or "")
        if known.asks in ("records", "settings"):
            kind: Kind = "records" if known.asks == "records" else "settings"
            if not asking.elevated(kind, slug if known.of_district else None):
                return NeedsElevation(kind, slug if known.of_district else None)
        return Allowed(code=known.asks == "code")


@contextmanager
def house_with(folder: Path, **districts: str) -> Iterator[House]:
    """An opened house with these districts: short name -> name."""
    with opened(settings(folder / "data")) as house:
        for slug, name in districts.items():
            house.stores.control.districts.add(slug, name, "America/Chicago", NOW - timedelta(days=300))
        yield house


@dataclass
class Browser:
    """Somebody's browser without a picture: keeps cookies, follows nothing, finds the token of the last form."""

    app: Console
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, scheme: str = "http", **more: Any
    ) -> httpx2.Response:
        """One request."""
        return asyncio.run(self._ask(method, path, dict(headers or {}), scheme, more))

    async def _ask(self, method: str, path: str, headers: dict[str, str], scheme: str, more: dict[str, Any]) -> httpx2.Response:
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url=HERE.replace("http", scheme, 1)) as client:
            answer = await client.request(method, path, headers=headers, **more)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def get(self, path: str, **more: Any) -> httpx2.Response:
        """Look at a page."""
        return self.ask("GET", path, **more)

    def post(self, path: str, data: Mapping[str, Any] | None = None, *, signed: bool = True, **more: Any) -> httpx2.Response:
        """Send a form, with the token that a page of this browser's session carries."""
        secret = self.cookies.get(crossing.SESSION) or self.cookies.get(crossing.BEFORE, "")
        form = dict(data or {}) | ({"csrf": crossing.token(secret)} if signed else {})
        headers = {"sec-fetch-site": "same-origin"} | dict(more.pop("headers", {}))
        return self.ask("POST", path, data=form, headers=headers, **more)


def browser(app: Console, cookie: str = "") -> Browser:
    """A browser, signed in where a cookie is given."""
    return Browser(app, {crossing.SESSION: cookie} if cookie else {})


def console(house: House, gate: Any, pages: Iterable[Page], count: Count = no_counts, templates: Sequence[Path] = ()) -> Console:
    """A console with these pages, at a fixed moment."""
    return create(house, None, gate, pages=pages, count=count, templates=tuple(templates), now=lambda: NOW)
