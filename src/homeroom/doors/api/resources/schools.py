"""A district's own schools, and which schools of the SIS they are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field

from homeroom.desk import issue_values, schools_page
from homeroom.doors.api.models import Body, Name, Told, Whole
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Routes, Slug
from homeroom.sync import schools

routes = Routes("Schools")
SchoolId = Annotated[str, Field(min_length=1, max_length=255, examples=["s1"])]
Own = Annotated[str, Path(min_length=1, max_length=255, description="The school's id on your side.", examples=["oak"])]
Sis = Annotated[str, Path(min_length=1, max_length=255, description="The school's id in the SIS.", examples=["s1"])]


class SchoolTold(Told):
    """An own school, a school of the SIS, or both where they match."""

    state: str = Field(description="matched, missing, unmatched or sis-only")
    own: str | None
    own_name: str | None
    sis: str | None
    sis_name: str | None
    suggested: str | None = Field(description="The other side's id that may be meant; never applied by itself.")
    why: str | None


class NewSchool(Body):
    """A school to declare."""

    own: SchoolId
    name: Name
    sis: SchoolId | None = None


class Match(Body):
    """Which school of the SIS it is."""

    sis: SchoolId | None = Field(description="Exactly as its files have it, zeros included; null takes the match back.")
    source: Whole | None = Field(None, description="Only for this source.")


class SchoolLine(Told):
    """One school: its number in the SIS, and the school here."""

    state: str = Field(description="matched, missing, unmatched, sis-only or taken (no school was declared, so all are read).")
    sis: str | None
    own: str | None
    students: int | None
    staff: int | None
    classes: int | None
    ignored: dict[str, Any] | None = Field(
        description="Why it is not read: the kind of rule, the rule, and the rows left out last time."
    )
    listed: bool = Field(description="Whether a source's list names it as ignored.")


class SchoolsTold(Told):
    """The schools with what holds for each today."""

    lines: list[SchoolLine]
    rules: list[dict[str, Any]] = Field(description="What each source says about schools that step out.")
    declared: int
    waiting: int = Field(description="Numbers of the SIS that nobody has matched, nor told to ignore.")
    read: str | None = Field(description="When the last import told its schools.")


@routes.ask("GET", "/districts/{slug}/schools", "settings.see", response_model=list[SchoolTold])
def list_schools(
    asked: Ask, slug: Slug, source: Annotated[int | None, Query(ge=1, le=MOST, description="As this source sees it.")] = None
) -> list[Answer]:
    """List what is matched, own schools that are not, and schools known only to the SIS."""
    if source is not None:
        asked.source(source)
    return [asdict(told) for told in schools.listed(asked.house, slug, source)]


@routes.ask("POST", "/districts/{slug}/schools", "settings.change", status_code=201, response_model=SchoolTold)
def add_school(asked: Ask, slug: Slug, body: NewSchool) -> Answer:
    """Declare a school. From the first one on, schools of the SIS that match none are neither read nor removed."""
    schools.add(asked.house, slug, body.own, body.name, body.sis, asked.who)
    return _one(asked, body.own)


@routes.ask("PUT", "/districts/{slug}/schools/{own:path}", "settings.change", response_model=SchoolTold)
def match_school(asked: Ask, slug: Slug, own: Own, body: Match) -> Answer:
    """Say which school of the SIS an own school is."""
    _one(asked, own)
    if body.source is not None:
        asked.source(body.source)
    schools.match(asked.house, slug, own, body.sis, body.source, asked.who)
    return _one(asked, own, body.source)


@routes.ask("DELETE", "/districts/{slug}/schools/{own:path}", "settings.change", status_code=204)
def remove_school(asked: Ask, slug: Slug, own: Own) -> None:
    """Take an own school back, with its match. When none is left, every school of the SIS is read again."""
    _one(asked, own)
    schools.remove(asked.house, slug, own, asked.who)


@routes.ask("GET", "/districts/{slug}/schools/overview", "settings.see", response_model=SchoolsTold)
def get_schools(asked: Ask, slug: Slug) -> Answer:
    """Show the schools with their students, staff and classes, why some are not read, and what each source says about that."""
    return dict(issue_values.plain_values(schools_page.schools_page(asked.house, slug)))


@routes.ask("PUT", "/districts/{slug}/ignored-schools/{sis:path}", "settings.change", response_model=SchoolsTold)
def ignore_school(asked: Ask, slug: Slug, sis: Sis) -> Answer:
    """Put a school of the SIS on the list of every source: from the next import on it is neither read nor removed."""
    schools_page.ignore(asked.house, asked.viewer, slug, sis)
    return dict(issue_values.plain_values(schools_page.schools_page(asked.house, slug)))


@routes.ask("DELETE", "/districts/{slug}/ignored-schools/{sis:path}", "settings.change", response_model=SchoolsTold)
def read_school_again(asked: Ask, slug: Slug, sis: Sis) -> Answer:
    """Take a school of the SIS off every list: from the next import on it is read again."""
    schools_page.read_again(asked.house, asked.viewer, slug, sis)
    return dict(issue_values.plain_values(schools_page.schools_page(asked.house, slug)))


def _one(asked: Asked, own: str, source: int | None = None) -> Answer:
    found = next((told for told in schools.listed(asked.house, asked.slug, source) if told.own == own), None)
    if found is None:
        raise NOT_FOUND
    return asdict(found)
