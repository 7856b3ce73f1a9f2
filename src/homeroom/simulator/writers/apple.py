"""Apple School Manager: six files at the root of one ZIP, all of them every time.

UTF-8, LF, straight quotes round what holds a blank or a comma. All columns are public. Ids are letters, digits and hyphens; a person's id
is unique over students and staff; a course stands once for each school; two further instructor columns and one further location are
written. Everybody in `staff.csv` counts as an instructor there, and the office is a location like a school.

Not carried: what staff are, contacts, terms, periods, rooms, grades of classes, birth dates, telephones, dates of enrollments, ids of the
teachers' enrollments, which location is the district.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator.facts import enlarged
from homeroom.simulator.records import District, Person
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import signs_in
from homeroom.simulator.truth import UNSAID, Expected, expect
from homeroom.simulator.writers.writer import Writer

STUDENTS = (
    *("person_id", "person_number", "first_name", "middle_name", "last_name", "grade_level", "email_address", "sis_username"),
    *("password_policy", "location_id"),
)
STAFF = (
    *("person_id", "person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username", "location_id"),
    "location_id_2",
)
COURSES = ("course_id", "course_number", "course_name", "location_id")
CLASSES = (
    *("class_id", "class_number", "course_id", "instructor_id", "instructor_id_2", "instructor_id_3", "location_id"),
    "class_display_name",
)
ROSTERS = ("roster_id", "class_id", "student_id")
PLACES, INSTRUCTORS = 2, 3


def _grade(grade: str) -> str:
    return "K" if grade == "KG" else str(int(grade))


def _names(person: Person) -> Row:
    return (person.number, person.number, person.given, person.middle, person.family)


def _students(book: Register) -> Iterator[Row]:
    for p in book.students:
        policy = "4" if p.grade < "06" or p.grade == "KG" else "8"
        yield (*_names(p), _grade(p.grade), p.email, signs_in(p), policy, p.schools[0])


def _staff(book: Register) -> Iterator[Row]:
    for p in book.staff:
        places = (*p.schools[:PLACES], *[""] * (PLACES - len(p.schools)))
        yield (*_names(p), p.email, signs_in(p), *places)


def _courses(book: Register) -> list[Row]:
    taught = dict.fromkeys((s.course, s.school) for s in book.district.sections)
    return [(f"{c}-{school}", book.courses[c].code, book.courses[c].title, school) for c, school in taught]


def _instructors(book: Register, section: str) -> list[str]:
    return [book.people[e.person].number for e in book.posts.get(section, ())][:INSTRUCTORS]


def _classes(book: Register) -> Iterator[Row]:
    for s in book.district.sections:
        found = _instructors(book, s.id)
        instructors = (*found, *[""] * (INSTRUCTORS - len(found)))
        yield (s.id, s.code, f"{s.course}-{s.school}", *instructors, s.school, s.title)


def _locations(book: Register) -> list[Row]:
    return [(book.district.id, "District Office"), *((s.id, s.name) for s in book.district.schools)]


def sheets(district: District) -> tuple[Sheet, ...]:
    """The six files."""
    book = register(enlarged(district))
    seats = [(e.id, e.section, book.people[e.person].number) for e in book.seats]
    people = {"sourcedId": "person_id", "givenName": "first_name", "familyName": "last_name"}
    ids = {"sourcedId": "roster_id", "classSourcedId": "class_id", "userSourcedId": "student_id"}
    return (
        Sheet("locations.csv", "orgs", ("location_id", "location_name"), _locations(book)),
        Sheet("students.csv", "users", STUDENTS, list(_students(book)), words=people),
        Sheet("staff.csv", "staff", STAFF, list(_staff(book))),
        Sheet("courses.csv", "courses", COURSES, _courses(book)),
        Sheet("classes.csv", "classes", CLASSES, list(_classes(book)), words={"sourcedId": "class_id"}),
        Sheet("rosters.csv", "enrollments", ROSTERS, seats, words=ids),
    )


def _users(book: Register) -> Iterator[Row]:
    for p in (*book.students, *book.staff):
        role = p.role if p.role in ("student", "teacher") else UNSAID
        known = (p.number, ",".join(p.schools[:PLACES]), role, p.given, p.middle, p.family, p.number)
        yield (*known, p.email, signs_in(p), p.grade)


def _enrollments(book: Register) -> Iterator[Row]:
    for e in book.seats:
        yield (e.id, e.section, e.school, book.people[e.person].number, "student", UNSAID)
    for s in book.district.sections:
        for place, number in enumerate(_instructors(book, s.id)):
            yield (UNSAID, s.id, s.school, number, "teacher", "false" if place else "true")


def expected(district: District) -> tuple[Expected, ...]:
    """People, classes with their instructors, seats."""
    book = register(enlarged(district))
    classes = ((s.id, s.school, s.title, s.code, f"{s.course}-{s.school}") for s in book.district.sections)
    people = "sourcedId orgSourcedIds role givenName middleName familyName identifier email username grades"
    return (
        expect("orgs", "sourcedId name", _locations(book)),
        expect("courses", "sourcedId courseCode title orgSourcedId", _courses(book)),
        expect("classes", "sourcedId schoolSourcedId title classCode courseSourcedId", classes),
        expect("users", people, _users(book)),
        expect(
            "enrollments",
            "sourcedId classSourcedId schoolSourcedId userSourcedId role primary",
            _enrollments(book),
            "classSourcedId userSourcedId role",
        ),
    )


WRITER = Writer("apple-school-manager", Form(ends="\n", quotes="spaced", zip="roster.zip"), sheets, expected)
