"""Whose row an issue speaks of: the school of the record that has its key, where the walk did not know it itself.

A walk that compares with last night looks only at rows that differ, so the school of a row that was accepted before stands in
the roster alone.
"""

from __future__ import annotations

from sqlalchemy import Connection

from homeroom.roster.catalogue import catalogue
from homeroom.roster.names import quoted, text
from homeroom.store.places import Place

_BY_USER = ("demographics",)
"""Tables whose records belong to the school of the user with the same sourcedId."""


def school_of(table: str) -> tuple[str, str] | None:
    """Where the school of a table's record stands: table and column, both asked by the record's sourcedId."""
    if table == "orgs":
        return "orgs", "sourcedId"
    if table in _BY_USER:
        return "users", "orgSourcedIds"
    column = catalogue()[table].school_column if table in catalogue().tables else None
    return (table, column) if column is not None else None


def fill(connection: Connection, place: Place, number: int) -> None:
    """Write the schools of an import's issues that have none, by their records."""
    issues = place.name("issue")
    asked = f'SELECT DISTINCT "table" FROM {issues} WHERE "import" = {number} AND school IS NULL AND key IS NOT NULL'
    for (table,) in connection.exec_driver_sql(asked).all():
        if (found := school_of(table)) is None:
            continue
        of, column = found
        said = f"SELECT nullif(r.{quoted(column)}, '') FROM {place.name(of)} r WHERE r.\"sourcedId\" = {issues}.key"
        connection.exec_driver_sql(
            f'UPDATE {issues} SET school = ({said}) WHERE "import" = {number} AND "table" = {text(table)} '
            "AND school IS NULL AND key IS NOT NULL"
        )
