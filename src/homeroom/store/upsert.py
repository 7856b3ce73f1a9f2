"""Insert a row or update the one that is there: the same statement on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def put(connection: Connection, table: Table, key: Mapping[str, Any], first: Mapping[str, Any], again: Mapping[str, Any]) -> None:
    """Insert `key` with `first`, or give the row that has this key the values `again`. `key` must be unique in the table."""
    made = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    made = made.values({**key, **first})
    connection.execute(made.on_conflict_do_update(index_elements=[table.c[k] for k in key], set_=dict(again)))
