"""The roster's tables, made from the catalogue: nothing about a table is written twice.

Every record has, around its model columns, what Homeroom knows of it. The record's source is called `from_source` because
two OneRoster tables have a column `source` of their own.

Lists of references (orgs and agents of a user, terms of a class) are kept as text in the row and again as link rows
`(target, owner)`. `target` is the text as it was sent, so that a reference to a record that was purged, or that never came,
breaks nothing; `owner` is the row's `id`. The row itself answers the other direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, Text
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from homeroom.roster.catalogue import Format, Table, catalogue
from homeroom.store.district_tables import WIDE, district

BEFORE = ("id", "sourcedId", "status", "dateLastModified")
AFTER = ("from_source", "first_revision", "last_revision", "import", "file", "line", "locked", "body")

_UNASKED = {"schoolYearSourcedId", "primaryOrgSourcedId", "userProfileSourcedId", "scoreScaleSourcedId"}
"""References by which nobody asks for rows; an index on them would only slow the night."""

_ALSO_INDEXED = {"users": ("role",)}


@dataclass(frozen=True, slots=True)
class Link:
    """A link table: `column` of `table` lists records of `target`."""

    name: str
    table: str
    column: str
    target: str


def links(table: str) -> tuple[Link, ...]:
    """The link tables of a roster table, e.g. `users_orgs` and `users_agents`. A set's own dataset has none."""
    if table not in catalogue().tables:
        return ()
    return tuple(
        Link(f"{table}_{f.name.removesuffix('SourcedIds')}s", table, f.name, f.ref or "")
        for f in catalogue()[table].model
        if f.format is Format.LIST_GUID_REF
    )


def indexed(table: Table) -> tuple[str, ...]:
    """The model columns that have an index of their own, beside sourcedId. Of a dataset: the references that every row has."""
    if table.dataset:
        return tuple(f.name for f in table.model if f.format is Format.GUID_REF and f.required)
    references = (f.name for f in table.model if f.format is Format.GUID_REF and f.name not in _UNASKED)
    return (*(name for name in references if name != "sourcedId"), *_ALSO_INDEXED.get(table.name, ()))


def stored_columns(table: Table) -> tuple[str, ...]:
    """All columns of a roster table in the store's order."""
    return (*BEFORE, *table.columns[1:], *AFTER)


_TYPES: dict[str, TypeEngine[Any]] = {
    "from_source": Integer(),
    "first_revision": Integer(),
    "last_revision": Integer(),
    "import": Integer(),
    "file": Integer(),
    "line": WIDE,
}


def _roster_table(table: Table, into: MetaData) -> SqlTable:
    columns: list[Column[Any]] = [Column("id", WIDE, primary_key=True, autoincrement=False)]
    columns += [Column(name, Text, nullable=False) for name in BEFORE[1:]]
    columns += [Column(name, Text) for name in table.columns[1:]]
    columns += [Column(name, _TYPES.get(name, Text())) for name in AFTER]
    made = SqlTable(table.name, into, *columns, postgresql_with={"fillfactor": 85})
    Index(f"{table.name}_sourcedId", made.c.sourcedId, unique=True)
    for name in indexed(table):
        Index(f"{table.name}_by_{name}", made.c[name])
    return made


def own_table(table: Table) -> SqlTable:
    """The SQL table of a dataset that a layout set declares; it belongs to no `MetaData`, since not every district has it."""
    return _roster_table(table, MetaData())


def tables_of(table: Table) -> tuple[SqlTable, ...]:
    """The SQL tables that hold a table's records: its own, and its links."""
    own = ROSTER[table.name] if table.name in ROSTER else own_table(table)
    return (own, *(LINKS[link.name] for link in links(table.name)))


def _link_table(link: Link, into: MetaData) -> SqlTable:
    return SqlTable(
        link.name,
        into,
        Column("target", Text, primary_key=True),
        Column("owner", WIDE, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )


ROSTER = {t.name: _roster_table(t, district) for t in catalogue()}
"""The roster tables by name, in the catalogue's order."""

LINKS = {link.name: _link_table(link, district) for t in catalogue() for link in links(t.name)}
"""The link tables by name."""
