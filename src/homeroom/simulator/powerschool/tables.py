"""The tables of the pretend server as data: names as PowerSchool's schema spells them, kinds of columns, what hangs on what.

Facts come from `tables.toml` beside this module; everything that reads, writes, checks or describes a table asks here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "date", "long"]
MARKS: dict[str, Kind] = {"": "text", "#": "number", "@": "date", "~": "long"}
COLUMN = re.compile(r"(?P<name>\w+)(?P<mark>[#@~]?)(?::(?P<length>\d+))?")


class Column(NamedTuple):
    """A column: `name` as the schema spells it; `length` in characters, 0 without a bound."""

    name: str
    kind: Kind
    length: int = 0

    @property
    def key(self) -> str:
        """The name in lower case, as answers write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `kind`: of PowerSchool's own (core), one row beside each row of table `of` (extension), or by itself (standalone)."""

    name: str
    kind: Literal["core", "extension", "standalone"]
    area: str
    columns: tuple[Column, ...]
    of: str = ""
    extensions: str = ""

    @property
    def primary(self) -> Column:
        """The primary key."""
        return self.columns[0]

    @property
    def writable(self) -> bool:
        """Whether rows may be written through `/ws/schema/table`."""
        return self.kind != "core"

    def column(self, name: str) -> Column | None:
        """The column of this name in any case, None where there is none."""
        wanted = name.lower()
        return next((c for c in self.columns if c.key == wanted), None)


def _columns(text: str) -> tuple[Column, ...]:
    found = []
    for word in text.split():
        match = COLUMN.fullmatch(word)
        assert match is not None, word
        found.append(Column(match["name"], MARKS[match["mark"]], int(match["length"] or 0)))
    return tuple(found)


def _read() -> dict[str, Table]:
    facts: Mapping[str, dict[str, str]] = tomllib.loads(files(__package__).joinpath("tables.toml").read_text(encoding="utf-8"))
    return {
        name.lower(): Table(
            name=name,
            kind=fact.get("kind", "core"),  # type: ignore[arg-type]
            area=fact["area"],
            columns=_columns(fact["columns"]),
            of=fact.get("of", ""),
            extensions=fact.get("extensions", ""),
        )
        for name, fact in facts.items()
    }


TABLES: Mapping[str, Table] = _read()
"""By name in lower case."""
VIEWS = frozenset({"teachers"})
"""What queries may read and `/ws/schema/table` answers with 405."""


def extensions_of(table: str) -> tuple[Table, ...]:
    """The extension tables that hang on a core table."""
    return tuple(t for t in TABLES.values() if t.kind == "extension" and t.of.lower() == table.lower())
