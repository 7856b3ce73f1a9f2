"""A district's own schools, and which school of the SIS each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.control_tables import own_school, school_match
from homeroom.store.places import Place
from homeroom.store.upsert import put

EVERY = 0
"""Stands for the number of a source where a match holds for all sources of the district."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An own school. `sis` is the SIS's id for it as far as one source is concerned; None: not matched."""

    id: str
    name: str
    sis: str | None = None


class OwnSchools:
    """The own schools of all districts."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, district: str, id: str, name: str) -> None:
        """Declare a school. Raises Misuse for an id that the district has already."""
        try:
            with self._place.write() as connection:
                connection.execute(insert(own_school).values(district=district, id=id, name=name))
        except IntegrityError:
            raise Misuse(
                "{district} has an own school {id} already.",
                district=district,
                id=id,
                command=f"homeroom school list {district}",
            ) from None

    def remove(self, district: str, id: str) -> None:
        """Take a school back, with its matches. Raises Misuse for one that there is not."""
        self.get(district, id)
        with self._place.write() as connection:
            connection.execute(delete(school_match).where(school_match.c.district == district, school_match.c.own == id))
            connection.execute(delete(own_school).where(own_school.c.district == district, own_school.c.id == id))

    def get(self, district: str, id: str) -> Declared:
        """One own school, without a match. Raises Misuse for one that there is not."""
        wanted = select(own_school).where(own_school.c.district == district, own_school.c.id == id)
        with self._place.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise Misuse(
                "{district} has no own school {id}; declare it first.",
                district=district,
                id=id,
                command=f"homeroom school add {district} {id} --name NAME",
            )
        return Declared(row.id, row.name)

    def match(self, district: str, id: str, sis: str | None, source: int = EVERY) -> None:
        """Say which school of the SIS an own school is; None takes the match back. Raises Misuse where another own school is that one."""
        self.get(district, id)
        mine = (school_match.c.district == district, school_match.c.own == id, school_match.c.source == source)
        if sis is None:
            with self._place.write() as connection:
                connection.execute(delete(school_match).where(*mine))
            return
        other = next((o for o in self.own(district, source) if o.sis == sis and o.id != id), None)
        if other is not None:
            raise Misuse(
                "{sis} is matched with own school {own} ({name}) already; take that back first.",
                sis=sis,
                own=other.id,
                name=other.name,
                command=f"homeroom school match {district} {other.id} --none",
            )
        try:
            with self._place.write() as connection:
                key = {"district": district, "own": id, "source": source}
                put(connection, school_match, key, {"sis": sis}, {"sis": sis})
        except IntegrityError:
            raise TryAgain("Somebody else matched {sis} at the same moment; look at the list and match again.", sis=sis) from None

    def own(self, district: str, source: int = EVERY) -> list[Declared]:
        """The own schools by id, matched as one source sees it: what was said for it goes before what was said for all."""
        schools = select(own_school).where(own_school.c.district == district).order_by(own_school.c.id)
        counting = or_(school_match.c.source == EVERY, school_match.c.source == source)
        matches = select(school_match).where(school_match.c.district == district, counting).order_by(school_match.c.source)
        with self._place.read() as connection:
            found = connection.execute(schools).all()
            if not found:
                return []
            sis = {row.own: row.sis for row in connection.execute(matches)}
        return [Declared(row.id, row.name, sis.get(row.id)) for row in found]
