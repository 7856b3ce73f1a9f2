"""Refresh: one record from its system now, by the walk that every delivery takes; the answer says what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeroom.deliveries.workfolders import claim
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import ImportReport, TableReport
from homeroom.store.audit import AuditRow
from homeroom.store.history import Record
from homeroom.store.sources import Source
from homeroom.sync import gate, imports, intake, noticing, pulling, sources
from homeroom.sync.house import House
from homeroom.sync.single_records import WRITE_BACK, DistrictHeld
from homeroom.sync.tuning import read_as, sent_as
from homeroom.systems.fetching import Road
from homeroom.systems.roads import ROADS


@dataclass(frozen=True, slots=True)
class Field:
    """One field that changed; None is blank."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `changed`: fields of the record itself; `also`: what happened to rows that hang on it, by table."""

    report: ImportReport
    changed: tuple[Field, ...]
    also: dict[str, TableReport]

    def as_json(self) -> dict[str, Any]:
        """The answer as plain values."""
        return {
            "import": self.report.number,
            "outcome": self.report.outcome,
            "reason": {"code": r.code, "message": r.message, "remedy": r.remedy} if (r := self.report.reason) else None,
            "revision": self.report.revision_after,
            "changed": [{"field": f.field, "old": f.old, "new": f.new} for f in self.changed],
            "also": {
                t: {"added": r.added, "updated": r.updated, "removed": r.removed, "restored": r.restored}
                for t, r in self.also.items()
            },
        }


def refresh(
    house: House,
    slug: str,
    table: str,
    sourced_id: str,
    *,
    who: str,
    now: datetime,
    tell: Callable[[str], None] = lambda step: None,
) -> Refreshed:
    """Ask the record's own system for it, and commit what came. A second call changes nothing.

    Raises Misuse when the record is of no source that can be asked, and Refused when the system cannot be reached or has no such
    record; nothing is changed then.
    """
    if gate.closed(house, slug):
        raise Misuse(
            "The set-up of {slug} is not approved yet: nothing is saved until then, and nothing can be refreshed.", slug=slug
        )
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    store.table(table)
    held = store.record(table, sourced_id)
    source, road = _road(house, slug, table, sourced_id, held)
    assert road.one is not None
    ours = sourced_id if held is not None else read_as(source, table, sent_as(source, table, sourced_id))
    house.stores.control.audit.add(AuditRow(now, who, "record-refreshed", slug, {"table": table, "source": source.id}))
    with claim(house.settings.work, f"{slug}-refresh") as work:
        tell("fetch")
        known = house.stores.control.errands.known(source.id)
        single = DistrictHeld.by(house, source, road).named(table, ours)
        fetched = road.one(pulling.at_once(pulling.errand(house, source, known, work.path, now, 0.0, tell)), single)
        delivery = intake.deliver(house, slug, source, fetched.files, "refresh", now)
    house.announce()
    entry = store.imports.begin(
        source=source.id,
        delivery=delivery.number,
        kind="change_notification",
        trigger="refresh",
        now=now,
        executor=house.executor.name,
    )
    report = imports.run(house, slug, entry.number, now=now, tell=tell)
    changed = _changed(store.record(table, ours), report) if report.revision_after > report.revision_before else ()
    also = {t: r for t, r in report.tables.items() if t != table and (r.added or r.updated or r.removed or r.restored)}
    return Refreshed(report, changed, also)


def read_written(house: House, source: Source, now: datetime, tell: Callable[[str], None]) -> ImportReport | None:
    """Read what notices name at once, without waiting for the clock: what Homeroom wrote itself is among them. None where the source rests.

    What cannot be read now stays noticed, and the clock tries it again.
    """
    if noticing.rests(house, source, now):
        return None
    house.announce()
    entry = house.stores.roster(source.district).imports.begin(
        source=source.id, delivery=None, kind="change_notification", trigger=WRITE_BACK, now=now, executor=house.executor.name
    )
    return imports.run(house, source.district, entry.number, now=now, tell=tell)


def _road(house: House, slug: str, table: str, sourced_id: str, held: Record | None) -> tuple[Source, Road]:
    """The source to ask: the one that wrote the record, or one of the same system that can be asked; for a new record the only one, or
    the only one whose prefix the id has.
    """
    mine = house.stores.control.sources.of(slug)
    askable = [s for s in mine if s.kind in ROADS and ROADS[s.kind].one is not None and s.enabled]
    if held is not None and held.source is not None:
        own = house.stores.control.sources.get(held.source)
        family = {own.id} | sources.allied(house, own)
        askable = [s for s in askable if s.id in family]
        if not askable:
            raise Misuse(
                "{table} {sourced_id} comes from source {number} ({kind}), which cannot be asked for one record.",
                table=table,
                sourced_id=sourced_id,
                number=str(own.id),
                kind=own.kind,
            )
    elif len(askable) > 1:
        askable = [s for s in askable if sent_as(s, table, sourced_id) != sourced_id] or askable
    if len(askable) != 1:
        if not askable:
            raise Misuse("{slug} has no source that can be asked for one record.", slug=slug)
        raise Misuse("{slug} has several sources, and none of them holds this record.", slug=slug)
    return askable[0], ROADS[askable[0].kind]


def _changed(now: Record | None, report: ImportReport) -> tuple[Field, ...]:
    """The fields of a record that an import changed; of one that came, went or came back its status too."""
    if now is None:
        return ()
    mine = [c for c in now.changes if c.number_of_import == report.number]
    fields = [Field(name, old, new) for c in mine for name, (old, new) in c.fields.items()]
    states = {"add": (None, "active"), "remove": ("active", "tobedeleted"), "restore": ("tobedeleted", "active")}
    return (*(Field("status", *states[c.verb]) for c in mine if c.verb in states), *fields)


__all__ = ["Field", "Refreshed", "Refused", "refresh"]
