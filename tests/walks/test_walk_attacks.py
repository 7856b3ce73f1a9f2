"""Deliveries made to slip through: what two rooms each thought harmless, and what a person must be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeroom.sync import sources
from walks.test_walk_worst_nights import CLASSES, PEOPLE, USERS, delivered
from walks.walking import Country, country


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("nation")) as opened:
        yield opened


def test_a_list_falls_apart_in_a_row_whose_last_column_is_blank(nation: Country, tmp_path: Path) -> None:
    """A teacher at two schools has no guardians: the row ends in a blank, and nothing is cut off its end."""
    folder = tmp_path / "dem"
    folder.mkdir()
    header = (
        "USERS.sourcedId,USERS.orgSourcedIds,USERS.role,USERS.username,USERS.givenName,USERS.familyName,USERS.agentSourcedIds"
    )
    rows = ["T1,s1,s2,teacher,tia,Tia,Teach,", "S1,s1,student,ann,Ann,Ash,G1,G2", "S2,s2,student,bob,Bob,Birch,,"]
    rows += ["G1,s1,guardian,gus,Gus,Ash,", "G2,s2,guardian,gil,Gil,Ash,"]
    (folder / "users.csv").write_bytes("\r".join([header, *rows, ""]).encode())
    (folder / "classes.csv").write_bytes(b"CLASSES.sourcedId,CLASSES.title,CLASSES.schoolSourcedId\rc1,Reading,s1\rc2,Math,s2\r")
    (folder / "enrollments.csv").write_bytes(
        b"CC.sourcedId,CC.classSourcedId,CC.schoolSourcedId,CC.userSourcedId,CC.role\re1,c1,s1,S1,student\re2,c2,s2,T1,teacher\r"
    )
    town = nation.town()
    made = town.walk(folder, "powerschool-dem")
    assert (made.outcome, made.tables["users"].refused) == ("success", 0)
    assert town.record("users", "T1")["orgSourcedIds"] == "s1,s2"
    assert town.record("users", "S1")["agentSourcedIds"] == "G1,G2"
    repairs = {r.code: r.count for f in made.files for r in f.repairs if f.table == "users"}
    assert repairs == {"header-prefix": 7, "surplus-blank-trimmed": 1, "surplus-cells-placed": 2}


def without_terms(folder: Path) -> Path:
    classes = CLASSES.replace(",termSourcedIds", "").replace(",y1\n", "\n")
    enrollments = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\n" + "".join(
        f"e{n},c{n},s1,u{n:03},student\n" for n in range(9)
    )
    return delivered(folder, PEOPLE, classes=classes, enrollments=enrollments)


def test_another_set_than_last_time_waits_for_a_person(nation: Country, tmp_path: Path) -> None:
    """One column is missing, so the usual set gives up, and one that needs less would make its own schools."""
    town = nation.town()
    assert town.walk(delivered(tmp_path / "first", PEOPLE)).layouts is not None
    held = town.walk(without_terms(tmp_path / "second"))
    assert held.status == "waiting_for_approval"
    assert held.reason is not None
    assert held.reason.code == "layouts_changed"
    assert held.reason.message == (
        "The files were read by powerschool-dem, and by oneroster-1.1 last time. "
        "For oneroster-1.1, classes.csv lacks the column termSourcedIds."
    )
    again = town.walk(delivered(tmp_path / "third", PEOPLE))
    assert (again.outcome, again.revision_after) == ("success", 1), "the usual files are taken as ever"


def test_a_set_that_somebody_named_is_nobody_s_surprise(nation: Country, tmp_path: Path) -> None:
    town = nation.town()
    source = town.walk(delivered(tmp_path / "first", PEOPLE)).source
    assert source is not None
    named = town.walk(without_terms(tmp_path / "second"), "powerschool-dem", dry_run=True)
    assert named.reason is None or named.reason.code != "layouts_changed"
    sources.change(town.house, town.slug, source, {"layouts": "powerschool-dem"})
    set_there = town.walk(without_terms(tmp_path / "third"), dry_run=True)
    assert set_there.reason is None or set_there.reason.code != "layouts_changed"


def test_the_next_version_of_oneroster_is_the_same_system(nation: Country, tmp_path: Path) -> None:
    town = nation.town()
    town.walk(delivered(tmp_path / "first", PEOPLE))
    folder = delivered(tmp_path / "second", PEOPLE)
    users = [",".join([*row.strip().split(",")[:2], *row.strip().split(",")[4:], "s1"]) + "\n" for row in PEOPLE]
    header = "sourcedId,enabledUser,username,givenName,familyName,primaryOrgSourcedId\n"
    (folder / "users.csv").write_text(header + "".join(users).replace("Ann", "Anna"), "utf-8")
    made = town.walk(folder, dry_run=True)
    assert made.layouts is not None
    assert made.layouts.set == "oneroster-1.2"
    assert made.reason is None or made.reason.code != "layouts_changed"


def test_a_delta_file_without_status_is_told(nation: Country, tmp_path: Path) -> None:
    town = nation.town()
    town.walk(delivered(tmp_path / "first", PEOPLE))
    folder = tmp_path / "delta"
    folder.mkdir()
    manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,delta\nfile.orgs,some\n"
    (folder / "manifest.csv").write_text(manifest, "utf-8")
    (folder / "users.csv").write_text(USERS + PEOPLE[0].replace("Ann", "Anna"), "utf-8")
    made = town.walk(folder)
    assert (made.tables["users"].updated, made.tables["users"].removed) == (1, 0)
    told = {i.code: i.message for i in made.issues if "missing" not in i.message}
    assert told == {
        "delta-without-status": "users.csv is announced as delta and has no column status: its rows were taken as active, "
        "and none can remove a record.",
        "manifest-property": "manifest.csv, file.orgs: some is not one of absent, bulk, delta; the file is left alone.",
    }
