"""The truth of Microsoft's formats 2 and 2.1."""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import District
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Row
from homeroom.simulator.spelling import digits
from homeroom.simulator.truth import UNSAID, Expected, expect
from homeroom.simulator.writers import contacts

OTHER_SUBJECT = "22"
RACE_FIELDS = {
    "white": "white",
    "black": "blackOrAfricanAmerican",
    "asian": "asian",
    "native": "americanIndianOrAlaskaNative",
    "pacific": "nativeHawaiianOrOtherPacificIslander",
    "two": "demographicRaceTwoOrMoreRaces",
}
SUBJECT_CODES = {"English": "01", "Language Arts": "01", "Mathematics": "02", "Science": "03", "Social Studies": "04"}


def _orgs(book: Register) -> Expected:
    schools = ((s.id, s.name, "school", book.district.id) for s in book.district.schools)
    rows = ((book.district.id, book.district.name, "district", ""), *schools)
    return expect("orgs", "sourcedId name type parentSourcedId", rows)


def _enrollments(book: Register) -> Expected:
    rows = ((e.section, e.person, e.role, e.school) for e in book.district.enrollments)
    return expect("enrollments", "classSourcedId userSourcedId role schoolSourcedId", rows, "classSourcedId userSourcedId role")


def expected(district: District) -> tuple[Expected, ...]:
    """Format 2: who is where, and the classes."""
    book = register(facts.enlarged(district))
    inside = (p for p in book.district.people if p.role != "contact")
    users = ((p.id, ",".join(p.schools), p.role, p.given, p.family, p.email, p.grade) for p in inside)
    classes = ((s.id, s.school, s.title) for s in book.district.sections)
    return (
        _orgs(book),
        expect("users", "sourcedId orgSourcedIds role givenName familyName username grades", users),
        expect("classes", "sourcedId schoolSourcedId title", classes),
        _enrollments(book),
    )


def _users(book: Register) -> Iterator[Row]:
    for p in book.district.people:
        if p.role != "contact":
            telephones = tuple(f"+1{digits(n)}" if n else "" for n in (p.phone, p.mobile))
            yield (p.id, p.given, p.family, p.email, p.email if p.role != "student" else "", *telephones, p.grade)


def _roles(book: Register) -> Iterator[Row]:
    begins = book.district.sessions[0].begins
    for p in book.district.people:
        if p.role != "contact":
            role = "siteAdministrator" if p.role == "administrator" else p.role
            for place, school in enumerate(p.schools):
                yield (p.id, school, role, "secondary" if place else "primary", begins)


def _demographics(book: Register) -> Iterator[Row]:
    for p in book.students:
        races = ("true" if p.race == r else UNSAID for r in RACE_FIELDS)
        yield (p.id, p.born, p.sex, *races, "true" if p.hispanic else UNSAID)


def expected_21(district: District) -> tuple[Expected, ...]:
    """Format 2.1: places in `roles` (1.2's words), contacts as pairs, school years by the year in which they end."""
    book = register(facts.enlarged(district))
    sessions = ((s.id, s.title, s.kind, str(s.year), s.begins, s.ends) for s in district.sessions)
    courses = (
        (
            c.id,
            book.district.id,
            c.title,
            c.code,
            district.sessions[0].id,
            SUBJECT_CODES.get(c.subject, OTHER_SUBJECT),
            _one(c.grades),
        )
        for c in district.courses
    )
    classes = ((s.id, s.school, s.title, ",".join(s.sessions), s.course, s.code) for s in district.sections)
    pairs = ((s.id, c.id, c.given, c.family, c.email, contacts.role(c)) for s, c, _ in book.pairs() if c.email)
    races = " ".join(RACE_FIELDS.values())
    return (
        _orgs(book),
        expect("academicSessions", "sourcedId title type schoolYear startDate endDate", sessions),
        expect("courses", "sourcedId orgSourcedId title courseCode schoolYearSourcedId subjectCodes grades", courses),
        expect("classes", "sourcedId schoolSourcedId title termSourcedIds courseSourcedId classCode", classes),
        expect("users", "sourcedId givenName familyName username email phone sms grades", _users(book)),
        expect("roles", "userSourcedId orgSourcedId role roleType beginDate", _roles(book), "userSourcedId orgSourcedId role"),
        expect("demographics", f"sourcedId birthDate sex {races} hispanicOrLatinoEthnicity", _demographics(book)),
        _enrollments(book),
        expect("contacts", "student sourcedId givenName familyName email role", pairs, "student sourcedId"),
    )


def _one(grades: tuple[str, ...]) -> str:
    return grades[0] if len(grades) == 1 else ""
