"""Infinite Campus: its OneRoster look-alike in a ZIP, and (variant `ad-hoc`) six ad hoc extracts.

The look-alike has OneRoster 1.1's words with the misspelt headers of templates in use (`ordSourcedIds`, `userSoucedId`,
`termSourceIds`), `1` for true, a state id as JSON in `userIds`, the word `active` and a local time in every enrollment, letter and
personID as a person's id, GUIDs of schools, and one row for each placement of a class: the same class repeats with other terms and
periods. Who cannot sign in (contacts without e-mail), administrators and aides are left out by it. Its files of orgs, sessions and
courses have the standard's own headers (inferred). A course is new every year at every school.

The ad hoc extracts have field names of the database, MM/DD/YYYY, school numbers of the state; the heading `name` stands twice in the
terms. Dates left: whatever the district chose; here the state template's fields.

Not carried: by the look-alike, demographics, which contact is what, periods as such, class codes (a teacher's name stands there);
by the extracts, contacts, terms' kinds, user names, class types.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

from homeroom.simulator import facts
from homeroom.simulator.records import District, Person, Section
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, expect
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.infinite_campus_ad_hoc import expected as expected_ad_hoc
from homeroom.simulator.writers.infinite_campus_ad_hoc import person_id
from homeroom.simulator.writers.infinite_campus_ad_hoc import sheets as sheets_ad_hoc
from homeroom.simulator.writers.writer import Writer

USERS = (
    *("sourcedId", "enabledUser", "ordSourcedIds", "role", "username", "userIds", "givenName", "familyName", "middleName"),
    *("identifier", "email", "sms", "phone", "agentSourcedIds", "grades"),
)
CLASSES = (
    *("sourcedId", "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId"),
    *("termSourceIds", "periods"),
)
ENROLLMENTS = (
    *("sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSoucedId", "role", "primary"),
    *("beginDate", "endDate"),
)
BASE = ("sourcedId", "status", "dateLastModified")
ORGS = (*BASE, "name", "type", "identifier", "parentSourcedId")
SESSIONS = (*BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear")
COURSES = (*BASE, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes")
LETTERS = {"student": "s", "teacher": "t", "contact": "g"}
NOWHERE = uuid.UUID(int=0)


def _guid(org: str) -> str:
    return str(uuid.uuid5(NOWHERE, f"school {org}")).upper()


def _id(person: Person) -> str:
    return LETTERS[person.role] + person_id(person)


def _delivered(book: Register) -> list[Person]:
    return [p for p in book.district.people if p.role in LETTERS and p.email]


def _users(book: Register) -> Iterator[Row]:
    sent = {p.id for p in _delivered(book)}
    for p in _delivered(book):
        role = contacts.role(p) if p.role == "contact" else p.role
        state = _state(book, p)
        ids = f'{{"type":"stateID","identifier":"{state}"}}' if state else ""
        agents = ",".join(_id(book.people[c]) for c in p.contacts if c in sent)
        places = ",".join(map(_guid, p.schools))
        names = (p.email, ids, p.given, p.family, p.middle, state)
        yield (_id(p), "1", places, role, *names, p.email, p.mobile, p.phone, agents, p.grade)


def _state(book: Register, person: Person) -> str:
    if person.role == "contact":
        return ""
    if person.role == "student":
        return facts.pupil(person, book.district.year).state_id
    return facts.employee(person).state_id


def _course(book: Register, section: Section) -> str:
    return f"{book.district.year % 100}{section.school}{section.course[1:]}"


def _term(school: str, session: str) -> str:
    return f"{int(school)}{session}"


def _classes(book: Register) -> Iterator[Row]:
    for s in book.district.sections:
        course = book.courses[s.course]
        lead = book.people.get(book.lead(s))
        title = f"{course.code}-{s.code.rpartition('.')[2]} {course.title}"
        known = (s.id[1:], title, "", _course(book, s), f"{lead.family}, {lead.given}" if lead else "", s.kind, s.room)
        for session in s.sessions:
            for period in s.periods:
                yield (*known, _guid(s.school), _term(s.school, session), f"{session[-1]}-Main-{period}")


def _enrollments(book: Register) -> Iterator[Row]:
    sent = {p.id: p for p in _delivered(book)}
    for e in book.district.enrollments:
        if e.person in sent:
            primary = ("true" if e.primary else "false") if e.role == "teacher" else ""
            stamp = ("active", f"{e.begins} 06:30:00")
            ids = (e.section[1:], _guid(e.school), _id(sent[e.person]))
            yield (f"{LETTERS[e.role]}{e.id[1:]}", *stamp, *ids, e.role, primary, e.begins, "")


def _orgs(book: Register) -> Iterator[Row]:
    yield (_guid(book.district.id), "", "", book.district.name, "district", facts.district_number(book.district), "")
    for s in book.district.schools:
        yield (_guid(s.id), "", "", s.name, "school", facts.campus(s), _guid(book.district.id))


def _sessions(book: Register) -> Iterator[Row]:
    for school in book.district.schools:
        for s in book.district.sessions:
            parent = _term(school.id, s.parent) if s.parent else ""
            yield (_term(school.id, s.id), "", "", s.title, s.kind, s.begins, s.ends, parent, str(s.year))


def _courses(book: Register) -> Iterator[Row]:
    for s in {_course(book, s): s for s in book.district.sections}.values():
        course = book.courses[s.course]
        year = _term(s.school, book.district.sessions[0].id)
        known = (year, course.title, course.code, ",".join(course.grades), _guid(s.school), course.subject, "")
        yield (_course(book, s), "", "", *known)


def sheets(district: District) -> tuple[Sheet, ...]:
    """The look-alike's six files."""
    book = register(facts.enlarged(district))
    ids = {"userSourcedId": "userSoucedId"}
    return (
        Sheet("orgs.csv", "orgs", ORGS, list(_orgs(book))),
        Sheet("academicSessions.csv", "academicSessions", SESSIONS, list(_sessions(book))),
        Sheet("courses.csv", "courses", COURSES, list(_courses(book))),
        Sheet("classes.csv", "placements", CLASSES, list(_classes(book))),
        Sheet("users.csv", "users", USERS, list(_users(book)), words={"orgSourcedIds": "ordSourcedIds"}),
        Sheet("enrollments.csv", "enrollments", ENROLLMENTS, list(_enrollments(book)), words=ids),
    )


