"""The watchman: looks into the incoming folders, seals sets that are ready, and lets imports start at their time.

One look is a plain function of the folders, the stores and `now`; the server calls it again and again. A set that was
taken but not yet recorded when the process died is found again at the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

from homeroom.deliveries.spool import Rules, look
from homeroom.deliveries.taking import Taken, recover, take
from homeroom.roster.faults import Fault
from homeroom.store.deliveries import Delivery
from homeroom.store.sources import Source
from homeroom.sync import ending, intake
from homeroom.sync.house import House
from homeroom.sync.layouts import known_set

Enqueue = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Where a source's pushed files lie: `inbox` is what the client sees, `taken` holds sets on their way to the seal."""

    source: Source
    username: str
    inbox: Path
    taken: Path


def incoming(house: House) -> list[Incoming]:
    """The incoming folders of every enabled SFTP source; made where needed."""
    found = []
    for source in house.stores.control.sources.all():
        if source.kind != "sftp" or not source.enabled:
            continue
        for account in house.stores.control.accounts.of(source.id):
            root = house.settings.spool / account.username
            places = Incoming(source, account.username, root / "in", root / "taken")
            places.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
            found.append(places)
    return found


def watch(house: House, now: datetime, enqueue: Enqueue, renamed: Callable[[str], Collection[str]]) -> int:
    """Look once into every incoming folder; returns how many imports were started.

    `renamed(username)` are names that the SFTP door saw renamed into place since the last look.
    """
    started = 0
    for place in incoming(house):
        for taken in recover(place.taken):
            started += _seal(house, place, taken, now, enqueue)
        due = _due(house, place.source, now)
        rules = Rules(
            required=_required(place.source),
            quiet=float(place.source.settings.get("quiet_seconds", house.settings.quiet_seconds)),
            settled=min(3.0, float(place.source.settings.get("quiet_seconds", house.settings.quiet_seconds))),
            due=due,
        )
        found = look(place.inbox, rules, now.timestamp(), renamed(place.username)).ready
        taken_now = take(found, place.inbox, place.taken) if found else None
        if taken_now is not None:
            started += _seal(house, place, taken_now, now, enqueue)
        started += _start_waiting(house, place.source, now, enqueue)
    return started


def _seal(house: House, place: Incoming, taken: Taken, now: datetime, enqueue: Enqueue) -> int:
    """Seal a taken set and start its import, unless the source has a time of day for that. Returns imports started."""
    source = place.source
    if not taken.files:
        taken.discard()
        return 0
    delivery = intake.deliver(house, source.district, source, taken.files, "sftp", now)
    taken.discard()
    if taken.missing:
        number = _begin(house, source, delivery, now)
        missing = ", ".join(taken.missing)
        ending.fail(house, source.district, number, ending.reason("incomplete_set", missing=missing), now)
        return 1
    if source.start is not None:
        return 0
    enqueue(source.district, _begin(house, source, delivery, now))
    return 1


def _start_waiting(house: House, source: Source, now: datetime, enqueue: Enqueue) -> int:
    """Start the newest sealed delivery that waits for the source's time of day."""
    if source.start is None:
        return 0
    store = house.stores.roster(source.district)
    newest = next(iter(store.deliveries.last(1, source=source.id)), None)
    latest = next(iter(store.imports.last(1, source=source.id)), None)
    if newest is None or (latest is not None and (latest.delivery or 0) >= newest.number):
        return 0
    if now < next_start(house, source, newest.sealed_at):
        return 0
    enqueue(source.district, _begin(house, source, newest, now))
    return 1


def _begin(house: House, source: Source, delivery: Delivery, now: datetime) -> int:
    store = house.stores.roster(source.district)
    return store.imports.begin(source=source.id, delivery=delivery.number, kind="continuous", trigger="sftp", now=now).number


def next_start(house: House, source: Source, after: datetime) -> datetime:
    """The first start of a source after a moment, in the district's own time; right at both changes of the clock."""
    zone = ZoneInfo(house.stores.control.districts.get(source.district).timezone)
    assert source.start is not None
    hour, minute = source.start.split(":")
    return next(CronSim(f"{int(minute)} {int(hour)} * * *", after.astimezone(zone))).astimezone(UTC)


def _due(house: House, source: Source, now: datetime) -> float | None:
    """The moment by which a set must be whole: the source's next start after the folder began to fill, if it has one."""
    if source.start is None:
        return None
    store = house.stores.roster(source.district)
    newest = next(iter(store.deliveries.last(1, source=source.id)), None)
    since = newest.sealed_at if newest else source.created
    due = next_start(house, source, since)
    return due.timestamp() if due <= now else None


def _required(source: Source) -> tuple[str, ...]:
    """Name patterns of the files that make a set of this source complete; none are known before the set is named."""
    if source.layouts is None:
        return ()
    try:
        layouts = known_set(source.layouts)
    except Fault:
        return ()
    return tuple(layouts.file_of(table) for table in layouts.required)
