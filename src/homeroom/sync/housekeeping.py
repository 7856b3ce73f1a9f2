"""What the clock does: raw files expire, orphans of killed imports go, snapshots that grew too many parts are folded, removed
records and old issues are purged, locks end on their day, and districts go whose time to be kept is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from homeroom.compare import snapshot as snapshots_of
from homeroom.compare.snapshot import Snapshot
from homeroom.deliveries.retention import shred, sweep
from homeroom.deliveries.seal import Sealed, SealedFile
from homeroom.deliveries.workfolders import claim, reap
from homeroom.roster.faults import TryAgain
from homeroom.store.deletions import Leaving
from homeroom.store.snapshots import SnapshotRow
from homeroom.sync import erasing, expiry, lock_days, ran
from homeroom.sync.house import House
from homeroom.sync.taking_up import bury_interrupted
from homeroom.workbench.bench import Workbench

DEAD_LINKS = timedelta(days=30)
"""For so long a link that opens nothing any more can still say why."""


def keep(house: House, now: datetime) -> dict[str, int]:
    """One round over all districts; returns what was done, in counts. A district that is busy is left for the next round."""
    house.stores.forget_absent()
    house.stores.control.once.purge(now, now - DEAD_LINKS)
    house.stores.control.ran.purge(now - timedelta(days=ran.DAYS))
    counted = ("shredded", "swept", "snapshots", "purged", "unlocked", "noted")
    done = {**dict.fromkeys(counted, 0), "folders": len(reap(house.settings.work))}
    for district in house.stores.control.districts.staying():
        try:
            with house.stores.lock(district.slug, 0):
                bury_interrupted(house, district.slug, but=None)
                done["shredded"] += _shred(house, district.slug, now)
                done["swept"] += _sweep(house, district.slug, now)
                done["snapshots"] += _snapshots(house, district.slug)
                done["purged"] += expiry.purge(house, district, now)
                done["unlocked"] += lock_days.let_go(house, district.slug, now)
                done["noted"] += ran.note(house, district.slug, now)
        except (TryAgain, Leaving):
            continue
    done["districts"] = erasing.erase_due(house, now)
    return done


def _shred(house: House, slug: str, now: datetime) -> int:
    """Delete raw files whose time is over, unless a hold still waits on them."""
    store = house.stores.roster(slug)
    needed = {entry.delivery for entry in store.imports.with_status("waiting_for_approval")}
    count = 0
    for delivery in store.deliveries.expired(now):
        if delivery.number in needed:
            continue
        files = tuple(SealedFile(f.name, f.size, f.sha256, f.stored) for f in delivery.files)
        shred(house.raw, Sealed(slug, delivery.number, delivery.digest, files))
        store.deliveries.shredded(delivery.number, now)
        count += 1
    return count


def _sweep(house: House, slug: str, now: datetime) -> int:
    known = [f.stored for d in house.stores.roster(slug).deliveries.last(100_000) if d.shredded_at is None for f in d.files]
    return sweep(house.raw, slug, known, now)


def _snapshots(house: House, slug: str) -> int:
    """Remove files that no record names; fold deltas that slow the night."""
    store = house.stores.roster(slug)
    count = 0
    for source in house.stores.control.sources.of(slug):
        folder = house.snapshots(slug, source.id)
        rows = store.snapshots.of(source.id)
        kept = {name: Snapshot.from_json(row.record, folder) for name, row in rows.items()}
        for name, snapshot in kept.items():
            if all(f.is_file() for f in snapshot.files) and snapshots_of.overgrown(snapshot):
                kept[name] = _fold(house, slug, source.id, snapshot, folder)
                count += 1
        count += len(snapshots_of.reap(folder, [f for s in kept.values() for f in s.files]))
    return count


def _fold(house: House, slug: str, source: int, snapshot: Snapshot, folder: Path) -> Snapshot:
    with claim(house.settings.work, f"{slug}-fold") as work, Workbench(work.path, also=(folder,)) as bench:
        folded = snapshots_of.compact(bench, snapshot, folder)
    row = SnapshotRow(source, snapshot.table, folded.fingerprint, folded.revision, folded.as_json())
    house.stores.roster(slug).snapshots.replace(row)
    return folded
