"""The watchman: looks into the incoming folders, seals sets that are ready, and lets imports start at their time.

One look is a plain function of the folders, the stores and `now`; the server calls it again and again. A set that was
taken but not yet recorded when the process died is found again at the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from homeroom.deliveries.incoming import Arrived, survey
from homeroom.deliveries.seal import measure
from homeroom.deliveries.spool import Rules, look
from homeroom.deliveries.taking import Taken, recover, take
from homeroom.store.deliveries import Delivery
from homeroom.store.imports import Import
from homeroom.store.sources import Source
from homeroom.sync import ending, gate, intake, mended_rows
from homeroom.sync.house import House
from homeroom.sync.promises import Promises, promises
from homeroom.sync.schedule import next_start, zone_of
from homeroom.sync.source_settings import value
from homeroom.sync.tuning import paused

MOST_WAITING = 400
"""Sealed sets of a source that are looked through: a night each for a pause as long as a year."""

SEALING = timedelta(minutes=1)
"""How long there may be a delivery without an import although nothing makes it wait."""

Enqueue = Callable[[str, int], None]
Tell = Callable[[Delivery, bool], None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Where a source's pushed files lie: `inbox` is what the client sees, `taken` holds sets on their way to the seal."""

    source: Source
    username: str
    inbox: Path
    taken: Path


def incoming(house: House) -> list[Incoming]:
    """The incoming folders of every enabled SFTP source."""
    found = []
    for source in house.stores.control.sources.all():
        if source.kind != "sftp" or not source.enabled:
            continue
        for account in house.stores.control.accounts.of(source.id):
            root = house.settings.spool / account.username
            found.append(Incoming(source, account.username, root / "in", root / "taken"))
    return found


def watch(
    house: House, now: datetime, enqueue: Enqueue, renamed: Callable[[str], Collection[str]], tell: Tell = lambda d, missing: None
) -> int:
    """Look once into every incoming folder; returns how many imports were started.

    `renamed(username)` are names that the SFTP door saw renamed into place since the last look. `tell` hears of every delivery
    that was sealed, and whether files of its set were missing.
    """
    started = 0
    for place in incoming(house):
        try:
            started += _look(house, place, now, enqueue, renamed(place.username), tell)
        except Exception as trouble:  # noqa: BLE001
            # One district's full disk or odd folder must not keep the others from being looked at.
            _log().error(
                "source-not-watched", district=place.source.district, source=place.source.id, kind=type(trouble).__name__
            )
    return started


def _look(house: House, place: Incoming, now: datetime, enqueue: Enqueue, renamed: Collection[str], tell: Tell) -> int:
    place.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    started = sum(_seal(house, place, taken, now, enqueue, tell) for taken in recover(place.taken))
    rules = _rules(house, place)
    found = look(place.inbox, rules, now.timestamp(), renamed).ready if rules is not None else None
    taken_now = take(found, place.inbox, place.taken) if found else None
    if taken_now is not None:
        started += _seal(house, place, taken_now, now, enqueue, tell)
    return started + _start_waiting(house, place.source, now, enqueue)


def _rules(house: House, place: Incoming) -> Rules | None:
    """When the set that lies in the folder is whole or due; None where nothing lies there."""
    here = [f for f in survey(place.inbox) if not f.temporary]
    if not here:
        return None
    source = place.source
    mended = all(mended_rows.lying_mended(f.name, f.path, f.state) for f in here)
    wanted = Promises() if mended else promises(house, source, here)  # rows that were mended need no other file
    set_here = value(source, "quiet_seconds")
    quiet = float(house.settings.quiet_seconds if set_here is None else set_here)
    return Rules(
        required=wanted.required,
        hoped=wanted.hoped,
        known_as=wanted.known_as,
        quiet=quiet,
        settled=min(3.0, quiet),
        due=_due(house, source, here),
        patience=max(quiet, float(value(source, "patience_minutes")) * 60),
    )


def _seal(
    house: House, place: Incoming, taken: Taken, now: datetime, enqueue: Enqueue, tell: Tell = lambda d, missing: None
) -> int:
    """Seal a taken set and start its import, unless the source has a time of day for that. Returns imports started.

    The plain files go last but for the queue, and every act before is looked for first: a set that was cut off anywhere
    is found again and goes on from there, neither lost nor walked twice.
    """
    source = place.source
    if not taken.files:
        taken.discard()
        return 0
    delivery = _recorded(house, source, taken)
    if delivery is None:
        delivery = intake.deliver(house, source.district, source, taken.files, "sftp", now)
        tell(delivery, bool(taken.missing))
    # A set that was given up, or waited for in vain, has waited until its time already.
    # Mended rows do not wait for the night: a whole set that came meanwhile would take their place.
    by_day = taken.why == "due" or mended_rows.are_mended(f.name for f in taken.files)
    waits = _paused(house, source, now) or (source.start is not None and not by_day)
    waits = waits and not taken.missing
    entry = None if waits else _import_of(house, source, delivery) or _begin(house, source, delivery, now)
    if entry is not None and taken.missing and entry.status == "running":
        why = ending.reason("incomplete_set", missing=", ".join(taken.missing))
        ending.fail(house, source.district, entry.number, why, now)
    taken.discard()
    if entry is None:
        return 0
    if not taken.missing:
        enqueue(source.district, entry.number)
    return 1


