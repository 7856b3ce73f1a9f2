"""Several sources of one district: whose record it is, the same system by two roads, and ids that would meet by chance."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as law
from hypothesis import strategies as st

from e2e.files import district
from homeroom.store.sources import Source
from homeroom.sync import sources
from homeroom.workbench.bench import Workbench
from sync_house import SLUG, Pinewood, renamed

ORGS = "sourcedId,name,type\nd1,Pinewood,district\ns1,Oak School,school\n"
CLUB = {
    "users.csv": "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,agentSourcedIds\n"
    "t1,true,s1,teacher,coach,Carla,Coach,\n"
    "u1,true,s1,student,pia,Pia,Other,g9\n"
    "g9,true,s1,guardian,gus,Gus,Other,\n"
}
"""An after-school programme with ids of its own making, which are the student information system's by chance."""


def first_and_second(pinewood: Pinewood, **more: Any) -> Source:
    """The district as its system sends it, and a second source."""
    pinewood.night(district(), source=pinewood.source("upload", layouts="oneroster-1.1").id)
    return pinewood.source("upload", layouts="oneroster-1.1", **more)


def ids(pinewood: Pinewood, table: str) -> dict[str, dict[str, Any]]:
    """The active records of a table by id."""
    store = pinewood.house.stores.roster(SLUG)
    with Workbench(pinewood.folder / "look") as bench:
        bench.run("SELECT 1")
        relation = store.bring(bench, table, None)
        names = [row[0] for row in bench.rows(f'DESCRIBE SELECT * FROM "{relation}"')]
        rows = bench.rows(f"SELECT * FROM \"{relation}\" WHERE status = 'active'")
    return {str(record["sourcedId"]): record for record in (dict(zip(names, row, strict=True)) for row in rows)}


def test_the_id_of_another_source_is_refused_unless_it_gets_a_prefix(pinewood: Pinewood) -> None:
    second = first_and_second(pinewood)
    plain = pinewood.night(CLUB, source=second.id, dry_run=True)
    assert (plain.tables["users"].refused, set(plain.issue_counts)) == (2, {"key-of-another-source"})
    sources.change(pinewood.house, SLUG, second.id, {"id_prefix": "club-", "shared_tables": ["orgs"]})
    made = pinewood.night(CLUB, source=second.id)
    assert (made.outcome, made.issue_counts, made.tables["users"].added) == ("success", {}, 3)
    users = ids(pinewood, "users")
    assert (users["u1"]["givenName"], users["club-u1"]["givenName"]) == ("Given1", "Pia")
    assert (users["club-u1"]["orgSourcedIds"], users["club-u1"]["agentSourcedIds"]) == ("s1", "club-g9")
    # The same again is no change, and each source's night leaves the other's records alone.
    assert pinewood.night(CLUB, source=second.id).revision_after == made.revision_after
    assert pinewood.night(renamed(1), source=1).tables["users"].removed == 0
    fewer = {"users.csv": CLUB["users.csv"].replace("t1,true,s1,teacher,coach,Carla,Coach,\n", "")}
    assert pinewood.night(fewer, source=second.id).tables["users"].removed == 1
    assert {"t1", "club-u1"} <= set(ids(pinewood, "users"))
    assert "club-t1" not in ids(pinewood, "users")


def test_without_shared_tables_a_source_with_a_prefix_stands_alone(pinewood: Pinewood) -> None:
    second = first_and_second(pinewood, settings={"id_prefix": "club-"})
    alone = pinewood.night(CLUB, source=second.id, dry_run=True)
    assert alone.issue_counts["reference-unknown"] == 1  # the school, three times
    assert pinewood.night(CLUB | {"orgs.csv": ORGS}, source=second.id).issue_counts == {}
    assert ids(pinewood, "users")["club-u1"]["orgSourcedIds"] == "club-s1"
    assert ids(pinewood, "orgs")["club-s1"]["parentSourcedId"] in (None, "")


