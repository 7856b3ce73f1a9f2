"""Copying the lines of a district's import log into the list of what ran in all districts."""

from __future__ import annotations

from datetime import datetime, timedelta

from homeroom.sync.house import House

DAYS = 90
"""So long a line is kept in the list of all; the district's own log keeps its lines."""


def note(house: House, slug: str, now: datetime) -> int:
    """Copy what is new in a district's log, or has changed: what began, what ended, what was withdrawn. Returns how many lines.

    What a crash, or a control store that did not answer, kept from being copied is found by the next call: what is missing is
    told by the numbers, and what had not ended is looked at again.
    """
    known = house.stores.control.ran.known(slug)
    found = house.stores.roster(slug).imports.behind(known.newest, now - timedelta(days=DAYS), known.open)
    gone = set(known.open) - {entry.number for entry in found}
    fresh = [entry for entry in found if known.open.get(entry.number) != entry.status]
    if fresh or gone:
        house.stores.control.ran.put(slug, fresh, gone)
    return len(fresh) + len(gone)
