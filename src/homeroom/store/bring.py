"""Bringing stored records into a workbench: the lookup that checks and compare ask through (`values.Lookup`)."""

from __future__ import annotations

from sqlalchemy import Connection

from homeroom.roster.catalogue import Table, catalogue
from homeroom.roster.names import quoted
from homeroom.store import declared
from homeroom.store.ferry import Ferry, ferry
from homeroom.store.places import Place
from homeroom.workbench.bench import Workbench

_WHOLE = "brought whole"
"""Among the workbench's facts: the tables of which every record that the store has was brought."""
SCAN_SHARE = 0.3
"""From this share of a table on, reading all of it in order is cheaper than finding the keys one by one."""


def shape(table: Table) -> dict[str, str]:
    """Columns and DuckDB types of `stored_T`.

    The record's source is `source` where the model has no such column of its own, and `_source` always.
    """
    own = {} if "source" in table.columns else {"source": "BIGINT"}
    model = dict.fromkeys(table.columns[1:], "VARCHAR")
    return (
        {"id": "BIGINT", "sourcedId": "VARCHAR", "status": "VARCHAR"} | own | model | {"locked": "VARCHAR", "_source": "BIGINT"}
    )


def bring(place: Place, workbench: Workbench, table: Table, wanted: str | None) -> str:
    """Copy stored records of a table into `stored_T`; see `values.Lookup`. Returns the relation's name.

    What a declaration of tonight adds is blank in the records that the store has; a dataset that is new has none.
    """
    name, relation = table.name, f"stored_{table.name}"
    columns = ", ".join(f"{quoted(c)} {t}" for c, t in shape(table).items())
    workbench.run(f"CREATE TABLE IF NOT EXISTS {quoted(relation)} ({columns})")
    if (_WHOLE, name) in workbench.facts:
        return relation
    missing = _missing(workbench, relation, wanted) if wanted is not None else None
    if missing == 0:
        return relation
    with place.read(alone=True) as connection:
        total = _total(connection, place, name)
        whole = missing is None or missing > total * SCAN_SHARE
        if total:
            boat = ferry(workbench, place, total if whole else missing)
            _copy(connection, place, workbench, table, relation, boat, _lacking(place, table), whole=whole)
    if whole:
        workbench.facts[_WHOLE, name] = True
    return relation


def _missing(workbench: Workbench, relation: str, wanted: str) -> int:
    """Make `wanted_keys`: what is asked for and not there yet, in the order of the store's index. Returns how many."""
    return int(
        workbench.value(f"""
        CREATE OR REPLACE TABLE wanted_keys AS
        SELECT DISTINCT w."sourcedId" FROM {quoted(wanted)} w ANTI JOIN {quoted(relation)} s ON w."sourcedId" = s."sourcedId"
        WHERE w."sourcedId" IS NOT NULL ORDER BY 1
    """)
    )


def _lacking(place: Place, table: Table) -> frozenset[str]:
    """The columns that a declared dataset has tonight and its stored table has not."""
    if table.name in catalogue().tables:
        return frozenset()
    return frozenset(table.columns) - frozenset(declared.known(place)[table.name].columns)


def _copy(
    connection: Connection,
    place: Place,
    workbench: Workbench,
    table: Table,
    relation: str,
    boat: Ferry,
    lacking: frozenset[str],
    *,
    whole: bool,
) -> None:
    columns = shape(table)
    named = {c: "from_source" if c == "_source" or _is_owner(c, table) else c for c in columns}
    listed = ", ".join("NULL" if c in lacking else f"t.{quoted(named[c])}" for c in columns)
    with boat:
        if whole:
            query = f"SELECT {listed} FROM {place.name(table.name)} t"
        else:
            boat.load("keys", 'SELECT "sourcedId" FROM wanted_keys')
            boat.board(connection)
            # CROSS JOIN keeps SQLite to this order: a short list of keys, and the index for each
            query = (
                f"SELECT {listed} FROM {boat.name('keys')} k CROSS JOIN {place.name(table.name)} t "
                'WHERE t."sourcedId" = k."sourcedId"'
            )
        names = ", ".join(quoted(c) for c in columns)
        fresh = f'ANTI JOIN {quoted(relation)} s ON l."sourcedId" = s."sourcedId"' if whole else ""
        boat.land(connection, query, columns, f"INSERT INTO {quoted(relation)} SELECT {names} FROM landed l {fresh}")


def _is_owner(column: str, table: Table) -> bool:
    return column == "source" and "source" not in table.columns


def _total(connection: Connection, place: Place, name: str) -> int:
    """How many records a table holds, removed ones included, by its block counts."""
    query = f"SELECT coalesce(sum(active + removed), 0) FROM {place.name('block')} WHERE \"table\" = '{name}'"
    return int(connection.exec_driver_sql(query).scalar_one())
