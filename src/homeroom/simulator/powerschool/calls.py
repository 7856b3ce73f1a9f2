"""What comes in and what goes out, without the web server's own types: a call, an answer, and trouble that ends a call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from homeroom.simulator.powerschool.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `parts` are the named parts of its path, `query` the parameters (the last of each name counts)."""

    method: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object. Raises Trouble 400 where it is none."""
        try:
            return json.loads(self.body) if self.body.strip() else {}
        except ValueError:
            raise Trouble(400, "The request body is not valid JSON") from None

    def listed(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list with commas, in lower case and without blanks."""
        return tuple(w.strip().lower() for w in self.query.get(name, "").split(",") if w.strip())

    def number(self, part: str) -> int:
        """A part of the path that is a whole number. Raises Trouble 404 where it is none."""
        text = self.parts[part]
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise Trouble(404, "Not Found")
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is a tree for `/ws/v1` (form `tree`), a JSON value, bytes that are sent as they are, pieces that come one by one,
    or (`later`) a coroutine that gives the answer."""

    body: Any = None
    status: int = 200
    form: Literal["tree", "json", "bytes", "stream", "none", "later"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Trouble(Exception):
    """A call that ends with an error: status and JSON body."""

    def __init__(self, status: int, message: str | None = None, **more: Any) -> None:
        self.status = status
        self.body = ({"message": message} if message is not None else {}) | more
        super().__init__(message)


def tree(body: Mapping[str, Any]) -> Answer:
    """An answer of `/ws/v1`."""
    return Answer(body, form="tree")


Handler = Callable[["World", Call], Answer]
Pieces = Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path that are answered. `open`: no token is asked for."""

    method: str
    path: str
    handler: Handler
    open: bool = False
