"""The invariants of a district's store: what commits keep must equal what a fresh count finds."""

from __future__ import annotations

import json
from collections import Counter

from homeroom.roster.catalogue import catalogue
from homeroom.store.roster import RosterStore
from homeroom.store.roster_tables import links, stored_columns


def items(cell: object) -> set[str]:
    """The ids that a list cell names."""
    return {i.strip() for i in str(cell).split(",") if i.strip()} if cell else set()


def check(store: RosterStore) -> None:
    """Compare block counts, tallies, links and totals with the rows themselves."""
    for table in catalogue():
        columns = stored_columns(table)
        rows = [dict(zip(columns, row, strict=True)) for row in store.rows(table.name)]
        counts = store.counts().get(table.name)
        active = [r for r in rows if r["status"] == "active"]
        assert (counts.active, counts.tobedeleted) == (len(active), len(rows) - len(active)) if counts else not rows
        assert store.total(table.name) == len(rows)
        _check_schools(store, table.name, table.school_column, active)
        for link in links(table.name):
            _check_link(store, link.name, link.column, rows)
        held: dict[object, list[str]] = {}
        for hold in store.all_held(table.name):
            held.setdefault(hold.sourced_id, []).append(hold.word)
        assert {r["sourcedId"]: json.loads(str(r["locked"])) for r in rows if r["locked"]} == {
            k: sorted(w) for k, w in held.items()
        }


def _check_schools(store: RosterStore, table: str, column: str | None, active: list[dict[str, object]]) -> None:
    by_source: dict[object, Counter[str | None]] = {}
    for row in active:
        mine = by_source.setdefault(row["from_source"] or 0, Counter())
        mine[None] += 1
        mine.update(items(row[column]) if column else ())
    for source in (0, 1, 2):
        assert store.active_counts(source).get(table, {}) == dict(by_source.get(source, {})), (table, source)


def _check_link(store: RosterStore, name: str, column: str, rows: list[dict[str, object]]) -> None:
    wanted = {(target, row["id"]) for row in rows for target in items(row[column])}
    with store.place.read() as connection:
        found = connection.exec_driver_sql(f"SELECT target, owner FROM {store.place.name(name)}").all()
    assert {tuple(row) for row in found} == wanted
    assert len(found) == len(wanted)
