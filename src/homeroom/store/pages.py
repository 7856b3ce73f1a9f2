"""Reading the roster: counts, single records, pages at any offset, whole tables one after the other.

A page at an offset does not count rows from the beginning. Every commit keeps, per table, how many records lie in each block
of 1,024 ids; their running sum says in which block an offset falls, and only that block is counted through.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from threading import Lock
from typing import Any, cast

from sqlalchemy import func, select, text

from homeroom.roster.catalogue import Format, catalogue
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.store import declared
from homeroom.store.delta import BLOCK_BITS
from homeroom.store.district_tables import block, revision, tally
from homeroom.store.places import Place
from homeroom.store.roster_tables import links, stored_columns
from homeroom.store.sqlite_file import SqliteFile

Cells = tuple[str | int | None, ...]
"""A stored record: the values of `columns_of` in order."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Records of a table by status."""

    active: int
    tobedeleted: int


@dataclass(frozen=True, slots=True)
class Where:
    """A record's column holds one of these values; for a list of references: the list names one of them."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order of id. `total` counts all that match; `revision` is the state that was read."""

    columns: tuple[str, ...]
    rows: list[Cells]
    total: int
    revision: int


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Where the records of one status lie: block numbers, and the running sum of records up to the end of each."""

    numbers: list[int]
    sums: list[int]

    @property
    def total(self) -> int:
        return self.sums[-1] if self.sums else 0

    def find(self, offset: int) -> tuple[int, int]:
        """The first id of the block that holds the record at an offset, and how many to skip from there."""
        at = bisect_right(self.sums, offset)
        if at == len(self.sums):
            return 1 << 62, 0
        return self.numbers[at] << BLOCK_BITS, offset - (self.sums[at - 1] if at else 0)


class Pages:
    """Pages of one district's roster. Keeps the block counts of the present revision in memory. Thread safe."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._guard = Lock()
        self._revision = -1
        self._blocks: dict[tuple[str, str | None], _Blocks] = {}

    def counts(self) -> dict[str, Counts]:
        """See RosterStore."""
        sums = select(block.c.table, func.sum(block.c.active), func.sum(block.c.removed)).group_by(block.c.table)
        with self._place.read() as connection:
            found = {row[0]: Counts(int(row[1]), int(row[2])) for row in connection.execute(sums)}
        own = sorted(set(found) - set(catalogue().tables))
        return {name: found[name] for name in (*catalogue().tables, *own) if name in found}

    def total(self, table: str, status: str | None) -> int:
        """See RosterStore."""
        with self._place.glance() as cursor:
            return self._of(cursor, _present(cursor, self._place), table, status).total

    def page(
        self,
        table: str,
        limit: int,
        *,
        offset: int,
        after: int | None,
        status: str | None,
        where: Sequence[Where],
        columns: tuple[str, ...] | None,
    ) -> Page:
        """See RosterStore."""
        columns = columns or columns_of(self._place, table)
        with self._place.glance() as cursor:
            present = _present(cursor, self._place)
            conditions, values = conditions_of(self._place, table, status, where)
            if where:
                total = _count(cursor, self._place, table, conditions, values)
            else:
                blocks = self._of(cursor, present, table, status)
                total = blocks.total
                if offset and after is None:
                    first, offset = blocks.find(offset)
                    conditions, values = [*conditions, "t.id >= ?"], [*values, first]
            if after is not None:
                conditions, values = [*conditions, "t.id > ?"], [*values, after]
            query = f"{_select(self._place, table, columns)}{_filter(conditions)} ORDER BY t.id LIMIT ? OFFSET ?"
            return Page(columns, _all(self._place, cursor, query, [*values, limit, offset]), total, present)

    def _of(self, cursor: Any, present: int, table: str, status: str | None) -> _Blocks:
        """The blocks of a table at the present revision."""
        key = (table, status)
        with self._guard:
            if self._revision == present and key in self._blocks:
                return self._blocks[key]
        query = f'SELECT block, active, removed FROM {self._place.name("block")} WHERE "table" = ? ORDER BY block'
        rows = _all(self._place, cursor, query, [table])
        numbers = [int(row[0] or 0) for row in rows]
        made = {each: _Blocks(numbers, list(accumulate(count(r) for r in rows))) for each, count in _COUNTED.items()}
        with self._guard:
            if self._revision != present:
                self._blocks.clear()
                self._revision = present
            self._blocks.update({(table, each): blocks for each, blocks in made.items()})
        return made[status]


_COUNTED: dict[str | None, Any] = {None: lambda r: r[1] + r[2], "active": lambda r: r[1], "tobedeleted": lambda r: r[2]}


