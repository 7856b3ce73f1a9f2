"""Districts' own layout sets: a change makes a version, the same text makes none, and nothing is ever lost."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from homeroom.roster.faults import Misuse
from homeroom.store import control_tables, migrate, stores
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema, postgres_engine
from homeroom.store.sqlite_file import SqliteFile
from homeroom.store.stores import Stores

NOW = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
TEXTS = {"users.toml": 'name = "ours/users"\n', "set.toml": 'title = "Ölwald"\n'}


def test_a_saved_change_makes_a_version_and_the_same_text_makes_none(stores: Stores) -> None:
    stores.control.districts.add("pine", "Pine", "UTC", NOW)
    stores.control.districts.add("oak", "Oak", "UTC", NOW)
    kept = stores.control.layouts
    first, made = kept.save("pine", "ours", TEXTS, "d1", note="from the SIS", who="ada", now=NOW)
    assert (first.number, made, dict(first.texts), first.note, first.saved_by, first.saved) == (
        1, True, TEXTS, "from the SIS", "ada", NOW,
    )  # fmt: skip
    assert kept.save("pine", "ours", TEXTS, "d1", note="again", who="bob", now=NOW) == (first, False)
    second, made = kept.save("pine", "ours", {"users.toml": "x"}, "d2", note=None, who="bob", now=NOW)
    assert (second.number, made) == (2, True)
    third, made = kept.save("pine", "ours", TEXTS, "d1", note="back", who="bob", now=NOW)
    assert (third.number, third.texts, made) == (3, TEXTS, True)
    assert kept.newest("pine", "ours") == third
    assert [v.number for v in kept.of("pine")] == [3, 2, 1]
    assert kept.get("pine", "ours", 2) == second
    assert (kept.names("pine"), kept.names("oak"), kept.newest("oak", "ours")) == (["ours"], [], None)
    with pytest.raises(Misuse, match="no version 9"):
        kept.get("pine", "ours", 9)


def test_a_control_store_from_before_gets_the_table_and_keeps_what_it_holds(
    bare_database_url: str | None, tmp_path: Path
) -> None:
    old = _first_of_all(bare_database_url, tmp_path)
    with old.write() as connection:
        row = "('pine', 'Pine', 'UTC', '2026-09-01T06:30:00.000Z')"
        connection.exec_driver_sql(f"INSERT INTO {old.name('district')} (slug, name, timezone, created) VALUES {row}")
    old.close()
    if isinstance(old, PostgresSchema):
        old.engine.dispose()
    with stores.open(tmp_path, bare_database_url) as opened:
        with opened.control.place.read() as connection:
            assert inspect(connection).get_pk_constraint("layout_version", schema=_schema(connection))["constrained_columns"]
        opened.control.layouts.save("pine", "ours", TEXTS, "d1", note=None, who="ada", now=NOW)
        assert opened.control.layouts.names("pine") == ["ours"]
        assert opened.control.districts.get("pine").name == "Pine"


def _first_of_all(url: str | None, folder: Path) -> Place:
    """A control store as the first migration made it."""
    if url is None:
        place: Place = SqliteFile(folder / "control.db")
        file = place.next_file()
        sqlite3.connect(file).close()
        place.turn(file)
    else:
        place = PostgresSchema(postgres_engine(url), "control")
        with place.write() as connection:
            connection.exec_driver_sql("CREATE SCHEMA control")
    migrate.upgrade(place, control_tables.control, to="0001")
    return place


def _schema(connection: object) -> str | None:
    return "control" if "postgresql" in str(connection.dialect.name) else None
