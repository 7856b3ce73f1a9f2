"""Rows edited, added and dropped by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeroom.simulator.powerschool.clerk.acts import Act, Facts, Refusal, number, row_of
from homeroom.simulator.powerschool.tables import TABLES, Column, Table
from homeroom.simulator.powerschool.world import World


def _table(facts: Facts) -> Table:
    name = str(facts.get("table", "")).lower()
    if name not in TABLES:
        raise Refusal(f"There is no table {name}.")
    return TABLES[name]


def _cells(table: Table, facts: Facts) -> dict[Column, Any]:
    given = facts.get("set", {})
    if not isinstance(given, Mapping):
        raise Refusal('Write what changes as {"set": {"Last_Name": "..."}}.')
    found = {table.column(name): value for name, value in given.items()}
    wrong = [name for name in given if table.column(name) is None]
    if wrong:
        raise Refusal(f"{table.name} has no column {', '.join(wrong)}.")
    return {c: v for c, v in found.items() if c is not None}


def edit(world: World, facts: Facts, act: Act) -> None:
    """`table`, `key`, `set`: change a row."""
    table, key = _table(facts), number(facts, "key")
    row_of(world, table.name, key)
    cells = _cells(table, facts)
    sets = ", ".join(f'"{c.name}" = ?' for c in cells)
    act.run(f'UPDATE "{table.name}" SET {sets} WHERE "{table.primary.name}" = ?', *cells.values(), key)
    act.note(table.name, key, "UPDATE")


def add(world: World, facts: Facts, act: Act) -> None:
    """`table`, `set`: a new row; its key is the next one unless it is given."""
    table = _table(facts)
    cells = _cells(table, facts)
    key = int(cells.get(table.primary) or act.next(table.name))
    cells[table.primary] = key
    columns = ", ".join(f'"{c.name}"' for c in cells)
    act.run(f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(cells))})', *cells.values())
    act.note(table.name, key, "INSERT")


def drop(world: World, facts: Facts, act: Act) -> None:
    """`table`, `key`: delete a row, and nothing that hangs on it."""
    table, key = _table(facts), number(facts, "key")
    row_of(world, table.name, key)
    act.run(f'DELETE FROM "{table.name}" WHERE "{table.primary.name}" = ?', key)
    act.note(table.name, key, "DELETE")
