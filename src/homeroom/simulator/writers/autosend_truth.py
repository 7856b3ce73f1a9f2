"""The truth of PowerSchool's AutoSend tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from homeroom.simulator import facts
from homeroom.simulator.register import Register
from homeroom.simulator.sheets import Row
from homeroom.simulator.spelling import bracketed, signs_in
from homeroom.simulator.truth import UNSAID, Expected, expect


def _users(book: Register) -> Iterator[Row]:
    for p in book.district.people:
        if p.role != "contact":
            home = p.phone or next((c.phone for c in map(book.people.__getitem__, p.contacts) if c.phone), "")
            role = UNSAID if p.role == "administrator" else p.role
            names = (p.id, ",".join(p.schools), role, p.given, p.middle, p.family, p.number, signs_in(p))
            yield (*names, p.email if p.role != "student" else "", bracketed(home), p.grade)


def _enrollments(book: Register) -> Iterator[Row]:
    for e in book.district.enrollments:
        lead = "true" if book.lead(book.sections[e.section]) == e.person else "false"
        taught = e.role == "teacher"
        key = UNSAID if taught else e.id
        yield (key, e.section, e.school, e.person, e.role, lead if taught else UNSAID, UNSAID if taught else e.begins)


def _classes(book: Register) -> Iterator[Row]:
    for s in book.district.sections:
        course = book.courses[s.course]
        yield (s.id, s.school, course.title, course.code, s.room, s.grades[0] if len(s.grades) == 1 else "")


def _orgs(book: Register) -> Iterator[Row]:
    number = facts.district_number(book.district)
    yield (book.district.id, "District Office", "district", number)
    for s in book.district.schools:
        yield (s.id, s.name, "school", f"{number}{facts.campus(s)}")


def _after(last: str) -> str:
    """The first day after a span, which PowerSchool's files end with its last."""
    return (date.fromisoformat(last) + timedelta(days=1)).isoformat()


def expected(book: Register) -> tuple[Expected, ...]:
    """Former students and dropped enrollments are not in it; contacts are not, since they have no ids."""
    terms = ((s.title, s.begins, _after(s.ends), str(s.year)) for s in book.district.sessions)
    courses = ((c.code, c.code, c.title, c.subject) for c in book.district.courses)
    born = ((p.id, p.born, p.sex, "true" if p.hispanic else "false") for p in book.students)
    people = "sourcedId orgSourcedIds role givenName middleName familyName identifier username email phone grades"
    return (
        expect("orgs", "sourcedId name type identifier", _orgs(book)),
        expect("academicSessions", "title startDate endDate schoolYear", terms, "title startDate"),
        expect("courses", "sourcedId courseCode title subjects", courses),
        expect("classes", "sourcedId schoolSourcedId title courseSourcedId location grades", _classes(book)),
        expect("users", people, _users(book)),
        expect("demographics", "sourcedId birthDate sex hispanicOrLatinoEthnicity", born),
        expect(
            "enrollments",
            "sourcedId classSourcedId schoolSourcedId userSourcedId role primary beginDate",
            _enrollments(book),
            "classSourcedId userSourcedId role",
        ),
    )
