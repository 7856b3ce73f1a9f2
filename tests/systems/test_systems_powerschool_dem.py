"""PowerSchool's three files: what a district sends by its export templates, and what Homeroom makes of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from homeroom.layouts.choice import choose
from homeroom.layouts.making import make
from homeroom.layouts.shaping import shape
from homeroom.roster.faults import Refused
from homeroom.systems import layout_set, layout_sets
from homeroom.workbench.values import Feed
from layoutkit import Desk, desk

NOW = datetime(2026, 8, 14, 2, 30, tzinfo=ZoneInfo("America/Chicago"))

USERS = """\
USERS.sourcedId,USERS.orgSourcedIds,USERS.role,USERS.givenName,USERS.familyName,USERS.email,USERS.sms,USERS.phone,\
USERS.agentSourcedIds,USERS.grades,USERS.language,USERS.dcid
S1,100,Student,Ana,Ruiz,ana@example.org,,,G1,9,es,77
S2,"100,200",student,Bo,Li,,,,,K,,78
G1,100,mother,Eva,Ruiz,,+1 555 0100,,,,,79
T1,"200,100",teacher,Tom,Hill,tom@example.org,,,,,,80
"""
CLASSES = """\
SECTIONS.sourcedId,SECTIONS.title,SECTIONS.grades,SECTIONS.location,SECTIONS.schoolSourcedId,SECTIONS.periods
C1,Algebra,9,B12,100,"1,2"
C2,Art,"K,1",,300,3
"""
ENROLLMENTS = """\
CC.classSourcedId,CC.schoolSourcedId,CC.userSourcedId,CC.role
C1,100,S1,student
C1,100,T1,Teacher
C2,400,S2,student
"""


def walk(laid: Desk) -> dict[str, list[Feed]]:
    choice = choose(layout_sets(), laid.files, None, laid.workbench)
    assert choice.layouts.name == "powerschool-dem"
    feeds = [shape(laid.workbench, m.layout, m.binding, laid.read(m.inspected), m.mode) for m in choice.matches]
    tables: dict[str, list[Feed]] = {}
    for feed in make(choice.layouts, feeds, NOW, laid.workbench):
        tables.setdefault(feed.table, []).append(feed)
    return tables


@pytest.fixture(params=["with prefixes", "labels edited"])
def night(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    with desk(tmp_path) as laid:
        for name, content in (("users.csv", USERS), ("Classes.csv", CLASSES), ("enrollments.csv", ENROLLMENTS)):
            if request.param == "labels edited":
                for prefix in ("USERS.", "SECTIONS.", "CC."):
                    content = content.replace(prefix, "")
            laid.put(name, content)
        yield laid


def test_people_keep_their_ids_and_get_ceds_grades(night: Desk) -> None:
    (users,) = walk(night)["users"]
    rows = night.rows(
        users, ["sourcedId", "orgSourcedIds", "role", "grades", "agentSourcedIds", "username", "enabledUser", "metadata"]
    )
    assert rows == [
        ("S1", "100", "student", "09", "G1", "ana@example.org", "true", '{"language":"es"}'),
        ("S2", "100,200", "student", "KG", None, "S2", "true", None),
        ("G1", "100", "parent", None, None, "G1", "true", None),
        ("T1", "200,100", "teacher", None, None, "tom@example.org", "true", None),
    ]
    assert users.key_cell == 0
    assert users.unused == ("dcid",)


def test_every_named_school_is_made_once_under_one_district(night: Desk) -> None:
    feeds = walk(night)["orgs"]
    rows = [r for f in feeds for r in night.rows(f, ["_row", "sourcedId", "name", "type", "parentSourcedId", "metadata"])]
    made = '{"made":"true"}'
    assert sorted(r[1:] for r in rows) == [
        ("100", "School 100", "school", "made-district", made),
        ("200", "School 200", "school", "made-district", made),
        ("300", "School 300", "school", "made-district", made),
        ("400", "School 400", "school", "made-district", made),
        ("made-district", "District", "district", None, made),
    ]
    cause = {r[1]: r[0] for r in rows}
    assert (cause["100"], cause["200"], cause["300"], cause["400"]) == (1, 2, 2, 3)
    assert all(f.made and f.text.numbered for f in feeds)
    assert any(s.startswith("Made, because no file brings it: orgs (One school for each") for s in night.sentences())


def test_the_school_year_is_that_of_the_clock_and_all_classes_lie_in_it(night: Desk) -> None:
    tables = walk(night)
    (year,) = tables["academicSessions"]
    assert night.rows(year, ["sourcedId", "title", "type", "startDate", "endDate", "schoolYear"]) == [
        ("schoolYear-2027", "2026-2027", "schoolYear", "2026-07-01", "2027-07-01", "2027")
    ]
    (classes,) = tables["classes"]
    assert night.rows(classes, ["sourcedId", "grades", "courseSourcedId", "termSourcedIds", "classType", "periods"]) == [
        ("C1", "09", "course-C1", "schoolYear-2027", "scheduled", "1,2"),
        ("C2", "KG,01", "course-C2", "schoolYear-2027", "scheduled", "3"),
    ]
    (courses,) = tables["courses"]
    assert night.rows(courses, ["_row", "sourcedId", "title", "orgSourcedId"]) == [
        (1, "course-C1", "Algebra", "100"),
        (2, "course-C2", "Art", "300"),
    ]


@pytest.mark.parametrize(("day", "year"), [(datetime(2026, 6, 30, tzinfo=ZoneInfo("UTC")), "2026"), (NOW, "2027")])
def test_the_year_turns_on_july_first(night: Desk, day: datetime, year: str) -> None:
    (classes,) = [
        night.feed(layout_set("powerschool-dem").layout("powerschool-dem/classes"), i) for i in night.files if i.file.number == 1
    ]
    made = [f for f in make(layout_set("powerschool-dem"), [classes], day) if f.table == "academicSessions"]
    assert night.rows(made[0], ["schoolYear"]) == [(year,)]


def test_a_class_that_cannot_be_believed_makes_no_course_that_can(night: Desk) -> None:
    """Two titles under one id, no title, an id that a spreadsheet rounded: each course shares its class's fate."""
    night.files.clear()
    rows = ["C1,Art,,,100,1", "C1,Music,,,100,1", "C2,,,,100,2", "1.23457E+11,Dance,,,100,3", "C1,Art,,,100,1"]
    night.put("classes.csv", "\n".join(["sourcedId,title,grades,location,schoolSourcedId,periods", *rows, ""]))
    classes = night.feed(layout_set("powerschool-dem").layout("powerschool-dem/classes"), night.files[0])
    (courses,) = [f for f in make(layout_set("powerschool-dem"), [classes], NOW) if f.table == "courses"]
    assert night.rows(courses, ["_row", "sourcedId", "title"]) == [
        (1, "course-C1", "Art"),
        (2, "course-C1", "Music"),
        (3, "course-C2", None),
        (4, "1.23457E+11", "Dance"),
    ]


