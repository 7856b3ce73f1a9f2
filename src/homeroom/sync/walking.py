"""One import's walk with everything around it: opening the delivery, gathering the ground, deciding how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from homeroom.compare.limits import Active
from homeroom.compare.snapshot import Snapshot
from homeroom.deliveries.seal import Sealed, SealedFile, unseal
from homeroom.deliveries.workfolders import claim
from homeroom.roster.catalogue import Catalogue
from homeroom.roster.contacts import MARK
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import ImportReport
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.sync import committing, repeating, tuning
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, sets_for
from homeroom.sync.sources import allied
from homeroom.sync.walk import Ground, walk
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup

SMALL = 64 << 20
"""Deliveries below so many bytes get one thread and half the memory: many of them are walked side by side."""


def walk_import(
    house: House,
    slug: str,
    entry: Import,
    started: ImportReport,
    now: datetime,
    layouts: str | None,
    tell: Callable[[str], None],
    approved: str | None,
) -> ImportReport:
    """Walk one import and end it: committed, held, failed by judgement, or a dry run told. Raises Refused as rooms do."""
    source = house.stores.control.sources.get(_number(entry.source))
    sealed = sealed_delivery(house, slug, _number(entry.delivery))
    mark = repeating.stamp(house, slug, entry, source, layouts, now)
    started = replace(started, stamp=mark, layouts_named=layouts)
    if approved is None and (again := repeating.same_as_last(house, slug, entry, source, sealed.digest, mark)):
        return repeating.repeat(house, slug, entry, started, again, now)
    snapshots = house.snapshots(slug, source.id)
    with (
        claim(house.settings.work, f"{slug}-{entry.number}") as folder,
        Workbench(folder.path, **room_for(house, sealed.size), also=(snapshots,)) as bench,
    ):
        tell("open the delivery")
        files = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
        ground = ground_of(house, slug, source, entry.kind, bench, now, layouts)
        try:
            walked = walk(bench, files, ground, tell)
        except Refused as refusal:
            return committing.refuse(house, slug, bench, entry, started, files, refusal, now)
        tell("write")
        return committing.conclude(house, slug, bench, entry, started, walked, ground, snapshots, now, approved)


def _number(value: int | None) -> int:
    if value is None:
        raise Misuse("this import has no delivery to walk")
    return value


def room_for(house: House, size: int) -> dict[str, int]:
    """Threads and memory for a delivery of so many bytes."""
    settings = house.settings
    if size < SMALL:
        return {"memory_mb": max(200, settings.memory_mb // 2), "threads": 1}
    return {"memory_mb": settings.memory_mb, "threads": settings.threads}


def sealed_delivery(house: House, slug: str, number: int) -> Sealed:
    """The delivery as it was sealed. Raises Refused when its time is over and its bytes are gone."""
    delivery = house.stores.roster(slug).deliveries.get(number)
    if delivery.shredded_at is not None:
        raise Refused("delivery_gone")
    files = tuple(SealedFile(f.name, f.size, f.sha256, f.stored) for f in delivery.files)
    return Sealed(slug, number, delivery.digest, files)


def ground_of(house: House, slug: str, source: Source, kind: str, bench: Workbench, now: datetime, layouts: str | None) -> Ground:
    """What a walk of one of a source's deliveries stands on, as things are at this moment."""
    store = house.stores.roster(slug)
    sets, wanted = sets_for(layouts or source.layouts, Own(house, slug))
    zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
    folder = house.snapshots(slug, source.id)
    today = now.astimezone(zone)
    revision = store.revision()

    def lookup(book: Catalogue) -> Lookup:
        def brought(table: str, wanted: str | None) -> str:
            # The rooms write the name as it stands in their SQL, the store takes the name itself.
            return store.bring(bench, book[table], wanted.strip('"') if wanted is not None else None)

        return brought

    def touched(workbench: Workbench, table: str, snapshot: Snapshot) -> str | None:
        return store.touched(workbench, table, snapshot.revision)

    def written(table: str, belongs: Callable[[str], bool], into: str) -> str | None:
        return store.written_by(bench, table, source.id, belongs, into)

    @cache
    def counts() -> dict[str, dict[str | None, int]]:
        return store.active_counts(source.id)

    def active(table: str) -> Active:
        schools = dict(counts().get(table, {}))
        total = schools.pop(None, 0)
        return Active(total, {school: n for school, n in schools.items() if school is not None})

    return Ground(
        sets=sets,
        wanted=wanted,
        kind="continuous" if kind == "continuous" else "change_notification",
        source=source.id,
        allied=allied(house, source),
        hints=tuning.hints(source),
        rules=tuning.rules(source, today),
        limits=tuning.limits(source, today),
        first=revision == 0,
        snapshots={t: Snapshot.from_json(row.record, folder) for t, row in store.snapshots.of(source.id).items()},
        touched=touched,
        written=written,
        lookup=lookup,
        agree=store.agree,
        active=active,
        last_rows=last_rows(store, source.id),
        now=today,
        contacts=source.settings.get("contacts", {}),
        made_before=lambda: store.bearing(source.id, "users", MARK),
    )


def last_rows(store: RosterStore, source: int) -> dict[str, int]:
    """How many rows each table's files had in the last import of a source that was applied."""
    for entry in store.imports.last(50, source=source):
        if entry.dry_run or entry.status != "done" or entry.outcome == "failed":
            continue
        rows: dict[str, int] = {}
        for file in (store.imports.report(entry.number) or {}).get("files", ()):
            if file["table"] is not None:
                rows[file["table"]] = rows.get(file["table"], 0) + file["rows"]
        return rows
    return {}
