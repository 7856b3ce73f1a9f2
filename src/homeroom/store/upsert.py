"""Insert a row or update the one that is there: the same statement on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table


def inserting(connection: Connection, table: Table) -> Any:
    """The engine's own INSERT, which knows ON CONFLICT. Only the engine that is used is loaded."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(table)


def put(connection: Connection, table: Table, key: Mapping[str, Any], first: Mapping[str, Any], again: Mapping[str, Any]) -> None:
    """Insert `key` with `first`, or give the row that has this key the values `again`. `key` must be unique in the table."""
    made = inserting(connection, table).values({**key, **first})
    connection.execute(made.on_conflict_do_update(index_elements=[table.c[k] for k in key], set_=dict(again)))
