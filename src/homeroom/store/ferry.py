"""How rows cross between a workbench (DuckDB) and a store, in bulk, without a Python loop over them.

SQLite, few rows: they are handed over as they are, into temporary tables of the store's connection. Any bulk road costs more
than that for some thousand rows: a file, a second library, a query planned three times.

SQLite, many rows: a second, small SQLite file in the workbench's own folder. Going in, ADBC writes it from DuckDB and the store
attaches it; coming out, the store fills it and ADBC reads it. ADBC brings its own copy of the SQLite library, and two
copies of that library in one process must never have one file open at a time (closing a file in one drops the POSIX locks
of the other, and with them the protection of a WAL that is being read). So ADBC touches the ferry's file only, and never
while the store has it attached.

PostgreSQL: CSV in the workbench's folder, and COPY.

A connection that meets the ferry must be its own (`alone`), not a pooled one: closing it detaches what was attached,
whatever went wrong in between. Going in has two steps, so that the store's transaction need not wait for DuckDB: `load`
before it, `board` inside it.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import Connection

from homeroom.roster.names import quoted, text
from homeroom.store.places import Place
from homeroom.store.sqlite_file import SqliteFile
from homeroom.workbench.bench import Workbench

BY_HAND = 1_000
"""Rows up to which the embedded store is handed them one by one (measured: 19,000 changes take half the time)."""
_CHUNK = 1 << 20
_LONGEST_ROW = 1 << 28


class Ferry(Protocol):
    """Rows on their way. Use as a context manager: leaving removes what lies in the workbench's folder."""

    def load(self, name: str, query: str) -> int:
        """Take the rows of a DuckDB query on board under a name; returns how many. Before `board`."""
        ...

    def board(self, connection: Connection) -> None:
        """Make what was loaded readable for a store's connection; on PostgreSQL until the end of its transaction."""
        ...

    def name(self, name: str) -> str:
        """What was loaded under a name, as a FROM item in the store's SQL."""
        ...

    def land(self, connection: Connection, query: str, columns: dict[str, str], statement: str) -> None:
        """Bring the rows of a store's query into the workbench: run a DuckDB statement that reads them as `landed`.

        `columns` gives the names and DuckDB types in the query's order. Values are text or integers, never ''.
        """
        ...

    def __enter__(self) -> Ferry: ...

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None: ...


def ferry(workbench: Workbench, place: Place, rows: int | None = None, flag: str = "ferry") -> Ferry:
    """The ferry between a workbench and a store. `rows`: about how many records will cross; None: perhaps all of a table.

    `flag` is a word of its own for each ferry that is under way at the same time.
    """
    if not isinstance(place, SqliteFile):
        return PostgresFerry(workbench, flag)
    return HandFerry(workbench, flag) if rows is not None and rows <= BY_HAND else SqliteFerry(workbench, flag)


class HandFerry:
    """Through this process's memory, for few rows: no file is written, and no second library looks at one."""

    def __init__(self, workbench: Workbench, flag: str = "ferry") -> None:
        self._workbench = workbench
        self._flag = flag
        self._loaded: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {}

    def load(self, name: str, query: str) -> int:
        """See Ferry."""
        with self._workbench.connection.cursor() as reader:
            rows = reader.execute(query).fetchall()
            self._loaded[name] = [column[0] for column in reader.description or ()], rows
        return len(rows)

    def board(self, connection: Connection) -> None:
        """See Ferry."""
        made = driver(connection)
        for name, (columns, rows) in self._loaded.items():
            made.execute(f"CREATE TEMP TABLE {quoted(f'{self._flag}_{name}')} ({', '.join(map(quoted, columns))})")
            places = ", ".join("?" * len(columns))
            made.executemany(f"INSERT INTO {self.name(name)} VALUES ({places})", rows)
        self._loaded.clear()

    def name(self, name: str) -> str:
        """See Ferry."""
        return f"temp.{quoted(f'{self._flag}_{name}')}"

    def land(self, connection: Connection, query: str, columns: dict[str, str], statement: str) -> None:
        """See Ferry."""
        rows = driver(connection).execute(query).fetchall()
        lists = list(zip(*rows, strict=True)) or [()] * len(columns)
        cells = ", ".join(f"unnest(?::{type_}[]) AS {quoted(name)}" for name, type_ in columns.items())
        with self._workbench.connection.cursor() as landing:
            landing.execute(f"CREATE TEMP TABLE landed AS SELECT {cells}", [list(values) for values in lists])
            landing.execute(statement)
            self._workbench.note(statement)

    def __enter__(self) -> HandFerry:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._loaded.clear()


