"""What ran in all districts: a line for each import of the last months in the control store, so that the list of all opens no other store.

The district's own log is the truth, and lines are copied from it: when an import begins and ends, and by the housekeeping, which
finds what could not be copied then. A line that is not of an ended import is looked at again each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from homeroom.store import totals
from homeroom.store.control_tables import ran
from homeroom.store.imports import Import, Sought
from homeroom.store.moments import read, written
from homeroom.store.places import Place

_OPEN = ("running", "waiting_for_approval")
_SOUGHT = ("status", "outcome", "trigger", "dry_run")
_MANY = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What is copied of a district: the newest number (0: nothing) and when that began, and the status of those that had not ended."""

    newest: int
    begun: datetime | None
    open: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """An import of a district. Of its `reason` only the code is known here, and of its totals neither codes nor steps."""

    district: str
    entry: Import


class RanList:
    """The lines of all districts."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def known(self, slug: str) -> Known:
        """What is copied of a district."""
        with self._place.read() as connection:
            last = select(ran.c.number, ran.c.begun).where(ran.c.district == slug).order_by(ran.c.number.desc()).limit(1)
            newest, begun = connection.execute(last).one_or_none() or (0, None)
            still = select(ran.c.number, ran.c.status).where(ran.c.district == slug, ran.c.status.in_(_OPEN))
            return Known(newest, read(begun), {row.number: row.status for row in connection.execute(still)})

    def put(self, slug: str, entries: Sequence[Import], gone: Collection[int] = ()) -> None:
        """Write or replace lines of a district; `gone`: numbers of imports that were withdrawn."""
        numbers = [*gone, *(e.number for e in entries)]
        rows = [_values(slug, entry) for entry in entries]
        with self._place.write() as connection:
            for at in range(0, len(numbers), _MANY):
                some = ran.c.number.in_(numbers[at : at + _MANY])
                connection.execute(delete(ran).where(ran.c.district == slug, some))
            if rows:
                connection.execute(insert(ran), rows)

    def search(self, sought: Sought, limit: int, offset: int, only: Collection[str] | None = None) -> tuple[list[Line], int]:
        """A page of the lines that are sought, newest first, and how many there are in all. `only`: of no other districts."""
        where = [getattr(ran.c, name) == given for name in _SOUGHT if (given := getattr(sought, name)) is not None]
        where += [ran.c.begun >= written(sought.since)] if sought.since is not None else []
        where += [ran.c.begun < written(sought.until)] if sought.until is not None else []
        where += [ran.c.district.in_(only)] if only is not None else []
        order = (ran.c.begun.desc(), ran.c.district, ran.c.number.desc())
        with self._place.read() as connection:
            total = int(connection.execute(select(func.count()).select_from(ran).where(*where)).scalar_one())
            rows = connection.execute(select(ran).where(*where).order_by(*order).limit(limit).offset(offset))
            return [Line(row.district, _import(row)) for row in rows], total

    def forget(self, slug: str) -> None:
        """Forget the lines of a district, to copy them anew."""
        with self._place.write() as connection:
            connection.execute(delete(ran).where(ran.c.district == slug))

    def purge(self, before: datetime) -> None:
        """Forget what was begun before that moment; the districts' own logs keep it."""
        with self._place.write() as connection:
            connection.execute(delete(ran).where(ran.c.begun < written(before)))


def _values(slug: str, entry: Import) -> dict[str, Any]:
    sums = replace(entry.totals, codes={}, steps={}).written() if entry.totals is not None else None
    return {
        "district": slug,
        "number": entry.number,
        "begun": written(entry.started_at),
        "finished": written(entry.finished_at),
        "source": entry.source,
        "kind": entry.kind,
        "trigger": entry.trigger,
        "dry_run": entry.dry_run,
        "status": entry.status,
        "outcome": entry.outcome,
        "reason": entry.reason["code"] if entry.reason else None,
        "revision_before": entry.revision_before,
        "revision_after": entry.revision_after,
        "totals": sums,
    }


def _import(row: Row[Any]) -> Import:
    return Import(
        number=row.number,
        delivery=None,
        source=row.source,
        kind=row.kind,
        trigger=row.trigger,
        dry_run=bool(row.dry_run),
        status=row.status,
        outcome=row.outcome,
        reason={"code": row.reason, "message": "", "remedy": ""} if row.reason else None,
        plan=None,
        revision_before=row.revision_before,
        revision_after=row.revision_after,
        step=None,
        progress=None,
        attempt=0,
        executor=None,
        started_at=read(row.begun),
        finished_at=read(row.finished),
        totals=totals.read(row.totals) if row.totals else None,
    )
