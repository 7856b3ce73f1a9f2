"""Rows of extension tables written through `/ws/schema/table`: insert, update, delete. Core tables are closed to it."""

from __future__ import annotations

from typing import Any

from homeroom.simulator.powerschool import database, events
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.ledger import Verb
from homeroom.simulator.powerschool.schema.rights import demand, table_of
from homeroom.simulator.powerschool.schema.rows import found_row
from homeroom.simulator.powerschool.tables import Column, Table
from homeroom.simulator.powerschool.world import World


def _writable(call: Call) -> Table:
    table = table_of(call)
    if not table.writable:
        raise Trouble(405, "Method Not Allowed")
    return table


def _cells(world: World, table: Table, call: Call) -> dict[Column, Any]:
    """The columns that the body sets. Raises Trouble 400 for a wrong body or column, 403 for columns without FullAccess."""
    body = call.json()
    tables = body.get("tables") if isinstance(body, dict) else None
    row = next((r for n, r in tables.items() if n.lower() == table.name.lower()), None) if isinstance(tables, dict) else None
    if not isinstance(row, dict):
        raise Trouble(400, f"The body must hold tables with {table.name.lower()}")
    found: dict[Column, Any] = {}
    for name, value in row.items():
        column = table.column(name)
        if column is None:
            raise Trouble(400, f"Invalid field specified: {name} is not valid column for table: {table.name}")
        found[column] = _value(column, value)
    demand(world, table, found, "FullAccess")
    return found


def _value(column: Column, value: Any) -> Any:
    if value is None or value == "":
        return None
    text = {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    if column.kind == "number":
        if not text.lstrip("-").isdecimal():
            raise Trouble(400, f"Invalid number '{text}' for number field {column.name}")
        return int(text)
    if column.length and len(text) > column.length:
        raise Trouble(400, f"Value of {column.name} may not contain more than {column.length} character(s).")
    return text


def _insert(world: World, call: Call) -> Answer:
    table = _writable(call)
    cells = _cells(world, table, call)
    key = _key(world, table, call, cells)
    if found_row(world, table, key):
        raise Trouble(404, f"A record with id {key} exists in {table.name}; use PUT to update it")
    cells = {table.primary: key} | {c: v for c, v in cells.items() if c is not table.primary}
    columns = ", ".join(f'"{c.name}"' for c in cells)
    with world.changing() as note:
        world.tables.execute(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(cells))})', tuple(cells.values())
        )
        change = note(table.name, key, "INSERT")
    events.raised(world, [change])
    return _result(world, call, table, key, "INSERT")


def _key(world: World, table: Table, call: Call, cells: dict[Column, Any]) -> int:
    """The new row's key: of the path, of the body, or the next one. An extension's row hangs on an existing record."""
    given = call.number("id") if "id" in call.parts else cells.get(table.primary)
    if table.kind == "standalone":
        return int(
            given or database.count(world.tables, f'SELECT coalesce(max({table.primary.name}), 300) + 1 FROM "{table.name}"')
        )
    if given is None:
        raise Trouble(400, f"An id is required for the extension {table.name}")
    if database.one(world.tables, f'SELECT 1 FROM "{table.of}" WHERE DCID = ?', (int(given),)) is None:
        raise Trouble(404, "Resource not found")
    return int(given)


def _update(world: World, call: Call) -> Answer:
    table = _writable(call)
    cells, key = _cells(world, table, call), call.number("id")
    if found_row(world, table, key) is None:
        raise Trouble(404, f"There is no record with id {key} in {table.name}; use POST to insert it")
    sets = ", ".join(f'"{c.name}" = ?' for c in cells) or f'"{table.primary.name}" = "{table.primary.name}"'
    with world.changing() as note:
        world.tables.execute(f'UPDATE "{table.name}" SET {sets} WHERE "{table.primary.name}" = ?', (*cells.values(), key))
        change = note(table.name, key, "UPDATE")
    events.raised(world, [change])
    return _result(world, call, table, key, "UPDATE")


def _delete(world: World, call: Call) -> Answer:
    table, key = _writable(call), call.number("id")
    demand(world, table, table.columns, "FullAccess")
    if found_row(world, table, key) is None:
        raise Trouble(404, "Resource not found")
    with world.changing() as note:
        world.tables.execute(f'DELETE FROM "{table.name}" WHERE "{table.primary.name}" = ?', (key,))
        change = note(table.name, key, "DELETE")
    events.raised(world, [change])
    return Answer(status=204, form="none")


def _result(world: World, call: Call, table: Table, key: int, action: Verb) -> Answer:
    counts = {f"{verb.lower()}_count": int(action == verb) for verb in ("INSERT", "UPDATE", "DELETE")}
    done = {"id": key, "ref": f"{world.url}/ws/schema/table/{call.parts['table']}/{key}"}
    return Answer(counts | {"result": [{"status": "SUCCESS", "action": action, "success_message": done}]})


ENDPOINTS = (
    Endpoint("POST", "/ws/schema/table/{table}", _insert),
    Endpoint("POST", "/ws/schema/table/{table}/{id}", _insert),
    Endpoint("PUT", "/ws/schema/table/{table}/{id}", _update),
    Endpoint("DELETE", "/ws/schema/table/{table}/{id}", _delete),
)
