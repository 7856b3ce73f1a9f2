"""An unknown file: what it probably is, column by column, with reasons; and a text that the language itself accepts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.layouts import language, sets
from homeroom.layouts.proposing import meanings
from homeroom.layouts.proposing.contents import look
from homeroom.layouts.proposing.guessing import Column, readings
from homeroom.layouts.proposing.propose import Proposal, declaration, propose
from homeroom.layouts.proposing.writing import layout
from homeroom.roster.catalogue import catalogue
from homeroom.roster.words import _, plain
from layoutkit import desk

STUDENTS = """STU_ID,STU_First_Nm,STU_Last_Nm,GR,Sch_ID,DOB,Gender,Stu Email,Home Phone,Web_Password,LockerCombo
00123,Ana,Lopez,K,010,8/14/2019,F,ana@example.org,(312) 555-0147,x,1-2-3
00124,Ben,Miller,3,010,9/30/2016,M,ben@example.org,312-555-0148,x,4-5-6
00125,Cai,Wong,12,020,1/22/2008,M,cai@example.org,,x,
"""
SECTIONS = """Section ID,Course Name,Course Number,Teacher ID,Building,Room,Period
s-1,Algebra I,ALG1,t1,020,12,1
s-2,Biology,BIO,t2,020,14,2
"""
SCHEDULES = """Student Code,Section ID,Date Enrolled
00123,s-1,08/14/2026
00124,s-1,08/14/2026
00125,s-2,08/14/2026
"""


def proposed(folder: Path, **files: str) -> list[Proposal]:
    """Proposals for files, the names of which end in .csv; the texts that they make are read as a set."""
    with desk(folder) as laid:
        texts = [laid.read(laid.put(f"{name}.csv", content)) for name, content in files.items()]
        found = propose(laid.workbench, texts, "ours")
    listed = {w.file: w.text for p in found for w in p.layouts}
    sets.read({"set.toml": declaration("ours", found), **listed}, "ours")
    return list(found)


def becomes(proposal: Proposal) -> dict[str, str | None]:
    return {c.word: c.target for c in proposal.columns}


def test_three_files_of_one_system(tmp_path: Path) -> None:
    students, sections, schedules = proposed(tmp_path, stu_extract_20260901=STUDENTS, sections=SECTIONS, schedules=SCHEDULES)
    assert (students.table, sections.table, schedules.table) == ("users", "classes", "enrollments")
    assert min(p.sure for p in (students, sections, schedules)) > 0.7
    assert becomes(students) == {
        "STU_ID": "sourcedId", "STU_First_Nm": "givenName", "STU_Last_Nm": "familyName", "GR": "grades", "Sch_ID": "orgSourcedIds",
        "DOB": "demographics.birthDate", "Gender": "demographics.sex", "Stu Email": "email", "Home Phone": "phone",
        "Web_Password": None, "LockerCombo": None,
    }  # fmt: skip
    assert next(c for c in students.columns if c.word == "Web_Password").why == (_("it holds a secret, which is never read"),)
    text = students.layouts[0].text
    assert 'file = "stu_extract{date}.csv"' in text
    assert 'role = { constant = "student" }' in text
    assert 'grades = { from = "GR", recipe = "grade" }' in text
    assert 'phone = { from = "Home Phone", recipe = "phone" }' in text
    assert "Web_Password =" not in text
    assert 'birthDate = { from = "DOB", recipe = "date:MM/DD/YYYY" }' in students.layouts[1].text
    assert becomes(sections)["Teacher ID"] == "enrollments.userSourcedId"
    assert [w.file for w in sections.layouts] == ["classes.toml", "teachers.toml"]
    assert 'role = { constant = "teacher" }' in sections.layouts[1].text
    linked = next(c for c in schedules.columns if c.word == "Section ID")
    assert linked.sure == 0.98
    assert any("100% of its ids stand in sections.csv" in plain(why) for why in linked.why)
    assert 'schoolSourcedId = "class.Building"' in schedules.layouts[0].text
    assert '[join.class]\nfile = "sections.csv"\non = { "Section ID" = "Section ID" }' in schedules.layouts[0].text
    assert "formula = " in schedules.layouts[0].text


@pytest.mark.parametrize(
    ("name", "content", "table"),
    [
        ("export1", "person_id,location_id,first_name,last_name,grade_level\np1,l1,Ana,Lopez,9\np2,l1,Ben,Orr,10\n", "users"),
        ("schools", "School_id,School_name,School_number,Low_grade\n1,Elm,010,K\n2,Oak,020,6\n", "orgs"),
        ("terms", "term_id,name,start_date,end_date\nt1,Fall,2026-08-14,2026-12-18\nt2,Spring,2027-01-05,2027-05-28\n", "academicSessions"),
        ("courses", "course_id,course_name,course_number\nc1,Algebra,ALG\nc2,Art,ART\n", "courses"),
        ("cc", "[01]Student_Number,SectionID,DateEnrolled,TermID\n1,s1,08/14/2026,3600\n1,s2,08/14/2026,3600\n", "enrollments"),
        ("gpa", "StudentID,SchoolYear,WeightedGPA,ClassRank\n1,2026-2027,3.91,4\n2,2026-2027,2.5,90\n", "gpa"),
        ("Grades", "StudentID,CourseCode,SchoolYear,Term,FinalMark,CreditEarned\n1,ALG,26-27,S1,A,0.5\n", "grades"),
        ("crosswalk", "LocalCourseCode,LocalCourseName,StateCourseCode\nALG1,Algebra,03100500\n", "course_crosswalk"),
        ("ibc", "StudentID,CertificationCode,CertificationName,DateEarned\n1,520,Welder,05/01/2026\n", "credentials"),
        ("parents", "guardian_id,first_name,last_name,email,mobile_phone\ng1,Eva,Lopez,e@x.org,312-555-0147\n", "users"),
    ],
)  # fmt: skip
def test_files_of_many_systems_are_known_for_what_they_are(tmp_path: Path, name: str, content: str, table: str) -> None:
    (found,) = proposed(tmp_path, **{name: content})
    assert (found.table, found.lacking) == (table, ())
    assert all(c.why for c in found.columns)


def test_values_speak_against_a_word_and_without_words(tmp_path: Path) -> None:
    (wrong,) = proposed(tmp_path, students="Student ID,First Name,Last Name,Email\n1,Ana,Lopez,room 12\n2,Ben,Orr,room 13\n")
    doubted = next(c for c in wrong.columns if c.word == "Email")
    assert doubted.sure < 0.5
    assert "but its values do not look like e-mail addresses" in map(plain, doubted.why)
    assert '# email = { from = "Email", recipe = "email" }' in wrong.layouts[0].text
    (words,) = proposed(tmp_path / "b", staff='x1,x2,x3\nt1,"Lopez, Ana",ana@example.org\nt2,"Orr, Ben",ben@example.org\n')
    assert becomes(words)["x2"] == "givenName+familyName"
    assert becomes(words)["x3"] == "email"
    assert "given-name:last-first" in words.layouts[0].text


def test_nothing_is_made_up_where_nothing_is_known(tmp_path: Path) -> None:
    (found,) = proposed(tmp_path, stuff="alpha,beta\nx,y\n")
    assert found.sure < 0.5
    assert found.lacking
    assert "WHICH COLUMN?" in found.layouts[0].text or "formula" not in found.layouts[0].text


def test_a_guardian_s_address_is_never_taken_for_the_student_s(tmp_path: Path) -> None:
    rows = "Stu ID,First Name,Last Name,Guardian Email,Mother Cell,Phone\n1,Ana,Ruiz,eva@example.org,3125550147,3125550148\n"
    (students,) = proposed(tmp_path, kids=rows)
    found = becomes(students)
    assert (found["Guardian Email"], found["Mother Cell"], found["Phone"]) == (None, None, "phone")
    assert "about a guardian" in plain(next(c for c in students.columns if c.word == "Guardian Email").why[0])
    (guardians,) = proposed(
        tmp_path / "2", guardians="Guardian ID,Guardian First Name,Guardian Last Name,Guardian Email\n9,Eva,Ruiz,e@example.org\n"
    )
    assert becomes(guardians)["Guardian Email"] == "email"


def test_odd_words_stay_in_their_quotes(tmp_path: Path) -> None:
    head = '"Student ""ID""","First\\Name","Last Name"]"'
    (found,) = proposed(tmp_path, students=f'{head}\n1,"A""na",Lopez\n2,Ben,Orr\n')
    assert found.table == "users"


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(WORDS | st.sampled_from(["Student ID", "Email", "DOB", "Name"]), min_size=1, max_size=6, unique=True),
    st.lists(WORDS, max_size=3),
)
def test_whatever_the_header_says_the_text_is_a_layout_that_the_language_takes(words: list[str], values: list[str]) -> None:
    columns = [Column(place, word, look(values), True, meanings.recognise(word)) for place, word in enumerate(words)]
    for reading in readings("students.csv", columns)[:3]:
        text = layout("ours/students", "stu\ndents.csv", reading, columns)
        if all(word.strip() for word in words):
            language.parse(text, "students.toml")


def test_the_book_of_words_names_tables_and_targets_that_there_are() -> None:
    book = meanings._book()
    for meaning in book.words.values():
        for table, target in meaning.becomes.items():
            known = {f.name for f in catalogue()[table].model}
            for one in target.rstrip("~").split("+"):
                assert one in known or one.startswith("metadata."), (meaning.concept, table, target)
    assert {table for table, _ in book.file_words.values()} <= set(catalogue().tables)


def test_what_values_look_like() -> None:
    assert "date" in look(["2026-08-14", "2026-08-15"]).kinds
    assert look(["14/08/2026", "31/12/2026"]).form == "DD/MM/YYYY"
    assert look(["12/31/2026", "8/14/2026"]).form == "MM/DD/YYYY"
    assert look([None, "", " "]).seen == 0
    assert {"grade", "boolean"} & set(look(["K", "1", "02", "9"]).kinds) == {"grade"}
    assert "phone" in look(["(312) 555-0147", "3125550147"]).kinds
    assert look(["a", "a"]).unique is False
