"""Students who come, go, change school or class."""

from __future__ import annotations

from typing import Any

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.clerk.acts import Act, Facts, Refusal, number, row_of
from homeroom.simulator.powerschool.filling.people import STUDENT_PERSON
from homeroom.simulator.powerschool.filling.places import FULL_TIME
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.powerschool.writing.students import ID_AHEAD, set_email


def _end_seats(world: World, act: Act, student: int, section: int | None = None) -> None:
    """Drop a student's open seats (or the one in a section) today: section and term become negative."""
    sql = "SELECT DCID FROM CC WHERE StudentID = ? AND SectionID > 0 AND DateLeft > ? AND (? IS NULL OR SectionID = ?)"
    for (key,) in act.read(sql, student, world.today, section, section):
        act.run("UPDATE CC SET SectionID = -SectionID, TermID = -TermID, DateLeft = ? WHERE DCID = ?", world.today, key)
        act.note("cc", key, "DELETE")


def _keep_stay(world: World, act: Act, student: Any) -> None:
    """Put the present stay among the earlier ones."""
    key = act.next("ReEnrollments")
    stay = (
        student["ID"],
        student["SchoolID"],
        student["Grade_Level"],
        student["EntryDate"],
        world.today,
        student["EntryCode"],
        "W1",
    )
    act.run("INSERT INTO ReEnrollments VALUES (?,?,?,?,?,?,?,?,?)", key, key + 4000, *stay)
    act.note("reenrollments", key, "INSERT")


def _student(world: World, facts: Facts) -> Any:
    return row_of(world, "Students", number(facts, "student"))


def school_of(world: World, facts: Facts) -> int:
    """The number of the school that the facts name. Raises Refusal."""
    school = number(facts, "school")
    if database.one(world.tables, "SELECT 1 FROM Schools WHERE School_Number = ?", (school,)) is None:
        raise Refusal(f"There is no school {school}.")
    return school


def _enrolled(world: World, act: Act, dcid: int) -> None:
    act.run("UPDATE Students SET Transaction_Date = ?, WhenModified = ? WHERE DCID = ?", world.today, world.stamp, dcid)
    act.note("students", dcid, "SCHOOL_ENROLLMENT")
    act.note("students", dcid, "UPDATE")


def leave(world: World, facts: Facts, act: Act) -> None:
    """`student`: moves away today."""
    student = _student(world, facts)
    _end_seats(world, act, student["ID"])
    act.run("UPDATE Students SET Enroll_Status = 2, ExitDate = ?, ExitCode = 'W1' WHERE DCID = ?", world.today, student["DCID"])
    _enrolled(world, act, student["DCID"])


def come_back(world: World, facts: Facts, act: Act) -> None:
    """`student`: who left is here again from today; the stay before is kept, the classes are those of before."""
    student = _student(world, facts)
    if student["Enroll_Status"] == 0:
        raise Refusal("This student has not left.")
    _keep_stay(world, act, student)
    act.run(
        "UPDATE Students SET Enroll_Status = 0, EntryDate = ?, ExitDate = ?, EntryCode = 'R1', ExitCode = NULL WHERE DCID = ?",
        world.today,
        world.year_end,
        student["DCID"],
    )
    sql = "SELECT DISTINCT -SectionID FROM CC WHERE StudentID = ? AND SectionID < 0 AND -TermID >= ?"
    for (section,) in act.read(sql, student["ID"], world.year_id * 100):
        _seat(world, act, student["ID"], section)
    _enrolled(world, act, student["DCID"])


def transfer(world: World, facts: Facts, act: Act) -> None:
    """`student`, `school`: goes on at another school of the district from today, in the classes of a mate there."""
    student, school = _student(world, facts), school_of(world, facts)
    _end_seats(world, act, student["ID"])
    _keep_stay(world, act, student)
    act.run(
        "UPDATE Students SET SchoolID = ?, EntryDate = ?, EntryCode = 'E2', Enroll_Status = 0 WHERE DCID = ?",
        school,
        world.today,
        student["DCID"],
    )
    _follow(world, act, student["ID"], school, student["Grade_Level"])
    _enrolled(world, act, student["DCID"])


