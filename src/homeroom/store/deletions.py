"""Districts that somebody asked to delete: shut at once, kept for a while, then gone. The line about it is what stays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from homeroom.roster.faults import Misuse
from homeroom.store.control_tables import deletion, district
from homeroom.store.departing import depart
from homeroom.store.moments import read, written
from homeroom.store.places import Place

_SHUT = (deletion.c.kept.is_(None),)


class Leaving(Misuse):
    """The district is to be deleted, or it was: nothing is received, read or changed in it."""

    def __init__(self, slug: str, due: datetime) -> None:
        self.slug, self.due = slug, due
        super().__init__(
            "The district {slug} is to be deleted on {day} and is shut until then; until that day it can be kept.",
            slug=slug,
            day=due.date(),
            command=f"homeroom district undelete {slug}",
        )


class Gone(Misuse):
    """The district was deleted."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """One asking to delete a district. Until `due` it can be kept; `kept` and `kept_by`: it was. `begun`: what belongs to it is being
    removed, and nothing can be kept any more; `done`: all of it is gone. `accounts`: names of folders for pushed files. `counts`: what
    was there, by kind."""

    id: int
    district: str
    name: str
    asked: datetime
    asked_by: str
    reason: str
    due: datetime
    kept: datetime | None = None
    kept_by: str | None = None
    begun: datetime | None = None
    accounts: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    done: datetime | None = None


class Deletions:
    """The districts that are to be deleted, and those that were."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def ask(self, slug: str, who: str, reason: str, now: datetime, due: datetime) -> Deletion:
        """Shut a district, to be deleted when `due`. Raises Misuse for an unknown district, or one that is shut already."""
        mine = update(district).where(district.c.slug == slug, district.c.leaves.is_(None))
        with self._place.write() as connection:
            if connection.execute(mine.values(leaves=written(due))).rowcount != 1:
                raise Misuse("There is no district {slug!r}, or it is to be deleted already.", slug=slug)
            name = connection.execute(select(district.c.name).where(district.c.slug == slug)).scalar_one()
            row = {
                "district": slug,
                "name": name,
                "asked": written(now),
                "asked_by": who,
                "reason": reason,
                "due": written(due),
                "accounts": "[]",
                "counts": "{}",
            }
            return _deletion(connection.execute(insert(deletion).values(row).returning(deletion)).one())

    def keep(self, slug: str, who: str, now: datetime) -> Deletion:
        """Open a district again. Raises Misuse for one that is not to be deleted, or where that has begun."""
        mine = update(deletion).where(deletion.c.district == slug, *_SHUT, deletion.c.begun.is_(None))
        with self._place.write() as connection:
            row = connection.execute(mine.values(kept=written(now), kept_by=who).returning(deletion)).one_or_none()
            if row is None:
                raise Misuse("The district {slug!r} is not waiting to be deleted, so there is nothing to keep.", slug=slug)
            connection.execute(update(district).where(district.c.slug == slug).values(leaves=None))
        return _deletion(row)

    def of(self, slug: str) -> Deletion | None:
        """The deletion that a district waits for, or that it went by; None: it stays."""
        with self._place.read() as connection:
            row = connection.execute(select(deletion).where(deletion.c.district == slug, *_SHUT)).one_or_none()
        return _deletion(row) if row is not None else None

    def check(self, slug: str) -> None:
        """Go on only if a district stays. Raises Leaving, or Gone for one that is gone or going."""
        asked = select(deletion.c.due, deletion.c.begun).where(deletion.c.district == slug, *_SHUT)
        with self._place.read() as connection:
            row = connection.execute(asked).one_or_none()
        if row is None:
            return
        if row.begun is not None:
            raise Gone("The district {slug!r} was deleted; the audit says when, and by whom.", slug=slug)
        raise Leaving(slug, read(row.due))

    def shut(self) -> frozenset[str]:
        """All districts that are to be deleted."""
        with self._place.read() as connection:
            return frozenset(connection.execute(select(district.c.slug).where(district.c.leaves.is_not(None))).scalars())

    def due(self, now: datetime) -> list[Deletion]:
        """Those whose time to be kept is over and that are not gone yet, the oldest first."""
        asked = select(deletion).where(*_SHUT, deletion.c.done.is_(None), deletion.c.due <= written(now))
        with self._place.read() as connection:
            return [_deletion(row) for row in connection.execute(asked.order_by(deletion.c.due, deletion.c.id))]

    def went(self) -> list[Deletion]:
        """The districts of which everything is gone, the newest first."""
        asked = select(deletion).where(*_SHUT, deletion.c.done.is_not(None)).order_by(deletion.c.id.desc())
        with self._place.read() as connection:
            return [_deletion(row) for row in connection.execute(asked)]

    def begin(self, id: int, accounts: Sequence[str], counts: Mapping[str, int], now: datetime) -> None:
        """From here on nothing can be kept. Raises Misuse when somebody kept the district just now."""
        mine = update(deletion).where(deletion.c.id == id, *_SHUT, deletion.c.begun.is_(None))
        values = {"begun": written(now), "accounts": json.dumps(list(accounts)), "counts": json.dumps(dict(counts))}
        with self._place.write() as connection:
            if connection.execute(mine.values(values)).rowcount != 1:
                raise Misuse("The district is kept, or is being deleted already.")

    def depart(self, asked: Deletion, now: datetime) -> None:
        """Remove what the control store has of a district, in one transaction. A second time there is nothing left to remove."""
        with self._place.write() as connection:
            there = connection.execute(select(district.c.slug).where(district.c.slug == asked.district)).first()
            if there is None:
                return
            counts = {**asked.counts, **depart(connection, asked.district, now)}
            connection.execute(update(deletion).where(deletion.c.id == asked.id).values(counts=json.dumps(counts)))

    def finish(self, id: int, now: datetime) -> None:
        """Everything is gone."""
        with self._place.write() as connection:
            connection.execute(update(deletion).where(deletion.c.id == id).values(done=written(now)))


def _deletion(row: Row[Any]) -> Deletion:
    return Deletion(
        id=row.id,
        district=row.district,
        name=row.name,
        asked=read(row.asked),
        asked_by=row.asked_by,
        reason=row.reason,
        due=read(row.due),
        kept=read(row.kept),
        kept_by=row.kept_by,
        begun=read(row.begun),
        accounts=tuple(json.loads(row.accounts)),
        counts=json.loads(row.counts),
        done=read(row.done),
    )
