"""How a source stands: does its data arrive, does it arrive in time, and since when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from homeroom.store.imports import Import
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.mended_rows import are_mended
from homeroom.sync.schedule import last_at, next_at, next_start, zone_of
from homeroom.sync.single_records import SMALL
from homeroom.sync.source_settings import value
from homeroom.sync.tuning import paused

State = Literal["working", "late", "failing", "not connected", "waiting for approval", "paused", "closed"]
_MOMENT = timedelta(seconds=1)
LOOKED_AT = 60
"""How many imports back failures are counted."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a source stands at a moment.

    `failures`: how many imports in a row, the newest first, ended as failed. `late_since`: the deadline that passed without data.
    `next_due`: when data is due next, or the source starts next, whichever is said of it.
    """

    state: State
    last_arrival: datetime | None
    last_attempt: datetime | None
    last_success: datetime | None
    failures: int
    late_since: datetime | None
    next_due: datetime | None


def freshness(house: House, source: Source, now: datetime) -> Freshness:
    """How a source stands now."""
    store = house.stores.roster(source.district)
    tried = [i for i in store.imports.last(LOOKED_AT, source=source.id) if not i.dry_run]
    newest = next(iter(store.deliveries.last(1, source=source.id)), None)
    arrived = newest.sealed_at if newest else None
    ended = [i for i in tried if i.status in ("done", "rejected")]
    failures = len(list(takewhile(lambda i: i.outcome == "failed", ended)))
    # Single records by day, and rows that were mended, say nothing of whether the night's data comes.
    latest = store.deliveries.last(LOOKED_AT, source=source.id, but=SMALL)
    whole = next((d for d in latest if not are_mended(f.name for f in d.files)), None)
    late = _late(house, source, whole.sealed_at if whole else None, now)
    return Freshness(
        state=_state(house, source, tried, failures, late, now),
        last_arrival=arrived,
        last_attempt=tried[0].started_at if tried else None,
        last_success=next((i.finished_at for i in ended if i.outcome != "failed"), None),
        failures=failures,
        late_since=late,
        next_due=_next(house, source, now),
    )


def _late(house: House, source: Source, arrived: datetime | None, now: datetime) -> datetime | None:
    """The newest deadline that passed with nothing come since the deadline before it; None in a pause and without a deadline."""
    by = value(source, "expected_by")
    zone = zone_of(house, source)
    if by is None or not source.enabled or paused(source, now.astimezone(zone)):
        return None
    days = value(source, "days")
    deadline = last_at(by, days, now, zone)
    before = last_at(by, days, deadline.replace(microsecond=0) - _MOMENT, zone)
    since = max(before, source.created)
    if deadline <= source.created:
        return None
    return deadline if arrived is None or arrived <= since else None


def _state(house: House, source: Source, tried: list[Import], failures: int, late: datetime | None, now: datetime) -> State:
    """One word: what keeps data from arriving goes before what is wrong with it."""
    if not source.enabled:
        return "closed"
    if paused(source, now.astimezone(zone_of(house, source))):
        return "paused"
    if not tried:
        return "late" if late else "not connected"
    if tried[0].status == "waiting_for_approval":
        return "waiting for approval"
    if late:
        return "late"
    return "failing" if failures else "working"


def _next(house: House, source: Source, now: datetime) -> datetime | None:
    if not source.enabled:
        return None
    if (by := value(source, "expected_by")) is not None:
        return next_at(by, value(source, "days"), now, zone_of(house, source))
    return next_start(house, source, now) if source.start is not None else None
