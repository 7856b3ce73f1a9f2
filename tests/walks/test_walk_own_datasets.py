"""A layout set declares a dataset of its own: it is walked, kept, widened, read back and purged like every table, on both stores."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from homeroom.roster.faults import Misuse
from homeroom.sync import by_hand, imports, reading_back
from walks.walking import Country, Town, country

ORGS = "sourcedId,name,type\nd,Ash District,district\nnorth,North School,school\n"
USERS = "sourcedId,enabledUser,username,givenName,familyName\n" + "".join(f"s{n},true,s{n},Given,Family\n" for n in range(1, 5))
BUSING = """\
[codes.busZone]
values = ["inner", "outer"]
formerly = { near = "inner" }

[tables.own_busing]
singular = "bus place"
fields = [
  { name = "userSourcedId", format = "guid_ref", ref = "users", required = "always" },
  { name = "schoolSourcedId", format = "guid_ref", ref = "orgs", ref_type = "school" },
  { name = "zone", format = "enum", codes = "busZone" },
  { name = "fare", format = "float", personal = true },
]
"""
WITH_SEAT = BUSING.replace('  { name = "fare"', '  { name = "seat", format = "integer" },\n  { name = "fare"')
WITHOUT_FARE = BUSING.replace('  { name = "fare", format = "float", personal = true },\n', "")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def land(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url_of_module"))
    with country(tmp_path_factory.mktemp("own"), url) as opened:
        yield opened


def layouts(folder: Path, declared: str) -> str:
    """A set with these datasets; its files come under the names of their tables."""
    made = folder / "sets" / f"{len(list(folder.glob('sets/*')))}" / "busing"
    made.mkdir(parents=True)
    (made / "set.toml").write_text('name = "busing"\ninherit = ["oneroster:1.2", "dataset"]\n')
    (made / "datasets.toml").write_text(declared)
    return str(made)


def busing(folder: Path, *rows: str, header: str = "sourcedId,userSourcedId,schoolSourcedId,zone,fare") -> Path:
    """A delivery of people and bus places."""
    made = folder / f"night-{len(list(folder.iterdir()))}"
    made.mkdir()
    (made / "orgs.csv").write_text(ORGS)
    (made / "users.csv").write_text(USERS)
    (made / "own_busing.csv").write_text("\n".join([header, *rows, ""]))
    return made


NIGHT = ("b1,s1,north,Inner,1.50", "b2,s2,north,near,2", "b3,s3,north,outer,")


@pytest.fixture
def town(land: Country, tmp_path: Path) -> Town:
    made = land.town()
    first = made.walk(busing(tmp_path, *NIGHT), layouts(tmp_path, BUSING))
    assert (first.outcome, first.revision_after) == ("success", 1), first.reason
    return made


def values(town: Town, column: str) -> dict[str, object]:
    return {key: row.get(column) for key, row in town.roster()["own_busing"].items() if row["status"] == "active"}


def test_it_is_checked_counted_and_read_back_like_every_table(town: Town, tmp_path: Path) -> None:
    assert town.active() == {"orgs": 2, "users": 4, "own_busing": 3}
    assert values(town, "zone") == {"b1": "inner", "b2": "inner", "b3": "outer"}
    assert [r["sourcedId"] for r in reading_back.rows(town.house, town.slug, "own_busing", "zone = 'outer'")] == ["b3"]
    assert reading_back.export_datasets(town.house, town.slug, tmp_path / "out.zip")["rows"] == {"own_busing": 3}
    with zipfile.ZipFile(tmp_path / "out.zip") as written:
        assert written.read("own_busing.csv").splitlines()[1] == b"b1,,,s1,north,inner,1.50"


def test_bad_rows_are_refused_and_what_is_no_longer_listed_goes(town: Town, tmp_path: Path) -> None:
    made = town.walk(busing(tmp_path, *NIGHT[1:], "b9,s99,north,inner,1", "b8,s4,north,middle,x"), layouts(tmp_path, BUSING))
    assert {(i.code, i.key) for i in made.issues if i.key is not None} == {
        ("reference-unknown", "b9"),
        ("code-unknown", "b8"),
        ("number-unreadable", "b8"),
    }
    assert (made.tables["own_busing"].removed, made.tables["own_busing"].added) == (1, 1)
    assert values(town, "zone") == {"b2": "inner", "b3": "outer", "b8": None}


def test_a_later_declaration_may_add_columns(town: Town, tmp_path: Path) -> None:
    header = "sourcedId,userSourcedId,schoolSourcedId,zone,seat,fare"
    rows = ("b1,s1,north,inner,7,1.50", "b2,s2,north,inner,,2", "b3,s3,north,outer,,", "b4,s4,north,outer,9,")
    made = town.walk(busing(tmp_path, *rows, header=header), layouts(tmp_path, WITH_SEAT))
    assert made.outcome == "success", made.issues
    assert (made.tables["own_busing"].updated, made.tables["own_busing"].added) == (1, 1)
    assert values(town, "seat") == {"b1": "7", "b2": None, "b3": None, "b4": "9"}
    found = reading_back.record(town.house, town.slug, "own_busing", "b1")
    assert [c["fields"] for c in found["changes"]] == [{"seat": [None, "7"]}]


def test_a_column_that_is_no_longer_declared_keeps_what_it_held(town: Town, tmp_path: Path) -> None:
    header = "sourcedId,userSourcedId,schoolSourcedId,zone"
    rows = ("b1,s1,north,outer", "b2,s2,north,inner", "b3,s3,north,outer")
    made = town.walk(busing(tmp_path, *rows, header=header), layouts(tmp_path, WITHOUT_FARE))
    assert made.tables["own_busing"].updated == 1
    assert values(town, "fare") == {"b1": "1.50", "b2": "2", "b3": None}
    assert values(town, "zone")["b1"] == "outer"


def test_a_declaration_that_contradicts_what_is_kept_is_refused(town: Town, tmp_path: Path) -> None:
    other = BUSING.replace('"fare", format = "float"', '"fare", format = "string"')
    made = town.walk(busing(tmp_path, *NIGHT), layouts(tmp_path, other))
    assert (made.outcome, made.reason and made.reason.code) == ("failed", "dataset_changed")
    assert made.reason is not None
    assert "the column fare was float and is now string" in made.reason.message
    spelled = BUSING.replace('"fare"', '"Fare"')
    again = town.walk(busing(tmp_path, *NIGHT), layouts(tmp_path, spelled))
    assert again.reason is not None
    assert "fare is now written Fare" in again.reason.message
    assert values(town, "fare")["b1"] == "1.50"


def test_the_same_again_changes_nothing_and_old_revisions_can_be_gone_back_to(town: Town, tmp_path: Path) -> None:
    same = town.walk(busing(tmp_path, *reversed(NIGHT)), layouts(tmp_path, BUSING))
    assert (same.revision_after, same.tables["own_busing"].unchanged) == (1, 3)
    town.walk(busing(tmp_path, *NIGHT[:2], "b4,s4,north,outer,"), layouts(tmp_path, BUSING))
    assert set(values(town, "zone")) == {"b1", "b2", "b4"}
    imports.rollback(town.house, town.slug, 1, who="a test", now=town.now)
    assert set(values(town, "zone")) == {"b1", "b2", "b3"}
    store = town.house.stores.roster(town.slug)
    assert store.purge(town.now + timedelta(days=400), town.now + timedelta(days=401)) == 1
    assert town.counts()["own_busing"] == {"active": 3, "tobedeleted": 0}
    by_hand.correct(town.house, town.slug, "own_busing", "b1", "fare", "9", why=None, who="ada")
    held = store.record("own_busing", "b1")
    assert held is not None
    assert (held.locked, held.values["fare"]) == (("fare",), "9")


def test_a_district_that_never_had_it_says_which_tables_there_are(land: Country, town: Town) -> None:
    other = land.town()
    with pytest.raises(Misuse, match="there is no table 'own_busing'; the tables are: orgs,"):
        list(reading_back.rows(other.house, other.slug, "own_busing", None))
