"""What is held of a district, as roads ask for it that read single records: a record with what hangs on it, a cell, some ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from homeroom.layouts.prefixing import names
from homeroom.roster.catalogue import catalogue
from homeroom.store.pages import Where
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.tuning import read_as, sent_as
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
    """The roster of one district, seen by one source's road (`systems.fetching.Held`): asked and answering with the SIS's own ids."""

    house: House
    source: Source
    road: Road

    def single(self, table: str, key: str) -> Single:
        """A record with the active rows that hang on it, whether it is held or not."""
        held = self._roster.record(table, read_as(self.source, table, key))
        active = held is not None and held.values["status"] == "active"
        itself = self._sent(table, held.values) if held is not None and active else {}
        return Single(
            table, key, itself, {t: self._hanging(t, column, table, key) for t, column in self.road.hangs(table).items()}
        )

    def cell(self, table: str, key: str, column: str) -> str | None:
        """One cell of a record that is held, or None."""
        held = self._roster.record(table, read_as(self.source, table, key))
        return self._sent(table, held.values).get(column) if held is not None else None

    def keys(self, table: str, column: str, value: str) -> Sequence[str]:
        """The active records of a table that have a value in a column."""
        of = _ids(table).get(column, table)
        return [row["sourcedId"] for row in self._hanging(table, column, of, value)]

    def _hanging(self, table: str, column: str, of: str, value: str) -> tuple[dict[str, str], ...]:
        where = [Where(column, (read_as(self.source, of, value),))]
        page = self._roster.page(table, MOST_HANGING, status="active", where=where)
        return tuple(self._sent(table, dict(zip(page.columns, row, strict=True))) for row in page.rows)

    def _sent(self, table: str, values: Mapping[str, Any]) -> dict[str, str]:
        """A record's cells with the ids in them as the SIS has them; blanks are left out."""
        cells = {column: str(value) for column, value in values.items() if value is not None}
        return cells | {
            c: ",".join(sent_as(self.source, of, i) for i in cells[c].split(",")) for c, of in _ids(table).items() if c in cells
        }

    @property
    def _roster(self) -> RosterStore:
        return self.house.stores.roster(self.source.district)


@cache
def _ids(table: str) -> Mapping[str, str]:
    """The columns of a table that hold ids, one or several with commas, and the table of each."""
    return {f.name: of for f in catalogue()[table].fields if (of := names(f, table)) is not None}
