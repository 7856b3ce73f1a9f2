"""The example deliveries in `examples/`, one folder for each layout set, imported as a district would send them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.systems.shipped import SETS, folder_of
from walks.walking import Country, country

EXAMPLES = Path(__file__).parents[2] / "examples"
COUNTS = {
    "oneroster-1.0": {
        "orgs": 2, "academicSessions": 1, "courses": 1, "classes": 1, "users": 3, "enrollments": 2, "demographics": 1,
    },
    "microsoft-sds-1": {
        "orgs": 3, "academicSessions": 2, "courses": 2, "classes": 2, "users": 5, "enrollments": 5, "demographics": 2,
    },
    "microsoft-sds-2.1": {
        "orgs": 3, "academicSessions": 3, "courses": 2, "classes": 2, "users": 5, "roles": 5, "enrollments": 4, "demographics": 2,
    },
    "microsoft-sds-2": {
        "orgs": 3, "academicSessions": 1, "courses": 2, "classes": 2, "users": 4, "enrollments": 4,
    },
    "apple-school-manager": {
        "orgs": 3, "academicSessions": 1, "courses": 2, "classes": 2, "users": 4, "enrollments": 5,
    },
    "canvas": {
        "orgs": 3, "academicSessions": 2, "courses": 2, "classes": 2, "users": 5, "userProfiles": 1, "enrollments": 4,
    },
    "aeries": {
        "orgs": 3, "academicSessions": 2, "courses": 2, "classes": 2, "users": 4, "enrollments": 4,
    },
    "infinite-campus": {
        "orgs": 2, "academicSessions": 2, "courses": 1, "classes": 1, "users": 3, "enrollments": 2,
    },
    "clever": {
        "orgs": 3, "academicSessions": 3, "courses": 2, "classes": 3, "users": 9, "enrollments": 6, "demographics": 3, "gpa": 2,
    },
    "clientpoint": {
        "orgs": 3, "academicSessions": 1, "courses": 3, "classes": 4, "users": 5, "enrollments": 6,
    },
    "schoolstatus": {
        "orgs": 3, "academicSessions": 1, "courses": 2, "classes": 2, "users": 5, "enrollments": 3, "student_attributes": 3,
    },
    "powerschool-dem": {
        "orgs": 3, "academicSessions": 1, "courses": 2, "classes": 2, "users": 4, "enrollments": 3,
    },
    "powerschool-autosend": {
        "orgs": 3, "academicSessions": 2, "courses": 1, "classes": 2, "users": 4, "demographics": 2, "enrollments": 3,
    },
    "pathways-skyward-sms-tx": {"orgs": 2, "users": 3, "grades": 3, "gpa": 4, "course_crosswalk": 2, "credentials": 1},
    "pathways-skyward-sms-in": {"orgs": 2, "users": 3, "grades": 3, "gpa": 4, "course_crosswalk": 2},
    "pathways-skyward-q-in": {"orgs": 2, "users": 3, "grades": 3, "gpa": 4, "course_crosswalk": 2},
    "pathways-ascender": {"orgs": 2, "users": 3, "grades": 3, "credentials": 1},
    "pathways-eschoolplus": {"orgs": 2, "users": 3, "grades": 3, "course_requests": 2},
    "pathways-harmony": {"orgs": 2, "users": 3, "grades": 3},
    "testhound": {"orgs": 3, "academicSessions": 1, "courses": 2, "classes": 2, "users": 3, "enrollments": 3},
}  # fmt: skip
"""Set -> active records of every table after its example."""

BY_NAME = {n for n in COUNTS if n.startswith("pathways-")} | {"schoolstatus", "testhound"}
"""Sets of which the example is read only when the set is named: columns or whole files are inferred."""

PAGES = {"powerschool-dem": "powerschool-sftp"}
"""Set -> its how-to, where that has a name of its own."""

MISSPELT = {
    "powerschool-dem": ("classes.csv", "SECTIONS.title", "SECTIONS.heading", "classes.csv lacks the column title"),
    "canvas": ("users.csv", "login_id", "sign_in", "users.csv lacks the column login_id"),
    "aeries": ("users.csv", "orgSourcedIds", "campus", "users.csv lacks the column orgSourcedIds"),
    "infinite-campus": ("classes.csv", "termSourceIds", "when", "classes.csv lacks the column termSourcedIds"),
    "oneroster-1.0": ("classes.csv", "schoolSourcedId", "campus", "classes.csv lacks the column schoolSourcedId"),
    "microsoft-sds-1": ("Section.csv", "Section Name", "Heading", "Section.csv lacks the column Section Name"),
    "microsoft-sds-2.1": ("roles.csv", "orgSourcedId", "campus", "roles.csv lacks the column orgSourcedId"),
    "microsoft-sds-2": ("classes.csv", "title", "heading", "classes.csv lacks the column title"),
    "apple-school-manager": ("rosters.csv", "student_id", "pupil", "rosters.csv lacks the column student_id"),
    "clever": ("sections.csv", "Section_id", "Class_key", "sections.csv lacks the column Section_id"),
    "clientpoint": ("classes.csv", "class_name", "section_heading", "classes.csv lacks the column class_name"),
    "schoolstatus": ("users.csv", "familyName", "surname", "users.csv lacks the column familyName"),
    "pathways-skyward-sms-tx": ("Students.csv", "NameID", "Pupil", "Students.csv lacks the column NameID"),
    "pathways-skyward-sms-in": ("Students.csv", "EntityID", "Where", "Students.csv lacks the column EntityID"),
    "pathways-skyward-q-in": ("Students.csv", "LastName", "Surname", "Students.csv lacks the column LastName"),
    "pathways-ascender": ("Students.csv", "GradeLevel", "Stage", "Students.csv lacks the column GradeLevel"),
    "pathways-eschoolplus": ("Students.csv", "Building", "House", "Students.csv lacks the column Building"),
    "pathways-harmony": ("Students.txt", "SchoolID", "Where", "Students.txt lacks the column SchoolID"),
    "powerschool-autosend": ("teachers.txt", "TeacherNumber", "Badge", "teachers.txt lacks the column TeacherNumber"),
    "testhound": ("D_TH_Schedules_TX_012345.csv", "Period", "Hour", "D_TH_Schedules_TX_012345.csv lacks the column Period"),
}
"""Set -> a file, one of its header words, what somebody typed instead, and what the report says."""


READ_AS = {"aeries": "oneroster-1.1", "infinite-campus": "oneroster-1.1"}
"""Sets whose headers are those of another, which reads them where nobody names the set."""


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("examples")) as opened:
        yield opened


@pytest.mark.parametrize("name", COUNTS)
def test_an_example_becomes_a_roster(land: Country, name: str) -> None:
    town = land.town()
    report = town.walk(EXAMPLES / name, name)
    assert [i for i in report.issues if i.severity == "error"] == []
    assert report.outcome in ("success", "success_with_row_issues"), report.reason
    assert town.active() == COUNTS[name]


@pytest.mark.parametrize("name", COUNTS)
def test_an_example_is_read_by_its_own_set_or_names_it(land: Country, name: str) -> None:
    report = land.town().walk(EXAMPLES / name, dry_run=True)
    if name in BY_NAME:
        assert report.outcome == "failed"
        assert report.reason is not None
        assert report.reason.code == "layouts_unclear"
        assert name in report.reason.message
    else:
        assert {f.layout.split("/")[0] for f in report.files if f.layout} == {READ_AS.get(name, name)}, report.reason


@pytest.mark.parametrize("name", MISSPELT)
def test_one_wrong_header_word_is_told_by_name(land: Country, tmp_path: Path, name: str) -> None:
    file, right, wrong, sentence = MISSPELT[name]
    shutil.copytree(EXAMPLES / name, tmp_path / "in")
    text = (tmp_path / "in" / file).read_text("utf-8")
    first, line_end, rest = text.partition("\n")
    assert right in first
    (tmp_path / "in" / file).write_text(first.replace(right, wrong) + line_end + rest, "utf-8")
    report = land.town().walk(tmp_path / "in", name)
    assert report.outcome == "failed"
    assert report.reason is not None
    assert report.reason.code == "header_mismatch"
    assert sentence in report.reason.message


@pytest.mark.parametrize("name", COUNTS)
def test_a_set_with_an_example_tells_the_administrator_what_to_do(name: str) -> None:
    assert name in SETS
    assert folder_of(name).joinpath("guide.toml").is_file()
    page = EXAMPLES.parent / "docs" / "howto" / f"{PAGES.get(name, name)}.md"
    assert page.is_file()
    for file in (EXAMPLES / name).iterdir():
        assert file.name in page.read_text("utf-8")