def test_what_a_prefix_must_not_hide(pinewood: Pinewood) -> None:
    """Ids that a spreadsheet ruined, zeros that it took, a row that is too long: found as without a prefix."""
    second = first_and_second(pinewood, settings={"id_prefix": "club-", "shared_tables": ["orgs"]})
    files = {"users.csv": CLUB["users.csv"] + "0012,true,s1,student,zoe,Zoe,Zero,\n1.23E+11,true,s1,student,x,X,Y,\n"}
    night = pinewood.night(files, source=second.id)
    assert night.issue_counts == {"id-scientific": 1}
    assert "club-0012" in ids(pinewood, "users")
    zeroless = CLUB["users.csv"].replace("Pia,Other,g9", "Pia,Other,g9,t1") + "12,true,s1,student,zoe,Zoe,Zero,\n"
    again = pinewood.night({"users.csv": zeroless}, source=second.id)
    assert {"zeros-lost"} <= set(again.issue_counts)
    assert (again.tables["users"].refused, again.tables["users"].removed) == (0, 1)
    assert ids(pinewood, "users")["club-u1"]["agentSourcedIds"] == "club-g9,club-t1"


@pytest.mark.parametrize("says", ["first", "second"])
def test_sources_of_one_system_may_write_each_others_records(pinewood: Pinewood, says: str) -> None:
    """It is enough that one of the two says it."""
    second = first_and_second(pinewood)
    number, other = (1, second.id) if says == "first" else (second.id, 1)
    sources.change(pinewood.house, SLUG, number, {"same_system": [other]})
    night = pinewood.night(renamed(1, 2), source=second.id)
    assert (night.issue_counts, night.tables["users"].updated) == ({}, 2)
    assert pinewood.night(renamed(3), source=1).tables["users"].updated == 3


def test_where_several_sources_are_it_is_said_which_one_is_taken(pinewood: Pinewood) -> None:
    said: list[str] = []
    pinewood.begin({"orgs.csv": ORGS}, note=said.append)
    pinewood.begin({"orgs.csv": ORGS}, note=said.append)
    assert said == []
    pinewood.source("sftp")
    pinewood.begin({"orgs.csv": ORGS}, note=said.append)
    assert said == [
        "pinewood has the sources 1 (upload), 2 (sftp), and none was named: this delivery is taken as one of source 1 (upload)."
    ]


def test_a_source_that_is_made_beside_others_is_told(pinewood: Pinewood) -> None:
    said: list[str] = []
    for _ in range(2):
        pinewood.source("sftp")
    pinewood.begin({"orgs.csv": ORGS}, note=said.append)
    assert "source 3 (upload), which was made for it" in said[0]


@law(deadline=None, max_examples=60)
@given(st.lists(st.text("ab0, .", max_size=4), max_size=5))
def test_a_prefix_stands_before_every_item_and_changes_nothing_else(words: list[str]) -> None:
    """Taking the prefix off each item again gives the cell back, blanks and empty items included."""
    import duckdb

    from homeroom.layouts.prefixing import _with
    from homeroom.roster.catalogue import catalogue

    cell = ",".join(words)
    field = catalogue()["users"].field("agentSourcedIds")
    (made,) = duckdb.execute(f"SELECT {_with('p-', 'v', field)} FROM (SELECT ?::VARCHAR AS v)", [cell]).fetchone() or ("",)
    items = made.split(",")
    assert [item.replace("p-", "", 1) for item in items] == cell.split(",")
    assert all(item.lstrip(" ").startswith("p-") for item in items if item.strip(" "))


def test_a_prefix_and_guardians_leave_the_count_of_dropped_values(pinewood: Pinewood) -> None:
    """Rows are written anew for both; what a value map dropped is still counted."""
    place = pinewood.folder / "own"
    place.mkdir()
    (place / "set.toml").write_text('name = "own"\nversion = "1.1"\n')
    (place / "users.toml").write_text(
        'name = "own/users"\ntable = "users"\nfile = "users.csv"\n[map]\nsourcedId = "id"\nusername = "id"\ngivenName = "g"\n'
        'familyName = "f"\nrole = "role"\norgSourcedIds = "org"\nenabledUser = { constant = "true" }\n'
        'grades = { from = "grade", values = { nine = "09" }, otherwise = "blank" }\n'
    )
    files = {
        "users.csv": "id,g,f,role,org,grade\nu1,Ana,One,student,s1,nine\nu2,Ben,Two,student,s1,moon\n",
        "guardians.csv": "studentId,guardianId,firstName,lastName,email\nu1,m1,Mia,One,mia@example.org\n",
    }
    settings = {"id_prefix": "p-", "shared_tables": ["orgs"], "unchecked": ["orgs"], "guardians": "file"}
    made = pinewood.night(files, source=pinewood.source("upload", layouts=str(place), settings=settings).id)
    assert (made.status, made.issue_counts["value-dropped"]) == ("done", 1)
    assert ids(pinewood, "users")["p-u1"]["agentSourcedIds"] == "p-m1"
