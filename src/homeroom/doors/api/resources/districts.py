"""Districts: those that this token sees, and their names."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from homeroom.desk import issue_values
from homeroom.desk.overview import overview
from homeroom.doors.api.models import Body, Name, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import Answer, Ask, Before, Limit, Routes, Slug
from homeroom.roster.report import moment
from homeroom.sync import districts, expiry

routes = Routes("Districts")


class DistrictTold(Told):
    """A district with the summary of its last import."""

    district: str = Field(examples=["pinewood"])
    name: str = Field(examples=["Pinewood ISD"])
    timezone: str = Field(examples=["America/Chicago"])
    revision: int
    last_import: int | None
    status: str | None
    outcome: str | None
    finished_at: str | None
    counts: dict[str, int] = Field(description="Active records by table.")


class NewDistrict(Body):
    """A district to add."""

    district: Annotated[str, Field(max_length=50, description="Small letters, digits, hyphens.", examples=["pinewood"])]
    name: Name
    timezone: Annotated[str, Field(max_length=60, examples=["America/Chicago"])] = "America/Chicago"


class ChangedDistrict(Body):
    """What to change; what is not named stays."""

    name: Name | None = None
    keep_removed_days: Annotated[int, Field(ge=0, le=36500, description="0 keeps removed records for ever.")] | None = None
    keep_removed_as_installation: bool = Field(False, description="Let the installation's number of days hold again.")


class DistrictShown(DistrictTold):
    """A district, and how long it keeps removed records."""

    keep_removed_days: int


class RevisionTold(Told):
    """One state of the roster."""

    revision: int
    import_: int | None = Field(alias="import")
    kind: str
    at: str
    who: str | None
    counts: dict[str, dict[str, int]]


class DatasetTold(Told):
    """A table beyond OneRoster."""

    dataset: str
    columns: list[str]
    active: int
    tobedeleted: int


@routes.ask("GET", "/districts", "fleet.see", response_model=list[DistrictTold])
def list_districts(
    asked: Ask,
    limit: Limit = 1000,
    after: Annotated[str, Query(max_length=50, description="Give those behind this short name.")] = "",
) -> list[Answer]:
    """List the districts that this token sees, by short name, each with its last import."""
    seen = [d for d in districts.listed(asked.house) if asked.viewer.sees(d["district"]) and d["district"] > after]
    return seen[:limit]


@routes.ask("POST", "/districts", "districts.add", status_code=201, response_model=DistrictShown)
def add_district(asked: Ask, body: NewDistrict) -> Answer:
    """Add a district that runs at once: what arrives is imported. `begin_set_up` adds one whose files are only looked at first."""
    made = districts.add(asked.house, body.district, body.name, body.timezone, asked.who)
    return _shown(asked, made.slug)


@routes.ask("GET", "/districts/{slug}", "district.see", response_model=DistrictShown)
def get_district(asked: Ask, slug: Slug) -> Answer:
    """Show a district."""
    return _shown(asked, slug)


@routes.ask("GET", "/districts/{slug}/overview", "district.see", response_model=dict[str, Any])
def get_overview(asked: Ask, slug: Slug) -> Answer:
    """Show how a district stands: its roster, its sources, what needs somebody, and who looks inside."""
    return dict(issue_values.plain_values(overview(asked.house, asked.viewer, slug, asked.now)))


@routes.ask("PATCH", "/districts/{slug}", "settings.change", response_model=DistrictShown)
def change_district(asked: Ask, slug: Slug, body: ChangedDistrict) -> Answer:
    """Give a district another name, or say how long it keeps removed records."""
    if body.name is not None:
        districts.rename(asked.house, slug, body.name, asked.who)
    if body.keep_removed_days is not None or body.keep_removed_as_installation:
        days = None if body.keep_removed_as_installation else body.keep_removed_days
        expiry.keep_days(asked.house, slug, days, asked.now, asked.who)
    return _shown(asked, slug)


@routes.ask("GET", "/districts/{slug}/revisions", "district.see", response_model=list[RevisionTold])
def list_revisions(asked: Ask, slug: Slug, limit: Limit = 50, before: Before = None) -> list[Answer]:
    """List the states of the roster, the newest first."""
    return [
        {"revision": r.number, "import": r.number_of_import, "kind": r.kind, "at": moment(r.at), "who": r.who, "counts": r.counts}
        for r in asked.store.revisions(limit, before=before)
    ]


@routes.ask("GET", "/districts/{slug}/datasets", "district.see", response_model=list[DatasetTold])
def list_datasets(asked: Ask, slug: Slug) -> list[Answer]:
    """List the datasets: those that come with Homeroom, and those that a layout set declared. Their rows are read as tables of the roster."""
    counts = asked.store.counts()
    return [
        {
            "dataset": table.name,
            "columns": list(table.columns),
            "active": counts[table.name].active if table.name in counts else 0,
            "tobedeleted": counts[table.name].tobedeleted if table.name in counts else 0,
        }
        for table in asked.store.datasets()
    ]


def _shown(asked: Ask, slug: str) -> Answer:
    found = next((d for d in districts.listed(asked.house) if d["district"] == slug), None)
    if found is None:
        raise NOT_FOUND
    return {**found, "keep_removed_days": expiry.kept_days(asked.house, slug)}
