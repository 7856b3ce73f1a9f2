"""What people hold of single records: locked fields, who has joined, what was archived by hand; by whom, since when, and why.

Each word that is held (see `homeroom.roster.holding`) is a row of `held`. The record's own `locked` lists the words again, so that a
night sees them with the record that it compares. Both are written together, here and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update

from homeroom.roster.holding import ARCHIVED, ARCHIVED_ALWAYS
from homeroom.roster.names import text
from homeroom.store import declared
from homeroom.store.district_tables import counter, held
from homeroom.store.ferry import Ferry
from homeroom.store.moments import read, written
from homeroom.store.numbers import next_number
from homeroom.store.places import Place
from homeroom.store.roster_tables import tables_of
from homeroom.store.upsert import put

_COUNTER = "holds"
"""Goes up with every change of what is held, so that an import can tell whether anything has changed since the last."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One word that a person holds of a record. `offered`: what the source says instead, by field, as far as it differs. `until`: the
    district's day on which it ends by itself; None: when somebody takes it away."""

    table: str
    sourced_id: str
    word: str
    since: datetime
    who: str
    why: str | None = None
    offered: Mapping[str, str | None] = field(default_factory=dict)
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """What shall be held of one record from now on, and what no more."""

    table: str
    sourced_id: str
    put: tuple[Hold, ...] = ()
    free: tuple[str, ...] = ()


def of(place: Place, table: str, sourced_id: str) -> tuple[Hold, ...]:
    """What is held of one record, by word."""
    mine = and_(held.c.table == table, held.c.sourcedId == sourced_id)
    with place.read() as connection:
        return tuple(map(_hold, connection.execute(select(held).where(mine).order_by(held.c.field))))


def everything(place: Place, table: str | None, limit: int) -> tuple[Hold, ...]:
    """What is held in the district, or in one table: by table, record and word."""
    asked = select(held).order_by(held.c.table, held.c.sourcedId, held.c.field).limit(limit)
    if table is not None:
        asked = asked.where(held.c.table == table)
    with place.read() as connection:
        return tuple(map(_hold, connection.execute(asked)))


def due(place: Place, today: date) -> tuple[Hold, ...]:
    """What ends by itself on that day, or should have before."""
    asked = select(held).where(held.c.until <= today.isoformat()).order_by(held.c.table, held.c.sourcedId, held.c.field)
    with place.read() as connection:
        return tuple(map(_hold, connection.execute(asked)))


def stamp(place: Place) -> int:
    """A number that is another one after every change of what is held."""
    with place.read() as connection:
        return int(connection.execute(select(counter.c.value).where(counter.c.name == _COUNTER)).scalar_one_or_none() or 0)


def keep(connection: Connection, place: Place, holding: Holding) -> None:
    """Write what is held of a record. Runs in the transaction of whatever else belongs to it."""
    key = {"table": holding.table, "sourcedId": holding.sourced_id}
    for hold in holding.put:
        offered = json.dumps(dict(hold.offered), ensure_ascii=False) if hold.offered else None
        until = hold.until.isoformat() if hold.until is not None else None
        values = {"since": written(hold.since), "who": hold.who, "why": hold.why, "offered": offered, "until": until}
        put(connection, held, key | {"field": hold.word}, values, values)
    if holding.free:
        mine = and_(held.c.table == holding.table, held.c.sourcedId == holding.sourced_id, held.c.field.in_(holding.free))
        connection.execute(delete(held).where(mine))
    _list(connection, place, holding.table, holding.sourced_id)
    next_number(connection, _COUNTER)


def lift(connection: Connection, place: Place, table: str) -> None:
    """Take the mark of an archived record from those that the commit has just brought back."""
    marks = ", ".join(map(text, (ARCHIVED, ARCHIVED_ALWAYS)))
    back = (
        f'SELECT h."sourcedId" FROM {place.name("held")} h JOIN {place.name(table)} t ON t."sourcedId" = h."sourcedId" '
        f"WHERE h.\"table\" = {text(table)} AND h.field IN ({marks}) AND t.status = 'active'"
    )
    for sourced_id in connection.exec_driver_sql(back).scalars().all():
        keep(connection, place, Holding(table, sourced_id, free=(ARCHIVED, ARCHIVED_ALWAYS)))


def offer(connection: Connection, place: Place, boat: Ferry) -> None:
    """Remember what the source says of held fields, as the walk found it (`compare.withheld.OFFERS`)."""
    connection.exec_driver_sql(
        f"UPDATE {place.name('held')} AS h SET offered = o.offered FROM {boat.name('offers')} o "
        'WHERE h."table" = o."table" AND h."sourcedId" = o."sourcedId" AND h.field = o.field'
    )


def _list(connection: Connection, place: Place, table: str, sourced_id: str) -> None:
    """Write the words that are held into the record itself."""
    mine = and_(held.c.table == table, held.c.sourcedId == sourced_id)
    words = sorted(connection.execute(select(held.c.field).where(mine)).scalars())
    records = tables_of(declared.table(place, table))[0]
    told = json.dumps(words, ensure_ascii=False) if words else None
    connection.execute(update(records).where(records.c.sourcedId == sourced_id).values(locked=told))


def _hold(row: Row[Any]) -> Hold:
    offered = json.loads(row.offered) if row.offered else {}
    until = date.fromisoformat(row.until) if row.until else None
    return Hold(row.table, row.sourcedId, row.field, read(row.since), row.who, row.why, offered, until)
