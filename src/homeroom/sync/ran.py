"""Copying the lines of a district's import log into the list of what ran in all districts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from homeroom.roster.report import moment
from homeroom.store.imports import Sought
from homeroom.sync.house import House

DAYS = 90
"""So long a line is kept in the list of all; the district's own log keeps its lines."""


def note(house: House, slug: str, now: datetime) -> int:
    """Copy what is new in a district's log, or has changed: what began, what ended, what was withdrawn. Returns how many lines.

    What a crash, or a control store that did not answer, kept from being copied is found by the next call: what is missing is
    told by the numbers, and what had not ended is looked at again. Where an older copy of the district's store was put back, numbers
    come again, and all is copied anew.
    """
    log, since = house.stores.roster(slug).imports, now - timedelta(days=DAYS)
    known = house.stores.control.ran.known(slug)
    found = log.behind(known.newest, since, {*known.open, known.newest})
    if known.newest and known.newest not in known.open:
        same = [entry.started_at for entry in found if entry.number == known.newest]
        if same != [known.begun]:
            house.stores.control.ran.forget(slug)
            return note(house, slug, now)
        found = [entry for entry in found if entry.number != known.newest]
    gone = set(known.open) - {entry.number for entry in found}
    fresh = [entry for entry in found if known.open.get(entry.number) != entry.status]
    if fresh or gone:
        house.stores.control.ran.put(slug, fresh, gone)
    return len(fresh) + len(gone)


def newest(house: House, limit: int) -> list[dict[str, Any]]:
    """The newest imports of all districts, a line each."""
    lines, _found = house.stores.control.ran.search(Sought(), limit, 0)
    return [
        {
            "district": line.district,
            "import": line.entry.number,
            **{name: getattr(line.entry, name) for name in ("source", "trigger", "dry_run", "status", "outcome")},
            "reason": line.entry.reason["code"] if line.entry.reason else None,
            "started_at": moment(line.entry.started_at),
            "finished_at": moment(line.entry.finished_at) if line.entry.finished_at else None,
        }
        for line in lines
    ]
