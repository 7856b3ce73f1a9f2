"""What a school's clerk does, on the tables: each act is one transaction, noted row by row, and told to subscribers.

An act is a JSON object with `do` and its facts. Facts name records as the API does: students, sections and users by DCID, schools by
their number, contacts by PERSON.ID. Acts return the keys that they made or touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from homeroom.simulator.powerschool import database, events, rollover
from homeroom.simulator.powerschool.acts import Act, Facts, Refusal, number, row_of
from homeroom.simulator.powerschool.calls import Answer, Call, Trouble
from homeroom.simulator.powerschool.filling.people import STUDENT_PERSON
from homeroom.simulator.powerschool.filling.places import CODE_NUMBERS, FULL_TIME
from homeroom.simulator.powerschool.tables import TABLES, Column, Table
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.powerschool.writing.students import ID_AHEAD, set_email


def _table(facts: Facts) -> Table:
    name = str(facts.get("table", "")).lower()
    if name not in TABLES:
        raise Refusal(f"There is no table {name}.")
    return TABLES[name]


def _cells(table: Table, facts: Facts) -> dict[Column, Any]:
    given = facts.get("set", {})
    if not isinstance(given, Mapping):
        raise Refusal('Write what changes as {"set": {"Last_Name": "..."}}.')
    found = {table.column(name): value for name, value in given.items()}
    wrong = [name for name in given if table.column(name) is None]
    if wrong:
        raise Refusal(f"{table.name} has no column {', '.join(wrong)}.")
    return {c: v for c, v in found.items() if c is not None}


def edit(world: World, facts: Facts, act: Act) -> None:
    """`table`, `key`, `set`: change a row."""
    table, key = _table(facts), number(facts, "key")
    row_of(world, table.name, key)
    cells = _cells(table, facts)
    sets = ", ".join(f'"{c.name}" = ?' for c in cells)
    act.run(f'UPDATE "{table.name}" SET {sets} WHERE "{table.primary.name}" = ?', *cells.values(), key)
    act.note(table.name, key, "UPDATE")


def add(world: World, facts: Facts, act: Act) -> None:
    """`table`, `set`: a new row; its key is the next one unless it is given."""
    table = _table(facts)
    cells = _cells(table, facts)
    key = int(cells.get(table.primary) or act.next(table.name))
    cells[table.primary] = key
    columns = ", ".join(f'"{c.name}"' for c in cells)
    act.run(f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(cells))})', *cells.values())
    act.note(table.name, key, "INSERT")


def drop(world: World, facts: Facts, act: Act) -> None:
    """`table`, `key`: delete a row, and nothing that hangs on it."""
    table, key = _table(facts), number(facts, "key")
    row_of(world, table.name, key)
    act.run(f'DELETE FROM "{table.name}" WHERE "{table.primary.name}" = ?', key)
    act.note(table.name, key, "DELETE")


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


def _school(world: World, facts: Facts) -> int:
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
    year = world.year
    act.run(
        "UPDATE Students SET Enroll_Status = 0, EntryDate = ?, ExitDate = ?, EntryCode = 'R1', ExitCode = NULL WHERE DCID = ?",
        world.today,
        f"{year}-05-29",
        student["DCID"],
    )
    sql = "SELECT DISTINCT -SectionID FROM CC WHERE StudentID = ? AND SectionID < 0 AND -TermID >= ?"
    for (section,) in act.read(sql, student["ID"], world.year_id * 100):
        _seat(world, act, student["ID"], section)
    _enrolled(world, act, student["DCID"])


def transfer(world: World, facts: Facts, act: Act) -> None:
    """`student`, `school`: goes on at another school of the district from today, in the classes of a mate there."""
    student, school = _student(world, facts), _school(world, facts)
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
    school, grade = _school(world, facts), number(facts, "grade")
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
        "ExitDate": f"{world.year}-05-29",
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


def change_contact(world: World, facts: Facts, act: Act) -> None:
    """`contact`, and any of `email`, `first_name`, `last_name`, `relationship`, `legal_guardian`, `active`."""
    person = row_of(world, "Person", number(facts, "contact"))["ID"]
    for name, column in (("first_name", "FirstName"), ("last_name", "LastName")):
        if name in facts:
            act.run(f"UPDATE Person SET {column} = ?, WhenModified = ? WHERE ID = ?", facts[name], world.stamp, person)
            act.note("person", person, "UPDATE")
    if "email" in facts:
        set_email(world, person, str(facts["email"] or ""), act.note)
    sql = (
        "SELECT d.StudentContactDetailID, d.StudentContactAssocID FROM StudentContactDetail d "
        "JOIN StudentContactAssoc a USING (StudentContactAssocID) WHERE a.PersonID = ? AND d.IsActive = 1"
    )
    for detail, link in act.read(sql, person):
        _change_link(act, detail, link, facts)


def _change_link(act: Act, detail: int, link: int, facts: Facts) -> None:
    where = "WHERE StudentContactDetailID = ?"
    if "relationship" in facts:
        code = CODE_NUMBERS.get(("Relationship", str(facts["relationship"]).title()))
        if code is None:
            raise Refusal(f"There is no relationship {facts['relationship']}.")
        act.run(f"UPDATE StudentContactDetail SET RelationshipTypeCodeSetID = ? {where}", code, detail)
        act.run("UPDATE StudentContactAssoc SET CurrRelTypeCodeSetID = ? WHERE StudentContactAssocID = ?", code, link)
        act.note("studentcontactdetail", detail, "UPDATE")
        act.note("studentcontactassoc", link, "UPDATE")
    if "legal_guardian" in facts:
        flag = int(bool(facts["legal_guardian"]))
        act.run(f"UPDATE StudentContactDetailCoreFields SET LegalGuardian = ? {where}", flag, detail)
        act.run("UPDATE StudentContactAssocCoreFields SET LegalGuardian = ? WHERE StudentContactAssocID = ?", flag, link)
        act.note("studentcontactdetailcorefields", detail, "UPDATE")
    if "active" in facts:
        act.run(f"UPDATE StudentContactDetail SET IsActive = ? {where}", int(bool(facts["active"])), detail)
        act.note("studentcontactdetail", detail, "UPDATE")


def change_teacher(world: World, facts: Facts, act: Act) -> None:
    """`section`, `teacher` (USERS.DCID): another lead teacher from today, who is hired at the school if need be."""
    section = row_of(world, "Sections", number(facts, "section"))
    user = row_of(world, "Users", number(facts, "teacher"))["DCID"]
    found = act.read("SELECT ID, DCID FROM SchoolStaff WHERE Users_DCID = ? AND SchoolID = ?", user, section["SchoolID"])
    staff = found[0][0] if found else act.next("SchoolStaff", "ID")
    if not found:
        key = act.next("SchoolStaff")
        act.run("INSERT INTO SchoolStaff VALUES (?,?,?,?,1,1,?)", key, staff, user, section["SchoolID"], world.stamp)
        act.note("schoolstaff", key, "INSERT")
    act.run("UPDATE Sections SET Teacher = ?, WhenModified = ? WHERE ID = ?", staff, world.stamp, section["ID"])
    act.note("sections", section["DCID"], "UPDATE")
    for (old,) in act.read("SELECT ID FROM SectionTeacher WHERE SectionID = ? AND PriorityOrder = 1", section["ID"]):
        act.run("UPDATE SectionTeacher SET End_Date = ? WHERE ID = ?", world.today, old)
        act.note("sectionteacher", old, "UPDATE")
    key = act.next("SectionTeacher")
    act.run(
        "INSERT INTO SectionTeacher VALUES (?,?,?,25,?,?,1,100)", key, section["ID"], staff, world.today, f"{world.year}-05-29"
    )
    act.note("sectionteacher", key, "INSERT")


def close_school(world: World, facts: Facts, act: Act) -> None:
    """`school`, `to`: its students go on at another school from today, its staff stop, and integrations are to leave it out."""
    school, other = _school(world, facts), _school(world, {"school": facts.get("to")})
    for (student,) in act.read("SELECT DCID FROM Students WHERE SchoolID = ? AND Enroll_Status = 0", school):
        transfer(world, {"student": student, "school": other}, act)
    for (key,) in act.read("SELECT DCID FROM SchoolStaff WHERE SchoolID = ? AND Status = 1", school):
        act.run("UPDATE SchoolStaff SET Status = 2 WHERE DCID = ?", key)
        act.note("schoolstaff", key, "UPDATE")
    dcid = act.read("SELECT DCID FROM Schools WHERE School_Number = ?", school)[0][0]
    act.run("UPDATE Schools SET IgnoreForIntegration = 1, WhenModified = ? WHERE DCID = ?", world.stamp, dcid)
    act.note("schools", dcid, "UPDATE")


def _new_day(world: World, facts: Facts, act: Act) -> None:
    """`today`: the server's day becomes this one (ISO)."""
    world.today = str(facts.get("today", world.today))


