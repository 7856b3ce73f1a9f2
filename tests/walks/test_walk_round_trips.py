"""What was exported comes in again: into the roster that it was made from, in either version, it changes nothing (law 7)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.simulator.generate import generate
from homeroom.sync import reading_back
from walks.walking import Country, Town, country

ORGS = "sourcedId,name,type,parentSourcedId\nd1,Pinewood,district,\ns1,North School,school,d1\ns2,South School,school,d1\n"
SESSIONS = "sourcedId,title,type,startDate,endDate,schoolYear\ny1,2026-27,schoolYear,2026-08-15,2027-06-15,2027\n"
USERS_11 = (
    "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
    'u1,true,s1,student,ann,Ann,Ash\nu2,true,"s2,s1",teacher,bob,Bob,Birch\nu3,true,d1,administrator,cy,Cy,Cedar\n'
    'u4,true,"s1,d1",administrator,di,Di,Dogwood\nu5,true,s1,aide,ed,Ed,Elm\nu6,true,s2,guardian,flo,Flo,Fir\n'
)
USERS_12 = (
    "sourcedId,enabledUser,username,givenName,familyName,primaryOrgSourcedId\n"
    "u1,true,ann,Ann,Ash,\nu2,true,bob,Bob,Birch,s2\nu3,true,cy,Cy,Cedar,d1\nu4,true,di,Di,Dogwood,\n"
)
ROLES_12 = (
    "sourcedId,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n"
    "r1,u1,primary,student,2026-08-15,,s1,\nr2,u2,secondary,student,,,s1,\nr3,u2,primary,teacher,,,s2,\n"
    "r4,u3,primary,districtAdministrator,,,d1,\nr5,u4,secondary,counselor,,,s2,\nr6,u4,primary,principal,,,s1,\n"
)
TABLES = {
    "1.1": {"orgs": ORGS, "academicSessions": SESSIONS, "users": USERS_11},
    "1.2": {"orgs": ORGS, "academicSessions": SESSIONS, "users": USERS_12, "roles": ROLES_12},
}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("nation")) as opened:
        yield opened


def first_night(town: Town, folder: Path, version: str) -> None:
    folder.mkdir()
    for name, text in TABLES[version].items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    assert town.walk(folder, f"oneroster-{version}").outcome == "success"


def exported(town: Town, out: Path, version: str) -> Path:
    reading_back.export(town.house, town.slug, out, version, None)
    return out


def edited(package: Path, file: str, key: str, **cells: str) -> Path:
    """A copy of a package in which a person changed some cells of one row."""
    out = package.with_name("edited-" + package.name)
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == file:
                rows = list(csv.DictReader(io.StringIO(text, newline="")))
                [row.update(cells) for row in rows if row["sourcedId"] == key]
                made = io.StringIO(newline="")
                writer = csv.DictWriter(made, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
                text = made.getvalue()
            new.writestr(name, text)
    return out


@pytest.mark.parametrize("stored", ["1.1", "1.2"])
def test_a_package_of_either_version_is_no_news_where_it_was_made(nation: Country, tmp_path: Path, stored: str) -> None:
    town = nation.town()
    first_night(town, tmp_path / "first", stored)
    for version in ("1.2", "1.1", "1.2"):
        before = town.roster()
        made = town.walk(exported(town, tmp_path / f"{version}.zip", version), f"oneroster-{version}")
        assert (made.outcome, made.reason, made.revision_after) == ("success", None, 1)
        assert town.roster() == before
        assert all(t.unchanged for t in made.tables.values())


@pytest.mark.parametrize("layouts", ["powerschool-dem", "clever", "microsoft-sds-2.1"])
def test_so_is_one_of_a_district_that_another_system_sent(nation: Country, tmp_path: Path, layouts: str) -> None:
    town = nation.town()
    generate(tmp_path / "sent", 12, 3, layouts)
    assert town.walk(tmp_path / "sent", layouts).outcome == "success"
    for version in ("1.1", "1.2"):
        before = town.roster()
        made = town.walk(exported(town, tmp_path / f"{version}.zip", version), f"oneroster-{version}")
        assert (made.outcome, made.reason, made.revision_after) == ("success", None, 1)
        assert town.roster() == before


def test_what_a_person_changed_in_the_package_is_taken(nation: Country, tmp_path: Path) -> None:
    """Of a person whose roles were touched all rows count; the others are no news still."""
    town = nation.town()
    first_night(town, tmp_path / "first", "1.1")
    package = exported(town, tmp_path / "out.zip", "1.2")
    made = town.walk(edited(package, "roles.csv", "u2.role-2", role="student"), "oneroster-1.2")
    assert (made.tables["roles"].added, made.tables["users"].updated) == (2, 0)
    again = town.walk(edited(package, "roles.csv", "u2.role-2", role="aide"), "oneroster-1.2")
    assert again.tables["roles"].updated == 1, "no snapshot may hide it"
    changed = town.walk(edited(package, "users.csv", "u1", primaryOrgSourcedId="s2", givenName="Anne"), "oneroster-1.2")
    assert changed.tables["users"].updated == 1
    assert town.record("users", "u1")["primaryOrgSourcedId"] == "s2"


def test_a_role_of_the_old_version_that_says_something_else_is_taken(nation: Country, tmp_path: Path) -> None:
    town = nation.town()
    first_night(town, tmp_path / "first", "1.2")
    package = exported(town, tmp_path / "out.zip", "1.1")
    made = town.walk(edited(package, "users.csv", "u1", role="aide"), "oneroster-1.1")
    assert made.tables["users"].updated == 1
    assert (town.record("users", "u1")["role"], town.record("users", "u2")["role"]) == ("aide", None)
