"""Clever's SFTP files as student systems write them: schools, students, teachers, sections, enrollments, staff.

UTF-8, CRLF, quotes where needed, dates MM/DD/YYYY, telephone numbers as ten digits. All columns are public but
`Home_language_code` (inferred). A student with several contacts stands on several rows, a teacher or member of staff of several
schools likewise; kindergarten is a word, other grades numbers without a zero. Ids of people are their numbers, of contacts the
system's. Variants: `contacts-file` (contacts in `contacts.csv`), `row-per-term` (a class that meets in two semesters has two rows).

Not carried: the district and the people of its office, course and term ids, ids and dates of enrollments, rooms, grades of a class
across grades, middle names of staff in staff.csv, in what order the semesters of a class follow. A contact's name is one cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from homeroom.simulator import facts
from homeroom.simulator.records import Course, District, Person, School, Section, Session
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.spelling import CLEVER_GRADES, LANGUAGES, RACE_LETTERS, digits, sex, signs_in, us_date, yes
from homeroom.simulator.transcripts import averages
from homeroom.simulator.writers.clever_truth import expected, expected_of_terms, expected_with_contacts_file
from homeroom.simulator.writers.writer import Writer

SCHOOLS = (
    *("School_id", "School_name", "School_number", "State_id", "Nces_id", "Low_grade", "High_grade", "Principal"),
    *("Principal_email", "School_address", "School_city", "School_state", "School_zip", "School_phone"),
)
STUDENTS = (
    *("School_id", "Student_id", "Student_number", "State_id", "Last_name", "Middle_name", "First_name", "Grade", "Gender"),
    *("Graduation_year", "DOB", "Race", "Hispanic_Latino", "Home_language", "Home_language_code", "Ell_status", "Frl_status"),
    *("IEP_status", "Section_504_status", "Gifted_status", "Student_street", "Student_city", "Student_state", "Student_zip"),
    *("Student_email", "Contact_relationship", "Contact_type", "Contact_name", "Contact_phone", "Contact_phone_type"),
    *("Contact_email", "Contact_sis_id", "Username", "Password", "Unweighted_gpa", "Weighted_gpa"),
)
CONTACT_FROM = STUDENTS.index("Contact_relationship")
CONTACT_CELLS = 7
TEACHERS = (
    *("School_id", "Teacher_id", "Teacher_number", "State_teacher_id", "Teacher_email", "First_name", "Middle_name", "Last_name"),
    *("Title", "Username", "Password"),
)
FURTHER = tuple(f"Teacher_{n}_id" for n in range(2, 11))
SECTIONS = (
    *("School_id", "Section_id", "Teacher_id", *FURTHER, "Name", "Section_number", "Grade", "Course_name", "Course_number"),
    *("Course_description", "Period", "Subject", "Term_name", "Term_start", "Term_end"),
)
STAFF = (
    *("School_id", "Staff_id", "Staff_email", "First_name", "Last_name", "Department", "Title", "Username", "Password", "Role"),
)
CONTACTS = ("contact_id", "student_id", "first_name", "last_name", "type", "relationship", "phone", "phone_type", "email")
SUBJECTS = {
    "Homeroom": "Homeroom/advisory",
    "Language Arts": "English/language arts",
    "English": "English/language arts",
    "Mathematics": "Math",
    "Science": "Science",
    "Social Studies": "Social studies",
    "World Language": "Language",
    "Art": "Arts and music",
    "Music": "Arts and music",
    "Physical Education": "PE and health",
    "Health & Fitness": "PE and health",
}
RELATIONS = {
    "mother": "Parent",
    "father": "Parent",
    "stepfather": "Parent",
    "grandmother": "Grandparent",
    "grandfather": "Grandparent",
    "aunt": "Aunt/Uncle",
    "uncle": "Aunt/Uncle",
    "sister": "Sibling",
}


def _schools(book: Register) -> Iterator[Row]:
    heads = {p.schools[-1]: p for p in book.staff if p.role == "administrator"}
    for s in book.district.schools:
        head = heads.get(s.id)
        low, high = (CLEVER_GRADES[g] for g in (s.grades[0], s.grades[-1])) if s.grades else ("", "")
        number = facts.campus(s)
        named = (f"{head.given} {head.family}", head.email) if head else ("", "")
        place = (f"{int(number)} School Road", facts.CITY, facts.STATE, "01000", digits(_office(s)))
        yield (s.id, s.name, number, f"{facts.district_number(book.district)}{number}", "", low, high, *named, *place)


def _office(school: School) -> str:
    """The telephone number of a school's office."""
    return f"312-555-01{int(school.id) % 100:02d}"


def _pupils(book: Register) -> Iterator[tuple[Person, Row]]:
    """Each student's row with the contact's cells blank."""
    gpa = averages(book.district)
    for p in book.students:
        f = facts.pupil(p, book.district.year)
        plans = (yes(f.english_learner), f.lunch.capitalize(), yes(f.special_education), yes(f.section_504), yes(f.gifted))
        names = (p.schools[0], p.number, p.number, f.state_id, p.family, p.middle, p.given, CLEVER_GRADES[p.grade], sex(p))
        about = (str(f.graduates), us_date(p.born), RACE_LETTERS[p.race], yes(p.hispanic), *LANGUAGES[p.language])
        mean = (gpa[p.id].unweighted, gpa[p.id].weighted) if p.id in gpa else ("", "")
        place = (f.street, facts.CITY, facts.STATE, f.zip, p.email)
        signs = (signs_in(p), f"pw{p.number}")
        yield p, (*names, *about, *plans, *place, *[""] * CONTACT_CELLS, *signs, *mean)


