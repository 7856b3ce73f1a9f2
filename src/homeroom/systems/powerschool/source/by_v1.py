"""The road by `/ws/v1`, where neither our queries nor tables are open: the same files, as far as v1 can carry them.

v1 says nothing of co-teachers, of the staff of the district office, of rooms and grades of classes, of the subjects and schools of courses, and its
contacts are one call for each student, so they do not come. What it does say has the same ids as by the other roads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from homeroom.deliveries.seal import Incoming
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import PowerSchool
from homeroom.systems.powerschool.client.shapes import Record, as_list, at, text
from homeroom.systems.powerschool.plugin.queries import FILES, queries
from homeroom.systems.powerschool.source import sheets

OFFICE = "0"
YEARS_BEGIN = 1990
"""A school year's number is the year in which it begins less this."""
STAFF = ("1", "2")
"""Teachers and other staff, of the kinds of staff."""

Row = dict[str, str]


@dataclass(slots=True)
class Known:
    """What earlier lists said and later ones name: DCIDs -> what the files write instead."""

    schools: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    courses: dict[str, Row] = field(default_factory=dict)
    staff: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    students: set[str] = field(default_factory=set)


def bring(sis: PowerSchool, errand: Errand) -> list[Incoming]:
    """The files that v1 can fill. One call for each section and page: the client keeps its pace. Raises PowerSchoolError."""
    known = Known()
    rosters: list[Row] = []
    files = [
        _file(errand, "districts", _district(sis)),
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
    files.append(_file(errand, "class_student_roster", _seats(sis, known, errand.now.date().isoformat())))
    return files


def _file(errand: Errand, key: str, rows: Iterable[Row]) -> Incoming:
    name = FILES[key]
    errand.tell(f"fetch {name.removesuffix('.csv')}")
    sheets.write(errand.folder / name, list(queries()[key].columns), rows)
    return Incoming(name, errand.folder / name)


def _row(record: Record, **paths: str) -> Row:
    """A row of texts: column -> what stands at a path of the record; blanks are left out."""
    return {column: found for column, path in paths.items() if (found := text(at(record, path))) is not None}


def _district(sis: PowerSchool) -> Iterator[Row]:
    yield _row(sis.district(), district_number="district_number", district_name="name")


def _schools(sis: PowerSchool, known: Known) -> Iterator[Row]:
    for school in sis.schools():
        row = _row(school, dcid="id", school_number="school_number", name="name", low_grade="low_grade", high_grade="high_grade")
        known.schools[row["dcid"]] = row["school_number"]
        yield row


def _terms(sis: PowerSchool, known: Known) -> Iterator[Row]:
    for school, number in known.schools.items():
        for term in sis.terms(school):
            row = _row(
                term, dcid="id", termid="local_id", name="name", abbreviation="abbreviation", firstday="start_date",
                lastday="end_date", portion="portion",
            )  # fmt: skip
            known.terms[row["dcid"]] = row["termid"]
            year = int(text(at(term, "start_year")) or 0) - YEARS_BEGIN
            yield row | {"schoolid": number, "yearid": str(year), "isyearrec": "1" if row.get("portion") == "1" else "0"}


def _courses(sis: PowerSchool, known: Known) -> Iterator[Row]:
    """Each course once: one of the district is in the list of every school that offers it."""
    for school in known.schools:
        for course in sis.courses(school):
            row = _row(course, dcid="id", course_number="course_number", course_name="course_name")
            if row["dcid"] not in known.courses:
                known.courses[row["dcid"]] = row
                yield row


def _staff(sis: PowerSchool, known: Known, places: list[Row]) -> Iterator[Row]:
    """Each adult once; `places` gets a row for each school of the adult. The record itself stands for one person at one school."""
    seen: set[str] = set()
    for school, number in known.schools.items():
        for person in sis.staff(school, expansions=("emails", "school_affiliations")):
            row = _row(
                person, dcid="users_dcid", teachernumber="local_id", first_name="name.first_name", middle_name="name.middle_name",
                last_name="name.last_name", email_addr="emails.work_email", teacherloginid="teacher_username",
            )  # fmt: skip
            here = [
                a for a in as_list(at(person, "school_affiliations.school_affiliation")) if text(a.get("school_id")) == school
            ]
            kinds = {text(a.get("type")) for a in here if text(a.get("status")) in ("1", None)} & set(STAFF)
            known.staff[text(person["id"]) or ""] = row["dcid"]
            if not kinds:
                continue
            places.append(
                {
                    "dcid": text(person["id"]) or "",
                    "users_dcid": row["dcid"],
                    "schoolid": number,
                    "staffstatus": min(k for k in kinds if k),
                }
            )
            if row["dcid"] not in seen:
                seen.add(row["dcid"])
                yield row


def _sections(sis: PowerSchool, known: Known, leads: list[Row]) -> Iterator[Row]:
    for school, number in known.schools.items():
        for section in sis.sections(school):
            row = _row(section, dcid="id", section_number="section_number", external_expression="external_expression")
            course = known.courses.get(text(section.get("course_id")) or "", {})
            row |= {name: course[name] for name in ("course_number", "course_name") if name in course}
            row |= {"schoolid": number, "termid": known.terms.get(text(section.get("term_id")) or "", "")}
            known.sections[row["dcid"]] = number
            teacher = known.staff.get(text(section.get("staff_id")) or "")
            if teacher is not None:
                leads.append({"section_dcid": row["dcid"], "users_dcid": teacher, "schoolid": number, "is_lead": "1"})
            yield row


def _students(sis: PowerSchool, known: Known) -> Iterator[Row]:
    for student in sis.students(expansions=("demographics", "school_enrollment", "contact_info")):
        row = _row(
            student, dcid="id", student_number="local_id", state_studentnumber="state_province_id", first_name="name.first_name",
            middle_name="name.middle_name", last_name="name.last_name", schoolid="school_enrollment.school_number",
            grade_level="school_enrollment.grade_level", enroll_status="school_enrollment.enroll_status_code",
            entrydate="school_enrollment.entry_date", exitdate="school_enrollment.exit_date", student_web_id="student_username",
            email="contact_info.email", dob="demographics.birth_date", gender="demographics.gender",
        )  # fmt: skip
        if row.get("enroll_status") in ("0", "-1"):
            known.students.add(row["dcid"])
            yield row


def _seats(sis: PowerSchool, known: Known, today: str) -> Iterator[Row]:
    """Class enrollments that count: not dropped, neither on the first day nor since, of students who come."""
    for section, number in known.sections.items():
        for seat in sis.section_enrollments(section):
            row = _row(
                seat,
                dcid="id",
                section_dcid="section_id",
                student_dcid="student_id",
                dateenrolled="entry_date",
                dateleft="exit_date",
            )
            begins, ends = row.get("dateenrolled", ""), row.get("dateleft", "")
            if text(seat.get("dropped")) != "true" and ends > begins and ends > today and row["student_dcid"] in known.students:
                yield row | {"schoolid": number}
