"""What a held import would change, record by record: its delivery is walked again, as an approval does, and nothing is committed."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.store.imports import Import
from homeroom.sync.house import House
from homeroom.sync.walk import Walked, walk
from homeroom.sync.walking import ground_of, room_for, sealed_delivery
from homeroom.workbench.bench import Workbench

_ORDER = ("remove", "update", "restore", "add")
"""What is lost is told first."""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One record that would change. `values` are those of the columns that were asked for: of a removed record as it is stored,
    else as it would be. `changed`: column -> before, after; only of updated and restored ones."""

    table: str
    verb: str
    sourced_id: str
    schools: tuple[str, ...]
    values: Mapping[str, str | None]
    changed: Mapping[str, tuple[str | None, str | None]]


def planned(house: House, slug: str, number: int, now: datetime, columns: Mapping[str, Sequence[str]]) -> Iterator[PlannedRow]:
    """Every record that a held import would change, removals first. `columns`: table -> the columns whose values are wanted.

    The walk is made before this returns. Raises Misuse for an import that does not wait, or whose plan changed since it was shown;
    Refused where its files are gone, TryAgain while another import of the district is walked.
    """
    rows = _planned(house, slug, number, now, columns)
    next(rows)
    return (row for row in rows if row is not None)


def _planned(
    house: House, slug: str, number: int, now: datetime, columns: Mapping[str, Sequence[str]]
) -> Generator[PlannedRow | None, None, None]:
    """Gives None once the walk was made, then the rows; its folder is gone when it ends, or is thrown away."""
    with ExitStack() as held:
        with house.stores.lock(slug, 0):
            entry = house.stores.roster(slug).imports.get(number)
            if entry.status != "waiting_for_approval" or entry.delivery is None or entry.source is None:
                raise Misuse(
                    "import {number} of {slug} does not wait for approval, so there is no plan to show.",
                    number=str(number),
                    slug=slug,
                )
            bench, walked = _walked(held, house, slug, entry, now)
        if walked.plan.hash != entry.plan:
            raise Misuse(
                "the roster changed since import {number} of {slug} was held, and with it the plan; approve it to see the "
                "new one.",
                number=str(number),
                slug=slug,
            )
        yield None
        for verb in _ORDER:
            for name in walked.plan.tables:
                yield from _rows(bench, walked.book[name], verb, columns.get(name, ()))


def _walked(held: ExitStack, house: House, slug: str, entry: Import, now: datetime) -> tuple[Workbench, Walked]:
    """Walk the delivery up to its plan. The workbench lives as long as `held`."""
    assert entry.delivery is not None
    assert entry.source is not None
    sealed, source = sealed_delivery(house, slug, entry.delivery), house.stores.control.sources.get(entry.source)
    report = house.stores.roster(slug).imports.report(entry.number) or {}
    folder = held.enter_context(claim(house.settings.work, f"{slug}-{entry.number}-planned"))
    snapshots = house.snapshots(slug, source.id)
    bench = held.enter_context(Workbench(folder.path, **room_for(house, sealed.size), also=(snapshots,)))
    files = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
    ground = ground_of(house, slug, source, entry.kind, bench, now, report.get("layouts_named"))
    return bench, walk(bench, files, ground, lambda step: None)


def _rows(bench: Workbench, table: Table, verb: str, wanted: Sequence[str]) -> Iterator[PlannedRow]:
    name = f"plan_{table.name}"
    there = set(bench.columns(name))
    if not there:
        return
    columns = [column for column in wanted if column in there and column != "sourcedId"]
    cells = "".join(f", CAST({quoted(column)} AS VARCHAR)" for column in columns)
    query = f'SELECT "sourcedId", _school, _changed{cells} FROM {quoted(name)} WHERE verb = \'{verb}\' ORDER BY "sourcedId"'
    for batch in bench.batches(query):
        for sourced_id, schools, changed, *values in batch:
            moved = {column: (old, new) for column, (old, new) in json.loads(changed).items()} if changed else {}
            known = dict(zip(columns, values, strict=True))
            yield PlannedRow(table.name, verb, sourced_id, tuple(s for s in schools or () if s is not None), known, moved)
