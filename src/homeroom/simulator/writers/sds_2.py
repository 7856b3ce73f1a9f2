"""Microsoft School Data Sync, format 2 (four files) and 2.1 (ten files): OneRoster's words in part, other columns and other codes.

UTF-8, CRLF. In format 2 a person's schools are a comma list and roles are written with a capital. In 2.1 roles stand in a file
without ids, a school year is counted by the year in which it begins, race and ethnicity are lists of OneRoster's column names,
telephone numbers are E.164, and a contact is sent only with an e-mail address. All columns are public; the flags beside `iep`, `504`
and `freeLunch` are inferred. User names carry their domain.

Not carried by 2: courses, terms, contacts, e-mail and telephone, rooms, codes, birth dates, who leads a class. Not carried by 2.1:
middle names, rooms, periods, who leads a class, ids of enrollments, the order of parts of the year. Flags (`userFlags.csv`) are not in
the truth: they are taken only where a person maps them.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import District, Person
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import SDS_GRADES, digits
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.sds_2_truth import OTHER_SUBJECT, RACE_FIELDS, SUBJECT_CODES, expected, expected_21
from homeroom.simulator.writers.writer import Writer

ROLES = {"student": "Student", "teacher": "Teacher", "aide": "Aide", "administrator": "Administrator"}
ROLES_21 = {"student": "student", "teacher": "teacher", "aide": "paraprofessional", "administrator": "administrator"}
USERS_2 = ("sourcedId", "orgSourcedIds", "givenName", "familyName", "username", "password", "role", "grade")
USERS_21 = ("sourcedId", "username", "givenName", "familyName", "password", "activeDirectoryMatchId", "email", "phone", "sms")
ORGS = ("sourcedId", "name", "type", "parentSourcedId")
ROLE_COLUMNS = (
    *("userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "grade", "isPrimary", "roleStartDate", "roleEndDate"),
)
SESSIONS = ("sourcedId", "title", "type", "schoolYear", "startDate", "endDate")
COURSES = ("sourcedId", "orgSourcedId", "title", "code", "schoolYearSourcedId", "subject", "grade")
CLASSES = ("sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId", "code")
DEMOGRAPHICS = (*("userSourcedId", "sex", "birthDate", "birthCity", "birthState", "birthCountry", "ethnicityCodes", "raceCodes"),)
ENROLLMENTS = ("classSourcedId", "userSourcedId", "role")


def _orgs(book: Register) -> list[Row]:
    schools = [(s.id, s.name, "school", book.district.id) for s in book.district.schools]
    return [(book.district.id, book.district.name, "district", ""), *schools]


def _inside(book: Register) -> list[Person]:
    """Everyone but the contacts."""
    return [p for p in book.district.people if p.role != "contact"]


def sheets(district: District) -> tuple[Sheet, ...]:
    """Format 2."""
    book = register(facts.enlarged(district))
    users = [
        (
            *(p.id, ",".join(p.schools), p.given, p.family, p.email, f"pw{p.number}", ROLES[p.role]),
            SDS_GRADES[p.grade].lstrip("0") if p.grade else "",
        )
        for p in _inside(book)
    ]
    classes = [(s.id, s.school, s.title) for s in book.district.sections]
    return (
        Sheet("orgs.csv", "orgs", ORGS, _orgs(book)),
        Sheet("users.csv", "users", USERS_2, users, words={"grades": "grade"}),
        Sheet("classes.csv", "classes", CLASSES[:3], classes),
        Sheet("enrollments.csv", "enrollments", ENROLLMENTS, _enrollments(book, ROLES)),
    )


def _enrollments(book: Register, roles: dict[str, str]) -> list[Row]:
    return [(e.section, e.person, roles[e.role]) for e in book.district.enrollments]


def _users_21(book: Register) -> Iterator[Row]:
    for p in book.district.people:
        if p.email:
            known = (p.id, p.email, p.given, p.family, "" if p.role == "contact" else f"pw{p.number}", p.email)
            yield (*known, p.email if p.role != "student" else "", _e164(p.phone), _e164(p.mobile))


def _e164(telephone: str) -> str:
    return f"+1{digits(telephone)}" if telephone else ""


def _roles(book: Register) -> Iterator[Row]:
    begins, ends = book.district.sessions[0].begins, book.district.sessions[0].ends
    for p in _inside(book):
        for place, school in enumerate(p.schools):
            grade = SDS_GRADES[p.grade] if p.grade else ""
            yield (p.id, school, ROLES_21[p.role], "", grade, "FALSE" if place else "TRUE", begins, ends)


def _courses(book: Register) -> Iterator[Row]:
    for c in book.district.courses:
        grade = SDS_GRADES[c.grades[0]] if len(c.grades) == 1 else ""
        year = book.district.sessions[0].id
        yield (c.id, book.district.id, c.title, c.code, year, SUBJECT_CODES.get(c.subject, OTHER_SUBJECT), grade)


def _demographics(book: Register) -> Iterator[Row]:
    for p in book.students:
        ethnicity = "hispanicOrLatinoEthnicity" if p.hispanic else ""
        yield (p.id, p.sex or "notSelected", p.born, "", "", "", ethnicity, RACE_FIELDS[p.race])


def _flags(book: Register) -> Iterator[Row]:
    for p in book.students:
        f = facts.pupil(p, book.district.year)
        said = {
            "iep": f.special_education,
            "504": f.section_504,
            "freeLunch": f.lunch == "free",
            "reducedLunch": f.lunch == "reduced",
            "ell": f.english_learner,
            "giftOrTalented": f.gifted,
        }
        for flag, holds in said.items():
            if holds:
                yield (p.id, flag)


def sheets_21(district: District) -> tuple[Sheet, ...]:
    """Format 2.1."""
    book = register(facts.enlarged(district))
    sessions = [(s.id, s.title, s.kind, str(s.year - 1), s.begins, s.ends) for s in book.district.sessions]
    classes = [(s.id, s.school, s.title, ",".join(s.sessions), s.course, s.code) for s in book.district.sections]
    pairs = [(s.id, c.id, contacts.role(c)) for s, c, _ in book.pairs() if c.email]
    return (
        Sheet("orgs.csv", "orgs", ORGS, _orgs(book)),
        Sheet("users.csv", "users", USERS_21, list(_users_21(book))),
        Sheet("roles.csv", "roles", ROLE_COLUMNS, list(_roles(book))),
        Sheet("academicSessions.csv", "academicSessions", SESSIONS, sessions),
        Sheet("courses.csv", "courses", COURSES, list(_courses(book))),
        Sheet("classes.csv", "classes", CLASSES, classes),
        Sheet("enrollments.csv", "enrollments", ENROLLMENTS, _enrollments(book, ROLES_21)),
        Sheet("demographics.csv", "demographics", DEMOGRAPHICS, list(_demographics(book)), words={"sourcedId": "userSourcedId"}),
        Sheet("userFlags.csv", "user_flags", ("userSourcedId", "flag"), list(_flags(book))),
        Sheet("relationships.csv", "contacts", ("userSourcedId", "relationshipUserSourcedId", "relationshipRole"), pairs),
    )


WRITER = Writer("microsoft-sds-2", Form(), sheets, expected)
WRITER_21 = Writer("microsoft-sds-2.1", Form(), sheets_21, expected_21)
