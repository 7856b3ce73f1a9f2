"""The installation's check-up: what `homeroom check` tells."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeroom.deliveries.keys import SealBroken, Vault
from homeroom.roster.faults import Fault
from homeroom.settings import Settings
from homeroom.store import stores as store_room
from homeroom.sync.house import given_keys, master_keys

SPARE_BYTES = 2 << 30
"""A first load needs twice its size for a moment; below this the night is in danger."""

OVERDUE = timedelta(hours=1)
"""A running server deletes a district within minutes of its time; later than that somebody must look."""

BACKUP_AGE = timedelta(hours=36)
"""A nightly backup may be late, but not left out."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at. `command` is what mends it on the command line."""

    what: str
    ok: bool
    found: str
    remedy: str = ""
    command: str | None = None


def checkup(settings: Settings) -> list[Found]:
    """Look at everything; nothing that is wrong keeps the rest from being looked at."""
    looks: tuple[tuple[str, Callable[[Settings], Found]], ...] = (
        ("data folder", _folder),
        ("disk", _disk),
        ("clock", _clock),
        ("time zones", _zones),
        ("master key", _key),
        ("stores", _stores),
        ("deletions", _deletions),
        ("backup", _backup),
        ("mail", _mail),
    )
    found: list[Found] = []
    for what, look in looks:
        if look in (_deletions, _backup) and any(each.what == "stores" and not each.ok for each in found):
            continue  # the stores cannot be asked, which is told already
        try:
            found.append(look(settings))
        except (Fault, OSError) as trouble:
            found.append(Found(what, False, str(trouble), "Mend what the sentence names, then look again."))
    return found


def _folder(settings: Settings) -> Found:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = settings.data.stat().st_mode & 0o777
    if mode & 0o077:
        return Found("data folder", False, f"others can look into {settings.data}", f"Run: chmod 700 {settings.data}")
    probe = settings.data / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    return Found("data folder", True, str(settings.data))


def _disk(settings: Settings) -> Found:
    free = shutil.disk_usage(settings.data).free
    said = f"{free / (1 << 30):.1f} GB free"
    return Found("disk", free >= SPARE_BYTES, said, "Free some space, or move the data folder to a larger disk.")


def _clock(settings: Settings) -> Found:
    now = datetime.now(UTC)
    born = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    steady = now >= born and abs(time.time() - now.timestamp()) < 1
    return Found(
        "clock", steady, now.isoformat(timespec="seconds"), "Set the machine's clock (it is before the program was made)."
    )


def _zones(settings: Settings) -> Found:
    try:
        ZoneInfo("America/Chicago")
    except ZoneInfoNotFoundError:
        return Found("time zones", False, "no time zone data", "Install the package tzdata.")
    return Found("time zones", True, "known")


def _key(settings: Settings) -> Found:
    keys = given_keys(settings)
    if keys is None:
        with store_room.open(settings.data, settings.database_url) as stores:
            keys = master_keys(settings, stores)
    return Found("master key", True, f"key {keys.newest.id}")


def _stores(settings: Settings) -> Found:
    with store_room.open(settings.data, settings.database_url) as stores:
        vault = Vault(master_keys(settings, stores))
        districts = stores.control.districts.all()
        closed = []
        for district in stores.control.districts.staying():
            stores.roster(district.slug).revision()
            for kept in stores.control.keys.of(district.slug):
                try:
                    vault.unwrap(kept.wrapped, district.slug)
                except SealBroken:
                    closed.append(district.slug)
    engine = "PostgreSQL" if settings.database_url else f"SQLite {sqlite3.sqlite_version}"
    if closed:
        remedy = "Give Homeroom the master key with which these districts were made (keys/master.key or HOMEROOM_MASTER_KEY)."
        return Found("stores", False, f"the data keys of {', '.join(sorted(set(closed)))} cannot be opened", remedy)
    return Found("stores", True, f"{engine}, {len(districts)} districts")


def _deletions(settings: Settings) -> Found:
    """Districts whose time to be kept is over are gone, or somebody must look why not."""
    with store_room.open(settings.data, settings.database_url) as stores:
        left = stores.control.deletions.due(datetime.now(UTC) - OVERDUE)
    if not left:
        return Found("deletions", True, "nothing is overdue")
    names = ", ".join(each.district for each in left)
    remedy = "See that a worker runs: it erases them. Its log says why it could not."
    return Found(
        "deletions", False, f"to be deleted and still there: {names}", remedy, f"homeroom district erase {left[0].district}"
    )


def _backup(settings: Settings) -> Found:
    """Whoever began with backups wants one of each night; whoever copies the stores in another way is let alone."""
    with store_room.open(settings.data, settings.database_url) as stores:
        last = stores.control.pulse().backup
    if last is None:
        return Found("backup", True, "none was made by homeroom backup")
    fresh = datetime.now(UTC) - last < BACKUP_AGE
    said = f"the last one was made {last.isoformat(timespec='minutes')}"
    return Found("backup", fresh, said, "Look why the nightly backup did not run, and make one.", "homeroom backup OUT")


def _mail(settings: Settings) -> Found:
    if settings.smtp_url is None:
        return Found("mail", True, "no mail server is set: nobody is told by e-mail")
    from homeroom.outbound.mail import NotSent, Server, reach

    server = Server.parse(settings.smtp_url)
    try:
        reach(server)
    except NotSent as trouble:
        return Found("mail", False, str(trouble), "Check HOMEROOM_SMTP_URL, and that this machine may reach the mail server.")
    return Found("mail", True, f"{server.host} lets us in")
