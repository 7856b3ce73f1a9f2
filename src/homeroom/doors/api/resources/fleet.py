"""All districts that a token sees, as the console's list shows them: which one needs somebody now, what waits, who is being set up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import Field
from starlette.responses import Response

from homeroom.desk import fleet, fleet_sheet, issue_values
from homeroom.desk.fleet import Sort, Wanted
from homeroom.desk.standing_now import Chip, Now
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Told
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes

routes = Routes("All districts")


class Row(Told):
    """A district as it stands now."""

    district: str
    name: str
    timezone: str
    looked_after: list[str] = Field(description="Who of the vendor looks after it; told to those who see all districts.")
    chip: str = Field(description="waiting, failed, late, running, row_issues, success, setup, paused or new.")
    since: str | None
    succeeded: str | None = Field(description="When the last import succeeded.")
    due: str | None = Field(description="The next deadline, or the one that has passed without data.")
    nights: str = Field(
        description="The last 30 nights: S success, I row issues, H held, F failed, N nothing came, - none was due."
    )
    issues: int = Field(description="Rows that the last applied import found something about.")
    students: int | None
    held: int | None = Field(description="The import that waits for a person.")
    setup: dict[str, Any] | None = Field(
        description="The set-up that is not done: its day, whose move it is, until when, what is next."
    )
    whose: str = Field(description="With whom the next step is: you, district, vendor, homeroom or nobody.")


class FleetTold(Told):
    """A page of the list, and what stands above it."""

    known: int = Field(description="Districts that this token sees.")
    needs: list[dict[str, Any]] = Field(description="What needs somebody now, the most urgent first.")
    needs_all: int
    last_night: dict[str, Any]
    installation: dict[str, Any] | None
    chips: dict[str, int] = Field(description="Districts by state; they add up to `known`.")
    found: int = Field(description="Districts that pass the filters.")
    page: int
    pages: int
    districts: list[Row]
    next_due: str | None


def _wanted(
    state: Annotated[Chip | None, Query(description="Only in this state.")] = None,
    name: Annotated[str, Query(max_length=200, description="Only with this in their name.")] = "",
    sis: Annotated[str | None, Query(max_length=60, description="Only of this student information system.")] = None,
    zone: Annotated[str | None, Query(max_length=60, description="Only in this time zone.")] = None,
    looked_after: Annotated[str | None, Query(max_length=254, description="Only those that this person looks after.")] = None,
    sort: Annotated[Sort, Query(description="attention: what needs somebody first.")] = "attention",
) -> Wanted:
    return Wanted(state, name, sis, zone, looked_after, sort)


Filters = Annotated[Wanted, Depends(_wanted)]


@routes.ask("GET", "/fleet", "fleet.see", response_model=FleetTold)
def get_fleet(
    asked: Ask, filters: Filters, page: Annotated[int, Query(ge=1, le=10_000, description="Which page of 50.")] = 1
) -> Answer:
    """Show how all districts stand: what needs somebody now, last night in numbers, and the list with its filters."""
    made = fleet.fleet(
        asked.house,
        asked.viewer,
        Wanted(**{**asdict(filters), "page": page, "every_need": True}),
        asked.now,
        lambda: len(asked.office.jobs.unfinished()),
    )
    names = ("known", "needs", "needs_all", "last_night", "installation", "found", "page", "pages", "next_due")
    shown = {name: issue_values.plain_values(getattr(made, name)) for name in names}
    return {**shown, "chips": dict(made.chips), "districts": [_row(asked, each) for each in made.rows]}


@routes.ask(
    "GET",
    "/fleet/csv",
    "fleet.see",
    response_class=Response,
    responses={200: streaming.of(streaming.CSV, "All districts that pass the filters, one a line.")},
)
def export_fleet(asked: Ask, filters: Filters) -> Response:
    """Download the list of districts as CSV, with its filters."""
    return streaming.text("districts.csv", fleet_sheet.fleet_sheet(asked.house, asked.viewer, filters, asked.now))


@routes.ask("GET", "/holds", "fleet.see", response_model=list[Row])
def list_holds(asked: Ask) -> list[Answer]:
    """List the districts in which an import waits for a decision, the oldest first. `get_hold` shows what each would do."""
    return [_row(asked, each) for each in fleet.holds(asked.house, asked.viewer, asked.now)]


@routes.ask("GET", "/set-ups", "fleet.see", response_model=list[Row])
def list_set_ups(asked: Ask) -> list[Answer]:
    """List the districts that are being set up, the one that is due first first."""
    return [_row(asked, each) for each in fleet.set_ups(asked.house, asked.viewer, asked.now)]


def _row(asked: Asked, each: Now) -> Answer:
    told = dict(issue_values.plain_values(each))
    district = told.pop("district")
    sees_all = asked.viewer.person.staff or asked.viewer.role == "auditor"
    first = {"district": district["slug"], "name": district["name"], "timezone": district["timezone"]}
    return {**first, "looked_after": district["looked_after"] if sees_all else [], **told}