def one(place: Place, table: str, sourced_id: str) -> dict[str, str | int | None] | None:
    """See RosterStore."""
    columns = columns_of(place, table)
    with place.glance() as cursor:
        found = _all(place, cursor, f'{_select(place, table, columns)} WHERE t."sourcedId" = ?', [sourced_id])
    return dict(zip(columns, found[0], strict=True)) if found else None


def rows(
    place: Place, table: str, *, status: str | None = None, since: int | None = None, where: Sequence[Where] = ()
) -> Iterator[Cells]:
    """See RosterStore."""
    columns = columns_of(place, table)
    conditions, values = conditions_of(place, table, status, where)
    with place.read() as connection:
        first = connection.execute(select(func.min(revision.c.number))).scalar()
        if since is not None and first is not None and since >= first:  # the first revision wrote no changes: it is all rows
            if table == "users":  # a user changes too when only the roles do, and of that the changes of users say nothing
                conditions, values = [*conditions, "t.last_revision > ?"], [*values, since]
            else:
                changed = f'SELECT "sourcedId" FROM {place.name("change")} WHERE "table" = ? AND revision > ?'
                conditions, values = [*conditions, f't."sourcedId" IN ({changed})'], [*values, table, since]
        query = f"{_select(place, table, columns)}{_filter(conditions)} ORDER BY t.id"
        streaming = connection.execution_options(stream_results=True, max_row_buffer=2000)
        for row in streaming.exec_driver_sql(_spelled(place, query), tuple(values)):
            yield tuple(row)


def active_counts(place: Place, source: int) -> dict[str, dict[str | None, int]]:
    """See RosterStore."""
    found: dict[str, dict[str | None, int]] = {}
    asked = select(tally.c.table, tally.c.school, tally.c.active).where(tally.c.source == source, tally.c.active > 0)
    with place.read() as connection:
        for table, school, active in connection.execute(asked):
            found.setdefault(table, {})[school or None] = active
    return found


def bearing(place: Place, source: int, table: str, member: str) -> int:
    """See RosterStore."""
    asked = text(
        f"SELECT count(*) FROM {place.name(table)} WHERE status = 'active' AND from_source = :source AND metadata LIKE :member"
    )
    with place.read() as connection:
        return int(connection.execute(asked, {"source": source, "member": f'%"{member}":%'}).scalar_one())


def conditions_of(place: Place, table: str, status: str | None, where: Sequence[Where]) -> tuple[list[str], list[Any]]:
    """SQL conditions and their values. Raises Misuse for a column that the table does not have."""
    conditions, values = [], list[Any]()
    if status is not None:
        conditions.append("t.status = ?")
        values.append(status)
    by_column = {link.column: link.name for link in links(table)}
    for each in where:
        places = ", ".join("?" for _ in each.values)
        if each.column in by_column:
            conditions.append(f"t.id IN (SELECT owner FROM {place.name(by_column[each.column])} WHERE target IN ({places}))")
        else:
            _check_column(place, table, each.column)
            conditions.append(f"t.{quoted(each.column)} IN ({places})")
        values.extend(each.values)
    return conditions, values


def _check_column(place: Place, table: str, column: str) -> None:
    names = {f.name for f in declared.table(place, table).model if f.format is not Format.LIST_GUID_REF} | {"status"}
    if column not in names:
        raise Misuse("{table} has no column {column}.", table=table, column=column)


def _select(place: Place, table: str, columns: tuple[str, ...]) -> str:
    return _select_from(place.name(table), columns)


@cache
def _select_from(name: str, columns: tuple[str, ...]) -> str:
    return f"SELECT {', '.join(f't.{quoted(c)}' for c in columns)} FROM {name} t"


def columns_of(place: Place, table: str) -> tuple[str, ...]:
    """All stored columns of a table, in the order in which records come."""
    return _columns_of(table) if table in catalogue().tables else stored_columns(declared.table(place, table))


@cache
def _columns_of(table: str) -> tuple[str, ...]:
    return stored_columns(catalogue()[table])


def _filter(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _present(cursor: Any, place: Place) -> int:
    return int(_all(place, cursor, f"SELECT coalesce(max(number), 0) FROM {place.name('revision')}", [])[0][0] or 0)


def _count(cursor: Any, place: Place, table: str, conditions: Sequence[str], values: Sequence[Any]) -> int:
    return int(_all(place, cursor, f"SELECT count(*) FROM {place.name(table)} t{_filter(conditions)}", values)[0][0] or 0)


def _all(place: Place, cursor: Any, query: str, values: Sequence[Any]) -> list[Cells]:
    """All rows as the driver's plain tuples: pages are read thousands of times a second."""
    cursor.execute(_spelled(place, query), tuple(values))
    return cast(list[Cells], cursor.fetchall())


def _spelled(place: Place, query: str) -> str:
    """A query with the driver's own placeholders."""
    return query if isinstance(place, SqliteFile) else query.replace("?", "%s")
