"""Staff: one record for each person and school, told apart by SCHOOLSTAFF.DCID and joined by `users_dcid`."""

from __future__ import annotations

import sqlite3

from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint
from homeroom.simulator.powerschool.filters import Where, fields
from homeroom.simulator.powerschool.v1.resource import Built, Resource
from homeroom.simulator.powerschool.v1.schools import number_of
from homeroom.simulator.powerschool.world import World


def _affiliations(world: World, row: sqlite3.Row) -> Built:
    sql = (
        "SELECT CASE WHEN ss.SchoolID = 0 THEN 0 ELSE s.DCID END AS School, ss.StaffStatus, ss.Status FROM SchoolStaff ss "
        "LEFT JOIN Schools s ON s.School_Number = ss.SchoolID WHERE ss.Users_DCID = ? ORDER BY ss.ID"
    )
    places = world.tables.execute(sql, (row["Users_DCID"],)).fetchall()
    return {
        "school_affiliation": [{"school_id": p["School"], "type": p["StaffStatus"], "status": p["Status"]} for p in places],
    }


def _addresses(world: World, row: sqlite3.Row) -> Built:
    home = {"street": row["Street"], "city": row["City"], "state_province": row["State"], "postal_code": row["Zip"]}
    return {"home": home} if any(home.values()) else {}


EXPANSIONS = {
    "addresses": _addresses,
    "emails": lambda world, row: {"work_email": row["Email_Addr"]},
    "phones": lambda world, row: {"home_phone": row["Home_Phone"]},
    "school_affiliations": _affiliations,
}


def build(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    """A person at a school."""
    base = {
        "id": row["DCID"],
        "local_id": row["TeacherNumber"],
        "admin_username": row["LoginID"],
        "teacher_username": row["TeacherLoginID"],
        "name": {"first_name": row["First_Name"], "middle_name": row["Middle_Name"], "last_name": row["Last_Name"]},
    }
    more = {name: make(world, row) for name, make in EXPANSIONS.items() if name in wanted}
    return base | more | {"users_dcid": row["Users_DCID"]}


STAFF = Resource(
    singular="staff",
    plural="staffs",
    table="SchoolStaff",
    source="SchoolStaff r JOIN Users u ON u.DCID = r.Users_DCID",
    select="r.*, u.*, r.DCID AS DCID",
    order="r.DCID",
    fields=fields(
        """
        id=r.DCID:number local_id=u.TeacherNumber users_dcid=r.Users_DCID:number teacher_username=u.TeacherLoginID
        admin_username=u.LoginID name.first_name=u.First_Name name.last_name=u.Last_Name
        """
    ),
    build=build,
    expansions=tuple(EXPANSIONS),
)
ACTIVE = "r.Status = 1"


def _list(world: World, call: Call) -> Answer:
    return STAFF.listed(world, call, Where("r.SchoolID = ?", (number_of(world, call),)), ACTIVE)


def _count(world: World, call: Call) -> Answer:
    return STAFF.counted(world, call, Where("r.SchoolID = ?", (number_of(world, call),)), ACTIVE)


ENDPOINTS = (
    Endpoint("GET", "/ws/v1/school/{id}/staff", _list),
    Endpoint("GET", "/ws/v1/school/{id}/staff/count", _count),
    Endpoint("GET", "/ws/v1/staff/{id}", STAFF.single),
)
