"""Where a store's tables lie, and how to open a connection there: a SQLite file behind a link, or a PostgreSQL schema.

Embedded, `roster.db` is a symbolic link to the file of the moment (`roster.1.db`). A first load builds the next file and
turns the link in one step. A file is never replaced under its own name: its `-wal` and `-shm` belong to the name, and old
frames replayed into a new file would destroy it. Old connections go on reading the old file in peace; every connection
is compared with the link when it is taken from the pool, and again by a writer once it holds the write lock.

Every commit waits for the disk (`synchronous=FULL`): with NORMAL a power cut may take back a transaction that was reported
as committed, and a district would be told that an import succeeded which is gone (law 1). Nightly commits are few; it
costs a handful of fsyncs.

No exception text of the stores carries parameters (`hide_parameters`): they are children's data (law 10).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, insert, text
from sqlalchemy.exc import DatabaseError, DisconnectionError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.roster.names import quoted

BUSY_SECONDS = 60.0
"""How long a SQLite writer waits for another; a nightly apply of the largest districts holds the lock for half a minute."""


class SqliteFile:
    """A SQLite database reached through a link, in WAL mode. Thread safe."""

    dialect = "sqlite"

    def __init__(self, link: Path) -> None:
        """`link` is the name that people know, e.g. `districts/pinewood/roster.db`. Nothing is opened yet."""
        self.link = link
        self._pooled = _sqlite_engine(self, pool=True)
        self._alone = _sqlite_engine(self, pool=False)

    @property
    def exists(self) -> bool:
        """Whether the link and the file behind it are there."""
        return self.link.exists()

    @property
    def file(self) -> Path:
        """The file of the moment. Raises FileNotFoundError before the store was made."""
        return self.link.parent / os.readlink(self.link)  # noqa: PTH115 - a string is enough, and this runs per request

    def next_file(self) -> Path:
        """The name of the file that will follow the present one (or the first one)."""
        number = int(self.file.name.split(".")[-2]) if self.link.is_symlink() else 0
        return self.link.with_name(f"{self.link.stem}.{number + 1}.db")

    def turn(self, file: Path) -> None:
        """Make `file` the one that the link names, in one step that survives a power cut."""
        fresh = self.link.with_name(f"{self.link.name}.turning")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(file.name)
        fresh.rename(self.link)
        sync_folder(self.link.parent)

    def connect(self) -> sqlite3.Connection:
        """A connection of the driver to the file of the moment. Raises TryAgain when the file keeps changing."""
        for _ in range(5):
            file = self.file
            try:
                made = open_sqlite(file)
            except sqlite3.OperationalError:
                if file == self.file:
                    raise
                continue  # the link was turned, and the old file removed, between the two lines above
            if file == self.file:
                return made
            made.close()
        raise TryAgain("the district's file is being replaced")

    def name(self, table: str) -> str:
        """A table's name in raw SQL."""
        return f"main.{quoted(table)}"

    @contextmanager
    def read(self, *, alone: bool = False) -> Iterator[Connection]:
        """A read transaction: one state of the store, however long it lasts. `alone`: on a connection of its own."""
        with _passing(), (self._alone if alone else self._pooled).connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """A write transaction; commits at the end, rolls back on an exception. `alone`: on a connection of its own.

        Raises TryAgain when another writer does not finish within BUSY_SECONDS.
        """
        engine = (self._alone if alone else self._pooled).execution_options(homeroom_write=True)
        with _passing(), self._locked(engine) as connection:
            yield connection
            connection.commit()

    def _locked(self, engine: Engine) -> Connection:
        """A connection that holds the write lock of the file that the link names now."""
        for _ in range(5):
            connection = engine.connect()
            connection.exec_driver_sql("SELECT 1")  # begins: takes the write lock
            if opened_file(connection) == self.file.name:
                return connection
            connection.invalidate()
            connection.close()
        raise TryAgain("the district's file is being replaced")

    def create(self, tables: MetaData, head: str) -> None:
        """Make the store's tables in a new file, stamp it, and then make the link. The caller holds the store's lock."""
        file = self.next_file()
        for leftover in (file, *leftovers(file)):
            leftover.unlink(missing_ok=True)
        engine = create_engine("sqlite://", creator=lambda: open_sqlite(file, "rwc"), poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            tables.create_all(connection, checkfirst=False)
            connection.execute(insert(tables.tables["alembic_version"]).values(version_num=head))
            connection.commit()
        engine.dispose()
        self.turn(file)

    def settle(self) -> None:
        """Fold a large WAL back into the file, as far as present readers allow, without waiting for them."""
        made = open_sqlite(self.file, timeout=0)
        try:
            made.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            made.close()

    def close(self) -> None:
        """Close the pooled connections."""
        self._pooled.dispose()
        self._alone.dispose()


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
        with _passing(), self.engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """A write transaction; commits at the end, rolls back on an exception. `alone` means nothing here."""
        with _passing(), self.engine.begin() as connection:
            yield connection

    def create(self, tables: MetaData, head: str) -> None:
        """Make the schema and its tables, and stamp it, in one transaction. The caller holds the store's lock."""
        with self.write() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(self.schema)}")
            tables.create_all(connection, checkfirst=False)
            connection.execute(insert(tables.tables["alembic_version"]).values(version_num=head))

    def settle(self) -> None:
        """Nothing to do: PostgreSQL checkpoints by itself."""

    def close(self) -> None:
        """Nothing to do: the pool belongs to `Stores`."""


