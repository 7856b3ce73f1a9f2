"""What all resources of `/ws/v1` have in common: lists with filter, pages, expansions and extensions; counts; single records."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeroom.simulator.powerschool import database, filters
from homeroom.simulator.powerschool.calls import Answer, Call, Trouble, tree
from homeroom.simulator.powerschool.filters import Field, Where
from homeroom.simulator.powerschool.paging import window
from homeroom.simulator.powerschool.tables import TABLES, extensions_of
from homeroom.simulator.powerschool.world import World

Built = dict[str, Any]
FIELD_TYPES = {"text": "String", "number": "Integer", "date": "Date", "long": "String"}
KNOWN_RECORD = "u_students_extension"
"""The only extension that tells `recordFound` true: public samples carry values beside a `false`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource: `source` is the FROM of its rows with alias `r`, `build` makes one record of a row and the wanted expansions."""

    singular: str
    plural: str
    table: str
    source: str
    order: str
    fields: Mapping[str, Field]
    build: Callable[[World, sqlite3.Row, tuple[str, ...]], Built]
    expansions: tuple[str, ...] = ()
    select: str = "r.*"

    def marks(self) -> Built:
        """The attributes that name what may be asked for besides."""
        names = {"@expansions": ", ".join(self.expansions)} if self.expansions else {}
        extensions = TABLES[self.table.lower()].extensions
        return names | ({"@extensions": extensions} if extensions else {})

    def listed(self, world: World, call: Call, base: Where, default: str = "") -> Answer:
        """A page of the list; `default` is what the server filters by when the caller does not say otherwise."""
        where = self._where(call, base, default)
        rows = window(call, world.plugin.sizes[self.singular], world.faults)
        sql = f"SELECT {self.select} FROM {self.source} WHERE {where.sql} ORDER BY {self.order} LIMIT ? OFFSET ?"
        found = world.tables.execute(sql, (*where.values, rows.limit, rows.offset)).fetchall()
        return tree({self.plural: self.marks() | {self.singular: [self._record(world, call, row) for row in found]}})

    def counted(self, world: World, call: Call, base: Where, default: str = "") -> Answer:
        """The number of rows of the list."""
        refuse_count(world)
        where = self._where(call, base, default)
        number = database.count(world.tables, f"SELECT count(*) FROM {self.source} WHERE {where.sql}", where.values)
        return tree({"resource": {"count": number}})

    def single(self, world: World, call: Call) -> Answer:
        """One record by its number."""
        sql = f"SELECT {self.select} FROM {self.source} WHERE r.DCID = ?"
        row = database.one(world.tables, sql, (call.number("id"),))
        if row is None:
            raise Trouble(404, "Not Found")
        return tree({self.singular: self.marks() | self._record(world, call, row)})

    def _where(self, call: Call, base: Where, default: str) -> Where:
        asked = filters.read(call.query.get("q", ""), self.fields)
        where = Where(f"{base.sql} AND {asked.sql}", (*base.values, *asked.values))
        return where.also(default) if default else where

    def _record(self, world: World, call: Call, row: sqlite3.Row) -> Built:
        record = self.build(world, row, call.listed("expansions"))
        more = extension_data(world, self.table, int(row["DCID"]), call.listed("extensions"))
        return ({"_extension_data": {"_table_extension": more}} if more else {}) | record


def refuse_count(world: World) -> None:
    """Counts do not come while the fault `nocount` is set."""
    if world.faults.has("nocount"):
        raise Trouble(404, "Resource not found")


def extension_data(world: World, table: str, dcid: int, wanted: tuple[str, ...]) -> list[Built]:
    """The rows of extension tables beside a record; unknown names are passed over."""
    found = []
    for extension in extensions_of(table):
        if extension.name.lower() in wanted:
            sql = f'SELECT * FROM "{extension.name}" WHERE {extension.primary.name} = ?'
            row = database.one(world.tables, sql, (dcid,))
            values = [
                {"name": c.key, "type": FIELD_TYPES[c.kind], "value": str(row[c.name])}
                for c in extension.columns[1:]
                if row is not None and row[c.name] is not None
            ]
            known = row is not None and extension.name.lower() == KNOWN_RECORD
            found.append({"recordFound": known, "_field": values, "name": extension.name.lower()})
    return found
