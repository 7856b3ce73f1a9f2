"""Where a store's tables lie: a SQLite file, or a schema of PostgreSQL. Both answer to the same words."""

from __future__ import annotations

from homeroom.store.postgres_schema import PostgresSchema
from homeroom.store.sqlite_file import SqliteFile

Place = SqliteFile | PostgresSchema
