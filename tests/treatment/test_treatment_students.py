"""Students known by their number: every mention follows, nobody is guessed, and a switch always waits for a person."""

from __future__ import annotations

import json

from e2e.files import district
from homeroom.sync import contacts, taking_over
from sync_house import SLUG, Pinewood
from treatment_kit import change, files_of, gone, having, night, same_again

NUMBER = "student_id=student_number"
MORE = {
    "demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex\nu1,,,2010-01-01,female\nu2,,,2010-01-02,male\n",
    "categories.csv": "sourcedId,status,dateLastModified,title\nc1,,,Homework\n",
    "lineItems.csv": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
    "gradingPeriodSourcedId,resultValueMin,resultValueMax\nl1,,,One,,2026-09-01,2026-09-02,k1,c1,y26,0,10\n",
    "results.csv": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\n"
    "r1,,,l1,u1,fully graded,9,2026-09-02,\n",
}


def renumbered(files: dict[str, str], student: int, number: str) -> dict[str, str]:
    """Files in which a student has another number, or none."""
    return files | {"users.csv": files["users.csv"].replace(f"Family{student},,{student:04d},", f"Family{student},,{number},")}


def test_keys_and_every_mention_become_the_number(pinewoods: Pinewood) -> None:
    source = having(pinewoods, NUMBER)
    files = district() | MORE
    made = night(pinewoods, source, files)
    assert (made.outcome, made.issue_counts.get("reference-unknown")) == ("success", None), made.issues
    users = pinewoods.records("users")
    assert {"0001", "0020", "t1", "g1"} <= users.keys()
    assert not any(key.startswith("u") for key in users)
    assert json.loads(users["0001"]["metadata"]) == {"sisSourcedId": "u1"}
    assert (users["t1"]["metadata"], users["0001"]["agentSourcedIds"]) == (None, "g1,g2")
    assert pinewoods.records("enrollments")["e-1"]["userSourcedId"] == "0001"
    assert pinewoods.records("enrollments")["e-t1"]["userSourcedId"] == "t1"
    assert pinewoods.records("results")["r1"]["studentSourcedId"] == "0001"
    assert set(pinewoods.records("demographics")) == {"0001", "0002"}
    same_again(pinewoods, source, files)
    changed = files | {"users.csv": files["users.csv"].replace("Given3,", "Other3,")}
    later = night(pinewoods, source, changed)
    assert (later.tables["users"].updated, later.tables["enrollments"].unchanged) == (1, 22)


def test_a_student_without_a_number_is_refused_and_keeps_the_record(pinewood: Pinewood) -> None:
    source = having(pinewood, NUMBER)
    night(pinewood, source, district())
    lost = renumbered(renumbered(district(21), 3, ""), 21, "")  # u3 had a number last night, u21 is new
    made = night(pinewood, source, lost)
    assert made.issue_counts["student-number-missing"] == 2
    assert {i.key for i in made.issues if i.code == "student-number-missing"} == {"0003", "no-number-u21"}
    assert "id-characters" not in made.issue_counts  # a word of ours is no fault of the district's
    assert (made.tables["users"].refused, made.tables["users"].removed) == (2, 0)
    assert files_of(made, "users.csv").refused == 2
    users = pinewood.records("users")
    assert users["0003"]["givenName"] == "Given3"
    assert "u21" not in users
    # What names the student whom the roster knows is kept; the other's enrollment names nobody.
    assert pinewood.records("enrollments")["e-3"]["userSourcedId"] == "0003"
    assert "e-21" not in pinewood.records("enrollments")
    # Somebody else's absence is still believed.
    fewer = gone(4)
    assert night(pinewood, source, renumbered(fewer, 3, "")).tables["users"].removed == 1


def test_a_number_that_two_students_share_refuses_both(pinewood: Pinewood) -> None:
    source = having(pinewood, NUMBER)
    night(pinewood, source, district())
    made = night(pinewood, source, renumbered(district(), 5, "0006"))
    assert made.issue_counts["student-number-shared"] == 2
    assert (made.tables["users"].refused, made.tables["users"].removed) == (2, 0)
    assert {"0005", "0006"} <= pinewood.records("users").keys()


