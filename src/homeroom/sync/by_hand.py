"""What a person does to a single record: lock and correct fields, archive it, say that its person has joined.

Each is one transaction in the district's store and one row in the audit trail, which names the fields and never a value. A changed value
makes a revision and a change, without an import. An import of the district that is under way is waited for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from homeroom.checks.rules import Rules
from homeroom.deliveries.workfolders import claim
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import ARCHIVED, ARCHIVED_ALWAYS, CONTACT_DETAILS, JOINED, MEMBER, WHOLE, is_field
from homeroom.roster.names import quoted
from homeroom.roster.report import TableReport, Verb, moment
from homeroom.store.commits import Commit
from homeroom.store.holding import Hold, Holding
from homeroom.store.journal import AuditRow
from homeroom.store.roster import RosterStore
from homeroom.sync import tuning
from homeroom.sync.house import House
from homeroom.sync.summaries import summarise
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup, Plan

COUNTED: Mapping[Verb, str] = {"update": "updated", "remove": "removed", "restore": "restored"}


@dataclass(frozen=True, slots=True)
class Record:
    """The record that a person works on, as it is stored, and what is held of it. The district's lock is in hand."""

    house: House
    slug: str
    store: RosterStore
    table: Table
    key: str
    values: Mapping[str, Any]
    holds: Mapping[str, Hold]
    who: str
    now: datetime

    def hold(self, word: str, why: str | None, offered: Mapping[str, str | None]) -> Hold:
        """A new hold of this record."""
        return Hold(self.table.name, self.key, word, self.now, self.who, why, offered)

    def holding(self, *put: Hold, free: tuple[str, ...] = ()) -> Holding:
        """What is held of this record from now on, and what no more."""
        return Holding(self.table.name, self.key, put, free)

    def only(self, held: Holding) -> int:
        """Change what is held, and no value; returns the revision."""
        self.store.hold(held)
        return self.store.revision()

    def change(self, bench: Workbench, verb: Verb, values: Mapping[str, str | None], held: Holding) -> int:
        """Write new values or another status, and what is held from now on; returns the new revision."""
        name = self.table.name
        bench.load("by_hand", ["sourcedId"], [[self.key]])
        stored = self.store.bring(bench, self.table, "by_hand")
        cells = ", ".join(f"{'?::VARCHAR' if c in values else quoted(c)} AS {quoted(c)}" for c in self.table.columns[1:])
        given = [values[c] for c in self.table.columns[1:] if c in values]
        bench.run(
            f'CREATE OR REPLACE TABLE {quoted(f"plan_{name}")} AS SELECT ? AS verb, id, "sourcedId", {cells} '
            f'FROM {quoted(stored)} WHERE "sourcedId" = ?',
            [verb, *given, self.key],
        )
        plan = Plan(tables={name: replace(TableReport(), **{COUNTED[verb]: 1})}, hash="", first=False)
        commit = Commit(
            number=None,
            attempt=0,
            source=None,
            revision_before=self.store.revision(),
            now=self.now,
            kind="person",
            who=self.who,
            datasets=self.store.datasets(),
        )
        return self.store.by_hand(bench, plan, commit, held)

    def audit(self, action: str, **detail: Any) -> None:
        """Say in the audit trail what was done to which record; no value of it."""
        told = {"table": self.table.name, "sourcedId": self.key, **detail}
        self.house.stores.control.audit.add(AuditRow(self.now, self.who, action, self.slug, told))


@contextmanager
def _record(house: House, slug: str, name: str, key: str, who: str, now: datetime | None) -> Iterator[Record]:
    """Take the district's lock and find the record. Raises Misuse for an unknown one."""
    house.stores.control.districts.get(slug)
    with house.stores.lock(slug):
        store = house.stores.roster(slug)
        table = store.table(name)
        values = store.one(name, key)
        if values is None:
            raise Misuse(f"{slug} has no record {key!r} in {name}.")
        holds = {h.word: h for h in store.held(name, key)}
        yield Record(house, slug, store, table, key, values, holds, who, now or datetime.now(UTC))


@contextmanager
def _bench(record: Record) -> Iterator[Workbench]:
    with claim(record.house.settings.work, f"{record.slug}-by-hand") as folder, Workbench(folder.path) as bench:
        yield bench


