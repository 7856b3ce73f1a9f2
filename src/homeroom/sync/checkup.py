"""The installation's check-up: what `homeroom check` tells."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeroom.deliveries import objects
from homeroom.deliveries.keys import SealBroken, Vault
from homeroom.roster.faults import Fault
from homeroom.roster.words import Said, _, in_a_row, ngettext, plain
from homeroom.settings import Settings
from homeroom.store import stores as store_room
from homeroom.sync.house import given_keys, master_keys, raw_store

SPARE_BYTES = 2 << 30
"""A first load needs twice its size for a moment; below this the night is in danger."""

OVERDUE = timedelta(hours=1)
"""A running server deletes a district within minutes of its time; later than that somebody must look."""

BACKUP_AGE = timedelta(hours=36)
"""A nightly backup may be late, but not left out."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at. `command` is what mends it on the command line."""

    what: Said
    ok: bool
    found: Said
    remedy: Said | None = None
    command: str | None = None

    def told(self) -> dict[str, Any]:
        """In plain values and English, for programs and the command line."""
        remedy = plain(self.remedy) if self.remedy is not None else ""
        return {"what": plain(self.what), "ok": self.ok, "found": plain(self.found), "remedy": remedy}


def checkup(settings: Settings) -> list[Found]:
    """Look at everything; nothing that is wrong keeps the rest from being looked at."""
    looks: tuple[tuple[Said, Callable[[Settings], Found]], ...] = (
        (_("data folder"), _folder),
        (_("disk"), _disk),
        (_("clock"), _clock),
        (_("time zones"), _zones),
        (_("master key"), _key),
        (_("stores"), _stores),
        (_("raw files"), _raw_files),
        (_("deletions"), _deletions),
        (_("backup"), _backup),
        (_("mail"), _mail),
    )
    found: list[Found] = []
    for what, look in looks:
        if look in (_deletions, _backup) and any(each.what == _("stores") and not each.ok for each in found):
            continue  # the stores cannot be asked, which is told already
        try:
            found.append(look(settings))
        except (Fault, OSError) as trouble:
            found.append(Found(what, False, _trouble(trouble), _("Mend what the sentence names, then look again.")))
    return found


def _trouble(trouble: Fault | OSError) -> Said:
    return trouble.said if isinstance(trouble, Fault) else _("{trouble}", trouble=str(trouble))


def _folder(settings: Settings) -> Found:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = settings.data.stat().st_mode & 0o777
    if mode & 0o077:
        return Found(
            _("data folder"),
            False,
            _("others can look into {path}", path=str(settings.data)),
            _("Run: chmod 700 {path}", path=str(settings.data)),
        )
    probe = settings.data / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    return Found(_("data folder"), True, _("{path}", path=str(settings.data)))


def _disk(settings: Settings) -> Found:
    free = shutil.disk_usage(settings.data).free
    said = _("{size} GB free", size=round(free / (1 << 30), 1))
    return Found(_("disk"), free >= SPARE_BYTES, said, _("Free some space, or move the data folder to a larger disk."))


def _clock(settings: Settings) -> Found:
    now = datetime.now(UTC)
    born = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    steady = now >= born and abs(time.time() - now.timestamp()) < 1
    return Found(
        _("clock"),
        steady,
        _("{moment}", moment=now.isoformat(timespec="seconds")),
        _("Set the machine's clock (it is before the program was made)."),
    )


def _zones(settings: Settings) -> Found:
    try:
        ZoneInfo("America/Chicago")
    except ZoneInfoNotFoundError:
        return Found(_("time zones"), False, _("no time zone data"), _("Install the package tzdata."))
    return Found(_("time zones"), True, _("known"))


def _key(settings: Settings) -> Found:
    keys = given_keys(settings)
    if keys is None:
        with store_room.open(settings.data, settings.database_url) as stores:
            keys = master_keys(settings, stores)
    return Found(_("master key"), True, _("key {key}", key=keys.newest.id))


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
        remedy = _("Give Homeroom the master key with which these districts were made (keys/master.key or HOMEROOM_MASTER_KEY).")
        shut = _("the data keys of {districts} cannot be opened", districts=in_a_row(sorted(set(closed))))
        return Found(_("stores"), False, shut, remedy)
    return Found(
        _("stores"), True, ngettext("{engine}, {count} district", "{engine}, {count} districts", len(districts), engine=engine)
    )


def _raw_files(settings: Settings) -> Found:
    """A bucket is written to and read from, since a key may have the one right and not the other; a folder lies in the data folder."""
    if settings.storage is None:
        return Found(_("raw files"), True, _("{path}", path=settings.raw))
    store, probe = raw_store(settings), f"probes/{secrets.token_hex(6)}"
    objects.put(store, probe, b"x")
    read = objects.size(store, probe)
    objects.remove(store, [probe])
    if read != 1 or objects.size(store, probe) is not None:
        return Found(
            _("raw files"),
            False,
            _("{path} does not give back what it takes", path=settings.storage),
            _("Ask whoever runs the object store."),
        )
    return Found(_("raw files"), True, _("{path} takes and gives", path=settings.storage))


def _deletions(settings: Settings) -> Found:
    """Districts whose time to be kept is over are gone, or somebody must look why not."""
    with store_room.open(settings.data, settings.database_url) as stores:
        left = stores.control.deletions.due(datetime.now(UTC) - OVERDUE)
    if not left:
        return Found(_("deletions"), True, _("nothing is overdue"))
    names = in_a_row(each.district for each in left)
    remedy = _("See that a worker runs: it erases them. Its log says why it could not.")
    return Found(
        _("deletions"),
        False,
        _("to be deleted and still there: {names}", names=names),
        remedy,
        f"homeroom district erase {left[0].district}",
    )


def _backup(settings: Settings) -> Found:
    """Whoever began with backups wants one of each night; whoever copies the stores in another way is let alone."""
    with store_room.open(settings.data, settings.database_url) as stores:
        last = stores.control.pulse().backup
    if last is None:
        return Found(_("backup"), True, _("none was made by Homeroom"))
    fresh = datetime.now(UTC) - last < BACKUP_AGE
    said = _("the last one was made {when}", when=last)
    return Found(_("backup"), fresh, said, _("Look why the nightly backup did not run, and make one."), "homeroom backup OUT")


def _mail(settings: Settings) -> Found:
    if settings.smtp_url is None:
        return Found(_("mail"), True, _("no mail server is set: nobody is told by e-mail"))
    from homeroom.outbound.mail import NotSent, Server, reach

    server = Server.parse(settings.smtp_url)
    try:
        reach(server)
    except NotSent as trouble:
        return Found(
            _("mail"), False, trouble.said, _("Check HOMEROOM_SMTP_URL, and that this machine may reach the mail server.")
        )
    return Found(_("mail"), True, _("{host} lets us in", host=server.host))
