"""The district and its schools."""

from __future__ import annotations

import sqlite3

from homeroom.simulator.dice import Dice
from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble, tree
from homeroom.simulator.powerschool.filters import Where, fields
from homeroom.simulator.powerschool.plugin import uuid
from homeroom.simulator.powerschool.v1.resource import Built, Resource
from homeroom.simulator.powerschool.world import World

LISTED = "r.School_Number NOT IN (0, 999999)"
"""The district office and the school of the graduates are in the table and in no list."""
DISTRICT_EXPANSIONS = (
    "districts_of_residence, district_race_codes, entry_codes, exit_codes, ethnicity_race_decline_to_specify, "
    "federal_race_categories, fees_payment_methods, scheduling_reporting_ethnicities, test_setup"
)
CODE_LISTS = {
    "districts_of_residence": ("district_of_residence", "districtresidence"),
    "entry_codes": ("entry_code", "entrycodes"),
    "exit_codes": ("exit_code", "exitcodes"),
}


def number_of(world: World, call: Call) -> int:
    """SCHOOLS.School_Number of the school whose DCID stands in the path. Raises Trouble 404 where there is none."""
    found = database.one(world.tables, "SELECT School_Number FROM Schools WHERE DCID = ?", (call.number("id"),))
    if found is None:
        raise Trouble(404, "Not Found")
    return int(found[0])


def _head(name: str | None, email: str | None) -> Built | None:
    if not name:
        return None
    first, _, last = name.partition(" ")
    return {"name": {"first_name": first, "last_name": last}, "email": email}


def build(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    """A school; its expansions hold nothing here."""
    base = {
        "id": row["DCID"],
        "name": row["Name"],
        "school_number": row["School_Number"],
        "low_grade": row["Low_Grade"],
        "high_grade": row["High_Grade"],
        "alternate_school_number": row["Alternate_School_Number"] or 0,
        "addresses": {
            "physical": {
                "street": row["SchoolAddress"],
                "city": row["SchoolCity"],
                "state_province": row["SchoolState"],
                "postal_code": row["SchoolZip"],
            }
        },
        "phones": {
            "main": {"number": row["SchoolPhone"]} if row["SchoolPhone"] else None,
            "fax": {"number": row["SchoolFax"]} if row["SchoolFax"] else None,
        },
        "principal": _head(row["Principal"], row["PrincipalEmail"]),
        "assistant_principal": _head(row["AsstPrincipal"], row["AsstPrincipalEmail"]),
    }
    return base | {name: {} for name in SCHOOLS.expansions if name in wanted}


SCHOOLS = Resource(
    singular="school",
    plural="schools",
    table="Schools",
    source="Schools r",
    order="r.DCID",
    fields=fields("id=r.DCID:number name=r.Name school_number=r.School_Number:number"),
    build=build,
    expansions=("school_boundary", "full_time_equivalencies", "school_fees_setup"),
)


def _district(world: World, call: Call) -> Answer:
    number = database.one(world.tables, "SELECT Value FROM Prefs WHERE Name = 'districtnumber'")
    office = database.one(world.tables, "SELECT * FROM Schools WHERE School_Number = 0")
    assert number is not None
    assert office is not None
    body: Built = {
        "@expansions": DISTRICT_EXPANSIONS,
        "uuid": district_uuid(world),
        "name": world.name,
        "district_number": number["Value"],
        "addresses": {
            "physical": {
                "street": office["SchoolAddress"],
                "city": office["SchoolCity"],
                "state_province": office["SchoolState"],
                "postal_code": office["SchoolZip"],
            }
        },
        "phones": {"main": {"number": office["SchoolPhone"]}},
    }
    for name in call.listed("expansions"):
        if name in CODE_LISTS:
            singular, kind = CODE_LISTS[name]
            codes = world.tables.execute("SELECT Name, ValueT FROM Gen WHERE Cat = ? ORDER BY ID", (kind,)).fetchall()
            body[name] = {singular: [{"code": c["Name"], "description": c["ValueT"]} for c in codes]}
        elif name in DISTRICT_EXPANSIONS.split(", "):
            body[name] = {}
    return tree({"district": body})


def district_uuid(world: World) -> str:
    """The district's own mark, the same for the same seed."""
    return uuid(Dice("district", world.seed))


def _list(world: World, call: Call) -> Answer:
    return SCHOOLS.listed(world, call, Where(LISTED))


def _count(world: World, call: Call) -> Answer:
    return SCHOOLS.counted(world, call, Where(LISTED))


ENDPOINTS = (
    Endpoint("GET", "/ws/v1/district", _district),
    Endpoint("GET", "/ws/v1/district/school", _list),
    Endpoint("GET", "/ws/v1/district/school/count", _count),
    Endpoint("GET", "/ws/v1/school", _list),
    Endpoint("GET", "/ws/v1/school/count", _count),
    Endpoint("GET", "/ws/v1/school/{id}", SCHOOLS.single),
)
