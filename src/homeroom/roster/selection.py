"""What a reader asks of a roster, as values: which records of which table, in which order, from where, how many.

Doors make selections (from paths and filters), the store answers them. Neither knows the other's language. Columns are those
of the catalogue with `status`, `dateLastModified`; everything is frozen and hashable, so that totals can be remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """A column against a value.

    Free text compares without regard to case; ids, code words, dates and moments exactly; numbers as numbers. `!=` includes
    blanks, every other operator leaves them out.
    """

    column: str
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A column holds one of these words, exactly."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """A column's text contains this text, without regard to case."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class HasItem:
    """A list column of texts has this item."""

    column: str
    item: str


@dataclass(frozen=True, slots=True)
class Lists:
    """A list column of references names a record of which `where` holds; for one id: `Compare("sourcedId", "=", id)`."""

    column: str
    where: Condition


@dataclass(frozen=True, slots=True)
class Linked:
    """An active record of `table` names this record in its reference column `column`, and `where` holds of it."""

    table: str
    column: str
    where: Condition


@dataclass(frozen=True, slots=True)
class ListedBy:
    """An active record of `table` names this record in its list column `column`, and `where` holds of it."""

    table: str
    column: str
    where: Condition


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension column, by its name without `metadata.`, against a text."""

    name: str
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds. Without parts: always."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds. Without parts: never."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Compare | OneOf | Contains | HasItem | Lists | Linked | ListedBy | Extension | Both | Either | Not
ALL = Both()


@dataclass(frozen=True, slots=True)
class Selection:
    """Records of a table of which `where` holds.

    Order: `sort` (a column) if given, then always the order in which the records first came, so that pages never overlap and
    new records come last.
    """

    table: str
    where: Condition = ALL
    sort: str | None = None
    descending: bool = False
