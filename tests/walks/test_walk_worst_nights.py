"""Nights on which an export died, was shifted or is named oddly: what a district sends when its own system is in trouble."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.roster.faults import Misuse
from homeroom.roster.report import LimitReport
from homeroom.sync import imports, sources
from walks.walking import Country, Settled, Town, copied, country, settle

ORGS = "sourcedId,name,type\ns1,North School,school\n"
SESSIONS = "sourcedId,title,type,startDate,endDate,schoolYear\ny1,2026-27,schoolYear,2026-08-15,2027-06-15,2027\n"
COURSES = "sourcedId,title,orgSourcedId\nk1,Reading,s1\n"
CLASSES = "sourcedId,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds\n" + "".join(
    f"c{n},Reading {n},k1,scheduled,s1,y1\n" for n in range(30)
)
USERS = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
PEOPLE = [f"u{n:03},true,s1,student,user{n:03},Ann,Ash\n" for n in range(100)]


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("nation")) as opened:
        yield opened


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """A district after its first good night."""
    folder = tmp_path_factory.mktemp("first")
    return settle(folder, delivered(folder / "files", PEOPLE))


@pytest.fixture
def town(first: Settled, tmp_path: Path) -> Iterator[Town]:
    """A copy of it."""
    with copied(first, tmp_path / "house") as (_, made):
        yield made


def delivered(folder: Path, people: list[str], **others: str) -> Path:
    folder.mkdir()
    texts = {"orgs": ORGS, "academicSessions": SESSIONS, "courses": COURSES, "classes": CLASSES, **others}
    texts["users"] = USERS + "".join(people)
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    "last", ["ORA-01555: snapshot too old: rollback segment too small\n", "ERROR: the connection was lost, try again, later\n"]
)
def test_the_message_of_an_export_that_died_is_no_record(town: Town, tmp_path: Path, last: str) -> None:
    """Five students were not written any more. Their number is below every limit; they live on all the same (law 3)."""
    made = town.walk(delivered(tmp_path / "died", [*PEOPLE[:95], last]))
    assert made.outcome == "success_with_row_issues"
    assert town.counts()["users"] == {"active": 100, "tobedeleted": 0}
    assert made.issue_counts["absence-unprovable"] == 1
    again = town.walk(delivered(tmp_path / "died-again", [*PEOPLE[:94], last]))
    assert (again.outcome, town.active()["users"]) == ("success_with_row_issues", 100)


def test_a_broken_row_of_somebody_known_stops_no_removal(town: Town, tmp_path: Path) -> None:
    made = town.walk(delivered(tmp_path / "short", [*PEOPLE[:95], "u095,true,s1\n"]))
    assert (made.outcome, town.active()["users"]) == ("success_with_row_issues", 96)


def test_a_file_of_which_no_row_can_be_taken_waits_for_a_person(town: Town, tmp_path: Path) -> None:
    """A column was taken out of the query and its header left standing: every cell is one place off."""
    shifted = [",".join([*row.strip().split(",")[:2], *row.strip().split(",")[3:], ""]) + "\n" for row in PEOPLE]
    made = town.walk(delivered(tmp_path / "shifted", shifted))
    assert made.status == "waiting_for_approval"
    assert made.reason is not None
    assert (made.reason.code, made.reason.message) == (
        "nothing_accepted",
        "All 100 rows of users.csv were refused.",
    )
    approved = town.approve(made.number)
    assert (approved.outcome, town.active()["users"]) == ("success_with_row_issues", 100)


def wizards(first: int, last: int) -> list[str]:
    """The people, those of a stretch with a role that nobody knows."""
    return [row.replace("student", "wizard") if first <= n < last else row for n, row in enumerate(PEOPLE)]


def test_a_night_on_which_many_more_rows_are_refused_waits_for_a_person(town: Town, tmp_path: Path) -> None:
    """A quarter of the rows may be refused beyond those of last time; who approved them once is not asked again."""
    quarter = town.walk(delivered(tmp_path / "quarter", wizards(0, 25)), dry_run=True)
    assert (quarter.reason, quarter.outcome) == (None, "success_with_row_issues")
    made = town.walk(delivered(tmp_path / "more", wizards(0, 26)))
    assert made.status == "waiting_for_approval"
    assert made.reason is not None
    assert (made.reason.code, made.reason.message) == (
        "too_many_refused",
        "26 of 100 rows of users.csv were refused, last time 0; 25 may be.",
    )
    assert made.limits == (LimitReport("users", None, "refuse", 26, 100, 25),)
    assert town.approve(made.number).outcome == "success_with_row_issues"
    assert town.active()["users"] == 100, "a refused row is not a gone record"
    known = town.walk(delivered(tmp_path / "known", [*wizards(0, 51), "u100,true,s1,student,user100,Ann,Ash\n"]))
    assert (known.status, known.tables["users"].refused, known.tables["users"].added) == ("done", 51, 1)
    assert town.walk(delivered(tmp_path / "too-many", wizards(0, 77))).status == "waiting_for_approval"


def test_what_may_be_refused_is_a_setting_of_the_source(town: Town, tmp_path: Path) -> None:
    source = town.reports[0].source
    assert source is not None
    sources.change(town.house, town.slug, source, {"refused_share": 0.5, "table_limits": {"users": {"floor": 60}}})
    assert town.walk(delivered(tmp_path / "sixty", wizards(0, 60))).status == "done"
    assert town.walk(delivered(tmp_path / "all", wizards(0, 99))).status == "done", "39 more than last time"


def test_single_records_that_are_refused_are_no_broken_file(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "delta"
    folder.mkdir()
    manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,delta\n"
    (folder / "manifest.csv").write_text(manifest, "utf-8")
    head = USERS.replace("sourcedId,", "sourcedId,status,dateLastModified,")
    rows = [row.replace(",", ",active,2026-09-01T00:00:00.000Z,", 1) for row in wizards(0, 20)[:21]]
    (folder / "users.csv").write_text(head + "".join(rows), "utf-8")
    made = town.walk(folder)
    assert (made.status, made.tables["users"].refused) == ("done", 20)
    assert {f.mode for f in made.files if f.table} == {"delta"}
    whole = town.walk(delivered(tmp_path / "whole", wizards(0, 26)))
    assert whole.status == "waiting_for_approval", "the delta is no measure for the next whole file"


def test_nine_rows_that_are_refused_make_no_hold(nation: Country, tmp_path: Path) -> None:
    town = nation.town()
    town.walk(delivered(tmp_path / "first", PEOPLE[:9]))
    made = town.walk(delivered(tmp_path / "second", [row.replace("student", "wizard") for row in PEOPLE[:9]]))
    assert (made.status, made.outcome) == ("done", "success_with_row_issues")


def test_a_cascade_is_headed_by_a_row_that_was_refused(town: Town, tmp_path: Path) -> None:
    """The session's id was changed in its own file only. What is told first must say that rows were refused for it."""
    sessions = SESSIONS.replace("y1,", "y1.0,") + "t1,Fall,term,2026-08-15,2026-12-20,2027\n"
    sessions = sessions.replace("schoolYear\n", "schoolYear,parentSourcedId\n", 1).replace("2027\n", "2027,y1\n")
    made = town.walk(delivered(tmp_path / "renamed", PEOPLE, academicSessions=sessions))
    [told] = [i for i in made.issues if i.value == "y1"]
    assert (told.code, told.severity, told.file) == ("reference-unknown", "error", "classes.csv")
    assert made.tables["classes"].refused == 30


def test_a_file_name_that_is_no_text_is_listed_and_left_alone(town: Town, tmp_path: Path) -> None:
    folder = delivered(tmp_path / "named", PEOPLE)
    Path(os.fsdecode(os.fsencode(folder) + b"/Sch\xfcler.csv")).write_text("a\n1\n")
    made = town.walk(folder)
    assert [f.name for f in made.files if f.table is None] == ["Sch\ufffdler.csv"]


def test_a_hold_that_ended_says_how(town: Town, tmp_path: Path) -> None:
    held = town.walk(delivered(tmp_path / "few", PEOPLE[:60]))
    town.walk(delivered(tmp_path / "all", PEOPLE))
    with pytest.raises(Misuse, match=r"does not wait for approval: Import \d+ of the same source took its place\."):
        town.approve(held.number)
    with pytest.raises(Misuse, match=r"it is success\."):
        town.approve(1)


def test_an_empty_district_has_nothing_to_go_back_to(nation: Country) -> None:
    with pytest.raises(Misuse, match="has no revision yet"):
        imports.rollback(nation.house, nation.town().slug, 1, who="a test")
