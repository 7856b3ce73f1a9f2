"""What a person does to a single record: lock and correct fields, archive it, say that its person has joined.

Each is one transaction in the district's store and one row in the audit trail, which names the fields and never a value. A changed value
makes a revision and a change, without an import. An import of the district that is under way is waited for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import ARCHIVED, ARCHIVED_ALWAYS, CONTACT_DETAILS, JOINED, is_field
from homeroom.roster.report import moment
from homeroom.roster.words import in_a_row
from homeroom.store.holding import Hold
from homeroom.sync.correcting import field_of, kept, offered_of
from homeroom.sync.house import House
from homeroom.sync.one_record import Record, bench_of, found
from homeroom.sync.summaries import summarise


def lock(
    house: House,
    slug: str,
    name: str,
    key: str,
    field: str | None,
    *,
    why: str | None,
    who: str,
    now: datetime | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    """Let a person hold a field of a record as it stands, or (None) every field; with `until` only to that day of the district.

    Raises Misuse for an unknown record or field, and for a day that is not to come.
    """
    with found(house, slug, name, key, who, now) as record:
        word = field_of(record.table, field)
        before = record.holds.get(word)
        revision = record.only(record.holding(record.hold(word, why, before.offered if before else {}, until)))
        record.audit("record-locked", field=word, **_until(until))
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
    until: date | None = None,
) -> dict[str, Any]:
    """Give a field a value of the person's own, and lock it. '' is blank. The value is checked as a file's cell is.

    Raises Misuse for a record that is unknown or removed, an unknown field, a value that the checks would not let pass, and a day
    that is not to come.
    """
    with found(house, slug, name, key, who, now) as record, bench_of(record) as bench:
        word = field_of(record.table, field)
        if record.values["status"] != "active":
            raise Misuse("{key} in {name} is removed: only a record that is there can be corrected.", key=key, name=name)
        column, made = kept(record, bench, word, value or None)
        hold = record.hold(word, why, offered_of(record, word), until)
        if made == record.values[column]:
            known = record.holds[word].offered if word in record.holds else {}
            revision = record.only(record.holding(replace(hold, offered=known)))
        else:
            revision = record.change(bench, "update", {column: made}, record.holding(hold))
        record.audit("record-corrected", field=word, revision=revision, **_until(until))
        return _told(record, revision)


def unlock(
    house: House, slug: str, name: str, key: str, field: str | None, *, who: str, now: datetime | None = None
) -> dict[str, Any]:
    """Take a lock away, or (None) all locks of the record. The next complete delivery brings what the source says.

    Raises Misuse where nothing is locked.
    """
    with found(house, slug, name, key, who, now) as record:
        words = tuple(w for w in record.holds if is_field(w)) if field is None else (field_of(record.table, field),)
        if not words or not set(words) <= set(record.holds):
            locked = [w for w in record.holds if is_field(w)]
            if not locked:
                raise Misuse("{key} in {name} has no such lock; what is locked of it: nothing.", key=key, name=name)
            raise Misuse(
                "{key} in {name} has no such lock; what is locked of it: {locked}.", key=key, name=name, locked=in_a_row(locked)
            )
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
    with found(house, slug, name, key, who, now) as record:
        other = ARCHIVED if mark == ARCHIVED_ALWAYS else ARCHIVED_ALWAYS
        held = record.holding(record.hold(mark, why, {}), free=(other,))
        if record.values["status"] == "active":
            with bench_of(record) as bench:
                revision = record.change(bench, "remove", {}, held)
        else:
            revision = record.only(held)
        record.audit("record-archived", mark=mark.removeprefix(":"), revision=revision)
        return _told(record, revision)


def unarchive(house: House, slug: str, name: str, key: str, *, who: str, now: datetime | None = None) -> dict[str, Any]:
    """Bring back a record that a person archived. Raises Misuse for any other."""
    with found(house, slug, name, key, who, now) as record:
        marks = tuple(w for w in record.holds if w in (ARCHIVED, ARCHIVED_ALWAYS))
        if not marks:
            if record.values["status"] == "active":
                raise Misuse("{key} in {name} was not archived by hand: it is active.", key=key, name=name)
            raise Misuse(
                "{key} in {name} was not archived by hand: its source no longer lists it, and brings it back itself.",
                key=key,
                name=name,
            )
        with bench_of(record) as bench:
            revision = record.change(bench, "restore", {}, record.holding(free=marks))
        record.audit("record-unarchived", revision=revision)
        return _told(record, revision)


def joined(house: House, slug: str, name: str, key: str, *, who: str, now: datetime | None = None) -> dict[str, Any]:
    """Say that a record's person has joined: contact details are theirs from now on, unless the source says `update_contacts`."""
    with found(house, slug, name, key, who, now) as record:
        _has_people(record.table)
        revision = record.only(record.holding(record.hold(JOINED, None, {})))
        record.audit("person-joined")
        return _told(record, revision)


def not_joined(house: House, slug: str, name: str, key: str, *, who: str, now: datetime | None = None) -> dict[str, Any]:
    """Take that mark back. Raises Misuse where there is none."""
    with found(house, slug, name, key, who, now) as record:
        _has_people(record.table)
        if JOINED not in record.holds:
            raise Misuse("{key} in {name} is not marked as joined.", key=key, name=name)
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
        "until": hold.until.isoformat() if hold.until is not None else None,
        "differs": sorted(hold.offered),
    }


def _until(day: date | None) -> dict[str, str]:
    return {"until": day.isoformat()} if day is not None else {}


def _told(record: Record, revision: int) -> dict[str, Any]:
    summarise(record.house, record.slug)
    held = record.store.held(record.table.name, record.key)
    return {"table": record.table.name, "sourcedId": record.key, "revision": revision, "held": [told(h) for h in held]}


def _has_people(table: Table) -> None:
    if table.name not in CONTACT_DETAILS:
        raise Misuse(
            "only people join: say it of a record in {tables}, not in {table}.",
            tables=in_a_row(CONTACT_DETAILS),
            table=table.name,
        )
