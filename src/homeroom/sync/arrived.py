"""What arrived, as tables to count: the roster as it stands, or what the delivery of one import says, with nothing written.

Of an import the delivery is walked again, up to the checks; rows that pass count, and of tables that it says nothing about the roster does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.store.audit import AuditRow
from homeroom.store.roster import RosterStore
from homeroom.sync.house import House
from homeroom.sync.walk import walk
from homeroom.sync.walking import ground_of, room_for, sealed_delivery
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted

TABLES = ("orgs", "academicSessions", "classes", "users", "roles", "enrollments", "grades", "gpa")
"""What is counted."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Relations in a workbench, one for each table, with all model columns as text; `said` tells in words where they come from."""

    bench: Workbench
    relations: Mapping[str, str]
    said: str
    revision: int


@contextmanager
def arrived(
    house: House, slug: str, number: int | None = None, now: datetime | None = None, who: str = "command line"
) -> Iterator[Arrived]:
    """The active records of the roster, or those that import `number` (a dry run too) brings. The audit trail says that it was asked.

    Raises Misuse for an unknown import, Refused where its delivery is gone or cannot be taken.
    """
    at = now or datetime.now(UTC)
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    house.stores.control.audit.add(AuditRow(at, who, "worksheet-compared", slug, {"import": number}))
    if number is None:
        with claim(house.settings.work, f"{slug}-count") as folder, Workbench(folder.path) as bench:
            relations = {name: _of_roster(bench, store, store.table(name)) for name in TABLES}
            yield Arrived(bench, relations, f"the roster, revision {store.revision()}", store.revision())
        return
    entry = store.imports.get(number)
    if entry.delivery is None or entry.source is None:
        raise Misuse("import {number} has no delivery to count.", number=str(number))
    sealed = sealed_delivery(house, slug, entry.delivery)
    source = house.stores.control.sources.get(entry.source)
    room = room_for(house, sealed.size)
    with (
        claim(house.settings.work, f"{slug}-count") as folder,
        Workbench(folder.path, memory_mb=room["memory_mb"], threads=room["threads"]) as bench,
    ):
        report = store.imports.report(number) or {}
        ground = ground_of(house, slug, source, entry.kind, bench, at, report.get("layouts_named"))
        files = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
        walked = walk(bench, files, replace(ground, snapshots={}), lambda step: None)
        relations = {}
        for name in TABLES:
            table, admitted = walked.book[name], walked.admitted.get(name)
            standing = _of_roster(bench, store, table)
            relations[name] = standing if admitted is None else _of_delivery(bench, table, admitted, standing)
        yield Arrived(bench, relations, f"what import {number} brings", store.revision())


def _of_roster(bench: Workbench, store: RosterStore, table: Table) -> str:
    stored = store.bring(bench, table, None)
    columns = ", ".join(map(quoted, table.columns))
    return f"(SELECT {columns} FROM {quoted(stored)} WHERE status = 'active')"


def _of_delivery(bench: Workbench, table: Table, admitted: Admitted, standing: str) -> str:
    """The rows that passed; where the delivery holds only changes, the records that it does not name stay."""
    relation = quoted(f"admitted_{table.name}")
    there = bench.columns(f"admitted_{table.name}")
    columns = ", ".join(quoted(c) if c in there else f"NULL::VARCHAR AS {quoted(c)}" for c in table.columns)
    rows = f"SELECT {columns} FROM {relation}"
    if admitted.mode == "continuous":
        return f"({rows})"
    gone = f'SELECT "sourcedId" FROM {quoted(f"departed_{table.name}")}' if bench.exists(f"departed_{table.name}") else None
    leaves = f' AND "sourcedId" NOT IN ({gone})' if gone else ""
    return f'({rows} UNION ALL SELECT * FROM {standing} WHERE "sourcedId" NOT IN (SELECT "sourcedId" FROM {relation}){leaves})'
