"""What is held of a district, as roads ask for it that read single records: a record with what hangs on it, a cell, some ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homeroom.store.pages import Where
from homeroom.sync.house import House
from homeroom.systems.fetching import Road, Single

REFRESH = "refresh"
NOTIFICATION = "notification"
POLL = "poll"
WRITE_BACK = "write-back"
TOLD = (NOTIFICATION, POLL, WRITE_BACK)
"""Triggers of imports that read what notices name: the other side told, it was asked what changed, or Homeroom wrote it there itself."""
SMALL = (REFRESH, *TOLD)
"""Triggers of deliveries that hold single records: those, and what a person asked for."""
MOST_HANGING = 5000
"""How many rows may hang on one record."""


@dataclass(frozen=True, slots=True)
class DistrictHeld:
    """The roster of one district, seen by one road (`systems.fetching.Held`)."""

    house: House
    slug: str
    road: Road

    def single(self, table: str, key: str) -> Single:
        """A record with the active rows that hang on it, whether it is held or not."""
        return Single(table, key, {t: self._hanging(t, column, key) for t, column in self.road.hangs(table).items()})

    def cell(self, table: str, key: str, column: str) -> str | None:
        """One cell of a record that is held, or None."""
        held = self.house.stores.roster(self.slug).record(table, key)
        found = held.values.get(column) if held is not None else None
        return str(found) if found is not None else None

    def keys(self, table: str, column: str, value: str) -> Sequence[str]:
        """The active records of a table that have a value in a column."""
        return [row["sourcedId"] for row in self._hanging(table, column, value)]

    def _hanging(self, table: str, column: str, value: str) -> tuple[dict[str, str], ...]:
        page = self.house.stores.roster(self.slug).page(table, MOST_HANGING, status="active", where=[Where(column, (value,))])
        return tuple({c: str(v) for c, v in zip(page.columns, row, strict=True) if v is not None} for row in page.rows)
