"""Datasets walk like roster tables: removed, kept, held, refused and read back by the same laws, and never seen by OneRoster's doors."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homeroom.sync import imports, reading_back
from walks.walking import Country, Town, country

ORGS = "sourcedId,name,type,parentSourcedId\nd,Ash District,district,\nnorth,North School,school,d\nsouth,South School,school,d\n"
STUDENTS = [f"s{n:02}" for n in range(24)]
GPA = "sourcedId,userSourcedId,schoolSourcedId,schoolYear,term,scale,value,classRank"
CREDENTIALS = (
    "sourcedId,userSourcedId,code,title,earnedOn\nc1,s01,WELD1,Welding 1,2026-05-20\nc2,s02,CNA,Nursing Assistant,05/21/2026\n"
)

FEW = settings(
    deadline=None, max_examples=3, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def land(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url_of_module"))
    with country(tmp_path_factory.mktemp("datasets"), url) as opened:
        yield opened


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A district's own set: OneRoster's files and datasets under their own names, in four lines."""
    folder = tmp_path_factory.mktemp("sets") / "own"
    folder.mkdir()
    (folder / "set.toml").write_text('name = "own"\nversion = "1.2"\ninherit = ["oneroster:1.2", "dataset"]\n')
    return str(folder)


def users(names: list[str] = STUDENTS) -> str:
    rows = [f"{s},true,{s},Student,{s.upper()},{'north' if int(s[1:]) % 2 else 'south'}" for s in names]
    return "\n".join(["sourcedId,enabledUser,username,givenName,familyName,primaryOrgSourcedId", *rows, ""])


def averages(names: list[str] = STUDENTS, value: str = "3.5") -> str:
    return gpa(dict.fromkeys(names, value))


def gpa(values: Mapping[str, str]) -> str:
    """A GPA file: one weighted average per student."""
    rows = [f"{s}|w,{s},{'north' if int(s[1:]) % 2 else 'south'},2026-27,S1,Weighted,{v},7" for s, v in values.items()]
    return "\n".join([GPA, *rows, ""])


def night(folder: Path, **files: str) -> Path:
    """A delivery of these files."""
    made = folder / f"night-{len(list(folder.iterdir()))}"
    made.mkdir()
    for name, text in files.items():
        (made / f"{name}.csv").write_text(text)
    return made


@pytest.fixture
def town(land: Country, layouts: str, tmp_path: Path) -> Town:
    """A district with people, a GPA for each of them and two credentials."""
    made = land.town()
    first = made.walk(night(tmp_path, orgs=ORGS, users=users(), gpa=averages(), credentials=CREDENTIALS), layouts)
    assert (first.outcome, first.revision_after) == ("success", 1)
    assert made.active() == {"orgs": 3, "users": 24, "gpa": 24, "credentials": 2}
    return made


def test_values_are_healed_and_kept_as_declared(town: Town) -> None:
    average = town.record("gpa", "s01|w")
    assert (average["schoolYear"], average["scale"], average["value"], average["points"]) == ("2027", "weighted", "3.5", None)
    assert town.record("credentials", "c2")["earnedOn"] == "2026-05-21"


def test_a_complete_file_removes_what_it_no_longer_lists_and_only_in_its_dataset(
    town: Town, layouts: str, tmp_path: Path
) -> None:
    made = town.walk(night(tmp_path, gpa=averages(STUDENTS[2:])), layouts)
    assert set(made.tables) == {"gpa"}
    assert made.tables["gpa"].removed == 2
    assert town.counts()["gpa"] == {"active": 22, "tobedeleted": 2}
    assert town.active() == {"orgs": 3, "users": 24, "gpa": 22, "credentials": 2}
    again = town.walk(night(tmp_path, gpa=averages()), layouts)
    assert (again.tables["gpa"].restored, again.tables["gpa"].added) == (2, 0)


def test_a_dataset_that_came_empty_fails_and_one_that_did_not_come_says_nothing(town: Town, layouts: str, tmp_path: Path) -> None:
    empty = town.walk(night(tmp_path, users=users(), gpa=GPA + "\n"), layouts)
    assert (empty.outcome, empty.reason and empty.reason.code) == ("failed", "suddenly_empty")
    silent = town.walk(night(tmp_path, users=users()), layouts)
    assert silent.outcome == "success"
    assert silent.revision_after == 1
    assert town.active()["gpa"] == 24


