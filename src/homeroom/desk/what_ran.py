"""What ran in all districts: every import of the last months, newest first, from one table of the control store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from math import ceil

from homeroom.desk.import_log import PAGE, Entry, State, day_begins, entry, next_day, sought_state
from homeroom.desk.viewer import Viewer
from homeroom.store.districts import District
from homeroom.store.imports import Sought
from homeroom.sync.house import House
from homeroom.sync.ran import DAYS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which imports are asked for: None and "" are any. `district`: a part of its name or short name. Days are those of `zone`, both
    included. `page` counts from 1."""

    state: State | None = None
    trigger: str | None = None
    district: str = ""
    first: date | None = None
    last: date | None = None
    zone: tzinfo = UTC
    page: int = 1
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class Ran:
    """One import, and the district in which it ran."""

    district: District
    entry: Entry


@dataclass(frozen=True, slots=True)
class WhatRan:
    """A page of the list. `days`: for so many days a line is kept here; a district's own log keeps its lines longer."""

    rows: tuple[Ran, ...]
    found: int
    page: int
    pages: int
    days: int = DAYS


def what_ran(house: House, viewer: Viewer, wanted: Wanted | None = None) -> WhatRan:
    """The imports of the districts that the viewer may know of."""
    asked = wanted or Wanted()
    names = {d.slug: d for d in house.stores.control.districts.all() if viewer.sees(d.slug)}
    typed = asked.district.strip().casefold()
    fitting = [slug for slug, d in names.items() if not typed or typed in slug or typed in d.name.casefold()]
    only = None if viewer.sees_every_district and not typed else fitting
    plain = sought_state(asked.state)
    sought = Sought(
        status=plain.status,
        outcome=plain.outcome,
        dry_run=plain.dry_run,
        trigger=asked.trigger,
        since=day_begins(asked.first, asked.zone) if asked.first else None,
        until=next_day(asked.last, asked.zone) if asked.last else None,
    )
    page = max(asked.page, 1)
    lines, found = house.stores.control.ran.search(sought, asked.size, (page - 1) * asked.size, only)
    pages = max(ceil(found / asked.size), 1)
    if page > pages:
        page = pages
        lines, found = house.stores.control.ran.search(sought, asked.size, (page - 1) * asked.size, only)
    rows = tuple(Ran(names[line.district], entry(line.entry, {}, viewer)) for line in lines if line.district in names)
    return WhatRan(rows, found, page, pages)
