"""Bringing an old store to today's tables, by Alembic. Imported only when a store is old."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from homeroom.store.control_tables import control
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema

FOLDER = Path(__file__).parent / "migrations"


def upgrade(place: Place, tables: MetaData, to: str = "head") -> None:
    """Run the migrations that a store lacks, in one transaction. The caller holds the store's lock."""
    with place.write(alone=True) as connection:
        if isinstance(place, PostgresSchema):
            connection.exec_driver_sql(f'SET LOCAL search_path TO "{place.schema}"')
        command.upgrade(settings(tables, connection), to)


def settings(tables: MetaData, connection: Connection | None = None) -> Config:
    """Alembic's settings for the control store or for a district's store."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER / ("control" if tables is control else "district")).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made
