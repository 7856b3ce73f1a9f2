"""How an address of the management API is declared, and what happens before its function runs.

Each route names its act (`homeroom.desk.acts`). Before anything of the request but its token and its district is looked at, the
desk is asked whether the person may do it: a stranger learns nothing from mistakes in a body. What is written into the audit
meanwhile carries the door, the token and the elevation.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path as FilePath
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Path, Query
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from homeroom.desk import rights
from homeroom.desk.acts import ACTS
from homeroom.desk.letters import Say, in_english
from homeroom.desk.rights import Allowed
from homeroom.desk.viewer import Viewer
from homeroom.doors.api import problems
from homeroom.doors.api.addresses import ROOT
from homeroom.doors.api.models import ProblemBody
from homeroom.doors.api.problems import NOT_FOUND, Problem
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.audit import AuditRow, because
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.sync.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeroom.sync.jobs import Jobs

_log = structlog.stdlib.get_logger("homeroom.api")
AT_ONCE = 2
"""So many calls that open a workbench run at a time; each may take hundreds of megabytes."""
PATIENCE = 20.0
"""Seconds that another one waits for its turn."""


@dataclass(frozen=True, slots=True)
class Office:
    """What all calls share: the installation, the queue, the clock, what says letters in their readers' languages, and the turns for heavy
    work."""

    house: House
    jobs: Jobs
    clock: Callable[[], datetime]
    say: Say = in_english
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: who asks, about which district, and when."""

    office: Office
    viewer: Viewer
    act: str
    slug: str
    now: datetime

    @property
    def house(self) -> House:
        """The installation."""
        return self.office.house

    @property
    def who(self) -> str:
        """How the audit names the one who asks."""
        return self.viewer.who

    @property
    def store(self) -> RosterStore:
        """The district's store."""
        return self.house.stores.roster(self.slug)

    def source(self, number: int) -> Source:
        """A source of the district. Raises NOT_FOUND."""
        for source in self.house.stores.control.sources.of(self.slug):
            if source.id == number:
                return source
        raise NOT_FOUND

    def entry(self, number: int) -> Import:
        """An import of the district. Raises NOT_FOUND."""
        try:
            return self.store.imports.get(number)
        except Misuse:
            raise NOT_FOUND from None

    def audit(self, action: str, **detail: Any) -> None:
        """Write down what was looked at: codes, counts and names of tables, never a value."""
        self.house.stores.control.audit.add(AuditRow(self.now, self.who, action, self.slug or None, detail))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to do heavy work. Raises TryAgain when none comes."""
        if not self.office.turns.acquire(timeout=PATIENCE):
            raise TryAgain("others do heavy work")
        try:
            yield
        finally:
            self.office.turns.release()


def _asked(request: Request) -> Asked:
    found: Asked = request.state.asked
    return found


Ask = Annotated[Asked, Depends(_asked)]
MOST = 2**31 - 1
Slug = Annotated[str, Path(description="The district's short name.", examples=["pinewood"], max_length=50)]
Number = Annotated[int, Path(ge=1, le=MOST, description="Its number.")]
TableName = Annotated[str, Path(description="A OneRoster table or a dataset.", examples=["users"], max_length=100)]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many to give at most.")]
After = Annotated[int, Query(ge=0, le=MOST, description="Give what comes behind this number; 0 begins.")]
Before = Annotated[int | None, Query(ge=1, le=MOST, description="Give what is older than this number; without it the newest.")]
Wait = Annotated[
    float, Query(ge=0, le=60, description="Wait so many seconds for the end of the import; the answer comes sooner if it ends.")
]


class ActRoute(APIRoute):
    """A route that asks the desk first."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The function that answers a request."""
        behind = super().get_route_handler()
        act = ACTS[act_of(self)]

        async def answer(request: Request) -> Response:
            office: Office = request.app.state.office
            viewer: Viewer = request.scope["homeroom.viewer"]
            slug = str(request.path_params.get("slug", ""))
            now = office.clock()
            may = await run_in_threadpool(rights.allows, office.house, viewer, act.name, slug if act.of_district else None, now)
            if not isinstance(may, Allowed):
                raise problems.of_rights(may)
            request.state.asked = Asked(office, viewer, act.name, slug, now)
            await _sound(request, takes_form="requestBody" in (self.openapi_extra or {}))
            elevated = {"elevation": viewer.elevation.id} if viewer.elevation is not None else {}
            with because(via="api", token=viewer.token_id, **elevated):
                return await behind(request)

        async def told(request: Request) -> Response:
            request.scope["homeroom.route"] = self.path
            try:
                return await answer(request)
            except Exception as trouble:  # noqa: BLE001 - the outermost place of a call: every bug is told, none ends the server
                return (problems.of(trouble) or noted(trouble, self.path)).response()

        return told


