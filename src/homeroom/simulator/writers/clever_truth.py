"""The truth of Clever's files: what can be read from them, under the ids that they send."""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import District
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Row
from homeroom.simulator.spelling import digits, signs_in
from homeroom.simulator.transcripts import averages
from homeroom.simulator.truth import Expected, expect

RACES = ("white", "black", "asian", "native", "pacific", "two")
RACE_FIELDS = (
    "white blackOrAfricanAmerican asian americanIndianOrAlaskaNative nativeHawaiianOrOtherPacificIslander "
    "demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity"
)


def _true(flag: bool) -> str:
    return "true" if flag else "false"


def _users(book: Register) -> Iterator[Row]:
    for p in book.district.people:
        if p.role != "contact" and p.schools[0] != book.district.id:
            yield (p.number, ",".join(p.schools), p.role, p.given, p.family, p.email, signs_in(p), p.grade)


def _classes(book: Register) -> Iterator[Row]:
    for s in book.district.sections:
        course = book.courses[s.course]
        yield (s.id, s.school, s.title, s.grades[0] if len(s.grades) == 1 else "", ",".join(s.periods), course.code)


def _demographics(book: Register) -> Iterator[Row]:
    for p in book.students:
        yield (p.number, p.born, p.sex, *(_true(p.race == r) for r in RACES), _true(p.hispanic))


def _enrollments(book: Register) -> Iterator[Row]:
    for e in book.district.enrollments:
        primary = _true(book.lead(book.sections[e.section]) == e.person) if e.role == "teacher" else ""
        yield (e.section, e.school, book.people[e.person].number, e.role, primary)


def _gpa(book: Register) -> Iterator[Row]:
    found = averages(book.district)
    for student in book.students:
        if student.id in found:
            yield (student.number, "unweighted", found[student.id].unweighted)
            yield (student.number, "weighted", found[student.id].weighted)


def _contacts(book: Register) -> Iterator[Row]:
    for student, c, _ in book.pairs():
        sms, phone = (digits(c.mobile), "") if c.mobile else ("", digits(c.phone))
        yield (student.number, c.id, f"{c.given} {c.family}", facts.contact_kind(c), c.email, sms, phone)


def _contacts_apart(book: Register) -> Iterator[Row]:
    for student, c, _ in book.pairs():
        sms, phone = (digits(c.mobile), "") if c.mobile else ("", digits(c.phone))
        yield (student.number, c.id, c.given, c.family, facts.contact_kind(c), c.relation, c.email, sms, phone)


def _terms(book: Register, *, parts: bool) -> Iterator[Row]:
    """The one session that covers each class, or its `parts`."""
    for section in book.district.sections:
        for term in [book.sessions[t] for t in section.sessions] if parts else [book.term(section)]:
            yield (term.title, term.begins, term.ends)


def _told(book: Register, contacts: Expected, *, parts: bool = False) -> tuple[Expected, ...]:
    schools = ((s.id, s.name, facts.campus(s)) for s in book.district.schools)
    courses = ((s.school, book.courses[s.course].code, book.courses[s.course].title) for s in book.district.sections)
    seats = "classSourcedId userSourcedId role"
    return (
        expect("orgs", "sourcedId name identifier", schools),
        expect("academicSessions", "title startDate endDate", _terms(book, parts=parts), "title startDate"),
        expect("courses", "orgSourcedId courseCode title", courses, "orgSourcedId courseCode"),
        expect("classes", "sourcedId schoolSourcedId title grades periods classCode", _classes(book)),
        expect("users", "sourcedId orgSourcedIds role givenName familyName email username grades", _users(book)),
        expect("demographics", f"sourcedId birthDate sex {RACE_FIELDS}", _demographics(book)),
        expect("enrollments", "classSourcedId schoolSourcedId userSourcedId role primary", _enrollments(book), seats),
        expect("gpa", "userSourcedId scale value", _gpa(book), "userSourcedId scale"),
        contacts,
    )


CONTACT = "student sourcedId name type email sms phone"


def expected(district: District) -> tuple[Expected, ...]:
    """Users are students, teachers and staff; contacts are told as pairs, since who becomes a guardian is for the contact rules."""
    book = register(facts.enlarged(district))
    return _told(book, expect("contacts", CONTACT, _contacts(book), "student sourcedId"))


def expected_of_terms(district: District) -> tuple[Expected, ...]:
    """The same with the semesters instead of the years that cover them."""
    book = register(facts.enlarged(district))
    return _told(book, expect("contacts", CONTACT, _contacts(book), "student sourcedId"), parts=True)


def expected_with_contacts_file(district: District) -> tuple[Expected, ...]:
    """The same; the file of contacts keeps given and family name apart and says the relationship in the system's words."""
    book = register(facts.enlarged(district))
    columns = "student sourcedId givenName familyName type relationship email sms phone"
    return _told(book, expect("contacts", columns, _contacts_apart(book), "student sourcedId"))
