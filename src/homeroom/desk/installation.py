"""How the installation itself is: backup, disk, queue, workers; what is worst comes first."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from homeroom.roster.words import Said, _, ngettext
from homeroom.store.control import Pulse
from homeroom.sync.checkup import BACKUP_AGE
from homeroom.sync.house import House

Health = Literal["ok", "look", "bad"]
_ORDER: tuple[Health, ...] = ("bad", "look", "ok")
SILENT = timedelta(minutes=2)
_ALMOST_FULL = 0.85


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the installation and how it is."""

    name: Literal["backup", "disk", "queue", "workers"]
    health: Health
    said: Said


@dataclass(frozen=True, slots=True)
class Installation:
    """All parts, the worst first."""

    parts: tuple[Part, ...]

    @property
    def health(self) -> Health:
        """That of the worst part."""
        return self.parts[0].health


def installation(house: House, running: int, queued: int | None, now: datetime) -> Installation:
    """How it is now. `running`: imports that are walked; `queued`: how many the queue holds, those included; None: not known."""
    pulse = house.stores.control.pulse()
    parts = [_backup(pulse, now), _disk(house), _queue(running, queued), _workers(pulse, now)]
    return Installation(tuple(sorted(parts, key=lambda p: _ORDER.index(p.health))))


def _backup(pulse: Pulse, now: datetime) -> Part:
    if pulse.backup is None:
        return Part("backup", "look", _("No backup was made yet."))
    late = now - pulse.backup > BACKUP_AGE
    return Part("backup", "look" if late else "ok", _("The last backup was made {when}.", when=pulse.backup))


def _disk(house: House) -> Part:
    usage = shutil.disk_usage(house.settings.data)
    values = {"used": round(usage.used / 1e9), "total": round(usage.total / 1e9)}
    health: Health = "ok" if usage.used < usage.total * _ALMOST_FULL else "look"
    if usage.free < house.settings.disk_floor_mb << 20:
        health = "bad"
    return Part("disk", health, _("{used} of {total} GB used.", **values))


def _queue(running: int, queued: int | None) -> Part:
    waiting = max(queued - running, 0) if queued is not None else None
    if waiting is None:
        return Part("queue", "ok", ngettext("{count} import is running.", "{count} imports are running.", running))
    return Part("queue", "ok", _("{running} running, {waiting} waiting.", running=running, waiting=waiting))


def _workers(pulse: Pulse, now: datetime) -> Part:
    if pulse.beat is None or now - pulse.beat > SILENT:
        return Part("workers", "bad", _("No worker is running: imports wait until one is started."))
    return Part("workers", "ok", _("A worker was heard {when}.", when=pulse.beat))
