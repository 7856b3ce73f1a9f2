"""Infinite Campus, ad hoc: six extracts with the database's field names, as a state's template chooses them (`infinite_campus`)."""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import District, Person, School
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Row, Sheet
from homeroom.simulator.spelling import sex, us_date
from homeroom.simulator.truth import UNSAID, Expected, expect

STUDENTS = (
    *("personID", "stateID", "studentNumber", "lastName", "firstName", "middleName", "gender", "birthdate", "grade"),
    *("activeToday", "email", "calendarID", "cal.schoolID", "name"),
)
SECTIONS = (
    *("courseID", "courseNumber", "courseName", "credit", "sectionID", "sectionNumber", "teacherDisplay", "teacher2Display"),
    *("termStart", "termEnd", "terms", "departmentName", "periodStart", "periodEnd", "teacherPersonID", "teacher2PersonID"),
    *("calendarID", "cal.schoolID", "name", "Room Name"),
)
ENROLLMENTS = (
    *("personID", "stateID", "studentNumber", "firstName", "lastName", "rosterID", "trialID", "sectionID", "startDate"),
    *("endDate", "calendarID", "cal.schoolID", "name"),
)
STAFF = (
    *("firstName", "middleName", "lastName", "staffStateID", "staffNumber", "personID", "email", "active", "schoolName"),
    "schoolEmployment.schoolID",
)
TERMS = ("termID", "name", "startDate", "endDate", "calendarID", "name", "schoolID")
FIRST_DIGIT = {"student": "1", "contact": "3"}


def person_id(person: Person) -> str:
    """A person's inner number, unique over students, staff (2...) and contacts."""
    return FIRST_DIGIT.get(person.role, "2") + str(person.dcid)


def _calendar(book: Register, school: School) -> Row:
    """Number of the calendar, number of the school at the state, name of the calendar."""
    year = book.district.year
    return (f"{int(school.id)}{year % 100}", facts.campus(school), f"{year % 100 - 1}-{year % 100} {school.name}")


def _students(book: Register) -> Iterator[Row]:
    for p in book.students:
        f = facts.pupil(p, book.district.year)
        names = (person_id(p), f.state_id, p.number, p.family, p.given, p.middle, sex(p), us_date(p.born), p.grade)
        yield (*names, "1", p.email, *_calendar(book, book.schools[p.schools[0]]))


def _course(book: Register, course: str, school: str) -> str:
    return f"{book.district.year % 100}{school}{course[1:]}"


def _sections(book: Register) -> Iterator[Row]:
    for s in book.district.sections:
        course, posts = book.courses[s.course], [book.people[e.person] for e in book.posts.get(s.id, ())][:2]
        names = [f"{p.family}, {p.given}" for p in posts] + [""] * (2 - len(posts))
        ids = [person_id(p) for p in posts] + [""] * (2 - len(posts))
        known = (_course(book, s.course, s.school), course.code, course.title, "1.0", s.id[1:], s.code.rpartition(".")[2])
        first, last = (book.sessions[s.sessions[n]].title for n in (0, -1))
        when = (first, last, ", ".join(dict.fromkeys((first, last))), course.subject, s.periods[0], s.periods[-1])
        yield (*known, *names, *when, *ids, *_calendar(book, book.schools[s.school]), s.room)


def _enrollments(book: Register) -> Iterator[Row]:
    for e in book.seats:
        p = book.people[e.person]
        state = facts.pupil(p, book.district.year).state_id
        seat = (e.id[1:], "1", e.section[1:], us_date(e.begins), "")
        yield (person_id(p), state, p.number, p.given, p.family, *seat, *_calendar(book, book.schools[e.school]))


def _staff(book: Register) -> Iterator[Row]:
    for p in book.staff:
        f = facts.employee(p)
        for school in (book.schools[s] for s in p.schools if s in book.schools):
            names = (p.given, p.middle, p.family, f.state_id, p.number, person_id(p), p.email, "1")
            yield (*names, school.name, facts.campus(school))


