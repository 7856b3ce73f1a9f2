"""Making a store anew from a dump, as the Homeroom that wrote it had it, and then bringing it to today's tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import nullcontext

from sqlalchemy import MetaData

from homeroom.store import versions
from homeroom.store.dumping import filled
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema
from homeroom.store.sqlite_file import SqliteFile, open_sqlite

_WHO_CAME = ("district", "person", "app")
"""Tables of the control store that have rows as soon as somebody has begun with an installation."""


def in_use(control: Place) -> bool:
    """Whether an installation was begun here: a district, a person or an app is known."""
    if not control.exists:
        return False
    with control.read() as connection:
        asked = " + ".join(f"(SELECT count(*) FROM {control.name(table)})" for table in _WHO_CAME)
        return bool(connection.exec_driver_sql(f"SELECT {asked}").scalar())


def refound(place: Place, tables: MetaData, stamp: str, lines: Iterable[bytes]) -> dict[str, int]:
    """Put a store in the place of whatever lies there; returns how many rows it has by table.

    `stamp`: the migration that the dump was written at. All rows come in one transaction.
    """
    demolish(place)
    if isinstance(place, SqliteFile):
        place.link.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if stamp == versions.head(tables):
        place.create(tables, stamp)
    else:
        from homeroom.store import migrate

        _bare(place)
        migrate.upgrade(place, tables, to=stamp)
    with place.write(alone=True) as connection:
        counts = filled(connection, place, lines)
    versions.ready(place, tables, nullcontext())
    return counts


def demolish(place: Place) -> None:
    """Remove a store with everything in it. Doing it again does nothing."""
    if isinstance(place, PostgresSchema):
        versions.drop_schema(place)
        return
    place.close()
    for file in place.link.parent.glob(f"{place.link.stem}.*"):
        if not file.name.endswith(".lock"):
            file.unlink()


def forget_jobs(control: Place) -> None:
    """Remove the queue: it is only of work that is under way, and must not be newer than the stores."""
    if isinstance(control, PostgresSchema):
        versions.drop_schema(PostgresSchema(control.engine, "jobs"))
        return
    for file in control.link.parent.glob("jobs.db*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()


def _bare(place: Place) -> None:
    """A store without tables, for migrations to begin with."""
    if isinstance(place, PostgresSchema):
        with place.write() as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA "{place.schema}"')
        return
    assert isinstance(place, SqliteFile)
    file = place.next_file()
    made = open_sqlite(file, "rwc")
    made.execute("PRAGMA journal_mode=WAL")
    made.close()
    place.turn(file)
