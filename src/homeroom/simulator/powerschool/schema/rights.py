"""Which columns the plug-in may see, and the two ways in which a server says no."""

from __future__ import annotations

from collections.abc import Iterable

from homeroom.simulator.powerschool.calls import Call, Trouble
from homeroom.simulator.powerschool.plugin import Access
from homeroom.simulator.powerschool.tables import TABLES, VIEWS, Column, Table
from homeroom.simulator.powerschool.world import World


def table_of(call: Call) -> Table:
    """The table that a path names. Raises Trouble 404 for none, 405 for one that is closed here."""
    name = call.parts["table"].lower()
    if name in VIEWS:
        raise Trouble(405, "Method Not Allowed")
    if name not in TABLES:
        raise Trouble(404, "Resource not found")
    return TABLES[name]


def demand(world: World, table: Table, columns: Iterable[Column], wanted: Access = "ViewOnly") -> None:
    """Raises Trouble 403 that names every column that the plug-in was not granted."""
    lacking = [c for c in dict.fromkeys(columns) if not world.plugin.may(table.name, c.name, wanted)]
    if lacking:
        errors = [{"code": "NoAccess", "field": c.name, "resource": table.name} for c in lacking]
        raise Trouble(403, "At least one column lacks sufficient permission", errors=errors)


def projected(world: World, table: Table, words: Iterable[str]) -> list[Column]:
    """The columns that a projection names; `*` is every column that may be read. Raises Trouble 400 and 403."""
    found: list[Column] = []
    for word in words:
        name = word.lower().removeprefix(f"{table.name.lower()}.")
        if name == "*":
            found += [c for c in table.columns if world.plugin.may(table.name, c.name)]
            continue
        column = table.column(name)
        if column is None:
            raise Trouble(400, f"Invalid field specified: {name} is not valid column for table: {table.name}")
        found.append(column)
    if not found:
        demand(world, table, table.columns)
    demand(world, table, found)
    return list(dict.fromkeys(found))
