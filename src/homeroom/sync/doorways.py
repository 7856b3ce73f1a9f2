"""Where the doors really are: at the ports of the settings or, where these leave the choice to the system, at those that a running process took.

A process that opened its doors writes them down in the control store, so that a command beside it, or a process of another role,
hands out addresses that lead somewhere. What a process that is gone had written down counts no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from homeroom.sync.house import House
from homeroom.sync.jobs import Executor

Door = Literal["http", "sftp"]
SILENT = timedelta(seconds=30)
"""A process that was not heard for so long is taken for gone, with its doors."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The ports that this process opened; None for a door that it does not have."""

    http: int | None = None
    sftp: int | None = None


def stand(house: House, doors: Doors) -> None:
    """Write down where this process listens, as far as the settings do not say it."""
    for door, port in _chosen(house, doors).items():
        house.stores.control.settings.put(_name(door), {"executor": house.executor.name, "port": port})


def leave(house: House, doors: Doors) -> None:
    """Forget the doors of this process, unless another process has taken over the word meanwhile."""
    for door in _chosen(house, doors):
        if (house.stores.control.settings.get(_name(door)) or {}).get("executor") == house.executor.name:
            house.stores.control.settings.forget(_name(door))


def sftp_port(house: House) -> int | None:
    """The port of the SFTP door; None while the system has not chosen it."""
    return house.settings.sftp_port or _taken(house, "sftp")


def http_port(house: House) -> int | None:
    """The port of the HTTP doors; None while the system has not chosen it."""
    return house.settings.http_port or _taken(house, "http")


def public_url(house: House) -> str:
    """The address under which people and applications reach the HTTP doors, without a slash at its end.

    Empty while it is not known, so that what is made of it is the path alone and nobody follows a port that does not exist.
    """
    settings = house.settings
    if settings.public_url:
        return settings.public_url.rstrip("/")
    port = http_port(house)
    if port is None:
        return ""
    host = f"[{settings.http_address}]" if ":" in settings.http_address else settings.http_address
    return f"http://{host}:{port}"


def _chosen(house: House, doors: Doors) -> Mapping[Door, int]:
    """The doors of this process whose ports the system chose."""
    found: dict[Door, int] = {}
    if not house.settings.http_port and doors.http is not None:
        found["http"] = doors.http
    if not house.settings.sftp_port and doors.sftp is not None:
        found["sftp"] = doors.sftp
    return found


def _taken(house: House, door: Door) -> int | None:
    told = house.stores.control.settings.get(_name(door))
    if told is None:
        return None
    if told["executor"] == house.executor.name:
        return int(told["port"])
    fresh = datetime.now(UTC) - SILENT
    living = (w for w in house.stores.control.workers.all() if w.executor == told["executor"] and w.seen >= fresh)
    return int(told["port"]) if any(not Executor(w.executor, w.host, w.pid).is_gone() for w in living) else None


def _name(door: Door) -> str:
    return f"{door}-door"
