"""One record as the console shows it: each field with where it came from, its history, what hangs on it, which apps see it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from homeroom.desk import records
from homeroom.desk.issue_values import plain_values
from homeroom.doors.api.models import Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.resources.records import Which, key_of
from homeroom.doors.api.routes import Answer, Ask, Routes, Slug

routes = Routes("Records")


class ProfileTold(Told):
    """A record with everything around it. Records that it names come with their `key`, under which the audit knows them."""

    table: str
    key: str = Field(description="How the audit and the console's addresses name it.")
    sourced_id: str
    name: str
    removed: bool
    number_of_import: int | None = Field(description="The import that wrote it last.")
    fields: list[dict[str, Any]] = Field(description="Each with its value, the import and line that wrote it, and its lock.")
    history: list[dict[str, Any]] = Field(description="What happened to it, the newest first.")
    relations: dict[str, Any] = Field(description="Classes, contacts, people and schools that hang on it.")
    apps: list[dict[str, Any]] = Field(description="Which apps see it, and which of its fields.")
    may_refresh: bool = Field(description="Whether a source of the district can be asked for it, by this token.")


@routes.ask("POST", "/districts/{slug}/records/profile", "records.see", response_model=ProfileTold)
def get_profile(asked: Ask, slug: Slug, body: Which) -> Answer:
    """Show a record with its history, its relations and the apps that see it. `show_record` gives its plain row."""
    key = key_of(asked, body)
    found = records.profile(asked.house, asked.viewer, slug, body.table, key, asked.now)
    if found is None:
        raise NOT_FOUND
    return dict(plain_values(found))
