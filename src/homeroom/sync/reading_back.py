"""The roster as a person or a script asks for it: counts, rows, one record, a OneRoster package."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from homeroom.layouts import formulas
from homeroom.outbound.packages import export as write_package
from homeroom.roster.catalogue import Table, catalogue
from homeroom.roster.faults import Misuse
from homeroom.sync.house import House
from homeroom.workbench.bench import Workbench

SHOWN_FIRST = ("sourcedId", "status", "dateLastModified")


def counted(house: House, slug: str) -> dict[str, Any]:
    """`{"revision": n, "tables": {"users": {"active": 45, "tobedeleted": 0}, ...}}`; empty tables are left out."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    tables = {name: dict(c) for name, c in store.counts().items() if c["active"] or c["tobedeleted"]}
    return {"district": slug, "revision": store.revision(), "tables": tables}


def table_named(name: str) -> Table:
    """The catalogue's table. Raises Misuse with the names there are."""
    if name not in catalogue().tables:
        raise Misuse(f"there is no table {name!r}; the tables are: {', '.join(catalogue().tables)}.")
    return catalogue()[name]


def rows(house: House, slug: str, name: str, where: str | None) -> Iterator[Mapping[str, Any]]:
    """The records of a table, by sourcedId; `where` is a formula over its columns (the language of the layouts)."""
    house.stores.control.districts.get(slug)
    table = table_named(name)
    found = house.stores.roster(slug).rows(name)
    if where is None:
        yield from found
        return
    columns = (*SHOWN_FIRST, *table.columns[1:])
    condition = formulas.compile(where, columns)
    with Workbench(house.settings.work / f"ask-{house.executor.name}") as bench:
        bench.load("asked", columns, ())
        for row in found:
            values = [row[c] for c in columns]
            asked = ", ".join(f'?::VARCHAR AS "{c}"' for c in columns)
            if bench.value(f"SELECT coalesce(({condition})::BOOLEAN, false) FROM (SELECT {asked})", values):
                yield row


def write_rows(house: House, slug: str, name: str, where: str | None, form: Literal["json", "csv"]) -> None:
    """Write a table's records to standard output: one JSON array, or CSV with a header. One record at a time."""
    table = table_named(name)
    found = rows(house, slug, name, where)
    if form == "json":
        sys.stdout.write("[")
        for position, row in enumerate(found):
            sys.stdout.write(("," if position else "") + "\n  " + json.dumps(dict(row), ensure_ascii=False))
        sys.stdout.write("\n]\n")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    columns = (*SHOWN_FIRST, *table.columns[1:])
    writer.writerow(columns)
    for row in found:
        writer.writerow([row[c] if row[c] is not None else "" for c in columns])


def record(house: House, slug: str, name: str, sourced_id: str) -> dict[str, Any]:
    """One record with its provenance and its changes. Raises Misuse for an unknown one."""
    house.stores.control.districts.get(slug)
    table_named(name)
    found = house.stores.roster(slug).record(name, sourced_id)
    if found is None:
        raise Misuse(f"{slug} has no record {sourced_id!r} in {name}.")
    return found


def export(house: House, slug: str, out: Path, version: Literal["1.1", "1.2"], since: int | None) -> dict[str, Any]:
    """Write a OneRoster package of the roster as it stands; `since` a revision makes delta files."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    if since is not None and not 0 <= since <= store.revision():
        raise Misuse(f"{slug} has the revisions 0 to {store.revision()}; there is no revision {since}.")
    written = write_package(store, version, out, since)
    return {"file": str(out), "version": version, "revision": store.revision(), "since": since, "rows": written}
