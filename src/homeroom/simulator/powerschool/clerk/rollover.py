"""The end of a school year: everyone a grade higher, graduates out, new terms, new sections, new seats.

What was is kept: last year's terms, sections and seats stay, the earlier stay of each student goes to REENROLLMENTS.
"""

from __future__ import annotations

from homeroom.simulator.powerschool.clerk.acts import Act, Facts
from homeroom.simulator.powerschool.filling.places import GRADUATES
from homeroom.simulator.powerschool.world import World

GRADUATED_GRADE = 99
MADE_IN = 36
"""The school year in which every made-up district begins, as PowerSchool numbers it."""
SECTIONS_AHEAD = 100_000_000
"""Numbers of a new year's rows are those of the rows they follow and this much for each year rolled over."""


def roll(world: World, facts: Facts, act: Act) -> None:
    """Begin the next school year on its first day."""
    old = world.year_id
    world.year += 1
    world.today = f"{world.year - 1}-08-17"
    turn = world.year_id - MADE_IN
    _terms(act, old)
    _students(world, act)
    _sections(world, act, old, turn)


def _later(column: str) -> str:
    return f"date({column}, '+1 year')"


def _terms(act: Act, old: int) -> None:
    for (dcid,) in act.read("SELECT DCID FROM Terms WHERE YearID = ?", old):
        new = dcid + 100
        act.run(
            "INSERT INTO Terms SELECT ?, ID + 100, SchoolID, YearID + 1, "
            "replace(replace(Name, YearID + 1991, YearID + 1992), YearID + 1990, YearID + 1991), "
            "CASE WHEN IsYearRec = 1 THEN substr(YearID + 1991, 3) || '-' || substr(YearID + 1992, 3) ELSE Abbreviation END, "
            f"{_later('FirstDay')}, {_later('LastDay')}, Portion, IsYearRec FROM Terms WHERE DCID = ?",
            *(new, dcid),
        )
        act.note("terms", new, "INSERT")


def _students(world: World, act: Act) -> None:
    """The stay of last year is kept; then a grade up, at the next school where the old one has no such grade."""
    number = act.next("ReEnrollments")
    active = "SELECT DCID, ID, SchoolID, Grade_Level, EntryDate, ExitDate, EntryCode FROM Students WHERE Enroll_Status = 0 ORDER BY DCID"
    highest = dict(act.read("SELECT School_Number, High_Grade FROM Schools"))
    for place, (dcid, own, school, grade, begun, ended, code) in enumerate(act.read(active)):
        key = number + place
        act.run(
            "INSERT INTO ReEnrollments VALUES (?,?,?,?,?,?,?,?,'W2')", key, key + 4000, own, school, grade, begun, ended, code
        )
        act.note("reenrollments", key, "INSERT")
        if grade >= 12:
            act.run(
                "UPDATE Students SET SchoolID = ?, Grade_Level = ?, Enroll_Status = 3, ExitCode = 'G1' WHERE DCID = ?",
                *(GRADUATES, GRADUATED_GRADE, dcid),
            )
        else:
            target = school if (highest.get(school) or 0) > grade else _school_for(act, grade + 1, dcid) or school
            act.run(
                "UPDATE Students SET SchoolID = ?, Grade_Level = ?, EntryDate = ?, ExitDate = ?, EntryCode = 'E1', ExitCode = NULL WHERE DCID = ?",
                *(target, grade + 1, world.today, world.year_end, dcid),
            )
        act.note("students", dcid, "SCHOOL_ENROLLMENT")
        act.note("students", dcid, "UPDATE")
    for (dcid,) in act.read("SELECT DCID FROM Students WHERE Enroll_Status = -1"):
        act.run("UPDATE Students SET Enroll_Status = 0, EntryDate = ? WHERE DCID = ?", world.today, dcid)
        act.note("students", dcid, "SCHOOL_ENROLLMENT")


def _school_for(act: Act, grade: int, dcid: int) -> int | None:
    """One of the schools that teach this grade."""
    sql = (
        "SELECT School_Number FROM Schools WHERE Low_Grade = ? AND School_Number NOT IN (0, ?) "
        "AND DCID NOT IN (SELECT SchoolsDCID FROM U_Schools_Extension WHERE IgnoreForIntegration = 1) "
        "ORDER BY School_Number"
    )
    found = act.read(sql, grade, GRADUATES)
    return int(found[dcid % len(found)][0]) if found else None


def _sections(world: World, act: Act, old: int, turn: int) -> None:
    """Every section of last year is there again; who is in its grade and school sits in it, spread evenly over its twins."""
    ahead = SECTIONS_AHEAD * turn
    span = (old * 100, old * 100 + 99)
    act.run(
        "INSERT INTO Sections SELECT DCID + ?, ID + ?, SchoolID, Course_Number, Section_Number, TermID + 100, Expression, "
        "External_Expression, Room, Teacher, Grade_Level, 0, MaxEnrollment, GradebookType, ? FROM Sections WHERE TermID BETWEEN ? AND ?",
        *(ahead, ahead, world.stamp, *span),
    )
    act.run(
        "INSERT INTO SectionTeacher SELECT st.ID + ?, st.SectionID + ?, st.TeacherID, st.RoleID, ?, date(st.End_Date, '+1 year'), "
        "st.PriorityOrder, st.Allocation FROM SectionTeacher st JOIN Sections s ON s.ID = st.SectionID WHERE s.TermID BETWEEN ? AND ?",
        *(ahead, ahead, world.today, *span),
    )
    for (dcid,) in act.read("SELECT DCID FROM Sections WHERE TermID BETWEEN ? AND ?", span[0] + 100, span[1] + 100):
        act.note("sections", dcid, "INSERT")
    taught = "SELECT st.ID FROM SectionTeacher st JOIN Sections s ON s.ID = st.SectionID WHERE s.TermID BETWEEN ? AND ?"
    for (key,) in act.read(taught, span[0] + 100, span[1] + 100):
        act.note("sectionteacher", key, "INSERT")
    _seats(world, act, span)


def _seats(world: World, act: Act, span: tuple[int, int]) -> None:
    """Each active student sits in one section of every course that the school teaches in the student's grade."""
    courses: dict[tuple[int, int | None], dict[str, list[int]]] = {}
    sql = "SELECT ID, SchoolID, Grade_Level, Course_Number FROM Sections WHERE TermID BETWEEN ? AND ? ORDER BY ID"
    for number, school, grade, course in act.read(sql, span[0] + 100, span[1] + 100):
        courses.setdefault((school, grade), {}).setdefault(course, []).append(number)
    key = act.next("CC")
    students = "SELECT ID, SchoolID, Grade_Level FROM Students WHERE Enroll_Status = 0 ORDER BY DCID"
    for place, (student, school, grade) in enumerate(act.read(students)):
        for offered in (courses.get((school, grade), {}), courses.get((school, None), {})):
            for twins in offered.values():
                act.run(
                    "INSERT INTO CC SELECT ?, ?, ?, s.ID, s.TermID, s.SchoolID, s.Course_Number, s.Section_Number, ?, "
                    "date(t.LastDay, '+1 day'), s.Teacher, s.Expression, ? FROM Sections s "
                    "JOIN Terms t ON t.ID = s.TermID AND t.SchoolID = s.SchoolID WHERE s.ID = ?",
                    *(key, key + 50_000, student, world.today, world.stamp, twins[place % len(twins)]),
                )
                act.note("cc", key, "INSERT")
                key += 1
