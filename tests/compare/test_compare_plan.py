"""What the plan says of each case, shown with the files that a district would send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.house import File, House
from homeroom.compare.plan import Walked, refused_as_foreign
from homeroom.roster.catalogue import catalogue
from homeroom.roster.report import TableReport, Withheld, WithheldExample
from homeroom.workbench.bench import Workbench

NIGHT_ONE = """sourcedId,orgSourcedIds,username,givenName,familyName,agentSourcedIds,dateLastModified
u1,"s1,s2",ada,Ada,Byron,"g1,g2",2026-01-01T00:00:00.000Z
u2,s1,ben,Ben,Osei,,2026-01-01T00:00:00.000Z
u3,s2,cleo,Cleo,Marsh,,2026-01-01T00:00:00.000Z
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.night(File(NIGHT_ONE))
    return made


def verbs(workbench: Workbench, table: str = "users") -> list[tuple[str, str]]:
    return workbench.rows(f'SELECT verb, "sourcedId" FROM plan_{table} ORDER BY "sourcedId"')


def issues(workbench: Workbench) -> list[tuple[str, str | None]]:
    return workbench.rows("SELECT code, key FROM issues ORDER BY code, key")


def test_first_import_adds_everything_without_asking_the_store(tmp_path: Path) -> None:
    house = House(tmp_path)
    with house.walk(File(NIGHT_ONE)) as (workbench, made, _):
        assert made.first
        assert made.tables["users"] == TableReport(added=3)
        assert workbench.rows('SELECT verb, id, "sourcedId", _file, _row, _school FROM plan_users ORDER BY _row') == [
            ("add", None, "u1", 0, 1, ["s1", "s2"]),
            ("add", None, "u2", 0, 2, ["s1"]),
            ("add", None, "u3", 0, 3, ["s2"]),
        ]
        assert "username" in made.columns["users"]
        assert "email" not in made.columns["users"]
    assert house.store.asked == []


@pytest.mark.parametrize("full", [False, True])
def test_same_rows_in_another_order_change_nothing(house: House, full: bool) -> None:
    header, *rows = NIGHT_ONE.strip().split("\n")
    shuffled = "\n".join([header, *reversed(rows)]) + "\n"
    for text in (NIGHT_ONE, shuffled, NIGHT_ONE.replace("2026-01-01", "2026-02-02"), NIGHT_ONE.replace('"g1,g2"', '"g2,g1"')):
        with house.walk(File(text), full=full) as (_, made, _walked):
            assert made.empty
            assert made.tables["users"].unchanged == 3


def test_a_night_without_change_does_not_ask_the_store(house: House) -> None:
    house.night(File(NIGHT_ONE))
    assert house.store.asked == []


@pytest.mark.parametrize("full", [False, True])
def test_update_says_old_and_new(house: House, full: bool) -> None:
    text = NIGHT_ONE.replace("Osei", "Osei-Lund").replace("u2,s1,", "u2,s2,")
    with house.walk(File(text), full=full) as (workbench, made, _):
        assert made.tables["users"] == TableReport(updated=1, unchanged=2)
        [(changed, row, school, name)] = workbench.rows('SELECT _changed, _row, _school, "familyName" FROM plan_users')
        assert json.loads(changed) == {"orgSourcedIds": ["s1", "s2"], "familyName": ["Osei", "Osei-Lund"]}
        assert (row, school, name) == (2, ["s1"], "Osei-Lund")


