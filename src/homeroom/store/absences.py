"""Students who are in no complete file any more and stay for the time being: counted by the commit of every import."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from homeroom.store.district_tables import absence
from homeroom.store.places import Place
from homeroom.workbench.bench import Workbench


@dataclass(frozen=True, slots=True)
class AbsenceRows:
    """All who are absent from a source's files and stay: (sourcedId, in how many imports in a row). `seen` stands for the users of that import."""

    source: int
    seen: str
    rows: tuple[tuple[str, int], ...]


def bring(place: Place, workbench: Workbench, source: int, into: str) -> str | None:
    """Make the relation `into` (sourcedId, runs) of what was counted for a source; returns what stood for the users of that import."""
    with place.read() as connection:
        found = connection.execute(select(absence).where(absence.c.source == source)).all()
    workbench.load(into, ["sourcedId", "runs"], [[row.sourcedId, row.runs] for row in found])
    return str(found[0].seen) if found else None


def keep(connection: Connection, counted: AbsenceRows) -> None:
    """Replace a source's counts inside a commit."""
    connection.execute(delete(absence).where(absence.c.source == counted.source))
    if counted.rows:
        rows = [{"source": counted.source, "sourcedId": key, "runs": runs, "seen": counted.seen} for key, runs in counted.rows]
        connection.execute(insert(absence), rows)
