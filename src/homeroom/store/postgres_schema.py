"""A store on PostgreSQL: one schema with the same tables. All schemas of a database share one pool of connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, insert, text

from homeroom.roster.names import quoted
from homeroom.store.definitions import script
from homeroom.store.trouble import passing


class PostgresSchema:
    """One schema of a PostgreSQL database. Thread safe; all schemas share one pool."""

    dialect = "postgresql"

    def __init__(self, engine: Engine, schema: str) -> None:
        """`engine` is shared by all schemas of the database and is not closed from here."""
        self.schema = schema
        self.engine = engine.execution_options(schema_translate_map={None: schema})

    @property
    def exists(self) -> bool:
        """Whether the schema was made (it is made and stamped in one transaction)."""
        with self.read() as connection:
            found = connection.execute(text("SELECT to_regnamespace(:name)"), {"name": quoted(self.schema)})
            return found.scalar() is not None

    def name(self, table: str) -> str:
        """A table's name in raw SQL."""
        return f"{quoted(self.schema)}.{quoted(table)}"

    @contextmanager
    def read(self, *, alone: bool = False) -> Iterator[Connection]:
        """A read transaction: one state of the store, however long it lasts. `alone` means nothing here."""
        with passing(), self.engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[Any]:
        """A read transaction as the driver's own cursor."""
        with self.read() as connection:
            yield connection.connection.cursor()

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """A write transaction; commits at the end, rolls back on an exception. `alone` means nothing here."""
        with passing(), self.engine.begin() as connection:
            yield connection

    def create(self, tables: MetaData, head: str) -> None:
        """Make the schema and its tables, and stamp it, in one transaction. The caller holds the store's lock."""
        with self.write() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(self.schema)}")
            connection.execute(text("SELECT set_config('search_path', :name, true)"), {"name": quoted(self.schema)})
            made = connection.connection.driver_connection
            assert made is not None
            made.execute(script(tables, self.dialect))
            connection.execute(insert(tables.tables["alembic_version"]).values(version_num=head))

    def settle(self) -> None:
        """Nothing to do: PostgreSQL checkpoints by itself."""

    def close(self) -> None:
        """Nothing to do: the pool belongs to `Stores`."""


def postgres_engine(url: str) -> Engine:
    """An engine for a PostgreSQL URL as people write it (`postgresql://...` or `postgres://...`)."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    return create_engine(url, pool_size=4, max_overflow=16, pool_pre_ping=True, hide_parameters=True)
