"""Applications that read the roster over OneRoster."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import Field

from homeroom.doors.api.models import Body, Name, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import Answer, Ask, Routes
from homeroom.roster.faults import Misuse
from homeroom.sync import apps

routes = Routes("Apps")


class AppTold(Told):
    """An application, without its secret."""

    client_id: str
    name: str
    districts: list[str] | None = Field(description="Its share; null: all districts.")
    scopes: list[str]
    revoked: bool


class NewApp(Body):
    """An application to add."""

    name: Name
    districts: Annotated[
        list[Annotated[str, Field(max_length=50)]], Field(max_length=1000, description="Those that it may read.")
    ] = []
    all_districts: bool = Field(
        False, description="It may read all districts, those too that are added later; then `districts` is empty."
    )
    scopes: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = []


class AppAdded(Told):
    """The application with its credentials, told here and never again."""

    client_id: str
    client_secret: str
    token_url: str
    name: str
    districts: list[str]
    scopes: list[str]


@routes.ask("GET", "/apps", "apps.see", response_model=list[AppTold])
def list_apps(asked: Ask) -> list[Answer]:
    """List the applications."""
    return apps.listed(asked.house)


@routes.ask("POST", "/apps", "apps.change", status_code=201, response_model=AppAdded)
def add_app(asked: Ask, body: NewApp) -> Answer:
    """Add an application. Its secret is in this answer and nowhere else afterwards."""
    if bool(body.districts) == body.all_districts:
        raise Misuse("Name the districts that the application may read, or say all_districts; one of the two.")
    return apps.add(asked.house, body.name, tuple(body.districts), tuple(body.scopes), asked.who)


@routes.ask("DELETE", "/apps/{client_id}", "apps.change", status_code=204)
def revoke_app(asked: Ask, client_id: Annotated[str, Path(max_length=100, description="Its client id.")]) -> None:
    """Shut an application out; its tokens are gone, too."""
    if asked.house.stores.control.apps.find(client_id) is None:
        raise NOT_FOUND
    apps.revoke(asked.house, client_id, asked.who)
