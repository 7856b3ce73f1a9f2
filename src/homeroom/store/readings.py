"""When apps last read a district's roster, and the revision that they saw: a row for each app and district."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from homeroom.store.control_tables import reading
from homeroom.store.moments import read, written
from homeroom.store.places import Place
from homeroom.store.upsert import put


@dataclass(frozen=True, slots=True)
class Reading:
    """The last time that an app read a district, to the minute, and the revision that it saw."""

    app: str
    district: str
    at: datetime
    revision: int


class Readings:
    """What apps read last."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def put(self, made: Reading) -> None:
        """Write or replace what an app read last of a district."""
        values = {"at": written(made.at), "revision": made.revision}
        with self._place.write() as connection:
            put(connection, reading, {"app": made.app, "district": made.district}, values, values)

    def of(self, slug: str) -> dict[str, Reading]:
        """What each app read last of a district, by its client id."""
        return {each.app: each for each in self._read(reading.c.district == slug)}

    def by_app(self) -> dict[str, Reading]:
        """The newest reading of each app, of whatever district."""
        found: dict[str, Reading] = {}
        for each in self._read(reading.c.at.is_not(None)):
            if each.app not in found or found[each.app].at < each.at:
                found[each.app] = each
        return found

    def of_app(self, client_id: str) -> list[Reading]:
        """What an app read last of each district, the newest first."""
        return sorted(self._read(reading.c.app == client_id), key=lambda each: each.at, reverse=True)

    def _read(self, where: object) -> list[Reading]:
        with self._place.read() as connection:
            rows = connection.execute(select(reading).where(where))  # type: ignore[arg-type]
            return [Reading(row.app, row.district, read(row.at), row.revision) for row in rows]
