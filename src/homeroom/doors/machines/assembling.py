"""The metrics that are asked for when they are read: queue, workers, districts by how their last import ended, disk, readiness."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from homeroom.doors.machines.meters import Meters
from homeroom.roster.faults import Fault
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs
from homeroom.sync.readiness import TROUBLES, troubles

ALIVE = timedelta(seconds=30)

Values = Iterable[tuple[Mapping[str, str], float]]


def assemble(meters: Meters, house: House, jobs: Jobs | None) -> None:
    """Add to a process's meters what can be asked of the house."""

    def queue() -> Values:
        return [({}, len(jobs.unfinished()))] if jobs is not None else []

    def workers() -> Values:
        since = datetime.now(UTC) - ALIVE
        return [({}, sum(worker.seen >= since for worker in house.stores.control.workers.all()))]

    def districts() -> Values:
        ended = Counter(s.outcome or s.status or "none" for s in house.stores.control.summaries.all().values())
        ended["none"] += len(house.stores.control.districts.all()) - ended.total()
        return [({"state": state}, count) for state, count in sorted(ended.items())]

    def disk() -> Values:
        return [({}, shutil.disk_usage(house.settings.data).free)]

    def backup() -> Values:
        last = house.stores.control.pulse().backup
        return [] if last is None else [({}, last.timestamp())]

    def standing() -> Values:
        now = {trouble.code for trouble in troubles(house)}
        return [({"code": trouble.code}, trouble.code in now) for trouble in TROUBLES]

    meters.ask("homeroom_queue_imports", "Imports that are walked or wait for a worker.", (), _safely(queue))
    meters.ask("homeroom_workers", "Processes with a fresh heartbeat.", (), _safely(workers))
    meters.ask("homeroom_districts", "Districts by how their last import ended.", ("state",), _safely(districts))
    meters.ask("homeroom_disk_free_bytes", "Free space on the disk of the data folder.", (), _safely(disk))
    meters.ask(
        "homeroom_backup_timestamp_seconds", "When the last backup was made; left out where none was.", (), _safely(backup)
    )
    meters.ask("homeroom_trouble", "1 where readyz tells this trouble.", ("code",), _safely(standing))


def _safely(ask: Callable[[], Values]) -> Callable[[], Values]:
    """What cannot be asked now is left out: the other metrics are needed most when a store is away."""

    def asked() -> Values:
        try:
            return list(ask())
        except (Fault, SQLAlchemyError, OSError):
            return []

    return asked
