"""Pathways: the state-report files of five systems for a planner of courses and careers, in six dialects.

What is public: which tool writes them and whether they have a header row; that Ascender puts `|` into a `.csv`; that Skyward SMS
writes its course crosswalk without a header. **All column names, their order and the file names are inferred** and stand here as
proposed. Ids are student numbers with their zeros; Texas names a campus by three digits, the other dialects by the school's number.
Texas writes marks as numbers, the others as letters; a mark of a course in progress may be blank. Variants of `pathways-eschoolplus`,
whose report templates a district adapts: `utf-16` is Cognos with tabs in UTF-16, `course-requests` adds a file that is ours altogether.

Not carried: classes, enrollments, staff, contacts, terms with dates, the schools' names, demographics, the district.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from homeroom.simulator import facts
from homeroom.simulator.records import District, Person
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import us_date
from homeroom.simulator.transcripts import Mark, averages, credentials, current, history, requests
from homeroom.simulator.truth import UNSAID, Expected, expect
from homeroom.simulator.writers.writer import Writer

MARKS = ("SchoolYear", "Term", "CourseCode", "CourseName", "Grade", "CreditEarned", "CreditAttempted", "IsCurrent")
AVERAGES = ("WeightedGPA", "UnweightedGPA", "ClassRank")
CROSSWALK = ("LocalCourseCode", "LocalCourseName", "StateCourseCode")
REQUESTS = ("SchoolYear", "CourseCode", "CourseName", "Priority", "Alternate")
CERTIFICATES = ("CertificationCode", "CertificationName", "DateEarned", "EndorsementOrProgram")
Kind = str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One system's spelling. `columns` are its words for student id, given and family name, grade and school; `files` by kind."""

    columns: tuple[str, str, str, str, str]
    files: dict[Kind, str]
    texas: bool = False
    bare: tuple[Kind, ...] = ()

    def school(self, book: Register, person: Person) -> str:
        """The code of a student's school."""
        return facts.campus(book.schools[person.schools[0]]) if self.texas else person.schools[0]

    def grade(self, grade: str) -> str:
        """A grade as this system spells it: Texas with the zero in front, the others as numbers after K."""
        return grade if self.texas else "K" if grade == "KG" else str(int(grade))

    def mark(self, mark: Mark) -> str:
        """A mark as this system spells it; blank while a course is in progress and nothing has been given yet."""
        if mark.standing == "current" and not mark.number % 10:
            return ""
        return str(mark.number) if self.texas else mark.letter


def _students(book: Register, dialect: Dialect) -> Iterator[Row]:
    heads = {p.schools[0]: f"{p.given} {p.family}" for p in book.staff if p.role == "administrator"}
    for p in book.students:
        f = facts.pupil(p, book.district.year)
        known = (p.number, f.state_id, p.given, p.family, dialect.grade(p.grade), dialect.school(book, p))
        yield (*known, p.email, str(f.graduates), heads.get(p.schools[0], ""))


def _marks(book: Register) -> Iterator[Mark]:
    yield from history(book.district)
    yield from current(book.district)


def _grades(book: Register, dialect: Dialect) -> Iterator[Row]:
    for m in _marks(book):
        named = (m.student.number, str(m.year), m.term, m.course.code, m.course.title)
        yield (*named, dialect.mark(m), m.earned, m.attempted, "Y" if m.standing == "current" else "N")


def _gpa(book: Register, dialect: Dialect) -> Iterator[Row]:
    found = averages(book.district)
    for p in book.students:
        if p.id in found:
            yield (p.number, found[p.id].weighted, found[p.id].unweighted, str(found[p.id].rank))


def _crosswalk(book: Register, dialect: Dialect) -> Iterator[Row]:
    for c in book.district.courses:
        yield (c.code, c.title, facts.state_course(c))


def _ibc(book: Register, dialect: Dialect) -> Iterator[Row]:
    for c in credentials(book.district):
        yield (c.student.number, c.code, c.title, us_date(c.earned), c.programme)


def _requests(book: Register, dialect: Dialect) -> Iterator[Row]:
    for r in requests(book.district):
        wanted = (r.course.code, r.course.title, str(r.priority), "Y" if r.alternate else "N")
        yield (r.student.number, str(book.district.year + 1), *wanted)


def _columns(kind: Kind, dialect: Dialect) -> Row:
    student, given, family, grade, school = dialect.columns
    return {
        "students": (student, "StateID", given, family, grade, school, "Email", "GraduationYear", "Counselor"),
        "grades": (student, *MARKS),
        "gpa": (student, *AVERAGES),
        "crosswalk": CROSSWALK,
        "ibc": (student, *CERTIFICATES),
        "requests": (student, *REQUESTS),
    }[kind]


ROWS: dict[Kind, Callable[[Register, Dialect], Iterator[Row]]] = {
    "students": _students,
    "grades": _grades,
    "gpa": _gpa,
    "crosswalk": _crosswalk,
    "ibc": _ibc,
    "requests": _requests,
}
TABLES = {
    "students": "users",
    "grades": "grades",
    "gpa": "gpa",
    "crosswalk": "course_crosswalk",
    "ibc": "credentials",
    "requests": "course_requests",
}