def _terms(book: Register) -> Iterator[Row]:
    for school in book.district.schools:
        calendar, _, name = _calendar(book, school)
        for s in book.district.sessions:
            yield (f"{int(school.id)}{s.id}", s.title, us_date(s.begins), us_date(s.ends), calendar, name, str(int(school.id)))


def _schools(book: Register) -> list[Row]:
    return [(facts.campus(s), s.name) for s in book.district.schools]


def sheets(district: District) -> tuple[Sheet, ...]:
    """The six extracts."""
    book = register(facts.enlarged(district))
    people = {"sourcedId": "personID", "givenName": "firstName", "familyName": "lastName"}
    seats = {"sourcedId": "rosterID", "classSourcedId": "sectionID", "userSourcedId": "personID", "beginDate": "startDate"}
    return (
        Sheet("schools.csv", "orgs", ("School_Id", "School_name"), _schools(book)),
        Sheet("terms.csv", "academicSessions", TERMS, list(_terms(book))),
        Sheet("students.csv", "users", STUDENTS, list(_students(book)), words=people),
        Sheet("staff.csv", "staff", STAFF, list(_staff(book))),
        Sheet("sections.csv", "classes", SECTIONS, list(_sections(book)), words={"sourcedId": "sectionID"}),
        Sheet("enrollments.csv", "enrollments", ENROLLMENTS, list(_enrollments(book)), words=seats),
    )


def _users(book: Register) -> Iterator[Row]:
    campuses = {s.id: facts.campus(s) for s in book.district.schools}
    for p in (*book.students, *book.staff):
        places = [campuses[s] for s in p.schools if s in campuses]
        if places:
            role = p.role if p.role in ("student", "teacher") else UNSAID
            known = (person_id(p), ",".join(places), role, p.given, p.middle, p.family, p.number, p.email)
            yield (*known, p.grade)


def _seats(book: Register) -> Iterator[Row]:
    campuses = {s.id: facts.campus(s) for s in book.district.schools}
    for e in book.seats:
        known = (e.id[1:], e.section[1:], campuses[e.school], person_id(book.people[e.person]))
        yield (*known, "student", UNSAID, e.begins)
    for s in book.district.sections:
        for place, e in enumerate(book.posts.get(s.id, ())[:2]):
            lead = "false" if place else "true"
            yield (UNSAID, s.id[1:], campuses[s.school], person_id(book.people[e.person]), "teacher", lead, UNSAID)


def expected(district: District) -> tuple[Expected, ...]:
    """People by personID, classes by sectionID; staff who teach nothing are of no kind that the extracts say."""
    book = register(facts.enlarged(district))
    terms = ((f"{int(x.id)}{s.id}", s.title, s.begins, s.ends) for x in book.district.schools for s in district.sessions)
    courses = [(_course(book, s.course, s.school), book.courses[s.course]) for s in district.sections]
    taught = {s.id: _course(book, s.course, s.school) for s in district.sections}
    classes = (
        (s.id[1:], taught[s.id], facts.campus(book.schools[s.school]), s.code.rpartition(".")[2], s.room)
        for s in district.sections
    )
    born = ((person_id(p), p.born, p.sex) for p in book.students)
    return (
        expect("orgs", "sourcedId name", _schools(book)),
        expect("academicSessions", "sourcedId title startDate endDate", terms),
        expect("courses", "sourcedId courseCode title subjects", ((n, c.code, c.title, c.subject) for n, c in courses)),
        expect("classes", "sourcedId courseSourcedId schoolSourcedId classCode location", classes),
        expect("users", "sourcedId orgSourcedIds role givenName middleName familyName identifier email grades", _users(book)),
        expect("demographics", "sourcedId birthDate sex", born),
        expect(
            "enrollments",
            "sourcedId classSourcedId schoolSourcedId userSourcedId role primary beginDate",
            _seats(book),
            "classSourcedId userSourcedId role",
        ),
    )
