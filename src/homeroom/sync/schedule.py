"""The night's clock: when a source starts, and which sources are called up now. Times of day are the district's own.

A start that falls into the hour that the clock skips is at its end; one in the hour that comes twice is at the first of the two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from homeroom.store.sources import Source
from homeroom.sync import gate
from homeroom.sync.house import House
from homeroom.sync.single_records import POLL
from homeroom.sync.source_settings import value
from homeroom.sync.tuning import paused

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PULLING = ("sftp-pull", "powerschool", "oneroster")
"""Kinds of sources whose data Homeroom fetches."""
LATEST = timedelta(days=1)
"""A start that nobody was there to see is made up for within this time; of several only the last one."""

Enqueue = Callable[[str, int], None]


def zone_of(house: House, source: Source) -> ZoneInfo:
    """The time zone of a source's district."""
    return ZoneInfo(house.stores.control.districts.get(source.district).timezone)


def next_at(at: str, days: tuple[str, ...] | list[str], after: datetime, zone: ZoneInfo | timezone) -> datetime:
    """The first `HH:MM` after a moment that falls on one of the days (none named: every day), in UTC."""
    hour, minute = at.split(":")
    on = ",".join(str((DAYS.index(day) + 1) % 7) for day in days) or "*"
    return next(CronSim(f"{int(minute)} {int(hour)} * * {on}", after.astimezone(zone))).astimezone(UTC)


def last_at(at: str, days: tuple[str, ...] | list[str], until: datetime, zone: ZoneInfo | timezone) -> datetime:
    """The last `HH:MM` on one of the days that is not after a moment, in UTC."""
    found = next_at(at, days, until - timedelta(days=9), zone)
    while (later := next_at(at, days, found, zone)) <= until:
        found = later
    return found


def next_start(house: House, source: Source, after: datetime) -> datetime:
    """The first start of a source after a moment, on one of its days."""
    assert source.start is not None
    return next_at(source.start, value(source, "days"), after, zone_of(house, source))


def call_up(house: House, now: datetime, enqueue: Enqueue) -> int:
    """Begin an import for every source that fetches and whose time has come; returns how many.

    Of many processes that look at the clock, one takes each round. Sources that start at the same minute are spread over
    `HOMEROOM_SPREAD_SECONDS`, each always at its own place in it.
    """
    begun = 0
    for source in house.stores.control.sources.all():
        try:
            begun += _call(house, source, now, enqueue)
        except Exception as trouble:  # noqa: BLE001
            # One district's odd setting must not keep the others' nights from beginning.
            _log().error("source-not-called", district=source.district, source=source.id, kind=type(trouble).__name__)
    return begun


def _call(house: House, source: Source, now: datetime, enqueue: Enqueue) -> int:
    if source.kind not in PULLING or not source.enabled:
        return 0
    if (due := due_round(house, source, now)) is None or not house.stores.control.errands.claim(source.id, due):
        return 0
    store = house.stores.roster(source.district)
    # A round of the day reads what changed, where the other side can be asked for that; the night reads everything.
    small = value(source, "changes_application") and due != _night(house, source, now)
    kind, trigger = ("change_notification", POLL) if small else ("continuous", "schedule")
    entry = store.imports.begin(
        source=source.id, delivery=None, kind=kind, trigger=trigger, now=now, dry_run=gate.closed(house, source.district)
    )
    enqueue(source.district, entry.number)
    return 1


def due_round(house: House, source: Source, now: datetime) -> datetime | None:
    """The moment of the round that is to be made now, or None: its nightly start, or a round of the day."""
    since = max(house.stores.control.errands.due(source.id) or source.created, now - LATEST)
    zone = zone_of(house, source)
    if value(source, "pause") and paused(source, now.astimezone(zone)):
        return None
    night = _night(house, source, now)
    if night is not None and night > since:
        return night if now >= night + spread(house, source) else None
    return _by_day(source, since, now, zone)


def _night(house: House, source: Source, now: datetime) -> datetime | None:
    """The last nightly start that is not after a moment."""
    return last_at(source.start, value(source, "days"), now, zone_of(house, source)) if source.start is not None else None


def _by_day(source: Source, since: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """A round every so many minutes, within the hours of the day that the source names."""
    if not (minutes := value(source, "every_minutes")):
        return None
    first, _, last = value(source, "day_hours").partition("..")
    local = now.astimezone(zone).strftime("%H:%M")
    return now if first <= local <= last and now >= since + timedelta(minutes=minutes) else None


def spread(house: House, source: Source) -> timedelta:
    """How long after its start a source is called up: always the same for one source, even over all of them."""
    width = house.settings.spread_seconds
    place = int.from_bytes(hashlib.sha256(f"{source.district}/{source.id}".encode()).digest()[:4], "big")
    return timedelta(seconds=place % width) if width else timedelta(0)


def _log() -> Any:
    import structlog  # it brings rich along: not for commands that log nothing

    return structlog.get_logger("homeroom.schedule")
