"""Rows from rows, joins and several layouts for one file or table, walked as a district's own folder of layouts would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from homeroom.roster.report import FileReport, ImportReport
from walks.walking import Country, country, told

SCHOOLS = """\
name = "own/orgs"
table = "orgs"
file = "schools.csv"
[map]
sourcedId = "id"
name = "name"
type = { constant = "school" }
"""

TEACHERS = """\
name = "own/teachers"
table = "users"
file = "staff.csv"
[map]
sourcedId = "staff_id"
givenName = "first"
familyName = "last"
role = { constant = "teacher" }
orgSourcedIds = "school"
enabledUser = { constant = "true" }
email = "mails.address"
[join.mails]
file = "mails.csv"
on = { "staff_id" = "person" }
when = "kind = 'work'"
optional = true
"""

STUDENTS = """\
name = "own/students"
table = "users"
file = "students.csv"
[map]
sourcedId = "student_id"
givenName = "first"
familyName = "last"
role = { constant = "student" }
orgSourcedIds = "school"
enabledUser = { constant = "true" }
agentSourcedIds = "pairs.guardian"
[join.pairs]
file = "pairs.csv"
on = { "student_id" = "student" }
take = "list"
order = ["priority"]
limit = 2
optional = true
"""

GUARDIANS = """\
name = "own/guardians"
table = "users"
file = "guardians.csv"
[map]
sourcedId = "id"
givenName = "first"
familyName = "last"
role = { constant = "guardian" }
orgSourcedIds = { constant = "S1" }
enabledUser = { constant = "true" }
"""

CLASSES = """\
name = "own/classes"
table = "classes"
file = "sections.csv"
[map]
sourcedId = "section_id"
title = "title"
classType = { constant = "scheduled" }
courseSourcedId = "course"
schoolSourcedId = "school"
termSourcedIds = { formula = "'term-' || term" }
"""

TERMS = """\
name = "own/terms"
table = "academicSessions"
file = "sections.csv"
[rows]
once = true
[map]
sourcedId = { formula = "'term-' || term" }
title = "term"
type = { constant = "term" }
startDate = "term_start"
endDate = "term_end"
schoolYear = { constant = "2027" }
"""

COURSES = """\
name = "own/courses"
table = "courses"
file = "sections.csv"
[rows]
once = true
[map]
sourcedId = "course"
title = "title"
orgSourcedId = "school"
"""

TEACHING = """\
name = "own/teaching"
table = "enrollments"
file = "sections.csv"
[rows]
each = { teacher = ["teacher_id", "co_teacher_1", "co_teacher_2"] }
[map]
sourcedId = { formula = "section_id || '-' || teacher" }
classSourcedId = "section_id"
userSourcedId = "teacher"
schoolSourcedId = "school"
role = { constant = "teacher" }
primary = { formula = "case when \\"teacher.number\\" = '1' then 'true' else 'false' end" }
"""

LEARNING = """\
name = "own/learning"
table = "enrollments"
file = "rosters.csv"
[map]
sourcedId = { formula = "section_id || '-' || student_id" }
classSourcedId = "section_id"
userSourcedId = "student_id"
schoolSourcedId = "section.school"
role = { constant = "student" }
[join.section]
file = "sections.csv"
on = { "section_id" = "section_id" }
"""

LAYOUTS = {
    "schools": SCHOOLS,
    "teachers": TEACHERS,
    "students": STUDENTS,
    "guardians": GUARDIANS,
    "classes": CLASSES,
    "terms": TERMS,
    "courses": COURSES,
    "teaching": TEACHING,
    "learning": LEARNING,
}

FILES = {
    "schools.csv": "id,name\nS1,Oak\n",
    "staff.csv": "staff_id,first,last,school\n" + "".join(f"t{n},Tom{n},Tree,S1\n" for n in range(1, 15)),
    "mails.csv": "person,kind,address,note\nt1,home,t1@home.example,x\nt1,work,t1@work.example,\nt2,work,t2@work.example,\n",
    "students.csv": "student_id,first,last,school\n" + "".join(f"p{n},Pia{n},Poe,S1\n" for n in range(1, 21)),
    "pairs.csv": "student,guardian,priority\np1,g3,10\np1,g2,2\np1,g1,1\np2,g3,1\np2,g3,2\n",
    "guardians.csv": "id,first,last\ng1,Gil,Poe\ng2,Gus,Poe\ng3,Gea,Poe\n",
    "sections.csv": (
        "section_id,title,course,school,term,term_start,term_end,teacher_id,co_teacher_1,co_teacher_2\n"
        "c1,Algebra,k1,S1,S1-27,2026-08-10,2026-12-18,t1,t2,\n"
        "c2,Biology,k2,S1,S1-27,2026-08-10,2026-12-18,t2,,t3\n"
        "c3,Chemistry,k3,S1,S2-27,2027-01-05,2027-05-28,,,\n"
    ),
    "rosters.csv": "section_id,student_id\n" + "".join(f"c{n % 3 + 1},p{n}\n" for n in range(1, 21)),
}


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("language")) as opened:
        yield opened


def laid(folder: Path, texts: Mapping[str, str] = LAYOUTS) -> str:
    """A district's own folder of layouts."""
    own = folder / "own"
    own.mkdir(exist_ok=True)
    for name, text in texts.items():
        (own / f"{name}.toml").write_text(text, encoding="utf-8")
    return str(own)


def sent(folder: Path, name: str, files: Mapping[str, str] = FILES, **changed: str | None) -> Path:
    """A delivery; `changed` by the file's name without its ending, None leaves it out."""
    night = folder / name
    night.mkdir()
    for file, text in files.items():
        given = changed.get(file.removesuffix(".csv"), text)
        if given is not None:
            (night / file).write_text(given, encoding="utf-8", newline="")
    return night


def file(made: ImportReport, layout: str) -> FileReport:
    return next(f for f in made.files if f.layout == f"own/{layout}")


def test_a_dialect_of_many_pieces_is_mapped_by_layouts_alone(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path)
    made = town.walk(sent(tmp_path, "first"), own)
    assert made.outcome == "success", (made.reason, made.issues)
    assert town.active() == {
        "orgs": 1, "academicSessions": 2, "courses": 3, "classes": 3, "users": 37, "enrollments": 24,
    }  # fmt: skip
    roster = town.roster()
    assert roster["users"]["t1"]["email"] == "t1@work.example"
    assert roster["users"]["p1"]["agentSourcedIds"] == "g1,g2"
    assert roster["users"]["p2"]["agentSourcedIds"] == "g3"
    assert roster["enrollments"]["c2-t3"]["primary"] == "false"
    assert roster["enrollments"]["c3-p2"]["schoolSourcedId"] == "S1"
    sections = {f.layout: (f.rows, f.accepted, f.ignored) for f in made.files if f.name == "sections.csv"}
    assert sections == {
        "own/classes": (3, 3, 0), "own/terms": (3, 2, 1), "own/courses": (3, 3, 0), "own/teaching": (5, 4, 1),
    }  # fmt: skip
    mails = next(f for f in made.files if f.name == "mails.csv")
    assert (mails.table, mails.rows, mails.accepted, mails.note) == (None, 3, 3, "Joined to the rows of own/teachers")
    assert [(i.file, i.message) for i in made.issues if i.code == "column-unused"] == [
        ("mails.csv", "Not read: note (no join takes them).")
    ]
    assert "join-limited" in told(made)

    again = town.walk(sent(tmp_path, "again"), own)
    assert again.outcome == "success"
    assert town.revision == 1
