r"""A store as lines of text that either engine reads: what a backup is made of, and how a store gets from one engine to the other.

A line of JSON heads each table: its name, its columns, and of each column whether it is text, a number or a yes-or-no. Its rows follow
as PostgreSQL's COPY writes them in its text format (a tab between cells, `\N` for nothing, backslashes before what would disturb), and
`\.` ends them. So PostgreSQL hands over and takes whole blocks, and SQLite needs a split at a tab.
Source: https://www.postgresql.org/docs/current/sql-copy.html, "File Formats", "Text Format".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Boolean, Connection, Integer, MetaData, Table

from homeroom.roster.names import quoted
from homeroom.store import declared
from homeroom.store.district_tables import dataset, district
from homeroom.store.ferry import driver
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema
from homeroom.store.roster_tables import own_table

END = b"\\."
_ROWS_AT_ONCE = 5_000
_BLOCK = 1 << 18
_ESCAPES = {"\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
_SPECIAL = re.compile(r"[\\\b\f\n\r\t\v]")
_WRITTEN = str.maketrans(_ESCAPES)
_PLAIN = {written[1]: plain for plain, written in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class NotADump(Exception):
    """The lines are not those of a store. They were sealed, so this is a fault of ours and no accident on the way."""


def dumped(place: Place, tables: MetaData) -> Iterator[bytes]:
    """The whole store, as it is at one moment, in blocks of bytes. Writers are not kept waiting."""
    with place.read(alone=True) as connection:
        for table in _tables(connection, tables):
            columns = {column.name: _kind(column.type) for column in table.columns}
            yield json.dumps({"table": table.name, "columns": columns}, ensure_ascii=False).encode() + b"\n"
            listed = ", ".join(map(quoted, columns))
            if isinstance(place, PostgresSchema):
                with driver(connection).cursor().copy(f"COPY {place.name(table.name)} ({listed}) TO STDOUT") as copy:
                    for block in copy:
                        yield bytes(block)
            else:
                yield from _rows(driver(connection), f"SELECT {listed} FROM {place.name(table.name)}", list(columns.values()))
            yield END + b"\n"


def filled(connection: Connection, place: Place, lines: Iterable[bytes]) -> dict[str, int]:
    """Bring the rows of a dump into the empty tables of a store; returns how many by table. `lines` are blocks of any size.

    Runs in the caller's transaction. Tables of datasets that the district declared are made. Raises NotADump.
    """
    counts: dict[str, int] = {}
    feed = _split(lines)
    for head in feed:
        try:
            told = json.loads(head)
            name, columns = str(told["table"]), dict(told["columns"])
        except (ValueError, KeyError, TypeError) as fault:
            raise NotADump("a table has no heading") from fault
        body = _until_the_end(feed, name)
        if isinstance(place, PostgresSchema):
            counts[name] = _copied(connection, place, name, columns, body)
        else:
            counts[name] = _inserted(connection, place, name, columns, body)
        if name == dataset.name:
            for each in declared.known_in(connection).values():
                declared.make(connection, each)
    return counts


def _tables(connection: Connection, tables: MetaData) -> list[Table]:
    """Every table but the stamp, those first that others refer to; of a district those of its own datasets, too."""
    known = [table for table in tables.sorted_tables if table.name != "alembic_version"]
    if tables is district:
        known.remove(dataset)
        own = [own_table(each) for each in declared.known_in(connection).values()]
        known = [dataset, *known, *own]
    return known


def _kind(type_: Any) -> str:
    """t, i or b. There are no others in the stores."""
    if isinstance(type_, Boolean):
        return "b"
    return "i" if isinstance(type_, Integer) else "t"


def _rows(made: Any, query: str, kinds: list[str]) -> Iterator[bytes]:
    """Rows of SQLite as COPY would write them."""
    cursor = made.execute(query)
    write: list[Callable[[Any], str]] = [_yes_or_no if kind == "b" else _cell for kind in kinds]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        lines = ("\t".join([each(value) for each, value in zip(write, row, strict=True)]) for row in rows)
        yield ("\n".join(lines) + "\n").encode()


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    text = value if isinstance(value, str) else str(value)
    return text.translate(_WRITTEN) if _SPECIAL.search(text) else text


def _yes_or_no(value: Any) -> str:
    return r"\N" if value is None else "t" if value else "f"


def _split(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines, without their ends. A line end inside a value is written as two characters, so that every one of these is an end."""
    held = b""
    for block in blocks:
        *whole, held = (held + block).split(b"\n")
        yield from whole
    if held:
        raise NotADump("the last line has no end")


def _until_the_end(feed: Iterator[bytes], table: str) -> Iterator[bytes]:
    for line in feed:
        if line == END:
            return
        yield line
    raise NotADump(f"the rows of {table} have no end")


def _copied(connection: Connection, place: PostgresSchema, name: str, columns: dict[str, str], lines: Iterator[bytes]) -> int:
    listed = ", ".join(map(quoted, columns))
    count = 0
    with driver(connection).cursor().copy(f"COPY {place.name(name)} ({listed}) FROM STDIN") as copy:
        held: list[bytes] = []
        size = 0
        for line in lines:
            count += 1
            held.append(line)
            size += len(line)
            if size > _BLOCK:
                copy.write(b"\n".join(held) + b"\n")
                held, size = [], 0
        if held:
            copy.write(b"\n".join(held) + b"\n")
    for column, kind in columns.items():
        if kind == "i":
            _go_on_counting(connection, place, name, column)
    return count


def _go_on_counting(connection: Connection, place: PostgresSchema, name: str, column: str) -> None:
    """A number that the database gives by itself goes on after the largest that came."""
    made = driver(connection).cursor()
    made.execute("SELECT pg_get_serial_sequence(%s, %s)", (place.name(name), column))
    sequence = made.fetchone()[0]
    if sequence:
        made.execute(f"SELECT setval(%s, max({quoted(column)})) FROM {place.name(name)} HAVING count(*) > 0", (sequence,))


def _inserted(connection: Connection, place: Place, name: str, columns: dict[str, str], lines: Iterator[bytes]) -> int:
    read = [_READ[kind] for kind in columns.values()]
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {place.name(name)} ({', '.join(map(quoted, columns))}) VALUES ({places})"
    made, count = driver(connection), 0

    def values() -> Iterator[list[Any]]:
        nonlocal count
        for line in lines:
            count += 1
            cells = line.decode().split("\t")
            yield [None if cell == r"\N" else each(cell) for each, cell in zip(read, cells, strict=True)]

    made.executemany(statement, values())
    return count


def _text(cell: str) -> str:
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), cell) if "\\" in cell else cell


_READ: dict[str, Callable[[str], Any]] = {"t": _text, "i": int, "b": lambda cell: cell == "t"}
