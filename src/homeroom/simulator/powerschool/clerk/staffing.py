"""Teachers who change, schools that close."""

from __future__ import annotations

from homeroom.simulator.powerschool.clerk.acts import Act, Facts, number, row_of
from homeroom.simulator.powerschool.clerk.enrolling import school_of, transfer
from homeroom.simulator.powerschool.world import World


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
    act.run("INSERT INTO SectionTeacher VALUES (?,?,?,25,?,?,1,100)", key, section["ID"], staff, world.today, world.year_end)
    act.note("sectionteacher", key, "INSERT")


def close_school(world: World, facts: Facts, act: Act) -> None:
    """`school`, `to`: its students go on at another school from today, its staff stop, and integrations are to leave it out."""
    school, other = school_of(world, facts), school_of(world, {"school": facts.get("to")})
    for (student,) in act.read("SELECT DCID FROM Students WHERE SchoolID = ? AND Enroll_Status = 0", school):
        transfer(world, {"student": student, "school": other}, act)
    for (key,) in act.read("SELECT DCID FROM SchoolStaff WHERE SchoolID = ? AND Status = 1", school):
        act.run("UPDATE SchoolStaff SET Status = 2 WHERE DCID = ?", key)
        act.note("schoolstaff", key, "UPDATE")
    dcid = act.read("SELECT DCID FROM Schools WHERE School_Number = ?", school)[0][0]
    act.run("UPDATE Schools SET WhenModified = ? WHERE DCID = ?", world.stamp, dcid)
    act.note("schools", dcid, "UPDATE")
    act.run("INSERT OR REPLACE INTO U_Schools_Extension VALUES (?, 1)", dcid)
    act.note("u_schools_extension", dcid, "UPDATE")