ACTS: dict[str, Callable[[World, Facts, Act], None]] = {
    "edit": edit,
    "add": add,
    "drop": drop,
    "leave": leave,
    "return": come_back,
    "transfer": transfer,
    "enroll": enroll,
    "drop_class": drop_class,
    "new_student": new_student,
    "contact": change_contact,
    "teacher": change_teacher,
    "close_school": close_school,
    "rollover": rollover.roll,
    "today": _new_day,
}


def change(world: World, call: Call) -> Answer:
    """POST /__simulator/change: one act, or a list of them that all happen or none."""
    body = call.json()
    wanted = body if isinstance(body, list) else [body]
    before = world.today, world.year
    try:
        with world.changing() as note:
            act = Act(world.tables, note)
            for facts in wanted:
                if not isinstance(facts, dict) or facts.get("do") not in ACTS:
                    raise Refusal(f"Say what to do: one of {', '.join(ACTS)}.")
                ACTS[str(facts["do"])](world, facts, act)
    except Refusal as no:
        world.today, world.year = before
        raise Trouble(400, str(no)) from None
    events.raised(world, act.changes)
    told = [{"table": c.table, "key": c.key, "verb": c.verb} for c in act.changes[:1000]]
    return Answer({"changes": told, "count": len(act.changes), "$dataversion": str(world.ledger.version)})
