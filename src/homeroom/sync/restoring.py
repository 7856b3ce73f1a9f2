"""An installation from a backup: on the same engine or on the other one, under the same master key.

It needs a place where nobody has begun. A file in the data folder says that a restore is under way; until it has ended nothing else
opens the installation, and one that was cut off is simply done again. The control store comes last: without it there is no installation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from obstore.store import ObjectStore
from sqlalchemy import MetaData, delete

from homeroom.deliveries import firstuse, objects
from homeroom.deliveries.keys import SealBroken, Vault
from homeroom.deliveries.workfolders import reap
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Listed, ngettext
from homeroom.settings import Settings
from homeroom.store import control_tables, district_tables, locks, people_tables
from homeroom.store.audit import AuditRow
from homeroom.store.places import Place
from homeroom.store.postgres_schema import postgres_engine
from homeroom.store.refounding import demolish, forget_jobs, in_use, refound
from homeroom.store.stores import UNDER_WAY, control_place, district_place
from homeroom.sync import backups, summaries
from homeroom.sync.backing_up import STAMPS
from homeroom.sync.backups import Manifest
from homeroom.sync.house import given_keys, opened, raw_store

Tell = Callable[[str], None]
PASSING = (
    people_tables.found, people_tables.session, people_tables.once, people_tables.attempt, control_tables.token, control_tables.worker,
)  # fmt: skip
"""What must not come to life again: who was signed in, one-time links, tokens of an hour, processes."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: rows by district, and raw files that are there again."""

    manifest: Manifest
    rows: dict[str, int]
    raw_files: int


def look_through(settings: Settings, where: str, name: str | None = None, tell: Tell = lambda step: None) -> Restored:
    """Open every part of a backup to its last byte, see that each raw file is there in its length, and write nothing.

    Raises Misuse or SealBroken where it could not be restored.
    """
    out, manifest = _chosen(settings, where, name)
    rows: dict[str, int] = {}
    for part in (*(f"{backups.DISTRICTS}/{slug}" for slug in manifest.districts), backups.CONTROL, backups.KEYS):
        tell(part)
        rows[part.removeprefix(f"{backups.DISTRICTS}/")] = sum(
            block.count(b"\n") for block in backups.read_part(out, manifest.key, part)
        )
    lost = [path for path, size in _raw_list(out, manifest).items() if objects.size(out, path) != size]
    if lost:
        raise SealBroken(
            ngettext(
                "{count} raw file of the backup is gone or cut off: {one}",
                "{count} raw files of the backup are gone or cut off, {one} among them",
                len(lost),
                one=lost[0],
            )
        )
    return Restored(manifest, rows, manifest.raw_files)


