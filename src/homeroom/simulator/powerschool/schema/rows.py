"""Rows of tables: lists, single rows, counts. All values are text, a blank column is left out, names are in lower case."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from homeroom.simulator.powerschool import database, filters
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.filters import Field, Where
from homeroom.simulator.powerschool.paging import window
from homeroom.simulator.powerschool.schema.rights import demand, projected, table_of
from homeroom.simulator.powerschool.tables import Column, Table
from homeroom.simulator.powerschool.v1.resource import refuse_count
from homeroom.simulator.powerschool.world import World


def _where(world: World, table: Table, call: Call) -> Where:
    def known(name: str) -> Field | None:
        column = table.column(name.removeprefix(f"{table.name.lower()}."))
        return Field(column.name, f'"{column.name}"', column.kind) if column else None

    where = filters.read(call.query.get("q", ""), known)
    demand(world, table, [c for c in map(table.column, where.names) if c])
    return where


def _order(table: Table, call: Call) -> str:
    """The order that is asked for. Without `sort` and `q` a server gives an arbitrary slice: here the newest rows first."""
    words = call.listed("sort")
    columns = [table.column(w.removeprefix(f"{table.name.lower()}.")) for w in words]
    for word, column in zip(words, columns, strict=True):
        if column is None:
            raise Trouble(400, f"Invalid field {word}")
    way = " DESC" if call.query.get("sortdescending", "").lower() == "true" else ""
    sorts = [f'"{c.name}"{way}' for c in columns if c]
    return ", ".join([*sorts, f'"{table.primary.name}"{"" if sorts or call.query.get("q") else " DESC"}'])


def told(row: sqlite3.Row, columns: Iterable[Column]) -> dict[str, str]:
    """A row as text by lower-case name."""
    return {c.key: str(row[c.name]) for c in columns if row[c.name] is not None}


def _columns(world: World, table: Table, call: Call) -> list[Column]:
    words = call.listed("projection")
    if not words:
        raise Trouble(400, "The projection parameter is required")
    return projected(world, table, words)


def _selected(table: Table, columns: Iterable[Column]) -> str:
    return ", ".join(f'"{c.name}"' for c in dict.fromkeys((table.primary, *columns)))


def _list(world: World, call: Call) -> Answer:
    table = table_of(call)
    columns = _columns(world, table, call)
    where = _where(world, table, call)
    rows = window(call, world.plugin.sizes["schema_table_query"], world.faults)
    sql = f'SELECT {_selected(table, columns)} FROM "{table.name}" WHERE {where.sql} ORDER BY {_order(table, call)} LIMIT ? OFFSET ?'
    found = world.tables.execute(sql, (*where.values, rows.limit, rows.offset)).fetchall()
    if not found:
        return Answer({"@extensions": ""})
    records = [{"id": row[table.primary.name], "tables": {table.name.lower(): told(row, columns)}} for row in found]
    return Answer({"name": table.name, "record": records, "@extensions": table.extensions})


def _count(world: World, call: Call) -> Answer:
    table = table_of(call)
    refuse_count(world)
    where = _where(world, table, call)
    return Answer({"count": database.count(world.tables, f'SELECT count(*) FROM "{table.name}" WHERE {where.sql}', where.values)})


def _one(world: World, call: Call) -> Answer:
    table = table_of(call)
    columns = _columns(world, table, call)
    row = found_row(world, table, call.number("id"))
    if row is None:
        raise Trouble(404, "Resource not found")
    body: dict[str, Any] = {"id": row[table.primary.name], "name": table.name.lower()}
    return Answer(body | {"tables": {table.name.lower(): told(row, columns)}})


def found_row(world: World, table: Table, key: int) -> sqlite3.Row | None:
    """The row with this primary key."""
    return database.one(world.tables, f'SELECT * FROM "{table.name}" WHERE "{table.primary.name}" = ?', (key,))


ENDPOINTS = (
    Endpoint("GET", "/ws/schema/table/{table}/count", _count),
    Endpoint("GET", "/ws/schema/table/{table}", _list),
    Endpoint("GET", "/ws/schema/table/{table}/{id}", _one),
)
