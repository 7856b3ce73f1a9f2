"""Students and staff as rows: every enrollment status, re-entries, staff with a row for each school, office staff, those who left.

Students of earlier years (transferred, graduated) come from `former`; a few who are pre-registered, inactive or historical stand
beside them, since a district has them and default lists differ in whether they show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from homeroom.simulator import facts, words
from homeroom.simulator.dice import Dice
from homeroom.simulator.former import former
from homeroom.simulator.numbering import STAFF_STATUS, inner, teacher_id
from homeroom.simulator.powerschool.database import Batch, Value
from homeroom.simulator.powerschool.filling.places import FULL_TIME, STAMP
from homeroom.simulator.records import Person
from homeroom.simulator.register import Register
from homeroom.simulator.spelling import POWERSCHOOL_GRADES, RACE_LETTERS, bracketed, digits, sex, signs_in

STUDENT_PERSON = 4_000_000
"""PERSON.ID of a student is this plus the DCID; contacts keep their own numbers."""
STAFF_DCID = 700_000
OTHERS = ((-1, "pre-registered"), (-1, "pre-registered"), (1, "inactive"), (4, "historical"))
STUDENT_COLUMNS = (
    "DCID ID Student_Number State_StudentNumber SchoolID First_Name Middle_Name Last_Name LastFirst Gender DOB Grade_Level "
    "EntryDate EntryCode DistrictOfResidence Track DistrictEntryDate DistrictEntryGradeLevel SchoolEntryDate SchoolEntryGradeLevel "
    "Student_Web_ID Web_ID Home_Phone Home_Room Person_ID Street Zip Mailing_Street Mailing_City Mailing_State Mailing_Zip "
    "Emerg_Contact_1 Emerg_Phone_1 GuardianEmail Mother Father Sched_YearOfGraduation Next_School Sched_NextYearGrade "
    "FedEthnicity Ethnicity Balance1 LunchStatus Alert_Medical Transaction_Date WhenModified"
)
LUNCH = {"free": "F", "reduced": "R", "paid": "P"}


def returned(person: Person) -> bool:
    """Whether a student left this year and came back: one in forty."""
    return person.dcid % 40 == 7


def came_over(person: Person) -> bool:
    """Whether a student came from another school of the district this year: one in sixty."""
    return person.dcid % 60 == 11


def day_after(day: str) -> str:
    """The next day: PowerSchool's exit dates are the day after the last one."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def login(person: Person) -> str:
    """The sign-in name within the column's twenty characters; its number is what makes it unique, and stays."""
    name, number = signs_in(person), str(person.dcid)
    return name if len(name) <= 20 else name[: 20 - len(number)] + number


def entered(book: Register, person: Person) -> str:
    """The ISO day on which the present enrollment of a student began."""
    year = book.district.year - 1
    if returned(person):
        return f"{year}-09-28"
    return f"{year}-09-14" if came_over(person) else book.district.sessions[0].begins


def batches(book: Register) -> Iterator[Batch]:
    """Students, their races and re-enrollments, users and their places at schools."""
    same: dict[str, Value] = {
        "Enroll_Status": 0,
        "ExitDate": day_after(book.district.sessions[0].ends),
        "FTEID": FULL_TIME,
        "Lunch_ID": 0,
    }
    same |= {"City": facts.CITY, "State": facts.STATE, "Balance2": "0.00", "Balance3": "0.00", "Balance4": "0.00"}
    yield Batch("Students", STUDENT_COLUMNS, _students(book), same)
    gone = "DCID ID Student_Number SchoolID First_Name Last_Name LastFirst DOB Grade_Level Enroll_Status EntryDate ExitDate ExitCode Person_ID"
    yield Batch("Students", f"{gone} WhenModified", _former(book))
    yield Batch("ReEnrollments", "DCID ID StudentID SchoolID Grade_Level EntryDate ExitDate EntryCode ExitCode", _earlier(book))
    yield Batch("StudentRace", "ID StudentID RaceCd", _races(book))
    yield Batch("StudentCoreFields", "StudentsDCID PrimaryLanguage", ((p.dcid, p.language) for p in book.students if p.language))
    yield Batch("U_Students_Extension", "StudentsDCID PreferredName Student_Email", _extension(book))
    yield Batch("U_StudentsUserFields", "StudentsDCID TranscriptAddrLine1 TranscriptAddrZip", _user_fields(book))
    names = "DCID TeacherNumber First_Name Middle_Name Last_Name LastFirst LoginID TeacherLoginID Email_Addr HomeSchoolID PTAccess PSAccess"
    yield Batch("Users", f"{names} Title Home_Phone SIF_StatePrid WhenModified", _users(book))
    yield Batch("SchoolStaff", "DCID ID Users_DCID SchoolID Status StaffStatus WhenModified", _school_staff(book))


