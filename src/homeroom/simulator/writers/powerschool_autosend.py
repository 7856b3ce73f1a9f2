"""PowerSchool's AutoSend: whole tables with the system's own field names, tab between fields, CR at the end of a line, no quotes.

Students, teachers, courses, sections, student schedules (`cc`), and what districts send beside them by Quick Export: schools,
terms, section teachers. All field names are public; which of them are chosen, and their order, is each district's own affair and
here ours. Foreign fields carry the number of their table (`[13]FirstDay`). Dates are MM/DD/YYYY, kindergarten is 0, an adult has a
row for each school, dropped enrollments stay with negative numbers, students of earlier years and leavers stay with an Enroll_Status of 2 or 3; a
password, a social security number and a parent portal name are there to be left alone.
Variants: `dated` (the night in the file name), `headerless` (LF, no header row), `comma`.

The truth's ids are the letter of the kind before the DCID, as on the other roads from PowerSchool. Not carried: ids of contacts (the
mother's and father's names stand with the student), second semesters of a class, what an administrator is (StaffStatus 0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from homeroom.simulator import facts
from homeroom.simulator.former import former
from homeroom.simulator.numbering import CO, LEAD, PORTION, STAFF_STATUS, abbreviation, inner, section_number, teacher_id
from homeroom.simulator.records import District, Enrollment, Person, School
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import POWERSCHOOL_GRADES, bracketed, sex, signs_in, us_date
from homeroom.simulator.truth import Expected
from homeroom.simulator.writers import autosend_truth
from homeroom.simulator.writers.writer import Writer

STUDENTS = (
    *("DCID", "ID", "Student_Number", "State_StudentNumber", "SchoolID", "First_Name", "Middle_Name", "Last_Name", "Nickname"),
    *("Gender", "DOB", "Grade_Level", "Enroll_Status", "EntryDate", "ExitDate", "DistrictEntryDate", "Student_Web_ID", "Web_ID"),
    *("Web_Password", "SSN", "FedEthnicity", "Street", "City", "State", "Zip", "Home_Phone", "Mother_First", "Mother"),
    *("Mother_Email", "Father_First", "Father", "Father_Email", "GuardianEmail", "[39]Alternate_School_Number"),
)
TEACHERS = (
    *("ID", "DCID", "Users_DCID", "TeacherNumber", "SchoolID", "HomeSchoolID", "First_Name", "Last_Name", "Middle_Name"),
    *("Email_Addr", "TeacherLoginID", "Status", "StaffStatus", "Title", "Home_Phone", "SIF_StatePrid"),
)
COURSES = ("Course_Number", "Course_Name", "SchoolID", "CreditType", "Credit_Hours", "Alt_Course_Number", "DCID")
SECTIONS = (
    *("ID", "DCID", "SchoolID", "Course_Number", "Section_Number", "TermID", "Expression", "External_Expression", "Room"),
    *("Teacher", "[05]TeacherNumber", "[02]Course_Name", "[13]Abbreviation", "[13]FirstDay", "[13]LastDay", "Grade_Level"),
    "No_of_students",
)
CC = (
    *("ID", "DCID", "SchoolID", "TermID", "SectionID", "StudentID", "[01]Student_Number", "Course_Number", "Section_Number"),
    *("DateEnrolled", "DateLeft", "TeacherID", "[05]TeacherNumber"),
)
SECTIONTEACHERS = ("SectionID", "TeacherID", "Email", "Role", "RoleID", "Start_Date", "End_Date", "PriorityOrder", "Allocation")
TERMS = ("ID", "DCID", "SchoolID", "YearID", "Name", "Abbreviation", "FirstDay", "LastDay", "Portion", "IsYearRec")
SCHOOLS = ("School_Number", "Name", "Abbreviation", "Low_Grade", "High_Grade", "Alternate_School_Number", "DCID", "ID")


def _students(book: Register) -> Iterator[Row]:
    for p in book.students:
        yield _student(book, p, "0", _left(book))
    for leaver in book.district.left:
        if leaver.person.schools[0] in book.schools:
            yield _student(book, leaver.person, "2", us_date(leaver.day))
    for gone in former(book.district):
        yield (
            *(str(gone.dcid), str(gone.dcid + 50_000), gone.number, "", gone.school, gone.given, "", gone.family, "", ""),
            *(us_date(gone.born), gone.grade, gone.status, us_date(gone.entered), us_date(gone.left)),
            *[""] * (len(STUDENTS) - 15),
        )


def _student(book: Register, p: Person, status: str, left: str) -> Row:
    f = facts.pupil(p, book.district.year)
    names = (str(p.dcid), inner(p.id), p.number, f.state_id, p.schools[0], p.given, p.middle, p.family, f.nickname)
    dates = (us_date(book.district.sessions[0].begins), left, us_date(f.entered_district))
    signs = (signs_in(p), f"family{p.dcid}", f"pw{p.number}", f"000-00-{p.dcid % 10_000:04d}")
    place = ("1" if p.hispanic else "0", f.street, facts.CITY, facts.STATE, f.zip)
    level = (sex(p), us_date(p.born), POWERSCHOOL_GRADES[p.grade], status)
    return (*names, *level, *dates, *signs, *place, *_family(book, p), _state_number(book, book.schools[p.schools[0]]))


def _family(book: Register, student: Person) -> Row:
    contacts = [book.people[c] for c in student.contacts if c in book.people]  # those of a leaver may be gone
    home = next((c.phone for c in contacts if c.phone), "")
    parents: list[str] = []
    for relation in ("mother", "father"):
        found = next((c for c in contacts if c.relation == relation), None)
        parents += [found.given, found.family, found.email] if found else ["", "", ""]
    mails = ",".join(c.email for c in contacts if c.email and facts.contact_kind(c) == "Parent/Guardian")
    return (bracketed(home), *parents, mails)


def _teachers(book: Register) -> Iterator[Row]:
    for p in book.staff:
        f = facts.employee(p)
        for school in p.schools:
            number = teacher_id(p, school)
            ids = (number, str(int(number) + 700_000), str(p.dcid), p.number, school, p.schools[0])
            names = (p.given, p.family, p.middle, p.email, signs_in(p), "1", STAFF_STATUS[p.role])
            yield (*ids, *names, f.title, bracketed(p.phone), f.state_id)


def _courses(book: Register) -> Iterator[Row]:
    for c in book.district.courses:
        yield (c.code, c.title, "0", c.subject, "1.0", facts.state_course(c), c.id[1:])


def _sections(book: Register) -> Iterator[Row]:
    seats: dict[str, int] = {}
    for seat in book.seats:
        seats[seat.section] = seats.get(seat.section, 0) + 1
    for s in book.district.sections:
        course, term = book.courses[s.course], book.term(s)
        lead = book.people.get(book.lead(s))
        taught = (teacher_id(lead, s.school), lead.number) if lead else ("0", "")
        span = "-".join(dict.fromkeys((s.periods[0], s.periods[-1])))
        named = (s.school, course.code, section_number(s), term.id, f"{span}(A-E)", f"{span}(M-F)", s.room)
        dated = (course.title, abbreviation(term.title), us_date(term.begins), us_date(term.ends))
        level = POWERSCHOOL_GRADES[s.grades[0]] if len(s.grades) == 1 else ""
        yield (inner(s.id), s.id[1:], *named, *taught, *dated, level, str(seats.get(s.id, 0)))


def _cc(book: Register) -> Iterator[Row]:
    for e in book.seats:
        yield _seat(book, e, us_date(e.begins), _left(book), dropped=False)
    for e in book.seats[:: max(50, len(book.seats) // 1900 + 1)]:
        dropped = e._replace(id=f"E{_place(e)}")
        yield _seat(book, dropped, us_date(e.begins), us_date(f"{book.district.year - 1}-09-04"), dropped=True)


def _left(book: Register) -> str:
    """The day after the last day of the year, filled in beforehand."""
    return us_date((date.fromisoformat(book.district.sessions[0].ends) + timedelta(days=1)).isoformat())


def _place(enrollment: Enrollment) -> int:
    return 9_000_000 + int(enrollment.id[1:])


def _seat(book: Register, e: Enrollment, begins: str, left: str, *, dropped: bool) -> Row:
    section, student = book.sections[e.section], book.people[e.person]
    lead = book.people.get(book.lead(section))
    taught = (teacher_id(lead, e.school), lead.number) if lead else ("0", "")
    minus = "-" if dropped else ""
    ids = (inner(e.id), e.id[1:], e.school, minus + book.term(section).id, minus + inner(e.section), inner(e.person))
    return (*ids, student.number, book.courses[section.course].code, section_number(section), begins, left, *taught)


def _section_teachers(book: Register) -> Iterator[Row]:
    for section, posts in book.posts.items():
        ends = us_date(book.term(book.sections[section]).ends)
        for place, e in enumerate(posts, start=1):
            person = book.people[e.person]
            role = LEAD if place == 1 else CO
            dates = (us_date(e.begins), ends)
            yield (inner(section), teacher_id(person, e.school), person.email, *role, *dates, str(place), "100")


def _terms(book: Register) -> Iterator[Row]:
    for number, school in enumerate(book.district.schools):
        for s in book.district.sessions:
            ids = (s.id, f"{number + 1}{s.id}", school.id, str(s.year - 1991), s.title, abbreviation(s.title))
            whole = "1" if s.kind == "schoolYear" else "0"
            yield (*ids, us_date(s.begins), us_date(s.ends), PORTION[s.kind], whole)


def _schools(book: Register) -> Iterator[Row]:
    yield (book.district.id, "District Office", "DO", "", "", facts.district_number(book.district), "1", "1")
    for n, s in enumerate(book.district.schools, start=2):
        low, high = (POWERSCHOOL_GRADES[g] for g in (s.grades[0], s.grades[-1])) if s.grades else ("", "")
        short = "".join(w[0] for w in s.name.split())
        yield (s.id, s.name, short, low, high, _state_number(book, s), str(n), str(n + 100))
    yield ("999999", "Graduated Students", "GS", "", "", "", "9999", "9999")


def _state_number(book: Register, school: School) -> str:
    return f"{facts.district_number(book.district)}{facts.campus(school)}"


KEYS = {
    "students": {"sourcedId": "Student_Number", "givenName": "First_Name", "familyName": "Last_Name"},
    "sections": {"sourcedId": "ID"},
    "cc": {
        "sourcedId": "DCID",
        "userSourcedId": "[01]Student_Number",
        "classSourcedId": "SectionID",
        "beginDate": "DateEnrolled",
    },
}
FILES: tuple[tuple[str, str, Row, Callable[[Register], Iterator[Row]]], ...] = (
    ("students", "users", STUDENTS, _students),
    ("teachers", "teachers", TEACHERS, _teachers),
    ("courses", "courses", COURSES, _courses),
    ("sections", "classes", SECTIONS, _sections),
    ("cc", "enrollments", CC, _cc),
    ("schools", "orgs", SCHOOLS, _schools),
    ("terms", "academicSessions", TERMS, _terms),
    ("sectionteachers", "section_teachers", SECTIONTEACHERS, _section_teachers),
)


def sheets(district: District) -> tuple[Sheet, ...]:
    """The eight tables."""
    book = register(facts.enlarged(district))
    return tuple(Sheet(f"{f}.txt", t, c, list(m(book)), words=KEYS.get(f, {})) for f, t, c, m in FILES)


def dated(district: District) -> tuple[Sheet, ...]:
    """The night stands in the names: students_20261005.txt."""
    return tuple(replace(s, file=s.file.replace(".txt", "_{date}.txt")) for s in sheets(district))


def headerless(district: District) -> tuple[Sheet, ...]:
    """No header row: the columns are known by their place."""
    return tuple(replace(s, header=False) for s in sheets(district))


def expected(district: District) -> tuple[Expected, ...]:
    """People and classes under letter and DCID."""
    return autosend_truth.expected(register(facts.enlarged(district)))


WRITER = Writer("powerschool-autosend", Form(ends="\r", quotes="none", delimiter="\t"), sheets, expected)
DATED = replace(WRITER, name="powerschool-autosend:dated", sheets=dated)
HEADERLESS = replace(
    WRITER, name="powerschool-autosend:headerless", sheets=headerless, form=Form(ends="\n", quotes="none", delimiter="\t")
)
COMMA = replace(WRITER, name="powerschool-autosend:comma", form=Form(ends="\n"))