@pytest.mark.parametrize("full", [False, True])
def test_missing_from_a_complete_file_is_removed_and_restored_with_its_id(house: House, full: bool) -> None:
    without = "\n".join(line for line in NIGHT_ONE.split("\n") if not line.startswith("u3"))
    before = house.store.tables["users"]["u3"].id
    with house.walk(File(without), full=full) as (workbench, made, _):
        assert made.tables["users"] == TableReport(unchanged=2, removed=1)
        assert workbench.rows("SELECT verb, id, givenName, _file, _row, _changed, _school FROM plan_users") == [
            ("remove", before, "Cleo", None, None, None, ["s2"])
        ]
    house.night(File(without), full=full)
    assert house.store.state()["u3"][0] == "tobedeleted"
    made = house.night(File(NIGHT_ONE.replace("Marsh", "Marsh-Adeyemi")), full=full)
    assert made.tables["users"] == TableReport(unchanged=2, restored=1)
    assert house.store.tables["users"]["u3"].id == before
    assert house.store.state()["u3"] == (
        "active",
        1,
        {"orgSourcedIds": "s2", "username": "cleo", "givenName": "Cleo", "familyName": "Marsh-Adeyemi"},
    )


@pytest.mark.parametrize("full", [False, True])
def test_a_column_that_did_not_come_keeps_its_values(house: House, full: bool) -> None:
    text = "sourcedId,username,familyName\nu1,ada,Byron\nu2,ben,\nu3,cleo,Marsh\n"
    house.night(File(text), full=full)
    assert house.store.state()["u1"][2]["orgSourcedIds"] == "s1,s2"
    assert house.store.state()["u2"][2] == {"orgSourcedIds": "s1", "username": "ben", "givenName": "Ben"}


@pytest.mark.parametrize("full", [False, True])
def test_a_column_that_only_one_of_two_files_has_is_left_alone_in_the_other(tmp_path: Path, full: bool) -> None:
    house = House(tmp_path)
    house.night(File("sourcedId,username,givenName\nu1,ada,Ada\nu2,ben,Ben\n"))
    one, two = File("sourcedId,username,givenName\nu1,ada,Adah\n"), File("sourcedId,username\nu2,benny\n")
    house.night(one, two, full=full)
    house.night(one, File("sourcedId,username\nu2,benjamin\n"), full=full)
    assert {k: v[2] for k, v in house.store.state().items()} == {
        "u1": {"username": "ada", "givenName": "Adah"},
        "u2": {"username": "benjamin", "givenName": "Ben"},
    }


@pytest.mark.parametrize("full", [False, True])
def test_a_refused_row_keeps_last_nights_record_until_its_key_is_gone(house: House, full: bool) -> None:
    made = house.night(File(NIGHT_ONE.replace("Cleo", "BAD")), full=full)
    assert made.tables["users"] == TableReport(unchanged=2, refused=1)
    without = "\n".join(line for line in NIGHT_ONE.split("\n") if not line.startswith("u3"))
    assert house.night(File(without)).tables["users"].removed == 1


@pytest.mark.parametrize("full", [False, True])
def test_a_row_of_the_wrong_width_is_no_gone_record(house: House, full: bool) -> None:
    without = "\n".join(line for line in NIGHT_ONE.split("\n") if not line.startswith("u3"))
    assert house.night(File(without, ragged=("u3",)), full=full).empty
    assert house.night(File(without)).tables["users"].removed == 1


@pytest.mark.parametrize("full", [False, True])
def test_unreadable_rows_make_absence_unprovable(house: House, full: bool) -> None:
    without = "\n".join(line for line in NIGHT_ONE.split("\n") if not line.startswith("u3"))
    with house.walk(File(without, unread=1), full=full) as (workbench, made, _):
        assert made.empty
        assert issues(workbench) == [("absence-unprovable", None)]
    house.night(File(without, unread=1), full=full)
    assert house.night(File(without)).tables["users"].removed == 1


@pytest.mark.parametrize("full", [False, True])
def test_rows_left_out_by_the_layout_are_gone(house: House, full: bool) -> None:
    made = house.night(File(NIGHT_ONE, keep="c2 <> 'ben'"), full=full)
    assert made.tables["users"] == TableReport(unchanged=2, removed=1)


