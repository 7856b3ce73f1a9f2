"""The filter language of `q`: conditions joined by `;`, with `==`, `=gt=`, `=ge=`, `=lt=`, `=le=`, `*` as a wildcard in text.

`field==(A,P)` means any of these. Only comparisons with one value or `==` with several are known; there is no "or" and no "not".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from homeroom.simulator.powerschool.calls import Trouble
from homeroom.simulator.powerschool.database import Value

CONDITION = re.compile(r"(?P<field>[\w.$]+)\s*(?P<sign>==|=gt=|=ge=|=lt=|=le=)\s*(?P<value>.*)", re.DOTALL)
SIGNS = {"==": "=", "=gt=": ">", "=ge=": ">=", "=lt=": "<", "=le=": "<="}
STATUS_LETTERS = {"A": "= 0", "P": "= -1", "T": "= 2", "G": "= 3", "H": "= 4", "I": "NOT IN (0, -1, 2, 3, 4)"}


@dataclass(frozen=True, slots=True)
class Field:
    """Something that may be compared: `sql` is a column or expression, `name` what messages call it."""

    name: str
    sql: str
    kind: Literal["text", "number", "date", "status", "long"] = "text"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL with its values; `names` are the fields that it uses."""

    sql: str = "1"
    values: tuple[Value, ...] = ()
    names: tuple[str, ...] = ()

    def also(self, sql: str, *values: Value) -> Where:
        """This and another condition."""
        return Where(f"{self.sql} AND {sql}", (*self.values, *values), self.names)


def fields(text: str) -> dict[str, Field]:
    """Fields written as `path=sql:kind`, one a line; without a kind it is text."""
    found = {}
    for line in text.split():
        path, _, rest = line.partition("=")
        sql, _, kind = rest.partition(":")
        found[path] = Field(path, sql, kind or "text")  # type: ignore[arg-type]
    return found


def read(q: str, known: Callable[[str], Field | None] | Mapping[str, Field]) -> Where:
    """`q` as SQL. Raises Trouble 400 with the server's own words for a wrong field, sign or value."""
    look = known.get if isinstance(known, Mapping) else known
    where = Where()
    names: list[str] = []
    for part in _parts(q):
        match = CONDITION.fullmatch(part)
        if match is None:
            raise Trouble(400, f"Invalid query expression: {part}")
        field = look(match["field"].lower())
        if field is None:
            raise Trouble(400, f"Invalid field {match['field']}")
        sql, values = _condition(field, match["sign"], match["value"].strip())
        names.append(field.name)
        where = where.also(sql, *values)
    return Where(where.sql, where.values, tuple(names))


def _parts(q: str) -> list[str]:
    """The conditions; a semicolon within quotes parts nothing."""
    return [p.strip() for p in re.findall(r'(?:"[^"]*"|[^;"])+', q) if p.strip()]


def _condition(field: Field, sign: str, value: str) -> tuple[str, list[Value]]:
    if field.kind == "long":
        raise Trouble(400, "Querying not supported against clob or blob field types")
    if sign == "==" and value.startswith("(") and value.endswith(")"):
        ways = [_condition(field, sign, v.strip()) for v in value[1:-1].split(",") if v.strip()]
        if not ways:
            raise Trouble(400, f"Invalid value list for field {field.name}")
        return f"({' OR '.join(sql for sql, _ in ways)})", [v for _, found in ways for v in found]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if field.kind == "status":
        if sign != "==" or value.upper() not in STATUS_LETTERS:
            raise Trouble(400, f"Invalid value '{value}' passed for field {field.name}")
        return f"{field.sql} {STATUS_LETTERS[value.upper()]}", []
    if field.kind == "number":
        return f"{field.sql} {SIGNS[sign]} ?", [_number(field, value)]
    if field.kind == "date":
        return f"{field.sql} {SIGNS[sign]} ?", [_date(field, value)]
    if sign == "==" and "*" in value:
        pattern = value.replace("[", "[[]").replace("?", "[?]")
        return f"{field.sql} GLOB ?", [pattern]
    return f"{field.sql} {SIGNS[sign]} ?", [value]


def _number(field: Field, value: str) -> Value:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]+)?", value):
        raise Trouble(400, f"Invalid number '{value}' passed for comparison to number field {field.name}")
    return float(value) if "." in value else int(value)


def _date(field: Field, value: str) -> str:
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        raise Trouble(400, f"Invalid date '{value}' passed for comparison to date field {field.name}") from None
