"""What the installation writes down about itself: workers' heartbeats, own settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from homeroom.store.control_tables import setting, worker
from homeroom.store.moments import read, written
from homeroom.store.places import Place
from homeroom.store.upsert import put


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that walks imports. `seen` is its last heartbeat."""

    executor: str
    host: str
    pid: int
    started: datetime
    seen: datetime


class Workers:
    """Heartbeats of the processes that walk imports."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def beat(self, executor: str, host: str, pid: int, now: datetime) -> None:
        """Say that an executor lives."""
        values = {"host": host, "pid": pid, "started": written(now), "seen": written(now)}
        with self._place.write() as connection:
            again = {"seen": written(now), "host": host, "pid": pid}
            put(connection, worker, {"executor": executor}, values, again)

    def all(self) -> list[Worker]:
        """All executors that beat and did not leave, those seen last first."""
        with self._place.read() as connection:
            rows = connection.execute(select(worker).order_by(worker.c.seen.desc()))
            return [Worker(r.executor, r.host, r.pid, read(r.started), read(r.seen)) for r in rows]

    def silent(self, since: datetime) -> list[Worker]:
        """Executors without a heartbeat since that moment: their work may be taken over."""
        return [w for w in self.all() if w.seen < since]

    def leave(self, executor: str) -> None:
        """Forget an executor: it ended, or its work was taken over."""
        with self._place.write() as connection:
            connection.execute(delete(worker).where(worker.c.executor == executor))


class Settings:
    """The installation's own settings: names and JSON values."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def get(self, name: str, default: Any = None) -> Any:
        """A setting's value, or `default`."""
        with self._place.read() as connection:
            found = connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one_or_none()
        return json.loads(found) if found is not None else default

    def put(self, name: str, value: Any) -> None:
        """Write or replace a setting."""
        values = {"value": json.dumps(value)}
        with self._place.write() as connection:
            put(connection, setting, {"name": name}, values, values)

    def forget(self, name: str) -> None:
        """Remove a setting, so that its default holds again."""
        with self._place.write() as connection:
            connection.execute(delete(setting).where(setting.c.name == name))
