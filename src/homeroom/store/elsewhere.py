"""Which records certain files wrote: what a file that does not come tonight had brought before.

A roster row keeps the import and the number of the file that last wrote it, and an import keeps the names of its files.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, select, tuple_

from homeroom.store import declared
from homeroom.store.district_tables import import_file
from homeroom.store.places import Place
from homeroom.store.roster_tables import tables_of
from homeroom.workbench.bench import Workbench

AT_ONCE = 400
"""Pairs of import and file that one question names."""


def elsewhere(
    place: Place, workbench: Workbench, table: str, source: int, belongs: Callable[[str], bool], into: str
) -> str | None:
    """See `RosterStore.written_by`."""
    known = declared.found(place, table)
    if known is None:
        return None  # a dataset that no commit has filled yet
    records = tables_of(known)[0]
    with place.read(alone=True) as connection:
        files = connection.execute(select(import_file.c["import"], import_file.c.number, import_file.c.name)).all()
        pairs = [(number, file) for number, file, name in files if belongs(name)]
        keys: list[list[str]] = []
        for start in range(0, len(pairs), AT_ONCE):
            written = tuple_(records.c["import"], records.c.file).in_(pairs[start : start + AT_ONCE])
            mine = and_(records.c.status == "active", records.c.from_source == source, written)
            keys += [[key] for (key,) in connection.execute(select(records.c.sourcedId).where(mine))]
    if not keys:
        return None
    workbench.load(into, ["sourcedId"], keys)
    return into
