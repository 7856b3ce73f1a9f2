"""An embedded store: a SQLite file behind a link.

`roster.db` is a symbolic link to the file of the moment (`roster.1.db`). A first load builds the next file and turns the
link in one step. A file is never replaced under its own name: its `-wal` and `-shm` belong to the name, and old frames
replayed into a new file would destroy it. Old connections go on reading the old file in peace; every connection is compared
with the link when it is taken from the pool, and again by a writer once it holds the write lock.

Every commit waits for the disk (`synchronous=FULL`): with NORMAL a power cut may take back a transaction that was reported
as committed, and a district would be told that an import succeeded which is gone (law 1). Commits are few; it costs a
handful of fsyncs.

No exception text of the stores carries parameters (`hide_parameters`): they are children's data (law 10).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool, QueuePool

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.roster.names import quoted
from homeroom.store.definitions import script
from homeroom.store.trouble import passing

BUSY_SECONDS = 60.0
"""How long a writer waits for another; a nightly apply of the largest districts holds the lock for half a minute."""

LARGE_WAL = 4 << 20
"""Bytes of a write-ahead log below which SQLite's own checkpoints (every 1,000 pages) do well enough."""


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
        """Whether the link and the file behind it are there. A plain file in the link's place is adopted first."""
        if self.link.is_file() and not self.link.is_symlink():
            self.adopt()
        return self.link.exists()

    def adopt(self) -> None:
        """Take a plain file under the link's name for the store: a copy that followed the link, or a restored backup.

        At every moment either the plain file or the link stands under the name.
        """
        file = self._free_file()
        for end, target in zip(leftovers(self.link), leftovers(file), strict=True):
            if end.exists():
                os.link(end, target)
        os.link(self.link, file)
        self.turn(file)
        for end in leftovers(self.link):
            end.unlink(missing_ok=True)

    def _free_file(self) -> Path:
        """A numbered name beside the link that nothing has."""
        number = 1
        while (file := self.link.with_name(f"{self.link.stem}.{number}.db")).exists():
            number += 1
        return file

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
        with passing(str(self.link)), (self._alone if alone else self._pooled).connect() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[Any]:
        """A read transaction as the driver's own cursor: for pages, where SQLAlchemy would cost more than the query."""
        with passing(str(self.link)):
            held = self._pooled.raw_connection()
            try:
                cursor = held.cursor()
                cursor.execute("BEGIN")
                yield cursor
            finally:
                held.close()  # the pool rolls back

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """A write transaction; commits at the end, rolls back on an exception. `alone`: on a connection of its own.

        Raises TryAgain when another writer does not finish within BUSY_SECONDS.
        """
        engine = (self._alone if alone else self._pooled).execution_options(homeroom_write=True)
        with passing(str(self.link)), self._locked(engine) as connection:
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
        """Make the store's tables in a new file, stamp it, and then make the link. The caller holds the store's lock.

        Raises Misuse where a store lies beside a missing link: it is somebody's roster, not a leftover of ours.
        """
        for other in sorted(self.link.parent.glob(f"{self.link.stem}.*.db")):
            if _holds_rows(other):
                raise Misuse(
                    "{path} holds a store, but the link {link} to it is missing: make it again (ln -s {name} {link} in "
                    "that folder).",
                    path=str(other),
                    link=self.link.name,
                    name=other.name,
                )
        file = self.next_file()
        for leftover in (file, *leftovers(file)):
            leftover.unlink(missing_ok=True)
        with closing(open_sqlite(file, "rwc")) as made:
            made.execute("PRAGMA journal_mode=WAL")
            made.executescript(f"BEGIN;\n{script(tables, self.dialect)}")
            made.execute("INSERT INTO alembic_version (version_num) VALUES (?)", [head])
            made.execute("COMMIT")
        self.turn(file)

    def settle(self) -> None:
        """Fold a large WAL back into the file, as far as present readers allow, without waiting for them."""
        wal = leftovers(self.file)[0]
        if not wal.exists() or wal.stat().st_size < LARGE_WAL:
            return
        made = open_sqlite(self.file, timeout=0)
        try:
            made.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            made.close()

    def close(self) -> None:
        """Close the pooled connections."""
        self._pooled.dispose()
        self._alone.dispose()


def open_sqlite(file: Path, mode: str = "rw", *, timeout: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A driver's connection to a SQLite file with Homeroom's settings. `mode` is rw, rwc or ro."""
    made = sqlite3.connect(
        f"file:{quote(str(file))}?mode={mode}", uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    made.execute("PRAGMA synchronous=FULL")
    made.execute("PRAGMA temp_store=MEMORY")  # the library's own folder for temporary files is outside the data folder
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


def opened_file(connection: Connection) -> str:
    """The name (without folder) of the SQLite file that a connection has open."""
    return Path(connection.exec_driver_sql("PRAGMA database_list").fetchone()[2]).name  # type: ignore[index]


def _sqlite_engine(place: SqliteFile, *, pool: bool) -> Engine:
    options: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 60} if pool else {"poolclass": NullPool}
    engine = create_engine("sqlite://", creator=place.connect, hide_parameters=True, **options)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        made = connection.connection.driver_connection
        assert made is not None
        made.execute("BEGIN IMMEDIATE" if connection.get_execution_options().get("homeroom_write") else "BEGIN")

    @event.listens_for(engine, "connect")
    def _remember(made: sqlite3.Connection, record: Any) -> None:
        record.info["file"] = Path(made.execute("PRAGMA database_list").fetchone()[2]).name

    @event.listens_for(engine, "checkout")
    def _compare(made: sqlite3.Connection, record: Any, proxy: Any) -> None:
        if record.info["file"] != place.file.name:
            raise DisconnectionError("the link was turned to a newer file")

    return engine


def _holds_rows(file: Path) -> bool:
    """Whether a file is a store with anything in it; one that was cut off while it was made holds nothing."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'")
            names = [name for (name,) in tables.fetchall()]
            return any(connection.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone() for name in names)
    except sqlite3.DatabaseError:
        return file.stat().st_size > 0
