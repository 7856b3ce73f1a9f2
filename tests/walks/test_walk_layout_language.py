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


def test_a_changed_joined_file_changes_the_rows_that_take_from_it(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path)
    town.walk(sent(tmp_path, "first"), own)
    made = town.walk(sent(tmp_path, "second", mails=FILES["mails.csv"].replace("t2@work", "tom2@work")), own)
    assert {t: r.updated for t, r in made.tables.items() if r.updated} == {"users": 1}
    assert town.record("users", "t2")["email"] == "tom2@work.example"

    gone = town.walk(sent(tmp_path, "third", mails=None), own)
    assert gone.outcome == "success"
    assert gone.tables["users"].updated == 0
    assert town.record("users", "t2")["email"] == "tom2@work.example"


def test_the_order_of_every_file_says_nothing(land: Country, tmp_path: Path) -> None:
    files = FILES | {"mails.csv": FILES["mails.csv"] + "t3,work,b@work.example,\nt3,work,a@work.example,\n"}
    files["sections.csv"] += "c4,Drama,k3,S1,S2-27,2027-01-04,2027-05-28,t4,t4,t5\n"
    town, own = land.town(), laid(tmp_path)
    made = town.walk(sent(tmp_path, "first", files), own)
    assert {"join-several", "rows-differ"} <= told(made)
    assert [i.message for i in made.issues if i.code == "rows-differ"] == [
        "Records of academicSessions that stand in several rows which differ: 1, term-S2-27 for instance.",
        "Records of courses that stand in several rows which differ: 1, k3 for instance.",
        "Records of enrollments that stand in several rows which differ: 1, c4-t4 for instance.",
    ]
    turned = {name: "".join([(lines := text.splitlines(True))[0], *reversed(lines[1:])]) for name, text in files.items()}
    again = town.walk(sent(tmp_path, "turned", turned), own)
    assert again.outcome == "success"
    assert town.revision == 1, again.tables
    assert town.record("academicSessions", "term-S2-27")["startDate"] == "2027-01-04"
    assert town.record("enrollments", "c4-t4")["primary"] == "true"


def test_what_a_missing_file_of_a_table_had_brought_stays(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path)
    town.walk(sent(tmp_path, "first"), own)
    fewer = "".join(FILES["students.csv"].splitlines(True)[:-1])
    enrolled = "".join(FILES["rosters.csv"].splitlines(True)[:-1])
    for night in ("second", "third"):
        made = town.walk(sent(tmp_path, night, staff=None, students=fewer, rosters=enrolled), own)
        assert made.outcome == "success", made.issues
        assert (made.tables["users"].removed, made.tables["enrollments"].removed) == ((1, 1) if night == "second" else (0, 0))
        partial = next(i for i in made.issues if i.code == "table-partial")
        assert partial.message == "Records of users that were kept, since staff.csv did not come: 14."
        assert "reference-gone" not in told(made)
    assert town.active()["users"] == 36

    back = town.walk(sent(tmp_path, "fourth", students=fewer, rosters=enrolled), own)
    assert back.outcome == "success"
    assert (back.tables["users"].unchanged, back.tables["users"].removed) == (36, 0)
    assert "table-partial" not in told(back)


def test_a_file_of_a_table_that_comes_empty_is_a_fault(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path)
    town.walk(sent(tmp_path, "first"), own)
    made = town.walk(sent(tmp_path, "second", guardians="id,first,last\n"), own)
    assert made.outcome == "failed"
    assert made.reason is not None
    assert (made.reason.code, "guardians.csv" in made.reason.message) == ("suddenly_empty", True)


