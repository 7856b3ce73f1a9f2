"""The workbench: one DuckDB database, made for one import, locked into its own folder, thrown away afterwards.

Nothing that a delivery or a layout says can make it read or write outside that folder: external access is switched off and
the configuration locked before the first byte of a district's data arrives. Memory is bounded; what does not fit spills
into the same folder, and goes with it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from homeroom.roster.codes import code as declared
from homeroom.roster.names import quoted
from homeroom.workbench.parsing import parsed

if TYPE_CHECKING:
    import duckdb

_MADE = re.compile(r'CREATE (?:OR REPLACE )?(?:TEMP )?(?:TABLE|VIEW) (?:IF NOT EXISTS )?(?:"((?:[^"]|"")+)"|(\w+))')
ISSUES = "issues"
TOTALS = "issue_totals"
"""Exact numbers of findings by code, file, table, column and cause, for findings of which the issue table keeps only the first."""
_TOTALS_DDL = f"""
CREATE TABLE {TOTALS} (code VARCHAR, file INTEGER, column_name VARCHAR, table_name VARCHAR, cause VARCHAR, refused BOOLEAN,
    count BIGINT)
"""
_ISSUES_DDL = f"""
CREATE TABLE {ISSUES} (
    code VARCHAR NOT NULL,       -- a declared code
    file INTEGER,                -- number of the file in the delivery, from 0; NULL: the whole delivery
    row_number BIGINT,           -- record number in that file, from 1 (see the reading room for its line); NULL: the file
    column_name VARCHAR,         -- as the file spells it where known, else the roster's name
    key VARCHAR,                 -- sourcedId of the row where known
    value VARCHAR,               -- what stood there, cut to 200 characters
    detail VARCHAR,              -- JSON object of further places of the message
    table_name VARCHAR,          -- roster table
    refused BOOLEAN NOT NULL,    -- whether the row was refused because of it
    cause VARCHAR,               -- findings with the same cause are told as one; NULL: told alone
    line BIGINT                  -- physical line where the room already knows it; else filled in before the report
)
"""


class Workbench:
    """One import's DuckDB database in a folder of its own. Use as a context manager: leaving removes the folder.

    `facts`: by (what, table), what a room knows of a table that it walked and needs to know again. A word in a table of the
    database takes half a millisecond to ask for, and a small import asks dozens of them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        memory_mb: int = 400,
        threads: int = 1,
        also: Sequence[Path] = (),
        rows: Literal["few", "many"] = "many",
    ) -> None:
        """Open a locked database. `folder` is made with mode 0700; `memory_mb` bounds DuckDB's own memory.

        `rows`: with "few" DuckDB runs each statement as it stands, since improving it would take longer than some hundred rows do.

        `also` names further folders that SQL may read and write: the home of last night's snapshots. They outlive the workbench.
        """
        import duckdb  # a command that only reads the store starts without it

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder.resolve()
        spill = self.folder / "spill"
        spill.mkdir(mode=0o700, exist_ok=True)
        self.facts: dict[tuple[str, str], Any] = {}
        self._made: set[str] = set()
        self._unknown = duckdb.CatalogException
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_mb}MB",
                "threads": threads,
                "temp_directory": str(spill),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "true",
            },
        )
        allowed = [str(self.folder), *(str(f.resolve()) for f in also)]
        self.connection.execute("SET allowed_directories = ?", [allowed])
        # Long queries would draw a bar on standard output, where a script waits for one JSON document. Cursors inherit it.
        self.connection.execute("SET enable_progress_bar = false")
        # Snapshots and staged rows are asked by dozens of statements: their footers are read once, by cursors too (GLOBAL).
        self.connection.execute("SET GLOBAL parquet_metadata_cache = true")
        # Looking for parts of a query that are alike takes DuckDB longer than most of our queries run.
        self.connection.execute(
            "SET disabled_optimizers = 'common_subplan'" if rows == "many" else "SET enable_optimizer = false"
        )
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")
        self.run(_ISSUES_DDL)
        self.run(_TOTALS_DDL)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run statements for their effect; the parameters are the last one's."""
        self.note(sql)
        self._done(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. For small answers only."""
        return self._done(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The single value of a query of one row and one column."""
        self.note(sql)
        row = self._done(sql, parameters).fetchone()
        assert row is not None
        return row[0]

    def batches(self, sql: str, size: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query in lists of at most `size`. Finish reading before the next statement on this workbench."""
        cursor = self.connection.execute(sql)
        while batch := cursor.fetchmany(size):
            yield batch

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table or view, in order; empty if there is none of that name."""
        if name.lower() not in self._made:
            return ()  # DuckDB would look through all its names for one that is like it, which takes longer than a small query
        try:
            return tuple(self.connection.sql(f"FROM {quoted(name)}").columns)  # bound, and never planned or run
        except self._unknown:
            return ()

    def note(self, sql: str) -> None:
        """Remember the names that a statement makes: what was never made is not there, and need not be asked for.

        Only those who run a statement on a cursor of their own have to call it.
        """
        if "CREATE" in sql:
            self._made.update((quoted_one or plain).replace('""', '"').lower() for quoted_one, plain in _MADE.findall(sql))

    def exists(self, name: str) -> bool:
        """Whether a table or view of that name was made."""
        return bool(self.columns(name))  # asking the catalogue's own tables instead takes 20 ms

    def tell(
        self,
        code: str,
        *,
        file: int | None = None,
        row: int | None = None,
        column: str | None = None,
        key: str | None = None,
        value: str | None = None,
        table: str | None = None,
        refused: bool = False,
        cause: str | None = None,
        line: int | None = None,
        **detail: object,
    ) -> None:
        """Put one finding into the issue table. Rooms with many findings insert by SQL instead. Raises KeyError if undeclared."""
        declared(code)
        self.run(
            f"INSERT INTO {ISSUES} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                code,
                file,
                row,
                column,
                key,
                value[:200] if value is not None else None,
                json.dumps(detail, ensure_ascii=False) if detail else None,
                table,
                refused,
                cause,
                line,
            ],
        )

    def load(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> None:
        """Make a table of text columns from Python rows; for thousands of rows, not millions."""
        listed = ", ".join(f'"{c}" VARCHAR' for c in columns)
        self.run(f'CREATE OR REPLACE TABLE "{name}" ({listed})')
        # One list for each column: a statement for each row (`executemany`) takes a hundred times as long.
        given = [[None if v is None else str(v) for v in column] for column in zip(*rows, strict=True)]
        if given:
            places = ", ".join("unnest(?::VARCHAR[])" for _ in columns)
            self.run(f'INSERT INTO "{name}" SELECT {places}', given)

    @contextmanager
    def beside(self) -> Iterator[Workbench]:
        """The same workbench for a second thread, whose statements run at the same time. Temporary tables are each one's own.

        To be made by the thread that owns the workbench, and left before the workbench is closed.
        """
        other = copy(self)
        with self.connection.cursor() as other.connection:
            yield other

    def _done(self, sql: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        *before, last = parsed(self.connection, sql)
        for statement in before:
            self.connection.execute(statement)
        return self.connection.execute(last, list(parameters))

    def close(self) -> None:
        """Close the database and remove its folder with everything in it. Safe to call twice."""
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Workbench:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
