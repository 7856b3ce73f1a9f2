"""The audit: who did what, when and why. Rows are only added, each chained to the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from homeroom.store import chain
from homeroom.store.control_tables import audit
from homeroom.store.moments import read, written
from homeroom.store.places import Place

_BECAUSE: ContextVar[Mapping[str, Any] | None] = ContextVar("because", default=None)
_AT_ONCE = 5_000
_BEFORE_ALL = -(2**31) + 1


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what. `detail` holds codes, counts and ids only. `id` is 0 for a row that is not written yet."""

    at: datetime
    actor: str
    action: str
    district: str | None
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Which rows are asked for; None leaves a side open. `districts` are those that the asker may know of, None: all."""

    district: str | None = None
    districts: tuple[str, ...] | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """What a check of the chain found: how many rows hold, and the first that does not (None: the chain is whole)."""

    rows: int
    broken_at: int | None
    head: str


@contextmanager
def because(**detail: Any) -> Iterator[None]:
    """All rows that are written inside carry this, too: through which door, and by which elevation."""
    token = _BECAUSE.set({**(_BECAUSE.get() or {}), **detail})
    try:
        yield
    finally:
        _BECAUSE.reset(token)


class Audit:
    """The audit trail."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, row: AuditRow) -> None:
        """Write one row behind all others."""
        detail = json.dumps({**row.detail, **(_BECAUSE.get() or {})})
        with self._place.write() as connection:
            if self._place.dialect == "postgresql":  # SQLite has one writer anyway
                connection.exec_driver_sql(f"LOCK TABLE {self._place.name('audit')} IN EXCLUSIVE MODE")
            last = connection.execute(select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).one_or_none()
            at, previous = written(row.at), last.hash if last is not None else chain.START
            values = {"at": at, "actor": row.actor, "action": row.action, "district": row.district, "detail": detail}
            digest = chain.linked(previous, at, row.actor, row.action, row.district, detail)
            number = last.id + 1 if last is not None else 1
            connection.execute(insert(audit).values(id=number, hash=digest, **values))

    def last(self, limit: int = 100, district: str | None = None) -> list[AuditRow]:
        """The newest rows first, of one district or of all."""
        return self.page(AuditWanted(district=district), limit)

    def page(self, wanted: AuditWanted, limit: int = 100) -> list[AuditRow]:
        """The newest rows that are asked for; the next page begins with `before` the last id of this one."""
        with self._place.read() as connection:
            rows = connection.execute(_asked(select(audit), wanted).order_by(audit.c.id.desc()).limit(limit))
            return [_row(row) for row in rows]

    def count(self, wanted: AuditWanted) -> int:
        """How many rows are asked for."""
        with self._place.read() as connection:
            return int(connection.execute(_asked(select(func.count()).select_from(audit), wanted)).scalar_one())

    def every(self, wanted: AuditWanted) -> Iterator[AuditRow]:
        """All rows that are asked for, the oldest first, without holding them all in memory."""
        after = 0
        while True:
            with self._place.read() as connection:
                asked = _asked(select(audit), wanted).where(audit.c.id > after).order_by(audit.c.id).limit(_AT_ONCE)
                rows = [_row(row) for row in connection.execute(asked)]
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1].id

    def check(self) -> Chain:
        """Walk the whole chain, from the first row to the last; a row that stands before the first one, too, is one too many."""
        previous, number, after = chain.START, 0, _BEFORE_ALL
        while True:
            with self._place.read() as connection:
                rows = _after(connection, after)
            for row in rows:
                expected = chain.linked(previous, row.at, row.actor, row.action, row.district, row.detail)
                if row.id != number + 1 or row.hash != expected:
                    return Chain(number, number + 1, previous)
                previous, number = row.hash, row.id
            after = number
            if len(rows) < _AT_ONCE:
                return Chain(number, None, previous)


def _after(connection: Connection, number: int) -> list[Row[Any]]:
    return list(connection.execute(select(audit).where(audit.c.id > number).order_by(audit.c.id).limit(_AT_ONCE)))


def _asked(query: Select[Any], wanted: AuditWanted) -> Select[Any]:
    sides = (
        (wanted.district, audit.c.district == wanted.district),
        (wanted.actor, audit.c.actor == wanted.actor),
        (wanted.action, audit.c.action == wanted.action),
        (wanted.since, audit.c.at >= (written(wanted.since) or "")),
        (wanted.until, audit.c.at < (written(wanted.until) or "")),
        (wanted.before, audit.c.id < (wanted.before or 0)),
    )
    for given, condition in sides:
        query = query.where(condition) if given is not None else query
    return query.where(audit.c.district.in_(wanted.districts)) if wanted.districts is not None else query


def _row(row: Row[Any]) -> AuditRow:
    return AuditRow(read(row.at), row.actor, row.action, row.district, json.loads(row.detail), row.id)