@pytest.mark.parametrize("broken", ["t2,work\n", "t2,work,t2@work.example,a,b,c\n"])
def test_what_a_damaged_joined_file_would_have_said_stays(land: Country, tmp_path: Path, broken: str) -> None:
    town, own = land.town(), laid(tmp_path)
    town.walk(sent(tmp_path, "first"), own)
    mails = FILES["mails.csv"].replace("t2,work,t2@work.example,\n", broken).replace("t1@work", "new@work")
    staff = "".join(FILES["staff.csv"].splitlines(True)[:-1]).replace("Tom3,", "Tomas,")
    made = town.walk(sent(tmp_path, "second", mails=mails, staff=staff), own)
    assert made.outcome == "success_with_row_issues"
    assert {"join-silent", "absence-unprovable"} <= told(made)
    assert (made.tables["users"].updated, made.tables["users"].removed) == (1, 0)
    assert [town.record("users", t)["email"] for t in ("t1", "t2")] == ["t1@work.example", "t2@work.example"]
    assert town.record("users", "t3")["givenName"] == "Tomas"
    mended = town.walk(sent(tmp_path, "third"), own)
    assert mended.outcome == "success"


def test_rows_that_hang_on_a_damaged_joined_file_are_left_out(land: Country, tmp_path: Path) -> None:
    own = laid(tmp_path, LAYOUTS | {"learning": LEARNING.replace("section.school", "place.school").replace(
        "[join.section]\nfile = \"sections.csv\"", "[join.place]\nfile = \"places.csv\"")})  # fmt: skip
    files = FILES | {"places.csv": "section_id,school\nc1,S1\nc2,S1\nc3,S1\n"}
    town = land.town()
    first = town.walk(sent(tmp_path, "first", files), own)
    assert first.outcome == "success"
    made = town.walk(sent(tmp_path, "second", files, places="section_id,school\nc1,S1\nc2\nc3,S1\n"), own)
    left = next(i for i in made.issues if i.code == "join-unread")
    assert left.message == "Rows left out, since rows of places.csv could not be read: 7."
    rosters = file(made, "learning")
    assert (rosters.rows, rosters.accepted, rosters.refused) == (20, 13, 7)
    assert made.tables["enrollments"].removed == 0
    assert town.active()["enrollments"] == 24


def test_without_a_joined_file_that_must_come_nothing_is_read(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path, {k: v.replace("optional = true\n", "") for k, v in LAYOUTS.items()})
    town.walk(sent(tmp_path, "first"), own)
    made = town.walk(sent(tmp_path, "second", mails=None), own)
    assert made.outcome == "success"
    assert {"join-missing", "table-partial"} <= told(made)
    assert next(f for f in made.files if f.name == "staff.csv").note == "mails.csv did not come"
    (tmp_path / "own" / "set.toml").write_text('required = ["own/teachers"]\n', encoding="utf-8")
    failed = town.walk(sent(tmp_path, "third", mails=None), own)
    assert failed.reason is not None
    assert (failed.outcome, failed.reason.code) == ("failed", "incomplete_set")


PEOPLE = """\
name = "own/people"
table = "users"
file = "people.csv"
[map]
sourcedId = "id"
givenName = "first"
familyName = "last"
role = { from = "kind", values = { T = "teacher", S = "student" } }
orgSourcedIds = { from = "schools", values = { Oak = "S1", Elm = "S2" }, otherwise = "refuse" }
grades = { from = "grade", values = { F = "09", G = "10" }, otherwise = "blank" }
enabledUser = { constant = "true" }
metadata.team = { from = "team", values = { r = "red" } }
"""
TWO_SCHOOLS = {"schools.csv": "id,name\nS1,Oak\nS2,Elm\n"}


def people(*rows: str) -> dict[str, str]:
    return TWO_SCHOOLS | {"people.csv": "id,first,last,kind,schools,grade,team\n" + "".join(f"{row}\n" for row in rows)}


