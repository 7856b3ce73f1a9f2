"""One record as it is looked at: its fields with where each came from, its history, what hangs on it, which apps see it.

Looking is written down in the district's audit, with the table and the KEY. Only values that are stored are shown; nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from homeroom.desk import app_shares, record_keys, record_names, rights
from homeroom.desk.app_shares import Seen
from homeroom.desk.record_history import Event, Source, Walks, of_record
from homeroom.desk.record_links import Links, Ref
from homeroom.desk.record_relations import Relations, related
from homeroom.desk.viewer import Viewer
from homeroom.roster.catalogue import Table
from homeroom.roster.holding import MEMBER, WHOLE, is_field
from homeroom.roster.meanings import label_of_field
from homeroom.store.audit import AuditRow
from homeroom.store.history import Record
from homeroom.store.holding import Hold
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Lock:
    """A person holds this field. `says`: what the source says instead, where that is something else (`differs`)."""

    since: datetime
    who: str
    why: str | None
    until: date | None
    whole: bool
    differs: bool
    says: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `refs` are the records that its value names. `source` is None for a field that no import ever brought."""

    name: str
    label: str
    value: str | None
    refs: tuple[Ref, ...]
    source: Source | None
    lock: Lock | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One record. `number_of_import` wrote it last; `removed`: it is kept, and comes back when the source lists it again."""

    district: str
    table: str
    key: str
    sourced_id: str
    name: str
    what: str | None
    number: str | None
    grade: str | None
    school: Ref | None
    removed: bool
    number_of_import: int | None
    first_revision: int
    last_revision: int
    fields: tuple[Field, ...]
    history: tuple[Event, ...]
    relations: Relations
    apps: tuple[Seen, ...]
    may_refresh: bool
    may_lock: bool
    joined: bool = False
    archived: Lock | None = None


def profile(house: House, asking: Viewer, slug: str, table: str, key: str, now: datetime) -> Profile | None:
    """One record by its KEY; None where there is none. Raises NotAllowed."""
    rights.demand(house, asking, "records.see", slug, now)
    sourced_id = resolved(house, slug, table, key)
    if sourced_id is None:
        return None
    store = house.stores.roster(slug)
    record = store.record(table, sourced_id)
    if record is None:
        return None
    house.stores.control.audit.add(AuditRow(now, asking.who, "record-seen", slug, {"table": table, "record": key}))
    known, links, walks = store.table(table), Links(house, slug), Walks(house, slug)
    values = record.values
    fields = tuple(_fields(known, record, links, walks))
    school = next((f.refs[0] for f in fields if f.name == record_names.SCHOOL.get(table) and f.refs), None)
    return Profile(
        district=slug,
        table=table,
        key=key,
        sourced_id=sourced_id,
        name=record_names.name(table, values),
        what=record_names.what(table, values),
        number=record_names.number(table, values),
        grade=_text(values.get("grades")),
        school=school,
        removed=values["status"] != "active",
        number_of_import=record.number_of_import,
        first_revision=record.first_revision,
        last_revision=record.last_revision,
        fields=fields,
        history=of_record(house, slug, record, links, walks),
        relations=related(house, slug, record, links),
        apps=app_shares.seen(house, slug, known, values),
        may_refresh=rights.may(house, asking, "records.refresh", slug, now) and _can_be_asked(house, slug, record),
        may_lock=rights.may(house, asking, "records.lock", slug, now),
        joined=any(h.word == ":joined" for h in record.holds),
        archived=next((_lock(h, None) for h in record.holds if h.word.startswith(":archived")), None),
    )


def resolved(house: House, slug: str, table: str, key: str) -> str | None:
    """The sourcedId behind a KEY, for a table that the district has; None for anything else."""
    store = house.stores.roster(slug)
    known = {*store.counts()}
    return record_keys.resolve(house, slug, table, key) if table in known else None


def _can_be_asked(house: House, slug: str, record: Record) -> bool:
    """Whether a source of the district can be asked for single records at all."""
    from homeroom.systems.roads import ROADS  # the clients of all systems; a page that offers no refresh needs none

    mine = house.stores.control.sources.current(slug)
    return any(s.enabled and s.kind in ROADS and ROADS[s.kind].one is not None for s in mine)


def _fields(table: Table, record: Record, links: Links, walks: Walks) -> list[Field]:
    holds = {h.word: h for h in record.holds if is_field(h.word)}
    told = []
    for field in table.model:
        value = _text(record.values.get(field.name))
        refs = links.refs(field.ref, value) if field.format.is_reference and field.ref else ()
        told.append(_field(table.name, field.name, value, refs, record, holds, walks))
    members = json.loads(str(record.values.get("metadata") or "{}"))
    for name, value in sorted(members.items()):
        told.append(_field(table.name, MEMBER + name, str(value), (), record, holds, walks))
    return told


def _field(
    table: str, name: str, value: str | None, refs: tuple[Ref, ...], record: Record, holds: Mapping[str, Hold], walks: Walks
) -> Field:
    hold = holds.get(name) or holds.get(WHOLE)
    lock = _lock(hold, name) if hold is not None else None
    return Field(name, label_of_field(table, name), value, refs, walks.source(record, name, value), lock)


def _lock(hold: Hold, field: str | None) -> Lock:
    return Lock(
        hold.since, hold.who, hold.why, hold.until, hold.word == WHOLE, field in hold.offered, hold.offered.get(field or "")
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
