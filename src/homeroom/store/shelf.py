"""Pages of one district's roster, quickly: what the doors that serve applications read.

A `Look` is one read transaction, so that a page, its total and what is embedded in it are of one revision. What costs more
than a page and stays the same for a revision (totals, which tables are empty, where deep pages begin) is remembered until
the revision changes.

Pages are in the order of `id`, which is the order in which records first came. A page that follows another begins at the
id where that one ended. A page anywhere in a whole table, or in its active records, begins in the block of ids that its
offset falls into, by the counts that every commit keeps; these counts are the totals too. Only a page of some other
selection, which nobody has read up to, walks there.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from threading import Lock, local
from typing import Any

from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import TryAgain
from homeroom.roster.names import quoted
from homeroom.roster.selection import ALL, Compare, Condition, Selection
from homeroom.roster.versions import stored_columns
from homeroom.store.delta import BLOCK_BITS
from homeroom.store.places import Place
from homeroom.store.roster_tables import LINKS, links
from homeroom.store.selecting import Clause, simplified
from homeroom.store.sqlite_file import SqliteFile

Row = tuple[Any, ...]
Run = Callable[[str, Sequence[Any]], list[Row]]

REMEMBERED = 4_096
"""How many totals, and how many page ends, are remembered per district."""

_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_IOERR")
"""What SQLite says of passing trouble; its other errors are bugs."""

_WHOLE: dict[Condition, tuple[str, ...]] = {
    ALL: ("active", "removed"),
    Compare("status", "=", "active"): ("active",),
    Compare("status", "=", "tobedeleted"): ("removed",),
}
"""Selections that are counted by every commit, and the columns of the block counts that add up to them."""


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Where the records of a whole selection lie: first id of each block, records before it, records in it."""

    firsts: list[int]
    before: list[int]
    counts: list[int]

    @property
    def total(self) -> int:
        return self.before[-1] + self.counts[-1] if self.counts else 0

    def begin(self, offset: int) -> tuple[int, int]:
        """After which id the record at an offset comes, and how many to skip from there. A full block is counted off."""
        if offset >= self.total:
            return 1 << 62, 0
        at = bisect_right(self.before, offset) - 1
        while not self.counts[at]:
            at -= 1
        first, skip = self.firsts[at], offset - self.before[at]
        return (first + skip - 1, 0) if self.counts[at] == 1 << BLOCK_BITS else (first - 1, skip)


@dataclass(slots=True)
class _Memory:
    """What is known of one revision."""

    revision: int
    empty: frozenset[str]
    totals: dict[tuple[str, Condition], int] = field(default_factory=dict)
    ends: OrderedDict[tuple[Selection, int], int] = field(default_factory=OrderedDict)
    blocks: dict[tuple[str, Condition], _Blocks] = field(default_factory=dict)


class Shelf:
    """Reads one district's roster. Thread safe: on SQLite each thread keeps a connection of its own."""

    def __init__(self, place: Place) -> None:
        """`place` is the district's; nothing is opened yet."""
        self._place = place
        self._own = local()
        self._guard = Lock()
        self._opened: list[sqlite3.Connection] = []
        self._memory = _Memory(-1, frozenset())

    @contextmanager
    def look(self) -> Iterator[Look]:
        """Look at the newest revision. Raises TryAgain when the store cannot be reached."""
        if not isinstance(self._place, SqliteFile):
            with self._place.read() as connection:
                yield self._looking(lambda sql, given: [tuple(r) for r in connection.exec_driver_sql(sql, tuple(given))])
            return
        try:
            own = self._connection(self._place)
            own.execute("BEGIN")
            try:
                yield self._looking(lambda sql, given: own.execute(sql, given).fetchall())
            finally:
                own.execute("ROLLBACK")
        except sqlite3.OperationalError as trouble:
            if trouble.sqlite_errorname.startswith(_PASSING):
                raise TryAgain("the roster could not be read: {trouble}", trouble=trouble.sqlite_errorname) from trouble
            raise

    def close(self) -> None:
        """Close the connections of all threads. No look may be under way."""
        with self._guard:
            for each in self._opened:
                each.close()
            self._opened.clear()
            self._own = local()

    def _connection(self, place: SqliteFile) -> sqlite3.Connection:
        """This thread's connection to the file of the moment."""
        file = place.file.name
        if getattr(self._own, "file", None) != file:
            made = place.connect()
            with self._guard:
                if hasattr(self._own, "connection"):
                    self._opened.remove(self._own.connection)
                    self._own.connection.close()
                self._opened.append(made)
            self._own.connection, self._own.file = made, file
        found: sqlite3.Connection = self._own.connection
        return found

    def _looking(self, run: Run) -> Look:
        (revision,) = run(f"SELECT coalesce(max(number), 0) FROM {self._place.name('revision')}", ())[0]
        if self._memory.revision != revision:
            empty = [t for t in catalogue().tables if not run(f"SELECT 1 FROM {self._place.name(t)} LIMIT 1", ())]
            self._memory = _Memory(revision, frozenset(empty))
        return Look(self._place, self._memory, run)


