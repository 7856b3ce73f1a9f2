"""Whether this process can do its work now: what a load balancer asks before it sends anybody here.

Each look is short and changes nothing. What is wrong is told as a code with a sentence; how to mend it is told at length by
`homeroom check`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy.exc import SQLAlchemyError

from homeroom.deliveries import masterkey
from homeroom.roster.faults import Fault
from homeroom.store.control_tables import HEAD as CONTROL
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that keeps the program from working."""

    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Plain JSON values."""
        return asdict(self)


STORE = Trouble("store-unreachable", "The control store cannot be read.")
OUTDATED = Trouble("store-outdated", "The control store's tables are not those of this version.")
KEY = Trouble("key-unreadable", "The master key cannot be read.")
DISK = Trouble("disk-low", "There is too little space on the disk of the data folder.")
FOLDER = Trouble("folder-not-writable", "The data folder cannot be written to.")
SLOW = Trouble("slow", "The stores did not answer in time.")
TROUBLES = (STORE, OUTDATED, KEY, DISK, FOLDER, SLOW)
"""All that can be told."""


def troubles(house: House) -> list[Trouble]:
    """What is wrong now; empty when the program can work. One trouble does not hide another."""
    looks: tuple[Callable[[House], Trouble | None], ...] = (_store, _key, _disk)
    return [found for look in looks if (found := look(house)) is not None]


def _store(house: House) -> Trouble | None:
    try:
        reached = house.stores.reached()
    except (Fault, SQLAlchemyError, OSError):
        return STORE
    if reached is None:
        return STORE
    return None if reached == CONTROL else OUTDATED


def _key(house: House) -> Trouble | None:
    """The key that was given from outside is in this process already; a file must still be there for the next start."""
    if house.settings.master_key:
        return None
    try:
        masterkey.parse((house.settings.keys / "master.key").read_text(encoding="utf-8"), "master.key")
    except (Fault, OSError, UnicodeDecodeError):
        return KEY
    return None


def _disk(house: House) -> Trouble | None:
    try:
        free = shutil.disk_usage(house.settings.data).free
    except OSError:
        return FOLDER
    if not os.access(house.settings.data, os.W_OK):
        return FOLDER
    return DISK if free < house.settings.disk_floor_mb << 20 else None
