"""What tables there are: the list, a table's metadata, the functional areas."""

from __future__ import annotations

from typing import Any

from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble
from homeroom.simulator.powerschool.schema.rights import table_of
from homeroom.simulator.powerschool.tables import TABLES, Column, Table
from homeroom.simulator.powerschool.world import World

TYPES = {"text": "String", "number": "Integer", "date": "Date", "long": "Clob"}
HIDDEN = frozenset({"ssn", "lunchstatus"})
"""Columns that PowerSchool keeps from plug-ins."""


def _about(table: Table) -> dict[str, Any]:
    return {"name": table.name, "comment": "", "primaryKey": table.primary.name, "userVisible": True}


def _all(world: World, call: Call) -> Answer:
    return Answer({"record": [_about(t) for t in TABLES.values()]})


def _metadata(world: World, call: Call) -> Answer:
    table = table_of(call)
    wanted = call.listed("expansions")
    kinds = {"core": "core", "extension": "dbextension", "standalone": "standalone"}
    body = {
        "name": table.name,
        "comment": "",
        "primaryKey": table.primary.name,
        "schemaType": kinds[table.kind],
        "coreTable": table.of or (table.name if table.kind == "core" else ""),
        "collection": False,
        "queries": [],
        "columns": [_column(world, table, c, wanted) for c in table.columns],
    }
    more: dict[str, Any] = {"backRels": [], "fwdRels": [], "attrs": {}, "actions": [], "userVisible": True}
    return Answer(body | {name: more[name] for name in more if name.lower() in wanted})


def _column(world: World, table: Table, column: Column, wanted: tuple[str, ...]) -> dict[str, Any]:
    about: dict[str, Any] = {"name": column.name, "type": TYPES[column.kind]}
    if column.length:
        about["length"] = column.length
    return about | ({"access": _access(world, table, column)} if "access" in wanted else {})


def _access(world: World, table: Table, column: Column) -> str:
    if column.key in HIDDEN:
        return "BlackListNoAccess"
    if world.plugin.may(table.name, column.name, "FullAccess"):
        return "FullAccess"
    return "ViewOnly" if world.plugin.may(table.name, column.name) else "NoAccess"


def _areas(world: World, call: Call) -> Answer:
    names = sorted({t.area for t in TABLES.values()})
    return Answer({"areas": [{"name": n, "userVisible": True, "display": n, "comment": "", "subareas": []} for n in names]})


def _area(world: World, call: Call) -> Answer:
    name = call.parts["area"].lower()
    tables = [t for t in TABLES.values() if t.area.lower() == name]
    if not tables:
        raise Trouble(404, "Resource not found")
    return Answer({"area": tables[0].area, "tables": [_about(t) for t in tables]})


ENDPOINTS = (
    Endpoint("GET", "/ws/schema/table", _all),
    Endpoint("GET", "/ws/schema/table/{table}/metadata", _metadata),
    Endpoint("GET", "/ws/schema/area", _areas),
    Endpoint("GET", "/ws/schema/area/{area}/table", _area),
)
