"""Taking a backup while everything runs, and letting old ones go.

Each store is read as it is at one moment, the districts one after the other and the control store last: whatever a district's store
names in it (a source, a layout) is there then. Raw files are copied after the stores, so that every delivery that a store knows, and that
is still kept, has its files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from obstore.store import LocalStore, ObjectStore

from homeroom.deliveries import objects
from homeroom.deliveries.firstuse import private
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store import control_tables, district_tables
from homeroom.store.audit import AuditRow
from homeroom.store.control import BACKUP
from homeroom.store.deletions import Gone, Leaving
from homeroom.store.dumping import dumped
from homeroom.store.moments import written
from homeroom.sync import backups
from homeroom.sync.backups import Manifest
from homeroom.sync.house import House

STAMPS = {"control": control_tables.HEAD, "district": district_tables.HEAD}
UNFINISHED_FOR = timedelta(days=2)
"""A backup that is not whole after so long was cut off."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. `bytes_`: of its stores, before packing; `gone`: older backups that were let go."""

    manifest: Manifest
    bytes_: int
    gone: tuple[str, ...]


def back_up(
    house: House, where: str, now: datetime, *, keep: int | None = None, who: str = "command line", tell: Tell = lambda step: None
) -> Made:
    """Write a backup of the whole installation; with `keep` only so many of the newest stay.

    Raises Misuse for a folder inside the data folder, a bucket of the raw files themselves and a `keep` below 1, TryAgain while another backup is made.
    """
    if keep is not None and keep < 1:
        raise Misuse("At least one backup has to stay.")
    out = backups.store_of(where, make=True)
    _elsewhere(house, out)
    with house.stores.sole("backup"):
        name = backups.named(now)
        if name in backups.all_names(out):
            raise TryAgain("A backup of this very second is there already; try again.")
        key, _ = house.vault.make(name, backups.PURPOSE)
        size, slugs = 0, []
        for slug in _slugs(house):
            tell(slug)
            try:
                place = house.stores.roster(slug).place
                size += backups.write_part(out, key, f"{backups.DISTRICTS}/{slug}", dumped(place, district_tables.district))
            except (Gone, Leaving):
                continue  # it was deleted meanwhile
            slugs.append(slug)
        tell("keys")
        size += backups.write_part(out, key, backups.KEYS, _key_files(house))
        tell("control store")
        size += backups.write_part(out, key, backups.CONTROL, dumped(house.stores.control.place, control_tables.control))
        tell("raw files")
        raw = _raw(house, out)
        listed = "".join(f"{count}\t{path}\n" for path, count in raw.items()).encode()
        backups.write_part(out, key, backups.RAW, [listed])
        manifest = Manifest(name, now, version("homeroom"), STAMPS, tuple(slugs), len(raw), sum(raw.values()), key)
        backups.write_manifest(out, house.vault, manifest)
        house.stores.control.settings.put(BACKUP, written(now))
        detail = {"backup": name, "districts": len(slugs), "raw_files": len(raw)}
        house.stores.control.audit.add(AuditRow(now, who, "backup-made", None, detail))
        gone = _let_go(house, out, keep, now) if keep else ()
    return Made(manifest, size, gone)


def _slugs(house: House) -> Iterator[str]:
    """Every district, those that were added meanwhile, too: the control store, which is read last, will name them."""
    done: set[str] = set()
    while left := [each.slug for each in house.stores.control.districts.all() if each.slug not in done]:
        for slug in left:
            done.add(slug)
            yield slug


def _elsewhere(house: House, out: ObjectStore) -> None:
    if isinstance(out, LocalStore) and out.prefix is not None:
        folder, data = Path(out.prefix).resolve(), house.settings.data.resolve()
        if folder == data or data in folder.parents or folder in data.parents:
            raise Misuse(
                "A backup beside the data is lost with it: name a folder outside of the data folder, best on another disk."
            )
    if backups.within(house.raw, out):
        raise Misuse(
            "The raw files themselves lie there, and would go with old backups: name another bucket, or another prefix in it."
        )


def _key_files(house: House) -> Iterator[bytes]:
    """A line of JSON for each file: small files of one line of text or a few."""
    for file in sorted(house.settings.keys.glob("*")):
        if file.is_file() and file.name != "master.key" and not file.name.startswith("."):
            yield json.dumps({"name": file.name, "text": private(file).decode()}).encode() + b"\n"


def _raw(house: House, out: ObjectStore) -> dict[str, int]:
    """Bring over the raw files that are not there yet; returns all that belong to this backup, with their sizes."""
    found: dict[str, int] = {}
    for each in objects.under(house.raw, "deliveries"):
        if backups.copied(house.raw, out, each.path):
            found[each.path] = each.size
    return found


def _let_go(house: House, out: ObjectStore, keep: int, now: datetime) -> tuple[str, ...]:
    """Remove all but the newest backups, what was cut off, and raw files that no backup names any more."""
    whole = backups.all_names(out)
    kept, gone = whole[-keep:], whole[:-keep]
    named: set[str] = set()
    for name in kept:
        key = backups.read_manifest(out, house.vault, name).key
        lines = b"".join(backups.read_part(out, key, backups.RAW)).decode().splitlines()
        named |= {line.partition("\t")[2] for line in lines}
    old = backups.named(now - UNFINISHED_FOR)
    # The manifest of a backup goes before its parts, so that one whose removal is cut off is no longer taken for whole.
    objects.remove(out, [backups.path_of(name, backups.MANIFEST) for name in gone])
    parts = [(each.path, each.path.split("/")[1]) for each in objects.under(out, backups.FOLDER)]
    objects.remove(out, [path for path, name in parts if name in gone or (name not in whole and name < old)])
    objects.remove(out, [each.path for each in objects.under(out, "deliveries") if each.path not in named])
    return tuple(gone)