def test_too_many_removals_and_a_school_that_loses_all_are_held(town: Town, layouts: str, tmp_path: Path) -> None:
    held = town.walk(night(tmp_path, gpa=averages([s for s in STUDENTS if int(s[1:]) % 2])), layouts)
    assert (held.status, held.reason and held.reason.code) == ("waiting_for_approval", "limit_exceeded")
    tripped = {(t.table, t.school, t.change): (t.count, t.of) for t in held.limits}
    assert tripped == {("gpa", None, "remove"): (12, 24), ("gpa", "south", "remove"): (12, 12)}
    assert town.active()["gpa"] == 24
    town.approve(held.number)
    assert town.active()["gpa"] == 12


def test_everybody_s_average_changed_is_held_until_a_person_looked(town: Town, layouts: str, tmp_path: Path) -> None:
    held = town.walk(night(tmp_path, gpa=averages(value="3.75")), layouts)
    assert {(t.table, t.change) for t in held.limits} == {("gpa", "update")}
    assert town.reject(held.number).outcome == "failed"
    assert town.record("gpa", "s03|w")["value"] == "3.5"


def test_the_same_again_is_no_change_and_the_order_of_rows_says_nothing(town: Town, layouts: str, tmp_path: Path) -> None:
    before = town.roster()
    same = town.walk(night(tmp_path, gpa=averages(), credentials=CREDENTIALS), layouts)
    turned = town.walk(night(tmp_path, gpa=averages(STUDENTS[::-1]), credentials=CREDENTIALS), layouts)
    for made in (same, turned):
        assert made.revision_after == 1
        assert asdict(made.tables["gpa"]) == {
            "added": 0,
            "updated": 0,
            "unchanged": 24,
            "removed": 0,
            "restored": 0,
            "refused": 0,
        }
    assert town.roster() == before


def test_rows_about_unknown_students_are_refused_together_and_make_nobody(town: Town, layouts: str, tmp_path: Path) -> None:
    strangers = "".join(f"x{n},s99,north,2027,S1,weighted,3.1,{n}\n" for n in range(3))
    made = town.walk(night(tmp_path, gpa=averages() + strangers), layouts)
    assert made.outcome == "success_with_row_issues"
    assert made.tables["gpa"].refused == 3
    (told,) = [i for i in made.issues if i.code == "reference-unknown"]
    assert (told.value, told.count) == ("s99", 3)
    assert town.active()["users"] == 24


def test_rows_of_a_student_who_left_stay_until_their_own_file_drops_them(town: Town, layouts: str, tmp_path: Path) -> None:
    left = town.walk(night(tmp_path, users=users(STUDENTS[1:]), gpa=averages()), layouts)
    assert left.tables["users"].removed == 1
    (told,) = [i for i in left.issues if i.code == "reference-unknown"]
    assert (told.key, told.value, left.tables["gpa"].refused) == ("s00|w", "s00", 1)
    assert town.active()["gpa"] == 24  # a refused row is not a gone record
    dropped = town.walk(night(tmp_path, users=users(STUDENTS[1:]), gpa=averages(STUDENTS[1:])), layouts)
    assert (dropped.tables["gpa"].removed, town.active()["gpa"]) == (1, 23)


def test_a_change_has_its_history_and_goes_back(town: Town, layouts: str, tmp_path: Path) -> None:
    values = dict.fromkeys(STUDENTS, "3.5") | {"s05": "4.0"}
    assert town.walk(night(tmp_path, gpa=gpa(values)), layouts).tables["gpa"].updated == 1
    found = reading_back.record(town.house, town.slug, "gpa", "s05|w")
    assert [(c["verb"], c["fields"]) for c in found["changes"]] == [("update", {"value": ["3.5", "4.0"]})]
    assert (found["provenance"]["file"], found["provenance"]["line"]) == ("gpa.csv", 7)
    feed = town.house.stores.roster(town.slug).changes(after=1)
    assert [(c.table, c.sourced_id, c.verb) for c in feed] == [("gpa", "s05|w", "update")]
    back = imports.rollback(town.house, town.slug, 1, who="a test", now=town.now)
    assert back.outcome == "success"
    assert town.record("gpa", "s05|w")["value"] == "3.5"


