"""Numbers that count within a district: imports and deliveries."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from homeroom.store.district_tables import counter


def next_number(connection: Connection, name: str) -> int:
    """The next number of that name, from 1. Locks the counter until the transaction ends, so no number comes twice."""
    made = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(counter).values(name=name, value=1)
    counted = made.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + 1})
    return int(connection.execute(counted.returning(counter.c.value)).scalar_one())
