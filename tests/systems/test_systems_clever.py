"""The layout set `clever`: what its files say beside the rows that the made-up district has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from walks.walking import Country, Town, country

SCHOOLS = "School_id,School_name\n100,Pine\n200,Cedar\n"
STUDENTS = "School_id,Student_id,Last_name,First_name,Grade,Race\n"
TEACHERS = "School_id,Teacher_id,First_name,Last_name,Teacher_email\n100,T1,Tom,Hill,tom@p.example\n"
SECTIONS = "School_id,Section_id,Teacher_id,Teacher_2_id,Name,Course_name,Course_number,Term_name,Term_start,Term_end\n"


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("clever")) as opened:
        yield opened


def walked(land: Country, folder: Path, **files: str) -> Town:
    """A town after one delivery; files that are not given are the plain ones."""
    plain = {
        "schools": SCHOOLS,
        "students": STUDENTS + "100,S1,Ruiz,Ana,Kindergarten,W\n",
        "teachers": TEACHERS,
        "sections": SECTIONS + "100,C1,T1,,Homeroom,,,,,\n",
        "enrollments": "School_id,Section_id,Student_id\n100,C1,S1\n",
    }
    for name, text in (plain | files).items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    town = land.town()
    report = town.walk(folder, "clever")
    assert report.outcome == "success", [(i.code, i.message) for i in report.issues if i.severity != "info"]
    return town


def test_a_student_of_two_schools_is_one_user_of_both(land: Country, tmp_path: Path) -> None:
    rows = "200,S1,Ruiz,Ana,9,W\n100,S1,Ruiz,Ana,9,W\n"
    assert walked(land, tmp_path, students=STUDENTS + rows).record("users", "S1")["orgSourcedIds"] == "100,200"


def test_a_class_without_course_and_term_gets_one_of_its_own_and_the_year(land: Country, tmp_path: Path) -> None:
    town = walked(land, tmp_path)
    found = town.record("classes", "C1")
    assert (found["courseSourcedId"], found["termSourcedIds"]) == ("course-C1", "schoolYear-2027")
    assert town.record("courses", "course-C1")["title"] == "Homeroom"


def test_a_class_beside_one_with_a_term_still_gets_the_year(land: Country, tmp_path: Path) -> None:
    rows = "100,C1,T1,,A,A,1,Fall,8/17/2026,12/18/2026\n100,C2,T1,,B,B,2,,,\n"
    town = walked(land, tmp_path, sections=SECTIONS + rows)
    terms = {k: v["termSourcedIds"] for k, v in town.roster()["classes"].items()}
    assert terms == {"C1": "term-100-2026-08-17-2026-12-18", "C2": "schoolYear-2027"}
    assert set(town.roster()["academicSessions"]) == set(terms.values())


def test_ids_stay_when_only_titles_change(land: Country, tmp_path: Path) -> None:
    rows = "100,C1,T1,,{0},{0} I,M1,{1},08/17/2026,12/18/2026\n"
    town = walked(land, tmp_path, sections=SECTIONS + rows.format("Algebra", "Fall"))
    before = {t: set(r) for t, r in town.roster().items()}
    (tmp_path / "sections.csv").write_text(SECTIONS + rows.format("Mathematics", "Autumn"), "utf-8")
    town.approve(town.walk(tmp_path, "clever").number)
    assert {t: set(r) for t, r in town.roster().items()} == before


def test_somebody_in_teachers_and_staff_is_the_teacher(land: Country, tmp_path: Path) -> None:
    staff = "School_id,Staff_id,First_name,Last_name,Title,Role\n100,T1,Thomas,Hill,Coach,STL\n100,A1,Ida,Orr,Clerk,\n"
    town = walked(land, tmp_path, staff=staff, admins=staff)
    assert (town.record("users", "T1")["role"], town.record("users", "T1")["givenName"]) == ("teacher", "Tom")
    assert town.record("users", "A1")["role"] == "aide"


def test_a_race_that_nobody_knows_sets_no_flag_and_keeps_its_word(land: Country, tmp_path: Path) -> None:
    found = walked(land, tmp_path, students=STUDENTS + "100,S1,Ruiz,Ana,K,Martian\n").record("demographics", "S1")
    assert (found["white"], found["asian"], found["metadata"]) == (None, None, '{"race":"Martian"}')


def test_contacts_in_their_own_file_become_guardians_by_kind(land: Country, tmp_path: Path) -> None:
    contacts = (
        "contact_id,student_id,first_name,last_name,type,relationship,phone,phone_type,email\n"
        "G1,S1,Eva,Ruiz,Parent/Guardian,Mother,3125550101,Cell,\n"
        "G2,S1,Ada,Orr,guardian,Aunt,,,ada@home.example\n"
        "G3,S1,Bo,Lund,Emergency,Other,3125550102,Cell,\n"
        "G4,S1,Max,Ruiz,primary,Sibling,3125550103,Cell,\n"
    )
    town = walked(land, tmp_path, contacts=contacts)
    assert town.record("users", "S1")["agentSourcedIds"] == "G1,G2"
    assert [town.record("users", g)["role"] for g in ("G1", "G2")] == ["parent", "guardian"]
    assert town.record("users", "G1")["sms"] == "3125550101"