def lock(
    house: House, slug: str, name: str, key: str, field: str | None, *, why: str | None, who: str, now: datetime | None = None
) -> dict[str, Any]:
    """Let a person hold a field of a record as it stands, or (None) every field. Raises Misuse for an unknown record or field."""
    with _record(house, slug, name, key, who, now) as record:
        word = _field(record.table, field)
        before = record.holds.get(word)
        revision = record.only(record.holding(record.hold(word, why, before.offered if before else {})))
        record.audit("record-locked", field=word)
        return _told(record, revision)


def correct(
    house: House,
    slug: str,
    name: str,
    key: str,
    field: str,
    value: str,
    *,
    why: str | None,
    who: str,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Give a field a value of the person's own, and lock it. '' is blank. The value is checked as a file's cell is.

    Raises Misuse for a record that is unknown or removed, an unknown field, and a value that the checks would not let pass.
    """
    with _record(house, slug, name, key, who, now) as record, _bench(record) as bench:
        word = _field(record.table, field)
        if record.values["status"] != "active":
            raise Misuse(f"{key} in {name} is removed: only a record that is there can be corrected.")
        column, kept = _kept(record, bench, word, value or None)
        hold = record.hold(word, why, _offered(record, word))
        if kept == record.values[column]:
            known = record.holds[word].offered if word in record.holds else {}
            revision = record.only(record.holding(replace(hold, offered=known)))
        else:
            revision = record.change(bench, "update", {column: kept}, record.holding(hold))
        record.audit("record-corrected", field=word, revision=revision)
        return _told(record, revision)


def unlock(
    house: House, slug: str, name: str, key: str, field: str | None, *, who: str, now: datetime | None = None
) -> dict[str, Any]:
    """Take a lock away, or (None) all locks of the record. The next complete delivery brings what the source says.

    Raises Misuse where nothing is locked.
    """
    with _record(house, slug, name, key, who, now) as record:
        words = tuple(w for w in record.holds if is_field(w)) if field is None else (_field(record.table, field),)
        if not words or not set(words) <= set(record.holds):
            locked = ", ".join(w for w in record.holds if is_field(w)) or "nothing"
            raise Misuse(f"{field or 'no field'} of {key} in {name} is locked; what is locked of it: {locked}.")
        revision = record.only(record.holding(free=words))
        record.audit("record-unlocked", fields=list(words))
        return _told(record, revision)


def archive(
    house: House,
    slug: str,
    name: str,
    key: str,
    *,
    mark: str = ARCHIVED,
    why: str | None = None,
    who: str,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Remove a record by hand. `mark`: until its source lists it (`ARCHIVED`, see `restore_classes`), or until a person brings it back
    (`ARCHIVED_ALWAYS`). A record that is removed already only gets the mark."""
    with _record(house, slug, name, key, who, now) as record:
        other = ARCHIVED if mark == ARCHIVED_ALWAYS else ARCHIVED_ALWAYS
        held = record.holding(record.hold(mark, why, {}), free=(other,))
        if record.values["status"] == "active":
            with _bench(record) as bench:
                revision = record.change(bench, "remove", {}, held)
        else:
            revision = record.only(held)
        record.audit("record-archived", mark=mark.removeprefix(":"), revision=revision)
        return _told(record, revision)


def unarchive(house: House, slug: str, name: str, key: str, *, who: str, now: datetime | None = None) -> dict[str, Any]:
    """Bring back a record that a person archived. Raises Misuse for any other."""
    with _record(house, slug, name, key, who, now) as record:
        marks = tuple(w for w in record.holds if w in (ARCHIVED, ARCHIVED_ALWAYS))
        if not marks:
            there = (
                "it is active"
                if record.values["status"] == "active"
                else "its source no longer lists it, and brings it back itself"
            )
            raise Misuse(f"{key} in {name} was not archived by hand: {there}.")
        with _bench(record) as bench:
            revision = record.change(bench, "restore", {}, record.holding(free=marks))
        record.audit("record-unarchived", revision=revision)
        return _told(record, revision)


def joined(house: House, slug: str, name: str, key: str, *, who: str, now: datetime | None = None) -> dict[str, Any]:
    """Say that a record's person has joined: contact details are theirs from now on, unless the source says `update_contacts`."""
    with _record(house, slug, name, key, who, now) as record:
        _has_people(record.table)
        revision = record.only(record.holding(record.hold(JOINED, None, {})))
        record.audit("person-joined")
        return _told(record, revision)


def not_joined(house: House, slug: str, name: str, key: str, *, who: str, now: datetime | None = None) -> dict[str, Any]:
    """Take that mark back. Raises Misuse where there is none."""
    with _record(house, slug, name, key, who, now) as record:
        _has_people(record.table)
        if JOINED not in record.holds:
            raise Misuse(f"{key} in {name} is not marked as joined.")
        revision = record.only(record.holding(free=(JOINED,)))
        record.audit("person-not-joined")
        return _told(record, revision)


def locks(house: House, slug: str, name: str | None = None) -> list[dict[str, Any]]:
    """Everything that people hold in a district, or in one table. No values: a record shows its own."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    held = store.all_held(store.table(name).name if name is not None else None)
    return [{"table": h.table, "sourcedId": h.sourced_id, **told(h)} for h in held]


def told(hold: Hold) -> dict[str, Any]:
    """One hold in plain values: a field (`*`: all of them) or a mark. `differs`: the fields of which the source says something else."""
    return {
        "field": hold.word if is_field(hold.word) else None,
        "mark": None if is_field(hold.word) else hold.word.removeprefix(":"),
        "since": moment(hold.since),
        "who": hold.who,
        "why": hold.why,
        "differs": sorted(hold.offered),
    }


def _told(record: Record, revision: int) -> dict[str, Any]:
    summarise(record.house, record.slug)
    held = record.store.held(record.table.name, record.key)
    return {"table": record.table.name, "sourcedId": record.key, "revision": revision, "held": [told(h) for h in held]}


def _field(table: Table, field: str | None) -> str:
    """The word for a field that may be locked. Raises Misuse with the fields that there are."""
    if field is None or field == WHOLE:
        return WHOLE
    fields = tuple(f.name for f in table.model if f.name != "sourcedId" and not f.secret)
    member = field.startswith(MEMBER) and field != MEMBER and "metadata" in table.columns
    if field not in (*fields, *(c for c in ("metadata",) if c in table.columns)) and not member:
        raise Misuse(f"{table.name} has no field {field!r} that can be locked; it has {', '.join(fields)} and metadata.NAME.")
    return field


def _kept(record: Record, bench: Workbench, word: str, value: str | None) -> tuple[str, str | None]:
    """The column of a corrected field, and the value that it will have. Raises Misuse for a value that cannot stand."""
    from homeroom.sync import correcting  # the checks of the walk: only where a value is given

    if word in (WHOLE, "metadata"):
        raise Misuse("a value needs the name of one field, or of one entry of the metadata: metadata.NAME.")
    if word.startswith(MEMBER):
        return "metadata", correcting.with_member(record.values["metadata"], word, value)
    return word, correcting.checked(bench, record.table, record.key, word, value, _rules(record), _lookup(record, bench))


def _rules(record: Record) -> Rules:
    """The rules of the source that wrote the record; the standard's own where none did."""
    today = record.now.astimezone(ZoneInfo(record.house.stores.control.districts.get(record.slug).timezone))
    mine = next((s for s in record.house.stores.control.sources.of(record.slug) if s.id == record.values["from_source"]), None)
    return tuning.rules(mine, today) if mine is not None else Rules(version="1.2", now=today)


def _lookup(record: Record, bench: Workbench) -> Lookup:
    def brought(table: str, wanted: str | None) -> str:
        return record.store.bring(bench, table, wanted.strip('"') if wanted is not None else None)

    return brought


def _offered(record: Record, word: str) -> dict[str, str | None]:
    """What the source says of a field that is corrected: what it was known to say, else the value that stood there until now."""
    for hold in record.holds.values():
        if word in hold.offered:
            return {word: hold.offered[word]}
    return {word: _value(record, word)}


def _value(record: Record, word: str) -> str | None:
    """The value that a field has now."""
    if not word.startswith(MEMBER):
        return None if record.values[word] is None else str(record.values[word])
    found = json.loads(str(record.values["metadata"] or "{}")).get(word.removeprefix(MEMBER))
    return None if found is None else str(found)


def _has_people(table: Table) -> None:
    if table.name not in CONTACT_DETAILS:
        raise Misuse(f"only people join: say it of a record in {', '.join(CONTACT_DETAILS)}, not in {table.name}.")
