"""Numbers that count within a district: imports and deliveries."""

from __future__ import annotations

from sqlalchemy import Connection

from homeroom.store.district_tables import counter
from homeroom.store.upsert import inserting


def next_number(connection: Connection, name: str) -> int:
    """The next number of that name, from 1. Locks the counter until the transaction ends, so no number comes twice."""
    made = inserting(connection, counter).values(name=name, value=1)
    counted = made.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + 1})
    return int(connection.execute(counted.returning(counter.c.value)).scalar_one())