class SqliteFerry:
    """Through a SQLite file that both sides can read."""

    def __init__(self, workbench: Workbench, flag: str = "ferry") -> None:
        self._workbench = workbench
        self._flag = flag
        self._in = workbench.folder / f"{flag}-in.db"
        self._out = workbench.folder / f"{flag}-out.db"
        _remove(self._in, self._out)
        self._writer: Any = None

    def load(self, name: str, query: str) -> int:
        """See Ferry."""
        if self._writer is None:
            self._writer = open_adbc(self._in)
        return ingest(self._writer, self._workbench, name, query, "create")

    def board(self, connection: Connection) -> None:
        """See Ferry."""
        self._close_writer()
        driver(connection).execute(f"ATTACH {text(str(self._in))} AS {quoted(self._flag)}")

    def name(self, name: str) -> str:
        """See Ferry."""
        return f"{quoted(self._flag)}.{quoted(name)}"

    def land(self, connection: Connection, query: str, columns: dict[str, str], statement: str) -> None:
        """See Ferry."""
        connection.commit()  # what follows is one statement, and sees one state by itself
        made = driver(connection)
        made.execute(f"ATTACH {text(str(self._out))} AS landing")
        made.execute("PRAGMA landing.journal_mode=OFF")
        made.execute("PRAGMA landing.synchronous=OFF")
        listed = ", ".join(f"{quoted(n)} {'INTEGER' if t == 'BIGINT' else 'TEXT'}" for n, t in columns.items())
        made.execute(f"CREATE TABLE landing.rows ({listed})")
        made.execute(f"INSERT INTO landing.rows {query}")
        made.execute("DETACH landing")
        # '' instead of NULL on the way: ADBC takes a column's type from its first rows, and nothing stored is ''
        filled = ", ".join(_filled(n) if t == "VARCHAR" else quoted(n) for n, t in columns.items())
        blank = ", ".join(_blanked(n) if t == "VARCHAR" else quoted(n) for n, t in columns.items())
        reader = open_adbc(self._out)
        try:
            with reader.cursor() as cursor, self._workbench.connection.cursor() as landing:
                cursor.execute(f"SELECT {filled} FROM rows")
                landing.register("arrived", cursor.fetch_arrow())
                landing.execute(f"CREATE TEMP VIEW landed AS SELECT {blank} FROM arrived")
                landing.execute(statement)
            self._workbench.note(statement)
        finally:
            reader.close()
            _remove(self._out)

    def __enter__(self) -> SqliteFerry:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._close_writer()
        _remove(self._in, self._out)

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class PostgresFerry:
    """Through CSV files and COPY."""

    def __init__(self, workbench: Workbench, flag: str = "ferry") -> None:
        self._workbench = workbench
        self._flag = flag
        self._loaded: dict[str, list[tuple[str, str]]] = {}

    def load(self, name: str, query: str) -> int:
        """See Ferry."""
        self._loaded[name] = columns_of(self._workbench, query)
        return write_csv(self._workbench, query, self._file(name))

    def board(self, connection: Connection) -> None:
        """See Ferry."""
        for name, columns in self._loaded.items():
            listed = ", ".join(f"{quoted(c)} {_POSTGRES.get(t, 'text')}" for c, t in columns)
            connection.exec_driver_sql(f"CREATE TEMP TABLE {quoted(f'{self._flag}_{name}')} ({listed}) ON COMMIT DROP")
            copy_in(connection, quoted(f"{self._flag}_{name}"), [c for c, _ in columns], self._file(name))
            connection.exec_driver_sql(f"ANALYZE {quoted(f'{self._flag}_{name}')}")

    def name(self, name: str) -> str:
        """See Ferry."""
        return f"pg_temp.{quoted(f'{self._flag}_{name}')}"

    def land(self, connection: Connection, query: str, columns: dict[str, str], statement: str) -> None:
        """See Ferry."""
        file = self._file("landed")
        with file.open("wb") as rows, driver(connection).cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
            for chunk in copy:
                rows.write(chunk)
        typed = ", ".join(f"{text(n)}: {text(t)}" for n, t in columns.items())
        with self._workbench.connection.cursor() as landing:
            landing.execute(
                f"CREATE TEMP VIEW landed AS SELECT * FROM read_csv({text(str(file))}, auto_detect=false, header=false, "
                f"delim=',', quote='\"', escape='\"', nullstr='', max_line_size={_LONGEST_ROW}, columns={{{typed}}})"
            )
            landing.execute(statement)
            self._workbench.note(statement)
        file.unlink()

    def __enter__(self) -> PostgresFerry:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        _remove(*(self._file(name) for name in (*self._loaded, "landed")))

    def _file(self, name: str) -> Path:
        return self._workbench.folder / f"{self._flag}-{name}.csv"


