"""The road by `/ws/v1`, where neither our queries nor tables are open: the same files, as far as v1 can carry them.

v1 says nothing of co-teachers, of staff who work in the district office alone, of rooms and grades of classes, of the subjects and schools of courses.
What it does say has the same ids as by the other roads. Guardians come by `/ws/contacts`, with a call for each student.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from homeroom.deliveries.seal import Incoming
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import PowerSchool
from homeroom.systems.powerschool.client.shapes import text
from homeroom.systems.powerschool.plugin.queries import FILES, queries
from homeroom.systems.powerschool.source import guardians, sheets, v1_rows
from homeroom.systems.powerschool.source.v1_rows import OFFICE, TAKEN, Row


@dataclass(slots=True)
class Known:
    """What earlier lists said and later ones name: DCIDs -> what the files write instead."""

    schools: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    courses: dict[str, Row] = field(default_factory=dict)
    staff: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    students: dict[str, None] = field(default_factory=dict)


def bring(sis: PowerSchool, errand: Errand) -> list[Incoming]:
    """The files that v1 can fill. One call for each section, student and page: the client keeps its pace. Raises PowerSchoolError."""
    known = Known()
    rosters: list[Row] = []
    files = [
        _file(errand, "districts", iter([v1_rows.district(sis.district())])),
        _file(errand, "locations", _schools(sis, known)),
        _file(errand, "terms", _terms(sis, known)),
        _file(errand, "courses", _courses(sis, known)),
        _file(errand, "staff", _staff(sis, known, rosters)),
        _file(errand, "staff_locations", rosters),
    ]
    leads: list[Row] = []
    files.append(_file(errand, "classes", _sections(sis, known, leads)))
    files.append(_file(errand, "class_staff_roster", leads))
    files.append(_file(errand, "students", _students(sis, known)))
    if (contacts := guardians.bring(sis, known.students, errand)) is not None:
        files.append(contacts)
    files.append(_file(errand, "class_student_roster", _seats(sis, known, errand.now.date().isoformat())))
    return files


def terms(sis: PowerSchool) -> Iterator[Row]:
    """The terms of all schools, by themselves."""
    known = Known()
    for _ in _schools(sis, known):
        pass
    yield from _terms(sis, known)


def _file(errand: Errand, key: str, rows: Iterable[Row]) -> Incoming:
    name = FILES[key]
    errand.tell(f"fetch {name.removesuffix('.csv')}")
    sheets.write(errand.folder / name, list(queries()[key].columns), rows)
    return Incoming(name, errand.folder / name)


def _schools(sis: PowerSchool, known: Known) -> Iterator[Row]:
    for school in sis.schools():
        row = v1_rows.school(school)
        known.schools[row["dcid"]] = row["school_number"]
        yield row


def _terms(sis: PowerSchool, known: Known) -> Iterator[Row]:
    for school, number in known.schools.items():
        for term in sis.terms(school):
            row = v1_rows.term(term, number)
            known.terms[row["dcid"]] = row["termid"]
            yield row


def _courses(sis: PowerSchool, known: Known) -> Iterator[Row]:
    """Each course once: one of the district is in the list of every school that offers it."""
    for school in known.schools:
        for course in sis.courses(school):
            row = v1_rows.course(course)
            if row["dcid"] not in known.courses:
                known.courses[row["dcid"]] = row
                yield row


def _staff(sis: PowerSchool, known: Known, places: list[Row]) -> Iterator[Row]:
    """Each adult once; `places` gets a row for each school of the adult, and for the office, which has no list of its own."""
    seen: set[str] = set()
    for school, number in known.schools.items():
        for person in sis.staff(school, expansions=v1_rows.OF_STAFF):
            row = v1_rows.adult(person)
            known.staff[text(person["id"]) or ""] = row["dcid"]
            kind, office = v1_rows.kind_at(person, school), v1_rows.kind_at(person, OFFICE)
            if kind is None:
                continue
            places.append(v1_rows.place(person, number, kind))
            if row["dcid"] not in seen:
                seen.add(row["dcid"])
                if office is not None:
                    places.append(v1_rows.place(person, OFFICE, office) | {"dcid": ""})  # whose record it is there, nobody says
                yield row


def _sections(sis: PowerSchool, known: Known, leads: list[Row]) -> Iterator[Row]:
    for school, number in known.schools.items():
        for section in sis.sections(school):
            course = known.courses.get(text(section.get("course_id")) or "", {})
            row = v1_rows.section(section, course, number, known.terms.get(text(section.get("term_id")) or "", ""))
            known.sections[row["dcid"]] = number
            teacher = known.staff.get(text(section.get("staff_id")) or "")
            if teacher is not None:
                leads.append(v1_rows.lead(row["dcid"], teacher, number))
            yield row


def _students(sis: PowerSchool, known: Known) -> Iterator[Row]:
    for student in sis.students(expansions=v1_rows.OF_STUDENTS):
        row = v1_rows.student(student)
        if row.get("enroll_status") in TAKEN:
            known.students[row["dcid"]] = None
            yield row


def _seats(sis: PowerSchool, known: Known, today: str) -> Iterator[Row]:
    """Class enrollments that count, of students who come."""
    for section, number in known.sections.items():
        for seat in sis.section_enrollments(section):
            row = v1_rows.seat(seat, number, today)
            if row is not None and row["student_dcid"] in known.students:
                yield row
