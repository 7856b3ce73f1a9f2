"""Whether a store's tables are today's, and what to do when not.

A new store is made from the tables as they are and stamped; an old one is migrated by Alembic, which is imported only then:
ordinary commands start without it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import MetaData, select

from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.store import chain, control_tables, district_tables
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema


def head(tables: MetaData) -> str:
    """The migration that a store's tables stand for."""
    return control_tables.HEAD if tables is control_tables.control else district_tables.HEAD


def stamped(place: Place, tables: MetaData) -> str | None:
    """The migration that a store has reached; None where there is no store."""
    if not place.exists:
        return None
    with place.read() as connection:
        return str(connection.execute(select(tables.tables["alembic_version"].c.version_num)).scalar_one())


def ready(place: Place, tables: MetaData, guard: AbstractContextManager[None]) -> None:
    """Make a store, or bring it to today's tables, under `guard`. Raises Misuse for a store of a newer Homeroom."""
    if stamped(place, tables) == head(tables):
        return
    with guard:
        found = stamped(place, tables)  # another process may have been quicker
        if found is None:
            place.create(tables, head(tables))
        elif found > head(tables):
            raise Misuse(
                "This store was written by a newer Homeroom (tables {found}); install that version to open it.", found=str(found)
            )
        elif found < head(tables):
            from homeroom.store.migrate import upgrade

            upgrade(place, tables)
        if tables is control_tables.control:
            chain.enforce(place)


def drop_schema(place: PostgresSchema) -> None:
    """Remove a district's schema with everything in it."""
    with place.write() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {quoted(place.schema)} CASCADE")