class Look:
    """One state of a district's roster. Rows are tuples in the order of `versions.stored_columns`."""

    def __init__(self, place: Place, memory: _Memory, run: Run) -> None:
        """Use `Shelf.look`."""
        self._place = place
        self._memory = memory
        self._run = run
        self.revision = memory.revision

    def empty(self, table: str) -> bool:
        """Whether the roster has no record of that table at all."""
        return table in self._memory.empty

    def one(self, table: str, key: str, where: Condition = ALL) -> Row | None:
        """The record with that sourcedId, removed or not, if `where` holds of it."""
        clause, condition = self._clause(table, where)
        sql = f"SELECT {_listed(table)} FROM {self._place.name(table)} AS t0 WHERE {condition} AND {_KEY} = {clause.place(key)}"
        found = self._run(sql, clause.parameters)
        return found[0] if found else None

    def total(self, selection: Selection) -> int:
        """How many records are selected. Counted once per revision at most."""
        if selection.where in _WHOLE:
            return self._blocks(selection.table, selection.where).total
        asked = (selection.table, selection.where)
        if asked not in self._memory.totals:
            clause, condition = self._clause(*asked)
            (count,) = self._run(
                f"SELECT count(*) FROM {self._place.name(selection.table)} AS t0 WHERE {condition}", clause.parameters
            )[0]
            if len(self._memory.totals) >= REMEMBERED:
                self._memory.totals.clear()
            self._memory.totals[asked] = count
        return self._memory.totals[asked]

    def counted(self, selection: Selection) -> bool:
        """Whether the total of a selection costs nothing: known, or kept by the commits."""
        return selection.where in _WHOLE or (selection.table, selection.where) in self._memory.totals

    def page(self, selection: Selection, limit: int, offset: int) -> list[Row]:
        """The records from `offset` (from 0) on, at most `limit`."""
        if selection.sort is not None:
            return self._sorted(selection, limit, offset)
        after, skip = self._begin(selection, offset)
        clause, condition = self._clause(selection.table, selection.where)
        rows = self._run(
            f"SELECT {_listed(selection.table)}, t0.id FROM {self._place.name(selection.table)} AS t0"
            f" WHERE {condition} AND t0.id > {clause.place(after)}"
            f" ORDER BY t0.id LIMIT {clause.place(limit)} OFFSET {clause.place(skip)}",
            clause.parameters,
        )
        if len(rows) == limit:
            self._memory.ends[(selection, offset + limit)] = rows[-1][-1]
            if len(self._memory.ends) > REMEMBERED:
                self._memory.ends.popitem(last=False)
        return [row[:-1] for row in rows]

    def linked(self, table: str, column: str, keys: Sequence[str]) -> list[Row]:
        """The active records of `table` whose `column` is one of a page's `keys`, in the order of their ids."""
        if self.empty(table) or not keys:
            return []
        place = "?" if self._place.dialect == "sqlite" else "%s"
        places = ", ".join([place] * len(keys))
        return self._run(
            f"SELECT {_listed(table)} FROM {self._place.name(table)} AS t0"
            f" WHERE t0.{quoted(column)} IN ({places}) AND t0.status = 'active' ORDER BY t0.id",
            keys,
        )

    def _clause(self, table: str, where: Condition) -> tuple[Clause, str]:
        clause = Clause(self._place.dialect, self._place.name, self._link)
        return clause, clause.write(table, simplified(where, self._memory.empty))

    def _link(self, table: str, column: str) -> str:
        return self._place.name(next(link.name for link in links(table) if link.column == column))

    def _sorted(self, selection: Selection, limit: int, offset: int) -> list[Row]:
        clause, condition = self._clause(selection.table, selection.where)
        by = f"t0.{quoted(selection.sort or 'id')}" + (' COLLATE "C"' if self._place.dialect == "postgresql" else "")
        order = "DESC" if selection.descending else "ASC"
        return self._run(
            f"SELECT {_listed(selection.table)} FROM {self._place.name(selection.table)} AS t0 WHERE {condition}"
            f" ORDER BY t0.{quoted(selection.sort or 'id')} IS NULL, {by} {order}, t0.id"
            f" LIMIT {clause.place(limit)} OFFSET {clause.place(offset)}",
            clause.parameters,
        )

    def _begin(self, selection: Selection, offset: int) -> tuple[int, int]:
        """After which id a page begins, and how many records are still to be skipped from there."""
        if offset == 0:
            return -1, 0
        known = self._memory.ends.get((selection, offset))
        if known is not None:
            return known, 0
        if selection.where in _WHOLE:
            return self._blocks(selection.table, selection.where).begin(offset)
        return -1, offset

    def _blocks(self, table: str, where: Condition) -> _Blocks:
        """The block counts of a whole selection."""
        if (table, where) not in self._memory.blocks:
            place = "?" if self._place.dialect == "sqlite" else "%s"
            told = " + ".join(_WHOLE[where])
            sql = f'SELECT block, {told} FROM {self._place.name("block")} WHERE "table" = {place} ORDER BY block'
            rows = self._run(sql, (table,))
            counts = [int(count) for _, count in rows]
            firsts = [int(number) << BLOCK_BITS for number, _ in rows]
            self._memory.blocks[(table, where)] = _Blocks(firsts, list(accumulate(counts, initial=0))[:-1], counts)
        return self._memory.blocks[(table, where)]


_KEY = 't0."sourcedId"'


@cache
def _listed(table: str) -> str:
    return ", ".join([f"t0.{quoted(c)}" for c in stored_columns(catalogue()[table])])


assert LINKS  # link tables exist for every list column that a selection can name
