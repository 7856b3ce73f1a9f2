"""What was written back to other systems: batches, and what became of each record. Codes, counts and ids; never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from homeroom.roster.faults import Misuse
from homeroom.store.district_tables import write_back, write_back_result
from homeroom.store.moments import read, written
from homeroom.store.numbers import next_number
from homeroom.store.places import Place
from homeroom.store.upsert import put

_ASKED_AT_ONCE = 400
DONE = ("SUCCESS", "WARNING")
"""Statuses of records that were written."""
OPEN = "UNKNOWN"
"""The status of a record that was sent, or was about to be, and of which no outcome is known."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch. `ended` None: it runs, or was cut off. `reason`: the code of why it ended before its last record."""

    number: int
    source: int
    origin: str
    digest: str
    rows: int
    who: str
    began: datetime
    ended: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row (from 1) of a batch. `findings`: pairs of a field and a code. `digest`: of what the row says."""

    row: int
    client_uid: str
    digest: str
    action: str
    status: str
    remote_id: str | None
    findings: tuple[tuple[str, str], ...]
    at: datetime
    who: str

    @property
    def done(self) -> bool:
        """Whether it was written."""
        return self.status in DONE


class WriteBacks:
    """A district's batches."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def begin(self, source: int, origin: str, digest: str, rows: int, who: str, now: datetime) -> Batch:
        """The batch of these very rows: the one that was begun before, open again, or a new one."""
        known = select(write_back.c.number).where(write_back.c.source == source, write_back.c.digest == digest)
        with self._place.write() as connection:
            number = connection.execute(known).scalar()
            if number is None:
                number = next_number(connection, "write_back")
                row = {"number": number, "source": source, "origin": origin, "digest": digest, "rows": rows, "who": who}
                connection.execute(write_back.insert().values(**row, began=written(now)))
            else:
                connection.execute(update(write_back).where(write_back.c.number == number).values(ended=None, reason=None))
        return self.get(int(number))

    def end(self, number: int, now: datetime, reason: str | None = None) -> None:
        """Say that nothing more of a batch is sent for now."""
        with self._place.write() as connection:
            connection.execute(update(write_back).where(write_back.c.number == number).values(ended=written(now), reason=reason))

    def keep(self, batch: int, outcomes: Iterable[Outcome]) -> None:
        """Write down what became of rows, in place of what was known of them before; all in one transaction."""
        with self._place.write() as connection:
            for o in outcomes:
                values = {
                    "client_uid": o.client_uid,
                    "digest": o.digest,
                    "action": o.action,
                    "status": o.status,
                    "remote_id": o.remote_id,
                    "findings": json.dumps(o.findings),
                    "at": written(o.at),
                    "who": o.who,
                }
                put(connection, write_back_result, {"batch": batch, "row": o.row}, values, values)

    def forget(self, batch: int, rows: Sequence[int]) -> None:
        """Take rows back that were about to be sent and were not."""
        mine = (write_back_result.c.batch == batch, write_back_result.c.row.in_(rows))
        with self._place.write() as connection:
            connection.execute(delete(write_back_result).where(*mine))

    def find(self, source: int, digest: str) -> Batch | None:
        """The batch of these very rows, if there is one."""
        wanted = select(write_back).where(write_back.c.source == source, write_back.c.digest == digest)
        with self._place.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return _batch(row) if row is not None else None

    def get(self, number: int) -> Batch:
        """One batch. Raises Misuse for one that there is not."""
        with self._place.read() as connection:
            row = connection.execute(select(write_back).where(write_back.c.number == number)).one_or_none()
        if row is None:
            raise Misuse("there is no write-back {number}.", number=str(number), command="homeroom write-backs DISTRICT")
        return _batch(row)

    def last(self, limit: int = 50) -> list[tuple[Batch, dict[str, int]]]:
        """Batches, newest first, each with how many records it has of each status."""
        numbers = select(write_back.c.number).order_by(write_back.c.number.desc()).limit(limit)
        r = write_back_result.c
        counted = select(r.batch, r.status, func.count()).where(r.batch.in_(numbers)).group_by(r.batch, r.status)
        with self._place.read() as connection:
            batches = connection.execute(select(write_back).order_by(write_back.c.number.desc()).limit(limit)).all()
            counts: dict[int, dict[str, int]] = {}
            for number, status, count in connection.execute(counted.order_by(r.batch, r.status)):
                counts.setdefault(number, {})[status] = count
        return [(_batch(row), counts.get(row.number, {})) for row in batches]

    def outcomes(self, batch: int) -> list[Outcome]:
        """What became of a batch's records, in their order."""
        wanted = select(write_back_result).where(write_back_result.c.batch == batch).order_by(write_back_result.c.row)
        with self._place.read() as connection:
            return [_outcome(row) for row in connection.execute(wanted)]

    def inserted(self, source: int, uids: Iterable[str], digests: Iterable[str]) -> list[Outcome]:
        """Inserts into a source's system that were done, or may have been: those with such a `client_uid` or such a row, oldest first."""
        found: dict[tuple[int, int], Outcome] = {}
        r = write_back_result.c
        with self._place.read() as connection:
            for column, values in ((r.client_uid, uids), (r.digest, digests)):
                for some in _portions(values):
                    mine = (column.in_(some), r.action == "INSERT", r.status.in_((*DONE, OPEN)), write_back.c.source == source)
                    joined = write_back_result.join(write_back, write_back.c.number == r.batch)
                    for row in connection.execute(select(write_back_result).select_from(joined).where(*mine)):
                        found[row.batch, row.row] = _outcome(row)
        return [found[key] for key in sorted(found)]


def _portions(values: Iterable[str]) -> Iterator[list[str]]:
    pending = iter(values)
    while some := list(islice(pending, _ASKED_AT_ONCE)):
        yield some


def _batch(row: Row[Any]) -> Batch:
    return Batch(row.number, row.source, row.origin, row.digest, row.rows, row.who, read(row.began), read(row.ended), row.reason)


def _outcome(row: Row[Any]) -> Outcome:
    findings = tuple((str(field), str(code)) for field, code in json.loads(row.findings))
    return Outcome(row.row, row.client_uid, row.digest, row.action, row.status, row.remote_id, findings, read(row.at), row.who)