_POSTGRES = {"BIGINT": "bigint", "INTEGER": "bigint", "UBIGINT": "bigint", "HUGEINT": "bigint", "BOOLEAN": "boolean"}


def driver(connection: Connection) -> Any:
    """The driver's own connection behind SQLAlchemy's."""
    made = connection.connection.driver_connection
    assert made is not None
    return made


def _filled(column: str) -> str:
    return f"coalesce({quoted(column)}, '') AS {quoted(column)}"


def _blanked(column: str) -> str:
    return f"nullif({quoted(column)}, '') AS {quoted(column)}"


def columns_of(workbench: Workbench, query: str) -> list[tuple[str, str]]:
    """Names and DuckDB types of a query's columns."""
    return [(row[0], row[1]) for row in workbench.rows(f"DESCRIBE {query}")]


def open_adbc(file: Path) -> Any:
    """An ADBC connection to a SQLite file that nothing else has open; made without a journal, for it is thrown away."""
    import adbc_driver_sqlite.dbapi as adbc  # only where rows cross: ordinary commands start without it

    made = adbc.connect(str(file), autocommit=True)
    with made.cursor() as cursor:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetch_arrow()  # takes the answer; its rows could only be read with pyarrow
    return made


def ingest(writer: Any, workbench: Workbench, name: str, query: str, mode: str) -> int:
    """Write the rows of a DuckDB query into a table of an ADBC connection; returns how many."""
    # a DuckDB cursor of its own: the workbench's may still hold the rest of an earlier answer
    with writer.cursor() as cursor, workbench.connection.cursor() as reader:
        return int(cursor.adbc_ingest(name, reader.sql(query), mode=mode))


def write_csv(workbench: Workbench, query: str, file: Path) -> int:
    """Write the rows of a DuckDB query as CSV for COPY; returns how many."""
    return int(workbench.value(f"COPY ({query}) TO {text(str(file))} (FORMAT csv, HEADER false, NULLSTR '')"))


def copy_in(connection: Connection, table: str, columns: list[str], file: Path, *options: str) -> None:
    """COPY a CSV file into a PostgreSQL table."""
    listed = ", ".join(quoted(c) for c in columns)
    told = ", ".join(("FORMAT csv", *options))
    with file.open("rb") as rows, driver(connection).cursor().copy(f"COPY {table} ({listed}) FROM STDIN ({told})") as copy:
        while chunk := rows.read(_CHUNK):
            copy.write(chunk)


def _remove(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)
