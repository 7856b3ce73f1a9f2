"""The retention clock's work on the roster: removed records go for good, with everything that history says of them and everything
that people hold of them.

A snapshot that does not know yet that a record was removed (by a rollback, by another source) would miss it for ever, since the
changes that say so are purged too: such a snapshot is forgotten, and its table walks in full once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from homeroom.roster.names import text
from homeroom.store import declared
from homeroom.store.delta import BLOCK_BITS
from homeroom.store.history import write_revision
from homeroom.store.moments import written
from homeroom.store.places import Place
from homeroom.store.roster_tables import links
from homeroom.store.sqlite_file import SqliteFile


def purge(place: Place, before: datetime, now: datetime) -> int:
    """See `RosterStore.purge`."""
    tables = declared.book(place)
    with place.write(alone=True) as connection:
        if not isinstance(place, SqliteFile):
            connection.exec_driver_sql(f"LOCK TABLE {place.name('revision')} IN EXCLUSIVE MODE")
        gone = sum(_purge_table(connection, place, table.name, before) for table in tables)
        if gone:
            write_revision(connection, None, "retention", now)
    return gone


def _purge_table(connection: Connection, place: Place, table: str, before: datetime) -> int:
    run, records = connection.exec_driver_sql, place.name(table)
    old = f"FROM {records} WHERE status = 'tobedeleted' AND \"dateLastModified\" < {text(written(before))}"
    if not run(f"SELECT EXISTS (SELECT 1 {old})").scalar_one():
        return 0
    for link in links(table):
        run(f"DELETE FROM {place.name(link.name)} WHERE owner IN (SELECT id {old})")
    run(f'DELETE FROM {place.name("snapshot")} WHERE "table" = {text(table)} AND revision < (SELECT max(last_revision) {old})')
    run(f'DELETE FROM {place.name("held")} WHERE "table" = {text(table)} AND "sourcedId" IN (SELECT "sourcedId" {old})')
    run(f'DELETE FROM {place.name("change")} WHERE "table" = {text(table)} AND "sourcedId" IN (SELECT "sourcedId" {old})')
    run(
        f'INSERT INTO {place.name("block")} ("table", block, active, removed) '
        f"SELECT {text(table)}, id >> {BLOCK_BITS}, 0, -count(*) {old} GROUP BY id >> {BLOCK_BITS} "
        'ON CONFLICT ("table", block) DO UPDATE SET removed = "block".removed + excluded.removed'
    )
    return int(run(f"DELETE {old}").rowcount)