def test_an_enrollment_is_known_by_user_class_and_role(night: Desk) -> None:
    (enrollments,) = walk(night)["enrollments"]
    assert night.rows(enrollments, ["sourcedId", "role", "classSourcedId", "userSourcedId", "schoolSourcedId"]) == [
        ("S1@C1@student", "student", "C1", "S1", "100"),
        ("T1@C1@teacher", "teacher", "C1", "T1", "100"),
        ("S2@C2@student", "student", "C2", "S2", "400"),
    ]
    assert enrollments.key_cell is None


def test_made_rows_come_the_same_from_the_slow_road(night: Desk) -> None:
    chosen = choose(layout_sets(), night.files, None)
    slow = [shape(night.workbench, m.layout, m.binding, night.numbered(night.read(m.inspected)), m.mode) for m in chosen.matches]
    fast = [shape(night.workbench, m.layout, m.binding, night.read(m.inspected), m.mode) for m in chosen.matches]
    for one, other in zip(make(chosen.layouts, slow, NOW), make(chosen.layouts, fast, NOW), strict=True):
        assert night.rows(one) == night.rows(other)
        assert one.fingerprint == other.fingerprint


def test_a_set_without_enrollments_is_incomplete_not_unknown(tmp_path: Path) -> None:
    with desk(tmp_path) as laid:
        laid.put("users.csv", USERS)
        laid.put("classes.csv", CLASSES)
        with pytest.raises(Refused) as refused:
            choose(layout_sets(), laid.files, None)
    assert refused.value.reason == "incomplete_set"
    assert "enrollments.csv" in refused.value.message


def test_the_metadata_is_json(night: Desk) -> None:
    (users,) = walk(night)["users"]
    assert [json.loads(str(m)) for (m,) in night.rows(users, ["metadata"]) if m] == [{"language": "es"}]
