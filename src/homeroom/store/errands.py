"""What a source that pulls remembers between two rounds: for when it was last called up, and what it saw on the other side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from homeroom.store.control_tables import errand
from homeroom.store.moments import read, written
from homeroom.store.places import Place
from homeroom.store.upsert import inserting, put


class Errands:
    """The memory of sources that pull. It holds names, sizes, times, versions and fingerprints, never a value of a record."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def due(self, source: int) -> datetime | None:
        """The moment for which the source was last called up by the clock, or None."""
        with self._place.read() as connection:
            found = connection.execute(select(errand.c.due).where(errand.c.source == source)).scalar_one_or_none()
        return read(found) if found is not None else None

    def claim(self, source: int, due: datetime) -> bool:
        """Take the round of that moment. False when it, or a later one, is taken already: of many workers one goes."""
        moment = written(due)
        with self._place.write() as connection:
            made = inserting(connection, errand).values(source=source, due=None, known="{}")
            connection.execute(made.on_conflict_do_nothing(index_elements=[errand.c.source]))
            free = or_(errand.c.due.is_(None), errand.c.due < moment)
            done = connection.execute(update(errand).where(errand.c.source == source, free).values(due=moment))
        return bool(done.rowcount)

    def known(self, source: int) -> dict[str, Any]:
        """What the source saw at its last whole round; empty before there was one."""
        with self._place.read() as connection:
            found = connection.execute(select(errand.c.known).where(errand.c.source == source)).scalar_one_or_none()
        return dict(json.loads(found)) if found is not None else {}

    def remember(self, source: int, known: Mapping[str, Any]) -> None:
        """Keep what the source saw, in place of what it knew."""
        values = {"known": json.dumps(dict(known))}
        with self._place.write() as connection:
            put(connection, errand, {"source": source}, {"due": None, **values}, values)
