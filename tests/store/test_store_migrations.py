"""Migrations, replayed from nothing, give the very tables that a new store is made with."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, select

from homeroom.roster.faults import Misuse
from homeroom.store import control_tables, district_tables, migrate, roster_tables, stores, versions
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema, postgres_engine
from homeroom.store.sqlite_file import SqliteFile

STORES = [control_tables.control, district_tables.district]
assert roster_tables.ROSTER


@pytest.mark.parametrize("tables", STORES, ids=["control", "district"])
def test_the_last_migration_is_the_one_that_new_stores_are_stamped_with(tables: MetaData) -> None:
    assert ScriptDirectory.from_config(migrate.settings(tables)).get_current_head() == versions.head(tables)


@pytest.mark.parametrize("tables", STORES, ids=["control", "district"])
def test_replayed_migrations_and_new_stores_are_the_same(database_url: str | None, tmp_path: Path, tables: MetaData) -> None:
    made, replayed = _two_places(database_url, tmp_path)
    made.create(tables, versions.head(tables))
    _empty(replayed)
    migrate.upgrade(replayed, tables)
    assert versions.stamped(replayed, tables) == versions.head(tables)
    with made.read() as one, replayed.read() as other:
        assert _schema(one, made) == _schema(other, replayed)
    for place in (made, replayed):
        place.close()
        if isinstance(place, PostgresSchema):
            place.engine.dispose()


def test_a_district_that_was_made_before_datasets_gets_their_tables_and_keeps_its_rows(
    database_url: str | None, tmp_path: Path
) -> None:
    older, other = _two_places(database_url, tmp_path)
    _empty(older)
    migrate.upgrade(older, district_tables.district, to="0001")
    with older.write() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO {older.name('orgs')} (id, \"sourcedId\", status, \"dateLastModified\") VALUES (1, 'd', 'active', '')"
        )
    versions.ready(older, district_tables.district, nullcontext())
    with older.read() as connection:
        assert connection.execute(select(roster_tables.ROSTER["orgs"].c.sourcedId)).scalars().all() == ["d"]
        assert connection.execute(select(roster_tables.ROSTER["gpa"])).all() == []
    for place in (older, other):
        place.close()
        if isinstance(place, PostgresSchema):
            place.engine.dispose()


def test_a_store_of_a_newer_homeroom_is_left_alone(database_url: str | None, tmp_path: Path) -> None:
    with stores.open(tmp_path, database_url) as opened, opened.roster("pine").place.write() as connection:
        connection.execute(district_tables.version.update().values(version_num="9999"))
    with stores.open(tmp_path, database_url) as opened, pytest.raises(Misuse, match="newer Homeroom"):
        opened.roster("pine")


def test_ordinary_commands_start_without_alembic() -> None:
    asked = "import sys, homeroom.store.stores; print('alembic' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def _two_places(url: str | None, folder: Path) -> tuple[Place, Place]:
    if url is None:
        for name in ("made", "replayed"):
            (folder / name).mkdir()
        return SqliteFile(folder / "made" / "x.db"), SqliteFile(folder / "replayed" / "x.db")
    engine = postgres_engine(url)
    return PostgresSchema(engine, "made"), PostgresSchema(engine, "replayed")


def _empty(place: Place) -> None:
    if isinstance(place, SqliteFile):
        file = place.next_file()
        sqlite3.connect(file).close()
        place.turn(file)
    else:
        with place.write() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {place.schema}")


def _schema(connection: Connection, place: Place) -> object:
    """Everything that a database says of its tables, columns, keys and indexes."""
    if isinstance(place, SqliteFile):
        rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2").all()
        return [(*row[:3], re.sub(r"\s+", " ", row[3] or "").replace("( ", "(").replace(" )", ")").strip()) for row in rows]
    found = [
        connection.exec_driver_sql(
            "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default "
            f"FROM information_schema.columns WHERE table_schema = '{place.schema}' ORDER BY 1, 2"
        ).all(),
        connection.exec_driver_sql(
            f"SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = '{place.schema}' ORDER BY 2"
        ).all(),
        connection.exec_driver_sql(
            "SELECT relname, reloptions::text, contype, pg_get_constraintdef(k.oid) FROM pg_class c "
            "LEFT JOIN pg_constraint k ON k.conrelid = c.oid "
            f"WHERE relnamespace = '{place.schema}'::regnamespace AND relkind = 'r' ORDER BY 1, 3, 4"
        ).all(),
    ]
    return [[tuple(str(cell).replace(place.schema, "S") for cell in row) for row in rows] for rows in found]