def _students(book: Register) -> Iterator[tuple[Value, ...]]:
    graduating = book.district.year
    people = book.people
    for p in book.students:
        f = facts.pupil(p, graduating)
        dcid, contacts = p.dcid, [people[c] for c in p.contacts]
        grade, school = int(POWERSCHOOL_GRADES[p.grade]), int(p.schools[0])
        begins = entered(book, p)
        code = "R1" if returned(p) else "E2" if came_over(p) else "E1"
        served = graduating - 1 - int(f.entered_district[:4])
        here = min(served, 2)
        ids = (dcid, dcid + 50_000, int(p.number), f.state_id if dcid % 3 else f"A{f.state_id[1:]}", school)
        named = (p.given, p.middle or None, p.family, f"{p.family}, {p.given} {p.middle}".rstrip())
        stays = (begins, code, "100" if dcid % 11 else "0205", "ABCDEF"[dcid % 6])
        first = (f.entered_district, max(grade - served, 0), f"{graduating - 1 - here}-08-17", max(grade - here, 0))
        room = f"{dcid % 60 + 1:03d}" if dcid % 2 else str(dcid % 400 + 101)
        mailing = (f"PO Box {dcid % 900 + 1}", facts.CITY, facts.STATE, f.zip) if dcid % 4 == 0 else (None,) * 4
        following = (999999, 99) if grade == 12 else (school, grade + 1)
        yield (
            *(*ids, *named, sex(p), p.born, grade, *stays, *first, login(p), f"family{dcid}", _home(p, contacts), room),
            *(STUDENT_PERSON + dcid, f.street, f.zip, *mailing, *_family(contacts), f.graduates, *following),
            *(1 if p.hispanic else 0, RACE_LETTERS[p.race], "4.75" if dcid % 5 == 0 else "0.00", LUNCH[f.lunch]),
            *("Bee stings" if dcid % 50 == 3 else None, begins, begins + STAMP),
        )


def _home(student: Person, contacts: list[Person]) -> str | None:
    """A home telephone; one family in nine wrote it without punctuation, which makes a number of it."""
    for contact in contacts:
        if contact.phone:
            return digits(contact.phone) if student.dcid % 9 == 0 else bracketed(contact.phone)
    return None


def _family(contacts: list[Person]) -> tuple[Value, ...]:
    """The old text fields: emergency contact and its telephone, guardian addresses, mother, father."""
    emergency: tuple[str | None, str | None] = (None, None)
    parents: dict[str, str] = {}
    mails = []
    for c in contacts:
        named = f"{c.family}, {c.given}"
        parents.setdefault(c.relation, named)
        if c.mobile and emergency[0] is None:
            emergency = (named, c.mobile)
        if c.email and facts.contact_kind(c) == "Parent/Guardian":
            mails.append(c.email)
    return (*emergency, ",".join(mails) or None, parents.get("mother"), parents.get("father"))


def _former(book: Register) -> Iterator[tuple[Value, ...]]:
    for gone in former(book.district):
        ids = (gone.dcid, gone.dcid + 50_000, int(gone.number), int(gone.school), gone.given, gone.family)
        code = "G1" if gone.status == "3" else "W1"
        named = f"{gone.family}, {gone.given}"
        dates = (gone.entered, gone.left, code, STUDENT_PERSON + gone.dcid)
        yield (*ids, named, gone.born, int(gone.grade), int(gone.status), *dates, gone.left + STAMP)
    for leaver in book.district.left:
        p = leaver.person
        ids = (p.dcid, int(inner(p.id)), int(p.number), int(p.schools[0]), p.given, p.family)
        dates = (book.district.sessions[0].begins, leaver.day, "W1", STUDENT_PERSON + p.dcid)
        level = (p.born, int(POWERSCHOOL_GRADES[p.grade]), 2)
        yield (*ids, f"{p.family}, {p.given}", *level, *dates, leaver.day + STAMP)
    yield from _others(book)