def expected(district: District) -> tuple[Expected, ...]:
    """Placements joined to classes; who was not delivered is not there."""
    book = register(facts.enlarged(district))
    users = ((r[0], "true", *r[2:5], *r[6:]) for r in _users(book))
    people = "sourcedId enabledUser orgSourcedIds role username givenName familyName middleName identifier email sms phone"
    titles = {r[0]: r[1] for r in _classes(book)}
    classes = (
        (s.id[1:], titles[s.id[1:]], _course(book, s), s.kind, s.room, _guid(s.school), _terms(s)) for s in district.sections
    )
    seats = ((r[0], r[3], r[4], r[5], r[6], r[7], r[8]) for r in _enrollments(book))
    return (
        expect("orgs", "sourcedId name type identifier parentSourcedId", ((r[0], *r[3:]) for r in _orgs(book))),
        expect(
            "academicSessions",
            "sourcedId title type startDate endDate parentSourcedId schoolYear",
            ((r[0], *r[3:]) for r in _sessions(book)),
        ),
        expect(
            "courses",
            "sourcedId schoolYearSourcedId title courseCode grades orgSourcedId subjects",
            ((r[0], *r[3:9]) for r in _courses(book)),
        ),
        expect("classes", "sourcedId title courseSourcedId classType location schoolSourcedId termSourcedIds", classes),
        expect("users", f"{people} agentSourcedIds grades", users),
        expect("enrollments", "sourcedId classSourcedId schoolSourcedId userSourcedId role primary beginDate", seats),
    )


def _terms(section: Section) -> str:
    return ",".join(_term(section.school, t) for t in section.sessions)


WRITER = Writer("infinite-campus", Form(zip="oneroster.zip"), sheets, expected)
AD_HOC = replace(WRITER, name="infinite-campus:ad-hoc", form=Form(), sheets=sheets_ad_hoc, expected=expected_ad_hoc)
