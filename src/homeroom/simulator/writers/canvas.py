"""Canvas SIS import files: accounts, terms, courses, sections, users, enrollments, observers, admins, each row with its status.

UTF-8, LF. All columns are public; those that only the receiver cares for are left out. Times are ISO 8601 in UTC. A Canvas course is one
run of a course at one school in one term; parents of the tree of accounts stand before their children; guardians are observers and
need an e-mail address, since they sign in with it. Students of earlier years and leavers stand there as
`deleted`, which is a status and not a row to take.

Not carried: what kind of org an account is, at which school somebody is, grades, birth dates, telephones, rooms, periods, numbers of
people beside their id, ids of enrollments, who leads a class, parts of the year.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.former import former
from homeroom.simulator.records import District, Person, Section
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import signs_in
from homeroom.simulator.truth import Expected, expect
from homeroom.simulator.writers.writer import Writer

ACCOUNTS = ("account_id", "parent_account_id", "name", "status")
TERMS = ("term_id", "name", "status", "start_date", "end_date")
COURSES = ("course_id", "short_name", "long_name", "account_id", "term_id", "status", "homeroom_course")
SECTIONS = ("section_id", "course_id", "name", "status")
USERS = ("user_id", "login_id", "password", "first_name", "last_name", "email", "declared_user_type", "status")
ENROLLMENTS = ("course_id", "user_id", "role", "section_id", "status")
OBSERVERS = ("observer_id", "student_id", "status")
ADMINS = ("user_id", "account_id", "role", "status")
TYPES = {"student": "student", "teacher": "teacher", "aide": "staff", "administrator": "administrative", "contact": "observer"}
ROLES = {"student": "student", "teacher": "teacher", "staff": "aide", "administrative": "administrator", "observer": "guardian"}


def user_id(person: Person) -> str:
    """Numbers of students and staff; contacts have only their id."""
    return person.number or person.id


def course_id(section: Section) -> str:
    """One run of a course at one school."""
    return f"{section.course}-{section.school}"


def _accounts(book: Register) -> list[Row]:
    root = book.district.id
    return [(root, "", book.district.name, "active"), *((s.id, root, s.name, "active") for s in book.district.schools)]


def _terms(book: Register) -> Iterator[Row]:
    for s in book.district.sessions:
        yield (s.id, s.title, "active", f"{s.begins}T00:00:00Z", f"{s.ends}T23:59:59Z")


def _courses(book: Register) -> list[Row]:
    found = {}
    for s in book.district.sections:
        course, home = book.courses[s.course], "true" if s.kind == "homeroom" else "false"
        found[course_id(s)] = (course_id(s), course.code, course.title, s.school, book.term(s).id, "active", home)
    return list(found.values())


def _users(book: Register) -> Iterator[Row]:
    for p in book.district.people:
        if p.role != "contact" or p.email:
            login = p.email if p.role == "contact" else signs_in(p)
            password = "" if p.role == "contact" else f"pw{p.number}"
            yield (user_id(p), login, password, p.given, p.family, p.email, TYPES[p.role], "active")
    for p in (leaver.person for leaver in book.district.left):
        yield (p.number, signs_in(p), "", p.given, p.family, p.email, "student", "deleted")
    for gone in former(book.district):
        yield (gone.number, f"left{gone.dcid}", "", gone.given, gone.family, "", "student", "deleted")


def _enrollments(book: Register) -> Iterator[Row]:
    for e in book.district.enrollments:
        section = book.sections[e.section]
        yield (course_id(section), user_id(book.people[e.person]), e.role, e.section, "active")


def _observers(book: Register) -> Iterator[Row]:
    for student, contact, _ in book.pairs():
        if contact.email:
            yield (contact.id, student.number, "active")


def _admins(book: Register) -> Iterator[Row]:
    for p in book.staff:
        if p.role == "administrator":
            for school in p.schools:
                yield (p.number, school, "AccountAdmin", "active")


def sheets(district: District) -> tuple[Sheet, ...]:
    """The eight files."""
    book = register(facts.enlarged(district))
    sections = [(s.id, course_id(s), s.title, "active") for s in book.district.sections]
    people = {"sourcedId": "user_id", "givenName": "first_name", "familyName": "last_name"}
    ids = {"classSourcedId": "section_id", "userSourcedId": "user_id"}
    return (
        Sheet("accounts.csv", "orgs", ACCOUNTS, _accounts(book)),
        Sheet("terms.csv", "academicSessions", TERMS, list(_terms(book))),
        Sheet("courses.csv", "courses", COURSES, _courses(book)),
        Sheet("sections.csv", "classes", SECTIONS, sections, words={"sourcedId": "section_id", "title": "name"}),
        Sheet("users.csv", "users", USERS, list(_users(book)), words=people),
        Sheet("enrollments.csv", "enrollments", ENROLLMENTS, list(_enrollments(book)), words=ids),
        Sheet("user_observers.csv", "contacts", OBSERVERS, list(_observers(book))),
        Sheet("admins.csv", "admins", ADMINS, list(_admins(book))),
    )


def expected(district: District) -> tuple[Expected, ...]:
    """What is active; guardians are users here, each named by the students they observe."""
    book = register(facts.enlarged(district))
    agents: dict[str, list[str]] = {}
    for observer, student, _ in _observers(book):
        agents.setdefault(student, []).append(observer)
    users = [
        (number, login, given, family, mail, ROLES[kind], ",".join(agents.get(number, ())))
        for number, login, _, given, family, mail, kind, status in _users(book)
        if status == "active"
    ]
    terms = ((s.id, s.title, s.begins, s.ends) for s in district.sessions)
    classes = ((s.id, course_id(s), s.title, s.school, book.term(s).id) for s in district.sections)
    seats = ((section, user, role, book.sections[section].school) for _, user, role, section, _ in _enrollments(book))
    return (
        expect("orgs", "sourcedId parentSourcedId name", (row[:3] for row in _accounts(book))),
        expect("academicSessions", "sourcedId title startDate endDate", terms),
        expect("courses", "sourcedId courseCode title orgSourcedId", (row[:4] for row in _courses(book))),
        expect("classes", "sourcedId courseSourcedId title schoolSourcedId termSourcedIds", classes),
        expect("users", "sourcedId username givenName familyName email role agentSourcedIds", users),
        expect("enrollments", "classSourcedId userSourcedId role schoolSourcedId", seats, "classSourcedId userSourcedId role"),
    )


WRITER = Writer("canvas", Form(ends="\n"), sheets, expected)