def test_an_export_read_back_is_the_same_and_no_oneroster_package_has_it(
    land: Country, town: Town, layouts: str, tmp_path: Path
) -> None:
    written = reading_back.export_datasets(town.house, town.slug, tmp_path / "datasets.zip")
    assert written["rows"] == {"gpa": 24, "credentials": 2}
    with zipfile.ZipFile(tmp_path / "datasets.zip") as made:
        assert made.namelist() == ["gpa.csv", "credentials.csv"]
    for version in ("1.1", "1.2"):
        whole = reading_back.export(town.house, town.slug, tmp_path / "oneroster.zip", version, None)
        assert not {"gpa", "credentials"} & set(whole["rows"])
        with zipfile.ZipFile(tmp_path / "oneroster.zip") as package:
            assert b"gpa" not in package.read("manifest.csv")
    other = land.town()
    other.walk(night(tmp_path, orgs=ORGS, users=users()), layouts)
    again = other.walk(tmp_path / "datasets.zip", "datasets")
    assert (again.outcome, again.layouts and again.layouts.set) == ("success", "datasets")
    assert other.roster() == town.roster()


WIDE_GPA = """\
name = "wide/gpa"
table = "gpa"
file = "gpa.csv"
[rows]
each = { average = ["WeightedGPA", "UnweightedGPA"] }
[map]
sourcedId = { formula = "StudentID || '|' || \\"average.column\\" || '|' || SchoolYear" }
userSourcedId = "StudentID"
schoolYear = "SchoolYear"
scale = { from = "average.column", values = { WeightedGPA = "weighted", UnweightedGPA = "unweighted" } }
value = "average"
classRank = { formula = "case when \\"average.column\\" = 'WeightedGPA' then ClassRank end" }
"""
WIDE_ATTRIBUTES = """\
name = "wide/student_attributes"
table = "student_attributes"
file = "student_attributes.csv"
[rows]
each = { attribute = ["bus", "language", "lunch"] }
[map]
sourcedId = { formula = "studentId || '|' || \\"attribute.column\\"" }
userSourcedId = "studentId"
name = "attribute.column"
value = "attribute"
"""


def test_a_wide_file_becomes_a_row_for_every_filled_cell(land: Country, layouts: str, tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    wide.mkdir()
    (wide / "gpa.toml").write_text(WIDE_GPA)
    (wide / "student_attributes.toml").write_text(WIDE_ATTRIBUTES)
    folder = tmp_path / "nights"
    folder.mkdir()
    town = land.town()
    town.walk(night(folder, orgs=ORGS, users=users()), layouts)
    averages = "StudentID,SchoolYear,WeightedGPA,UnweightedGPA,ClassRank\ns01,2025-2026,3.91,3.5,4\ns02,2025-2026,,3.1,\n"
    attributes = "studentId,bus,language\ns01,12,Spanish\ns02,,English\ns03,,\n"
    made = town.walk(night(folder, gpa=averages, student_attributes=attributes), str(wide))
    assert made.outcome == "success", made.issues
    told = town.roster()
    assert {(r["userSourcedId"], r["scale"], r["value"], r["classRank"], r["schoolYear"]) for r in told["gpa"].values()} == {
        ("s01", "weighted", "3.91", "4", "2026"),
        ("s01", "unweighted", "3.5", None, "2026"),
        ("s02", "unweighted", "3.1", None, "2026"),
    }
    assert {(r["userSourcedId"], r["name"], r["value"]) for r in told["student_attributes"].values()} == {
        ("s01", "bus", "12"),
        ("s01", "language", "Spanish"),
        ("s02", "language", "English"),
    }


@FEW
@given(
    nights=st.lists(
        st.none() | st.dictionaries(st.sampled_from(STUDENTS[:6]), st.sampled_from(["3.0", "3.5"]), max_size=6), max_size=4
    )
)
def test_after_any_nights_a_dataset_is_what_its_last_accepted_file_says(
    land: Country, layouts: str, tmp_path_factory: pytest.TempPathFactory, nights: list[dict[str, str] | None]
) -> None:
    town, folder = land.town(), tmp_path_factory.mktemp("nights")
    town.walk(night(folder, orgs=ORGS, users=users()), layouts)
    held: dict[str, str] = {}
    for values in nights:
        files = {"orgs": ORGS, "users": users()} | ({} if values is None else {"gpa": gpa(values)})
        made = town.walk(night(folder, **files), layouts)
        if values == {} and held:
            assert made.reason is not None
            assert made.reason.code == "suddenly_empty"
        elif values is not None and len(held) > 2 and not set(values) & set(held):
            assert made.status == "waiting_for_approval"  # the dataset would lose everything it has
        elif values is not None and made.status == "waiting_for_approval":
            assert {t.table for t in made.limits} == {"gpa"}  # a school would lose everything
        elif values is not None:
            assert made.outcome == "success"
            held = values
        kept = town.roster().get("gpa", {})
        assert {key.removesuffix("|w"): r["value"] for key, r in kept.items() if r["status"] == "active"} == held