def _recorded(house: House, source: Source, taken: Taken) -> Delivery | None:
    """The delivery that was made of a taken set before a crash; only the newest can be it."""
    newest = next(iter(house.stores.roster(source.district).deliveries.last(1, source=source.id)), None)
    if newest is None or newest.trigger != "sftp" or not taken.recovered:
        return None
    return newest if measure(taken.files) == newest.digest else None


def _import_of(house: House, source: Source, delivery: Delivery) -> Import | None:
    entries = house.stores.roster(source.district).imports.last(50, source=source.id)
    return next((e for e in entries if e.delivery == delivery.number), None)


def _start_waiting(house: House, source: Source, now: datetime, enqueue: Enqueue) -> int:
    """Start the newest sealed delivery whose time has come; the log says of older ones that it took their place."""
    if (source.start is None and not value(source, "pause")) or _paused(house, source, now):
        return 0
    return _start(house, source, [d for d in _not_walked(house, source) if now >= _time_of(house, source, d)], now, enqueue)


def _start(house: House, source: Source, due: Sequence[Delivery], now: datetime, enqueue: Enqueue) -> int:
    if not due:
        return 0
    entries = [(_begin(house, source, delivery, now), mended_rows.are_mended(f.name for f in delivery.files)) for delivery in due]
    newest = max((entry.number for entry, mended in entries if not mended), default=None)
    for entry, mended in entries:
        if newest is None or mended or entry.number == newest:
            enqueue(source.district, entry.number)
        else:
            ending.turn_down(house, source.district, entry.number, ending.reason("superseded", newer=newest), now)
    return 1


def release(house: House, now: datetime, enqueue: Enqueue) -> int:
    """Start sealed sets that wait for nothing any more, since their source lost its start or its pause; for the housekeeping.

    The newest seal may be at work still: its import is begun a moment later by whoever sealed it.
    """
    started = 0
    for place in incoming(house):
        source = place.source
        if source.start is None and not _paused(house, source, now):
            waiting = [d for d in _not_walked(house, source) if d.sealed_at < now - SEALING]
            started += _start(house, source, waiting, now, enqueue)
    return started


def _time_of(house: House, source: Source, delivery: Delivery) -> datetime:
    """When a sealed delivery may be imported: at the first start after it that is not in a pause, or at once."""
    moment = delivery.sealed_at
    if source.start is None:
        return moment
    moment = next_start(house, source, moment)
    while _paused(house, source, moment):
        moment = next_start(house, source, moment)
    return moment


def _paused(house: House, source: Source, moment: datetime) -> bool:
    """Whether nothing of this source is imported at that moment."""
    if not value(source, "pause"):
        return False
    return paused(source, moment.astimezone(zone_of(house, source)))


def _not_walked(house: House, source: Source) -> list[Delivery]:
    """Pushed deliveries that came after the last one that has an import, oldest first."""
    store = house.stores.roster(source.district)
    pushed = [d for d in store.deliveries.last(MOST_WAITING, source=source.id) if d.trigger == "sftp"]
    looked_at = gate.closed(house, source.district)  # then a dry run is all that a delivery gets
    walked = (
        {e.delivery for e in store.imports.last(MOST_WAITING, source=source.id) if looked_at or not e.dry_run}
        if pushed
        else set()
    )
    # Mended rows do not wait, so that they are walked before sets that came earlier.
    pushed = [d for d in pushed if d.number not in walked or not _mended(d)]
    return list(reversed(list(takewhile(lambda d: d.number not in walked, pushed))))


def _mended(delivery: Delivery) -> bool:
    return mended_rows.are_mended(f.name for f in delivery.files)


def _begin(house: House, source: Source, delivery: Delivery, now: datetime) -> Import:
    store = house.stores.roster(source.district)
    only_looked_at = gate.closed(house, source.district)
    return store.imports.begin(
        source=source.id, delivery=delivery.number, kind="continuous", trigger="sftp", now=now, dry_run=only_looked_at
    )


def _due(house: House, source: Source, here: Sequence[Arrived]) -> float | None:
    """The moment by which a set must be whole: the source's next start after its first file was finished, if it has one.

    What was cut off on an earlier night and still lies there is no beginning of this set.
    """
    if source.start is None:
        return None
    since = min((file.changed for file in here if not file.unfinished), default=None)
    return next_start(house, source, datetime.fromtimestamp(since, UTC)).timestamp() if since is not None else None


def _log() -> Any:
    import structlog  # it brings rich along: not for commands that log nothing

    return structlog.get_logger("homeroom.watch")
