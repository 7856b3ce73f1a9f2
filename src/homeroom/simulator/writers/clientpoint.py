"""ClientPoint's generic guide: users, classes, enrollments and schools, comma CSV, all in one ZIP a day.

Columns of users, classes and enrollments are the guide's; `schools.csv` is only named by it, its two columns are inferred.
Ids are the numbers that people use (student and staff number), since the guide asks for one number per person in the district.

Not carried: contacts, administrators and aides (the roles are Teacher and Student), e-mail, telephone, grades, courses' titles,
terms, rooms, periods, second teachers, which school a person belongs to (it follows from the classes).
"""

from __future__ import annotations

from dataclasses import replace

from homeroom.simulator.facts import enlarged
from homeroom.simulator.records import District
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, expect
from homeroom.simulator.writers.writer import Writer

ROLES = {"student": "Student", "teacher": "Teacher"}
KEYS = {"sourcedId": "district_user_id", "givenName": "first_name", "familyName": "last_name"}


def _people(book: Register) -> list[Row]:
    return [(p.number, p.given, p.family, ROLES[p.role]) for p in book.district.people if p.role in ROLES]


def _classes(book: Register) -> list[Row]:
    numbers = {p.id: p.number for p in book.staff}
    return [(s.id, s.title, s.school, book.courses[s.course].code, numbers.get(book.lead(s), "")) for s in book.district.sections]


def _seats(book: Register) -> list[Row]:
    return [(e.section, book.people[e.person].number) for e in book.seats]


def sheets(district: District) -> tuple[Sheet, ...]:
    """The four files."""
    book = register(enlarged(district))
    columns = ("class_id", "class_name", "school_id", "course_id", "teacher_id")
    schools = [(s.id, s.name) for s in book.district.schools]
    return (
        Sheet("users.csv", "users", ("district_user_id", "first_name", "last_name", "role"), _people(book), words=KEYS),
        Sheet("classes.csv", "classes", columns, _classes(book), words={"sourcedId": "class_id", "title": "class_name"}),
        Sheet(
            "enrollments.csv",
            "enrollments",
            ("class_id", "student_id"),
            _seats(book),
            words={"classSourcedId": "class_id", "userSourcedId": "student_id"},
        ),
        Sheet("schools.csv", "orgs", ("school_id", "school_name"), schools),
    )


def expected(district: District) -> tuple[Expected, ...]:
    """People with the schools of their classes, classes, and seats; a class's teacher is an enrollment."""
    book = register(enlarged(district))
    seats = [(c, book.sections[c].school, n, "student") for c, n in _seats(book)]
    posts = [(c, school, n, "teacher") for c, _, school, _, n in _classes(book) if n]
    attended: dict[str, set[str]] = {}
    for _, school, number, _ in (*seats, *posts):
        attended.setdefault(number, set()).add(school)
    people = [(n, g, f, r.lower(), ",".join(sorted(attended.get(n, ())))) for n, g, f, r in _people(book)]
    return (
        expect("orgs", "sourcedId name type", ((s.id, s.name, "school") for s in book.district.schools)),
        expect("courses", "sourcedId", ((c[3],) for c in _classes(book))),
        expect("classes", "sourcedId title schoolSourcedId courseSourcedId", (c[:4] for c in _classes(book))),
        expect("users", "sourcedId givenName familyName role orgSourcedIds", people),
        expect(
            "enrollments",
            "classSourcedId schoolSourcedId userSourcedId role",
            (*seats, *posts),
            "classSourcedId userSourcedId role",
        ),
    )


WRITER = Writer("clientpoint", Form(ends="\n", zip="roster.zip"), sheets, expected)
LOOSE = replace(WRITER, name="clientpoint:loose", form=Form(ends="\n"))
