"""PowerQueries as a plug-in's file defines them: name, columns with their aliases, arguments, SQL; read and checked."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from homeroom.simulator.powerschool.tables import TABLES

ALIAS = re.compile(r"(?:\w+\.)?\w+")
SHIPPED = ("core", "classtag", "roster")
"""PowerSchool's own, those that seed systems name, and an example of a roster plug-in."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a query; `many` takes a list."""

    name: str
    required: bool
    many: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A named query. `columns` are real fields (`TABLE.FIELD`) with their aliases, as many as the SQL selects, in its order."""

    name: str
    core: str
    flattened: bool
    columns: tuple[tuple[str, str], ...]
    arguments: tuple[Argument, ...]
    sql: str

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Tables and columns on which rights are checked, each once, in lower case."""
        found = [tuple(real.lower().split(".", 1)) for real, _ in self.columns]
        return tuple(dict.fromkeys(found))  # type: ignore[arg-type]

    def place(self, alias: str) -> tuple[str, str]:
        """The table and the key, in lower case, under which a column is answered."""
        table, _, name = alias.rpartition(".")
        return (table or self.core).lower(), name.lower()


class Rejected(ValueError):
    """A plug-in that a server would not enable; `reasons` are sentences."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def read(text: str, *, sound: bool = False) -> dict[str, Named]:
    """The queries of one `named_queries.xml`, by name. Raises Rejected with every reason at once.

    `sound`: they were looked at before, and need not be now, which takes a server a quarter of a second.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 a file that the person who runs the simulator installs
    except ET.ParseError as wrong:
        raise Rejected([f"The query file is no XML: {wrong}."]) from None
    found, reasons = {}, []
    for element in root.iter("query"):
        query = _query(element)
        reasons += [] if sound else [f"{query.name}: {reason}" for reason in _faults(query)]
        found[query.name] = query
    if reasons:
        raise Rejected(reasons)
    return found


def _query(element: ET.Element) -> Named:
    return Named(
        name=element.get("name", ""),
        core=element.get("coreTable", ""),
        flattened=element.get("flattened", "false").lower() == "true",
        columns=tuple((c.get("column", "").strip(), (c.text or "").strip()) for c in element.iter("column")),
        arguments=tuple(
            Argument(
                name=a.get("name", ""),
                required=a.get("required", "false").lower() == "true",
                many=a.get("type", "primitive") == "array",
                default=a.get("default"),
            )
            for a in element.iter("arg")
        ),
        sql=(element.findtext("sql") or "").strip(),
    )


def _faults(query: Named) -> list[str]:
    """What PowerSchool would not enable, in sentences."""
    from homeroom.simulator.powerschool.schema import oracle

    reasons = []
    if query.core and query.core.lower() not in TABLES:
        reasons.append(f"there is no core table {query.core}.")
    aliases = [alias.lower() for _, alias in query.columns]
    for real, alias in query.columns:
        table, _, field = real.partition(".")
        if table.lower() not in TABLES or TABLES[table.lower()].column(field) is None:
            reasons.append(f"the column {real} does not exist.")
        if not ALIAS.fullmatch(alias):
            reasons.append(f"the alias {alias} has other characters than letters, digits and underscores.")
        if aliases.count(alias.lower()) > 1:
            reasons.append(f"the alias {alias} is used twice.")
        if "." not in alias and not query.core:
            reasons.append(f"the alias {alias} names no table, and the query has no core table.")
    if "~(" in query.sql:
        reasons.append("PS-HTML tags may not stand in the SQL.")
    try:
        selected = oracle.columns(query.sql)
    except oracle.NotOracle as wrong:
        return [*reasons, f"the SQL cannot be read: {wrong}"]
    if selected != len(query.columns):
        reasons.append(f"{len(query.columns)} columns are declared and {selected} selected.")
    return reasons


@cache
def shipped() -> Mapping[str, Named]:
    """The queries that are there without any plug-in of the caller's."""
    folder = files(__package__.rpartition(".")[0]).joinpath("shipped")
    found: dict[str, Named] = {}
    for name in SHIPPED:
        found |= read(folder.joinpath(f"{name}.named_queries.xml").read_text(encoding="utf-8"), sound=True)
    return found
