"""The roster as a person or a script asks for it: counts, rows, one record, a OneRoster package."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from homeroom.deliveries.workfolders import claim
from homeroom.layouts import formulas
from homeroom.outbound.packages import export as write_package
from homeroom.outbound.packages import export_datasets as write_datasets
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted
from homeroom.roster.report import moment
from homeroom.roster.versions import stored_columns
from homeroom.store.audit import AuditRow
from homeroom.store.roster import RosterStore
from homeroom.store.roster_tables import stored_columns as stored_in_table
from homeroom.sync.by_hand import told
from homeroom.sync.house import House
from homeroom.workbench.bench import Workbench

SHOWN_FIRST = ("sourcedId", "status", "dateLastModified")
KNOWN = ("first_revision", "last_revision", "import", "line")
"""What Homeroom knows of a record beside its columns."""


def counted(house: House, slug: str) -> dict[str, Any]:
    """`{"revision": n, "tables": {"users": {"active": 45, "tobedeleted": 0}, ...}}`; empty tables are left out."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    tables = {name: {"active": c.active, "tobedeleted": c.tobedeleted} for name, c in store.counts().items()}
    return {"district": slug, "revision": store.revision(), "tables": tables}


def rows(house: House, slug: str, name: str, where: str | None) -> Iterator[Mapping[str, Any]]:
    """The records of a table, by sourcedId; `where` is a formula over its columns (the language of the layouts)."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    table = store.table(name)
    shown = stored_in_table(table)
    wanted = None if where is None else _matching(house, slug, table, where)
    for values in store.rows(name):
        row = dict(zip(shown, values, strict=True))
        if wanted is None or row["sourcedId"] in wanted:
            yield {c: row[c] for c in (*SHOWN_FIRST, *table.columns[1:], *KNOWN)}


def _matching(house: House, slug: str, table: Table, where: str) -> set[str]:
    """The keys of the records for which a formula holds; computed in a workbench that can reach nothing else."""
    columns = ("sourcedId", "status", *table.columns[1:])
    try:
        condition = formulas.compile_condition(where, {c: quoted(c) for c in columns})
    except formulas.FormulaFault as fault:
        raise Misuse("The formula cannot be used: {fault}", fault=fault.said) from None
    with claim(house.settings.work, f"{slug}-ask") as folder, Workbench(folder.path) as bench:
        stored = house.stores.roster(slug).bring(bench, table, None)
        return {key for (key,) in bench.rows(f'SELECT "sourcedId" FROM {quoted(stored)} WHERE {condition}')}


def write_rows(
    house: House, slug: str, name: str, where: str | None, form: Literal["json", "csv"], who: str = "command line"
) -> None:
    """Write a table's records to standard output: one JSON array, or CSV with a header. One record at a time.

    The audit trail says that it was read; not the formula, in which a child's name may stand.
    """
    house.stores.control.districts.get(slug)
    table = house.stores.roster(slug).table(name)
    found = rows(house, slug, name, where)
    first = next(found, None)
    house.stores.control.audit.add(
        AuditRow(datetime.now(UTC), who, "rows-read", slug, {"table": name, "format": form, "filtered": where is not None})
    )
    found = found if first is None else chain([first], found)
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
    """One record with its provenance, what people hold of it (`source_says`: what would stand there otherwise) and its changes.

    Raises Misuse for an unknown one.
    """
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    columns = (*SHOWN_FIRST, *store.table(name).columns[1:])
    found = store.record(name, sourced_id)
    if found is None:
        raise Misuse("{slug} has no record {sourced_id!r} in {name}.", slug=slug, sourced_id=sourced_id, name=name)
    return {
        "table": name,
        "record": {c: found.values[c] for c in columns},
        "provenance": {
            "source": found.source,
            "first_revision": found.first_revision,
            "last_revision": found.last_revision,
            "import": found.number_of_import,
            "file": found.file,
            "line": found.line,
            "locked": list(found.locked),
        },
        "held": [told(h) | {"source_says": dict(h.offered)} for h in found.holds],
        "changes": [
            {
                "revision": c.revision,
                "at": moment(c.at),
                "import": c.number_of_import,
                "who": c.who,
                "verb": c.verb,
                "fields": {name: list(pair) for name, pair in c.fields.items()},
            }
            for c in found.changes
        ],
    }


def export(
    house: House, slug: str, out: Path, version: Literal["1.1", "1.2"], since: int | None, who: str = "command line"
) -> dict[str, Any]:
    """Write a OneRoster package of the roster as it stands; `since` a revision makes delta files."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    if since is not None and not 0 <= since <= store.revision():
        raise Misuse(
            "{slug} has the revisions 0 to {last}; there is no revision {since}.",
            slug=slug,
            last=str(store.revision()),
            since=str(since),
        )
    detail = {"version": version, "since": since, "revision": store.revision()}
    house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, "exported", slug, detail))
    changed = None if since is None else (lambda table: _stored(store, table, since))
    package = write_package(lambda table: _stored(store, table, None), version, out, changed=changed)
    return {
        "file": str(out),
        "version": version,
        "mode": package.mode,
        "revision": store.revision(),
        "since": since,
        "rows": package.rows,
        "users_without_role": package.without_role,
    }


def export_datasets(house: House, slug: str, out: Path, who: str = "command line") -> dict[str, Any]:
    """Write a ZIP of the datasets as they stand: one CSV for each that has records."""
    house.stores.control.districts.get(slug)
    store = house.stores.roster(slug)
    detail = {"datasets": True, "revision": store.revision()}
    house.stores.control.audit.add(AuditRow(datetime.now(UTC), who, "exported", slug, detail))
    package = write_datasets(lambda table: _stored(store, table, None), store.datasets(), out)
    return {"file": str(out), "revision": store.revision(), "rows": package.rows}


def _stored(store: RosterStore, table: str, since: int | None) -> Iterator[tuple[Any, ...]]:
    """A table's rows in the order that the package room reads."""
    known = store.table(table)
    held = stored_in_table(known)
    places = [held.index(c) for c in stored_columns(known)]
    for row in store.rows(table, since=since):
        yield tuple(row[p] for p in places)
