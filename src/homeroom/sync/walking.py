"""One import's walk with everything around it: opening the delivery, gathering the ground, deciding how it ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypedDict
from zoneinfo import ZoneInfo

from homeroom.compare.limits import Active, LastTime
from homeroom.compare.snapshot import Snapshot
from homeroom.deliveries.seal import Sealed, SealedFile, unseal
from homeroom.deliveries.workfolders import claim
from homeroom.roster.catalogue import Catalogue
from homeroom.roster.contacts import MARK
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import ImportReport
from homeroom.store.imports import Import
from homeroom.store.pages import Where
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.sync import committing, lock_days, repeating, tuning
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, sets_for
from homeroom.sync.reading_otherwise import usual_set
from homeroom.sync.sources import allied, siblings
from homeroom.sync.suiting import suited
from homeroom.sync.walk import Ground, walk
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup

SMALL = 64 << 20
"""Deliveries below so many bytes get one thread and half the memory: many of them are walked side by side."""
FEW = 64 << 10
"""Deliveries of single records below so many bytes hold a few hundred rows at most."""
ASKED_AT_ONCE = 400
MOST_STUDENTS = 100_000
"""More than so many people have."""


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
    lock_days.let_go(house, slug, now)
    mark = repeating.stamp(house, slug, entry, source, layouts, now)
    started = replace(started, stamp=mark, layouts_named=layouts)
    if approved is None and (again := repeating.same_as_last(house, slug, entry, source, sealed.digest, mark)):
        return repeating.repeat(house, slug, entry, started, again, now)
    snapshots = house.snapshots(slug, source.id)
    with (
        claim(house.settings.work, f"{slug}-{entry.number}") as folder,
        Workbench(folder.path, **room_for(house, sealed.size), also=(snapshots,), rows=_rows(entry, sealed)) as bench,
    ):
        tell("open the delivery")
        files = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
        ground = ground_of(house, slug, source, entry.kind, bench, now, layouts)
        ground = replace(ground, schools=replace(ground.schools, listing=entry.dry_run))
        try:
            walked = walk(bench, files, ground, tell)
        except Refused as refusal:
            return committing.refuse(house, slug, bench, entry, started, files, refusal, ground, now)
        tell("write")
        return committing.conclude(house, slug, bench, entry, started, walked, ground, snapshots, now, approved)


def _number(value: int | None) -> int:
    if value is None:
        raise Misuse("this import has no delivery to walk")
    return value


def _rows(entry: Import, sealed: Sealed) -> Literal["few", "many"]:
    return "few" if entry.kind != "continuous" and sealed.size < FEW else "many"


class Room(TypedDict):
    """What a workbench may take of the machine."""

    memory_mb: int
    threads: int


def room_for(house: House, size: int) -> Room:
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
    sets = [suited(each, source) for each in sets]
    zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
    folder = house.snapshots(slug, source.id)
    today = now.astimezone(zone)
    revision = store.revision()
    last = last_report(store, source.id)
    family = allied(house, source)
    pairs = tuning.taken_over(source, house.stores.control.taken_over.of(slug), family)

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
        allied=family,
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
        last=last_time(store, source.id),
        now=today,
        contacts=tuning.contacts(source),
        students_of=lambda people: _students_of(store, source, people),
        made_before=lambda: store.bearing(source.id, "users", MARK),
        treatment=tuning.treatment(source, siblings(house, source)),
        paused=frozenset(table for table in tuning.resting(source, today) if table is not None),
        absent_before=lambda: ("absent_before", store.absent(bench, source.id, "absent_before")),
        ownership=tuning.ownership(source),
        schools=tuning.schools(source, today, house.stores.control.schools.own(slug, source.id), last, pairs.get("orgs", {})),
        taken_over=pairs,
        usual=usual_set(store, source.id) if wanted is None else None,
    )


def _students_of(store: RosterStore, source: Source, people: Collection[str]) -> set[str]:
    """The active students who have one of these people as agent; all ids as the source sends them."""
    held = sorted(tuning.read_as(source, "users", person) for person in people)
    found: set[str] = set()
    for first in range(0, len(held), ASKED_AT_ONCE):
        where = [Where("agentSourcedIds", tuple(held[first : first + ASKED_AT_ONCE]))]
        page = store.page("users", MOST_STUDENTS, status="active", where=where, columns=("sourcedId",))
        found |= {tuning.sent_as(source, "users", str(row[0])) for row in page.rows}
    return found


def last_report(store: RosterStore, source: int) -> Mapping[str, Any]:
    """The report of the last import of a source that was applied; empty where there is none."""
    for entry in store.imports.last(50, source=source):
        if not entry.dry_run and entry.status == "done" and entry.outcome != "failed":
            return store.imports.report(entry.number) or {}
    return {}


def last_time(store: RosterStore, source: int) -> dict[str, LastTime]:
    """What each table's complete files were in the last import of a source that was applied and had such files."""
    for entry in store.imports.last(50, source=source):
        if entry.dry_run or entry.status != "done" or entry.outcome == "failed" or entry.kind != "continuous":
            continue
        report = store.imports.report(entry.number) or {}
        files = [f for f in report.get("files", ()) if f["table"] is not None and f.get("mode", "continuous") == "continuous"]
        if files:
            return {table: _complete(report, table, files) for table in {f["table"] for f in files}}
    return {}


def _complete(report: Mapping[str, Any], table: str, files: Sequence[Mapping[str, Any]]) -> LastTime:
    mine = [f for f in files if f["table"] == table]
    refused = report["tables"].get(table, {}).get("refused", 0)
    skipped = sum(f.get("skipped", 0) for f in mine)
    return LastTime(sum(f["rows"] for f in mine), refused, frozenset(f["layout"] for f in mine), skipped)