def test_words_that_a_value_map_does_not_know_refuse_the_row(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path, {"schools": SCHOOLS, "people": PEOPLE})
    good = ["1,Ana,A,T,Oak,,R", '2,Bo,B,student,"Oak, elm",F,', "3,Cy,C,S,S2,G,red", "4,Di,D,s,Elm,,"]
    first = town.walk(sent(tmp_path, "first", people(*good)), own)
    assert first.outcome == "success", first.issues
    roster = town.roster()["users"]
    assert [roster["2"][c] for c in ("role", "orgSourcedIds", "grades")] == ["student", "S1,S2", "09"]
    assert [roster[n]["metadata"] for n in "123"] == ['{"team":"red"}', None, '{"team":"red"}']

    bad = ["1,Ana,A,Q,Oak,,", '2,Bo,B,S,"Oak,Ash",F,', "3,Cy,C,S,Elm,H,", '4,Di,D,S,Elm,"F,x","b""lue"', "5,Ed,E,S,Ash,,"]
    made = town.walk(sent(tmp_path, "second", people(*bad)), own)
    assert made.outcome == "success_with_row_issues"
    assert [(i.line, i.column, i.message) for i in made.issues if i.code == "value-unmapped"] == [
        (2, "kind", "Q in kind is none of the words that the layout knows: T, S."),
        (3, "schools", "Ash in schools is none of the words that the layout knows: Oak, Elm."),
        (5, "team", 'b"lue in team is none of the words that the layout knows: r.'),
    ]
    assert next(i.count for i in made.issues if i.value == "Ash") == 2
    assert set(made.issue_counts) <= {"value-unmapped", "value-dropped"}
    users = file(made, "people")
    assert (users.rows, users.accepted, users.refused, users.ignored) == (5, 1, 4, 0)
    assert [(r.code, r.count) for r in users.repairs] == [("value-dropped", 2)]
    assert (made.tables["users"].removed, town.active()["users"]) == (0, 4)
    assert town.record("users", "1")["role"] == "teacher"
    assert town.record("users", "3")["grades"] is None

    again = town.walk(sent(tmp_path, "third", people(*bad, "1,Ana,A,T,Oak,,")), own)
    assert again.issue_counts["duplicate-different"] == 2
    assert town.record("users", "1")["role"] == "teacher"


def test_a_mark_in_a_file_is_no_mark(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path, {"schools": SCHOOLS, "people": PEOPLE})
    made = town.walk(sent(tmp_path, "first", people("1,Ana,A,\x01T,\x01Oak,,R", "2,Bo,B,T,Oak,,")), own)
    assert "value-unmapped" not in told(made)
    assert town.active()["users"] == 2


NOTICES = PEOPLE.replace("own/people", "own/notices").replace("people.csv", "notices.csv").replace(
    'table = "users"', 'table = "users"\nkind = "change_notification"'
).replace("[map]", '[map]\nstatus = { from = "event", values = { gone = "tobedeleted" }, otherwise = "blank" }')  # fmt: skip


def test_notices_have_layouts_of_their_own_and_remove_only_what_they_name(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path, {"schools": SCHOOLS, "people": PEOPLE, "notices": NOTICES})
    town.walk(sent(tmp_path, "first", people("1,Ana,A,T,Oak,,", "2,Bo,B,S,Oak,,", "3,Cy,C,S,Oak,,")), own)
    notices = "id,first,last,kind,schools,grade,team,event\n1,Anna,A,T,Oak,,,change\n3,,,,,,,gone\n4,Di,D,S,Elm,,,new\n"
    made = town.walk(sent(tmp_path, "second", {"notices.csv": notices}), own, kind="change_notification")
    assert made.outcome == "success", made.issues
    users = made.tables["users"]
    assert (users.added, users.updated, users.removed) == (1, 1, 1)
    assert file(made, "notices").accepted == 3
    assert town.active() == {"orgs": 2, "users": 3}

    other = town.walk(sent(tmp_path, "third", {"notices.csv": notices, **people("1,Ana,A,T,Oak,,")}), own, dry_run=True)
    assert next(f for f in other.files if f.name == "notices.csv").table is None
    assert other.tables["users"].removed == 2


