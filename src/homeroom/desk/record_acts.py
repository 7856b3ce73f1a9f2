"""What can be done to a record that is looked at: ask its system for it again, lock a field, correct it, unlock it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from homeroom.desk import records, rights
from homeroom.desk.viewer import Viewer
from homeroom.roster.codes import anew
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.meanings import label_of_field
from homeroom.roster.report import ImportReport
from homeroom.roster.words import Said
from homeroom.sync import by_hand, refresh
from homeroom.sync.house import House

How = Literal["changed", "unchanged", "unreached", "gone", "refused"]
_GONE = ("record_gone",)
_UNREACHED = ("connection",)


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that a refresh changed; None is blank."""

    field: str
    label: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a refresh went. `changed` and `unchanged` name the import and the revisions; the other three changed nothing, and `message`
    and `remedy` say why."""

    how: How
    at: datetime
    changed: tuple[Changed, ...] = ()
    also: tuple[tuple[str, int], ...] = ()
    """Tables of which records that hang on this one changed too, and how many."""
    number_of_import: int | None = None
    revision_before: int | None = None
    revision_after: int | None = None
    seconds: float | None = None
    message: Said | None = None
    remedy: Said | None = None


def ask_again(house: House, asking: Viewer, slug: str, table: str, key: str, now: datetime) -> Answer | None:
    """Refresh a record from its SIS; None where there is no such record. Raises NotAllowed."""
    rights.demand(house, asking, "records.refresh", slug, now)
    sourced_id = records.resolved(house, slug, table, key)
    if sourced_id is None:
        return None
    try:
        done = refresh.refresh(house, slug, table, sourced_id, who=asking.who, now=now)
    except Refused as refusal:
        how: How = "gone" if refusal.reason in _GONE else "unreached" if refusal.reason in _UNREACHED else "refused"
        return Answer(how, now, message=refusal.said, remedy=Said(refusal.remedy))
    except Misuse as fault:
        return Answer("refused", now, message=fault.said)
    report, why = done.report, done.report.reason
    told = Answer(
        "refused",
        now,
        number_of_import=report.number,
        revision_before=report.revision_before,
        revision_after=report.revision_after,
        seconds=report.seconds,
        message=anew(why.code, why.message) if why else None,
        remedy=Said(why.remedy) if why else None,
    )
    if report.outcome is None or report.outcome == "failed":
        return told
    changed = tuple(Changed(f.field, label_of_field(table, f.field), f.old, f.new) for f in done.changed)
    also = tuple((name, t.added + t.updated + t.removed + t.restored) for name, t in done.also.items())
    return replace(told, how="changed" if changed or also else "unchanged", changed=changed, also=also)


def lock(
    house: House,
    asking: Viewer,
    slug: str,
    table: str,
    key: str,
    field: str | None,
    why: str | None,
    now: datetime,
    until: date | None = None,
) -> dict[str, Any] | None:
    """Lock a field as it stands (None: all fields), perhaps until a day. None where there is no such record. Raises NotAllowed, Misuse."""
    sourced_id = _held(house, asking, slug, table, key, now)
    if sourced_id is None:
        return None
    return by_hand.lock(house, slug, table, sourced_id, field, why=why, who=asking.who, now=now, until=until)


def correct(
    house: House,
    asking: Viewer,
    slug: str,
    table: str,
    key: str,
    field: str,
    value: str,
    why: str | None,
    now: datetime,
    until: date | None = None,
) -> dict[str, Any] | None:
    """Give a field a value of the district's own, and lock it, perhaps until a day. None where there is no such record. Raises NotAllowed, Misuse."""
    sourced_id = _held(house, asking, slug, table, key, now)
    if sourced_id is None:
        return None
    return by_hand.correct(house, slug, table, sourced_id, field, value, why=why, who=asking.who, now=now, until=until)


def unlock(
    house: House, asking: Viewer, slug: str, table: str, key: str, field: str | None, now: datetime
) -> dict[str, Any] | None:
    """Take a lock away (None: all of the record). None where there is no such record. Raises NotAllowed, Misuse."""
    sourced_id = _held(house, asking, slug, table, key, now)
    return None if sourced_id is None else by_hand.unlock(house, slug, table, sourced_id, field, who=asking.who, now=now)


def _held(house: House, asking: Viewer, slug: str, table: str, key: str, now: datetime) -> str | None:
    rights.demand(house, asking, "records.lock", slug, now)
    return records.resolved(house, slug, table, key)


def answered(house: House, asking: Viewer, slug: str, table: str, key: str, number: int, now: datetime) -> Answer | None:
    """How a refresh of this record went, by its import, to be shown again; None where that import was none. Raises NotAllowed."""
    rights.demand(house, asking, "records.refresh", slug, now)
    sourced_id, store = records.resolved(house, slug, table, key), house.stores.roster(slug)
    try:
        walked, raw = store.imports.get(number), store.imports.report(number)
    except Misuse:
        return None
    if sourced_id is None or walked.trigger != "refresh" or raw is None or walked.finished_at is None:
        return None
    report = ImportReport.from_json(raw)
    mine = [c for c in store.changes_of_records(table, [sourced_id], 50) if c.number_of_import == number]
    changed = tuple(Changed(f, label_of_field(table, f), *pair) for c in mine for f, pair in c.fields.items())
    also = tuple(
        (name, count)
        for name, t in report.tables.items()
        if name != table and (count := t.added + t.updated + t.removed + t.restored)
    )
    how: How = "changed" if mine or also else "unchanged"
    return Answer(
        how,
        walked.finished_at,
        changed,
        also,
        number_of_import=number,
        revision_before=report.revision_before,
        revision_after=report.revision_after,
        seconds=report.seconds,
    )
