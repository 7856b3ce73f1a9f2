"""What is filled into rows from other files, what a set infers or may do without, and the district above schools that come alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from homeroom.layouts.assessing import assess
from homeroom.layouts.choice import choose
from homeroom.layouts.making import make
from homeroom.layouts.sets import LayoutSet, read
from homeroom.layouts.shaping import shape
from homeroom.workbench.values import Feed
from layoutkit import Desk, desk

NOW = datetime(2026, 10, 5, 2, tzinfo=UTC)
SET = 'required = ["users"]\nmake = ["schools-of-people", "district"]\nwaived = ["users.orgSourcedIds"]\n'
USERS = 'name = "o/users"\ntable = "users"\nfile = "users.csv"\ninferred = ["nick"]\n[map]\nsourcedId = "id"\nmetadata.nick = "nick"\n'
CLASSES = 'name = "o/classes"\ntable = "classes"\nfile = "classes.csv"\n[map]\nsourcedId = "id"\nschoolSourcedId = "school"\n'
POSTS = """
name = "o/posts"
table = "enrollments"
file = "classes.csv"
optional = true
[map]
sourcedId      = { formula = "id || '@' || teacher" }
userSourcedId  = "teacher"
classSourcedId = "id"
[keep]
when = "teacher is not null"
"""
SEATS = """
name = "o/seats"
table = "enrollments"
file = "seats.csv"
[map]
sourcedId      = { formula = "student || '@' || class" }
userSourcedId  = "student"
classSourcedId = "class"
"""
SCHOOLS = 'name = "o/schools"\ntable = "orgs"\nfile = "schools.csv"\n[map]\nsourcedId = "id"\n'


def ours() -> LayoutSet:
    texts = {"set.toml": SET, "users.toml": USERS, "classes.toml": CLASSES, "posts.toml": POSTS, "seats.toml": SEATS}
    return read(texts | {"schools.toml": SCHOOLS}, "o")


def walked(laid: Desk) -> list[Feed]:
    choice = choose([ours()], laid.files, "o", laid.workbench)
    texts = {i.file.number: laid.read(i) for i in laid.files}
    shaped = [shape(laid.workbench, m.layout, m.binding, texts[m.inspected.file.number], m.mode, texts) for m in choice.matches]
    return make(choice.layouts, shaped, NOW, laid.workbench)


def put(laid: Desk, classes: str = "id,school,teacher\nC1,100,T\nC2,200,T\nC3,100,\n") -> None:
    laid.put("users.csv", "id\nA\nT\nB\n")
    laid.put("classes.csv", classes)
    laid.put("seats.csv", "student,class\nA,C1\nA,C3\n")
    laid.put("schools.csv", "id\n100\n200\n")


def test_people_have_the_schools_of_their_classes_and_nobody_s_without_a_class(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        put(laid)
        (users,) = [f for f in walked(laid) if f.table == "users"]
        assert sorted(laid.rows(users, ["_row", "sourcedId", "orgSourcedIds"])) == [
            (1, "A", "100"),
            (2, "T", "100,200"),
            (3, "B", None),
        ]
        assert any("users.orgSourcedIds" in s for s in laid.sentences())


def test_schools_that_come_alone_get_one_district_above_them(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        put(laid)
        schools, office = [f for f in walked(laid) if f.table == "orgs"]
        assert laid.rows(schools, ["sourcedId", "parentSourcedId"]) == [("100", "made-district"), ("200", "made-district")]
        assert laid.rows(office, ["sourcedId", "type", "metadata"]) == [("made-district", "district", '{"made":"true"}')]


def test_an_optional_layout_reads_nothing_where_its_column_is_missing(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        put(laid, "id,school\nC1,100\n")
        feeds = walked(laid)
        assert [f.layout for f in feeds if f.table == "enrollments"] == ["o/seats"]
        assert ("layout-idle", None) not in laid.told()


JOINING = """
name = "o/people"
table = "users"
file = "people.csv"
[map]
sourcedId = "id"
email     = "mail.address"
[join.mail]
file = "mails.csv"
on   = { id = "id" }
"""


def test_a_file_that_waits_for_another_is_told_once_with_what_it_waits_for(tmp_path: Path) -> None:
    joining = read({"set.toml": "", "people.toml": JOINING, "schools.toml": SCHOOLS}, "o")
    with desk(tmp_path) as laid:
        people = laid.put("people.csv", "id\nA\n")
        laid.put("schools.csv", "id\n100\n")
        assert choose([joining], laid.files, "o", laid.workbench).unmatched == ((people, "mails.csv did not come"),)
        assert [name for name, _ in laid.told()] == ["join-missing"]
    with desk(tmp_path / "other") as laid:
        mails = laid.put("mails.csv", "id,address\nA,a@example.org\n")
        laid.put("schools.csv", "id\n100\n")
        left = choose([joining], laid.files, "o", laid.workbench).unmatched
        assert left == ((mails, "no file that it is joined to was read"),)
        assert [name for name, _ in laid.told()] == ["file-unknown"]


def test_a_set_does_not_choose_itself_where_it_would_read_what_is_only_inferred(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("users.csv", "id,Nick\nA,Bo\n")
        found = assess(ours(), laid.files, None)
        assert found.against == "in users.csv the meaning of Nick is inferred: name the set to confirm it"
        assert choose([ours()], laid.files, "o").layouts.name == "o"


def test_a_set_says_which_columns_may_be_blank() -> None:
    assert ours().waived == ("users.orgSourcedIds",)


REST = """
name = "o/rest"
table = "student_attributes"
file = "more.csv"
[rows]
each = { said = { but = ["student"] } }
[map]
sourcedId     = { formula = "student || '|' || \\"said.column\\"" }
userSourcedId = "student"
name          = "said.column"
value         = "said"
"""


def test_every_column_but_some_becomes_a_row(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("more.csv", "Student,House,Bus no\nA,Oak,\nB,Elm,12\n")
        choice = choose([read({"rest.toml": REST}, "o")], laid.files, "o")
        match = choice.matches[0]
        text = laid.read(match.inspected)
        feed = shape(laid.workbench, match.layout, match.binding, text, match.mode, {0: text})
        assert sorted(laid.rows(feed, ["userSourcedId", "name", "value"])) == [
            ("A", "House", "Oak"),
            ("B", "Bus no", "12"),
            ("B", "House", "Elm"),
        ]


def test_a_set_gives_way_to_one_that_reads_the_files_as_well(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("seats.csv", "student,class\nA,C1\n")
        one = read({"set.toml": 'name = "one"\n', "seats.toml": SEATS}, "one")
        other = read({"set.toml": 'name = "other"\ngives_way = ["one"]\n', "seats.toml": SEATS}, "other")
        assert choose([other, one], laid.files, None).layouts.name == "one"


def test_a_delivery_that_names_no_school_is_one_school(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("classes.csv", "id,title\nC1,Algebra\n")
        text = 'name = "o/classes"\ntable = "classes"\nfile = "classes.csv"\n[map]\nsourcedId = "id"\ntitle = "title"\n'
        found = read({"set.toml": 'make = ["schools", "courses"]\n', "classes.toml": text}, "o")
        feeds = make(found, [laid.feed(found.layouts[0], laid.files[0])], NOW)
        tables = {f.table: f for f in feeds if not f.layout.endswith("/made-district")}
        assert laid.rows(tables["orgs"], ["sourcedId", "type"]) == [("made-school", "school")]
        assert laid.rows(tables["courses"], ["sourcedId", "orgSourcedId"]) == [("course-C1", "made-school")]