def restore(settings: Settings, where: str, now: datetime, name: str | None = None, tell: Tell = lambda step: None) -> Restored:
    """Bring an installation back, into an empty place; `name` says which backup, None the newest.

    Raises Misuse where an installation is in use, where the master key is another one or where there is no such backup; SealBroken
    where a part was changed. Done again after it was cut off, it begins anew.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    out, manifest = _chosen(settings, where, name)
    mark = settings.data / UNDER_WAY
    with locks.file(settings.data / "restore.lock", 0), ExitStack() as closing:
        engine = postgres_engine(settings.database_url) if settings.database_url else None
        if engine is not None:
            closing.callback(engine.dispose)
        control = control_place(settings.data, engine)
        closing.callback(control.close)
        places = {slug: district_place(settings.data, engine, slug) for slug in manifest.districts}
        if not _begun_here(mark, settings):
            _must_be_empty(control, places)
        firstuse.replace(mark, _target(settings))
        demolish(control)
        forget_jobs(control)
        reap(settings.work)
        tell("keys")
        _keys(settings, out, manifest)
        rows: dict[str, int] = {}
        for slug, place in places.items():
            tell(slug)
            rows[slug] = _refound(place, district_tables.district, out, manifest, f"{backups.DISTRICTS}/{slug}")
            place.close()
        tell("raw files")
        raw = raw_store(settings)
        back = sum(backups.copied(out, raw, path) for path in _raw_list(out, manifest))
        tell("control store")
        _refound(control, control_tables.control, out, manifest, backups.CONTROL)
        _let_nobody_in(control)
        mark.unlink()
        firstuse.sync_folder(settings.data)
    with opened(settings) as house:
        for slug in manifest.districts:
            summaries.summarise(house, slug, now)
        detail = {"backup": manifest.name, "made": manifest.made.isoformat(), "districts": len(rows)}
        house.stores.control.audit.add(AuditRow(now, "command line", "backup-restored", None, detail))
    return Restored(manifest, rows, back)


def _target(settings: Settings) -> bytes:
    """Which stores a restore fills, as its mark says it: an address holds a password, and is not written down."""
    return hashlib.sha256((settings.database_url or "").encode()).hexdigest().encode() + b"\n"


def _begun_here(mark: Path, settings: Settings) -> bool:
    """Whether a restore into these very stores was cut off: only then may what lies there be removed."""
    return mark.exists() and mark.read_bytes() == _target(settings)


def _must_be_empty(control: Place, districts: Mapping[str, Place]) -> None:
    """Raises Misuse where somebody's data lies. A district's store counts also where the control store beside it is lost."""
    if in_use(control):
        raise Misuse("An installation is in use here: restore into an empty data folder and database.")
    lying = [slug for slug, place in districts.items() if place.exists]
    if lying:
        raise Misuse(
            "Stores of districts lie here ({districts}), and may be newer than the backup: restore into an empty data folder and database.",
            districts=Listed(tuple(lying[:10])),
        )


def _chosen(settings: Settings, where: str, name: str | None) -> tuple[ObjectStore, Manifest]:
    out = backups.store_of(where)
    names = backups.all_names(out)
    if not names:
        raise Misuse("There is no whole backup in this place.")
    if name is not None and name not in names:
        raise Misuse("There is no backup {name} here; there are: {names}.", name=name, names=Listed(tuple(names[-10:])))
    keys = given_keys(settings)
    if keys is None:
        raise Misuse(
            "A backup opens only with the master key of its installation: put the file master.key into the folder "
            "{folder} first, or set HOMEROOM_MASTER_KEY.",
            folder=str(settings.keys),
        )
    try:
        manifest = backups.read_manifest(out, Vault(keys), name or names[-1])
    except SealBroken as fault:
        raise Misuse("This backup does not open with the master key that is here: {said}.", said=fault.said) from fault
    newer = [what for what, stamp in manifest.stamps.items() if stamp > STAMPS[what]]
    if newer:
        raise Misuse(
            "This backup was written by Homeroom {version}, which is newer: install that version to restore it.",
            version=manifest.version,
        )
    return out, manifest


def _refound(place: Place, tables: MetaData, out: ObjectStore, manifest: Manifest, part: str) -> int:
    stamp = manifest.stamps["control" if tables is control_tables.control else "district"]
    return sum(refound(place, tables, stamp, backups.read_part(out, manifest.key, part)).values())


def _keys(settings: Settings, out: ObjectStore, manifest: Manifest) -> None:
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for line in b"".join(backups.read_part(out, manifest.key, backups.KEYS)).splitlines():
        told = json.loads(line)
        firstuse.replace(settings.keys / Path(told["name"]).name, told["text"].encode())


def _raw_list(out: ObjectStore, manifest: Manifest) -> dict[str, int]:
    lines = b"".join(backups.read_part(out, manifest.key, backups.RAW)).decode().splitlines()
    return {path: int(size) for size, _, path in (line.partition("\t") for line in lines)}


def _let_nobody_in(control: Place) -> None:
    with control.write() as connection:
        for table in PASSING:
            connection.execute(delete(table))
