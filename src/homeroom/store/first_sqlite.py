"""The first load of an embedded district: a new file beside the old, indexes last, and one turn of the link.

The file is written without a journal and without waiting for the disk, for nobody reads it yet; one fsync before the turn
makes it whole. What the district's old file already holds (deliveries, imports, issues) is carried over at the end, while
the old file is locked for writers, so that nothing they write is lost: a writer that waited finds the link turned, and
follows it. Readers of the old file are not disturbed.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from homeroom.roster.catalogue import Table
from homeroom.roster.faults import TryAgain
from homeroom.roster.names import quoted, text
from homeroom.store import declared
from homeroom.store.apply import changed_tables, fence, finish, new_revision
from homeroom.store.commits import Commit
from homeroom.store.delta import Delta, delta
from homeroom.store.district_tables import LOGS, district, version
from homeroom.store.ferry import driver, ferry, ingest, open_adbc
from homeroom.store.loading import load_issues
from homeroom.store.roster_tables import LINKS, ROSTER, links, own_table
from homeroom.store.sqlite_file import SqliteFile, leftovers, open_sqlite
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan

_COUNTS = {"block", "tally"}


def load(place: SqliteFile, workbench: Workbench, plan: Plan, commit: Commit) -> int:
    """Load an empty district; returns revision 1. See `RosterStore.apply_first`."""
    if commit.revision_before:
        raise TryAgain("the roster is at revision {before} already", before=str(commit.revision_before))
    fresh = place.next_file()
    _remove(fresh)
    deltas = [delta(workbench, name, commit, 1, 0) for name in changed_tables(plan, commit)]
    own = [each.table for each in deltas if each.table.name not in ROSTER]
    _fill(fresh, workbench, deltas)
    engine = create_engine("sqlite://", creator=lambda: _open(fresh), poolclass=NullPool, hide_parameters=True)
    _index(fresh, workbench, own)
    with ferry(workbench, place) as boat:
        load_issues(boat, workbench, commit)
        with place.write(alone=True) as old:  # from here on nobody else writes to the old file
            former = place.file
            with engine.connect() as connection:
                _carry_over(connection, former, old)
                boat.board(connection)
                fence(connection, place, commit, plan, 1)
                for table in own:
                    declared.remember(connection, table)
                finish(connection, place, boat, commit, 1)
                new_revision(connection, commit, 1)
                connection.commit()
            _make_whole(fresh)
            place.turn(fresh)
    engine.dispose()
    place.close()  # pooled connections to the former file
    _remove(former)
    return 1


def _fill(file: Path, workbench: Workbench, deltas: Sequence[Delta]) -> None:
    """Write the tables without indexes, and the records, links and counts."""
    writer = open_adbc(file)
    try:
        with writer.cursor() as cursor:
            own = (own_table(d.table) for d in deltas if d.table.name not in ROSTER)
            for table in (*district.tables.values(), *own):
                cursor.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
        for each in deltas:
            _fill_table(writer, workbench, each)
    finally:
        writer.close()


def _fill_table(writer: Any, workbench: Workbench, each: Delta) -> None:
    name, numbered = each.table.name, f"({each.numbered_first()})"
    if links(name):
        # the ids must be the same in the rows and in the links, whatever DuckDB spills: they are written down once
        numbered = quoted(f"numbered_{name}")
        workbench.run(f"CREATE OR REPLACE TABLE {numbered} AS {each.numbered_first()}")
    rows = ingest(writer, workbench, name, each.rows(numbered), "append")
    for link in links(name):
        ingest(writer, workbench, link.name, each.first_links(link.column, numbered), "append")
    if links(name):
        workbench.run(f"DROP TABLE {numbered}")
    ingest(writer, workbench, "block", each.first_blocks(rows), "append")
    ingest(writer, workbench, "tally", each.first_tallies(), "append")


def _open(file: Path) -> sqlite3.Connection:
    """A connection to the new file for carrying over."""
    made = open_sqlite(file)
    for pragma in ("journal_mode=OFF", "synchronous=OFF"):
        made.execute(f"PRAGMA {pragma}")
    return made


def _index(file: Path, workbench: Workbench, own: Sequence[Table]) -> None:
    """Make all indexes, those of the datasets `own` too, in a process of its own.

    Sorting spills to files, and SQLite takes the folder for them from the environment once, when a process loads it: here it
    is the workbench's, so that names of children lie nowhere else (law 9).
    """
    tables = (*ROSTER.values(), *LINKS.values(), *LOGS, *map(own_table, own))
    made = [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=lambda i: str(i.name))]
    told = "\0".join(str(each.compile(dialect=_DIALECT)) for each in made)
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("indexing.py")), str(file)]
    spill = workbench.folder / "spill"
    subprocess.run(command, input=told, text=True, check=True, env={**os.environ, "SQLITE_TMPDIR": str(spill)})


def _carry_over(connection: Connection, former: Path, old: Connection) -> None:
    """Copy the logs of the district's old file. `old` holds its write lock, and has found its roster empty."""
    if old.exec_driver_sql("SELECT count(*) FROM revision").scalar_one():
        raise TryAgain("the roster is not empty any more")
    made = driver(connection)
    made.execute(f"ATTACH {text(str(former))} AS former")
    for table in (version, *(t for t in LOGS if t.name not in _COUNTS)):
        name = quoted(table.name)
        columns = ", ".join(quoted(c.name) for c in table.columns)
        made.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM former.{name}")
    made.commit()
    made.execute("DETACH former")


def _make_whole(file: Path) -> None:
    """Everything on the disk, ready to be opened in WAL mode."""
    made = open_sqlite(file)
    made.execute("PRAGMA journal_mode=WAL")
    made.close()
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(file: Path) -> None:
    for each in (*leftovers(file), file):
        each.unlink(missing_ok=True)


_DIALECT = sqlite.dialect()