def noted(bug: Exception, route: str) -> Problem:
    """A mistake of ours, put into the log by its kind and place: its text may quote a record (law 10)."""
    number = secrets.token_hex(4)
    places = [f"{FilePath(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(bug.__traceback__)][-8:]
    _log.error("request-broke", error=type(bug).__name__, at=places, route=route, number=number)
    return problems.broken(number)


async def _sound(request: Request, *, takes_form: bool) -> None:
    """Raise a problem for text that no store can keep: NUL, or half a letter; and for files where none are taken.

    The door lets a form be as large as it likes, for it is read piece by piece; where JSON is taken it would be read at once.
    """
    given = [v for pair in request.query_params.multi_items() for v in pair] + [str(v) for v in request.path_params.values()]
    if any("\x00" in text for text in given):
        raise Misuse("The address holds a NUL character; leave it out.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and not takes_form:
        raise problems.NO_FORM
    if kind != "application/json":
        return
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        raise Misuse("The body is no JSON that can be read; look where a quote or a bracket is missing.") from None
    _texts(body)


def _texts(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and ("\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one)):
            raise Misuse("The body holds a NUL character or half of a letter; leave it out.")


def act_of(route: APIRoute) -> str:
    """The act of a route. Raises KeyError for one that declares none."""
    return str((route.openapi_extra or {})["x-homeroom-act"])


class Routes(APIRouter):
    """A group of addresses under one heading of the reference."""

    def __init__(self, tag: str) -> None:
        super().__init__(prefix=ROOT, tags=[tag], route_class=ActRoute)

    def ask(
        self, method: str, path: str, act: str, *, extra: dict[str, Any] | None = None, problems: Sequence[int] = (), **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare an address: its act, and the function that answers. The function's docstring is its documentation."""

        def declared(function: Callable[..., Any]) -> Callable[..., Any]:
            summary = (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
            told = {status: {"description": _TOLD[status], "content": _PROBLEM} for status in (*_ALWAYS, *problems)}
            options: dict[str, Any] = {"status_code": 200, **more}
            options["responses"] = {**told, **options.get("responses", {})}
            self.add_api_route(
                path,
                function,
                methods=[method],
                operation_id=function.__name__.rstrip("_"),
                summary=summary,
                openapi_extra={**(extra or {}), "x-homeroom-act": act, "x-homeroom-asks": _asks(act)},
                **options,
            )
            return function

        return declared


def _asks(act: str) -> str:
    known = ACTS[act]
    where = "in the district" if known.of_district else "for the installation"
    kind = known.kind(program=True)
    lifted = f"a token with the elevated role for {kind} {where}" if kind is not None else "any token"
    support = "; of the vendor's staff also that the district has support access on" if known.support else ""
    return f"{lifted} of {_listed(known.roles)}{support}"


def _listed(roles: Sequence[str]) -> str:
    names = [f"an {r}" if r[0] in "aeo" else f"a {r.replace('_', ' ')}" for r in roles]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


_ALWAYS = (401, 403, 404, 413, 422, 429, 500, 503)
_TOLD = {
    401: "No token, or none that is good now.",
    403: "The token was not made with the elevated role that this asks for, or the district has not turned support access on.",
    404: "There is nothing here, or nothing that this token may know of.",
    409: "Somebody else saved in between.",
    413: "The body is too large.",
    422: "What was asked cannot be; the sentence says what to do.",
    429: "Too many calls; wait as Retry-After says.",
    500: "A mistake of ours; the number in the sentence is in the log.",
    503: "The same call may succeed later.",
}
_PROBLEM = {problems.MEDIA: {"schema": {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}}}
"""By its name: told as a model, it would be gone through again for every status of every address, 1,400 times at each start."""
Answer = dict[str, Any]

__all__ = [
    "MOST",
    "After",
    "Answer",
    "Ask",
    "Asked",
    "Before",
    "Limit",
    "Number",
    "Office",
    "Problem",
    "Routes",
    "Slug",
    "TableName",
    "Wait",
]