@pytest.mark.parametrize("full", [False, True])
def test_a_bulk_row_that_says_tobedeleted_is_removed(tmp_path: Path, full: bool) -> None:
    house = House(tmp_path)
    house.night(File("sourcedId,status,username\nu1,active,ada\nu2,active,ben\n"))
    text = "sourcedId,status,username\nu1,active,ada\nu2,tobedeleted,ben\n"
    assert house.night(File(text), full=full).tables["users"] == TableReport(unchanged=1, removed=1)
    assert house.night(File(text), full=full).empty


def test_delta_files_remove_only_what_they_name(house: House) -> None:
    text = "sourcedId,status,username,familyName\nu2,active,ben,Lund\nu3,tobedeleted,,\nu9,tobedeleted,,\nu4,active,dan,Diaz\n"
    with house.walk(File(text, mode="delta")) as (workbench, made, walked):
        assert made.tables["users"] == TableReport(added=1, updated=1, removed=1)
        assert verbs(workbench) == [("update", "u2"), ("remove", "u3"), ("add", "u4")]
        assert issues(workbench) == [("removal-unknown", "u9")]
        assert walked[0].sifted.full
    assert house.store.asked == [("users", 4)]


def test_a_complete_night_after_a_delta_sees_what_the_delta_did(house: House) -> None:
    house.night(File("sourcedId,status,username\nu2,active,benjamin\nu3,tobedeleted,\nu4,active,dan\n", mode="delta"))
    made = house.night(File(NIGHT_ONE))
    assert made.tables["users"] == TableReport(updated=1, unchanged=1, restored=1, removed=1)
    assert house.store.state()["u4"][0] == "tobedeleted"
    assert house.night(File(NIGHT_ONE)).empty


@pytest.mark.parametrize("bad", [File(NIGHT_ONE.replace("Osei", "BAD")), File(NIGHT_ONE.replace("u2,", "x2,"), ragged=("u2",))])
def test_a_refused_row_is_looked_at_until_it_is_accepted(house: House, bad: File) -> None:
    house.night(File("sourcedId,status,username\nu2,active,benjamin\n", mode="delta"))
    house.night(bad)
    assert house.store.state()["u2"][2]["username"] == "benjamin"
    house.night(File(NIGHT_ONE))
    assert house.store.state()["u2"][2]["username"] == "ben"


def test_a_key_that_went_over_to_another_source_is_refused_every_night(house: House) -> None:
    house.store.tables["users"]["u2"].source = 2
    house.touched.setdefault((1, "users"), set()).add("u2")
    for _ in range(3):
        assert house.night(File(NIGHT_ONE)).tables["users"] == TableReport(unchanged=2, refused=1)
    assert house.night(File(NIGHT_ONE.replace("u2,", "u8,"))).tables["users"] == TableReport(added=1, unchanged=2)


def test_a_key_of_another_source_is_refused(house: House) -> None:
    other = "sourcedId,username\nu1,stranger\nu7,greta\n"
    with house.walk(File(other), source=2) as (workbench, made, _):
        assert made.tables["users"] == TableReport(added=1, refused=1)
        assert issues(workbench) == [("key-of-another-source", "u1")]
        assert refused_as_foreign(workbench, catalogue()["users"]) == {0: 1}
        assert workbench.value("SELECT refused FROM issues")
    house.night(File(other), source=2)
    assert house.night(File("sourcedId,username\nu1,stranger\n"), source=2).tables["users"].removed == 1
    assert house.store.state()["u1"][:2] == ("active", 1)


def test_a_refused_stranger_is_looked_at_again_every_night(house: House) -> None:
    other = "sourcedId,username\nu3,stranger\nu7,greta\n"
    house.night(File(other), source=2)
    without = "\n".join(line for line in NIGHT_ONE.split("\n") if not line.startswith("u3"))
    house.night(File(without), source=1)
    assert house.night(File(other), source=2).tables["users"] == TableReport(restored=1, unchanged=1)
    assert house.store.state()["u3"][:2] == ("active", 2)


def test_allied_sources_may_write_each_others_records(house: House) -> None:
    made = house.night(File("sourcedId,username\nu1,lovelace\n"), source=2, allied=[1])
    assert made.tables["users"] == TableReport(updated=1)
    assert house.store.state()["u1"][:2] == ("active", 2)
    assert house.store.state()["u2"][:2] == ("active", 1)


