"""Single records by the queries of our plug-in: each takes the record's DCID as an argument."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from homeroom.systems.fetching import Errand, Single
from homeroom.systems.powerschool.client import AccessClosed, NotFound, PowerSchool
from homeroom.systems.powerschool.client.shapes import text
from homeroom.systems.powerschool.plugin.queries import BASE, FILES, Query
from homeroom.systems.powerschool.source.told import Asked, Row, Told

NAMED: Mapping[str, str] = {
    "contact": "person_id",
    "contact_link": "studentcontactassocid",
    "contact_entry": "studentcontactdetailid",
}
"""What changed about a contact -> the column of the guardians' query that names it; of addresses and numbers none does."""


@dataclass(frozen=True, slots=True)
class Queries:
    """Implements `asking.Asking`."""

    sis: PowerSchool
    errand: Errand
    queries: Mapping[str, Query]

    def rows(self, asked: Asked, single: Single) -> Told | None:
        """One call. A query of a pack that never answered is not missed; one that did, or of the base, is."""
        query = self.queries[asked.query]
        try:
            return Told(tuple(self.sis.query(query.name, {asked.argument: single.key[1:]})))
        except NotFound:
            if query.pack == BASE or FILES[query.key] in self.errand.known.get("files", ()):
                raise
            return None

    def listed(self, query: str, dcids: Collection[str]) -> Sequence[Row]:
        """The query cannot be asked for one, and is short."""
        known = self.queries[query]
        return [row for row in self.sis.query(known.name) if "dcid" not in known.columns or row.get("dcid") in dcids]

    def adult_of(self, staff: str) -> str | None:
        """By v1."""
        return self._member("staff", staff, "users_dcid")

    def student_of(self, seat: str, held: str | None) -> str | None:
        """By v1, if need be."""
        return held or self._member("section_enrollment", seat, "student_id")

    def taught(self, entries: Collection[str]) -> tuple[Collection[str], Sequence[Row]]:
        """The query does not say which entry a row is of: all rows are told, and what is new or other is found in the walk."""
        return (), tuple(self.sis.query(self.queries["class_staff_roster"].name)) if entries else ()

    def related(self, resource: str, keys: Collection[str]) -> Collection[str]:
        """The guardians' query read through: it names students, persons, links and entries."""
        column = NAMED.get(resource)
        if column is None or not keys:
            return ()
        return {row["student_dcid"] for row in self.sis.query(self.queries["guardians"].name) if row.get(column) in keys}

    def _member(self, resource: str, key: str, name: str) -> str | None:
        """One member of a record of `/ws/v1`; None where the record is gone, or the plug-in may not read there."""
        try:
            return text(self.sis.one(resource, key).get(name))
        except (NotFound, AccessClosed):
            return None