Place = SqliteFile | PostgresSchema


def open_sqlite(file: Path, mode: str = "rw", *, timeout: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A driver's connection to a SQLite file with Homeroom's settings. `mode` is rw, rwc or ro."""
    made = sqlite3.connect(
        f"file:{quote(str(file))}?mode={mode}", uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    made.execute("PRAGMA synchronous=FULL")
    return made


def leftovers(file: Path) -> tuple[Path, ...]:
    """The files that SQLite may keep beside a database."""
    return tuple(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def postgres_engine(url: str) -> Engine:
    """An engine for a PostgreSQL URL as people write it (`postgresql://...` or `postgres://...`)."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    return create_engine(url, pool_size=4, max_overflow=16, pool_pre_ping=True, hide_parameters=True)


def opened_file(connection: Connection) -> str:
    """The name (without folder) of the SQLite file that a connection has open."""
    return Path(connection.exec_driver_sql("PRAGMA database_list").fetchone()[2]).name  # type: ignore[index]


@contextmanager
def _passing() -> Iterator[None]:
    """Tell passing trouble (a lock, a lost connection) as TryAgain, and a damaged file of the embedded stores as Misuse."""
    try:
        yield
    except OperationalError as trouble:
        raise TryAgain(f"the store could not be reached: {type(trouble.orig).__name__}") from trouble
    except DatabaseError as trouble:
        # SQLite has this very class, and none below it, for "not a database" and "malformed".
        if type(trouble.orig) is not sqlite3.DatabaseError:
            raise
        raise Misuse(f"a store is damaged ({trouble.orig}): put the data folder back from a backup.") from None


def _sqlite_engine(place: SqliteFile, *, pool: bool) -> Engine:
    options: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 60} if pool else {"poolclass": NullPool}
    engine = create_engine("sqlite://", creator=place.connect, hide_parameters=True, **options)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("homeroom_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    @event.listens_for(engine, "connect")
    def _remember(made: sqlite3.Connection, record: Any) -> None:
        record.info["file"] = Path(made.execute("PRAGMA database_list").fetchone()[2]).name

    @event.listens_for(engine, "checkout")
    def _compare(made: sqlite3.Connection, record: Any, proxy: Any) -> None:
        if record.info["file"] != place.file.name:
            raise DisconnectionError("the link was turned to a newer file")

    return engine
