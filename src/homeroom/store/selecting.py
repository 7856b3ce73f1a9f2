"""Selections as SQL, for both engines: `homeroom.roster.selection` in, a WHERE clause and its parameters out.

A condition on another table starts from its narrow side. Where it names an id (the enrollments of one class) it becomes
`IN (SELECT ...)`: those few rows first, then the records by their unique index. Where it names none (everybody who has the
role student) it becomes `EXISTS`: a page walks the records in order and stops after a hundred. Values are always parameters,
names always quoted; a column that the table does not have raises KeyError, which is a bug of the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from homeroom.roster.catalogue import Format, catalogue
from homeroom.roster.names import quoted
from homeroom.roster.selection import (
    ALL,
    Both,
    Compare,
    Condition,
    Contains,
    Either,
    Extension,
    HasItem,
    Linked,
    ListedBy,
    Lists,
    Not,
    OneOf,
)

Dialect = str
"""sqlite or postgresql."""
NEVER = Either(())


def simplified(condition: Condition, empty: Collection[str]) -> Condition:
    """The same condition without what asks tables that hold nothing, so that the engines can use their indexes."""
    match condition:
        case Linked(table, _, _) | ListedBy(table, _, _) if table in empty:
            return NEVER
        case Both(parts):
            kept = tuple(k for p in parts if (k := simplified(p, empty)) != ALL)
            return NEVER if NEVER in kept else kept[0] if len(kept) == 1 else Both(kept)
        case Either(parts):
            kept = tuple(k for p in parts if (k := simplified(p, empty)) != NEVER)
            return kept[0] if len(kept) == 1 else Either(kept)
        case Not(part):
            return Not(simplified(part, empty))
    return condition


@dataclass(slots=True)
class Clause:
    """Writes the WHERE clause of one query. `parameters` fill its places in order.

    `name` gives a table's qualified name, `link` that of the link table of a list column.
    """

    dialect: Dialect
    name: Callable[[str], str]
    link: Callable[[str, str], str]
    parameters: list[str | float] = field(default_factory=list)

    def place(self, value: str | float) -> str:
        """A place for a value."""
        self.parameters.append(value)
        return "?" if self.dialect == "sqlite" else "%s"

    def write(self, table: str, condition: Condition, level: int = 0) -> str:
        """The condition over `table`, whose rows are called t0; inner tables are t1, t2, ..."""
        match condition:
            case Both(parts):
                return " AND ".join([self.write(table, p, level) for p in parts]) or "1 = 1"
            case Either(parts):
                return "(" + (" OR ".join([self.write(table, p, level) for p in parts]) or "1 = 0") + ")"
            case Not(part):
                return f"NOT coalesce(({self.write(table, part, level)}), 1 = 0)"
            case Compare(column, operator, value):
                return self._compare(table, column, operator, value, level)
            case OneOf(column, values):
                return f"{_cell(table, column, level)} IN ({', '.join([self.place(v) for v in values])})"
            case Contains(column, text):
                return self._contains(_cell(table, column, level), text)
            case HasItem(column, item):
                return self._contains(f"',' || replace({_cell(table, column, level)}, ', ', ',') || ','", f",{item},")
            case Extension(name, operator, value):
                return self._extension(name, operator, value, level)
            case Lists(column, where):
                return self._lists(table, column, where, level)
            case Linked(other, column, where):
                return self._linked(other, column, where, level)
            case ListedBy(other, column, where):
                inner = f"SELECT t{level + 1}.id FROM {self._from(other, level + 1)} AND {self.write(other, where, level + 1)}"
                return f"{_key(level)} IN (SELECT target FROM {self.link(other, column)} WHERE owner IN ({inner}))"

    def _compare(self, table: str, column: str, operator: str, value: str, level: int) -> str:
        kind, cell = catalogue()[table].field(column).format, _cell(table, column, level)
        if kind in (Format.FLOAT, Format.INTEGER):
            sides = f"CAST({cell} AS DOUBLE PRECISION) {_sql(operator)} {self.place(float(value))}"
        elif kind is Format.STRING:
            sides = f"lower({cell}) {_sql(operator)} lower({self.place(value)})"
        else:
            sides = f"{cell} {_sql(operator)} {self.place(value)}"
        return f"({sides} OR {cell} IS NULL)" if operator == "!=" else sides

    def _contains(self, cell: str, text: str) -> str:
        pattern = "%" + text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
        return f"lower({cell}) LIKE lower({self.place(pattern)}) ESCAPE '!'"

    def _extension(self, name: str, operator: str, value: str, level: int) -> str:
        if self.dialect == "sqlite":
            cell = f"CAST(json_extract(t{level}.metadata, {self.place('$.' + quoted(name))}) AS TEXT)"
        else:
            cell = f"(CAST(t{level}.metadata AS json) ->> {self.place(name)})"
        sides = f"{cell} {_sql(operator)} {self.place(value)}"
        return f"coalesce(({sides}), 1 = 1)" if operator == "!=" else sides

    def _lists(self, table: str, column: str, where: Condition, level: int) -> str:
        owners = f"t{level}.id IN (SELECT owner FROM {self.link(table, column)} WHERE target"
        if isinstance(where, Compare) and (where.column, where.operator) == ("sourcedId", "="):
            return f"{owners} = {self.place(where.value)})"
        target = catalogue()[table].field(column).ref or ""
        inner = f"SELECT {_key(level + 1)} FROM {self.name(target)} AS t{level + 1} WHERE {self.write(target, where, level + 1)}"
        return f"{owners} IN ({inner}))"

    def _linked(self, other: str, column: str, where: Condition, level: int) -> str:
        cell, rows = _cell(other, column, level + 1), self._from(other, level + 1)
        if _narrow(other, where):
            return f"{_key(level)} IN (SELECT {cell} FROM {rows} AND {self.write(other, where, level + 1)})"
        return f"EXISTS (SELECT 1 FROM {rows} AND {cell} = {_key(level)} AND {self.write(other, where, level + 1)})"

    def _from(self, table: str, level: int) -> str:
        return f"{self.name(table)} AS t{level} WHERE t{level}.status = 'active'"


def _narrow(table: str, condition: Condition) -> bool:
    """Whether a condition names a record by id in a reference column, so that few rows can meet it."""
    match condition:
        case Compare(column, "=", _):
            return catalogue()[table].field(column).format is Format.GUID_REF
        case Both(parts):
            return any(_narrow(table, p) for p in parts)
    return False


def _sql(operator: str) -> str:
    return "<>" if operator == "!=" else operator


def _key(level: int) -> str:
    return f't{level}."sourcedId"'


def _cell(table: str, column: str, level: int) -> str:
    catalogue()[table].field(column)
    return f"t{level}.{quoted(column)}"
