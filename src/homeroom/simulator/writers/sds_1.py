"""Microsoft School Data Sync, first format: six files for people and classes, two for guardians.

Header words with blanks (`SIS ID`, which means another thing in each file), file names as in the samples, UTF-8, CRLF, dates as
YYYY-MM-DD. All columns are public; `Qualification`, `Grade` of teachers and the school's country and zone are left out. A teacher of
several schools stands once for each. Guardians are told by their e-mail address: who has none is not sent.

Not carried: the district, aides, administrators and the office, rooms, grades of classes, race and sex, who leads a class, parts of
the year (a class has one term), ids and dates of enrollments; a guardian's e-mail is the key, mobile and home telephone are one column.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import District, Person
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import SDS_GRADES, signs_in
from homeroom.simulator.truth import Expected, expect
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.writer import Writer

SCHOOL = (
    *("SIS ID", "Name", "School Number", "School NCES_ID", "State ID", "Grade Low", "Grade High", "Principal SIS ID"),
    *("Principal Name", "Principal Secondary Email", "Address", "City", "State", "Zip", "Phone"),
)
STUDENT = (
    *("SIS ID", "School SIS ID", "First Name", "Last Name", "Username", "Password", "State ID", "Secondary Email"),
    *("Student Number", "Middle Name", "Grade", "Status", "Birthdate", "Graduation Year"),
)
TEACHER = (
    *("SIS ID", "School SIS ID", "First Name", "Last Name", "Username", "Password", "State ID", "Teacher Number", "Status"),
    *("Middle Name", "Secondary Email", "Title"),
)
SECTION = (
    *("SIS ID", "School SIS ID", "Section Name", "Section Number", "Term SIS ID", "Term Name", "Term StartDate", "Term EndDate"),
    *("Course SIS ID", "Course Name", "Course Number", "Course Description", "Course Subject", "Periods", "Status"),
)
ROSTER = ("Section SIS ID", "SIS ID")
USER = ("Email", "First Name", "Last Name", "Phone", "SIS ID")
RELATION = ("SIS ID", "Email", "Role")


def _schools(book: Register) -> Iterator[Row]:
    heads = {p.schools[-1]: p for p in book.staff if p.role == "administrator"}
    for s in book.district.schools:
        head = heads.get(s.id)
        low, high = (SDS_GRADES[g] for g in (s.grades[0], s.grades[-1])) if s.grades else ("", "")
        named = (f"{head.given} {head.family}", head.email) if head else ("", "")
        number = facts.campus(s)
        state = f"{facts.district_number(book.district)}{number}"
        place = (f"{int(number)} School Road", facts.CITY, facts.STATE, "01000", "")
        yield (s.id, s.name, number, "", state, low, high, "", *named, *place)


def _students(book: Register) -> Iterator[Row]:
    for p in book.students:
        f = facts.pupil(p, book.district.year)
        names = (p.number, p.schools[0], p.given, p.family, signs_in(p), f"pw{p.number}", f.state_id, p.email)
        yield (*names, p.number, p.middle, SDS_GRADES[p.grade], "Active", p.born, str(f.graduates))


def _teachers(book: Register) -> Iterator[Row]:
    for p in book.district.of("teacher"):
        f = facts.employee(p)
        for school in p.schools:
            names = (p.number, school, p.given, p.family, signs_in(p), f"pw{p.number}", f.state_id, p.number)
            yield (*names, "Active", p.middle, p.email, f.title)


def _sections(book: Register) -> Iterator[Row]:
    for s in book.district.sections:
        term, course = book.term(s), book.courses[s.course]
        when = (term.id, term.title, term.begins, term.ends)
        taught = (course.id, course.title, course.code, "", course.subject)
        yield (s.id, s.school, s.title, s.code, *when, *taught, ",".join(s.periods), "Active")


def guardians(book: Register) -> list[Person]:
    """The contacts with an e-mail address."""
    return [p for p in book.district.of("contact") if p.email]


def _relations(book: Register) -> Iterator[Row]:
    for student, contact, _ in book.pairs():
        if contact.email:
            yield (student.number, contact.email, contacts.role(contact).capitalize())


def sheets(district: District) -> tuple[Sheet, ...]:
    """The eight files."""
    book = register(facts.enlarged(district))
    numbers = {p.id: p.number for p in district.people}
    teaching = [(e.section, numbers[e.person]) for e in district.enrollments if e.role == "teacher"]
    people = [(p.email, p.given, p.family, p.mobile or p.phone, p.id) for p in guardians(book)]
    names = {"sourcedId": "SIS ID", "givenName": "First Name", "familyName": "Last Name"}
    ids = {"classSourcedId": "Section SIS ID", "userSourcedId": "SIS ID"}
    return (
        Sheet("School.csv", "orgs", SCHOOL, list(_schools(book))),
        Sheet("Student.csv", "users", STUDENT, list(_students(book)), words=names),
        Sheet("Teacher.csv", "teachers", TEACHER, list(_teachers(book))),
        Sheet("Section.csv", "classes", SECTION, list(_sections(book)), words={"sourcedId": "SIS ID", "title": "Section Name"}),
        Sheet("StudentEnrollment.csv", "enrollments", ROSTER, [(e.section, numbers[e.person]) for e in book.seats], words=ids),
        Sheet("TeacherRoster.csv", "teacher_rosters", ROSTER, teaching),
        Sheet("User.csv", "guardians", USER, people),
        Sheet("GuardianRelationship.csv", "contacts", RELATION, list(_relations(book))),
    )


def _users(book: Register) -> Iterator[Row]:
    for p in book.district.people:
        if p.role in ("student", "teacher"):
            names = (p.number, ",".join(p.schools), p.role, p.given, p.middle, p.family, p.number)
            yield (*names, signs_in(p), p.email, p.grade)


def expected(district: District) -> tuple[Expected, ...]:
    """Students and teachers; guardians as pairs."""
    book = register(facts.enlarged(district))
    numbers = {p.id: p.number for p in district.people}
    terms = ((t.id, t.title, t.begins, t.ends) for t in map(book.term, district.sections))
    courses = ((c.id, c.title, c.code, c.subject) for c in (book.courses[s.course] for s in district.sections))
    classes = ((s.id, s.school, s.title, s.code, s.course, ",".join(s.periods)) for s in district.sections)
    seats = ((e.section, numbers[e.person], e.role, e.school) for e in district.enrollments)
    pairs = ((s.number, c.id, c.given, c.family, c.email, contacts.role(c)) for s, c, _ in book.pairs() if c.email)
    return (
        expect("orgs", "sourcedId name identifier", ((s.id, s.name, facts.campus(s)) for s in book.district.schools)),
        expect("academicSessions", "title startDate endDate", ((t[1], t[2], t[3]) for t in terms), "title"),
        expect("courses", "sourcedId title courseCode subjects", courses),
        expect("classes", "sourcedId schoolSourcedId title classCode courseSourcedId periods", classes),
        expect(
            "users", "sourcedId orgSourcedIds role givenName middleName familyName identifier username email grades", _users(book)
        ),
        expect("demographics", "sourcedId birthDate", ((p.number, p.born) for p in book.students)),
        expect("enrollments", "classSourcedId userSourcedId role schoolSourcedId", seats, "classSourcedId userSourcedId role"),
        expect("contacts", "student sourcedId givenName familyName email role", pairs, "student sourcedId"),
    )


WRITER = Writer("microsoft-sds-1", Form(), sheets, expected)
