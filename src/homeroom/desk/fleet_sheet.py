"""The list of districts as a sheet, with the filters that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from homeroom.desk.fleet import Wanted, matching
from homeroom.desk.standing_now import Now
from homeroom.desk.viewer import Viewer
from homeroom.outbound.sheets import sheet
from homeroom.roster.report import moment
from homeroom.sync.house import House

COLUMNS = (
    "district",
    "name",
    "state",
    "last_attempt",
    "last_success",
    "due_by",
    "students",
    "system",
    "open_issues",
    "next_step_with",
)


def fleet_sheet(house: House, viewer: Viewer, wanted: Wanted, now: datetime) -> Iterator[str]:
    """CSV, line by line."""
    return sheet(COLUMNS, (_line(each) for each in matching(house, viewer, wanted, now)))


def _line(d: Now) -> tuple[str | int | None, ...]:
    attempt = moment(d.attempt.begun) if d.attempt is not None else None
    success = moment(d.succeeded) if d.succeeded is not None else None
    due = moment(d.due) if d.due is not None else None
    return (d.district.slug, d.district.name, d.chip, attempt, success, due, d.students, d.sis, d.issues, d.whose)
