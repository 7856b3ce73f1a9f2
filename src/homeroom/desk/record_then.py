"""A record as it was: on a day, or at a revision, told from what it is now and from every change since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeroom.desk import record_names, rights
from homeroom.desk.records import resolved
from homeroom.desk.viewer import Viewer
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import MEMBER
from homeroom.roster.meanings import label_of_field
from homeroom.store.audit import AuditRow
from homeroom.store.history import Change, Record, Revision
from homeroom.store.roster import RosterStore
from homeroom.sync.house import House

BACK = {"add": None, "remove": "active", "restore": "tobedeleted"}
"""What a record's status was before a change of that verb; None: it was not there."""


@dataclass(frozen=True, slots=True)
class Then:
    """One of the two states. `revision`: the one that held then, None where the roster had none yet. `at`: when it came to be.

    `there`: whether the record was there; `removed`: it was kept, and counted as removed.
    """

    asked: str
    revision: int | None
    at: datetime | None
    there: bool
    removed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One field in both states; None is blank, or the record was not there."""

    field: str
    label: str
    before: str | None
    now: str | None

    @property
    def differs(self) -> bool:
        """Whether the two states say different things."""
        return self.before != self.now


@dataclass(frozen=True, slots=True)
class Comparison:
    """A record in two states, field by field; the earlier one is always the first."""

    table: str
    name: str
    first: Then
    last: Then
    fields: tuple[Pair, ...]


def compare(
    house: House, asking: Viewer, slug: str, table: str, key: str, one: str, other: str, now: datetime
) -> Comparison | None:
    """A record in two states, each named by a day (`2026-11-03`: as it was when that day ended) or a revision (`1197`).

    Empty names: the beginning of the record, and now. None where there is no such record. Raises NotAllowed, Misuse.
    """
    rights.demand(house, asking, "records.see", slug, now)
    sourced_id = resolved(house, slug, table, key)
    store = house.stores.roster(slug)
    record = store.record(table, sourced_id) if sourced_id is not None else None
    if record is None:
        return None
    zone = ZoneInfo(house.stores.control.districts.get(slug).timezone)
    asked = [one or str(record.first_revision), other or str(store.revision())]
    states = sorted(((_revision(store, word, zone), word) for word in asked), key=lambda s: s[0].number if s[0] else 0)
    told = {"table": table, "record": key, "revisions": [s[0].number if s[0] else None for s in states]}
    house.stores.control.audit.add(AuditRow(now, asking.who, "record-seen", slug, told))
    (first, before), (last, after) = (_state(record, revision, word) for revision, word in states)
    fields = _pairs(store.table(table), before, after)
    return Comparison(table, record_names.name(table, record.values), first, last, fields)


def id_of(house: House, asking: Viewer, slug: str, table: str, key: str, now: datetime) -> str | None:
    """The sourcedId of a record that is looked at in another form; it is written down as every look is. Raises NotAllowed."""
    rights.demand(house, asking, "records.see", slug, now)
    sourced_id = resolved(house, slug, table, key)
    if sourced_id is not None:
        house.stores.control.audit.add(AuditRow(now, asking.who, "record-seen", slug, {"table": table, "record": key}))
    return sourced_id


def _revision(store: RosterStore, word: str, zone: ZoneInfo) -> Revision | None:
    """The revision that held. Raises Misuse for a word that names none."""
    if word.isascii() and word.isdigit() and len(word) < 10:
        found = store.revisions(1, before=int(word) + 1)
        if not found or found[0].number != int(word):
            raise Misuse("There is no revision {revision} of this roster, or it is not kept any more.", revision=word)
        return found[0]
    try:
        day = date.fromisoformat(word)
        ended = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misuse("Name two days (2026-11-03) or revisions (1197).") from None
    return store.revision_before(ended)


def _state(record: Record, revision: Revision | None, word: str) -> tuple[Then, dict[str, Any]]:
    """The record's values as they were, none where it was not there."""
    number = revision.number if revision is not None else 0
    values: dict[str, Any] | None = dict(record.values) if record.first_revision <= number else None
    if values is not None:
        for change in record.changes:  # the newest first
            if change.revision > number and values is not None:
                values = _undone(values, change)
    at = revision.at if revision is not None else None
    status = values["status"] if values is not None else None
    then = Then(word, number or None, at, values is not None, status is not None and status != "active")
    return then, values or {}


def _undone(values: dict[str, Any], change: Change) -> dict[str, Any] | None:
    before = {column: pair[0] for column, pair in change.fields.items()}
    if change.verb in BACK:
        status = BACK[change.verb]
        return None if status is None else values | before | {"status": status}
    return values | before


def _pairs(table: Table, before: dict[str, Any], after: dict[str, Any]) -> tuple[Pair, ...]:
    names = [field.name for field in table.model]
    old, new = _members(before), _members(after)
    told = [Pair(name, label_of_field(table.name, name), _text(before.get(name)), _text(after.get(name))) for name in names]
    members = sorted({*old, *new})
    return (*told, *(Pair(MEMBER + m, label_of_field(table.name, MEMBER + m), old.get(m), new.get(m)) for m in members))


def _members(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in json.loads(str(values.get("metadata") or "{}")).items()}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
