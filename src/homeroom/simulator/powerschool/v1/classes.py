"""Courses, terms, sections and who sits in them."""

from __future__ import annotations

import sqlite3

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.filters import Where, fields
from homeroom.simulator.powerschool.v1.resource import Built, Resource
from homeroom.simulator.powerschool.v1.schools import number_of
from homeroom.simulator.powerschool.world import World

GRADEBOOKS = {1: "PTG", 2: "PTP"}


def _course(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    return {"id": row["DCID"], "course_number": row["Course_Number"], "course_name": row["Course_Name"]}


def _term(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    return {
        "id": row["DCID"],
        "local_id": row["ID"],
        "school_id": row["School_DCID"],
        "start_year": row["YearID"] + 1990,
        "portion": row["Portion"],
        "start_date": row["FirstDay"],
        "end_date": row["LastDay"],
        "abbreviation": row["Abbreviation"],
        "name": row["Name"],
    }


def _section(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    base = {
        "id": row["DCID"],
        "school_id": row["School_DCID"],
        "course_id": row["Course_DCID"],
        "term_id": row["Term_DCID"],
        "section_number": row["Section_Number"],
        "expression": row["Expression"],
        "external_expression": row["External_Expression"],
        "staff_id": row["Staff_DCID"],
        "gradebooktype": GRADEBOOKS.get(row["GradebookType"]),
    }
    if "term" in wanted:
        sql = f"SELECT {TERMS.select} FROM {TERMS.source} WHERE r.DCID = ?"
        term = database.one(world.tables, sql, (row["Term_DCID"],))
        base["term"] = _term(world, term, ()) if term else {}
    return base


def _seat(world: World, row: sqlite3.Row, wanted: tuple[str, ...]) -> Built:
    return {
        "id": row["DCID"],
        "section_id": row["Section_DCID"],
        "student_id": row["Student_DCID"],
        "entry_date": row["DateEnrolled"],
        "exit_date": row["DateLeft"],
        "dropped": row["SectionID"] < 0,
    }


COURSES = Resource(
    singular="course",
    plural="courses",
    table="Courses",
    source="Courses r",
    order="r.Course_Number",
    fields=fields("id=r.DCID:number course_number=r.Course_Number course_name=r.Course_Name"),
    build=_course,
)
TERMS = Resource(
    singular="term",
    plural="terms",
    table="Terms",
    source="Terms r JOIN Schools sc ON sc.School_Number = r.SchoolID",
    select="r.*, sc.DCID AS School_DCID",
    order="r.Portion, r.FirstDay, r.DCID",
    fields=fields(
        """
        id=r.DCID:number local_id=r.ID:number start_year=(r.YearID+1990):number portion=r.Portion:number
        start_date=r.FirstDay:date end_date=r.LastDay:date name=r.Name abbreviation=r.Abbreviation
        """
    ),
    build=_term,
)
SECTIONS = Resource(
    singular="section",
    plural="sections",
    table="Sections",
    source=(
        "Sections r JOIN Schools sc ON sc.School_Number = r.SchoolID LEFT JOIN Courses co ON co.Course_Number = r.Course_Number "
        "LEFT JOIN Terms te ON te.ID = r.TermID AND te.SchoolID = r.SchoolID LEFT JOIN SchoolStaff ss ON ss.ID = r.Teacher"
    ),
    select="r.*, sc.DCID AS School_DCID, co.DCID AS Course_DCID, te.DCID AS Term_DCID, ss.DCID AS Staff_DCID",
    order="r.Section_Number, r.Course_Number, r.TermID, r.DCID",
    fields=fields(
        """
        id=r.DCID:number section_number=r.Section_Number course_id=co.DCID:number term_id=te.DCID:number staff_id=ss.DCID:number
        term.start_year=(te.YearID+1990):number term.id=te.DCID:number term.portion=te.Portion:number
        """
    ),
    build=_section,
    expansions=("term",),
)
SEATS = Resource(
    singular="section_enrollment",
    plural="section_enrollments",
    table="CC",
    source="CC r JOIN Sections se ON se.ID = abs(r.SectionID) JOIN Students st ON st.ID = r.StudentID",
    select="r.*, se.DCID AS Section_DCID, st.DCID AS Student_DCID",
    order="st.DCID, r.DateEnrolled, r.DCID",
    fields=fields("id=r.DCID:number student_id=st.DCID:number entry_date=r.DateEnrolled:date exit_date=r.DateLeft:date"),
    build=_seat,
)
AT_SCHOOL = "r.SchoolID = ?"


def _taught(world: World, call: Call) -> Where:
    """Courses that a school offers this year: of the district and of the school itself."""
    sql = (
        "(r.SchoolID IN (0, ?) AND EXISTS (SELECT 1 FROM Sections s WHERE s.Course_Number = r.Course_Number AND s.SchoolID = ? "
        "AND s.TermID BETWEEN ? AND ?))"
    )
    school = number_of(world, call)
    return Where(sql, (school, school, world.year_id * 100, world.year_id * 100 + 99))


def _this_year(world: World, call: Call) -> str:
    """Sections of the current school year, unless the filter asks for a year."""
    asked = "term.start_year" in call.query.get("q", "").lower()
    return "" if asked else f"r.TermID BETWEEN {world.year_id * 100} AND {world.year_id * 100 + 99}"


def _terms_this_year(world: World, call: Call) -> str:
    return "" if "start_year" in call.query.get("q", "").lower() else f"r.YearID = {world.year_id}"


def _at(world: World, call: Call) -> Where:
    return Where(AT_SCHOOL, (number_of(world, call),))


def _courses(world: World, call: Call) -> Answer:
    return COURSES.listed(world, call, _taught(world, call))


def _course_count(world: World, call: Call) -> Answer:
    return COURSES.counted(world, call, _taught(world, call))


def _sections(world: World, call: Call) -> Answer:
    return SECTIONS.listed(world, call, _at(world, call), _this_year(world, call))


def _section_count(world: World, call: Call) -> Answer:
    return SECTIONS.counted(world, call, _at(world, call), _this_year(world, call))


def _terms(world: World, call: Call) -> Answer:
    return TERMS.listed(world, call, _at(world, call), _terms_this_year(world, call))


def _term_count(world: World, call: Call) -> Answer:
    return TERMS.counted(world, call, _at(world, call), _terms_this_year(world, call))


def _in(world: World, call: Call) -> Where:
    found = database.one(world.tables, "SELECT ID FROM Sections WHERE DCID = ?", (call.number("id"),))
    if found is None:
        raise Trouble(404, "Not Found")
    return Where("r.SectionID IN (?, ?)", (found[0], -found[0]))


def _seats(world: World, call: Call) -> Answer:
    return SEATS.listed(world, call, _in(world, call))


def _seat_count(world: World, call: Call) -> Answer:
    return SEATS.counted(world, call, _in(world, call))


ENDPOINTS = (
    Endpoint("GET", "/ws/v1/school/{id}/course", _courses),
    Endpoint("GET", "/ws/v1/school/{id}/course/count", _course_count),
    Endpoint("GET", "/ws/v1/school/{id}/section", _sections),
    Endpoint("GET", "/ws/v1/school/{id}/section/count", _section_count),
    Endpoint("GET", "/ws/v1/school/{id}/term", _terms),
    Endpoint("GET", "/ws/v1/school/{id}/term/count", _term_count),
    Endpoint("GET", "/ws/v1/course/{id}", COURSES.single),
    Endpoint("GET", "/ws/v1/section/{id}", SECTIONS.single),
    Endpoint("GET", "/ws/v1/term/{id}", TERMS.single),
    Endpoint("GET", "/ws/v1/section_enrollment/{id}", SEATS.single),
    Endpoint("GET", "/ws/v1/section/{id}/section_enrollment", _seats),
    Endpoint("GET", "/ws/v1/section/{id}/section_enrollment/count", _seat_count),
)