@pytest.mark.parametrize("full", [False, True])
def test_a_locked_field_keeps_its_value(house: House, full: bool) -> None:
    house.store.tables["users"]["u2"].locked = ["familyName"]
    text = NIGHT_ONE.replace("ben,Ben,Osei", "benny,Ben,Lund")
    with house.walk(File(text), full=full) as (workbench, made, _):
        assert made.tables["users"].updated == 1
        assert workbench.rows("SELECT username, familyName FROM plan_users") == [("benny", "Osei")]
        assert workbench.rows("SELECT code, key, column_name, value FROM issues") == [
            ("field-locked", "u2", "familyName", "Lund")
        ]
        assert workbench.rows("SELECT _withheld FROM plan_users") == [(["familyName"],)]
        assert made.withheld == (Withheld("users", "locked", "field-locked", 1, 1, (WithheldExample("u2", ("familyName",)),)),)


def test_the_hash_is_of_what_will_be_applied(house: House) -> None:
    """A lock takes its field out of the hash, a locked record that only differs there is no change, and neither is in `plan_T`."""
    with house.walk(File(NIGHT_ONE.replace("ben,", "benny,"))) as (_, plain, _walked):
        pass
    house.store.tables["users"]["u2"].locked = ["familyName"]
    house.store.tables["users"]["u3"].locked = ["*"]
    text = NIGHT_ONE.replace("ben,Ben,Osei", "benny,Ben,Lund").replace("Marsh", "Reed")
    with house.walk(File(text)) as (workbench, made, _walked):
        assert made.hash == plain.hash
        assert verbs(workbench) == [("update", "u2")]
        assert (made.tables["users"].updated, made.tables["users"].unchanged) == (1, 2)
        assert [(w.reason, w.records, w.values) for w in made.withheld] == [("locked", 2, 2)]


def test_the_hash_does_not_know_order_or_files(house: House) -> None:
    changed = NIGHT_ONE.replace("Osei", "Lund").replace("Marsh", "Reed") + "u5,s1,eve,Eve,Frost,,\n"
    header, *rows = changed.strip().split("\n")
    hashes = set()
    for order in (rows, rows[::-1]):
        for full in (False, True):
            with house.walk(File("\n".join([header, *order])), full=full) as (_, made, _walked):
                hashes.add(made.hash)
    with house.walk(File("\n".join([header, *rows[:2]])), File("\n".join([header, *rows[2:]]))) as (_, made, _walked):
        hashes.add(made.hash)
    assert len(hashes) == 1
    assert hashes.pop().startswith("sha256:")
    with house.walk(File(changed.replace("Frost", "Snow"))) as (_, other, _walked):
        assert other.hash != made.hash
    with house.walk(File(NIGHT_ONE)) as (_, none, _walked):
        assert none.hash not in (other.hash, made.hash)


def test_first_hash_does_not_know_order(tmp_path: Path) -> None:
    header, *rows = NIGHT_ONE.strip().split("\n")
    hashes = []
    for text in (NIGHT_ONE, "\n".join([header, *rows[::-1]]), NIGHT_ONE.replace("Ada", "Ida")):
        with House(tmp_path).walk(File(text)) as (_, made, _walked):
            hashes.append(made.hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_tables_are_planned_side_by_side(tmp_path: Path) -> None:
    house = House(tmp_path)
    orgs = File("sourcedId,name,type\ns1,Elm School,school\n", table="orgs")
    made = house.night(orgs, File(NIGHT_ONE))
    assert made.tables == {"orgs": TableReport(added=1), "users": TableReport(added=3)}
    made = house.night(orgs)
    assert made.tables == {"orgs": TableReport(unchanged=1)}


def test_walked_reads_like_a_row() -> None:
    assert Walked._fields == ("table", "sifted", "admitted", "elsewhere")
