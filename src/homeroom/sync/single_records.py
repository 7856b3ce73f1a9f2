"""What is held of a district, as roads ask for it that read single records: a record with what hangs on it, a cell, some ids."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from homeroom.compare.resemblance import SYSTEM_ID
from homeroom.layouts.prefixing import names
from homeroom.roster.catalogue import catalogue
from homeroom.store.pages import Where
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.sync import source_settings, tuning
from homeroom.sync.house import House
from homeroom.sync.sources import allied
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
    """The roster of one district, seen by one source's road (`systems.fetching.Held`): asked and answering with the SIS's own ids.

    `taken_over`: by table, ids of the SIS with their prefix and those that the roster has. `students`: what was asked already of students
    who go by a number: the roster's id and the SIS's.
    """

    house: House
    source: Source
    road: Road
    taken_over: Mapping[str, Mapping[str, str]]
    students: dict[str, str] = field(default_factory=dict)

    @classmethod
    def by(cls, house: House, source: Source, road: Road) -> DistrictHeld:
        """The roster as this source's road sees it now."""
        pairs = house.stores.control.taken_over.of(source.district)
        return cls(house, source, road, tuning.taken_over(source, pairs, allied(house, source)))

    def single(self, table: str, key: str) -> Single:
        """A record, named by the SIS's id, with the active rows that hang on it, whether it is held or not."""
        return self._single(table, key, self._read(table, key))

    def named(self, table: str, ours: str) -> Single:
        """The same, named by the roster's id. A student's number that nobody holds is left to the road to ask for."""
        single = self._single(table, self._theirs(table, ours), ours)
        numbers = table == "users" and source_settings.value(self.source, "student_id") == "student_number"
        return replace(single, by_number=numbers and not single.itself and _NUMBER.fullmatch(single.key) is not None)

    def cell(self, table: str, key: str, column: str) -> str | None:
        """One cell of a record that is held, or None."""
        held = self._roster.record(table, self._read(table, key))
        return self._sent(table, held.values).get(column) if held is not None else None

    def keys(self, table: str, column: str, value: str) -> Sequence[str]:
        """The active records of a table that have a value in a column."""
        of = _ids(table).get(column, table)
        return [row["sourcedId"] for row in self._hanging(table, column, self._read(of, value))]

    def _single(self, table: str, key: str, ours: str) -> Single:
        held = self._roster.record(table, ours)
        active = held is not None and held.values["status"] == "active"
        itself = self._sent(table, held.values) if held is not None and active else {}
        return Single(table, key, itself, {t: self._hanging(t, column, ours) for t, column in self.road.hangs(table).items()})

    def _hanging(self, table: str, column: str, ours: str) -> tuple[dict[str, str], ...]:
        page = self._roster.page(table, MOST_HANGING, status="active", where=[Where(column, (ours,))])
        return tuple(self._sent(table, dict(zip(page.columns, row, strict=True))) for row in page.rows)

    def _sent(self, table: str, values: Mapping[str, Any]) -> dict[str, str]:
        """A record's cells with the ids in them as the SIS has them; blanks are left out."""
        cells = {column: str(value) for column, value in values.items() if value is not None}
        return cells | {
            c: ",".join(self._theirs(of, i) for i in cells[c].split(",")) for c, of in _ids(table).items() if c in cells
        }

    def _read(self, table: str, theirs: str) -> str:
        """An id of the SIS as the roster has it; of a student who goes by a number only the students' own rows know that."""
        prefixed = tuning.read_as(self.source, table, theirs)
        return self.taken_over.get(table, {}).get(prefixed, prefixed)

    def _theirs(self, table: str, ours: str) -> str:
        """An id of the roster as the SIS has it: before it was taken over, without the prefix, and of a student the one that the
        record keeps beside the number."""
        if table == "users" and self._by_number:
            return self._student(ours)
        return self._plain(table, ours)

    def _student(self, ours: str) -> str:
        if ours not in self.students:
            held = self._roster.record("users", ours)
            beside = json.loads(str(held.values.get("metadata") or "{}")).get(SYSTEM_ID) if held is not None else None
            self.students[ours] = str(beside) if beside is not None else self._plain("users", ours)
        return self.students[ours]

    def _plain(self, table: str, ours: str) -> str:
        back = {held: theirs for theirs, held in self.taken_over.get(table, {}).items()}
        return tuning.sent_as(self.source, table, back.get(ours, ours))

    @property
    def _by_number(self) -> bool:
        return bool(source_settings.value(self.source, "student_id") != "sourcedId")

    @property
    def _roster(self) -> RosterStore:
        return self.house.stores.roster(self.source.district)


_NUMBER = re.compile(r"[0-9]{1,15}")


@cache
def _ids(table: str) -> Mapping[str, str]:
    """The columns of a table that hold ids, one or several with commas, and the table of each."""
    return {f.name: of for f in catalogue()[table].fields if (of := names(f, table)) is not None}