def test_an_id_that_is_another_students_number_is_nobody(pinewood: Pinewood) -> None:
    """An enrollment names 0002, which is no sourcedId of this file but is the number of u2: that student is not meant."""
    source = having(pinewood, NUMBER)
    files = district()
    files["enrollments.csv"] += "e-x,,,k1,s1,0002,student,false,2026-08-15,2027-06-10\n"
    made = night(pinewood, source, files)
    assert made.issue_counts["reference-unknown"] == 1
    assert "e-x" not in pinewood.records("enrollments")


def test_enrollments_alone_find_their_students_in_the_roster(pinewoods: Pinewood) -> None:
    source = having(pinewoods, NUMBER)
    night(pinewoods, source, district())
    alone = {"enrollments.csv": district()["enrollments.csv"].replace("e-5,,,k1,s1,u5,", "e-5,,,k1,s1,u7,")}
    made = night(pinewoods, source, alone)
    assert (made.outcome, made.tables["enrollments"].updated) == ("success", 1)
    assert pinewoods.records("enrollments")["e-5"]["userSourcedId"] == "0007"


def test_a_switch_waits_for_a_person_however_small_the_district_is(pinewoods: Pinewood) -> None:
    source = having(pinewoods)
    night(pinewoods, source, district(5))
    source = change(pinewoods, source, NUMBER)
    held = night(pinewoods, source, district(5))
    assert (held.status, held.reason and held.reason.code) == ("waiting_for_approval", "rekeyed")
    assert "u1" in pinewoods.records("users")
    done = pinewoods.approve(held.number)
    assert (done.outcome, done.tables["users"].added, done.tables["users"].removed) == ("success", 5, 5)
    assert "0001" in pinewoods.records("users")
    same_again(pinewoods, source, district(5))
    source = change(pinewoods, source, "student_id=")
    back = night(pinewoods, source, district(5))
    assert (back.status, back.reason and back.reason.code) == ("waiting_for_approval", "rekeyed")
    assert pinewoods.approve(back.number).outcome == "success"
    assert pinewoods.records("users")["u1"]["givenName"] == "Given1"


def test_a_corrected_number_of_one_student_is_no_switch(pinewood: Pinewood) -> None:
    source = having(pinewood, NUMBER)
    night(pinewood, source, district())
    made = night(pinewood, source, renumbered(district(), 5, "7005"))
    assert (made.outcome, made.tables["users"].added, made.tables["users"].removed) == ("success", 1, 1)


def test_a_row_of_the_wrong_width_removes_nobody(pinewood: Pinewood) -> None:
    """Its key is a sourcedId and no number: nothing is proved by its absence."""
    source = having(pinewood, NUMBER)
    night(pinewood, source, district())
    files = district()
    row = next(r for r in files["users.csv"].splitlines() if r.startswith("u8,"))
    made = night(pinewood, source, files | {"users.csv": files["users.csv"].replace(row, row[:40])})
    assert (made.tables["users"].refused, made.tables["users"].removed) == (1, 0)


def test_with_a_prefix_both_hold(pinewood: Pinewood) -> None:
    source = having(pinewood, NUMBER, "id_prefix=p-")
    night(pinewood, source, district())
    assert pinewood.records("enrollments")["p-e-1"]["userSourcedId"] == "p-0001"
    made = night(pinewood, source, renumbered(district(), 3, ""))
    assert (made.tables["users"].refused, made.tables["users"].removed) == (1, 0)
    assert pinewood.records("enrollments")["p-e-3"]["userSourcedId"] == "p-0003"


def test_version_1_2_says_in_roles_who_is_a_student(pinewood: Pinewood) -> None:
    source = having(pinewood, "student_id=userMasterIdentifier", layouts="oneroster-1.2")
    files = {
        "orgs.csv": "sourcedId,name,type\ns1,Oak School,school\n",
        "users.csv": "sourcedId,enabledUser,username,givenName,familyName,userMasterIdentifier\nu1,true,a,Ana,One,900\nt1,true,t,Tom,Two,901\n",
        "roles.csv": "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,u1,primary,student,s1\nr2,t1,primary,teacher,s1\n",
    }
    assert night(pinewood, source, files).outcome == "success"
    assert set(pinewood.records("users")) == {"900", "t1"}
    assert {r["userSourcedId"] for r in pinewood.records("roles").values()} == {"900", "t1"}


