"""Fields that a person holds: an import leaves them as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import update

from homeroom.roster.faults import Misuse
from homeroom.store import declared
from homeroom.store.places import Place
from homeroom.store.roster_tables import tables_of


def lock_fields(place: Place, table: str, sourced_id: str, fields: Sequence[str]) -> None:
    """See `RosterStore.lock_fields`."""
    known = declared.table(place, table)
    unknown = set(fields) - set(known.columns[1:])
    if unknown:
        raise Misuse(f"{table} has no column {', '.join(sorted(unknown))}.")
    held = json.dumps(sorted(set(fields))) if fields else None
    records = tables_of(known)[0]
    with place.write() as connection:
        done = connection.execute(update(records).where(records.c.sourcedId == sourced_id).values(locked=held))
    if not done.rowcount:
        raise Misuse(f"There is no such record in {table}.")
