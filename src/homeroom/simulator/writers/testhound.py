"""TestHound: students, teachers and schedules of a Texas district, named after the state and the district's six digits.

Columns of schedules and teachers are the product's; those of students are inferred from them. Numbers keep their zeros: six digits of
the district, three of the campus. Schedules have one row for each course of a student in the current term, with the state's code, and
no number of the class: campus, code, period and room together tell classes apart (inferred). The demographics file of Texas is not
written, since its columns are not known.

Not carried: class ids, who teaches a class, contacts, administrators and aides, terms, dates, the schools' names, second periods.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import District
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, expect
from homeroom.simulator.writers.writer import Writer

STUDENTS = ("DistrictID", "CampusID", "StudentID", "FirstName", "MiddleName", "LastName", "Grade", "StateID")
TEACHERS = ("DistrictID", "CampusID", "SPID", "FirstName", "MiddleName", "LastName", "Email")
SCHEDULES = ("DistrictID", "CampusID", "StudentID", "Code", "LocalName", "Period", "Room")


def _campuses(book: Register) -> dict[str, str]:
    return {s.id: facts.campus(s) for s in book.district.schools}


def _students(book: Register, number: str) -> Iterator[Row]:
    campuses = _campuses(book)
    for p in book.students:
        state = facts.pupil(p, book.district.year).state_id
        yield (number, campuses[p.schools[0]], p.number, p.given, p.middle, p.family, p.grade, state)


def _teachers(book: Register, number: str) -> Iterator[Row]:
    campuses = _campuses(book)
    for p in book.district.of("teacher"):
        for school in p.schools:
            yield (number, campuses[school], p.number, p.given, p.middle, p.family, p.email)


def _schedules(book: Register, number: str) -> Iterator[Row]:
    campuses = _campuses(book)
    for e in book.seats:
        section = book.sections[e.section]
        course = book.courses[section.course]
        seat = (facts.state_course(course), course.title, section.periods[0], section.room)
        yield (number, campuses[e.school], book.people[e.person].number, *seat)


def sheets(district: District) -> tuple[Sheet, ...]:
    """The three files."""
    book, number = register(district), facts.district_number(district)
    people = {"sourcedId": "StudentID", "givenName": "FirstName", "familyName": "LastName"}
    made: tuple[tuple[str, str, Row, list[Row], dict[str, str]], ...] = (
        ("Students", "users", STUDENTS, list(_students(book, number)), people),
        ("Teachers", "teachers", TEACHERS, list(_teachers(book, number)), {}),
        ("Schedules", "enrollments", SCHEDULES, list(_schedules(book, number)), {"userSourcedId": "StudentID"}),
    )
    return tuple(Sheet(f"D_TH_{n}_{facts.STATE}_{number}.csv", t, c, rows, words=words) for n, t, c, rows, words in made)


def _users(book: Register) -> Iterator[Row]:
    campuses = _campuses(book)
    for p in book.students:
        yield (p.number, campuses[p.schools[0]], "student", p.given, p.middle, p.family, "", p.grade)
    for p in book.district.of("teacher"):
        schools = ",".join(campuses[s] for s in p.schools)
        yield (p.number, schools, "teacher", p.given, p.middle, p.family, p.email, "")


def expected(district: District) -> tuple[Expected, ...]:
    """Classes by campus, code, period and room: two with the same four are one."""
    book, number = register(district), facts.district_number(district)
    seats = list(_schedules(book, number))
    classes = ((campus, code, title, period, room) for _, campus, _, code, title, period, room in seats)
    rows = ((campus, student, "student", code, period, room) for _, campus, student, code, _, period, room in seats)
    told = "schoolSourcedId courseSourcedId.courseCode title periods location"
    through = "classSourcedId.courseSourcedId.courseCode classSourcedId.periods classSourcedId.location"
    return (
        expect("orgs", "sourcedId", ((c,) for c in _campuses(book).values())),
        expect("courses", "courseCode", ((row[3],) for row in seats), "courseCode"),
        expect("classes", told, classes, "schoolSourcedId courseSourcedId.courseCode periods location"),
        expect("users", "sourcedId orgSourcedIds role givenName middleName familyName email grades", _users(book)),
        expect("enrollments", f"schoolSourcedId userSourcedId role {through}", rows, f"schoolSourcedId userSourcedId {through}"),
    )


WRITER = Writer("testhound", Form(), sheets, expected)
