"""The audit as a chain: each row's hash covers the row and the hash before, so that none can be changed, taken out or put between.

The database itself refuses to change or delete a row (`enforce`), so that neither a slip of ours nor a hurried hand at the database can.
"""

from __future__ import annotations

import hashlib
import json

from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema

START = "0" * 64
"""What the first row is chained to."""

_SQLITE = """CREATE TRIGGER IF NOT EXISTS audit_no_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"""
# INSERT OR REPLACE puts a row in the place of another without a DELETE that the triggers above would hear of.
_SQLITE_PLACE = """CREATE TRIGGER IF NOT EXISTS audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"""

_POSTGRES = """CREATE OR REPLACE FUNCTION "{schema}".audit_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$"""
_POSTGRES_TRIGGER = """CREATE OR REPLACE TRIGGER audit_stands BEFORE UPDATE OR DELETE ON "{schema}".audit
FOR EACH ROW EXECUTE FUNCTION "{schema}".audit_stands()"""
_POSTGRES_WHOLE = """CREATE OR REPLACE TRIGGER audit_stands_whole BEFORE TRUNCATE ON "{schema}".audit
FOR EACH STATEMENT EXECUTE FUNCTION "{schema}".audit_stands()"""


def linked(previous: str, at: str, actor: str, action: str, district: str | None, detail: str) -> str:
    """The hash of a row as it is stored, chained to the hash of the row before; SHA-256 in hex."""
    row = json.dumps([previous, at, actor, action, district, detail], ensure_ascii=False)
    return hashlib.sha256(row.encode()).hexdigest()


def enforce(place: Place) -> None:
    """Let the database refuse to change or delete rows of the audit. Doing it twice is no fault."""
    with place.write() as connection:
        if isinstance(place, PostgresSchema):
            statements = [each.format(schema=place.schema) for each in (_POSTGRES, _POSTGRES_TRIGGER, _POSTGRES_WHOLE)]
        else:
            statements = [*(_SQLITE.format(verb=verb) for verb in ("UPDATE", "DELETE")), _SQLITE_PLACE]
        for statement in statements:
            connection.exec_driver_sql(statement)
