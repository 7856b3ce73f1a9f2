"""Aeries' OneRoster extract: 1.1's files with ids made of school, term, section and staff numbers.

UTF-8, CRLF, `active` and a time in UTC in every row. A school is known by its code, a session by school and term (`41_F`), every session
has type `term`, staff ids begin with `TCH_`. A secondary class is school and section (`41_1001`); an elementary one is school, `TN` and
teacher (`103_TN_88`), has no title, period 0, and a course of the teacher's own. Only students with a class are there. Public are those
ids, the codes and the columns of sessions, classes and courses; what stands before a contact's number (`CON_`) is inferred, as are the
other columns, taken from 1.1.

Not carried: administrators, aides and the office; the special subjects of young children (a homeroom teacher's class is the only one);
class codes, subjects, dates of students' enrollments, quarters, demographics, language.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.simulator import facts
from homeroom.simulator.records import ALL_GRADES, District, Enrollment, Person, Section
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import signs_in
from homeroom.simulator.truth import UNSAID, Expected, as_sent
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.oneroster_11 import HEADERS
from homeroom.simulator.writers.writer import Writer

TABLES = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")
YOUNG = frozenset(ALL_GRADES[:6])
TERMS = {"schoolYear": ("Y", "Year"), "first": ("F", "Fall Semester"), "second": ("S", "Spring Semester")}
KEYED = {"sourcedId": "sourcedId"}  # a blank title is no fault here
PREFIXES = {"student": "", "teacher": "TCH_", "contact": "CON_"}


def _stamp(book: Register) -> Row:
    return ("active", f"{book.district.year - 1}-10-04T09:00:00.000Z")


def _code(book: Register, school: str) -> str:
    """The school's code, 1 to 999."""
    return str(int(facts.campus(book.schools[school])))


def _user_id(person: Person) -> str:
    return f"{PREFIXES[person.role]}{person.dcid}"


def _taken(book: Register) -> dict[str, Section]:
    """The classes that are sent, by their id here: all of secondary schools, one for each teacher of young children."""
    found: dict[str, Section] = {}
    for s in book.district.sections:
        if s.grades[0] not in YOUNG:
            found[f"{_code(book, s.school)}_{s.id[1:]}"] = s
        elif s.kind == "homeroom" and book.lead(s):
            found.setdefault(f"{_code(book, s.school)}_TN_{book.people[book.lead(s)].dcid}", s)
    return found


def _course(book: Register, section: Section) -> str:
    return _user_id(book.people[book.lead(section)]) if section.grades[0] in YOUNG else book.courses[section.course].code


def _orgs(book: Register) -> Iterator[Row]:
    office = facts.district_number(book.district)
    yield (office, *_stamp(book), book.district.name, "district", office, "")
    for s in book.district.schools:
        yield (_code(book, s.id), *_stamp(book), s.name, "school", facts.campus(s), office)


def _sessions(book: Register) -> Iterator[Row]:
    year, first, second = book.district.sessions[:3]
    for school in book.district.schools:
        for session, (letter, title) in zip((year, first, second), TERMS.values(), strict=True):
            key = f"{_code(book, school.id)}_{letter}"
            yield (key, *_stamp(book), title, "term", session.begins, session.ends, "", str(session.year))


def _terms(book: Register, section: Section) -> str:
    letters = ("F", "S") if len(section.sessions) > 1 else ("Y",)
    return ",".join(f"{_code(book, section.school)}_{letter}" for letter in letters)


def _courses(book: Register) -> Iterator[Row]:
    for key, s in {_course(book, s): s for s in _taken(book).values()}.items():
        course, lead = book.courses[s.course], book.people.get(book.lead(s))
        young = s.grades[0] in YOUNG and lead is not None
        title = f"{lead.family}, {lead.given}" if young and lead else course.title
        yield (key, *_stamp(book), "", title, key, ",".join(course.grades), "", "", "")


def _classes(book: Register) -> Iterator[Row]:
    for key, s in _taken(book).items():
        young = s.grades[0] in YOUNG
        named = ("" if young else s.title, ",".join(s.grades), _course(book, s), "")
        place = (s.kind, s.room, _code(book, s.school), _terms(book, s), "", "", "0" if young else ",".join(s.periods))
        yield (key, *_stamp(book), *named, *place)


def _seats(book: Register) -> Iterator[tuple[str, Enrollment]]:
    """The class's id here with each enrollment; nobody twice in one class."""
    keys = {s.id: key for key, s in _taken(book).items()}
    for e in book.district.enrollments:
        if e.section in keys and book.people[e.person].role in PREFIXES:
            yield keys[e.section], e


def _enrollments(book: Register) -> Iterator[Row]:
    for key, e in _seats(book):
        school, person = _code(book, e.school), book.people[e.person]
        dates = (e.begins, book.district.sessions[0].ends) if e.role == "teacher" else ("", "")
        primary = ("true" if e.primary else "false") if e.role == "teacher" else ""
        number = f"{school}_{_user_id(person)}_{key.split('_', 1)[1]}"
        yield (number, *_stamp(book), key, school, _user_id(person), e.role, primary, *dates)


def _people(book: Register) -> list[Person]:
    seated = {e.person for _, e in _seats(book)}
    inside = [p for p in book.district.people if p.role == "teacher" or p.id in seated]
    wanted = {c for p in inside for c in p.contacts}
    return [*inside, *(p for p in book.district.people if p.id in wanted)]


def _users(book: Register) -> Iterator[Row]:
    for p in _people(book):
        role = contacts.role(p) if p.role == "contact" else p.role
        schools = ",".join(_code(book, s) for s in p.schools)
        agents = ",".join(_user_id(book.people[c]) for c in p.contacts)
        names = (signs_in(p), "", p.given, p.family, p.middle, p.number)
        yield (_user_id(p), *_stamp(book), "true", schools, role, *names, p.email, p.mobile, p.phone, agents, p.grade, "")


def sheets(district: District) -> tuple[Sheet, ...]:
    """Six files."""
    book = register(facts.enlarged(district))
    makers = dict(zip(TABLES, (_orgs, _sessions, _courses, _classes, _users, _enrollments), strict=True))
    return tuple(
        Sheet(
            f"{t}.csv", t, tuple(c for c in HEADERS[t].split(",") if c != "metadata.language"), list(makers[t](book)), words=KEYED
        )
        for t in TABLES
    )


UNFILLED = (  # columns of 1.1 that Aeries does not fill: whose course it is, the year of it, the session above a session ...
    *("status", "dateLastModified", "password", "userIds", "subjects", "subjectCodes", "classCode", "schoolYearSourcedId"),
    "orgSourcedId",
)


def expected(district: District) -> tuple[Expected, ...]:
    """The files' own rows; the title of an elementary class is for the layout to find."""
    made = as_sent(sheets(district), dict.fromkeys(TABLES, "sourcedId"), UNFILLED)
    return tuple(e if e.table != "classes" else _titled(e) for e in made)


def _titled(classes: Expected) -> Expected:
    at = classes.columns.index("title")
    rows = [(*r[:at], r[at] or UNSAID, *r[at + 1 :]) for r in classes.rows]
    return Expected(classes.table, classes.key, classes.columns, rows)


WRITER = Writer("aeries", Form(), sheets, expected)
