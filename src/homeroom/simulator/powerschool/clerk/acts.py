"""The tools of a clerk's act: statements on the tables, next free numbers, and the list of rows that changed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom.simulator.powerschool import database
from homeroom.simulator.powerschool.ledger import Change, Verb
from homeroom.simulator.powerschool.tables import TABLES
from homeroom.simulator.powerschool.world import World

Facts = Mapping[str, Any]


class Refusal(ValueError):
    """An act that cannot be done; the text says why."""


@dataclass(slots=True)
class Act:
    """One act that is going on."""

    tables: sqlite3.Connection
    noted: Callable[[str, int, Verb], Change]
    changes: list[Change] = field(default_factory=list)

    def run(self, sql: str, *values: Any) -> None:
        """A statement that changes rows. Raises Refusal for a row that is there already."""
        try:
            self.tables.execute(sql, values)
        except sqlite3.IntegrityError as wrong:
            raise Refusal(f"The tables refuse it: {wrong}.") from None

    def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, all at once, since what follows may change them."""
        return [tuple(row) for row in self.tables.execute(sql, values).fetchall()]

    def note(self, table: str, key: int, verb: Verb) -> Change:
        """This row changed."""
        change = self.noted(table, key, verb)
        self.changes.append(change)
        return change

    def next(self, table: str, column: str | None = None) -> int:
        """The next free number of a table."""
        name = column or TABLES[table.lower()].primary.name
        return database.count(self.tables, f'SELECT coalesce(max("{name}"), 0) + 1 FROM "{table}"')


def number(facts: Facts, name: str) -> int:
    """A fact that is a whole number. Raises Refusal."""
    text = str(facts.get(name, ""))
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refusal(f"Give {name} as a number.")
    return int(text)


def row_of(world: World, table: str, key: int) -> sqlite3.Row:
    """A row by its primary key. Raises Refusal where there is none."""
    found = database.one(world.tables, f'SELECT * FROM "{table}" WHERE "{TABLES[table.lower()].primary.name}" = ?', (key,))
    if found is None:
        raise Refusal(f"There is no row {key} in {table}.")
    return found