def _follow(world: World, act: Act, student: int, school: int, grade: int) -> None:
    """Seats in the sections of a student of the same school and grade, where there is one."""
    sql = "SELECT ID FROM Students WHERE SchoolID = ? AND Grade_Level = ? AND Enroll_Status = 0 AND ID <> ? ORDER BY DCID LIMIT 1"
    for (mate,) in act.read(sql, school, grade, student):
        open_seats = "SELECT SectionID FROM CC WHERE StudentID = ? AND SectionID > 0 AND DateLeft > ? AND TermID >= ?"
        for (section,) in act.read(open_seats, mate, world.today, world.year_id * 100):
            _seat(world, act, student, section)


def _seat(world: World, act: Act, student: int, section: int) -> int:
    """A new seat from today to the end of the section's term."""
    key = act.next("CC")
    act.run(
        "INSERT INTO CC (DCID, ID, StudentID, SectionID, TermID, SchoolID, Course_Number, Section_Number, DateEnrolled, DateLeft, "
        "TeacherID, Expression, WhenModified) SELECT ?, ?, ?, s.ID, s.TermID, s.SchoolID, s.Course_Number, s.Section_Number, ?, "
        "date(t.LastDay, '+1 day'), s.Teacher, s.Expression, ? FROM Sections s JOIN Terms t ON t.ID = s.TermID AND t.SchoolID = s.SchoolID "
        "WHERE s.ID = ?",
        *(key, key + ID_AHEAD, student, world.today, world.stamp, section),
    )
    act.note("cc", key, "INSERT")
    return key


def enroll(world: World, facts: Facts, act: Act) -> None:
    """`student`, `section`: takes a seat today."""
    section = row_of(world, "Sections", number(facts, "section"))
    _seat(world, act, _student(world, facts)["ID"], section["ID"])


def drop_class(world: World, facts: Facts, act: Act) -> None:
    """`student`, `section`: leaves the class today; `same_day` makes it as if it had begun today."""
    student, section = _student(world, facts), row_of(world, "Sections", number(facts, "section"))
    if facts.get("same_day"):
        act.run("UPDATE CC SET DateEnrolled = ? WHERE StudentID = ? AND SectionID = ?", world.today, student["ID"], section["ID"])
    _end_seats(world, act, student["ID"], section["ID"])
    if not act.changes:
        raise Refusal("This student has no open seat in this section.")


def new_student(world: World, facts: Facts, act: Act) -> None:
    """`school`, `grade`, and if wanted `first_name`, `last_name`, `email`: a child on the first day, in the classes of a mate."""
    school, grade = school_of(world, facts), number(facts, "grade")
    key = act.next("Students")
    person = STUDENT_PERSON + key
    first, last = str(facts.get("first_name", "Juno")), str(facts.get("last_name", f"Newcomer{key}"))
    local = database.count(world.tables, "SELECT max(Student_Number) FROM Students") + 7
    cells = {
        "DCID": key,
        "ID": key + ID_AHEAD,
        "Student_Number": local,
        "SchoolID": school,
        "First_Name": first,
        "Last_Name": last,
        "LastFirst": f"{last}, {first}",
        "Grade_Level": grade,
        "Enroll_Status": 0,
        "EntryDate": world.today,
        "ExitDate": world.year_end,
        "EntryCode": "E1",
        "FTEID": FULL_TIME,
        "Person_ID": person,
        "Gender": "F",
        "DOB": f"{world.year - 6 - grade}-04-02",
        "Transaction_Date": world.today,
        "WhenModified": world.stamp,
    }
    act.run(f"INSERT INTO Students ({', '.join(cells)}) VALUES ({', '.join('?' * len(cells))})", *cells.values())
    act.note("students", key, "INSERT")
    born = "INSERT INTO Person (ID, DCID, FirstName, LastName, IsActive, WhenCreated, WhenModified) VALUES (?,?,?,?,1,?,?)"
    act.run(born, person, person + 900_000, first, last, world.stamp, world.stamp)
    act.note("person", person, "INSERT")
    set_email(world, person, str(facts.get("email", f"{first.lower()}.{key}@students.example.org")), act.note)
    _follow(world, act, key + ID_AHEAD, school, grade)