def test_contacts_are_judged_for_the_same_students(pinewood: Pinewood) -> None:
    source = having(pinewood, NUMBER, "guardians=file")
    files = district() | {"guardians.csv": "studentId,guardianId,firstName,lastName,email\nu2,m2,Mia,Two,mia@example.org\n"}
    assert night(pinewood, source, files).outcome == "success"
    assert pinewood.records("users")["0002"]["agentSourcedIds"] == "m2"
    place = pinewood.folder / "look"
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    seen = contacts.preview(pinewood.house, SLUG, path=place, student="0002")
    assert seen.student is not None
    assert seen.student.guardians == ("m2",)


def test_a_student_whose_role_is_unreadable_tonight_has_not_left(pinewood: Pinewood) -> None:
    """The refused row's record is the one under the number (law 3)."""
    source = having(pinewood, NUMBER)
    night(pinewood, source, district())
    files = district()
    files["users.csv"] = files["users.csv"].replace("s1,student,u3,", "s1,studnt,u3,")
    made = night(pinewood, source, files)
    assert (made.tables["users"].refused, made.tables["users"].removed, made.tables["users"].added) == (1, 0, 0)
    assert "0003" in pinewood.records("users")


PAIRS = {
    "guardians.csv": "studentId,guardianId,firstName,lastName,email\nu2,m2,Mia,Two,mia@example.org\nu4,m4,Max,Four,max@example.org\n"
}


def test_a_student_who_is_refused_tonight_keeps_the_guardians(pinewood: Pinewood) -> None:
    """A number that two students share refuses their rows, not their parents."""
    source = having(pinewood, NUMBER, "guardians=file")
    files = district() | PAIRS
    night(pinewood, source, files)
    made = night(pinewood, source, renumbered(renumbered(files, 2, "0005"), 4, ""))
    assert (made.tables["users"].refused, made.tables["users"].removed) == (3, 0), made.issues
    assert "contact-student-unknown" not in made.issue_counts
    users = pinewood.records("users")
    assert (users["0002"]["agentSourcedIds"], users["m2"]["status"], users["m4"]["status"]) == ("m2", "active", "active")
    # Who has left takes the guardian along.
    made = night(pinewood, source, renumbered(gone(2) | PAIRS, 4, ""))
    assert made.tables["users"].removed == 2, (
        made.issues,
        {k: r["status"] for k, r in pinewood.records("users").items() if k in ("m2", "0002", "m4")},
    )
    assert pinewood.records("users")["m4"]["status"] == "active"


def test_with_a_prefix_or_another_id_a_broken_row_takes_no_guardian_away(pinewoods: Pinewood) -> None:
    source = having(pinewoods, "guardians=file", "id_prefix=A-")
    files = district() | PAIRS
    night(pinewoods, source, files)
    taking_over.take_over(pinewoods.house, SLUG, "users", [("A-u4", "n4")])
    files = {name: text.replace("u4,", "n4,") for name, text in files.items()}
    assert night(pinewoods, source, files).tables["users"].removed == 0
    lines = files["users.csv"].splitlines()
    broken = [line + ",,,,more" if line.startswith(("u2,", "n4,")) else line for line in lines]
    made = night(pinewoods, source, files | {"users.csv": "\n".join(broken) + "\n"})
    assert made.tables["users"].removed == 0, made.issues
    users = pinewoods.records("users")
    assert (users["A-u2"]["agentSourcedIds"], users["A-m2"]["orgSourcedIds"]) == ("A-m2", "A-s2")
    assert users["A-u4"]["agentSourcedIds"] == "A-m4"
    # A row of the pairs that cannot be read: the link that it may have named stays.
    torn = files | {"guardians.csv": files["guardians.csv"].replace("u2,m2,Mia,Two", "u2,m2,Mia,Two,,,,,,")}
    made = night(pinewoods, source, torn)
    users = pinewoods.records("users")
    assert (users["A-u2"]["agentSourcedIds"], users["A-m2"]["status"]) == ("A-m2", "active"), made.issues
