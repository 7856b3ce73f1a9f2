"""The deliveries of one district, as the store knows them: numbers, names, digests and dates. The bytes lie elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update

from homeroom.roster.faults import Misuse
from homeroom.store.district_tables import delivery
from homeroom.store.moments import read, written
from homeroom.store.numbers import next_number
from homeroom.store.places import Place

State = Literal["sealed", "walked", "failed"]


@dataclass(frozen=True, slots=True)
class RawFile:
    """One sealed raw file. `size` in bytes of plain text, `stored` the name under which the encrypted bytes lie."""

    name: str
    size: int
    sha256: str
    stored: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sealed, numbered set of raw files. `digest` is one hash over all files: the same set again has the same."""

    number: int
    source: int
    trigger: str
    files: tuple[RawFile, ...]
    digest: str
    sealed_at: datetime
    expires_at: datetime
    shredded_at: datetime | None
    state: State


class Deliveries:
    """The deliveries of a district. Numbers count within the district and are never given twice."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def next_number(self) -> int:
        """Take the next number, before sealing (it is part of what is encrypted). A number that is not used stays unused."""
        with self._place.write() as connection:
            return next_number(connection, "delivery")

    def add(
        self,
        number: int,
        *,
        source: int,
        trigger: str,
        files: Sequence[RawFile],
        digest: str,
        sealed_at: datetime,
        expires_at: datetime,
    ) -> Delivery:
        """Write down a sealed delivery under a number that `next_number` gave."""
        row = {
            "number": number,
            "source": source,
            "trigger": trigger,
            "files": json.dumps([asdict(f) for f in files], ensure_ascii=False),
            "digest": digest,
            "sealed_at": written(sealed_at),
            "expires_at": written(expires_at),
            "state": "sealed",
        }
        with self._place.write() as connection:
            connection.execute(insert(delivery).values(row))
        return self.get(number)

    def get(self, number: int) -> Delivery:
        """One delivery. Raises Misuse for an unknown number."""
        with self._place.read() as connection:
            row = connection.execute(select(delivery).where(delivery.c.number == number)).one_or_none()
        if row is None:
            raise Misuse("There is no delivery {number}.", number=str(number))
        return _delivery(row)

    def last(self, limit: int = 50, *, source: int | None = None, but: Collection[str] = ()) -> list[Delivery]:
        """Deliveries, newest first; without those of some triggers."""
        wanted = select(delivery).where(delivery.c.trigger.not_in(but)).order_by(delivery.c.number.desc()).limit(limit)
        if source is not None:
            wanted = wanted.where(delivery.c.source == source)
        with self._place.read() as connection:
            return [_delivery(row) for row in connection.execute(wanted)]

    def with_digest(self, source: int, digest: str) -> list[Delivery]:
        """Earlier deliveries of a source with exactly the same bytes, newest first."""
        wanted = select(delivery).where(delivery.c.source == source, delivery.c.digest == digest)
        with self._place.read() as connection:
            return [_delivery(row) for row in connection.execute(wanted.order_by(delivery.c.number.desc()))]

    def expired(self, now: datetime) -> list[Delivery]:
        """Deliveries whose time is over and whose bytes are still there, oldest first."""
        due = (delivery.c.expires_at <= written(now), delivery.c.shredded_at.is_(None))
        with self._place.read() as connection:
            return [_delivery(row) for row in connection.execute(select(delivery).where(*due).order_by(delivery.c.number))]

    def shredded(self, number: int, now: datetime) -> None:
        """Write down that a delivery's bytes are gone."""
        with self._place.write() as connection:
            connection.execute(update(delivery).where(delivery.c.number == number).values(shredded_at=written(now)))


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        number=row.number,
        source=row.source,
        trigger=row.trigger,
        files=tuple(RawFile(**f) for f in json.loads(row.files)),
        digest=row.digest,
        sealed_at=read(row.sealed_at),
        expires_at=read(row.expires_at),
        shredded_at=read(row.shredded_at),
        state=row.state,
    )
