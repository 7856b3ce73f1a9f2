"""Students: the base record and everything that an expansion adds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint
from homeroom.simulator.powerschool.filters import Where, fields
from homeroom.simulator.powerschool.v1.resource import Built, Resource
from homeroom.simulator.powerschool.v1.schools import number_of
from homeroom.simulator.powerschool.world import World

STATUS = {
    0: ("A", "Active"),
    -1: ("P", "Pre-Registered"),
    2: ("T", "Transferred-Out"),
    3: ("G", "Graduated"),
    4: ("H", "Historical"),
}
INACTIVE = ("I", "Inactive")
RACE_WORDS = {
    "W": "White",
    "A": "Asian",
    "B": "Black or African American",
    "I": "American Indian or Alaska Native",
    "P": "Native Hawaiian or Other Pacific Islander",
    "M": "Two or More",
}
Expansion = Callable[[World, sqlite3.Row], Built]


def _demographics(world: World, row: sqlite3.Row) -> Built:
    return {
        "gender": row["Gender"],
        "birth_date": row["DOB"],
        "district_entry_date": row["DistrictEntryDate"],
        "projected_graduation_year": row["Sched_YearOfGraduation"] or 0,
    }


def _address(row: sqlite3.Row, prefix: str) -> Built | None:
    names = (
        ("street", "Street"),
        ("city", "City"),
        ("state_province", "State"),
        ("postal_code", "Zip"),
        ("grid_location", "Geocode"),
    )
    found = {name: row[prefix + column] for name, column in names}
    return found if any(found.values()) else None


def _addresses(world: World, row: sqlite3.Row) -> Built:
    found = {"physical": _address(row, ""), "mailing": _address(row, "Mailing_")}
    return {kind: address for kind, address in found.items() if address}


def _alerts(world: World, row: sqlite3.Row) -> Built:
    columns = {"legal": "Alert_Guardian", "discipline": "Alert_Discipline", "medical": "Alert_Medical", "other": "Alert_Other"}
    return {kind: {"description": row[column]} for kind, column in columns.items() if row[column]}


def _phones(world: World, row: sqlite3.Row) -> Built:
    return {"main": {"number": row["Home_Phone"]}} if row["Home_Phone"] else {}


def _enrollment(world: World, row: sqlite3.Row) -> Built:
    letter, word = STATUS.get(row["Enroll_Status"], INACTIVE)
    school = database.one(world.tables, "SELECT DCID FROM Schools WHERE School_Number = ?", (row["SchoolID"],))
    fte = database.one(world.tables, "SELECT Name FROM Fte WHERE ID = ?", (row["FTEID"],))
    return {
        "enroll_status": letter,
        "enroll_status_description": word,
        "enroll_status_code": row["Enroll_Status"],
        "grade_level": row["Grade_Level"],
        "entry_date": row["EntryDate"],
        "exit_date": row["ExitDate"],
        "school_number": row["SchoolID"],
        "school_id": school["DCID"] if school else None,
        "entry_code": row["EntryCode"],
        "entry_comment": row["TransferComment"],
        "exit_code": row["ExitCode"],
        "exit_comment": row["ExitComment"],
        "district_of_residence": row["DistrictOfResidence"],
        "track": row["Track"],
        "full_time_equivalency": {"fteid": row["FTEID"], "name": fte["Name"]} if fte else None,
    }


def _ethnicity(world: World, row: sqlite3.Row) -> Built:
    races = world.tables.execute("SELECT RaceCd FROM StudentRace WHERE StudentID = ? ORDER BY ID", (row["ID"],)).fetchall()
    told = [(r["RaceCd"], RACE_WORDS.get(r["RaceCd"], r["RaceCd"])) for r in races]
    return {
        "federal_ethnicity": None if row["FedEthnicity"] is None else "YES" if row["FedEthnicity"] else "NO",
        "federal_race_decline_indicator": "DECLINE_TO_SPECIFY" if row["FedRaceDecline"] else None,
        "scheduling_reporting_ethnicity": row["Ethnicity"],
        "races": [
            {"district_race_code": code, "district_race_code_description": word, "federal_race_code_category": word}
            for code, word in told
        ],
    }


def _contact(world: World, row: sqlite3.Row) -> Built:
    return {
        "emergency_contact_name1": row["Emerg_Contact_1"],
        "emergency_phone1": row["Emerg_Phone_1"],
        "emergency_contact_name2": row["Emerg_Contact_2"],
        "emergency_phone2": row["Emerg_Phone_2"],
        "guardian_email": row["GuardianEmail"],
        "guardian_fax": row["GuardianFax"],
        "mother": row["Mother"],
        "father": row["Father"],
        "doctor_name": row["Doctor_Name"],
        "doctor_phone": row["Doctor_Phone"],
    }


def _contact_info(world: World, row: sqlite3.Row) -> Built:
    sql = (
        "SELECT e.EmailAddress FROM PersonEmailAddressAssoc a JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID "
        "WHERE a.PersonID = ? ORDER BY a.IsPrimaryEmailAddress DESC, a.EmailAddressPriorityOrder LIMIT 1"
    )
    found = database.one(world.tables, sql, (row["Person_ID"],))
    return {"email": found["EmailAddress"]} if found else {}


def _initial(world: World, row: sqlite3.Row) -> Built:
    return {
        "district_entry_date": row["DistrictEntryDate"],
        "district_entry_grade_level": row["DistrictEntryGradeLevel"],
        "school_entry_date": row["SchoolEntryDate"],
        "school_entry_grade_level": row["SchoolEntryGradeLevel"],
    }


def _schedule(world: World, row: sqlite3.Row) -> Built:
    return {
        "home_room": row["Home_Room"],
        "next_school": row["Next_School"],
        "sched_next_year_grade": row["Sched_NextYearGrade"],
    }


def _lunch(world: World, row: sqlite3.Row) -> Built:
    balances = {f"balance_{n}": row[f"Balance{n}"] for n in (1, 2, 3, 4)}
    return {**balances, "lunch_id": row["Lunch_ID"], "last_meal": row["LastMeal"]}


EXPANSIONS: dict[str, Expansion] = {
    "demographics": _demographics,
    "addresses": _addresses,
    "alerts": _alerts,
    "phones": _phones,
    "school_enrollment": _enrollment,
    "ethnicity_race": _ethnicity,
    "contact": _contact,
    "contact_info": _contact_info,
    "initial_enrollment": _initial,
    "schedule_setup": _schedule,
    "fees": lambda world, row: {},
    "lunch": _lunch,
}
"""By name, in the order in which a server names them."""


def build(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    """A student. An expansion without data is there, and empty."""
    base = {
        "id": row["DCID"],
        "local_id": row["Student_Number"],
        "state_province_id": row["State_StudentNumber"],
        "student_username": row["Student_Web_ID"],
        "name": {"first_name": row["First_Name"], "middle_name": row["Middle_Name"], "last_name": row["Last_Name"]},
    }
    return base | {name: make(world, row) for name, make in EXPANSIONS.items() if name in wanted}


STUDENTS = Resource(
    singular="student",
    plural="students",
    table="Students",
    source="Students r",
    order="r.DCID",
    fields=fields(
        """
        id=r.DCID:number local_id=r.Student_Number:number student_username=r.Student_Web_ID state_province_id=r.State_StudentNumber
        name.first_name=r.First_Name name.middle_name=r.Middle_Name name.last_name=r.Last_Name
        school_enrollment.enroll_status=r.Enroll_Status:status school_enrollment.enroll_status_code=r.Enroll_Status:number
        school_enrollment.entry_date=r.EntryDate:date school_enrollment.exit_date=r.ExitDate:date
        school_enrollment.grade_level=r.Grade_Level:number school_enrollment.school_number=r.SchoolID:number
        """
    ),
    build=build,
    expansions=tuple(EXPANSIONS),
)
ACTIVE = "r.Enroll_Status = 0"


def _district_list(world: World, call: Call) -> Answer:
    return STUDENTS.listed(world, call, Where())


def _district_count(world: World, call: Call) -> Answer:
    return STUDENTS.counted(world, call, Where())


def _school_list(world: World, call: Call) -> Answer:
    return STUDENTS.listed(world, call, Where("r.SchoolID = ?", (number_of(world, call),)), _default(call))


def _school_count(world: World, call: Call) -> Answer:
    return STUDENTS.counted(world, call, Where("r.SchoolID = ?", (number_of(world, call),)), _default(call))


def _default(call: Call) -> str:
    """A school's list shows the active unless the filter speaks of the status itself."""
    return "" if "enroll_status" in call.query.get("q", "").lower() else ACTIVE


ENDPOINTS = (
    Endpoint("GET", "/ws/v1/district/student", _district_list),
    Endpoint("GET", "/ws/v1/district/student/count", _district_count),
    Endpoint("GET", "/ws/v1/school/{id}/student", _school_list),
    Endpoint("GET", "/ws/v1/school/{id}/student/count", _school_count),
    Endpoint("GET", "/ws/v1/student/{id}", STUDENTS.single),
)