def _sheets(district: District, dialect: Dialect) -> tuple[Sheet, ...]:
    book = register(district)
    student, given, family, _, _ = dialect.columns
    words = {"sourcedId": student, "givenName": given, "familyName": family, "userSourcedId": student}
    made = ((k, f, _columns(k, dialect)) for k, f in dialect.files.items())
    return tuple(
        Sheet(f, TABLES[k], c, list(ROWS[k](book, dialect)), header=k not in dialect.bare, words=words) for k, f, c in made
    )


def _users(book: Register, dialect: Dialect) -> Iterator[Row]:
    for p in book.students:
        yield (p.number, dialect.school(book, p), "student", p.given, p.family, p.email, p.grade)


def _transcripts(book: Register, dialect: Dialect) -> Iterator[Row]:
    for m in _marks(book):
        named = (m.student.number, str(m.year), m.term, m.course.code, m.course.title)
        yield (*named, dialect.mark(m), m.earned, m.attempted, m.standing)


def _means(book: Register, dialect: Dialect) -> Iterator[Row]:
    for number, weighted, unweighted, rank in _gpa(book, dialect):
        yield (number, "weighted", weighted, rank)
        yield (number, "unweighted", unweighted, UNSAID)


def _expected(district: District, dialect: Dialect) -> tuple[Expected, ...]:
    book = register(district)
    earned = ((c.student.number, c.code, c.title, c.earned) for c in credentials(district))
    marks = "userSourcedId schoolYear term courseCode courseTitle mark creditsEarned creditsAttempted standing"
    told = {
        "students": expect("users", "sourcedId orgSourcedIds role givenName familyName email grades", _users(book, dialect)),
        "grades": expect("grades", marks, _transcripts(book, dialect), "userSourcedId schoolYear term courseCode"),
        "gpa": expect("gpa", "userSourcedId scale value classRank", _means(book, dialect), "userSourcedId scale"),
        "crosswalk": expect(
            "course_crosswalk", "courseCode courseTitle stateCourseCode", _crosswalk(book, dialect), "courseCode"
        ),
        "ibc": expect("credentials", "userSourcedId code title earnedOn", earned, "userSourcedId code"),
    }
    wanted = ((*row[:5], "true" if row[5] == "Y" else "false") for row in _requests(book, dialect))
    told["requests"] = expect(
        "course_requests",
        "userSourcedId schoolYear courseCode courseTitle priority alternate",
        wanted,
        "userSourcedId courseCode",
    )
    orgs = expect("orgs", "sourcedId", ((dialect.school(book, p),) for p in book.students))
    return (orgs, *(told[kind] for kind in dialect.files))


def _writer(name: str, form: Form, dialect: Dialect) -> Writer:
    return Writer(
        f"pathways-{name}", form, lambda district: _sheets(district, dialect), lambda district: _expected(district, dialect)
    )


PLAIN = ("StudentID", "FirstName", "LastName", "GradeLevel", "SchoolID")
ESCHOOL = ("Student_ID", "First_Name", "Last_Name", "Grade", "Building")
SKYWARD = ("NameID", "FirstName", "LastName", "StudentGrade", "EntityID")
BOTH = {"students": "Students.csv", "grades": "Grades.csv"}
FOUR = {**BOTH, "gpa": "GPA.csv", "crosswalk": "CourseCrosswalk.csv"}
SMS_IN = Dialect(SKYWARD, FOUR, bare=("crosswalk",))
ASCENDER = _writer("ascender", Form(delimiter="|"), Dialect(PLAIN, {**BOTH, "ibc": "IBC.csv"}, texas=True))
ESCHOOLPLUS = _writer("eschoolplus", Form(), Dialect(ESCHOOL, BOTH))
ESCHOOLPLUS_UTF_16 = replace(
    ESCHOOLPLUS, name="pathways-eschoolplus:utf-16", form=Form(delimiter="\t", encoding="utf-16", quotes="none")
)
WITH_REQUESTS = {**BOTH, "requests": "CourseRequests.csv"}
ESCHOOLPLUS_REQUESTS = _writer("eschoolplus:course-requests", Form(), Dialect(ESCHOOL, WITH_REQUESTS))
HARMONY = _writer("harmony", Form(quotes="all"), Dialect(PLAIN, {"students": "Students.txt", "grades": "Grades.txt"}))
SKYWARD_Q_IN = _writer("skyward-q-in", Form(), Dialect(PLAIN, FOUR))
SKYWARD_SMS_IN = _writer("skyward-sms-in", Form(), SMS_IN)
SKYWARD_SMS_TX = _writer("skyward-sms-tx", Form(), replace(SMS_IN, files={**FOUR, "ibc": "IBC.csv"}, texas=True))
WRITERS = (ASCENDER, ESCHOOLPLUS, ESCHOOLPLUS_UTF_16, ESCHOOLPLUS_REQUESTS, HARMONY, SKYWARD_Q_IN, SKYWARD_SMS_IN, SKYWARD_SMS_TX)
