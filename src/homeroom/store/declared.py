"""Datasets that layout sets declared, as a district's store knows them: their tables are made by the commit that first fills them.

The tables of the catalogue are in every store. One of these is in a store only once it has had rows there, together with
its declaration; both grow with later declarations (`homeroom.roster.datasets`) and never shrink.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.schema import CreateIndex, CreateTable

from homeroom.roster.catalogue import Catalogue, Table, catalogue
from homeroom.roster.datasets import agreed, as_values, from_values
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.roster.words import in_a_row
from homeroom.store.district_tables import dataset
from homeroom.store.places import Place
from homeroom.store.roster_tables import own_table
from homeroom.store.upsert import put


def known(place: Place) -> dict[str, Table]:
    """The declared datasets of a store, by name."""
    with place.read() as connection:
        return known_in(connection)


def book(place: Place) -> Catalogue:
    """Every table of a store: the catalogue with what was declared here."""
    return catalogue().joined(known(place).values())


def table(place: Place, name: str) -> Table:
    """One table of a store. Raises Misuse for an unknown one. Costs a query only where it is not in the catalogue."""
    if name in catalogue().tables:
        return catalogue()[name]
    everything = book(place)
    if name not in everything.tables:
        raise Misuse("there is no table {name!r}; the tables are: {tables}.", name=name, tables=in_a_row(everything.tables))
    return everything[name]


def found(place: Place, name: str) -> Table | None:
    """One table of a store, or None for a dataset that has no rows here yet."""
    return catalogue()[name] if name in catalogue().tables else known(place).get(name)


def agree(place: Place, declared: Sequence[Table]) -> tuple[Table, ...]:
    """Tonight's declarations as they may be walked. Raises Refused("dataset_changed"); see `homeroom.roster.datasets`."""
    before = known(place) if declared else {}
    return tuple(agreed(before.get(each.name), each) for each in declared)


def declare(connection: Connection, place: Place, tables: Iterable[Table]) -> None:
    """Make the tables that are declared for the first time, and the columns that are new; remember the declarations.

    Runs in the transaction that writes the rows. Tables of the catalogue are there already.
    """
    before = known_in(connection)
    for each in tables:
        if each.name not in catalogue().tables:
            if each.name not in before:
                make(connection, each)
            else:
                _widen(connection, place, before[each.name], each)
            remember(connection, each)


def make(connection: Connection, each: Table) -> None:
    """Make a dataset's table and its indexes, where the connection stands."""
    made = own_table(each)
    connection.execute(CreateTable(made))
    for index in sorted(made.indexes, key=lambda i: str(i.name)):
        connection.execute(CreateIndex(index))


def remember(connection: Connection, each: Table) -> None:
    """Keep a dataset's declaration."""
    told = {"declared": json.dumps(as_values(each), ensure_ascii=False)}
    put(connection, dataset, {"name": each.name}, told, told)


def _widen(connection: Connection, place: Place, before: Table, each: Table) -> None:
    for column in each.columns:
        if column not in before.columns:
            connection.exec_driver_sql(f"ALTER TABLE {place.name(each.name)} ADD COLUMN {quoted(column)} TEXT")


def known_in(connection: Connection) -> dict[str, Table]:
    """The same, where a connection stands already."""
    rows = connection.execute(select(dataset.c.name, dataset.c.declared).order_by(dataset.c.name))
    return {name: from_values(name, json.loads(declared)) for name, declared in rows}
