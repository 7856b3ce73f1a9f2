"""The audit as people read it: searched, exported, and its chain checked. A district's own people see what was done to their district."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from homeroom.desk.viewer import Viewer
from homeroom.outbound.sheets import sheet
from homeroom.roster.report import moment
from homeroom.store.audit import AuditRow, AuditWanted, Chain
from homeroom.sync.house import House

COLUMNS = ("number", "at", "who", "act", "district", "reason", "detail")
PAGE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the newest first; `before` begins the next page, None on the last. `count` is of all pages.

    `reasons`: number of a row -> the reason of the elevated role under which it was done, where that was taken for the row's own district:
    a reason that was given for one district is no business of another.
    """

    rows: tuple[AuditRow, ...]
    count: int
    before: int | None
    reasons: Mapping[int, str] = field(default_factory=dict)


def seen_by(asking: Viewer | None, wanted: AuditWanted) -> AuditWanted:
    """The same question within what this person may know of; None asks as the command line does, for all."""
    if asking is None:
        return wanted
    if asking.token_districts is not None:
        return replace(wanted, districts=tuple(slug for slug in asking.token_districts if asking.sees(slug)))
    if asking.person.staff or (asking.role == "auditor" and not asking.person.districts):
        return wanted
    return replace(wanted, districts=asking.person.districts)


def page(house: House, asking: Viewer | None, wanted: AuditWanted, limit: int = PAGE) -> Page:
    """One page of the audit."""
    within, kept = seen_by(asking, wanted), house.stores.control.audit
    rows = kept.page(within, limit + 1)
    more = len(rows) > limit
    shown = tuple(rows[:limit])
    before = rows[limit - 1].id if more else None
    return Page(shown, kept.count(replace(within, before=None)), before, _reasons(house, shown))


def _reasons(house: House, rows: Sequence[AuditRow]) -> dict[int, str]:
    under = {row.id: (row.district, row.detail["elevation"]) for row in rows if isinstance(row.detail.get("elevation"), int)}
    known = house.stores.control.elevations.reasons({number for _, number in under.values()})
    return {id: known[number][1] for id, (district, number) in under.items() if number in known and known[number][0] == district}


def as_json(row: AuditRow) -> dict[str, object]:
    """A row by the names of `COLUMNS`."""
    detail = dict(row.detail)
    told = {"number": row.id, "at": moment(row.at), "who": row.actor, "act": row.action, "district": row.district}
    return {**told, "reason": detail.pop("reason", None), "detail": detail}


def exported(house: House, asking: Viewer | None, wanted: AuditWanted) -> Iterator[str]:
    """The rows as CSV for a spreadsheet, the oldest first, with a heading."""
    rows = (as_json(row) for row in house.stores.control.audit.every(seen_by(asking, wanted)))
    return sheet(COLUMNS, ([_cell(told[name]) for name in COLUMNS] for told in rows))


def check(house: House) -> Chain:
    """Walk the whole chain."""
    return house.stores.control.audit.check()


def _cell(value: object) -> str | int | None:
    return value if isinstance(value, str | int | None) else json.dumps(value)