SWITCHBOARD = """\
name = "own/pupils"
table = "users"
file = "families.csv"
[map]
sourcedId = "pupil"
givenName = "first"
familyName = "last"
role = { constant = "student" }
orgSourcedIds = { constant = "S1" }
enabledUser = { constant = "true" }
agentSourcedIds = { formula = "concat_ws(',', c1_id, c2_id)" }
"""
PARENTS = """\
name = "own/parents"
table = "users"
file = "families.csv"
[rows]
each = { contact = { numbers = [1, 2], columns = { id = "C{n}_ID", first = "C{n}_First", last = "C{n}_Last" } } }
once = true
[map]
sourcedId = "contact.id"
givenName = "contact.first"
familyName = "contact.last"
role = { constant = "guardian" }
orgSourcedIds = { constant = "S1" }
enabledUser = { constant = "true" }
"""
FAMILIES = (
    "pupil,first,last,C1_ID,C1_First,C1_Last,C2_ID,C2_First,C2_Last\n"
    "p1,Pia,Poe,g1,Gil,Poe,g2,Gus,Poe\np2,Pol,Poe,g1,Gil,Poe,,,\np3,Pam,Ray,,,,,,\n"
)


def test_two_layouts_of_one_table_read_one_file(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path, {"schools": SCHOOLS, "pupils": SWITCHBOARD, "parents": PARENTS})
    files = {"schools.csv": FILES["schools.csv"], "families.csv": FAMILIES}
    made = town.walk(sent(tmp_path, "first", files), own)
    assert made.outcome == "success", made.issues
    counts = {f.layout: (f.name, f.rows, f.accepted, f.ignored) for f in made.files if f.table == "users"}
    assert counts == {"own/pupils": ("families.csv", 3, 3, 0), "own/parents": ("families.csv", 4, 2, 2)}
    assert town.record("users", "p1")["agentSourcedIds"] == "g1,g2"

    broken = FAMILIES.replace("p3,Pam,Ray,,,,,,", "p3,Pam,Ray,,,,,")
    damaged = town.walk(sent(tmp_path, "second", files, families=broken), own)
    counts = {f.layout: (f.rows, f.accepted, f.refused, f.ignored) for f in damaged.files if f.table == "users"}
    assert counts == {"own/pupils": (3, 2, 1, 0), "own/parents": (4, 2, 1, 1)}
    assert {i.file for i in damaged.issues if i.line is not None} == {"families.csv"}
    assert damaged.tables["users"].removed == 0

    changed = FAMILIES.replace("Gus,Poe", "Gustav,Poe").replace("g1,Gil,Poe,,,", "g3,,,,,")
    updated = town.walk(sent(tmp_path, "third", files, families=changed), own)
    assert (updated.tables["users"].updated, updated.tables["users"].added) == (2, 0)
    assert [(i.code, i.file, i.line) for i in updated.issues if i.key == "g3"] == [("required-blank", "families.csv", 3)] * 2


CROSSWALK = """\
name = "own/crosswalk"
table = "courses"
file = "re:.*course.*[.]csv"
[read]
header = false
columns = ["local_code", "title", "state_code"]
[map]
sourcedId = "local_code"
courseCode = { position = 1 }
title = "title"
orgSourcedId = { constant = "S1" }
metadata.stateCode = "state_code"
"""


def test_a_crosswalk_without_a_header_is_read_by_position(land: Country, tmp_path: Path) -> None:
    town, own = land.town(), laid(tmp_path, {"schools": SCHOOLS, "crosswalk": CROSSWALK})
    files = {"schools.csv": FILES["schools.csv"], "CourseCrosswalk.csv": "0101,Algebra I,03100500\n0102,Art,03500100\n"}
    made = town.walk(sent(tmp_path, "first", files), own)
    assert (made.outcome, made.issues) == ("success", ())
    assert town.record("courses", "0101")["metadata"] == '{"stateCode":"03100500"}'
    headed = files | {"CourseCrosswalk.csv": "Title,Local Code,State Code\nAlgebra I,0101,03100500\nArt,0102,03500100\n"}
    again = town.walk(sent(tmp_path, "second", headed), own)
    assert set(again.issue_counts) == {"header-unexpected"}
    assert again.tables["courses"].unchanged == 2