def _contact(contact: Person) -> Row:
    """The seven cells of a contact in students.csv."""
    phone, kind = _phone(contact)
    name = f"{contact.given} {contact.family}"
    relation = RELATIONS.get(contact.relation, "Other")
    return (relation, facts.contact_kind(contact), name, phone, kind, contact.email, contact.id)


def _phone(contact: Person) -> tuple[str, str]:
    if contact.mobile:
        return digits(contact.mobile), "Cell"
    return (digits(contact.phone), "Home") if contact.phone else ("", "")


def _students(book: Register) -> Iterator[Row]:
    for person, row in _pupils(book):
        for contact in person.contacts:
            cells = _contact(book.people[contact])
            yield (*row[:CONTACT_FROM], *cells, *row[CONTACT_FROM + CONTACT_CELLS :])
        if not person.contacts:
            yield row


def _contacts(book: Register) -> Iterator[Row]:
    for student, c, _ in book.pairs():
        yield (c.id, student.number, c.given, c.family, facts.contact_kind(c), c.relation, *_phone(c), c.email)


def _teachers(book: Register) -> Iterator[Row]:
    for p in book.district.of("teacher"):
        f = facts.employee(p)
        for school in p.schools:
            named = (p.given, p.middle, p.family, f.title, signs_in(p), f"pw{p.number}")
            yield (school, p.number, p.number, f.state_id, p.email, *named)


def _staff(book: Register) -> Iterator[Row]:
    for p in book.staff:
        if p.role != "teacher" and p.schools[0] != book.district.id:
            head = p.role == "administrator"
            department = "Administration" if head else "Support"
            for school in p.schools:
                named = (p.given, p.family, department, facts.employee(p).title, signs_in(p), f"pw{p.number}")
                yield (school, p.number, p.email, *named, "School Tech Lead" if head else "")


def _sections(book: Register, *, per_term: bool) -> Iterator[Row]:
    for s in book.district.sections:
        posts = [book.people[e.person].number for e in book.posts.get(s.id, ())][:10]
        teachers = (*posts, *[""] * (10 - len(posts)))
        grade = CLEVER_GRADES[s.grades[0]] if len(s.grades) == 1 else ""
        for term in [book.sessions[t] for t in s.sessions] if per_term else [book.term(s)]:
            yield _section(s, book.courses[s.course], term, teachers, grade)


def _section(s: Section, course: Course, term: Session, teachers: Row, grade: str) -> Row:
    number = s.code.rpartition(".")[2]
    taught = (course.title, course.code, "", ",".join(s.periods), SUBJECTS.get(course.subject, "other"))
    return (s.school, s.id, *teachers, s.title, number, grade, *taught, term.title, us_date(term.begins), us_date(term.ends))


def _set(district: District, *, contacts_file: bool = False, per_term: bool = False) -> tuple[Sheet, ...]:
    book = register(facts.enlarged(district))
    students = [row for _, row in _pupils(book)] if contacts_file else list(_students(book))
    names = {"sourcedId": "Student_id", "givenName": "First_name", "familyName": "Last_name"}
    seats = [(e.school, e.section, book.people[e.person].number) for e in book.seats]
    ids = {"classSourcedId": "Section_id", "userSourcedId": "Student_id"}
    made = (
        Sheet("schools.csv", "orgs", SCHOOLS, list(_schools(book))),
        Sheet("students.csv", "users", STUDENTS, students, words=names),
        Sheet("teachers.csv", "teachers", TEACHERS, list(_teachers(book))),
        Sheet("sections.csv", "classes", SECTIONS, list(_sections(book, per_term=per_term)), words={"sourcedId": "Section_id"}),
        Sheet("enrollments.csv", "enrollments", ("School_id", "Section_id", "Student_id"), seats, words=ids),
        Sheet("staff.csv", "staff", STAFF, list(_staff(book))),
    )
    return (*made, Sheet("contacts.csv", "contacts", CONTACTS, list(_contacts(book)))) if contacts_file else made


def sheets(district: District) -> tuple[Sheet, ...]:
    """Contacts repeat the student's row."""
    return _set(district)


def with_contacts_file(district: District) -> tuple[Sheet, ...]:
    """One row a student, and `contacts.csv`."""
    return _set(district, contacts_file=True)


def with_a_row_per_term(district: District) -> tuple[Sheet, ...]:
    """A class stands once for each of its terms."""
    return _set(district, per_term=True)


WRITER = Writer("clever", Form(), sheets, expected)
CONTACTS_FILE = replace(WRITER, name="clever:contacts-file", sheets=with_contacts_file, expected=expected_with_contacts_file)
ROW_PER_TERM = replace(WRITER, name="clever:row-per-term", sheets=with_a_row_per_term, expected=expected_of_terms)
