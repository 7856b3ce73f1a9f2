"""The first load of a district on PostgreSQL: new tables in a schema beside the old one, indexes last, moved at the end.

All of it is one transaction. Rows are frozen as they come in (`COPY ... FREEZE`, allowed because the tables were made in this
transaction), so that they are never rewritten for it. The old, empty tables are replaced only in the last moment: readers
wait for nothing but that moment.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy import Table as SqlTable
from sqlalchemy.schema import CreateIndex, CreateTable

from homeroom.roster.faults import TryAgain
from homeroom.roster.names import quoted
from homeroom.store import declared
from homeroom.store.apply import changed_tables, fence, finish, new_revision
from homeroom.store.commits import Commit
from homeroom.store.delta import Delta, delta
from homeroom.store.ferry import columns_of, copy_in, ferry, write_csv
from homeroom.store.loading import load_issues
from homeroom.store.postgres_schema import PostgresSchema
from homeroom.store.roster_tables import links, tables_of
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan


def load(place: PostgresSchema, workbench: Workbench, plan: Plan, commit: Commit) -> int:
    """Load an empty district; returns revision 1. See `RosterStore.apply_first`."""
    if commit.revision_before:
        raise TryAgain("the roster is at revision {before} already", before=str(commit.revision_before))
    deltas = [delta(workbench, name, commit, 1, 0) for name in changed_tables(plan, commit)]
    touched = [made for d in deltas for made in tables_of(d.table)]
    beside = PostgresSchema(place.engine, f"{place.schema}__new")
    with ferry(workbench, place) as boat, place.write() as connection:
        _alone(connection, place)
        load_issues(boat, workbench, commit)
        declared.declare(connection, place, [d.table for d in deltas])
        _make(connection, beside, touched)
        for each in deltas:
            _fill(connection, place, beside, workbench, each)
        _index(connection, beside, touched)
        boat.board(connection)
        fence(connection, place, commit, plan, 1)
        finish(connection, place, boat, commit, 1)
        new_revision(connection, commit, 1)
        _move(connection, place, beside, touched)
    return 1


def _alone(connection: Connection, place: PostgresSchema) -> None:
    """Keep other commits out until this one ends (readers and the log's small writes pass), and find the roster empty."""
    connection.exec_driver_sql(f"LOCK TABLE {place.name('revision')} IN EXCLUSIVE MODE")
    if connection.exec_driver_sql(f"SELECT count(*) FROM {place.name('revision')}").scalar_one():
        raise TryAgain("the roster is not empty any more")


def _make(connection: Connection, beside: PostgresSchema, tables: Sequence[SqlTable]) -> None:
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {quoted(beside.schema)} CASCADE")
    connection.exec_driver_sql(f"CREATE SCHEMA {quoted(beside.schema)}")
    for table in tables:
        connection.execute(CreateTable(table), execution_options=_in(beside))


def _fill(connection: Connection, place: PostgresSchema, beside: PostgresSchema, workbench: Workbench, each: Delta) -> None:
    """Write one table's records, links and counts."""
    name = each.table.name
    numbered = quoted(f"numbered_{name}")  # the ids must be the same in rows and links: they are written down once
    if links(name):
        workbench.run(f"CREATE OR REPLACE TABLE {numbered} AS {each.numbered_first()}")
    else:
        numbered = f"({each.numbered_first()})"
    rows = _copy(connection, workbench, beside.name(name), each.rows(numbered), "FREEZE")
    for link in links(name):
        _copy(connection, workbench, beside.name(link.name), each.first_links(link.column, numbered), "FREEZE")
    if links(name):
        workbench.run(f"DROP TABLE {numbered}")
    _copy(connection, workbench, place.name("block"), each.first_blocks(rows))
    _copy(connection, workbench, place.name("tally"), each.first_tallies())


def _copy(connection: Connection, workbench: Workbench, target: str, query: str, *options: str) -> int:
    file = workbench.folder / "first-load.csv"
    rows = write_csv(workbench, query, file)
    copy_in(connection, target, [name for name, _ in columns_of(workbench, query)], file, *options)
    file.unlink()
    return rows


def _index(connection: Connection, beside: PostgresSchema, tables: Sequence[SqlTable]) -> None:
    for table in tables:
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            connection.execute(CreateIndex(index), execution_options=_in(beside))
        connection.exec_driver_sql(f"ANALYZE {beside.name(table.name)}")


def _move(connection: Connection, place: PostgresSchema, beside: PostgresSchema, tables: Sequence[SqlTable]) -> None:
    """Put the new tables in the place of the old, empty ones. Indexes go with their tables."""
    for table in tables:
        connection.exec_driver_sql(f"DROP TABLE {place.name(table.name)}")
        connection.exec_driver_sql(f"ALTER TABLE {beside.name(table.name)} SET SCHEMA {quoted(place.schema)}")
    connection.exec_driver_sql(f"DROP SCHEMA {quoted(beside.schema)}")


def _in(place: PostgresSchema) -> dict[str, dict[None, str]]:
    return {"schema_translate_map": {None: place.schema}}
