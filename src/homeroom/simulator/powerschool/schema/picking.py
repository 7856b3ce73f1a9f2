"""What a caller's body and parameters do to the rows of a PowerQuery: `$q`, `projection`, `order`, `$dataversion`.

These work on the rows that the query gave, by alias: `$q` is a filter without "or", `order` replaces the query's own order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from homeroom.simulator.powerschool.calls import Trouble
from homeroom.simulator.powerschool.filters import CONDITION
from homeroom.simulator.powerschool.schema.named import Named
from homeroom.simulator.powerschool.tables import TABLES

Row = tuple[Any, ...]
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=gt=": lambda a, b: a > b,
    "=ge=": lambda a, b: a >= b,
    "=lt=": lambda a, b: a < b,
    "=le=": lambda a, b: a <= b,
}


def index(query: Named, name: str) -> int:
    """The place of a column by its alias, with or without its table. Raises Trouble 400."""
    table, _, key = name.strip().lower().rpartition(".")
    for number, (_, alias) in enumerate(query.columns):
        owner, own = query.place(alias)
        if own == key and table in ("", owner):
            return number
    raise Trouble(400, f"Invalid field {name}")


def filtered(query: Named, q: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that `$q` lets through."""
    if not q:
        raise Trouble(400, "The $q parameter may not be empty")
    tests = []
    for part in filter(None, (p.strip() for p in q.split(";"))):
        match = CONDITION.fullmatch(part)
        if match is None or match["value"].startswith("("):
            raise Trouble(400, f"Invalid query expression: {part}")
        tests.append((index(query, match["field"]), match["sign"], match["value"].strip()))
    return (row for row in rows if all(_holds(row[at], sign, value) for at, sign, value in tests))


def _holds(cell: Any, sign: str, value: str) -> bool:
    if value == "\0":
        return sign == "==" and cell is None
    if cell is None:
        return False
    if isinstance(cell, int | float) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        number = float(value)
        return cell == number if sign == "==" else TESTS[sign](cell, number)
    if sign == "==":
        return fnmatchcase(str(cell), value.replace("[", "[[]").replace("?", "[?]"))
    return TESTS[sign](str(cell), value)


def ordered(query: Named, order: str, rows: Iterable[Row]) -> list[Row]:
    """The rows in the order `table.col[;asc|;desc],...`; blanks last, as Oracle has them."""
    found = list(rows)
    for part in reversed([p for p in order.split(",") if p.strip()]):
        name, _, way = part.partition(";")
        at = index(query, name)
        found.sort(key=lambda row, at=at: (row[at] is None, row[at] if row[at] is not None else 0), reverse=way.lower() == "desc")  # type: ignore[misc]
    return found


def projected(query: Named, projection: str) -> list[int]:
    """The places of the columns that `table.col;table.*` names, in the query's order."""
    wanted: set[int] = set()
    for word in filter(None, (w.strip().lower() for w in projection.split(";"))):
        if word.endswith("*"):
            table = word.rpartition(".")[0]
            wanted |= {n for n, (_, alias) in enumerate(query.columns) if table in ("", query.place(alias)[0])}
        else:
            wanted.add(index(query, word))
    return sorted(wanted)


def changed(query: Named, since: Mapping[str, set[int]], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of which a selected key changed. A letter before the number (`S1201`) is passed over.

    In a UNION one column holds keys of several tables; there a key counts as changed when any table of the query has it so.
    """
    words = set(re.findall(r"\w+", query.sql.lower()))
    mixed = {key for table, keys in since.items() if table in words for key in keys} if "union" in words else set()
    keys = []
    for number, (real, _) in enumerate(query.columns):
        table, _, field = real.lower().partition(".")
        if TABLES[table].primary.key == field or field == "dcid":
            keys.append((number, since.get(table, set()) | mixed))
    return (row for row in rows if any(_number(row[at]) in found for at, found in keys))


def _number(cell: Any) -> int | None:
    digits = re.search(r"\d+$", str(cell))
    return int(digits[0]) if digits else None
