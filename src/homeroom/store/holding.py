"""Fields that a person holds: an import leaves them as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import update

from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse
from homeroom.store.places import Place
from homeroom.store.roster_tables import ROSTER


def lock_fields(place: Place, table: str, sourced_id: str, fields: Sequence[str]) -> None:
    """See `RosterStore.lock_fields`."""
    unknown = set(fields) - set(catalogue()[table].columns[1:])
    if unknown:
        raise Misuse(f"{table} has no column {', '.join(sorted(unknown))}.")
    held = json.dumps(sorted(set(fields))) if fields else None
    records = ROSTER[table]
    with place.write() as connection:
        done = connection.execute(update(records).where(records.c.sourcedId == sourced_id).values(locked=held))
    if not done.rowcount:
        raise Misuse(f"There is no such record in {table}.")
