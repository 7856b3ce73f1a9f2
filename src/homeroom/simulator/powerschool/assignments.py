"""Assignments of a section, far enough to be read. The path is known from seed systems; the answer's shape is a guess."""

from __future__ import annotations

from typing import Any

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.world import World

COLUMNS = "AssignmentSectionID, SectionsDCID, Name, DueDate, TotalPointValue, ScoreEntryPoints, IsScoringNeeded"


def _told(row: Any) -> dict[str, Any]:
    return {
        "assignmentid": row["AssignmentSectionID"],
        "sectionsdcid": row["SectionsDCID"],
        "name": row["Name"],
        "duedate": row["DueDate"],
        "totalpointvalue": float(row["TotalPointValue"]),
        "scoreentrypoints": float(row["ScoreEntryPoints"]),
        "isscoringneeded": bool(row["IsScoringNeeded"]),
    }


def _of_section(world: World, call: Call) -> Answer:
    section = call.number("id")
    if database.one(world.tables, "SELECT 1 FROM Sections WHERE DCID = ?", (section,)) is None:
        raise Trouble(404, "Not Found")
    sql = f"SELECT {COLUMNS} FROM AssignmentSection WHERE SectionsDCID = ? ORDER BY DueDate, AssignmentSectionID"
    return Answer([_told(row) for row in world.tables.execute(sql, (section,)).fetchall()])


def _one(world: World, call: Call) -> Answer:
    row = database.one(
        world.tables, f"SELECT {COLUMNS} FROM AssignmentSection WHERE AssignmentSectionID = ?", (call.number("id"),)
    )
    if row is None:
        raise Trouble(404, "Not Found")
    return Answer(_told(row))


ENDPOINTS = (
    Endpoint("GET", "/powerschool-ptg-api/v2/section/{id}/assignment", _of_section),
    Endpoint("GET", "/powerschool-ptg-api/v2/assignment/{id}", _one),
)
