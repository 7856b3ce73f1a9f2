"""A pretend PowerSchool on a real socket, and a caller that is no client of ours: plain HTTP, every answer as it came."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from homeroom.simulator.powerschool.serving import running
from homeroom.simulator.powerschool.world import World, founded

JSON = {"Accept": "application/json", "Content-Type": "application/json"}


@dataclass
class Caller:
    """Calls of one server, with a token where `token` is not blank."""

    world: World
    http: httpx2.Client
    token: str = ""

    def basic(self, client_id: str | None = None, secret: str | None = None) -> str:
        plugin = self.world.plugin
        pair = f"{plugin.client_id if client_id is None else client_id}:{plugin.client_secret if secret is None else secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def sign_in(self) -> None:
        answer = self.http.post(
            "/oauth/access_token", data={"grant_type": "client_credentials"}, headers={"Authorization": self.basic()}
        )
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        headers = JSON | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        return self.http.request(method, path, params=query or None, json=body, headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.call("POST", path, {} if body is None else body, **query)
        assert answer.status_code in (200, 201), (answer.status_code, answer.text)
        return answer.json()

    def steer(self, what: str, body: Any) -> Any:
        answer = self.call("POST", f"/__simulator/{what}", body)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The tables themselves: what an answer is held against."""
        return [tuple(row) for row in self.world.tables.execute(statement, values).fetchall()]


@contextmanager
def pretend(students: int = 60, seed: int = 4) -> Iterator[Caller]:
    """A running server of a small district and a caller that is signed in."""
    with running(founded(students, seed)) as world, httpx2.Client(base_url=world.url) as http:
        caller = Caller(world, http)
        caller.sign_in()
        yield caller


def as_list(value: Any) -> list[Any]:
    """One or many, as the answers of `/ws/v1` have it."""
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]
