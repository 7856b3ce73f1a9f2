"""Searching people, classes and schools. The words that are searched for stand in no address, no log and no audit row.

A search in the console is posted; what it found is kept for the session, sealed, under a random handle that the next page is asked with.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeroom.desk import record_keys, record_names, rights
from homeroom.desk.once import digest
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.finding import SEARCHED
from homeroom.sync.house import House

LASTS = timedelta(minutes=30)
MOST = 500
"""Hits of one table that are kept and can be paged through; whoever finds more needs another word."""
PAGE = 50
LONGEST = 100
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found. `what` is its role or type in the roster's word; `number` the one that people know."""

    table: str
    key: str
    sourced_id: str
    name: str
    what: str | None
    number: str | None
    school: str | None
    removed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What was found in one table: `total` of all, `shown` on this page, whether there are more pages."""

    table: str
    total: int
    shown: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of a search: groups in the order people, classes, schools. `term` is shown in the search field, and nowhere else."""

    term: str
    page: int
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many records were found."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Result:
    term: str
    best: dict[str, list[int]]
    totals: dict[str, int]


def search(house: House, asking: Viewer, slug: str, term: str, now: datetime) -> str:
    """Search, and keep what was found for this session; returns the handle of the result. Raises NotAllowed, Misuse."""
    if asking.session is None:
        raise Misuse("A program has no session to keep a search in: ask for the records themselves.")
    result = _searched(house, asking, slug, term, now)
    return keep(house, asking, slug, {"term": result.term, "best": result.best, "totals": result.totals}, now)


def keep(house: House, asking: Viewer, slug: str, values: Mapping[str, Any], now: datetime) -> str:
    """Keep what a search of this session is about, sealed, for half an hour; returns its handle."""
    handle = secrets.token_urlsafe(16)
    kept = digest(handle)
    sealed = house.vault.encrypt(json.dumps(values), table="found", row=kept, column="sealed")
    house.stores.control.found.keep(kept, asking.session or 0, slug, sealed, now, now + LASTS)
    return handle


def kept(house: House, asking: Viewer, slug: str, handle: str, now: datetime) -> dict[str, Any] | None:
    """What was kept under a handle of this session and district; None for anything else, and when its time is over."""
    row = digest(handle)
    sealed = house.stores.control.found.of(row, asking.session or 0, slug, now)
    if sealed is None:
        return None
    raw: dict[str, Any] = json.loads(house.vault.decrypt(sealed, table="found", row=row, column="sealed"))
    return raw


def found(house: House, asking: Viewer, slug: str, handle: str, now: datetime, page: int = 1) -> FoundPage | None:
    """A page of what a search found; None when its time is over or it is somebody else's. Raises NotAllowed."""
    rights.demand(house, asking, "records.see", slug, now)
    raw = kept(house, asking, slug, handle, now)
    return _page(house, slug, _Result(**raw), max(page, 1)) if raw is not None and "best" in raw else None


def at_once(house: House, asking: Viewer, slug: str, term: str, now: datetime, page: int = 1) -> FoundPage:
    """Search and answer with a page, keeping nothing: for programs. Raises NotAllowed, Misuse."""
    return _page(house, slug, _searched(house, asking, slug, term, now), max(page, 1))


def judged(term: str) -> str:
    """The words of a search, if there is something to look for. Raises Misuse."""
    said = " ".join(term.split())[:LONGEST]
    if len(said) < SHORTEST:
        raise Misuse("Type a name, a number or an e-mail address: two letters or digits at least.")
    return said


def _searched(house: House, asking: Viewer, slug: str, term: str, now: datetime) -> _Result:
    rights.demand(house, asking, "records.see", slug, now)
    said, store = judged(term), house.stores.roster(slug)
    hits = {table: store.search(table, said, MOST) for table in SEARCHED}
    totals = {table: each.total for table, each in hits.items()}
    house.stores.control.audit.add(AuditRow(now, asking.who, "records-searched", slug, {"found": sum(totals.values())}))
    return _Result(said, {table: [number for _, number in each.best] for table, each in hits.items()}, totals)


def _page(house: House, slug: str, result: _Result, page: int) -> FoundPage:
    begin = (page - 1) * PAGE
    groups = []
    for table, ids in result.best.items():
        shown = ids[begin : begin + PAGE]
        groups.append(Group(table, result.totals[table], _hits(house, slug, table, shown), len(ids) > begin + PAGE))
    return FoundPage(result.term, page, tuple(groups))


def _hits(house: House, slug: str, table: str, ids: list[int]) -> tuple[Hit, ...]:
    store, keys = house.stores.roster(slug), record_keys.of(house, slug)
    rows = store.by_id(table, ids, (*record_names.columns(table), "status"))
    schools = record_names.schools(store, table, list(rows.values()))
    return tuple(
        Hit(
            table=table,
            key=keys.make(table, number),
            sourced_id=str(row["sourcedId"]),
            name=record_names.name(table, row),
            what=record_names.what(table, row),
            number=record_names.number(table, row),
            school=schools.get(_first(row.get(record_names.SCHOOL.get(table, "")))),
            removed=row["status"] != "active",
        )
        for number in ids
        if (row := rows.get(number)) is not None
    )


def _first(listed: Any) -> str:
    return str(listed or "").split(",")[0].strip()
