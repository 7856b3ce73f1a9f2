"""Records that a source took over: by which id the SIS calls what Homeroom holds under another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store.control_tables import take_over
from homeroom.store.moments import read, written
from homeroom.store.places import Place


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One pair: the record of `table` that Homeroom holds as `ours` is what the SIS behind `source` calls `theirs`."""

    source: int
    table: str
    ours: str
    theirs: str
    said_by: str
    said: datetime


class TakeOvers:
    """The pairs of all districts."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, district: str, pairs: Iterable[TakenOver]) -> None:
        """Keep pairs, all or none. Raises TryAgain where one of their ids is in a pair already: somebody was quicker."""
        rows = [
            {
                "district": district,
                "source": p.source,
                "table": p.table,
                "theirs": p.theirs,
                "ours": p.ours,
                "said_by": p.said_by,
                "said": written(p.said),
            }
            for p in pairs
        ]
        try:
            with self._place.write() as connection:
                connection.execute(insert(take_over), rows)
        except IntegrityError:
            raise TryAgain("Somebody else took over one of these records at the same moment; look at the list again.") from None

    def remove(self, district: str, source: int, table: str, theirs: str) -> TakenOver:
        """Take a pair back, named by the SIS's id. Raises Misuse for one that there is not."""
        mine = [p for p in self.of(district, source) if p.table == table and p.theirs == theirs]
        if not mine:
            raise Misuse(
                "source {source} of {district} has taken over no {table} {theirs}.",
                source=str(source),
                district=district,
                table=table,
                theirs=theirs,
                command=f"homeroom take-over {district}",
            )
        with self._place.write() as connection:
            named = (take_over.c.source == source, take_over.c.table == table, take_over.c.theirs == theirs)
            connection.execute(delete(take_over).where(*named))
        return mine[0]

    def of(self, district: str, source: int | None = None) -> list[TakenOver]:
        """The pairs of a district, or of one of its sources, by source, table and id of the SIS."""
        wanted = select(take_over).where(take_over.c.district == district)
        if source is not None:
            wanted = wanted.where(take_over.c.source == source)
        order = (take_over.c.source, take_over.c.table, take_over.c.theirs)
        with self._place.read() as connection:
            return [_pair(row) for row in connection.execute(wanted.order_by(*order))]


def _pair(row: Row[Any]) -> TakenOver:
    return TakenOver(row.source, row.table, row.ours, row.theirs, row.said_by, read(row.said))