def _others(book: Register) -> Iterator[tuple[Value, ...]]:
    """Those with another status, below the numbers of the others."""
    for place, (status, word) in enumerate(OTHERS, start=60):
        dice = Dice("other student", book.district.name, place)
        given, family = dice.pick(words.GIRLS), dice.pick(words.FAMILIES)
        year = book.district.year
        begins, ends = (f"{year}-08-16", f"{year + 1}-05-29") if status == -1 else (f"{year - 2}-08-17", f"{year - 1}-05-29")
        ids = (place, place + 50_000, place * 7 + 200_000, int(book.district.schools[0].id), given, family, f"{family}, {given}")
        level = (f"{year - 6}-03-1{place % 10}", 0 if status == -1 else 3, status)
        yield (*ids, *level, begins, ends, None if word == "pre-registered" else "W1", STUDENT_PERSON + place, begins + STAMP)


def _earlier(book: Register) -> Iterator[tuple[Value, ...]]:
    """The earlier stays of those who came back or came over."""
    year, first = book.district.year - 1, book.district.sessions[0].begins
    schools = [s.id for s in book.district.schools if s.grades and s.level != "summer"]
    number = 30_000
    for p in book.students:
        if returned(p) or came_over(p):
            number += 1
            others = [s for s in schools if s != p.schools[0]] or schools
            school = p.schools[0] if returned(p) else others[p.dcid % len(others)]
            left = f"{year}-09-11" if returned(p) else f"{year}-09-14"
            code = "W1" if returned(p) else "W2"
            yield (
                number,
                number + 4000,
                int(inner(p.id)),
                int(school),
                int(POWERSCHOOL_GRADES[p.grade]),
                first,
                left,
                "E1",
                code,
            )


def _races(book: Register) -> Iterator[tuple[Value, ...]]:
    for p in book.students:
        letters = ("W", "A") if p.race == "two" else (RACE_LETTERS[p.race],)
        for place, letter in enumerate(letters):
            yield (p.dcid * 2 + place, int(inner(p.id)), letter)


def _extension(book: Register) -> Iterator[tuple[Value, ...]]:
    for p in book.students:
        if p.dcid % 3 == 0:
            yield (p.dcid, p.given[:4] if p.dcid % 2 else None, p.email or None)


def _user_fields(book: Register) -> Iterator[tuple[Value, ...]]:
    for p in book.students:
        if p.dcid % 10 == 5:
            yield (p.dcid, f"{p.dcid % 90 + 1} Quarry Lane", f"0{p.dcid % 9000 + 1000}")


def _users(book: Register) -> Iterator[tuple[Value, ...]]:
    stamp = book.district.sessions[0].begins + STAMP
    for p in book.staff:
        f = facts.employee(p)
        name = login(p)
        number = f"{p.given[:1]}.{words.plain(p.family)[:12] or 'staff'}{p.dcid}" if p.dcid % 13 == 0 else p.number
        named = (p.given, p.middle or None, p.family, f"{p.family}, {p.given}")
        admin = name if p.role == "administrator" else None
        phone = digits(p.phone) if p.dcid % 3 == 0 else p.phone
        signs = (admin, name, p.email, int(p.schools[0]), 1, 1 if admin else 0)
        yield (p.dcid, number, *named, *signs, f.title, phone or None, f.state_id, stamp)


def _school_staff(book: Register) -> Iterator[tuple[Value, ...]]:
    """One row for each adult and school; one in twelve teachers has a row at a school where the person no longer works."""
    stamp = book.district.sessions[0].begins + STAMP
    schools = [s.id for s in book.district.schools if s.level not in ("closed", "summer")]
    for p in book.staff:
        status = int(STAFF_STATUS[p.role])
        for school in p.schools:
            number = int(teacher_id(p, school))
            yield (number + STAFF_DCID, number, p.dcid, int(school), 1, status, stamp)
        others = [s for s in schools if s not in p.schools]
        if p.dcid % 12 == 0 and others:
            number = p.dcid * 10 + 9
            yield (number + STAFF_DCID, number, p.dcid, int(others[p.dcid % len(others)]), 2, status, stamp)
