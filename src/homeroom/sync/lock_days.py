"""Locks that end by themselves: on their day, at midnight in the district's zone, as if a person had taken them away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.holding import Holding
from homeroom.sync import record_keys
from homeroom.sync.house import House

CLOCK = "the lock's own day"
"""Who it is in the audit trail."""
LONGEST = timedelta(days=3660)


def today(house: House, slug: str, now: datetime) -> date:
    """The district's own day."""
    return now.astimezone(ZoneInfo(house.stores.control.districts.get(slug).timezone)).date()


def judged(until: date | None, today: date) -> date | None:
    """The day, if a lock may end on it. Raises Misuse."""
    if until is not None and not today < until <= today + LONGEST:
        raise Misuse("A lock ends on a day to come, within ten years: {until} cannot be it.", until=until)
    return until


def let_go(house: House, slug: str, now: datetime) -> int:
    """Take the locks away whose day has come; returns how many there were. The caller holds the district's lock."""
    store = house.stores.roster(slug)
    due = store.holds_until(today(house, slug, now))
    by_record: dict[tuple[str, str], list[str]] = defaultdict(list)
    for hold in due:
        by_record[hold.table, hold.sourced_id].append(hold.word)
    keys = record_keys.of(house, slug) if due else None
    for (table, sourced_id), words in by_record.items():
        store.hold(Holding(table, sourced_id, free=tuple(words)))
        values = store.one(table, sourced_id)
        key = keys.make(table, int(values["id"] or 0)) if keys is not None and values is not None else None
        detail = {"table": table, "record": key, "fields": sorted(words)}
        house.stores.control.audit.add(AuditRow(now, CLOCK, "record-unlocked", slug, detail))
    return len(due)
