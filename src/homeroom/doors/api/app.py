"""The management API, `/api/v1`: whatever the console does, a program can do with a personal access token, by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from homeroom.desk.letters import Say, in_english
from homeroom.doors.api import problems, reference_page
from homeroom.doors.api.door import ApiDoor, Observe
from homeroom.doors.api.models import ProblemBody
from homeroom.doors.api.resources import ROUTES
from homeroom.doors.api.routes import Office
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs

ABOUT = """Whatever the console does, a program can do: through the same rules, and with the same words in the audit.

Send `Authorization: Bearer hr_...` with a personal access token, made in the console under Account. A token never exceeds its maker.
A plain one opens counts, codes and reports. What asks for the elevated role needs a token that was made while that role was on:
for one kind (`records` or `settings`) and one district (or the installation), with a reason and an end. Records ask the vendor's staff for the district's
support access, too. Without all of this `value`s are null.

An address that a token may know nothing of answers exactly like one that does not exist. Errors are `application/problem+json`
(RFC 9457); `detail` says what to do. Ids of people never stand in an address: they are named in the body."""


_FASTAPIS = ("HTTPValidationError", "ValidationError")
"""Schemas of answers that are none of ours."""


def create(
    house: House,
    jobs: Jobs,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    observe: Observe = lambda method, route, status, seconds: None,
    say: Say = in_english,
    **brakes: tuple[float, float],
) -> ApiDoor:
    """The application over an installation. Imports that it begins are handed to `jobs`; `say` says letters in their readers' languages.
    `brakes`: see `ApiDoor`."""
    app = bare()
    app.state.office = Office(house, jobs, clock, say)
    return ApiDoor(house, app, clock, observe, **brakes)


def bare() -> FastAPI:
    """The application without an installation: what the document and the reference page are made from."""
    app = FastAPI(title="Homeroom management API", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for routes in ROUTES:
        app.router.routes.extend(routes.routes)  # including a router would make each of its routes a second time
    app.add_api_route("/openapi.json", _document, include_in_schema=False)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_api_route("/docs/style.css", _style, include_in_schema=False)
    app.add_exception_handler(HTTPException, _unrouted)
    return app


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, the same for every installation."""
    from homeroom import __version__

    made = get_openapi(title="Homeroom management API", version=__version__, description=ABOUT, routes=bare().routes)
    made["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal access token (`hr_...`)."}
    }
    made["security"] = [{"token": []}]
    schemas = {**made["components"]["schemas"], **_problem()}
    made["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas) if name not in _FASTAPIS}
    return made


def _problem() -> dict[str, Any]:
    """The schema of a problem, which every route names, and of its parts."""
    told = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    for member in told["properties"].values():
        if member.get("default", ...) is None:
            del member["default"]  # as of all other schemas: it says nothing that may be absent would not
    return {**told.pop("$defs", {}), ProblemBody.__name__: told}


async def _document() -> Response:
    return JSONResponse(document())


async def _docs() -> Response:
    return HTMLResponse(_page())


async def _style() -> Response:
    return Response(reference_page.STYLE, media_type="text/css; charset=utf-8")


@cache
def _page() -> str:
    return reference_page.page(document())


async def _unrouted(request: Request, trouble: Exception) -> Response:
    """What no address answers."""
    assert isinstance(trouble, HTTPException)
    if trouble.status_code == 405:
        return problems.WRONG_METHOD.response()
    return problems.NOT_FOUND.response()
